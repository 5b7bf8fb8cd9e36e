//! The role of one person and of one group's members, on their own pages.

use super::word;
use crate::{
    api::roles::{SetGroupRole, SetUserRole},
    islands::submit::Submit,
    pages::{
        components::{Tone, chip, hidden},
        words::{list, visible},
    },
};
use domain::{GroupId, UserId, console::RoleStatus, role::Role};
use leptos::{prelude::*, server_fn::ServerFn};

/// The role of a person: what it is, where it comes from, and the form to give or take it by hand.
pub(in crate::pages) fn of_user(id: UserId, status: &RoleStatus, may_change: bool) -> impl IntoView + use<> {
    let none = match status.through.is_empty() {
        true => "No role by hand: member",
        false => "No role by hand: what the groups give",
    };
    let form = may_change.then(|| form(SetUserRole::PATH, id.to_string(), "Role by hand", status.by_hand, none));
    panel("Role", status.effective(), user_sentence(status), form)
}

/// The role of everybody in a group.
pub(in crate::pages) fn of_group(id: GroupId, role: Option<Role>, may_change: bool) -> impl IntoView + use<> {
    let form = may_change.then(|| form(SetGroupRole::PATH, id.to_string(), "Role", role, "No role"));
    panel("Role of its members", role.unwrap_or(Role::Member), group_sentence(role), form)
}

fn panel(title: &'static str, role: Role, sentence: String, form: Option<impl IntoView + 'static>) -> impl IntoView {
    let tone = if role == Role::Member { Tone::Plain } else { Tone::Info };
    view! {
        <section class="panel" id="role" aria-labelledby="role-title">
            <div class="panel-head">
                <div class="panel-title"><h2 id="role-title">{title}</h2> {chip(tone, word(role))}</div>
            </div>
            <div class="panel-text">
                <p class="soft">
                    {sentence}
                    " Your directory changes a role only by putting people into a group that gives one, or out of it, \
                     which is an alert. "
                    <a href="/admin/sso/roles">"What the roles are"</a>
                </p>
                {form}
            </div>
        </section>
    }
}

fn user_sentence(status: &RoleStatus) -> String {
    let effective = status.effective();
    let giving: Vec<String> = status
        .through
        .iter()
        .filter(|(_, role)| *role == effective)
        .map(|(group, _)| format!("“{}”", visible(&group.display_name)))
        .collect();
    let names: Vec<&str> = giving.iter().map(String::as_str).collect();
    let role = word(effective).to_lowercase();
    let groups = format!("group{} {}", if names.len() == 1 { "" } else { "s" }, list(&names));
    match (effective, status.by_hand == Some(effective), names.is_empty()) {
        (Role::Member, ..) => "A member, who has no business in the console.".to_owned(),
        (_, true, true) => format!("{} {role}, given by hand.", article(effective)),
        (_, false, _) => format!("{} {role}, through {groups}.", article(effective)),
        (_, true, false) => format!("{} {role}, given by hand and through {groups}.", article(effective)),
    }
}

fn article(role: Role) -> &'static str {
    if role == Role::Member { "A" } else { "An" }
}

fn group_sentence(role: Option<Role>) -> String {
    match role {
        None => "The group gives no role.".to_owned(),
        Some(role) => {
            let (article, word) = (article(role).to_lowercase(), word(role).to_lowercase());
            format!("Everybody in this group is {article} {word}; whoever is in a group inside it is not.")
        }
    }
}

fn form(action: &'static str, id: String, label: &'static str, now: Option<Role>, none: &'static str) -> impl IntoView {
    let option = move |role: Role| {
        view! { <option value=role.as_str() selected={now == Some(role)}>{word(role)}</option> }
    };
    view! {
        <Submit>
            <form class="inline-form" method="post" action=action>
                {hidden(vec![("id", id)])}
                <label class="field">
                    <span class="label">{label}</span>
                    <select name="role">
                        <option value="" selected=now.is_none()>{none}</option>
                        {[Role::Administrator, Role::Auditor].map(option).collect_view()}
                    </select>
                </label>
                <button class="button">Save</button>
            </form>
        </Submit>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::group::GroupRef;

    fn said(by_hand: Option<Role>, through: &[(&str, Role)]) -> String {
        let group = |name: &str| GroupRef { id: GroupId(Default::default()), display_name: name.to_owned() };
        user_sentence(&RoleStatus {
            by_hand,
            through: through.iter().map(|(name, role)| (group(name), *role)).collect(),
        })
    }

    #[test]
    fn a_role_says_where_it_comes_from() {
        use Role::{Administrator, Auditor};
        assert_eq!(said(None, &[]), "A member, who has no business in the console.");
        assert_eq!(said(Some(Auditor), &[]), "An auditor, given by hand.");
        assert_eq!(
            said(Some(Auditor), &[("IT", Administrator), ("Audit", Auditor)]),
            "An administrator, through group “IT”."
        );
        assert_eq!(said(Some(Auditor), &[("Audit", Auditor)]), "An auditor, given by hand and through group “Audit”.");
        assert_eq!(said(None, &[("A", Auditor), ("B", Auditor)]), "An auditor, through groups “A” and “B”.");
    }

    #[test]
    fn a_group_says_what_it_gives() {
        assert_eq!(group_sentence(None), "The group gives no role.");
        assert_eq!(
            group_sentence(Some(Role::Auditor)),
            "Everybody in this group is an auditor; whoever is in a group inside it is not."
        );
    }
}
