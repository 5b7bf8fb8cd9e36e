//! The effect of operations on a document.

use serde_json::{Map, Value};

use super::cost::{Budget, check_size};
use super::{Kind, Operation, elements};
use crate::resource::constraints;
use crate::schema::{Attribute, ResourceType};
use crate::value::{self, is_empty};
use crate::{Error, Result};

/// Gives the document that results from all operations in their order. The given document is left as it is, so a
/// refusal changes nothing.
///
/// Refuses to leave a required attribute without value, to change an immutable one, to create a value from a filter that
/// does not determine it, a document beyond [`crate::MAX_ATTRIBUTES`], [`crate::MAX_VALUES`] or [`crate::MAX_DOCUMENT`], and operations that
/// would take long (413).
pub fn apply(
    resource_type: &ResourceType,
    operations: &[Operation],
    document: &Map<String, Value>,
) -> Result<Map<String, Value>> {
    let mut changed = apply_unchecked(resource_type, operations, document.clone())?;
    constraints::keep_immutable(resource_type, document, &mut changed)?;
    check_required(resource_type, document, &changed)?;
    Ok(changed)
}

/// What was missing before, because the schema came later than the resource, does not stop a change of something else.
fn check_required(resource_type: &ResourceType, before: &Map<String, Value>, after: &Map<String, Value>) -> Result<()> {
    let old = constraints::missing(resource_type, before);
    let Some(new) = constraints::missing(resource_type, after).into_iter().find(|missing| !old.contains(missing))
    else {
        return Ok(());
    };
    match new.extension {
        Some(urn) if !before.contains_key(urn) => {
            Err(Error::invalid_value(format!("{} is required and must not be empty.", new.name)))
        }
        // RFC 7644 §3.5.2.2: to unset a required attribute is an error of mutability.
        _ => Err(Error::mutability(format!("{} is required and cannot be removed.", new.name))),
    }
}

/// Like [`apply`], but required attributes may be missing.
pub(crate) fn apply_unchecked(
    resource_type: &ResourceType,
    operations: &[Operation],
    mut document: Map<String, Value>,
) -> Result<Map<String, Value>> {
    let mut budget = Budget::new();
    for operation in operations {
        budget.spend(operation, &document)?;
        apply_one(resource_type, operation, &mut document)?;
    }
    check_size(resource_type, &document)?;
    Ok(document)
}

fn apply_one(resource_type: &ResourceType, operation: &Operation, document: &mut Map<String, Value>) -> Result<()> {
    let target = &operation.target;
    let attribute = resource_type.attribute(target.extension.as_deref(), &target.attribute);
    let Some(urn) = &target.extension else {
        return change(document, attribute, operation);
    };
    let mut extension = match document.get_mut(urn).map(Value::take) {
        Some(Value::Object(extension)) => extension,
        _ => Map::new(),
    };
    change(&mut extension, attribute, operation)?;
    if extension.is_empty() {
        document.shift_remove(urn);
    } else {
        document.insert(urn.clone(), Value::Object(extension));
    }
    Ok(())
}

fn change(container: &mut Map<String, Value>, attribute: Option<&'static Attribute>, op: &Operation) -> Result<()> {
    let name = &op.target.attribute;
    let old = container.get_mut(name).map(Value::take).filter(|old| !is_empty(old));
    let new = match (&op.target.filter, &op.target.sub_attribute) {
        (None, None) => whole(attribute, op, old)?,
        (None, Some(sub)) => sub_attribute(attribute, op, sub, old)?,
        (Some(filter), _) => elements::change(attribute, op, filter, old)?,
    };
    match new.filter(|new| !is_empty(new)) {
        Some(new) => drop(container.insert(name.clone(), new)),
        None => drop(container.shift_remove(name)),
    }
    Ok(())
}

/// The new value of an attribute that is named without filter and sub-attribute.
fn whole(attribute: Option<&'static Attribute>, op: &Operation, old: Option<Value>) -> Result<Option<Value>> {
    let is_list = attribute.is_none_or(|known| known.multi_valued);
    match (op.kind, &op.value, old) {
        (Kind::Remove, Some(Value::Array(listed)), old) if is_list => {
            Ok(old.map(|old| elements::take_out(attribute, listed, old)))
        }
        (Kind::Remove, ..) => Ok(None),
        (Kind::Add, Some(Value::Array(given)), Some(Value::Array(old))) if is_list => {
            elements::union(attribute, old, given).map(Some)
        }
        (_, Some(Value::Object(given)), old) if attribute.is_some_and(Attribute::is_single_complex) => {
            Ok(Some(merge(old.filter(|old| !is_another(attribute, old, given)), given)))
        }
        (_, given, _) => Ok(given.clone()),
    }
}

/// Whether `given` is another value than `old`, such as another manager, of which `old` says nothing.
fn is_another(attribute: Option<&Attribute>, old: &Value, given: &Map<String, Value>) -> bool {
    let sub = attribute.and_then(|known| known.sub_attribute("value"));
    let values = sub.and_then(|sub| Some((sub, old.get("value")?, given.get("value")?)));
    values.is_some_and(|(sub, old, given)| !value::is_same_value(sub, old, given))
}

/// The members of `given` over those of `old`; null unsets.
pub(super) fn merge(old: Option<Value>, given: &Map<String, Value>) -> Value {
    let mut merged = match old {
        Some(Value::Object(old)) => old,
        Some(plain) if !is_empty(&plain) => Map::from_iter([("value".to_owned(), plain)]),
        _ => Map::new(),
    };
    for (name, value) in given {
        merged.insert(name.clone(), value.clone());
    }
    merged.retain(|_, value| !is_empty(value));
    Value::Object(merged)
}

/// The new value of an attribute of which one sub-attribute is named: of its object, or of every element.
fn sub_attribute(
    attribute: Option<&Attribute>,
    op: &Operation,
    sub: &str,
    old: Option<Value>,
) -> Result<Option<Value>> {
    let change = match (op.kind, &op.value) {
        (Kind::Remove, _) | (_, None) => Value::Null,
        (_, Some(value)) => value.clone(),
    };
    let given = Map::from_iter([(sub.to_owned(), change)]);
    let mut list = match old {
        Some(Value::Array(list)) => list,
        None if attribute.is_some_and(|known| known.multi_valued) => vec![Value::Null],
        single => return Ok(Some(merge(single, &given))),
    };
    for element in &mut list {
        *element = elements::merge_one(attribute, element.take(), &given)?;
    }
    list.retain(|element| !elements::is_hollow(op.kind, element));
    value::keep_last_primary(&mut list);
    Ok(Some(Value::Array(list)))
}
