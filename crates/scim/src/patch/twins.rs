//! RFC 7643 §2.4: a list should not have the same value of the same type more than once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde_json::Value;

use super::merge::merge;
use crate::schema::Attribute;
use crate::text::fold;
use crate::value::{element_value, is_empty, is_primary};

/// The elements of a list, each once, at the position of its first occurrence. The other sub-attributes of duplicates
/// are taken over, and a primary duplicate makes it primary. Elements without a value cannot be told apart, so they all
/// stay.
pub(super) fn without(attribute: &Attribute, elements: Vec<Value>) -> Vec<Value> {
    let mut places: HashMap<(String, String), usize> = HashMap::new();
    let mut single: Vec<Value> = Vec::with_capacity(elements.len());
    for element in elements {
        match identity(attribute, &element).map(|identity| places.entry(identity)) {
            Some(Entry::Occupied(place)) => take_over(&mut single[*place.get()], element),
            Some(Entry::Vacant(place)) => {
                place.insert(single.len());
                single.push(element);
            }
            None => single.push(element),
        }
    }
    single
}

/// The value of an element in the form in which it is compared, and its type.
fn identity(attribute: &Attribute, element: &Value) -> Option<(String, String)> {
    let is_exact = attribute.compared().is_none_or(|known| known.case_exact);
    let value = match element_value(element).filter(|value| !is_empty(value))? {
        Value::String(text) if is_exact => text.clone(),
        Value::String(text) => fold(text),
        other => other.to_string(),
    };
    let kind = element.get("type").and_then(Value::as_str).unwrap_or_default();
    Some((value, kind.to_ascii_lowercase()))
}

fn take_over(first: &mut Value, twin: Value) {
    let Value::Object(given) = twin else { return };
    let was_primary = is_primary(first);
    *first = merge(Some(first.take()), &given);
    if was_primary {
        first["primary"] = Value::Bool(true);
    }
}
