//! RFC 7643 §7: attributes returned on request are also returned by the POST, PUT or PATCH that wrote them.

use serde_json::{Map, Value};

use super::Projection;
use super::projection::Item;
use crate::patch::Operation;
use crate::schema::{Attribute, ResourceType, Returned};

impl Projection {
    /// The projection of the answer to a POST or PUT of this document.
    #[must_use]
    pub fn with_document(mut self, resource_type: &ResourceType, document: &Map<String, Value>) -> Self {
        for (name, value) in document {
            match (resource_type.extension(name), value) {
                (Some(schema), Value::Object(inner)) => {
                    inner
                        .iter()
                        .for_each(|(name, value)| self.note(schema.attribute(name), Some(schema.id), None, value));
                }
                _ => self.note(resource_type.attribute(None, name), None, None, value),
            }
        }
        self
    }

    /// The projection of the answer to a PATCH of these operations.
    #[must_use]
    pub fn with_operations(mut self, resource_type: &ResourceType, operations: &[Operation]) -> Self {
        for Operation { target, value, .. } in operations {
            let extension = target.extension.as_deref();
            let known = resource_type.attribute(extension, &target.attribute);
            self.note(known, extension, target.sub_attribute.as_deref(), value.as_ref().unwrap_or(&Value::Null));
        }
        self
    }

    fn note(&mut self, known: Option<&Attribute>, extension: Option<&str>, sub: Option<&str>, value: &Value) {
        let is_on_request = |known: &Attribute| known.returned == Returned::Request;
        let Some(known) = known.filter(|known| is_on_request(known) || known.sub_attributes.iter().any(is_on_request))
        else {
            return;
        };
        let mut push = |sub: Option<&str>| {
            let (extension, sub) = (extension.map(Into::into), sub.map(Into::into));
            self.written.push(Item::Attribute { extension, name: known.name.to_owned(), sub });
        };
        push(sub);
        let elements = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        elements.iter().filter_map(Value::as_object).flat_map(Map::keys).for_each(|name| push(Some(name)));
    }
}
