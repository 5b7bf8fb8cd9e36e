//! Fitting values to their attributes: tolerant of the shapes that clients send, strict about types.

use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use crate::base64::is_base64;
use crate::json::{has_twins, twins};
use crate::path::is_name;
use crate::schema::{Attribute, Type};
use crate::{Error, MAX_VALUES, Result, text};

/// What happens to a sub-attribute that is given without a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Empty {
    /// It is left out.
    Drop,
    /// It stays as `null`, for a merge that unsets it.
    Null,
}

/// `true` or `false` in any letter case; Entra sends them as text.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// RFC 7643 §2.5: null and the empty list are the same as no value. Clients also send empty text and empty objects to
/// mean it.
pub(crate) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

/// The value of a whole attribute, or `None` if it is given without a value. Refuses values of the wrong type.
pub(crate) fn fit(attribute: &Attribute, value: Value) -> Result<Option<Value>> {
    if attribute.multi_valued { fit_list(attribute, value) } else { fit_one(attribute, value, Empty::Drop) }
}

/// One value: of a single-valued attribute, or one element of a multi-valued attribute.
pub(crate) fn fit_one(attribute: &Attribute, value: Value, empty: Empty) -> Result<Option<Value>> {
    let value = single(attribute, value);
    // An empty text or object is not a boolean: read as "no value", it would leave active a user who is to be disabled.
    if is_empty(&value) && (attribute.kind != Type::Boolean || value.is_null() || value.is_array()) {
        return Ok(None);
    }
    let fitted = match (attribute.kind, value) {
        (Type::Complex, Value::Object(map)) => return Ok(fit_object(attribute, map, empty)?.map(Value::Object)),
        (Type::Complex, Value::String(plain)) if is_json(&plain) => None,
        (Type::Complex, Value::String(plain)) => {
            let sub = attribute.sub_attribute("value").ok_or_else(|| wrong_type(attribute))?;
            if !sub.is_stored() {
                return Ok(None);
            }
            let value = fit_one(sub, Value::String(plain), Empty::Drop)?;
            value.map(|value| Value::Object(Map::from_iter([(sub.name.to_owned(), value)])))
        }
        (kind, value) => fit_simple(kind, value),
    };
    fitted.map(Some).ok_or_else(|| wrong_type(attribute))
}

/// A list of one is unwrapped. For a simple attribute, so is the form of Entra's older versions: an object with the
/// value and a `$ref` of null.
fn single(attribute: &Attribute, value: Value) -> Value {
    let element = match value {
        Value::Array(mut items) if items.len() <= 1 => items.pop().unwrap_or(Value::Null),
        // An element of a list.
        other if attribute.multi_valued => other,
        other => return other,
    };
    match element {
        Value::Object(mut map) if attribute.kind != Type::Complex && is_wrapped(&map) => {
            map.get_mut("value").map_or(Value::Null, Value::take)
        }
        other => other,
    }
}

/// Whether this is `{"$ref": null, "value": …}`.
fn is_wrapped(map: &Map<String, Value>) -> bool {
    map.len() == 2 && map.get("$ref").is_some_and(Value::is_null) && map.contains_key("value")
}

/// Whether a text is an object or a list in JSON: not a plain value, but one that was encoded twice.
fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '[']) && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// Entra sends booleans and numbers as text.
fn fit_simple(kind: Type, value: Value) -> Option<Value> {
    match (kind, value) {
        (Type::Boolean, Value::Bool(value)) => Some(Value::Bool(value)),
        (Type::Boolean, Value::String(text)) => boolean(&text).map(Value::Bool),
        (Type::Integer | Type::Decimal, Value::String(text)) => fit_simple(kind, Value::Number(text.parse().ok()?)),
        (Type::Integer, Value::Number(number)) if number.is_f64() => None,
        (Type::Integer | Type::Decimal, Value::Number(number)) => Some(Value::Number(number)),
        (Type::DateTime, Value::String(text)) => text::instant(&text).map(|_| Value::String(text)),
        (Type::Binary, Value::String(text)) => is_base64(&text).then_some(Value::String(text)),
        (Type::String | Type::Reference, Value::String(text)) => Some(Value::String(text)),
        _ => None,
    }
}

fn fit_object(attribute: &Attribute, map: Map<String, Value>, empty: Empty) -> Result<Option<Map<String, Value>>> {
    if has_twins(&map) {
        return Err(twins());
    }
    let mut fitted = Map::new();
    for (name, value) in map {
        let (name, value) = match attribute.sub_attribute(&name) {
            Some(sub) if !sub.is_stored() => continue,
            Some(sub) => (sub.name.to_owned(), fit(sub, value)?),
            None => (name, Some(value).filter(|value| !is_empty(value))),
        };
        match (value, empty) {
            (Some(value), _) => drop(fitted.insert(name, value)),
            (None, Empty::Null) => drop(fitted.insert(name, Value::Null)),
            (None, Empty::Drop) => {}
        }
    }
    Ok(if fitted.is_empty() { None } else { Some(fitted) })
}

fn fit_list(attribute: &Attribute, value: Value) -> Result<Option<Value>> {
    let items = match value {
        Value::Array(items) => items,
        empty if is_empty(&empty) => return Ok(None),
        // A single value is taken as a list of one.
        single => vec![single],
    };
    check_length(attribute, items.len())?;
    let required = attribute.sub_attributes.iter().find(|sub| sub.required);
    let mut fitted = Vec::with_capacity(items.len());
    for item in items {
        let item = fit_one(attribute, item, Empty::Drop)?;
        if let Some(sub) = required
            && item.as_ref().and_then(|element| element.get(sub.name)).is_none()
        {
            return Err(lacks(attribute, sub.name));
        }
        fitted.extend(item);
    }
    keep_last_primary(&mut fitted);
    Ok(if fitted.is_empty() { None } else { Some(Value::Array(fitted)) })
}

pub(crate) fn lacks(attribute: &Attribute, sub: &str) -> Error {
    Error::invalid_value(format!("Each value of {} needs a {sub}.", attribute.name))
}

/// The listed values of a `remove`; empty ones are left out, and required sub-attributes may be missing.
pub(crate) fn fit_removal(attribute: &Attribute, value: Value) -> Result<Vec<Value>> {
    let items = match value {
        Value::Array(items) => items,
        single => vec![single],
    };
    check_length(attribute, items.len())?;
    let fitted = items.into_iter().filter_map(|item| fit_one(attribute, item, Empty::Drop).transpose());
    fitted.collect()
}

/// Refuses more than [`MAX_VALUES`] values, except for members, which the server stores separately.
pub(crate) fn check_length(attribute: &Attribute, length: usize) -> Result<()> {
    if length > MAX_VALUES && attribute.name != "members" {
        let detail = format!("{} has too many values; at most {MAX_VALUES} are kept.", attribute.name);
        return Err(Error::too_large(detail));
    }
    Ok(())
}

pub(crate) fn is_primary(element: &Value) -> bool {
    element.get("primary") == Some(&Value::Bool(true))
}

/// RFC 7643 §2.4: `primary` is true at most once. Of several, the last one wins.
pub(crate) fn keep_last_primary(elements: &mut [Value]) {
    let all: Vec<_> = (0..elements.len()).collect();
    claim_primary(elements, &all);
}

/// If one of the elements at the positions `given` is primary, none of the others stays primary.
pub(crate) fn claim_primary(elements: &mut [Value], given: &[usize]) {
    let Some(winner) = given.iter().rev().copied().find(|&index| elements.get(index).is_some_and(is_primary)) else {
        return;
    };
    for (index, element) in elements.iter_mut().enumerate() {
        if index != winner
            && is_primary(element)
            && let Value::Object(map) = element
        {
            map.insert("primary".into(), Value::Bool(false));
        }
    }
}

/// Whether two elements are the same value of `attribute`: their `value` is equal or, if one of them has no `value`,
/// all their members are.
pub(crate) fn is_same_element(attribute: Option<&Attribute>, a: &Value, b: &Value) -> bool {
    match (attribute, element_value(a), element_value(b)) {
        (Some(known), Some(a), Some(b)) => known.compared().map_or(a == b, |value| is_same_value(value, a, b)),
        (None, Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}

/// Whether two values of a simple attribute are equal. Letter case counts if the attribute is case-exact.
pub(crate) fn is_same_value(attribute: &Attribute, a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::String(a), Value::String(b)) => text::same(a, b, attribute.case_exact),
        _ => a == b,
    }
}

pub(crate) fn element_value(element: &Value) -> Option<&Value> {
    match element {
        Value::Object(map) => map.get("value"),
        plain => Some(plain),
    }
}

/// Refuses objects with names that no attribute can have (RFC 7643 §2.1): no path could name them, so no request could
/// return or remove them.
pub(crate) fn check_names(value: &Value) -> Result<()> {
    match value {
        Value::Object(map) if !map.keys().all(|name| is_name(name)) => Err(no_name()),
        Value::Object(map) => map.values().try_for_each(check_names),
        Value::Array(items) => items.iter().try_for_each(check_names),
        _ => Ok(()),
    }
}

pub(crate) fn no_name() -> Error {
    Error::invalid_syntax("The name of an attribute is a letter followed by letters, digits, - and _.")
}

fn wrong_type(attribute: &Attribute) -> Error {
    let expected = match attribute.kind {
        Type::Boolean => "true or false",
        Type::Integer => "a whole number",
        Type::Decimal => "a number",
        Type::Complex => "an object",
        Type::Binary => "text in base64",
        Type::DateTime => "a time such as 2026-01-31T09:30:00Z",
        _ => "text",
    };
    Error::invalid_value(format!("The value of {} must be {expected}.", attribute.name))
}
