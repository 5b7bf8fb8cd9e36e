//! From the shapes that clients send to one operation per attribute.

use serde_json::{Map, Value};

use super::{Kind, Operation, PatchRequest, Target};
use crate::path::{AttributePath, PatchPath, PathError};
use crate::schema::{Attribute, Mutability, ResourceType, Type};
use crate::text::is_urn;
use crate::value::{self, Empty};
use crate::{Error, Limits, Result};

/// Most attributes that the operations of one request may name.
const MAX_TARGETS: usize = 10_000;

/// Gives the request's operations in normal form, in their order.
///
/// Values without a path become one operation per key; a key may be a name, a path, a URN with a path, or a URN with an
/// object. Attributes that are read-only or not kept are dropped silently, unknown ones pass. Values are fitted to
/// their attribute; an empty value becomes a `Remove`. The `null` of a `remove` is no value: all of the attribute goes.
///
/// Refuses malformed paths, values of a wrong type, an empty value for a required attribute, an `add` or `replace`
/// without value, a `remove` without path and value, one whose path names what is read-only, and one that says `null` of
/// `members`.
pub fn normalise(resource_type: &ResourceType, request: &PatchRequest) -> Result<Vec<Operation>> {
    let mut normaliser = Normaliser { resource_type, limits: &request.limits, out: vec![] };
    for operation in &request.operations {
        if operation.value.is_none() && operation.kind != Kind::Remove {
            return Err(Error::invalid_value("A PATCH operation other than remove needs a value."));
        }
        match &operation.path {
            Some(path) => normaliser.with_path(operation.kind, None, path, operation.value.clone())?,
            None => normaliser.without_path(operation.kind, operation.value.clone())?,
        }
    }
    Ok(normaliser.out)
}

/// The operations that set what a resource body holds; see [`normalise`].
pub(crate) fn explode(resource_type: &ResourceType, body: Map<String, Value>) -> Result<Vec<Operation>> {
    let mut normaliser = Normaliser { resource_type, limits: &Limits::default(), out: vec![] };
    normaliser.each_key(Kind::Replace, None, body)?;
    Ok(normaliser.out)
}

struct Normaliser<'r> {
    resource_type: &'r ResourceType,
    limits: &'r Limits,
    out: Vec<Operation>,
}

/// What a key or a path that begins with a URN names as a whole.
enum Urn {
    /// The core schema.
    Core,
    /// The extension with this URN.
    Extension(String),
}

impl Normaliser<'_> {
    fn without_path(&mut self, kind: Kind, value: Option<Value>) -> Result<()> {
        match value {
            Some(Value::Object(map)) => self.each_key(kind, None, map),
            Some(Value::Array(mut items)) if items.len() == 1 => self.without_path(kind, items.pop()),
            // RFC 7644 §3.5.2.2: a remove without path has no target. Clients that put names into the value have one.
            _ if kind == Kind::Remove => Err(Error::no_target("A remove operation needs a path.")),
            _ => Err(Error::invalid_value("The value of an operation without path must be an object.")),
        }
    }

    /// One operation per key: a value without path touches the named attributes only.
    fn each_key(&mut self, kind: Kind, extension: Option<&str>, map: Map<String, Value>) -> Result<()> {
        for (key, value) in map {
            let key = key.trim();
            let is_urn = self.schema_of(key).is_some() || self.is_unknown_extension(key, Some(&value));
            if is_urn || key.contains('[') || PatchPath::parse(key, self.limits).is_ok() {
                self.with_path(kind, extension, key, Some(value))?;
            } else {
                // No path at all, so a name that only its sender knows.
                self.push_unknown(kind, Target::whole(extension, key), value)?;
            }
        }
        Ok(())
    }

    /// `text` is a path, or a key in a value without path, perhaps inside the object of an extension.
    fn with_path(&mut self, kind: Kind, inside: Option<&str>, text: &str, value: Option<Value>) -> Result<()> {
        if inside.is_none() {
            if let Some(urn) = self.schema_of(text) {
                return self.schema(kind, urn, value);
            }
            if self.is_unknown_extension(text, value.as_ref()) {
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

    /// Whether a key or a path that begins with a URN names an extension as a whole.
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

    /// By custom the URN of an extension ends with the resource type: `urn:…:2.0:User` is one, and
    /// `urn:…:2.0:User:badge` is an attribute, as is whatever stands behind a known one. Without that, an object is taken
    /// for an extension.
    fn may_be_extension(&self, urn: &str) -> bool {
        let is_attribute = |(prefix, last): (&str, &str)| {
            let ends_with_type = prefix.rsplit(':').next().is_some_and(|last| self.is_type_name(last));
            let is_known = self.schema_of(prefix).is_some();
            (is_known || (ends_with_type && !self.is_type_name(last))) && AttributePath::parse(urn).is_ok()
        };
        !urn.rsplit_once(':').is_some_and(is_attribute)
    }

    /// What a path is about: `urn:…:2.0:User:desk:floor` is the `floor` of a `desk`, since `urn:…:2.0:User:desk` with an
    /// object is that attribute and no extension. Refuses what would lie deeper.
    fn in_extension(&self, parsed: PatchPath) -> Result<PatchPath> {
        let is_unknown = |urn: &&str| self.schema_of(urn).is_none() && !self.may_be_extension(urn);
        let Some(urn) = parsed.path.schema.as_deref().filter(is_unknown) else {
            return Ok(parsed);
        };
        let outer = AttributePath::parse(urn)?;
        if outer.sub_attribute.is_some() || parsed.path.sub_attribute.is_some() || parsed.filter.is_some() {
            return Err(PathError.into());
        }
        let path = AttributePath { sub_attribute: Some(parsed.path.attribute), ..outer };
        Ok(PatchPath { path, filter: None })
    }

    fn is_type_name(&self, segment: &str) -> bool {
        segment.eq_ignore_ascii_case(self.resource_type.name)
    }

    fn schema(&mut self, kind: Kind, urn: Urn, value: Option<Value>) -> Result<()> {
        match (urn, value) {
            (Urn::Core, Some(Value::Object(map))) => self.each_key(kind, None, map),
            (Urn::Extension(urn), Some(Value::Object(map))) if !map.is_empty() => self.each_key(kind, Some(&urn), map),
            // To add nothing changes nothing.
            (Urn::Extension(_), Some(value)) if kind == Kind::Add && value::is_empty(&value) => Ok(()),
            (Urn::Extension(urn), value) if value.as_ref().is_none_or(value::is_empty) => {
                self.push(Kind::Remove, Target::whole(None, &urn), None)
            }
            (Urn::Core, None | Some(Value::Null)) if kind == Kind::Remove => {
                Err(Error::no_target("A remove operation needs the path of an attribute."))
            }
            _ => Err(Error::invalid_value("The value of a schema URN must be an object.")),
        }
    }

    fn attribute(&mut self, kind: Kind, parsed: &PatchPath, mut value: Option<Value>) -> Result<()> {
        let found = self.resource_type.resolve(&parsed.path);
        if kind == Kind::Remove && value.as_ref().is_some_and(Value::is_null) {
            // A client that has lost the list of those to take out would empty the group.
            if (found.extension, found.name, found.sub_name, &parsed.filter) == (None, "members", None, &None) {
                return Err(Error::invalid_value("The members to remove are null; list them, or leave value out."));
            }
            value = None;
        }
        let target = Target {
            extension: found.extension.map(Into::into),
            attribute: found.name.into(),
            filter: parsed.filter.clone(),
            sub_attribute: found.sub_name.map(Into::into),
        };
        let Some(attribute) = found.attribute else {
            return match (kind, value) {
                (Kind::Remove, Some(Value::Array(listed))) => self.push(kind, target, Some(Value::Array(listed))),
                (Kind::Remove, _) => self.push(kind, target, None),
                (_, value) => self.push_unknown(kind, target, value.unwrap_or(Value::Null)),
            };
        };
        let leaf = found.sub_attribute.unwrap_or(attribute);
        if !attribute.is_stored() || !leaf.is_stored() {
            let is_read_only = [attribute, leaf].iter().any(|known| known.mutability == Mutability::ReadOnly);
            // RFC 7644 §3.5.2.2. Directories write what is read-only along with the rest, which changes nothing, but
            // none of them asks in so many words to remove it.
            return match (kind, value) {
                (Kind::Remove, None) if is_read_only => {
                    Err(Error::mutability(format!("{} is read-only and cannot be removed.", leaf.name)))
                }
                _ => Ok(()),
            };
        }
        check_shape(attribute, &target)?;
        match kind {
            Kind::Remove => self.remove(attribute, target, value),
            _ => self.set(kind, attribute, target, value.unwrap_or(Value::Null)),
        }
    }

    /// Unknown attributes are kept as sent; an empty value unsets them.
    fn push_unknown(&mut self, kind: Kind, target: Target, value: Value) -> Result<()> {
        match kind {
            Kind::Remove => self.push(kind, target, None),
            _ if value::is_empty(&value) => self.push(Kind::Remove, target, None),
            _ => self.push(kind, target, Some(value)),
        }
    }

    fn remove(&mut self, attribute: &Attribute, mut target: Target, value: Option<Value>) -> Result<()> {
        if attribute.is_identified() && target.sub_attribute.as_deref() == Some("value") {
            target.sub_attribute = None;
        }
        // Whoever names sub-attributes does not ask to remove the others.
        if let (Some(Value::Object(named)), None) = (&value, &target.sub_attribute)
            && attribute.is_single_complex()
            && !attribute.is_identified()
        {
            let names = named.keys().map(|name| attribute.sub_attribute(name).map_or(name.as_str(), |sub| sub.name));
            return names.into_iter().try_for_each(|name| {
                self.push(Kind::Remove, Target { sub_attribute: Some(name.to_owned()), ..target.clone() }, None)
            });
        }
        // Entra names the values to take out in `value`; without that rule a remove of one member empties the group.
        let listed = match value {
            Some(value) if attribute.multi_valued && target.filter.is_none() && target.sub_attribute.is_none() => {
                Some(Value::Array(value::fit_removal(attribute, value)?))
            }
            _ => None,
        };
        self.push(Kind::Remove, target, listed)
    }

    fn set(&mut self, kind: Kind, attribute: &Attribute, mut target: Target, mut value: Value) -> Result<()> {
        if says_nothing_kept(attribute, &value) {
            return Ok(());
        }
        if attribute.is_identified() && target.sub_attribute.as_deref() == Some("value") {
            value = Value::Object(Map::from_iter([("value".to_owned(), value)]));
            target.sub_attribute = None;
        }
        let whole = target.filter.is_none() && target.sub_attribute.is_none();
        let fitted = match target.sub_attribute.as_deref() {
            Some(name) => match attribute.sub_attribute(name) {
                Some(sub) => value::fit(sub, value)?,
                None => Some(value).filter(|value| !value::is_empty(value)),
            },
            None if whole && attribute.multi_valued => value::fit(attribute, value)?,
            None => value::fit_one(attribute, value, Empty::Null)?,
        };
        match fitted {
            Some(fitted) => self.push(kind, target, Some(fitted)),
            None if whole && attribute.required => {
                Err(Error::invalid_value(format!("{} is required and must not be empty.", attribute.name)))
            }
            // Adding nothing to a list changes nothing.
            None if target.sub_attribute.is_none() && kind == Kind::Add && attribute.multi_valued => Ok(()),
            // Kept apart from a removal for Entra alone, whose replacement of members adds them: none is no change there,
            // and empties the group for everybody else.
            None if whole && attribute.multi_valued => self.push(kind, target, Some(Value::Array(vec![]))),
            None => self.push(Kind::Remove, target, None),
        }
    }

    fn push(&mut self, kind: Kind, target: Target, value: Option<Value>) -> Result<()> {
        if self.out.len() >= MAX_TARGETS {
            return Err(Error::too_large("The request names too many attributes; split it."));
        }
        self.out.push(Operation { kind, target, value });
        Ok(())
    }
}

impl Target {
    fn whole(extension: Option<&str>, attribute: &str) -> Self {
        Self { extension: extension.map(Into::into), attribute: attribute.into(), filter: None, sub_attribute: None }
    }
}

fn check_shape(attribute: &Attribute, target: &Target) -> Result<()> {
    if target.filter.is_some() && !attribute.multi_valued {
        return Err(Error::invalid_path(format!("{} holds one value and cannot be filtered.", attribute.name)));
    }
    if target.sub_attribute.is_some() && attribute.kind != Type::Complex {
        return Err(Error::invalid_path(format!("{} has no sub-attributes.", attribute.name)));
    }
    Ok(())
}

/// Whether the value names sub-attributes that are not kept and nothing else, so that nothing is to be done. A plain
/// value stands for `value`.
fn says_nothing_kept(attribute: &Attribute, value: &Value) -> bool {
    let is_lost = |name: &str| attribute.sub_attribute(name).is_some_and(|sub| !sub.is_stored());
    match value {
        Value::Object(map) => !map.is_empty() && map.keys().all(|name| is_lost(name)),
        Value::String(plain) => !plain.is_empty() && is_lost("value"),
        _ => false,
    }
}
