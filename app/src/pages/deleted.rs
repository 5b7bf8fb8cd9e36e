//! Deleted users and groups that can still be restored.

mod actions;
mod tombstone;

pub(super) use tombstone::{of_group, of_user};

use crate::{
    components::{Here, Opener, Question, confirm, empty, framed, search_box, when},
    words::{count, visible},
};
use actions::{RestoreGroup, RestoreUser};
use domain::{
    Timestamp,
    console::{DELETED_SHOWN, DeletedLists},
    guard::KEPT_DAYS,
    user::Deleted,
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use uuid::Uuid;

/// The two kinds that can be restored.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    User,
    Group,
}

/// The page.
pub(crate) fn show() -> impl IntoView {
    let search = use_query_map().get_untracked().get("q").unwrap_or_default().trim().to_owned();
    framed(Here::Deleted, async move |console, _| {
        let lists = console.deleted(&search).await?;
        Ok(page(&search, lists, console.may_change(), console.now()).into_any())
    })
}

fn page(search: &str, lists: DeletedLists, may_change: bool, now: Timestamp) -> impl IntoView {
    let sentence = sentence(&lists, search);
    let DeletedLists { users, groups } = lists;
    let nothing = users.is_empty() && groups.is_empty();
    view! {
        <Title text="Deleted"/>
        <div class="page-head">
            <h1>Deleted</h1>
            <p class="soft">{sentence}</p>
        </div>
        {(!nothing || !search.is_empty()).then(|| view! {
            <section class="panel" aria-label="Search">
                <div class="toolbar">{search_box("Name or user name", search.to_owned(), Vec::new())}</div>
            </section>
        })}
        {(nothing && search.is_empty()).then(|| {
            let words = format!("Deleted users and groups stay here for {KEPT_DAYS} days. One click restores them.");
            let empty = empty("Nothing to restore".to_owned(), words, "/admin/users".to_owned(), "See all users");
            view! { <section class="panel">{empty}</section> }
        })}
        {(!users.is_empty()).then(|| panel(Kind::User, users, may_change, now))}
        {(!groups.is_empty()).then(|| panel(Kind::Group, groups, may_change, now))}
    }
}

fn sentence(lists: &DeletedLists, search: &str) -> String {
    let search = visible(search);
    let (users, groups) = (lists.users.len(), lists.groups.len());
    if users + groups == 0 && !search.is_empty() {
        return format!("No user or group that was deleted within the last {KEPT_DAYS} days matches “{search}”.");
    }
    if users + groups == 0 {
        return format!("No user or group was deleted within the last {KEPT_DAYS} days.");
    }
    let some = if users >= DELETED_SHOWN || groups >= DELETED_SHOWN { "The last " } else { "" };
    let kinds = [(users, "person", "people"), (groups, "group", "groups")];
    let kinds = kinds.iter().filter(|kind| kind.0 > 0).map(|(number, one, many)| count(*number as u64, one, many));
    let (what, were) = (kinds.collect::<Vec<_>>().join(" and "), if users + groups == 1 { "was" } else { "were" });
    let matching = if search.is_empty() { String::new() } else { format!("Matching “{search}”: ") };
    format!(
        "{matching}{some}{what} {were} deleted within the last {KEPT_DAYS} days and can be restored. After {KEPT_DAYS} days a \
         deletion is final."
    )
}

fn panel(kind: Kind, rows: Vec<Deleted>, may_change: bool, now: Timestamp) -> impl IntoView {
    let title = if kind == Kind::User { "Users" } else { "Groups" };
    view! {
        <section class="panel" aria-label=title>
            <div class="panel-head"><h2>{title}</h2></div>
            <table class="rows" aria-label=format!("Deleted {}", title.to_lowercase())>
                <thead>
                    <tr>
                        <th scope="col">Name</th>
                        <th scope="col">Deleted</th>
                        <th scope="col">Forgotten</th>
                        <th scope="col"><span class="visually-hidden">Actions</span></th>
                    </tr>
                </thead>
                <tbody>{rows.into_iter().map(|row| deleted(kind, row, may_change, now)).collect_view()}</tbody>
            </table>
        </section>
    }
}

fn deleted(kind: Kind, row: Deleted, may_change: bool, now: Timestamp) -> impl IntoView {
    let history = super::audit::history(row.id);
    view! {
        <tr>
            <td class="row-main row-text"><strong>{visible(&row.name)}</strong></td>
            <td class="soft"><span class="card-label">"Deleted "</span> {when(now, row.deleted)}</td>
            <td class="soft"><span class="card-label">"Forgotten "</span> {left(row.deleted, now)}</td>
            <td class="row-action">
                <span class="actions">
                    <a href=history aria-label=format!("What happened to {}", visible(&row.name))>"What happened"</a>
                    {may_change.then(|| restore(kind, row.id, &row.name))}
                </span>
            </td>
        </tr>
    }
}

/// How long it can still be restored.
fn left(deleted: Timestamp, now: Timestamp) -> String {
    let days = (deleted.plus_days(KEPT_DAYS).millis() - now.millis() + 86_399_999) / 86_400_000;
    if days < 1 { "within the hour".to_owned() } else { format!("in {}", count(days.unsigned_abs(), "day", "days")) }
}

fn restore(kind: Kind, id: Uuid, name: &str) -> impl IntoView + use<> {
    let name = visible(name);
    let (action, lines) = match kind {
        Kind::User => (
            RestoreUser::PATH,
            [
                "The person is restored completely: every attribute, the id that the directory uses, the groups, and \
                 the status.",
                "If another person has the user name by now, that person is kept and gets another user name.",
                "Assign the person again in your directory, or the directory deletes them again.",
            ],
        ),
        Kind::Group => (
            RestoreGroup::PATH,
            [
                "The group is restored with its name, its id, its role, and those of its members who still exist.",
                "If another group has the name by now, that group is kept and renamed.",
                "Assign the group again in your directory, or the directory deletes it again.",
            ],
        ),
    };
    let question = Question {
        id: format!("restore-{id}"),
        title: format!("Restore “{name}”?"),
        verb: "Restore",
        action,
        fields: vec![("id", id.to_string())],
        phrase: None,
        next: None,
        done: format!("{name} was restored."),
    };
    let lines = lines.map(|line| view! { <li>{line}</li> });
    let consequences = view! { <ul class="consequences">{lines.collect_view()}</ul> };
    confirm(question, Opener::Plain("Restore"), format!("Restore {name}"), consequences)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_days_that_are_left_are_counted() {
        let now = Timestamp::from_millis(1_795_000_000_000);
        let left = |days: i64| left(now.plus_days(-days), now);
        assert_eq!(
            [left(0), left(29), left(30), left(31)],
            ["in 30 days", "in 1 day", "within the hour", "within the hour"]
        );
    }

    #[test]
    fn what_can_be_restored_is_counted() {
        let deleted = Deleted { id: Default::default(), name: "Ada".into(), deleted: Timestamp::from_millis(0) };
        let lists =
            |users, groups| DeletedLists { users: vec![deleted.clone(); users], groups: vec![deleted.clone(); groups] };
        assert!(sentence(&lists(0, 0), "").starts_with("No user or group"));
        assert!(sentence(&lists(1, 2), "").starts_with("1 person and 2 groups were deleted"));
        assert!(sentence(&lists(0, 1), "").starts_with("1 group was deleted"));
        assert!(sentence(&lists(200, 0), "").starts_with("The last 200 people were deleted"));
    }
}
