//! Group membership, taken out of operations and bodies: the server keeps it as rows, one by one.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{Kind, Operation};
use crate::filter::{CompareOp, Filter};
use crate::{Error, Result};

/// A change of membership, by the identifiers of users and groups. Each is idempotent: to add a member again, or remove
/// one that is gone, changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberChange {
    /// These become members.
    Add(Vec<String>),
    /// These are removed.
    Remove(Vec<String>),
    /// These are the members, and no others.
    Replace(Vec<String>),
    /// All members are removed.
    Clear,
}

/// Takes the operations on `members` out of normalised operations on a group, and gives them as changes in their order.
///
/// A removal that lists values without identifiers changes nothing; only one without a list clears the group.
/// Refuses to change the `value` of a member (`mutability`), and paths that do not name members by their `value`.
pub fn split_members(operations: Vec<Operation>) -> Result<(Vec<Operation>, Vec<MemberChange>)> {
    let mut others = Vec::new();
    let mut changes = Vec::new();
    for operation in operations {
        if operation.target.extension.is_none() && operation.target.attribute == "members" {
            changes.extend(member_change(operation)?);
        } else {
            others.push(operation);
        }
    }
    Ok((others, changes))
}

/// Takes `members` out of a normalised resource body, and gives their identifiers, each once.
pub fn take_members(document: &mut Map<String, Value>) -> Result<Vec<String>> {
    document.shift_remove("members").map_or(Ok(vec![]), read_members)
}

fn member_change(operation: Operation) -> Result<Option<MemberChange>> {
    let Operation { kind, target, value } = operation;
    match (kind, target.filter, target.sub_attribute.as_deref(), value) {
        (Kind::Add, None, None, Some(value)) => Ok(Some(MemberChange::Add(read_members(value)?))),
        (Kind::Replace, None, None, Some(value)) => Ok(Some(MemberChange::Replace(read_members(value)?))),
        (Kind::Remove, None, None, None) => Ok(Some(MemberChange::Clear)),
        (Kind::Remove, None, None, Some(listed)) => Ok(removal(listed_ids(&listed))),
        (Kind::Remove, Some(filter), None | Some("value"), _) => Ok(removal(filtered_ids(&filter)?)),
        // Clients expect that a value which a filter names, and which is not there, is created.
        (Kind::Add | Kind::Replace, Some(filter), None, _) => Ok(Some(MemberChange::Add(filtered_ids(&filter)?))),
        // RFC 7643 §4.2: the sub-attributes of a member are immutable.
        (_, _, Some("value"), _) => Err(Error::mutability("The value of a member cannot be changed; remove and add.")),
        // What else a client says about a member comes from the member itself.
        _ => Ok(None),
    }
}

fn removal(ids: Vec<String>) -> Option<MemberChange> {
    if ids.is_empty() { None } else { Some(MemberChange::Remove(ids)) }
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
        Some(Value::String(id)) => Ok(id),
        _ => Err(Error::invalid_value("Each value of members needs a value.")),
    }
}

fn listed_ids(listed: &Value) -> Vec<String> {
    let mut seen = HashSet::new();
    let ids = listed.as_array().into_iter().flatten().filter_map(|item| item.get("value")?.as_str());
    ids.filter(|id| seen.insert(*id)).map(Into::into).collect()
}

/// The identifiers in `value eq "a" or value eq "b"`.
fn filtered_ids(filter: &Filter) -> Result<Vec<String>> {
    match filter {
        Filter::Or(left, right) => {
            let mut ids = filtered_ids(left)?;
            ids.extend(filtered_ids(right)?);
            Ok(ids)
        }
        Filter::Compare { path, op: CompareOp::Eq, value }
            if path.attribute.eq_ignore_ascii_case("value") && path.sub_attribute.is_none() =>
        {
            Ok(value.as_text().map(Into::into).into_iter().collect())
        }
        _ => Err(Error::invalid_path("Members are chosen by their value only: members[value eq \"...\"].")),
    }
}
