//! From the shapes that clients send to one operation per attribute.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{Operation, OperationKind, PatchRequest, Target};
use crate::path::{AttributePath, PatchPath, PathError, is_urn_byte};
use crate::schema::ResourceType;
use crate::text::is_urn;
use crate::value;
use crate::{Error, Limits, Result};

/// Returns the request's operations in normal form, in their order.
///
/// Values without a path become one operation per key; a key may be a name, a path, a URN with a path, or a URN with an
/// object. A removal without a path removes what its value names; `null` stands for the whole attribute. Attributes
/// that are read-only or not kept are dropped silently, unknown ones are kept. Values are fitted to their attribute; an
/// empty value becomes a `Remove`. A `null` in a `remove` counts as no value: the whole attribute is removed.
///
/// # Errors
/// `invalidPath` for malformed paths and those with the schema of another resource type, `invalidFilter` for a filter
/// that is malformed or compares what has no order (RFC 7644 §3.4.2.2), `invalidValue` for values of the wrong type, an
/// empty one for a required attribute, an `add` or `replace` without a value and a `remove` with `null` for `members`,
/// `invalidSyntax` for a value that names an attribute twice or by a name that is not allowed (RFC 7643 §2.1),
/// `noTarget` for a `remove` with neither path nor value, `mutability` for one whose path names a read-only attribute,
/// 413 for too many attributes.
pub fn normalise(resource_type: &ResourceType, request: &PatchRequest) -> Result<Vec<Operation>> {
    let mut normaliser = Normaliser::new(resource_type, &request.limits);
    for operation in &request.operations {
        normaliser.named.clear();
        normaliser.by_value = operation.kind == OperationKind::Remove && operation.path.is_none();
        if operation.value.is_none() && operation.kind != OperationKind::Remove {
            return Err(Error::invalid_value("A PATCH operation other than remove needs a value."));
        }
        match &operation.path {
            Some(path) => normaliser.with_path(operation.kind, None, path, operation.value.clone())?,
            None => normaliser.without_path(operation.kind, operation.value.clone())?,
        }
    }
    Ok(normaliser.out)
}

/// The operations that set the attributes of a resource body; see [`normalise`].
pub(crate) fn explode(resource_type: &ResourceType, body: Map<String, Value>) -> Result<Vec<Operation>> {
    let limits = Limits::default();
    let mut normaliser = Normaliser::new(resource_type, &limits);
    normaliser.each_key(OperationKind::Replace, None, body)?;
    Ok(normaliser.out)
}

pub(super) struct Normaliser<'r> {
    pub(super) resource_type: &'r ResourceType,
    limits: &'r Limits,
    /// Whether this is a removal without a path, which names by attribute and value what it removes.
    pub(super) by_value: bool,
    /// The attributes that the operation, or the body, has named so far.
    pub(super) named: HashSet<String>,
    pub(super) out: Vec<Operation>,
}

/// What a key or a path names as a whole if it begins with a URN.
enum Urn {
    /// The core schema.
    Core,
    /// The extension with this URN.
    Extension(String),
}

impl<'r> Normaliser<'r> {
    fn new(resource_type: &'r ResourceType, limits: &'r Limits) -> Self {
        Self { resource_type, limits, by_value: false, named: HashSet::new(), out: vec![] }
    }

    fn without_path(&mut self, kind: OperationKind, value: Option<Value>) -> Result<()> {
        match value {
            Some(Value::Object(map)) => self.each_key(kind, None, map),
            Some(Value::Array(mut items)) if items.len() == 1 => self.without_path(kind, items.pop()),
            // RFC 7644 §3.5.2.2: a remove without a path has no target. If the value has names, they are the target.
            _ if kind == OperationKind::Remove => Err(Error::no_target("A remove operation needs a path.")),
            _ => Err(Error::invalid_value("The value of an operation without a path must be an object.")),
        }
    }

    /// One operation per key: a value without a path changes only the attributes that it names.
    fn each_key(&mut self, kind: OperationKind, extension: Option<&str>, map: Map<String, Value>) -> Result<()> {
        for (key, value) in map {
            let key = key.trim();
            let is_urn = self.schema_of(key).is_some() || self.is_unknown_extension(key, Some(&value));
            if is_urn || key.contains('[') || PatchPath::parse(key, self.limits).is_ok() {
                self.with_path(kind, extension, key, Some(value))?;
            } else {
                return Err(value::no_name());
            }
        }
        Ok(())
    }

    /// `text` is a path, or a key in a value without path, perhaps inside the object of an extension.
    fn with_path(&mut self, kind: OperationKind, inside: Option<&str>, text: &str, value: Option<Value>) -> Result<()> {
        if self.resource_type.is_foreign(text) {
            return Err(Error::invalid_path("This schema is one of another resource type."));
        }
        if inside.is_none() {
            if let Some(urn) = self.schema_of(text) {
                return self.schema(kind, urn, value);
            }
            if self.is_unknown_extension(text, value.as_ref()) {
                if !text.bytes().all(is_urn_byte) {
                    return Err(value::no_name());
                }
                return self.schema(kind, Urn::Extension(text.to_owned()), value);
            }
        }
        let mut parsed = PatchPath::parse(text, self.limits)?;
        if let (Some(urn), None) = (inside, &parsed.path.schema) {
            parsed.path.schema = Some(urn.to_owned());
        }
        self.attribute(kind, &self.in_extension(parsed)?, value)
    }

    /// Known URNs are compared whole.
    fn schema_of(&self, text: &str) -> Option<Urn> {
        if self.resource_type.schema.id.eq_ignore_ascii_case(text) {
            return Some(Urn::Core);
        }
        self.resource_type.extension(text).map(|schema| Urn::Extension(schema.id.to_owned()))
    }

    /// Whether a key or a path that begins with a URN is an unknown extension as a whole.
    fn is_unknown_extension(&self, text: &str, value: Option<&Value>) -> bool {
        let Some((prefix, last)) = text.rsplit_once(':').filter(|_| is_urn(text) && !text.contains('[')) else {
            return false;
        };
        match value {
            Some(Value::Object(_)) => self.may_be_extension(text),
            None | Some(Value::Null) => self.schema_of(prefix).is_none() && self.is_type_name(last),
            Some(_) => false,
        }
    }

    /// By convention the URN of an extension ends with the resource type: `urn:…:2.0:User` is an extension, and
    /// `urn:…:2.0:User:badge` is an attribute, as is anything after a known URN. After a URN with any other ending, an
    /// object is taken for an extension.
    fn may_be_extension(&self, urn: &str) -> bool {
        let is_attribute = |(prefix, last): (&str, &str)| {
            let ends_with_type = prefix.rsplit(':').next().is_some_and(|last| self.is_type_name(last));
            let is_known = self.schema_of(prefix).is_some();
            (is_known || (ends_with_type && !self.is_type_name(last))) && AttributePath::parse(urn).is_ok()
        };
        !urn.rsplit_once(':').is_some_and(is_attribute)
    }

    /// The attribute that a path names: `urn:…:2.0:User:desk:floor` is the `floor` of a `desk`, since
    /// `urn:…:2.0:User:desk` with an object is that attribute, not an extension. Refuses anything deeper.
    fn in_extension(&self, parsed: PatchPath) -> Result<PatchPath> {
        let is_unknown = |urn: &&str| self.schema_of(urn).is_none() && !self.may_be_extension(urn);
        let Some(urn) = parsed.path.schema.as_deref().filter(is_unknown) else {
            return Ok(parsed);
        };
        let outer = AttributePath::parse(urn)?;
        if outer.sub_attribute.is_some() || parsed.path.sub_attribute.is_some() || parsed.filter.is_some() {
            return Err(PathError::Malformed.into());
        }
        let path = AttributePath { sub_attribute: Some(parsed.path.attribute), ..outer };
        Ok(PatchPath { path, filter: None })
    }

    fn is_type_name(&self, segment: &str) -> bool {
        segment.eq_ignore_ascii_case(self.resource_type.name)
    }

    fn schema(&mut self, kind: OperationKind, urn: Urn, value: Option<Value>) -> Result<()> {
        match (urn, value) {
            (Urn::Core, Some(Value::Object(map))) => self.each_key(kind, None, map),
            (Urn::Extension(urn), Some(Value::Object(map))) if !map.is_empty() => self.each_key(kind, Some(&urn), map),
            // Adding nothing changes nothing.
            (Urn::Extension(_), Some(value)) if kind == OperationKind::Add && value::is_empty(&value) => Ok(()),
            // Nor does removing nothing.
            (Urn::Extension(_), Some(Value::Object(map))) if self.by_value && map.is_empty() => Ok(()),
            (Urn::Extension(urn), value) if value.as_ref().is_none_or(value::is_empty) => {
                self.push(OperationKind::Remove, Target::whole(None, &urn), None)
            }
            (Urn::Core, None | Some(Value::Null)) if kind == OperationKind::Remove => {
                Err(Error::no_target("A remove operation needs the path of an attribute."))
            }
            _ => Err(Error::invalid_value("The value of a schema URN must be an object.")),
        }
    }
}
