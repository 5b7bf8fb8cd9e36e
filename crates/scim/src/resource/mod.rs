//! Resources: from a request body to a document, and from a document to a response.

mod projection;
mod render;

use serde_json::{Map, Value};

pub use projection::Projection;
pub use render::{Meta, render};

use crate::patch;
use crate::schema::ResourceType;
use crate::{Error, Result};

/// Gives the document for the body of a POST or PUT.
///
/// Names are taken in any letter case, dotted and URN-qualified ones too, and become canonical; unknown attributes and
/// extensions are kept as sent. What the server owns (`id`, `meta`, `schemas`, `groups`) and `password` is dropped.
/// Empty values are left out, and values fitted to their attributes: "True" is `true`, one value stands for a list of
/// one and the other way round, a plain value in a list of objects is its `value`.
///
/// Refuses values of another type and a missing required attribute, as 400 `invalidValue`. and what is too large, as
/// 413.
pub fn normalise(resource_type: &ResourceType, body: Map<String, Value>) -> Result<Map<String, Value>> {
    let operations = patch::explode(resource_type, body)?;
    let document = patch::apply_unchecked(resource_type, &operations, Map::new())?;
    match patch::missing(resource_type, &document) {
        Some(name) => Err(Error::invalid_value(format!("{name} is required and must not be empty."))),
        None => Ok(document),
    }
}
