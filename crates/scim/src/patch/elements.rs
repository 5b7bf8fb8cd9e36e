//! Changing single values of a multi-valued attribute.

use serde_json::{Map, Value};

use super::cost::check_copies;
use super::merge::merge;
use super::{Operation, OperationKind};
use crate::filter::{CompareOp, Filter, Literal};
use crate::schema::{Attribute, Mutability, Type};
use crate::value::{self, Empty, claim_primary, is_same_element};
use crate::{Error, MAX_VALUES, Result, text};

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
    let mut hits: Vec<_> = (0..list.len()).filter(|&index| matches(&list[index])).collect();
    if op.kind == OperationKind::Remove {
        hits = find_named(attribute, op, &list, &hits)?;
        if op.target.sub_attribute.is_none() {
            hits.into_iter().for_each(|index| list[index] = Value::Null);
            list.retain(|element| !element.is_null());
            return Ok(Some(Value::Array(list)));
        }
    }
    // RFC 7644 §3.5.2.3 requires noTarget here, but clients expect the value to be created from a filter that describes
    // it, for example by its type. A filter that names the value to replace creates none. Removing a value that is not
    // there changes nothing.
    if hits.is_empty() && op.kind != OperationKind::Remove {
        if op.kind == OperationKind::Replace && names_value(filter) {
            return Err(Error::no_target("There is no such value to be replaced; add it."));
        }
        hits.push(list.len());
        let created = seed(filter, attribute)?;
        let created = if attribute.is_none() && is_plain_list(&list) { plain_if_can(created) } else { created.into() };
        list.push(created);
        check_length(attribute, &list)?;
    }
    let given = given(op);
    check_copies(&given, hits.len())?;
    let is_whole = op.target.sub_attribute.is_none() && op.value.as_ref().is_some_and(holds_object);
    let is_replaced = is_whole && op.kind == OperationKind::Replace;
    for &index in &hits {
        let old = list[index].take();
        let old = if is_replaced { what_stays(attribute, filter, old) } else { old };
        let merged = merge_one(attribute, old, &given)?;
        list[index] = if is_hollow(op.kind, &merged) { Value::Null } else { merged };
    }
    claim_primary(&mut list, &hits);
    list.retain(|element| !element.is_null());
    Ok(Some(Value::Array(list)))
}

/// Whether this is an object, or a list of one. Anything else sets only the `value` of an element and leaves the rest
/// of it.
pub(super) fn holds_object(value: &Value) -> bool {
    match value {
        Value::Array(items) => matches!(&items[..], [Value::Object(_)]),
        value => value.is_object(),
    }
}

/// What is kept of an element that is replaced: the sub-attributes by which it was selected, so that the same request
/// finds it again, and the immutable ones.
fn what_stays(attribute: Option<&Attribute>, filter: &Filter, element: Value) -> Value {
    let Value::Object(mut map) = element else { return element };
    let is_immutable = |name: &str| {
        let sub = attribute.and_then(|known| known.sub_attribute(name));
        sub.is_some_and(|sub| sub.mutability == Mutability::Immutable)
    };
    map.retain(|name, _| mentions(filter, name) || is_immutable(name));
    Value::Object(map)
}

/// Whether a filter mentions the sub-attribute.
fn mentions(filter: &Filter, name: &str) -> bool {
    match filter {
        Filter::And(left, right) | Filter::Or(left, right) => mentions(left, name) || mentions(right, name),
        Filter::Not(inner) | Filter::ValuePath { filter: inner, .. } => mentions(inner, name),
        Filter::Present(path) | Filter::Compare { path, .. } => path.attribute.eq_ignore_ascii_case(name),
    }
}

/// The members that an operation sets in the elements that it targets.
fn given(op: &Operation) -> Map<String, Value> {
    let single = match &op.value {
        Some(Value::Array(items)) if items.len() == 1 => items.first(),
        other => other.as_ref(),
    };
    match (&op.target.sub_attribute, single) {
        (Some(sub), _) => {
            let value = op.value.clone().filter(|_| op.kind != OperationKind::Remove);
            Map::from_iter([(sub.clone(), value.unwrap_or_default())])
        }
        (None, Some(Value::Object(map))) => map.clone(),
        (None, Some(plain)) => Map::from_iter([("value".to_owned(), plain.clone())]),
        (None, None) => Map::new(),
    }
}

/// Those of the elements in `among` that a removal targets: all, or those that have the value it names.
///
/// Refuses one that names another value than the present one, as 400 `noTarget`.
pub(super) fn find_named(
    attribute: Option<&Attribute>,
    op: &Operation,
    list: &[Value],
    among: &[usize],
) -> Result<Vec<usize>> {
    let (OperationKind::Remove, Some(named)) = (op.kind, &op.value) else {
        return Ok(among.to_vec());
    };
    let sub = op.target.sub_attribute.as_deref();
    let known = sub.and_then(|name| attribute.and_then(|known| known.sub_attribute(name)));
    let has_named = |element: &Value| match (sub, known) {
        (None, _) => is_same_element(attribute, named, element),
        (Some(name), Some(known)) => part(element, name).is_some_and(|old| value::is_same_value(known, old, named)),
        (Some(name), None) => part(element, name) == Some(named),
    };
    let has_any = |element: &Value| sub.is_none_or(|name| part(element, name).is_some());
    let hits: Vec<_> = among.iter().copied().filter(|&index| has_named(&list[index])).collect();
    match hits.is_empty() && among.iter().any(|&index| has_any(&list[index])) {
        true => Err(another_value()),
        false => Ok(hits),
    }
}

/// A part of an element; a plain one is its own `value`.
fn part<'e>(element: &'e Value, name: &str) -> Option<&'e Value> {
    match element {
        Value::Object(map) => text::get(map, name).filter(|part| !value::is_empty(part)),
        plain => Some(plain).filter(|_| name.eq_ignore_ascii_case("value")),
    }
}

fn another_value() -> Error {
    Error::no_target("The attribute has a value other than the one to be removed; name its value, or give a path.")
}

fn is_plain(element: &Value) -> bool {
    !matches!(element, Value::Object(_) | Value::Array(_) | Value::Null)
}

fn is_plain_list(list: &[Value]) -> bool {
    !list.is_empty() && list.iter().all(is_plain)
}

/// The plain `value`, if an element consists of nothing else.
fn plain_if_can(mut element: Map<String, Value>) -> Value {
    match element.get_mut("value").map(Value::take) {
        Some(plain) if element.len() == 1 => plain,
        Some(value) => {
            element.insert("value".to_owned(), value);
            element.into()
        }
        None => element.into(),
    }
}

/// Whether a filter that determines a value mentions its `value`.
fn names_value(filter: &Filter) -> bool {
    match filter {
        Filter::And(left, right) => names_value(left) || names_value(right),
        Filter::Compare { path, .. } => path.attribute.eq_ignore_ascii_case("value"),
        _ => false,
    }
}

/// One value, overwritten by the members of `given`; null unsets.
///
/// Refuses to change immutable sub-attributes, as 400 `mutability`.
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
    match (merge_plain(attribute, element, given), attribute) {
        (Value::Object(mut map), Some(known)) if known.kind != Type::Complex => {
            Ok(map.get_mut("value").map_or(Value::Null, Value::take))
        }
        (merged, _) => Ok(merged),
    }
}

/// One value, overwritten by the members of `given`. In an undeclared attribute, a plain value stays plain as long as
/// only its `value` is given.
pub(super) fn merge_plain(attribute: Option<&Attribute>, element: Value, given: &Map<String, Value>) -> Value {
    let mut names = given.keys();
    match (names.next(), names.next()) {
        (Some(name), None) if attribute.is_none() && is_plain(&element) && name.eq_ignore_ascii_case("value") => {
            given[name].clone()
        }
        _ => merge(Some(element), given),
    }
}

/// Whether nothing is left of an element or, after a removal, only what described the removed value.
pub(super) fn is_hollow(kind: OperationKind, element: &Value) -> bool {
    let describes = |name: &String| name == "type" || name == "primary";
    match element {
        Value::Object(map) => map.is_empty() || (kind == OperationKind::Remove && map.keys().all(describes)),
        _ => false,
    }
}

/// The element that satisfies a filter of `eq` and `and`. Refuses other filters, since they do not determine an
/// element, and filters on attributes that are not kept: no element would ever satisfy them.
fn seed(filter: &Filter, attribute: Option<&Attribute>) -> Result<Map<String, Value>> {
    match filter {
        Filter::And(left, right) => {
            let mut element = seed(left, attribute)?;
            seed(right, attribute)?.into_iter().for_each(|(name, value)| text::put(&mut element, &name, value));
            Ok(element)
        }
        Filter::Compare { path, op: CompareOp::Eq, value, .. }
            if path.schema.is_none() && path.sub_attribute.is_none() =>
        {
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

/// RFC 7644 §3.5.2.1: values that are already there are not added again. Their other sub-attributes are taken over.
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

/// The values of a list, or a single value as a list of one.
pub(super) fn listed(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) => items,
        empty if value::is_empty(empty) => &[],
        single => std::slice::from_ref(single),
    }
}

/// Removes the named values, and no others: from a list, or a single one.
///
/// Refuses, as 400 `noTarget`, if a single value is there and another one is named; a list may name values that are
/// gone.
pub(super) fn take_out(attribute: Option<&'static Attribute>, named: &Value, old: Value) -> Result<Value> {
    let is_named = |element: &Value| listed(named).iter().any(|other| is_same_element(attribute, other, element));
    match old {
        Value::Array(mut list) => {
            list.retain(|element| !is_named(element));
            Ok(Value::Array(list))
        }
        single if is_named(&single) => Ok(Value::Null),
        single if named.is_array() => Ok(single),
        _ => Err(another_value()),
    }
}

fn check_length(attribute: Option<&Attribute>, list: &[Value]) -> Result<()> {
    match attribute {
        Some(attribute) => value::check_length(attribute, list.len()),
        None if list.len() > MAX_VALUES => Err(Error::too_large("An attribute has too many values.")),
        None => Ok(()),
    }
}
