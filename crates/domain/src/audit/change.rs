//! What an event says about the state before and after.

use super::facts;
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};

/// What an event says about the state before and after, each as a JSON object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Before.
    pub before: Option<String>,
    /// After.
    pub after: Option<String>,
}

impl Change {
    /// What differs between two documents. Of an object only the differing members are kept, of a list only the
    /// elements that the other document's list lacks. A document that cannot be read counts as empty. No attribute is
    /// recorded under one of Postern's own words.
    pub fn between(before: &str, after: &str) -> Self {
        let read = |text| serde_json::from_str::<Map<String, Value>>(text).unwrap_or_default();
        let (mut before, mut after) = (read(before), read(after));
        drop_common_members(&mut before, &mut after);
        let text = |map: Map<String, Value>| (!map.is_empty()).then(|| Value::Object(facts::quoted(map)).to_string());
        Self { before: text(before), after: text(after) }
    }

    /// Adds a fact of Postern's own under a word from [`super::WORDS`].
    #[must_use]
    pub(crate) fn stating(self, word: &str, fact: Value) -> Self {
        debug_assert!(facts::is_word(word), "{word}");
        let mut after: Map<String, Value> =
            self.after.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        after.insert(word.to_owned(), fact);
        Self { after: Some(Value::Object(after).to_string()), ..self }
    }
}

/// Removes from two objects the members that are equal in both, and from nested objects and lists what they share.
fn drop_common_members(before: &mut Map<String, Value>, after: &mut Map<String, Value>) {
    let mut gone = HashSet::new();
    before.retain(|name, old| {
        let Some(new) = after.get_mut(name) else { return true };
        drop_common(old, new);
        if is_nothing(new) {
            gone.insert(name.clone());
        }
        !is_nothing(old)
    });
    after.retain(|name, _| !gone.contains(name));
}

/// Removes what two values share. A value that is wholly contained in the other becomes `Null`.
fn drop_common(old: &mut Value, new: &mut Value) {
    match (&mut *old, &mut *new) {
        (Value::Object(before), Value::Object(after)) => {
            drop_common_members(before, after);
            let (no_before, no_after) = (before.is_empty(), after.is_empty());
            clear_if(no_before, old);
            clear_if(no_after, new);
        }
        (Value::Array(before), Value::Array(after)) if before != after => {
            // If the same elements are in another order, only the whole lists show that.
            if let Some((less, more)) = without_common(before, after) {
                let (no_before, no_after) = (less.is_empty(), more.is_empty());
                (*before, *after) = (less, more);
                clear_if(no_before, old);
                clear_if(no_after, new);
            }
        }
        (before, after) => {
            let same = before == after;
            clear_if(same, old);
            clear_if(same, new);
        }
    }
}

fn is_nothing(value: &Value) -> bool {
    value.is_null()
}

fn clear_if(condition: bool, value: &mut Value) {
    if condition {
        *value = Value::Null;
    }
}

/// The elements of each list that the other lacks, counting repetitions; `None` if there are none.
fn without_common(before: &[Value], after: &[Value]) -> Option<(Vec<Value>, Vec<Value>)> {
    let count = |list: &[Value]| {
        let mut counts: HashMap<String, usize> = HashMap::new();
        list.iter().for_each(|element| *counts.entry(element.to_string()).or_default() += 1);
        counts
    };
    let rest = |list: &[Value], mut others: HashMap<String, usize>| -> Vec<Value> {
        let is_alone = |element: &&Value| match others.get_mut(&element.to_string()) {
            Some(left) if *left > 0 => {
                *left -= 1;
                false
            }
            _ => true,
        };
        list.iter().filter(is_alone).cloned().collect()
    };
    let (less, more) = (rest(before, count(after)), rest(after, count(before)));
    (!less.is_empty() || !more.is_empty()).then_some((less, more))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn between(before: &Value, after: &Value) -> (Value, Value) {
        let change = Change::between(&before.to_string(), &after.to_string());
        let read = |text: Option<String>| text.map_or(json!({}), |text| serde_json::from_str(&text).unwrap());
        (read(change.before), read(change.after))
    }

    #[test]
    fn a_change_names_only_what_differs() {
        let change = Change::between(r#"{"a":1,"b":2,"c":3}"#, r#"{"a":1,"b":4,"d":5}"#);
        assert_eq!(change.before.as_deref(), Some(r#"{"b":2,"c":3}"#));
        assert_eq!(change.after.as_deref(), Some(r#"{"b":4,"d":5}"#));
        assert_eq!(Change::between("{}", "{}"), Change::default());
    }

    #[test]
    fn only_the_members_of_an_object_that_differ_are_kept() {
        let big = "x".repeat(100_000);
        let document = |flag: bool| json!({"urn:x": {"pad": big, "in": {"flag": flag, "pad": [big]}}, "z": {"a": 1}});
        let nested = |flag: bool| json!({"urn:x": {"in": {"flag": flag}}});
        assert_eq!(between(&document(true), &document(false)), (nested(true), nested(false)));
        let (before, after) = between(&json!({"name": {"a": 1}}), &json!({"name": {"a": 1, "b": 2}}));
        assert_eq!((before, after), (json!({}), json!({"name": {"b": 2}})));
    }

    #[test]
    fn only_the_elements_of_a_list_that_differ_are_kept() {
        let (a, b, c) = (json!({"value": "a"}), json!({"value": "b"}), json!({"value": "c"}));
        let (before, after) = between(&json!({"emails": [a, b, a]}), &json!({"emails": [a, c]}));
        assert_eq!((before, after), (json!({"emails": [b, a]}), json!({"emails": [c]})));
        let (before, after) = between(&json!({"tags": [1, 2]}), &json!({"tags": [2, 1]}));
        assert_eq!((before, after), (json!({"tags": [1, 2]}), json!({"tags": [2, 1]})));
        assert_eq!(between(&json!({"tags": [1, 2]}), &json!({"tags": [1, 2]})), (json!({}), json!({})));
    }

    #[test]
    fn another_type_is_another_value() {
        let (before, after) = between(&json!({"a": {"b": 1}, "c": [1]}), &json!({"a": "b", "c": 1}));
        assert_eq!((before, after), (json!({"a": {"b": 1}, "c": [1]}), json!({"a": "b", "c": 1})));
    }
}
