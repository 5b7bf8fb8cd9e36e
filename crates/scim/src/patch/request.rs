use serde_json::{Map, Value};

use super::OperationKind;
use crate::json::{has_twins, twins};
use crate::{Error, Limits, Result};

/// A PATCH request, parsed but not yet looked up in the schema.
#[derive(Debug, Clone, PartialEq)]
pub struct PatchRequest {
    pub(super) operations: Vec<RawOperation>,
    pub(super) limits: Limits,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct RawOperation {
    pub(super) kind: OperationKind,
    pub(super) path: Option<String>,
    /// `None` if there is no `value` at all, `Some(Null)` if it is `null`.
    pub(super) value: Option<Value>,
}

impl PatchRequest {
    /// Reads a PATCH body. Keys are accepted in any letter case, unknown ones are ignored, `schemas` is not required,
    /// and a missing `op` means replace. A body changes nothing if its `Operations` is null or an empty list, or if it
    /// is empty or holds only `schemas`. Microsoft's validator sends such bodies.
    ///
    /// # Errors
    /// `invalidSyntax` for a body with other members but no `Operations` (RFC 7644 §3.5.2), operations that are not
    /// objects, an unknown `op`, and keys that differ only in letter case; `invalidPath` for a `path` that is not a
    /// string; 413 for more operations than `limits` allows.
    pub fn parse(body: Map<String, Value>, limits: &Limits) -> Result<Self> {
        if has_twins(&body) {
            return Err(twins());
        }
        let says_nothing =
            body.keys().all(|key| key.eq_ignore_ascii_case("schemas") || key.eq_ignore_ascii_case("Operations"));
        let operations = match body.into_iter().find(|(key, _)| key.eq_ignore_ascii_case("Operations")) {
            Some((_, Value::Array(items))) => items,
            Some((_, Value::Null)) => vec![],
            None => vec![],
            Some(_) => return Err(Error::invalid_syntax("Operations must be a list of objects.")),
        };
        if operations.is_empty() && !says_nothing {
            return Err(Error::invalid_syntax("A PATCH request lists what to do under Operations."));
        }
        if operations.len() > limits.operations {
            let detail = format!("A PATCH request may hold at most {} operations; split it.", limits.operations);
            return Err(Error::too_large(detail));
        }
        let operations = operations.into_iter().map(RawOperation::parse).collect::<Result<_>>()?;
        Ok(Self { operations, limits: *limits })
    }
}

impl PatchRequest {
    /// Whether a path or the key of a value without path begins with this URN, in any letter case.
    pub fn names_schema(&self, urn: &str) -> bool {
        let begins = |text: &str| text.trim().get(..urn.len()).is_some_and(|start| start.eq_ignore_ascii_case(urn));
        self.operations.iter().any(|operation| match (&operation.path, &operation.value) {
            (Some(path), _) => begins(path),
            (None, Some(Value::Object(map))) => map.keys().any(|key| begins(key)),
            (None, Some(Value::Array(items))) => {
                items.iter().filter_map(Value::as_object).any(|map| map.keys().any(|key| begins(key)))
            }
            (None, _) => false,
        })
    }
}

impl RawOperation {
    fn parse(operation: Value) -> Result<Self> {
        let Value::Object(map) = operation else {
            return Err(Error::invalid_syntax("Operations must be a list of objects."));
        };
        if has_twins(&map) {
            return Err(twins());
        }
        let (mut kind, mut path, mut value) = (OperationKind::Replace, None, None);
        for (key, given) in map {
            match key {
                _ if key.eq_ignore_ascii_case("op") => kind = parse_kind(&given)?,
                _ if key.eq_ignore_ascii_case("path") => path = parse_path(given)?,
                _ if key.eq_ignore_ascii_case("value") => value = Some(given),
                _ => {}
            }
        }
        Ok(Self { kind, path, value })
    }
}

fn parse_kind(op: &Value) -> Result<OperationKind> {
    match op.as_str() {
        Some(op) if op.eq_ignore_ascii_case("add") => Ok(OperationKind::Add),
        Some(op) if op.eq_ignore_ascii_case("replace") => Ok(OperationKind::Replace),
        Some(op) if op.eq_ignore_ascii_case("remove") => Ok(OperationKind::Remove),
        _ => Err(Error::invalid_syntax("The op of a PATCH operation must be add, replace or remove.")),
    }
}

fn parse_path(path: Value) -> Result<Option<String>> {
    match path {
        Value::Null => Ok(None),
        Value::String(path) if path.trim().is_empty() => Ok(None),
        Value::String(path) => Ok(Some(path.trim().to_owned())),
        _ => Err(Error::invalid_path("The path of a PATCH operation must be text.")),
    }
}
