//! What an event says, in words.

use crate::words::{count, grouped, visible};
use domain::audit::{Action, Event, NAME};

/// A sentence around the name of what was changed, if it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sentence {
    pub(super) before: String,
    pub(super) name: Option<String>,
    pub(super) after: String,
}

impl Sentence {
    /// What happened.
    pub(super) fn of(event: &Event) -> Self {
        let name = event.target_name.as_deref().map(visible);
        let (before, after) = words(event.action);
        let fact = |word: &str| event.fact(word);
        match (event.action, name) {
            (Action::GuardTripped, Some(token)) => {
                let people = fact("people").and_then(|people| people.as_u64());
                let departures = fact("departures").and_then(|departures| departures.as_u64());
                let before = match (people, departures) {
                    (Some(people), _) => {
                        format!("{} lost something at once through token ", count(people, "person", "people"))
                    }
                    (None, Some(departures)) => format!(
                        "An undecided batch has grown to {} through token ",
                        count(departures, "departure", "departures")
                    ),
                    (None, None) => "Many people lost something at once through token ".to_owned(),
                };
                Self { before, name: Some(token), after: String::new() }
            }
            (Action::UserRoleChanged, Some(token)) if fact("further").is_some() => {
                let further = fact("further").and_then(|further| further.as_u64()).unwrap_or_default();
                let changes = count(further, "more change of a role", "more changes of roles");
                Self {
                    before: "Through token ".to_owned(),
                    name: Some(token),
                    after: format!(", {changes} were logged within an hour"),
                }
            }
            (Action::UserRoleChanged, name) if fact("people").is_some() => {
                let people = fact("people").and_then(|people| people.as_u64()).unwrap_or_default();
                let whose = format!("The role of {} was changed", count(people, "person", "people"));
                let before = if name.is_some() { format!("{whose}, through group ") } else { whose };
                Self { before, name, after: String::new() }
            }
            (Action::BreakGlassRefused, name) => {
                let attempts = fact("attempts").and_then(|attempts| attempts.as_u64()).unwrap_or(1);
                let before = match attempts {
                    1 => "A sign-in with break-glass account ".to_owned(),
                    attempts => format!("{} with break-glass account ", count(attempts, "sign-in", "sign-ins")),
                };
                let after = if attempts == 1 { " was refused" } else { " were refused" };
                let name = name.or_else(|| Some("a name that does not exist".to_owned()));
                Self { before, name, after: after.to_owned() }
            }
            (Action::TokenNewNetwork, Some(token)) if fact("further").is_some() => {
                let further = fact("further").and_then(|further| further.as_u64()).unwrap_or_default();
                let after = format!(
                    " was used from {} within an hour",
                    count(further, "more new network", "more new networks")
                );
                Self { before: "Token ".to_owned(), name: Some(token), after }
            }
            (Action::GroupChanged, Some(group)) if event.members() != (0, 0) => members(event, group),
            (Action::Refused, name) => {
                let what = fact("refused").and_then(|refused| Action::parse(refused.as_str()?)).map(intention);
                let before = format!("A change was refused: {}", what.unwrap_or("change something"));
                Self { before, name, after: String::new() }
            }
            (Action::AuditExported, _) => {
                let form = fact("as").and_then(|form| form.as_str().map(str::to_owned));
                let form = form.map(|form| format!(" as {}", visible(&form))).unwrap_or_default();
                Self { before: format!("The audit log was exported{form}"), name: None, after: String::new() }
            }
            (Action::GuardUndone, _) => {
                let number = |name| fact(name).and_then(|number| number.as_u64());
                let departures =
                    number("restored").map(|restored| format!(" of {}", count(restored, "departure", "departures")));
                let failed = number("failed").filter(|failed| *failed > 0);
                let failed = failed.map(|failed| format!("; {failed} could not be undone")).unwrap_or_default();
                Self {
                    before: format!("A batch{} was undone{failed}", departures.unwrap_or_default()),
                    name: None,
                    after: String::new(),
                }
            }
            (_, None) if before.is_empty() => {
                Self { before: "A user without a name".to_owned(), name: None, after: after.to_owned() }
            }
            (_, None) if before.ends_with(' ') => {
                Self { before: format!("{before}without a name"), name: None, after: after.to_owned() }
            }
            (_, name) => {
                let has_place = before.is_empty() || before.ends_with(' ');
                Self { before: before.to_owned(), name: name.filter(|_| has_place), after: after.to_owned() }
            }
        }
    }
}

/// Who joined and who left a group, and whether anything else changed.
fn members(event: &Event, group: String) -> Sentence {
    let members = |number| count(number, "member", "members");
    let who = match event.members() {
        (joined, 0) => format!("{} joined", members(joined)),
        (0, left) => format!("{} left", members(left)),
        (joined, left) => format!("{} joined and {} left", members(joined), grouped(left)),
    };
    if event.changes_attributes() {
        Sentence { before: "Group ".to_owned(), name: Some(group), after: format!(" was changed; {who}") }
    } else {
        Sentence { before: format!("{who} group "), name: Some(group), after: String::new() }
    }
}

/// The words before the name and after it. If there is no name, the first part does not end with a space.
fn words(action: Action) -> (&'static str, &'static str) {
    let sentence = action.kind().sentence;
    sentence.split_once(NAME).unwrap_or((sentence, ""))
}

/// What the action was meant to do, after “to”.
pub(super) fn intention(action: Action) -> &'static str {
    action.kind().intention.unwrap_or("change something")
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Timestamp, identity::Who};
    use serde_json::{Value, json};
    use uuid::Uuid;

    fn said(action: Action, name: Option<&str>, facts: Value) -> String {
        let event = Event::new(Timestamp::from_millis(0), Who::Host, None, action).with(&facts);
        let event = match name {
            Some(name) => event.on(Uuid::nil(), name),
            None => event,
        };
        let Sentence { before, name, after } = Sentence::of(&event);
        format!("{before}{}{after}", name.unwrap_or_default())
    }

    #[test]
    fn an_event_is_a_sentence() {
        let said = |action, name| said(action, name, Value::Null);
        assert_eq!(said(Action::UserDeactivated, Some("Ada Byron")), "Ada Byron was deactivated");
        assert_eq!(said(Action::TokenCreated, Some("Entra")), "Token Entra was made");
        assert_eq!(said(Action::ProvisioningEnabled, None), "SCIM provisioning was turned on");
        assert_eq!(said(Action::UserDeleted, None), "A user without a name was deleted");
        assert_eq!(said(Action::TokenRevoked, None), "Token without a name was revoked");
    }

    #[test]
    fn numbers_stand_in_the_sentence() {
        let tripped = said(Action::GuardTripped, Some("Entra"), json!({"people": 1_284}));
        assert_eq!(tripped, "1,284 people lost something at once through token Entra");
        let further = said(Action::TokenNewNetwork, Some("Entra"), json!({"further": 1_495}));
        assert_eq!(further, "Token Entra was used from 1,495 more new networks within an hour");
        let refused = |attempts| said(Action::BreakGlassRefused, Some("gate"), json!({"attempts": attempts}));
        assert_eq!(refused(1), "A sign-in with break-glass account gate was refused");
        assert_eq!(refused(40), "40 sign-ins with break-glass account gate were refused");
        let undone = said(Action::GuardUndone, None, json!({"restored": 212, "failed": 1}));
        assert_eq!(undone, "A batch of 212 departures was undone; 1 could not be undone");
    }

    #[test]
    fn who_joined_a_group_and_who_left_is_counted() {
        let said = |after: Value| {
            let event = Event::new(Timestamp::from_millis(0), Who::Host, None, Action::GroupChanged);
            let event = Event { after: Some(after.to_string()), ..event.on(Uuid::nil(), "Sales") };
            let Sentence { before, name, after } = Sentence::of(&event);
            format!("{before}{}{after}", name.unwrap_or_default())
        };
        assert_eq!(said(json!({"members joined": ["1"]})), "1 member joined group Sales");
        let many: Vec<String> = (0..50).map(|n| n.to_string()).chain(["and 1950 more".to_owned()]).collect();
        assert_eq!(said(json!({"members left": many})), "2,000 members left group Sales");
        let both = json!({"members joined": ["1", "2"], "members left": ["3"]});
        assert_eq!(said(both), "2 members joined and 1 left group Sales");
        let renamed = json!({"displayName": "Sales", "members joined": ["1", "2"]});
        assert_eq!(said(renamed), "Group Sales was changed; 2 members joined");
        assert_eq!(said(json!({"displayName": "Sales"})), "Group Sales was changed");
    }

    #[test]
    fn what_is_summed_up_says_how_many() {
        for action in Action::ALL.iter().copied().filter(|action| action.kind().is_summed_up()) {
            let (one, many) = (Value::Null, json!({"further": 1_495}));
            let (one, many) = (said(action, Some("Entra"), one), said(action, Some("Entra"), many));
            assert!(
                many != one && many.contains("1,495"),
                "{action:?} needs an arm in app/src/pages/audit/sentence.rs: {many}"
            );
        }
    }

    #[test]
    fn a_refusal_says_what_was_wanted() {
        let refused = said(Action::Refused, None, json!({"refused": "provisioning.enabled"}));
        assert_eq!(refused, "A change was refused: turn on SCIM provisioning");
    }

    #[test]
    fn a_name_cannot_hide_anything() {
        let said = said(Action::UserCreated, Some("ad\u{202e}nimda"), Value::Null);
        assert_eq!(said, "ad[U+202E]nimda was created");
    }
}
