//! The role of one person and of one group's members, on their own pages.

use super::{
    change::{self, Of},
    word,
};
use crate::{
    components::{Tone, chip},
    words::{count, list, visible},
};
use domain::{
    console::{GroupDetail, RoleStatus},
    role::Role,
    user::User,
};
use leptos::prelude::*;

/// The role of a person: what it is, where it comes from, and the buttons to give or take it by hand.
pub(in crate::pages) fn of_user(user: &User, status: &RoleStatus, may_change: bool) -> impl IntoView + use<> {
    let of = Of::User { id: user.id, name: visible(user.name()) };
    let form = may_change.then(|| change::choices(&of, status.by_hand));
    panel("Role", status.effective(), user_sentence(status), form)
}

/// The role of everybody in a group.
pub(in crate::pages) fn of_group(detail: &GroupDetail, role: Option<Role>, may_change: bool) -> impl IntoView + use<> {
    let of = Of::Group {
        id: detail.group.id,
        name: visible(&detail.group.profile.display_name),
        people: detail.members.total,
        some: detail.members.rows.iter().map(|row| visible(&row.name)).collect(),
    };
    let form = may_change.then(|| change::choices(&of, role));
    let sentence = group_sentence(role, detail.members.total);
    panel("Role of its members", role.unwrap_or(Role::Member), sentence, form)
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
                     and you are alerted. "
                    <a href="/admin/sso/roles">"What the roles mean"</a>
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
        (Role::Member, ..) => "A member, with no access to the console.".to_owned(),
        (_, true, true) => format!("{} {role}, given by hand.", article(effective)),
        (_, false, _) => format!("{} {role}, through {groups}.", article(effective)),
        (_, true, false) => format!("{} {role}, given by hand and through {groups}.", article(effective)),
    }
}

fn article(role: Role) -> &'static str {
    if role == Role::Member { "A" } else { "An" }
}

fn group_sentence(role: Option<Role>, people: u64) -> String {
    match role {
        None => "The group gives no role.".to_owned(),
        Some(role) => {
            let (article, word) = (article(role).to_lowercase(), word(role).to_lowercase());
            let people = count(people, "person", "people");
            format!(
                "Everybody in this group is {article} {word}: {people}. People who are only in a group inside it are \
                 not."
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{GroupId, group::GroupRef};

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
        assert_eq!(said(None, &[]), "A member, with no access to the console.");
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
        assert_eq!(group_sentence(None, 7), "The group gives no role.");
        let said = group_sentence(Some(Role::Auditor), 3_000);
        assert!(said.starts_with("Everybody in this group is an auditor: 3,000 people."), "{said}");
    }
}
