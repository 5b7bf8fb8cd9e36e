//! Before a role is given or taken away, a question says who gets or loses it.

use super::{
    actions::{SetGroupRole, SetUserRole},
    word,
};
use crate::{
    components::{Opener, Question, confirm},
    words::{count, grouped, list},
};
use domain::{GroupId, UserId, role::Role};
use leptos::{prelude::*, server_fn::ServerFn};

/// A role is given to more people than this only after their number has been typed.
const TYPED_ABOVE: u64 = 10;

/// How many of a group's members are named.
const NAMED: usize = 4;

/// Whose role it is.
pub(super) enum Of {
    /// A person's.
    User { id: UserId, name: String },
    /// That of this many people in a group, some of whom are known by name.
    Group { id: GroupId, name: String, people: u64, some: Vec<String> },
}

/// A button and its question for each role but the present one.
pub(super) fn choices(of: &Of, now: Option<Role>) -> impl IntoView + use<> {
    let roles = [Some(Role::Administrator), Some(Role::Auditor), None];
    let others = roles.into_iter().filter(|role| *role != now).map(|role| choice(of, role));
    view! { <div class="actions">{others.collect_view()}</div> }
}

fn choice(of: &Of, role: Option<Role>) -> impl IntoView + use<> {
    let (action, id, phrase) = match of {
        Of::User { id, .. } => (SetUserRole::PATH, id.to_string(), None),
        Of::Group { id, people, .. } => {
            let is_typed = role.is_some() && *people > TYPED_ABOVE;
            (SetGroupRole::PATH, id.to_string(), is_typed.then(|| format!("{people} people")))
        }
    };
    let value = role.map_or("", Role::as_str);
    let opener = opener(of, role);
    let question = Question {
        id: format!("role-{}", if value.is_empty() { "none" } else { value }),
        title: title(of, role),
        verb: opener,
        action,
        fields: vec![("id", id), ("role", value.to_owned())],
        phrase,
        next: None,
        done: done(of, role),
    };
    let lines = lines(of, role).into_iter().map(|line| view! { <li>{line}</li> });
    let consequences = view! { <ul class="consequences">{lines.collect_view()}</ul> };
    confirm(question, Opener::Plain(opener), opener.to_owned(), consequences)
}

fn opener(of: &Of, role: Option<Role>) -> &'static str {
    match (of, role) {
        (_, None | Some(Role::Member)) => "Take the role away",
        (Of::User { .. }, Some(Role::Administrator)) => "Make administrator",
        (Of::User { .. }, Some(Role::Auditor)) => "Make auditor",
        (Of::Group { .. }, Some(Role::Administrator)) => "Make them administrators",
        (Of::Group { .. }, Some(Role::Auditor)) => "Make them auditors",
    }
}

fn title(of: &Of, role: Option<Role>) -> String {
    match (of, role) {
        (Of::User { name, .. }, None) => format!("Take the role from {name}?"),
        (Of::User { name, .. }, Some(role)) => format!("Make {name} an {}?", word(role).to_lowercase()),
        (Of::Group { name, .. }, None) => format!("Take the role from everybody in “{name}”?"),
        (Of::Group { name, .. }, Some(role)) => {
            format!("Make everybody in “{name}” an {}?", word(role).to_lowercase())
        }
    }
}

/// The consequences.
fn lines(of: &Of, role: Option<Role>) -> Vec<String> {
    let mut lines = match (of, role) {
        (Of::User { .. }, None) => vec!["A role that comes from a group stays.".to_owned()],
        (Of::User { .. }, Some(_)) => Vec::new(),
        (Of::Group { people, some, .. }, None) => {
            vec![
                format!("{}.", who(*people, some, "loses the role", "lose the role")),
                "A role that they have by hand or through another group stays.".to_owned(),
            ]
        }
        (Of::Group { people, some, .. }, Some(role)) => {
            let (one, many) = match role {
                Role::Administrator => ("becomes an administrator", "become administrators"),
                Role::Auditor | Role::Member => ("becomes an auditor", "become auditors"),
            };
            vec![
                format!("{}.", who(*people, some, one, many)),
                "From then on your directory decides: people who join the group get the role, and people who leave it \
                 lose it."
                    .to_owned(),
            ]
        }
    };
    match role {
        Some(Role::Administrator) => {
            lines.push("An administrator can do everything here, and make others administrators.".to_owned());
        }
        Some(Role::Auditor) => {
            lines.push("An auditor reads everything, including the audit log, and changes nothing.".to_owned());
        }
        Some(Role::Member) | None => {}
    }
    lines
}

/// This many people, the first of them by name, and what they do.
fn who(people: u64, some: &[String], one: &str, many: &str) -> String {
    if people == 0 {
        return format!("The group has no members now, so no one {one}");
    }
    let named: Vec<&str> = some.iter().take(NAMED).map(String::as_str).collect();
    let others = people.saturating_sub(named.len() as u64);
    let names = match others {
        0 => list(&named),
        others => format!("{} and {}", named.join(", "), count(others, "other", "others")),
    };
    format!("{} {}: {names}", count(people, "person", "people"), if people == 1 { one } else { many })
}

/// The message when it is done.
fn done(of: &Of, role: Option<Role>) -> String {
    match (of, role) {
        (Of::User { name, .. }, None) => format!("{name} no longer has a role given by hand."),
        (Of::User { name, .. }, Some(role)) => format!("{name} is an {} now.", word(role).to_lowercase()),
        (Of::Group { name, .. }, None) => format!("“{name}” gives no role any more."),
        (Of::Group { name, people, .. }, Some(role)) => {
            let role = word(role).to_lowercase();
            match people {
                1 => format!("The one person in “{name}” is an {role} now."),
                people => format!("The {} people in “{name}” are {role}s now.", grouped(*people)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(people: u64, some: &[&str]) -> Of {
        let some = some.iter().map(|name| (*name).to_owned()).collect();
        Of::Group { id: GroupId(Default::default()), name: "All staff".to_owned(), people, some }
    }

    #[test]
    fn the_question_says_how_many_and_who() {
        let many = group(3_000, &["Ada", "Bob", "Cy", "Dee", "Eve"]);
        let said = lines(&many, Some(Role::Administrator));
        assert_eq!(said[0], "3,000 people become administrators: Ada, Bob, Cy, Dee and 2,996 others.");
        assert_eq!(title(&many, Some(Role::Auditor)), "Make everybody in “All staff” an auditor?");
        assert_eq!(done(&many, Some(Role::Administrator)), "The 3,000 people in “All staff” are administrators now.");
        let lost = lines(&group(1, &["Ada"]), None);
        assert_eq!(lost[0], "1 person loses the role: Ada.");
        assert!(lines(&group(0, &[]), Some(Role::Auditor))[0].starts_with("The group has no members now"));
    }
}
