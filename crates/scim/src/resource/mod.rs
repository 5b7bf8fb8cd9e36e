//! Resources: from a request body to a document, and from a document to a response.

pub(crate) mod constraints;
mod projection;
mod render;
mod splice;
mod written;

use serde_json::{Map, Value};

pub use projection::Projection;
pub use render::{Meta, render};
pub use splice::render_text;

use crate::patch;
use crate::schema::ResourceType;
use crate::{Error, Result};

/// Gives the document for the body of a POST or PUT.
///
/// Names are taken in any letter case, dotted and URN-qualified ones too, and become canonical; unknown attributes and
/// extensions are kept as sent. What the server owns (`id`, `meta`, `schemas`, `groups`), `password` and whatever else
/// the schema says is read-only, write-only or never returned is dropped. Empty values are left out, and values fitted
/// to their attributes: "True" is `true`, one value stands for a list of one and the other way round, a plain value in
/// a list of objects is its `value`.
///
/// Refuses values of another type and missing required values, as 400 `invalidValue`, and what is too large, as 413.
pub fn normalise(resource_type: &ResourceType, body: Map<String, Value>) -> Result<Map<String, Value>> {
    let operations = patch::explode(resource_type, body)?;
    let document = patch::apply_unchecked(resource_type, &operations, Map::new())?;
    match constraints::missing(resource_type, &document).first() {
        Some(missing) => Err(Error::invalid_value(format!("{} is required and must not be empty.", missing.name))),
        None => Ok(document),
    }
}

/// Gives the document that a PUT puts in the place of `before` (RFC 7644 §3.5.1): `after`, as [`normalise`] gave it,
/// with the immutable values that it does not mention.
///
/// Refuses to change an immutable value, as 400 `mutability`.
pub fn replace(
    resource_type: &ResourceType,
    before: &Map<String, Value>,
    mut after: Map<String, Value>,
) -> Result<Map<String, Value>> {
    constraints::carry_over(resource_type, before, &mut after);
    constraints::keep_immutable(resource_type, before, &mut after)?;
    Ok(after)
}
