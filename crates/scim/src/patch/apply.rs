//! The effect of operations on a document.

use serde_json::{Map, Value};

use super::cost::{Budget, check_copies, check_size};
use super::merge::merge;
use super::{Operation, OperationKind, elements, twins};
use crate::resource::constraints;
use crate::schema::{Attribute, ResourceType};
use crate::value::{self, is_empty};
use crate::{Error, Result, text};

/// Returns the document that results from all operations in their order. The given document is not modified, so a
/// refusal changes nothing.
///
/// # Errors
/// `mutability` for leaving a required attribute without a value and for changing an immutable one; `noTarget` for
/// creating a value from a filter that does not determine it and for removing a value other than the present one; 413
/// for a document beyond the limits of this crate, for operations that would take too long and for those that would
/// copy one value too often.
pub fn apply(
    resource_type: &ResourceType,
    operations: &[Operation],
    document: &Map<String, Value>,
) -> Result<Map<String, Value>> {
    let mut changed = apply_unchecked(resource_type, operations, document.clone())?;
    constraints::keep_immutable(resource_type, document, &mut changed)?;
    check_size(resource_type, document, &changed)?;
    check_required(resource_type, document, &changed)?;
    Ok(changed)
}

/// A value that was missing before, because the schema is newer than the resource, does not prevent other changes.
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
        // RFC 7644 §3.5.2.2: unsetting a required attribute is an error of mutability.
        _ => Err(Error::mutability(format!("{} is required and cannot be removed.", new.name))),
    }
}

/// Like [`apply`], but required attributes may be missing and the size of the document is not checked.
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
    Ok(document)
}

fn apply_one(resource_type: &ResourceType, operation: &Operation, document: &mut Map<String, Value>) -> Result<()> {
    let target = &operation.target;
    let attribute = resource_type.attribute(target.extension.as_deref(), &target.attribute);
    let urn = target.extension.as_deref().map(|urn| text::key_of(document, urn).to_owned());
    let Some(urn) = urn else {
        return change(document, attribute, operation);
    };
    let mut extension = match document.get_mut(&urn).map(Value::take) {
        Some(Value::Object(extension)) => extension,
        _ => Map::new(),
    };
    change(&mut extension, attribute, operation)?;
    if extension.is_empty() {
        document.shift_remove(&urn);
    } else {
        document.insert(urn, Value::Object(extension));
    }
    Ok(())
}

fn change(container: &mut Map<String, Value>, attribute: Option<&'static Attribute>, op: &Operation) -> Result<()> {
    let name = text::key_of(container, &op.target.attribute).to_owned();
    let old = container.get_mut(&name).map(Value::take).filter(|old| !is_empty(old));
    let new = match (&op.target.filter, &op.target.sub_attribute) {
        (None, None) => whole(attribute, op, old)?,
        (None, Some(sub)) => sub_attribute(attribute, op, sub, old)?,
        (Some(filter), _) => elements::change(attribute, op, filter, old)?,
    };
    let new = match (attribute, new) {
        (Some(known), Some(Value::Array(list))) if known.multi_valued && !op.target.is_members() => {
            Some(Value::Array(twins::without(known, list)))
        }
        (_, new) => new,
    };
    match new.filter(|new| !is_empty(new)) {
        Some(new) => drop(container.insert(name, new)),
        None => drop(container.shift_remove(&name)),
    }
    Ok(())
}

/// The new value of an attribute that is named without a filter or sub-attribute. Whether an undeclared attribute is a
/// list depends on its present value.
fn whole(attribute: Option<&'static Attribute>, op: &Operation, old: Option<Value>) -> Result<Option<Value>> {
    let is_list = attribute.is_none_or(|known| known.multi_valued);
    match (op.kind, &op.value, old) {
        (OperationKind::Remove, Some(named), Some(old)) => elements::take_out(attribute, named, old).map(Some),
        (OperationKind::Remove, ..) => Ok(None),
        (OperationKind::Add, Some(given), Some(Value::Array(old))) if is_list => {
            elements::union(attribute, old, elements::listed(given)).map(Some)
        }
        (_, Some(Value::Object(given)), old) if attribute.is_some_and(Attribute::is_single_complex) => {
            Ok(Some(merge(old.filter(|old| !is_another(attribute, old, given)), given)))
        }
        (_, given, _) => Ok(given.clone()),
    }
}

/// Whether `given` identifies another value than `old`, such as another manager, to whom the rest of `old` does not
/// apply.
fn is_another(attribute: Option<&Attribute>, old: &Value, given: &Map<String, Value>) -> bool {
    let sub = attribute.and_then(|known| known.sub_attribute("value"));
    let values = sub.and_then(|sub| Some((sub, old.get("value")?, given.get("value")?)));
    values.is_some_and(|(sub, old, given)| !value::is_same_value(sub, old, given))
}

/// The new value of an attribute when one sub-attribute is named: of its object, or of every element.
fn sub_attribute(
    attribute: Option<&Attribute>,
    op: &Operation,
    sub: &str,
    old: Option<Value>,
) -> Result<Option<Value>> {
    let change = match (op.kind, &op.value) {
        (OperationKind::Remove, _) | (_, None) => Value::Null,
        (_, Some(value)) => value.clone(),
    };
    let given = Map::from_iter([(sub.to_owned(), change)]);
    let mut list = match old {
        Some(Value::Array(list)) => list,
        None if attribute.is_some_and(|known| known.multi_valued) => vec![Value::Null],
        Some(single) => {
            elements::find_named(attribute, op, std::slice::from_ref(&single), &[0])?;
            return Ok(Some(elements::merge_plain(attribute, single, &given)));
        }
        None => return Ok(Some(merge(None, &given))),
    };
    let all: Vec<_> = (0..list.len()).collect();
    let hits = elements::find_named(attribute, op, &list, &all)?;
    check_copies(&given, hits.len())?;
    for index in hits {
        list[index] = elements::merge_one(attribute, list[index].take(), &given)?;
    }
    list.retain(|element| !element.is_null() && !elements::is_hollow(op.kind, element));
    value::keep_last_primary(&mut list);
    Ok(Some(Value::Array(list)))
}
