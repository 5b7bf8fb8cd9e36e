//! Changing single values of a multi-valued attribute.

use serde_json::{Map, Value};

use super::apply::merge;
use super::{Kind, Operation};
use crate::filter::{CompareOp, Filter, Literal};
use crate::schema::{Attribute, Mutability, Type};
use crate::value::{self, Empty, claim_primary, is_same_element};
use crate::{Error, MAX_VALUES, Result};

/// The new value of a multi-valued attribute that is named with a filter.
pub(super) fn change(
    attribute: Option<&'static Attribute>,
    op: &Operation,
    filter: &Filter,
    old: Option<Value>,
) -> Result<Option<Value>> {
    let mut list = match old {
        Some(Value::Array(list)) => list,
        Some(single) => vec![single],
        None => vec![],
    };
    let matches = |element: &Value| filter.matches_element(element, attribute);
    let given = match (&op.target.sub_attribute, &op.value) {
        (Some(sub), Some(value)) if op.kind != Kind::Remove => Map::from_iter([(sub.clone(), value.clone())]),
        (Some(sub), _) => Map::from_iter([(sub.clone(), Value::Null)]),
        (None, Some(Value::Object(map))) => map.clone(),
        (None, Some(plain)) => Map::from_iter([("value".to_owned(), plain.clone())]),
        (None, None) => Map::new(),
    };
    if op.kind == Kind::Remove && op.target.sub_attribute.is_none() {
        list.retain(|element| !matches(element));
        return Ok(Some(Value::Array(list)));
    }
    let mut hits: Vec<_> = (0..list.len()).filter(|&index| matches(&list[index])).collect();
    // RFC 7644 §3.5.2.3 has noTarget here, but clients expect the value to be created from a filter that describes it,
    // by its type. One that names the very value to be replaced does not. A remove of what is not there changes nothing.
    if hits.is_empty() && op.kind != Kind::Remove {
        if op.kind == Kind::Replace && names_value(filter) {
            return Err(Error::no_target("There is no such value to be replaced; add it."));
        }
        hits.push(list.len());
        list.push(Value::Object(seed(filter, attribute)?));
        check_length(attribute, &list)?;
    }
    for &index in &hits {
        let merged = merge_one(attribute, list[index].take(), &given)?;
        list[index] = if is_hollow(op.kind, &merged) { Value::Null } else { merged };
    }
    claim_primary(&mut list, &hits);
    list.retain(|element| !element.is_null());
    Ok(Some(Value::Array(list)))
}

/// Whether a filter that determines a value asks for its `value`.
fn names_value(filter: &Filter) -> bool {
    match filter {
        Filter::And(left, right) => names_value(left) || names_value(right),
        Filter::Compare { path, .. } => path.attribute.eq_ignore_ascii_case("value"),
        _ => false,
    }
}

/// One value with the members of `given` over its own; null unsets.
///
/// Refuses to change what is immutable in it, as 400 `mutability`.
pub(super) fn merge_one(attribute: Option<&Attribute>, element: Value, given: &Map<String, Value>) -> Result<Value> {
    for (name, new) in given {
        let Some((attribute, sub)) = attribute.and_then(|known| Some((known, known.sub_attribute(name)?))) else {
            continue;
        };
        let old = element.get(sub.name).filter(|old| !value::is_empty(old));
        if sub.mutability == Mutability::Immutable && old.is_some_and(|old| !value::is_same_value(sub, old, new)) {
            let detail =
                format!("The {} of {} is immutable; remove the value and add another.", sub.name, attribute.name);
            return Err(Error::mutability(detail));
        }
    }
    match (merge(Some(element), given), attribute) {
        (Value::Object(mut map), Some(known)) if known.kind != Type::Complex => {
            Ok(map.get_mut("value").map_or(Value::Null, Value::take))
        }
        (merged, _) => Ok(merged),
    }
}

/// Whether a removal has left nothing of an element, or nothing but what described the value that is gone.
pub(super) fn is_hollow(kind: Kind, element: &Value) -> bool {
    let describes = |name: &String| name == "type" || name == "primary";
    match element {
        Value::Object(map) => map.is_empty() || (kind == Kind::Remove && map.keys().all(describes)),
        _ => false,
    }
}

/// The element that satisfies a filter of `eq` and `and`. Refuses other filters, as they do not determine one, and those
/// that ask for what is not kept: no element would ever satisfy them.
fn seed(filter: &Filter, attribute: Option<&Attribute>) -> Result<Map<String, Value>> {
    match filter {
        Filter::And(left, right) => {
            let mut element = seed(left, attribute)?;
            element.extend(seed(right, attribute)?);
            Ok(element)
        }
        Filter::Compare { path, op: CompareOp::Eq, value } if path.schema.is_none() && path.sub_attribute.is_none() => {
            let sub = attribute.and_then(|known| known.sub_attribute(&path.attribute));
            if sub.is_some_and(|known| !known.is_stored()) {
                return Err(not_determined());
            }
            let value = match sub {
                Some(sub) if sub.kind == Type::Boolean => value.as_bool().map(Value::Bool),
                Some(_) => value.as_text().map(|text| Value::String(text.into_owned())),
                None => Some(plain(value)),
            };
            let value = match (sub, value) {
                (Some(sub), Some(value)) => value::fit_one(sub, value, Empty::Drop)?,
                (_, value) => value,
            };
            let name = sub.map_or(path.attribute.as_str(), |known| known.name);
            Ok(value.into_iter().map(|value| (name.to_owned(), value)).collect())
        }
        _ => Err(not_determined()),
    }
}

fn not_determined() -> Error {
    Error::no_target("No value matches the filter of the path, and none can be created from it.")
}

fn plain(literal: &Literal) -> Value {
    match literal {
        Literal::String(text) => Value::String(text.clone()),
        Literal::Number(number) => Value::Number(number.clone()),
        Literal::Bool(value) => Value::Bool(*value),
        Literal::Null => Value::Null,
    }
}

/// RFC 7644 §3.5.2.1: values that are already there are not added again. What they say besides is taken over.
pub(super) fn union(attribute: Option<&'static Attribute>, mut list: Vec<Value>, given: &[Value]) -> Result<Value> {
    let mut touched = Vec::with_capacity(given.len());
    for element in given {
        let same = |other: &Value| is_same_element(attribute, element, other) && has_same_type(element, other);
        match list.iter().position(same) {
            Some(index) => {
                if let (Value::Object(given), true) = (element, list[index].is_object()) {
                    list[index] = merge_one(attribute, list[index].take(), given)?;
                }
                touched.push(index);
            }
            None => {
                touched.push(list.len());
                list.push(element.clone());
            }
        }
        check_length(attribute, &list)?;
    }
    claim_primary(&mut list, &touched);
    Ok(Value::Array(list))
}

/// The same address for work and for home are two values.
fn has_same_type(a: &Value, b: &Value) -> bool {
    match (a.get("type").and_then(Value::as_str), b.get("type").and_then(Value::as_str)) {
        (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
        _ => true,
    }
}

/// Takes the listed values out, and no others.
pub(super) fn take_out(attribute: Option<&'static Attribute>, listed: &[Value], old: Value) -> Value {
    match old {
        Value::Array(mut list) => {
            list.retain(|element| !listed.iter().any(|other| is_same_element(attribute, other, element)));
            Value::Array(list)
        }
        single if listed.iter().any(|other| is_same_element(attribute, other, &single)) => Value::Null,
        single => single,
    }
}

fn check_length(attribute: Option<&Attribute>, list: &[Value]) -> Result<()> {
    match attribute {
        Some(attribute) => value::check_length(attribute, list.len()),
        None if list.len() > MAX_VALUES => Err(Error::too_large("An attribute has too many values.")),
        None => Ok(()),
    }
}
