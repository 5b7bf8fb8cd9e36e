//! The words under which an event states facts of Postern's own, and how they are distinguished from what a document
//! says.
//!
//! An event's `before` and `after` hold both: the attributes of the document that differ, and facts such as who joined
//! a group. A token may give an attribute any name, so two rules keep an attribute from passing for a fact:
//!
//! - When a change of a document is recorded, an attribute with a name from [`WORDS`] is written under another name,
//!   see [`quoted`]. In a new event such a word is always Postern's own, in exports too.
//! - An event about a document states few facts. Any other word there is an attribute, even in the events of older
//!   versions, which did not quote.

use super::{Action, Contents, Event};
use crate::identity::Who;
use serde_json::{Map, Value};

/// The member that says how many values did not fit.
pub const LEFT_OUT: &str = "left out";

/// The members that joined a group in a change, and those that left it.
pub(crate) const JOINED: &str = "members joined";
pub(crate) const LEFT: &str = "members left";

/// Words about the membership of a group. The last three are from older versions, which named the members in the
/// request.
const OF_MEMBERS: [&str; 5] = [JOINED, LEFT, "members added", "members removed", "members set"];

/// What an undo states of the users and groups that it changes.
const OF_UNDOING: [&str; 3] = ["undone batch", "members back", "memberships ended"];

/// Every word under which Postern states a fact.
pub const WORDS: [&str; 63] = [
    JOINED,
    LEFT,
    "members added",
    "members removed",
    "members set",
    "undone batch",
    "members back",
    "memberships ended",
    LEFT_OUT,
    super::ONLY_COUNTED,
    "alerts read",
    "alerts that were not sent",
    "as",
    "attempts",
    "batch",
    "because",
    "budget",
    "by",
    "bytes",
    "cap",
    "client",
    "codes removed",
    "count",
    "days",
    "departures",
    "drill",
    "enforced",
    "expires",
    "failed",
    "filtered",
    "from",
    "further",
    "hash",
    "how",
    "last",
    "last backup",
    "last event",
    "MiB stored",
    "minutes",
    "mode",
    "names",
    "networks",
    "now",
    "old token expires",
    "paused",
    "people",
    "percent",
    "proven accounts left",
    "refusals",
    "refused",
    "replaces",
    "restored",
    "role",
    "sessions ended",
    "SHA-256",
    "signed in",
    "task",
    "text",
    "through",
    "through group",
    "token",
    "tokens paused",
    "user",
];

/// The prefix of the name of an attribute that could be taken for a fact.
const QUOTE: &str = "attribute ";

/// What a name in an event means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said<'a> {
    /// A fact of Postern's own.
    Fact,
    /// An attribute of the document that the event is about, by its name in the document.
    Attribute(&'a str),
}

impl Event {
    /// What a name in its `before` or `after` means.
    pub fn said<'a>(&self, name: &'a str) -> Said<'a> {
        if self.states(name) { Said::Fact } else { Said::Attribute(name.strip_prefix(QUOTE).unwrap_or(name)) }
    }

    /// A fact that it states in `after`.
    pub fn fact(&self, word: &str) -> Option<Value> {
        let mut after: Map<String, Value> = serde_json::from_str(self.after.as_deref()?).ok()?;
        after.remove(word).filter(|_| self.states(word))
    }

    /// How many members joined a group in this change, and how many left it.
    pub fn members(&self) -> (u64, u64) {
        let count = |word| self.fact(word).map_or(0, |fact| named(&fact));
        (count(JOINED), count(LEFT))
    }

    /// Whether an attribute of the document that it is about changed.
    pub fn changes_attributes(&self) -> bool {
        let sides = [&self.before, &self.after].into_iter().flatten();
        let mut sides = sides.filter_map(|side| serde_json::from_str::<Map<String, Value>>(side).ok());
        sides.any(|side| side.keys().any(|name| !self.states(name)))
    }

    /// Whether Postern states facts under this word in such an event.
    fn states(&self, word: &str) -> bool {
        let of_group = self.action.kind().contents == Contents::Group;
        !self.action.is_about_document()
            || word == LEFT_OUT
            || of_group && OF_MEMBERS.contains(&word)
            || OF_UNDOING.contains(&word) && !matches!(self.actor, Who::Token { .. })
    }
}

impl Action {
    /// Whether such an event says how a document was before and after. All others state only facts.
    pub fn is_about_document(self) -> bool {
        self.kind().contents != Contents::Facts
    }
}

/// How many ids a list has, with those that its last line only counts: `and 1950 more`.
fn named(list: &Value) -> u64 {
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    let more = list.last().and_then(|last| last.as_str()?.strip_prefix("and ")?.strip_suffix(" more")?.parse().ok());
    list.len() as u64 + more.map_or(0, |more: u64| more.saturating_sub(1))
}

/// Whether Postern states facts under this word.
pub(super) fn is_word(name: &str) -> bool {
    WORDS.contains(&name)
}

/// Facts as an event has them.
pub(super) fn stated(facts: &Value) -> String {
    debug_assert!(
        facts.as_object().is_none_or(|facts| facts.keys().all(|word| is_word(word))),
        "not all in WORDS of crates/domain/src/audit/facts.rs: {facts}"
    );
    facts.to_string()
}

/// The attributes of a document under names that cannot be facts: `because` becomes `attribute because`. Case does not
/// matter, since people read exports, too, and a name that looks quoted is quoted again.
pub(super) fn quoted(attributes: Map<String, Value>) -> Map<String, Value> {
    let quote = |name: String| match looks_stated(&name) {
        true => format!("{QUOTE}{name}"),
        false => name,
    };
    attributes.into_iter().map(|(name, value)| (quote(name), value)).collect()
}

fn looks_stated(name: &str) -> bool {
    name.starts_with(QUOTE) || WORDS.iter().any(|word| word.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Timestamp, audit::Change};
    use serde_json::json;

    fn scim() -> Who {
        Who::Token { id: crate::TokenId(uuid::Uuid::nil()), name: "Entra".into() }
    }

    #[test]
    fn members_are_counted_and_other_changes_noticed() {
        let event = |after: Value| Event {
            after: Some(after.to_string()),
            ..Event::new(Timestamp::from_millis(0), scim(), None, Action::GroupChanged)
        };
        let some = event(json!({JOINED: ["1", "2", "and 48 more"], LEFT: ["3"]}));
        assert_eq!((some.members(), some.changes_attributes()), ((50, 1), false));
        let renamed = event(json!({"displayName": "and 7 more"}));
        assert_eq!((renamed.members(), renamed.changes_attributes()), ((0, 0), true));
        let before = Event { before: Some(r#"{"displayName":"Team"}"#.into()), ..event(json!({LEFT: ["3"]})) };
        assert_eq!((before.members(), before.changes_attributes()), ((0, 1), true));
    }

    #[test]
    fn r36_no_attribute_is_recorded_under_a_word_of_ours() {
        for word in WORDS {
            for name in [word.to_owned(), word.to_uppercase(), format!("{QUOTE}{word}")] {
                let document = json!({name.clone(): "Approved by the CISO"}).to_string();
                let change = Change::between("{}", &document);
                let Some(Value::Object(after)) = change.after.map(|after| serde_json::from_str(&after).unwrap()) else {
                    panic!("no change")
                };
                let (key, _) = after.iter().next().unwrap();
                assert!(!is_word(key), "{key}");
                let event = Event::new(Timestamp::from_millis(0), scim(), None, Action::UserChanged);
                assert_eq!(event.said(key), Said::Attribute(&name));
            }
        }
    }

    #[test]
    fn r36_an_event_about_a_document_states_few_facts() {
        let said = |actor, action, word| Event::new(Timestamp::from_millis(0), actor, None, action).said(word);
        for word in WORDS.into_iter().filter(|word| *word != LEFT_OUT) {
            assert_eq!(said(scim(), Action::UserChanged, word), Said::Attribute(word));
            assert_eq!(said(Who::System, Action::GuardTripped, word), Said::Fact);
        }
        assert_eq!(said(scim(), Action::GroupChanged, JOINED), Said::Fact);
        assert_eq!(said(scim(), Action::GroupChanged, "members set"), Said::Fact, "as older versions wrote it");
        assert_eq!(said(scim(), Action::GroupChanged, "undone batch"), Said::Attribute("undone batch"));
        assert_eq!(said(Who::Host, Action::GroupChanged, "undone batch"), Said::Fact);
        assert_eq!(said(scim(), Action::UserChanged, LEFT_OUT), Said::Fact);
    }

    #[test]
    fn r36_a_fact_is_read_only_where_it_is_stated() {
        let event = |action| Event {
            after: Some(json!({"because": "x"}).to_string()),
            ..Event::new(Timestamp::from_millis(0), scim(), None, action)
        };
        assert_eq!(event(Action::Refused).fact("because"), Some(json!("x")));
        assert_eq!(event(Action::UserChanged).fact("because"), None);
    }
}
