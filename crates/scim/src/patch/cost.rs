//! The cost of a request: every filtered operation compares all values of a list, so a small request on a large
//! document could keep a server busy for a long time.

use serde_json::{Map, Value};

use super::Operation;
use crate::filter::Filter;
use crate::json::length;
use crate::schema::ResourceType;
use crate::{Error, MAX_ATTRIBUTES, MAX_COPIED, MAX_DOCUMENT, MAX_NAMES, Result, text};

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
            Some(urn) => text::get(document, urn).and_then(Value::as_object),
            None => Some(document),
        };
        let Some(Value::Array(values)) = container.and_then(|inner| text::get(inner, &target.attribute)) else {
            return Ok(());
        };
        let each = values.iter().map(weight).sum::<usize>();
        let cost = each.saturating_mul(comparisons(operation)).saturating_add(literals(operation));
        let cost = cost.saturating_add(listed(operation).saturating_mul(values.len()));
        self.0 = self
            .0
            .checked_sub(cost)
            .ok_or_else(|| Error::too_large("The request compares too many values; split it into several requests."))?;
        Ok(())
    }
}

/// Roughly how often the operations look at each value of the document to which they are applied.
pub fn effort(operations: &[Operation]) -> usize {
    let lengths = operations.iter().map(|operation| operation.value.as_ref().map_or(0, length));
    let folded = operations.iter().map(literals).sum::<usize>();
    operations.iter().map(comparisons).sum::<usize>() + lengths.sum::<usize>() / 1024 + folded
}

fn literals(operation: &Operation) -> usize {
    operation.target.filter.as_ref().map_or(0, Filter::literals)
}

/// How many terms or values each value of the target is compared with.
fn comparisons(operation: &Operation) -> usize {
    match (&operation.target.filter, &operation.value) {
        (Some(filter), _) => filter.terms(),
        (None, Some(Value::Array(listed))) => listed.len(),
        _ => 1,
    }
}

/// The cost of folding the texts of a list that is written, for each value that it is compared with.
fn listed(operation: &Operation) -> usize {
    match (&operation.target.filter, &operation.value) {
        (None, Some(Value::Array(listed))) => listed.iter().map(|value| weight(value) - nodes(value)).sum(),
        _ => 0,
    }
}

fn nodes(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(nodes).sum(),
        Value::Object(map) => map.values().map(nodes).sum(),
        _ => 0,
    }
}

/// The cost of comparing one value: its nodes, and long texts by their length.
fn weight(value: &Value) -> usize {
    1 + match value {
        Value::String(text) => text::cost(text),
        Value::Array(items) => items.iter().map(weight).sum(),
        Value::Object(map) => map.values().map(weight).sum(),
        _ => 0,
    }
}

/// Refuses a document that is larger than [`MAX_DOCUMENT`], or has more attributes than [`MAX_ATTRIBUTES`] and
/// [`MAX_NAMES`] allow. One that was too large `before` may be changed, but must not grow by more than one byte: it
/// must be possible to turn `true` into `false`.
pub(crate) fn check_size(
    resource_type: &ResourceType,
    before: &Map<String, Value>,
    document: &Map<String, Value>,
) -> Result<()> {
    let refuse = |size: fn(&ResourceType, &Map<String, Value>) -> usize, most, growth, what: &str| {
        let now = size(resource_type, document);
        if now <= most || now <= size(resource_type, before) + growth {
            return Ok(());
        }
        Err(Error::too_large(format!("A resource may have at most {most} {what}.")))
    };
    refuse(widest, MAX_ATTRIBUTES, 0, "attributes at its top level and in each extension; leave some out")?;
    refuse(names, MAX_NAMES, 0, "attributes on all levels together; leave some out")?;
    refuse(stored, MAX_DOCUMENT, 1, "bytes as JSON text, counting escapes but not members; leave out long values")
}

/// The members that are kept in the document: the server stores group membership separately.
fn kept<'d>(
    resource_type: &ResourceType,
    document: &'d Map<String, Value>,
) -> impl Iterator<Item = (&'d String, &'d Value)> {
    let has_members = resource_type.attribute(None, "members").is_some();
    document.iter().filter(move |(name, _)| !has_members || *name != "members")
}

fn widest(_: &ResourceType, document: &Map<String, Value>) -> usize {
    let inner = document.values().filter_map(Value::as_object).map(Map::len);
    inner.chain([document.len()]).max().unwrap_or_default()
}

fn names(resource_type: &ResourceType, document: &Map<String, Value>) -> usize {
    fn inside(value: &Value) -> usize {
        match value {
            Value::Array(items) => items.iter().map(inside).sum(),
            Value::Object(map) => map.len() + map.values().map(inside).sum::<usize>(),
            _ => 0,
        }
    }
    kept(resource_type, document).map(|(_, value)| 1 + inside(value)).sum()
}

/// The length of the text that is stored: each attribute with its colon and its comma, one comma fewer, and the braces.
fn stored(resource_type: &ResourceType, document: &Map<String, Value>) -> usize {
    kept(resource_type, document).map(|(name, value)| length(name) + length(value) + 2).sum::<usize>() + 1
}

/// Refuses to write `given` into this many values of a list if that would take far more space than was sent.
pub(super) fn check_copies(given: &Map<String, Value>, values: usize) -> Result<()> {
    if given.values().all(Value::is_null) {
        return Ok(());
    }
    // A plain value becomes an object with a member of this name.
    let each = length(given) + "value".len();
    if each.saturating_mul(values.saturating_sub(1)) <= MAX_COPIED {
        return Ok(());
    }
    Err(Error::too_large(format!(
        "The copies of a value that is written into several others may have at most {MAX_COPIED} bytes; name fewer."
    )))
}
