//! Single sign-on, Roles: who may do what, and through which group.

mod actions;
mod change;
mod panel;

use crate::{
    components::{Here, Tab, framed, sso_head},
    words::{count, visible},
};
use domain::{group::GroupRef, role::Role};
use leptos::prelude::*;
use leptos_meta::Title;
pub(super) use panel::{of_group, of_user};

/// The page.
pub(crate) fn show() -> impl IntoView {
    framed(Here::SignOn, async |console, _| Ok(page(console.mapped_groups().await?).into_any()))
}

fn page(mapped: Vec<(GroupRef, Role)>) -> impl IntoView {
    view! {
        <Title text="Roles"/>
        {sso_head(Tab::Roles)}
        <p class="tab-lead">{sentence(mapped.len())}</p>
        {meanings()}
        {groups(mapped)}
    }
}

fn sentence(mapped: usize) -> String {
    let groups = match mapped {
        0 => "No group gives a role yet, so everybody is a member unless you gave them a role by hand.".to_owned(),
        1 => "1 group gives a role to everybody in it.".to_owned(),
        mapped => format!("{} give a role to everybody in them.", count(mapped as u64, "group", "groups")),
    };
    format!("{groups} Nothing that a directory sends gives a role by itself: only what you set here does.")
}

/// What each role may do.
fn meanings() -> impl IntoView {
    let roles = [
        (Role::Administrator, "Does everything here. Changes to ways in and to the guard ask for the secret again."),
        (Role::Auditor, "Reads everything, including the audit log, and changes nothing."),
        (Role::Member, "Has no access to the console. Everybody else has this role."),
    ];
    let role = |(role, words)| {
        view! {
            <div>
                <dt>{word(role)}</dt>
                <dd>{words}</dd>
            </div>
        }
    };
    view! {
        <section class="panel" aria-labelledby="meanings">
            <div class="panel-head"><h2 id="meanings">"What the roles mean"</h2></div>
            <dl class="attributes">{roles.map(role).collect_view()}</dl>
            <div class="panel-text panel-line">
                <p class="soft">{PENDING}</p>
            </div>
        </section>
    }
}

/// Roles are stored already, for when they can be used.
const PENDING: &str = "Signing in with these roles comes with single sign-on. Until then the break-glass accounts are \
                       the administrators.";

fn groups(mapped: Vec<(GroupRef, Role)>) -> impl IntoView {
    let row = |(group, role): (GroupRef, Role)| {
        view! {
            <tr>
                <td class="row-main">
                    <a class="row-link" href=format!("/admin/groups/{}#role", group.id)>{visible(&group.display_name)}</a>
                </td>
                <td>{word(role)}</td>
            </tr>
        }
    };
    let list = if mapped.is_empty() {
        view! { <p class="panel-text soft">"None yet."</p> }.into_any()
    } else {
        view! {
            <table class="rows" aria-label="Groups that give a role">
                <thead>
                    <tr>
                        <th scope="col">Group</th>
                        <th scope="col">Role of its members</th>
                    </tr>
                </thead>
                <tbody>{mapped.into_iter().map(row).collect_view()}</tbody>
            </table>
        }
        .into_any()
    };
    view! {
        <section class="panel" aria-labelledby="mapped">
            <div class="panel-head">
                <h2 id="mapped">"Groups that give a role"</h2>
                <a class="button" href="/admin/groups">Choose a group</a>
            </div>
            {list}
            <p class="panel-text panel-line soft">
                "On the page of a group, set the role of its members. People who join it in your directory get the \
                 role, and people who leave it lose the role."
            </p>
        </section>
    }
}

/// The label of a role.
pub(super) fn word(role: Role) -> &'static str {
    match role {
        Role::Administrator => "Administrator",
        Role::Auditor => "Auditor",
        Role::Member => "Member",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_counted() {
        assert!(sentence(0).starts_with("No group gives a role yet"));
        assert!(sentence(1).starts_with("1 group gives a role"));
        assert!(sentence(3).starts_with("3 groups give a role"));
    }
}
