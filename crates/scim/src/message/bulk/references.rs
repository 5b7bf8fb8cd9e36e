//! References in an operation to resources that other operations of the same request create (RFC 7644 §3.7.2).

use serde_json::{Map, Value};

use super::BulkMethod;
use crate::path::PatchPath;
use crate::schema::{Attribute, ResourceType, Type};
use crate::{Limits, Result, text};

/// What comes before the `bulkId`.
const MARK: &str = "bulkId:";

/// The same at the end of a path or a URI.
const SEGMENT: &str = "/bulkId:";

/// The endpoint and the `bulkId` in a path that contains one.
pub(super) fn of_path(path: &str) -> Option<(&str, &str)> {
    path.rsplit_once(SEGMENT)
}

/// Walks through the data of an operation. `visit` is called with each `bulkId` that the data refers to, and may return
/// the id that replaces the reference.
pub(super) struct References<'r, F> {
    pub(super) resource_type: &'static ResourceType,
    pub(super) limits: &'r Limits,
    pub(super) visit: F,
}

impl<F: FnMut(&str) -> Result<Option<String>>> References<'_, F> {
    /// Refuses what `visit` refuses.
    pub(super) fn in_data(&mut self, method: Option<BulkMethod>, data: &mut Map<String, Value>) -> Result<()> {
        if method != Some(BulkMethod::Patch) {
            return self.body(None, data);
        }
        for (key, value) in data {
            match value {
                Value::Array(operations) if key.eq_ignore_ascii_case("Operations") => {
                    operations.iter_mut().try_for_each(|operation| self.operation(operation))?;
                }
                value => self.value(key, None, value)?,
            }
        }
        Ok(())
    }

    /// An operation of a PATCH.
    fn operation(&mut self, operation: &mut Value) -> Result<()> {
        let Value::Object(map) = operation else { return Ok(()) };
        let path = text::get(map, "path").and_then(Value::as_str).map(|path| path.trim().to_owned());
        let path = path.filter(|path| !path.is_empty());
        for (key, value) in map {
            match &path {
                _ if !key.eq_ignore_ascii_case("value") => self.value(key, None, value)?,
                Some(path) => self.named(None, path, value)?,
                None => self.pathless(value)?,
            }
        }
        Ok(())
    }

    fn pathless(&mut self, value: &mut Value) -> Result<()> {
        match value {
            Value::Object(body) => self.body(None, body),
            Value::Array(items) => items.iter_mut().try_for_each(|item| self.pathless(item)),
            other => self.value("value", None, other),
        }
    }

    /// A resource, or what is under the URN `inside`.
    fn body(&mut self, inside: Option<&str>, body: &mut Map<String, Value>) -> Result<()> {
        body.iter_mut().try_for_each(|(key, value)| self.named(inside, key, value))
    }

    /// The value that a path, or a key of a resource, names.
    fn named(&mut self, inside: Option<&str>, path: &str, value: &mut Value) -> Result<()> {
        if let (None, Value::Object(body)) = (inside, &mut *value)
            && let Some(schema) = self.resource_type.schemas().find(|schema| schema.id.eq_ignore_ascii_case(path))
        {
            return self.body(Some(schema.id), body);
        }
        let Ok(PatchPath { path: mut parsed, .. }) = PatchPath::parse(path, self.limits) else {
            return self.value(path, None, value);
        };
        parsed.schema = parsed.schema.or_else(|| inside.map(Into::into));
        let found = self.resource_type.resolve(&parsed);
        match found.sub_name {
            Some(name) => self.value(name, found.sub_attribute, value),
            None => self.value(found.name, found.attribute, value),
        }
    }

    fn value(&mut self, name: &str, known: Option<&'static Attribute>, value: &mut Value) -> Result<()> {
        match value {
            Value::String(text) => self.text(is_uri(name, known), text),
            Value::Array(items) => items.iter_mut().try_for_each(|item| self.value(name, known, item)),
            Value::Object(map) => map.iter_mut().try_for_each(|(name, part)| {
                self.value(name, known.and_then(|attribute| attribute.sub_attribute(name)), part)
            }),
            _ => Ok(()),
        }
    }

    /// A URI refers by its last segment, any other text as a whole.
    fn text(&mut self, is_uri: bool, text: &mut String) -> Result<()> {
        let name = match text.strip_prefix(MARK) {
            None if is_uri => of_path(text).map(|(_, name)| name),
            name => name,
        };
        let Some(name) = name else { return Ok(()) };
        let begin = text.len() - name.len() - MARK.len();
        if let Some(id) = (self.visit)(name)? {
            text.replace_range(begin.., &id);
        }
        Ok(())
    }
}

/// Whether an attribute's texts are URIs. `$ref` is a reference in any attribute (RFC 7643 §2.4); a plain value counts
/// as `value`.
fn is_uri(name: &str, known: Option<&Attribute>) -> bool {
    let kind = known.and_then(Attribute::compared).map(|attribute| attribute.kind);
    kind == Some(Type::Reference) || name.eq_ignore_ascii_case("$ref")
}
