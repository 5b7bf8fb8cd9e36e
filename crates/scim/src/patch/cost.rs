//! What a request may cost: every filtered operation compares all values of a list, so a small request on a large
//! document could keep a server busy for long.

use serde_json::{Map, Value};

use super::Operation;
use crate::json::length_of;
use crate::schema::ResourceType;
use crate::{Error, MAX_ATTRIBUTES, MAX_DOCUMENT, Result};

/// Most work in one request, in comparisons of a short text; far less than a second.
const MAX_WORK: usize = 2_000_000;

/// What is left of [`MAX_WORK`].
pub(super) struct Budget(usize);

impl Budget {
    pub(super) fn new() -> Self {
        Self(MAX_WORK)
    }

    /// Accounts for an operation on `document`. Refuses it if the request has used up its budget.
    pub(super) fn spend(&mut self, operation: &Operation, document: &Map<String, Value>) -> Result<()> {
        let target = &operation.target;
        let container = match &target.extension {
            Some(urn) => document.get(urn).and_then(Value::as_object),
            None => Some(document),
        };
        let Some(Value::Array(values)) = container.and_then(|inner| inner.get(&target.attribute)) else {
            return Ok(());
        };
        let compared = match (&target.filter, &operation.value) {
            (Some(filter), _) => filter.terms(),
            (None, Some(Value::Array(listed))) => listed.len(),
            _ => 1,
        };
        let cost = values.iter().map(weight).sum::<usize>().saturating_mul(compared);
        self.0 = self
            .0
            .checked_sub(cost)
            .ok_or_else(|| Error::too_large("The request compares too many values; split it into several requests."))?;
        Ok(())
    }
}

/// The cost of comparing one value: its nodes, and long texts by their length.
fn weight(value: &Value) -> usize {
    1 + match value {
        // What is not ASCII is folded character by character.
        Value::String(text) => text.len() / 64 * if text.is_ascii() { 1 } else { 16 },
        Value::Array(items) => items.iter().map(weight).sum(),
        Value::Object(map) => map.values().map(weight).sum(),
        _ => 0,
    }
}

/// Refuses a document that is larger than [`MAX_DOCUMENT`] or has more than [`MAX_ATTRIBUTES`] attributes.
pub(super) fn check_size(resource_type: &ResourceType, document: &Map<String, Value>) -> Result<()> {
    let inner = document.values().filter_map(Value::as_object).map(Map::len);
    if inner.chain([document.len()]).any(|length| length > MAX_ATTRIBUTES) {
        return Err(Error::too_large(format!("A resource may have at most {MAX_ATTRIBUTES} attributes.")));
    }
    // The server keeps membership apart.
    let is_members = |name: &str| name == "members" && resource_type.attribute(None, name).is_some();
    let kept = document.iter().filter(|(name, _)| !is_members(name));
    if kept.map(|(name, value)| name.len() + length_of(value)).sum::<usize>() > MAX_DOCUMENT {
        return Err(Error::too_large(format!("A resource may have at most {MAX_DOCUMENT} bytes.")));
    }
    Ok(())
}
