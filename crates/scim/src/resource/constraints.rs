//! What the schema requires of a whole document: required values, and immutable ones.

use serde_json::{Map, Value};

use crate::schema::{Attribute, Extension, Mutability, ResourceType};
use crate::text::is_urn;
use crate::value::{is_empty, is_same_value};
use crate::{Error, Result};

/// A required value that is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missing {
    /// URN of the extension that should hold it; `None` for the top level.
    pub(crate) extension: Option<&'static str>,
    /// Its name, or the URN of a required extension.
    pub(crate) name: String,
}

impl Missing {
    /// Whether the core schema requires it. Unlike an extension, that is older than any resource.
    pub(crate) fn is_core(&self) -> bool {
        self.extension.is_none() && !is_urn(&self.name)
    }
}

/// The required values that a document lacks. Those of an extension count only if the document has the extension.
pub(crate) fn missing(resource_type: &ResourceType, document: &Map<String, Value>) -> Vec<Missing> {
    let missing = |extension| move |name| Missing { extension, name };
    let core = absent(resource_type.schema.attributes, document).map(missing(None));
    let mut found: Vec<_> = core.collect();
    for extension in resource_type.extensions {
        let urn = extension.schema.id;
        match document.get(urn).and_then(Value::as_object) {
            Some(inner) => found.extend(absent(extension.schema.attributes, inner).map(missing(Some(urn)))),
            None if extension.required => found.push(missing(None)(urn.to_owned())),
            None => {}
        }
    }
    found
}

fn absent(attributes: &'static [Attribute], container: &Map<String, Value>) -> impl Iterator<Item = String> {
    attributes.iter().filter_map(|attribute| {
        let value = container.get(attribute.name);
        if !value.is_some_and(has_value) {
            return attribute.required.then(|| attribute.name.to_owned());
        }
        let lacks =
            |sub: &&Attribute| sub.required && elements(value).any(|one| !one.get(sub.name).is_some_and(has_value));
        attribute.sub_attributes.iter().find(lacks).map(|sub| format!("{}.{}", attribute.name, sub.name))
    })
}

/// Blanks do not count as the value of a required attribute.
fn has_value(value: &Value) -> bool {
    !is_empty(value) && value.as_str().is_none_or(|text| !text.trim().is_empty())
}

fn elements(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    let list = value.and_then(Value::as_array);
    list.into_iter().flatten().chain(value.filter(|_| list.is_none()))
}

/// Refuses, as 400 `mutability`, to change an immutable attribute that has a value (RFC 7644 §3.5.1, §3.5.2). Where
/// letter case does not count, a new spelling that differs only in case is replaced by the old one.
pub(crate) fn keep_immutable(
    resource_type: &ResourceType,
    before: &Map<String, Value>,
    after: &mut Map<String, Value>,
) -> Result<()> {
    for place in places(resource_type) {
        let Some(old) = place.get(before) else { continue };
        match place.get(after) {
            Some(new) if is_same_value(place.attribute(), old, new) => place.set(after, old.clone()),
            _ => return Err(Error::mutability(format!("{} is immutable; it keeps its first value.", place.name()))),
        }
    }
    Ok(())
}

/// Copies to `after` the immutable values of `before` that it does not mention: leaving one out of a PUT does not unset
/// it. If `after` has no part of an extension that is kept for such a value, the extension keeps its required values,
/// too.
pub(crate) fn carry_over(resource_type: &ResourceType, before: &Map<String, Value>, after: &mut Map<String, Value>) {
    let is_left_out = |extension: &&Extension| !after.contains_key(extension.schema.id);
    let left_out: Vec<_> = resource_type.extensions.iter().filter(is_left_out).collect();
    for place in places(resource_type) {
        if let (Some(old), None) = (place.get(before), place.get(after)) {
            place.set(after, old.clone());
        }
    }
    for Extension { schema, .. } in left_out {
        let Some(kept) = after.get_mut(schema.id).and_then(Value::as_object_mut) else { continue };
        for required in schema.attributes.iter().filter(|attribute| attribute.required) {
            if let Some(old) = before.get(schema.id).and_then(|old| old.get(required.name)) {
                kept.insert(required.name.to_owned(), old.clone());
            }
        }
    }
}

/// An immutable attribute, or an immutable sub-attribute of a single-valued one.
struct Place {
    extension: Option<&'static str>,
    attribute: &'static Attribute,
    sub: Option<&'static Attribute>,
}

fn places(resource_type: &ResourceType) -> impl Iterator<Item = Place> {
    let core = resource_type.schema.id;
    let is_immutable = |known: &&Attribute| known.mutability == Mutability::Immutable;
    resource_type.schemas().flat_map(move |schema| {
        let extension = Some(schema.id).filter(|&urn| urn != core);
        schema.attributes.iter().flat_map(move |attribute| {
            let place = move |sub| Place { extension, attribute, sub };
            let whole = Some(attribute).filter(is_immutable).map(|_| place(None));
            // Values in a list are protected one by one, when they are changed.
            let subs = attribute.sub_attributes.iter().filter(|_| !attribute.multi_valued).filter(is_immutable);
            whole.into_iter().chain(subs.map(move |sub| place(Some(sub))))
        })
    })
}

impl Place {
    fn attribute(&self) -> &'static Attribute {
        self.sub.unwrap_or(self.attribute)
    }

    fn name(&self) -> String {
        self.sub.map_or(self.attribute.name.to_owned(), |sub| format!("{}.{}", self.attribute.name, sub.name))
    }

    /// The names of the objects that contain the value.
    fn containers(&self) -> impl Iterator<Item = &'static str> {
        self.extension.into_iter().chain(self.sub.map(|_| self.attribute.name))
    }

    fn get<'d>(&self, document: &'d Map<String, Value>) -> Option<&'d Value> {
        let container = self.containers().try_fold(document, |container, name| container.get(name)?.as_object());
        container?.get(self.attribute().name).filter(|value| !is_empty(value))
    }

    fn set(&self, document: &mut Map<String, Value>, value: Value) {
        let container = self.containers().try_fold(document, |container, name| {
            container.entry(name).or_insert_with(|| Value::Object(Map::new())).as_object_mut()
        });
        if let Some(container) = container {
            container.insert(self.attribute().name.to_owned(), value);
        }
    }
}
