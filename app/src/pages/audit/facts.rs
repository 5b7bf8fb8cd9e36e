//! What an event changed: each attribute before and after.

use super::sentence::intention;
use crate::words::{Reader, absolute, count, cut, visible, visible_text};
use domain::{
    Timestamp,
    audit::{Action, Event, LEFT_OUT, ONLY_COUNTED, Said},
};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// An attribute or a fact, with its value before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    pub(super) label: String,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

/// What a page shows of an event. Attributes of a document and facts that Postern states are in separate lists, so no
/// attribute can pose as a fact by its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// The attributes of a document that differ, in the order in which the event has them.
    pub(super) attributes: Vec<Fact>,
    /// Postern's own facts, likewise.
    pub(super) stated: Vec<Fact>,
    /// How many more lines there are of either.
    pub(super) more: u64,
}

/// How many facts of an event are shown.
const SHOWN: usize = 100;

/// How many lines are read of each side: several may become one fact.
const LINES: usize = 1_000;

/// Most bytes on one side of a fact.
const VALUE: usize = 2 * 1024;

/// The state before and after an event.
pub(super) fn facts(event: &Event) -> Facts {
    let (mut attributes, mut stated) = (Joined::default(), Joined::default());
    let mut more = 0;
    let sides: [(&Option<String>, Side); 2] =
        [(&event.before, |fact| &mut fact.before), (&event.after, |fact| &mut fact.after)];
    for (text, side) in sides {
        let read = read(event, text.as_deref());
        more += attributes.take(read.attributes, side) + stated.take(read.stated, side);
    }
    let (stated, without) = stated.shown(SHOWN);
    let (attributes, also_without) = attributes.shown(SHOWN - stated.len());
    Facts { attributes, stated, more: more + without + also_without }
}

type Side = fn(&mut Fact) -> &mut Option<String>;

/// Facts, each with a label of its own.
#[derive(Default)]
struct Joined {
    facts: Vec<Fact>,
    places: HashMap<String, usize>,
}

impl Joined {
    /// Takes the lines of one side, and returns how many were not read.
    fn take(&mut self, reader: Reader, side: Side) -> u64 {
        reader.rows.into_iter().for_each(|(label, value)| self.add(visible(&label), &value, side));
        reader.more
    }

    /// As many as may be shown, and how many more there are.
    fn shown(self, most: usize) -> (Vec<Fact>, u64) {
        let mut facts = self.facts;
        // Older versions named a complex attribute whole, even when only a part of it differs.
        facts.retain(|fact| fact.before != fact.after);
        let more = facts.len().saturating_sub(most) as u64;
        facts.truncate(most);
        (facts, more)
    }

    fn add(&mut self, label: String, value: &str, side: Side) {
        let next = self.facts.len();
        let at = *self.places.entry(label.clone()).or_insert(next);
        if at == next {
            self.facts.push(Fact { label, before: None, after: None });
        }
        match side(&mut self.facts[at]) {
            Some(known) if known.len() >= VALUE => {}
            Some(known) => {
                known.push_str(", ");
                known.push_str(value);
                *known = cut(known, VALUE).into_owned();
            }
            empty => *empty = Some(value.to_owned()),
        }
    }
}

/// What was read of one side.
struct Read {
    attributes: Reader,
    stated: Reader,
}

fn read(event: &Event, text: Option<&str>) -> Read {
    let mut read = Read { attributes: Reader::of_events(LINES), stated: Reader::of_events(LINES) };
    let Some(text) = text else { return read };
    let Ok(map) = serde_json::from_str::<Map<String, Value>>(text) else {
        let lines = if event.action.is_about_document() { &mut read.attributes } else { &mut read.stated };
        lines.push("Text", &visible_text(&cut(text, VALUE)));
        return read;
    };
    for (name, value) in map {
        match event.said(&name) {
            Said::Attribute(name) => attribute(&mut read.attributes, name, &value),
            Said::Fact => match own(&name, &value) {
                Some((label, text)) => read.stated.push(&label, &text),
                None => attribute(&mut read.stated, &name, &value),
            },
        }
    }
    read
}

fn attribute(reader: &mut Reader, name: &str, value: &Value) {
    let from = reader.rows.len();
    reader.attribute(name, value);
    reader.rows[from..].iter_mut().for_each(|(_, value)| *value = moment(value));
}

/// A fact that Postern itself states in a form that needs translating for people.
fn own(name: &str, value: &Value) -> Option<(String, String)> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Null => "none".to_owned(),
        other => other.to_string(),
    };
    let (label, text) = match name {
        LEFT_OUT => ("Left out", count(value.as_u64()?, "value", "values")),
        "by" => ("Proven with", text),
        "as" => ("Form", text),
        "because" => ("Why", text),
        "refused" => {
            ("What was wanted", Action::parse(&text).map_or(text, |action| format!("to {}", intention(action))))
        }
        "days" => ("Kept for", format!("{text} days")),
        "mode" => ("When too many leave", mode(&text).to_owned()),
        "count" => ("Always ordinary up to", format!("{text} people")),
        "percent" => ("Ordinary too", format!("{text} % of active users")),
        "cap" => ("But at most", format!("{text} people")),
        "minutes" => ("Within", format!("{text} minutes")),
        "through" => ("Last event removed", text),
        "hash" => ("Its hash", text),
        "restored" => ("Brought back", text),
        "failed" => ("Could not be restored", text),
        "budget" => ("Changes may store", format!("{text} MiB an hour")),
        "refusals" => ("Refused calls answered", format!("{text} a minute")),
        "MiB stored" => ("Stored in this hour", format!("{text} MiB")),
        "further" => ("More of the same", text),
        ONLY_COUNTED => ("Alert", "counted in a summary".to_owned()),
        "role" => ("Role", text),
        "expires" => ("Expires", if value.is_null() { "never".to_owned() } else { text }),
        "networks" if !value.is_array() => ("Networks", if value.is_null() { "any".to_owned() } else { text }),
        "enforced" => ("Other networks", if *value == true { "refused" } else { "let through" }.to_owned()),
        _ => return None,
    };
    Some((label.to_owned(), moment(&text)))
}

fn mode(word: &str) -> &str {
    match word {
        "alert" => "they leave",
        "hold" => "they are held back",
        other => other,
    }
}

/// A moment in words; any other text as it is, with nothing hidden in it.
fn moment(text: &str) -> String {
    Timestamp::parse(text).map_or_else(|| visible_text(text), absolute)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        audit::{Change, WORDS},
        identity::Who,
    };
    use serde_json::json;

    fn event(actor: Who, action: Action, (before, after): (Option<Value>, Option<Value>)) -> Event {
        let text = |value: Option<Value>| value.map(|value| value.to_string());
        let change = Change { before: text(before), after: text(after) };
        Event::new(Timestamp::from_millis(0), actor, None, action).change(change)
    }

    fn rows(facts: Vec<Fact>) -> Vec<(String, String, String)> {
        let or_none = |side: Option<String>| side.unwrap_or_else(|| "∅".to_owned());
        facts.into_iter().map(|fact| (fact.label, or_none(fact.before), or_none(fact.after))).collect()
    }

    fn of(before: Option<Value>, after: Option<Value>) -> Vec<(String, String, String)> {
        rows(facts(&event(Who::Host, Action::UserChanged, (before, after))).attributes)
    }

    fn stated(action: Action, after: Value) -> Vec<(String, String, String)> {
        rows(facts(&event(Who::Host, action, (None, Some(after)))).stated)
    }

    fn row(label: &str, before: &str, after: &str) -> (String, String, String) {
        (label.to_owned(), before.to_owned(), after.to_owned())
    }

    #[test]
    fn before_and_after_stand_side_by_side() {
        let facts = of(
            Some(json!({"title": "Countess", "name": {"givenName": "Ada", "familyName": "Byron"}, "nickName": "A"})),
            Some(json!({"title": "Analyst", "name": {"givenName": "Ada", "familyName": "King"}, "active": false})),
        );
        assert_eq!(
            facts,
            [
                row("Job title", "Countess", "Analyst"),
                row("Family name", "Byron", "King"),
                row("Nick name", "A", "∅"),
                row("Active", "∅", "No"),
            ]
        );
    }

    #[test]
    fn our_own_facts_have_their_words() {
        assert_eq!(stated(Action::GuardChanged, json!({"mode": "alert"}))[0].2, "they leave");
        let facts = stated(Action::TokenCreated, json!({"expires": null, "networks": null, "enforced": false}));
        assert_eq!(facts[0], row("Expires", "∅", "never"));
        assert_eq!(facts[1], row("Networks", "∅", "any"));
        assert_eq!(stated(Action::Refused, json!({"refused": "token.created"}))[0].2, "to make a token");
    }

    /// Words that a page shows as they are.
    const CLEAR: [&str; 39] = [
        "members joined",
        "members left",
        "members added",
        "members removed",
        "members set",
        "undone batch",
        "members back",
        "memberships ended",
        "alerts read",
        "alerts that were not sent",
        "attempts",
        "batch",
        "bytes",
        "client",
        "codes removed",
        "departures",
        "drill",
        "filtered",
        "from",
        "how",
        "last",
        "last backup",
        "last event",
        "names",
        "now",
        "old token expires",
        "paused",
        "people",
        "proven accounts left",
        "replaces",
        "sessions ended",
        "SHA-256",
        "signed in",
        "task",
        "text",
        "through group",
        "token",
        "tokens paused",
        "user",
    ];

    #[test]
    fn every_word_has_a_label_or_is_clear() {
        let values = [json!("x"), json!(7), json!(null)];
        let unlabelled = WORDS.into_iter().filter(|word| values.iter().all(|value| own(word, value).is_none()));
        let unlabelled: Vec<&str> = unlabelled.collect();
        assert_eq!(unlabelled, CLEAR, "a label in `own` of app/src/pages/audit/facts.rs, or a line in CLEAR");
    }

    #[test]
    fn members_are_listed_and_moments_are_told() {
        for (word, label) in [("members joined", "Members joined"), ("members added", "Members added")] {
            let facts = stated(Action::GroupChanged, json!({word: ["1", "2"]}));
            assert_eq!(facts, [row(label, "∅", "1, 2")]);
        }
        let facts = stated(Action::TokenRotated, json!({"old token expires": "2026-11-18T11:06:40.007Z"}));
        assert_eq!(facts, [row("Old token expires", "∅", "18 November 2026, 11:06 UTC")]);
    }

    #[test]
    fn nothing_hides_in_a_value() {
        assert_eq!(of(None, Some(json!({"x": "a\u{202e}b"})))[0].2, "a[U+202E]b");
        let event = Event::new(Timestamp::from_millis(0), Who::Host, None, Action::UserChanged);
        let event = Event { after: Some("no object\u{0}".to_owned()), ..event };
        assert_eq!(facts(&event).attributes[0].after.as_deref(), Some("no object[U+0000]"));
    }

    #[test]
    fn long_texts_are_told_by_their_length_and_hash() {
        let sha256 = "ab".repeat(32);
        let after = json!({"title": {"bytes": 5_000, "sha256": sha256}, "left out": 7});
        let attributes = of(None, Some(after.clone()));
        assert_eq!(attributes, [row("Job title", "∅", &format!("a text of 5,000 bytes with the SHA-256 {sha256}"))]);
        assert_eq!(stated(Action::UserChanged, after), [row("Left out", "∅", "7 values")]);
    }

    #[test]
    fn r36_no_attribute_is_read_as_a_fact_of_ours() {
        let actor = Who::Token { id: domain::TokenId(uuid::Uuid::nil()), name: "Entra".to_owned() };
        for action in Action::ALL.iter().copied().filter(|action| action.is_about_document()) {
            for word in WORDS {
                let document = |value: &str| json!({word: value, "title": value}).to_string();
                let change = Change::between(&document("1"), &document("2"));
                let event = Event::new(Timestamp::from_millis(0), actor.clone(), None, action).change(change);
                let shown = facts(&event);
                assert_eq!(shown.stated, [], "{action:?}: {word}");
                let expected = [row(&label_of(word), "1", "2"), row("Job title", "1", "2")];
                assert_eq!(rows(shown.attributes), expected, "{action:?}");
            }
        }
    }

    /// Attributes whose names look like a fact's label stay among the attributes.
    #[test]
    fn r36_an_attribute_with_the_label_of_a_fact_is_no_fact() {
        let after = json!({"why": "Approved", "membersJoined": "1", "members joined": ["2"]});
        let shown = facts(&event(Who::Host, Action::GroupChanged, (None, Some(after))));
        assert_eq!(rows(shown.attributes), [row("Why", "∅", "Approved"), row("Members joined", "∅", "1")]);
        assert_eq!(rows(shown.stated), [row("Members joined", "∅", "2")]);
    }

    /// The label of an attribute.
    fn label_of(word: &str) -> String {
        let mut document = Reader::of_events(1);
        document.attribute(word, &json!("x"));
        document.rows.remove(0).0
    }

    #[test]
    fn an_event_of_any_size_has_so_many_facts() {
        let names: Map<_, _> = (0..80_000).map(|n| (format!("a{n}"), json!("x".repeat(10)))).collect();
        let addresses: Vec<_> = (0..5_000).map(|n| json!({"value": format!("{n}@corp.example")})).collect();
        let change = Change {
            before: Some(json!({"emails": addresses, "title": "x".repeat(100_000)}).to_string()),
            after: Some(json!({"x": {"a": names}}).to_string()),
        };
        let event = Event::new(Timestamp::from_millis(0), Who::Host, None, Action::UserChanged).change(change);
        let facts = facts(&event);
        assert_eq!(facts.attributes.len(), SHOWN);
        assert_eq!(facts.attributes[0].label, "E-mail");
        let sides = facts.attributes.iter().flat_map(|fact| [&fact.before, &fact.after]).flatten();
        assert!(sides.into_iter().all(|side| side.len() <= VALUE));
        assert!(facts.more > 79_000, "{}", facts.more);
    }
}
