//! Events about roles that people gained or lost, by changes of the people or of their groups.

use super::Role;
use crate::{
    UserId,
    audit::{Event, name},
};
use serde_json::{Value, json};

/// Up to how many people in one unit get an event each.
const OWN: usize = 5;

/// How many people an event about many names at most.
const NAMED: usize = 50;

/// A change of a role.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RoleChange<'a> {
    /// The role.
    pub(crate) role: Role,
    /// Whether it was gained rather than lost.
    pub(crate) gained: bool,
    /// The cause: the name of a fact and its value.
    pub(crate) because: (&'a str, &'a str),
}

/// The events for a change: one for each person if they are few; otherwise a single one, on the target of `event`, that
/// names some of them.
pub(crate) fn role_events(event: &Event, change: RoleChange<'_>, people: &[(UserId, String)]) -> Vec<Event> {
    let role = |is: bool| json!(is.then(|| change.role.as_str()));
    let (fact, what) = change.because;
    let before = Some(json!({"role": role(!change.gained)}).to_string());
    let after = json!({"role": role(change.gained), fact: what});
    if people.len() <= OWN {
        let own = |(user, name): &(UserId, String)| Event {
            before: before.clone(),
            ..event.clone().on(user.0, name).with(&after)
        };
        return people.iter().map(own).collect();
    }
    let mut names: Vec<Value> = people.iter().take(NAMED).map(|(_, known)| json!(name(known))).collect();
    if people.len() > NAMED {
        names.push(json!(format!("and {} more", people.len() - NAMED)));
    }
    let after = json!({"role": role(change.gained), fact: what, "people": people.len(), "names": names});
    vec![Event { before, ..event.clone().with(&after) }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Timestamp, audit::Action, identity::Who};
    use uuid::Uuid;

    fn told(people: usize) -> Vec<Event> {
        let event = Event::new(Timestamp::from_millis(0), Who::System, None, Action::UserRoleChanged);
        let event = event.on(Uuid::nil(), "Staff");
        let change = RoleChange { role: Role::Administrator, gained: true, because: ("through group", "Staff") };
        let person = |at: usize| (UserId(Uuid::from_u128(at as u128 + 1)), format!("Person {at}"));
        role_events(&event, change, &(0..people).map(person).collect::<Vec<_>>())
    }

    #[test]
    fn few_have_events_of_their_own_and_many_share_one() {
        assert!(told(0).is_empty());
        let few = told(5);
        assert_eq!((few.len(), few[4].target_name.as_deref()), (5, Some("Person 4")));
        assert_eq!(few[0].after.as_deref(), Some(r#"{"role":"administrator","through group":"Staff"}"#));
        let many = told(1_000);
        assert_eq!((many.len(), many[0].target_name.as_deref()), (1, Some("Staff")));
        let after = many[0].after.as_deref().unwrap();
        assert!(after.contains(r#""people":1000"#) && after.contains("and 950 more"), "{after}");
    }
}
