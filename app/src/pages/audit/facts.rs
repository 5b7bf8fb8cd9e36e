//! What was so before an event and after it, attribute by attribute.

use super::sentence::intention;
use crate::pages::words::{absolute, lines, visible};
use domain::{
    Timestamp,
    audit::{Action, Event},
};
use serde_json::{Map, Value};

/// An attribute, and what it was and is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    pub(super) label: String,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

/// All that an event says of the state before and after, in the order in which it says it.
pub(super) fn facts(event: &Event) -> Vec<Fact> {
    let mut facts: Vec<Fact> = Vec::new();
    for (label, value) in read(event.before.as_deref()) {
        join(&mut facts, label, value, |fact| &mut fact.before);
    }
    for (label, value) in read(event.after.as_deref()) {
        join(&mut facts, label, value, |fact| &mut fact.after);
    }
    // A complex attribute is named whole, also where only a part of it differs.
    facts.retain(|fact| fact.before != fact.after);
    facts
}

fn join(facts: &mut Vec<Fact>, label: String, value: String, side: impl Fn(&mut Fact) -> &mut Option<String>) {
    if let Some(fact) = facts.iter_mut().find(|fact| fact.label == label) {
        let side = side(fact);
        *side = Some(side.take().map_or(value.clone(), |known| format!("{known}, {value}")));
        return;
    }
    let mut fact = Fact { label, before: None, after: None };
    *side(&mut fact) = Some(value);
    facts.push(fact);
}

fn read(text: Option<&str>) -> Vec<(String, String)> {
    let Some(text) = text else { return Vec::new() };
    let Ok(map) = serde_json::from_str::<Map<String, Value>>(text) else {
        return vec![("Text".to_owned(), visible(text))];
    };
    let mut rows = Vec::new();
    for (name, value) in map {
        match own(&name, &value) {
            Some(row) => rows.push(row),
            None => {
                let lines = lines(&name, &value);
                rows.extend(lines.into_iter().map(|(label, value)| (visible(&label), moment(&value))));
            }
        }
    }
    rows
}

/// A fact that Postern itself states under a word that does not speak for itself.
fn own(name: &str, value: &Value) -> Option<(String, String)> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Null => "none".to_owned(),
        other => other.to_string(),
    };
    let (label, text) = match name {
        "by" => ("Proven with", text),
        "as" => ("Form", text),
        "because" => ("Why", text),
        "refused" => {
            ("What was wanted", Action::parse(&text).map_or(text, |action| format!("to {}", intention(action))))
        }
        "days" => ("Kept for", format!("{text} days")),
        "mode" => ("When too many leave", mode(&text).to_owned()),
        "count" => ("Ordinary in any case", format!("{text} departures")),
        "percent" => ("Ordinary too", format!("{text} % of active users")),
        "minutes" => ("Within", format!("{text} minutes")),
        "through" => ("Last event removed", text),
        "hash" => ("Its hash", text),
        "restored" => ("Brought back", text),
        "failed" => ("Could not be brought back", text),
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
        "alert" => "they leave, and you are told",
        "hold" => "they are held back",
        other => other,
    }
}

/// A moment as people read it; any other text as it is, with nothing hidden in it.
fn moment(text: &str) -> String {
    Timestamp::parse(text).map_or_else(|| visible(text), absolute)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::audit::{Actor, Change};
    use serde_json::json;

    fn of(before: Option<Value>, after: Option<Value>) -> Vec<(String, String, String)> {
        let text = |value: Option<Value>| value.map(|value| value.to_string());
        let change = Change { before: text(before), after: text(after) };
        let event = Event::new(Timestamp::from_millis(0), Actor::Host, None, Action::UserChanged).change(change);
        let or_none = |side: Option<String>| side.unwrap_or_else(|| "∅".to_owned());
        facts(&event).into_iter().map(|fact| (fact.label, or_none(fact.before), or_none(fact.after))).collect()
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
        assert_eq!(of(Some(json!({"mode": "alert"})), None)[0].1, "they leave, and you are told");
        let facts = of(None, Some(json!({"expires": null, "networks": null, "enforced": false})));
        assert_eq!(facts[0], row("Expires", "∅", "never"));
        assert_eq!(facts[1], row("Networks", "∅", "any"));
        assert_eq!(of(None, Some(json!({"refused": "token.created"})))[0].2, "to make a token");
    }

    #[test]
    fn members_are_listed_and_moments_are_told() {
        let facts =
            of(None, Some(json!({"members added": ["1", "2"], "old token expires": "2026-11-18T11:06:40.007Z"})));
        assert_eq!(facts[0], row("Members added", "∅", "1, 2"));
        assert_eq!(facts[1], row("Old token expires", "∅", "18 November 2026, 11:06 UTC"));
    }

    #[test]
    fn nothing_hides_in_a_value() {
        assert_eq!(of(None, Some(json!({"x": "a\u{202e}b"})))[0].2, "a[U+202E]b");
        let event = Event::new(Timestamp::from_millis(0), Actor::Host, None, Action::UserChanged);
        let event = Event { after: Some("no object\u{0}".to_owned()), ..event };
        assert_eq!(facts(&event)[0].after.as_deref(), Some("no object[U+0000]"));
    }
}
