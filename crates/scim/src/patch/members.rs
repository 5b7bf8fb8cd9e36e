//! Group membership, taken out of operations and bodies: the server keeps it as rows, one by one.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{Kind, Operation};
use crate::filter::{CompareOp, Filter};
use crate::{Error, Result};

/// What a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberKind {
    /// A user.
    User,
    /// A group.
    Group,
}

/// A member, as a client names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Identifier of the user or group.
    pub value: String,
    /// What the client says it is.
    pub kind: Option<MemberKind>,
}

/// A change of membership. Each is idempotent: to add a member again, or remove one that is gone, changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberChange {
    /// These become members.
    Add(Vec<Member>),
    /// The members with these identifiers are removed.
    Remove(Vec<String>),
    /// These are the members, and no others.
    Replace(Vec<Member>),
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

/// Takes `members` out of a normalised resource body.
pub fn take_members(document: &mut Map<String, Value>) -> Result<Vec<Member>> {
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
        (Kind::Add | Kind::Replace, Some(filter), None, _) => Ok(Some(MemberChange::Add(filtered_members(&filter)?))),
        // RFC 7643 §4.2: the sub-attributes of a member are immutable.
        (_, _, Some("value"), _) => Err(Error::mutability("The value of a member cannot be changed; remove and add.")),
        // What else a client says about a member comes from the member itself.
        _ => Ok(None),
    }
}

fn removal(ids: Vec<String>) -> Option<MemberChange> {
    if ids.is_empty() { None } else { Some(MemberChange::Remove(ids)) }
}

/// Reads a fitted list of members; of several with the same identifier the first is taken.
fn read_members(value: Value) -> Result<Vec<Member>> {
    let Value::Array(items) = value else {
        return Err(Error::invalid_value("members must be a list."));
    };
    let mut seen = HashSet::new();
    let members = items.into_iter().map(read_member).collect::<Result<Vec<_>>>()?;
    Ok(members.into_iter().filter(|member| seen.insert(member.value.clone())).collect())
}

fn read_member(item: Value) -> Result<Member> {
    let text = |name| item.get(name).and_then(Value::as_str);
    let value = text("value").ok_or_else(|| Error::invalid_value("Each value of members needs a value."))?;
    let kind = match text("type") {
        Some(kind) if kind.eq_ignore_ascii_case("user") => Some(MemberKind::User),
        Some(kind) if kind.eq_ignore_ascii_case("group") => Some(MemberKind::Group),
        _ => None,
    };
    Ok(Member { value: value.to_owned(), kind })
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

fn filtered_members(filter: &Filter) -> Result<Vec<Member>> {
    let ids = filtered_ids(filter)?;
    Ok(ids.into_iter().map(|value| Member { value, kind: None }).collect())
}
