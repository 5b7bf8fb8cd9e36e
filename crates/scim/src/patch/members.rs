//! Takes group membership out of operations and bodies: the server stores each member as a row.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{Operation, OperationKind};
use crate::filter::{CompareOp, Filter};
use crate::{Error, Result};

/// A change of membership, by the identifiers of users and groups. Each is idempotent: adding a member again, or
/// removing one that is gone, changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberOperation {
    /// These become members.
    Add(Vec<String>),
    /// These are removed.
    Remove(Vec<String>),
    /// These are the members, and no others.
    Replace(Vec<String>),
    /// Of a `replace` with a filter: the members that the filter names leave, and others join. If none of those named
    /// is a member, the request has no target (RFC 7644 §3.5.2.3).
    Exchange {
        /// These leave.
        out: Vec<String>,
        /// These join.
        into: Vec<String>,
    },
    /// All members are removed.
    Clear,
}

/// Splits normalised operations on a group: those on `members` are returned as changes, in their order.
///
/// A removal that lists values without identifiers changes nothing; only one without a list clears the group.
///
/// # Errors
/// `mutability` for changing a sub-attribute of a member (RFC 7643 §4.2: they are immutable), `invalidFilter` for a
/// filter that does not name members by their `value`, `invalidPath` for a sub-attribute that members do not have,
/// `invalidValue` for a text that is not an identifier, a value without one, and an `add` whose filter and value name
/// different members.
pub fn split_members(operations: Vec<Operation>) -> Result<(Vec<Operation>, Vec<MemberOperation>)> {
    let mut others = Vec::new();
    let mut changes = Vec::new();
    for operation in operations {
        if operation.target.is_members() {
            changes.extend(member_change(operation)?);
        } else {
            others.push(operation);
        }
    }
    Ok((others, changes))
}

/// Removes `members` from a normalised resource body and returns their identifiers, each once.
///
/// # Errors
/// `invalidValue` for a text that is not an identifier.
pub fn take_members(document: &mut Map<String, Value>) -> Result<Vec<String>> {
    document.shift_remove("members").map_or(Ok(vec![]), read_members)
}

fn member_change(operation: Operation) -> Result<Option<MemberOperation>> {
    let Operation { kind, target, value } = operation;
    if let Some(sub) = target.sub_attribute.as_deref() {
        return sub_attribute(kind, sub, target.filter.as_ref());
    }
    match (kind, target.filter, value) {
        (OperationKind::Add, None, Some(value)) => Ok(Some(MemberOperation::Add(read_members(value)?))),
        (OperationKind::Replace, None, Some(value)) => Ok(Some(MemberOperation::Replace(read_members(value)?))),
        (OperationKind::Remove, None, None) => Ok(Some(MemberOperation::Clear)),
        (OperationKind::Remove, None, Some(listed)) => Ok(removal(listed_ids(&listed)?)),
        (OperationKind::Remove, Some(filter), _) => Ok(removal(filtered_ids(&filter)?)),
        (OperationKind::Add, Some(filter), value) => addition(filtered_ids(&filter)?, value.as_ref()).map(Some),
        (OperationKind::Replace, Some(filter), Some(value)) => {
            let (out, into) = (filtered_ids(&filter)?, read_members(value)?);
            Ok(Some(MemberOperation::Exchange { out, into }))
        }
        (OperationKind::Add | OperationKind::Replace, _, None) => Ok(None),
    }
}

/// RFC 7643 §4.2: the sub-attributes of a member are immutable. Entra removes a member by a `value` after the filter.
fn sub_attribute(kind: OperationKind, sub: &str, filter: Option<&Filter>) -> Result<Option<MemberOperation>> {
    match (kind, sub, filter) {
        (OperationKind::Remove, "value", Some(filter)) => Ok(removal(filtered_ids(filter)?)),
        (_, "value" | "type" | "$ref", _) => Err(Error::mutability(format!(
            "The {sub} of a member cannot be changed; remove the member and add another."
        ))),
        _ => Err(Error::invalid_path("Members have a value, a type, a $ref and a display, and nothing else.")),
    }
}

/// An `add` creates the member that its filter describes. The value may name no other.
fn addition(ids: Vec<String>, value: Option<&Value>) -> Result<MemberOperation> {
    let named = value.map_or(Ok(vec![]), listed_ids)?;
    if ids.is_empty() || named.iter().any(|id| ids != [id.as_str()]) {
        let detail = "The filter of the path and the value name different members; leave the filter out.";
        return Err(Error::invalid_value(detail));
    }
    ids.iter().try_for_each(|id| check_id(id))?;
    Ok(MemberOperation::Add(ids))
}

fn removal(ids: Vec<String>) -> Option<MemberOperation> {
    if ids.is_empty() { None } else { Some(MemberOperation::Remove(ids)) }
}

/// The identifiers in a fitted list of members, each once.
fn read_members(value: Value) -> Result<Vec<String>> {
    let Value::Array(items) = value else {
        return Err(Error::invalid_value("members must be a list."));
    };
    let mut seen = HashSet::new();
    let members = items.into_iter().map(read_member).collect::<Result<Vec<_>>>()?;
    Ok(members.into_iter().filter(|id| seen.insert(id.clone())).collect())
}

fn read_member(mut item: Value) -> Result<String> {
    match item.get_mut("value").map(Value::take) {
        Some(Value::String(id)) => check_id(&id).map(|()| id),
        _ => Err(Error::invalid_value("Each value of members needs a value.")),
    }
}

/// Refuses a text that cannot be an identifier, such as a URL or a list as JSON text. It would be skipped as an unknown
/// identifier, so a replacement would empty the group.
fn check_id(text: &str) -> Result<()> {
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || "{}[]()<>\"'\\/,;".contains(c);
    match text.contains(is_odd) {
        true => Err(Error::invalid_value("A member is named by its id alone: no URL, no brackets, no blanks.")),
        false => Ok(()),
    }
}

fn listed_ids(listed: &Value) -> Result<Vec<String>> {
    let mut seen = HashSet::new();
    let ids = listed.as_array().into_iter().flatten().filter_map(|item| item.get("value")?.as_str());
    ids.filter(|id| seen.insert(*id)).map(|id| check_id(id).map(|()| id.to_owned())).collect()
}

/// The identifiers in `value eq "a" or value eq "b"`.
fn filtered_ids(filter: &Filter) -> Result<Vec<String>> {
    match filter {
        Filter::Or(left, right) => {
            let mut ids = filtered_ids(left)?;
            ids.extend(filtered_ids(right)?);
            Ok(ids)
        }
        Filter::Compare { path, op: CompareOp::Eq, value, .. }
            if path.attribute.eq_ignore_ascii_case("value") && path.sub_attribute.is_none() =>
        {
            Ok(value.as_text().map(Into::into).into_iter().collect())
        }
        _ => Err(Error::invalid_filter("Members are chosen by their value only: members[value eq \"...\"].")),
    }
}
