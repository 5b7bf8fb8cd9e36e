use crate::{
    ApiError,
    components::{Here, avatar, framed, ids, status_chip, when},
    pages::{activity, audit, deleted, roles},
    words::{Section, count, cut, sections, visible, visible_json},
};
use domain::{
    Error, Timestamp, UserId,
    console::{Console, UserDetail},
    group::{GroupRef, UserGroups},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use serde_json::{Map, Value};

/// A longer document is not indented: indentation would make a deeply nested one many times as long.
const INDENTED: usize = 16 * 1024;

/// The most bytes of a document that are shown.
const RAW: usize = 128 * 1024;

/// How many groups of a user are shown.
const GROUPS: usize = 200;

/// One user, with everything that the directory has sent.
pub(crate) fn show() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    framed(Here::Users, async move |console, _| {
        let id = id.parse().map_err(|_| ApiError::NotFound)?;
        let detail = match console.user(id).await {
            Err(Error::NotFound) => return deleted::of_user(&console, id).await,
            found => found?,
        };
        let manager = manager(&console, &detail).await;
        let role = roles::of_user(&detail.user, &console.role_of(id).await?, console.may_change()).into_any();
        Ok(page(detail, manager, role, console.now()).into_any())
    })
}

/// The manager, if the directory's value identifies one of our users.
async fn manager(console: &Console, detail: &UserDetail) -> Option<(UserId, String)> {
    let id = detail.user.profile.manager.as_ref()?.parse().ok()?;
    let manager = console.user(id).await.ok()?;
    Some((id, visible(manager.user.name())))
}

fn page(detail: UserDetail, manager: Option<(UserId, String)>, role: AnyView, now: Timestamp) -> impl IntoView {
    let UserDetail { user, groups } = detail;
    let name = visible(user.name());
    let document: Map<String, Value> = serde_json::from_str(&user.profile.document).unwrap_or_default();
    let (sections, more) = sections(&document);
    let raw = raw(&user.profile.document, &document);
    view! {
        <Title text=name.clone()/>
        <div class="page-head">
            <p class="eyebrow"><a href="/admin/users">Users</a></p>
            <div class="person-head">
                {avatar(user.name())}
                <div>
                    <div class="panel-title"><h1>{name.clone()}</h1> {status_chip(user.profile.active)}</div>
                    <p class="soft">{visible(&user.profile.user_name)}</p>
                </div>
            </div>
            <p class="soft">
                "Your directory manages all of this; changes are made there. Created " {when(now, user.created)}
                ", changed " {when(now, user.changed)} ". "
                <a href=audit::history(user.id.0)>"What happened"</a> ", "
                <a href=activity::calls_about(user.id.0)>"calls about this user"</a>
            </p>
        </div>
        {sections.into_iter().map(|part| section(part, manager.as_ref())).collect_view()}
        {(more > 0).then(|| view! { <p class="soft">{format!("And {} more.", count(more, "line", "lines"))}</p> })}
        {groups_panel(groups)}
        {role}
        {ids(user.id.to_string(), user.profile.external_id.clone())}
        <details class="panel panel-fold">
            <summary>Document, as it is stored</summary>
            <pre tabindex="0">{raw}</pre>
        </details>
    }
}

/// The document as text, indented unless that makes it too long for a page.
fn raw(stored: &str, document: &Map<String, Value>) -> String {
    let text = match stored.len() {
        0..INDENTED => serde_json::to_string_pretty(document).unwrap_or_default(),
        _ => stored.to_owned(),
    };
    visible_json(&cut(&text, RAW))
}

fn section(section: Section, manager: Option<&(UserId, String)>) -> impl IntoView + use<> {
    let title = if section.is_urn {
        view! { "Extension " <code>{section.title}</code> }.into_any()
    } else {
        section.title.into_any()
    };
    let row = |(label, value): (String, String)| {
        let value = match manager.filter(|(id, _)| id.to_string() == value) {
            Some((id, name)) => view! { <a href=format!("/admin/users/{id}")>{name.clone()}</a> }.into_any(),
            None => value.into_any(),
        };
        view! {
            <div>
                <dt>{label}</dt>
                <dd>{value}</dd>
            </div>
        }
    };
    view! {
        <section class="panel">
            <div class="panel-head"><h2>{title}</h2></div>
            <dl class="attributes">{section.rows.into_iter().map(row).collect_view()}</dl>
        </section>
    }
}

fn groups_panel(groups: UserGroups) -> impl IntoView {
    let note = |text: &'static str| view! { <p class="panel-text soft">{text}</p> }.into_any();
    let list = match groups {
        UserGroups::TooMany(_) => {
            note("In more groups than this page can show. The page of a group shows who is in it.")
        }
        UserGroups::All(groups) if groups.is_empty() => note("In no group."),
        UserGroups::All(groups) => links(groups).into_any(),
    };
    view! {
        <section class="panel" aria-labelledby="groups">
            <div class="panel-head"><h2 id="groups">Groups</h2></div>
            {list}
        </section>
    }
}

fn links(groups: Vec<GroupRef>) -> impl IntoView {
    let more = groups.len().saturating_sub(GROUPS) as u64;
    let link = |group: GroupRef| view! { <li><a href=format!("/admin/groups/{}", group.id)>{visible(&group.display_name)}</a></li> };
    view! {
        <div class="panel-text">
            <ul class="links">{groups.into_iter().take(GROUPS).map(link).collect_view()}</ul>
            {(more > 0).then(|| view! { <p class="soft">{format!("And {} more.", count(more, "group", "groups"))}</p> })}
        </div>
    }
}
