//! Resources: from a request body to a document, and from a document to a response.

pub(crate) mod constraints;
mod projection;
mod render;
mod splice;
mod written;

use serde_json::{Map, Value};

use constraints::Missing;
pub use projection::Projection;
pub use render::{Meta, render, whole};
pub use splice::render_text;

use crate::patch;
use crate::schema::ResourceType;
use crate::{Error, Result};

/// Gives the document for the body of a POST.
///
/// Names are taken in any letter case, dotted and URN-qualified ones too, and become canonical; unknown attributes and
/// extensions are kept as sent, under names that RFC 7643 §2.1 allows. What the server owns (`id`, `meta`, `schemas`,
/// `groups`), `password` and whatever else the schema says is read-only, write-only or never returned is dropped. Empty
/// values are left out, and values fitted to their attributes: "True" is `true`, one value stands for a list of one and
/// the other way round, a plain value in a list of objects is its `value`.
///
/// # Errors
/// `invalidValue` for values of another type and missing required values, `invalidSyntax` for other names and an attribute
/// that is named twice, `invalidPath` for the schema of another resource type, 413 for what is too large.
pub fn normalise(resource_type: &ResourceType, body: Map<String, Value>) -> Result<Map<String, Value>> {
    let document = read(resource_type, body)?;
    demand(constraints::missing(resource_type, &document).first())?;
    Ok(document)
}

/// Refuses a document that is too large to be stored, as 413; [`normalise`], [`replace`] and [`crate::patch::apply`] do
/// so too.
pub fn check(resource_type: &ResourceType, document: &Map<String, Value>) -> Result<()> {
    patch::check_size(resource_type, &Map::new(), document)
}

/// Gives the document for the body of a PUT, for [`replace`]. Reads and refuses what [`normalise`] does, but for values
/// that an extension requires: whether those may be missing depends on the document that is there.
pub fn normalise_put(resource_type: &ResourceType, body: Map<String, Value>) -> Result<Map<String, Value>> {
    let document = read(resource_type, body)?;
    demand(constraints::missing(resource_type, &document).iter().find(|missing| missing.is_core()))?;
    Ok(document)
}

fn read(resource_type: &ResourceType, body: Map<String, Value>) -> Result<Map<String, Value>> {
    let operations = patch::explode(resource_type, body)?;
    let document = patch::apply_unchecked(resource_type, &operations, Map::new())?;
    patch::check_size(resource_type, &Map::new(), &document)?;
    Ok(document)
}

fn demand(missing: Option<&Missing>) -> Result<()> {
    missing.map_or(Ok(()), |missing| {
        Err(Error::invalid_value(format!("{} is required and must not be empty.", missing.name)))
    })
}

/// Gives the document that a PUT puts in the place of `before` (RFC 7644 §3.5.1): `after`, as [`normalise_put`] gave it,
/// with the immutable values that it does not mention.
///
/// Refuses, as 400, to change an immutable value (`mutability`), and to leave out a required one (`invalidValue`) unless
/// `before` does not have it either: the schema came later than the resource. Refuses what is too large, as 413.
pub fn replace(
    resource_type: &ResourceType,
    before: &Map<String, Value>,
    mut after: Map<String, Value>,
) -> Result<Map<String, Value>> {
    let old = constraints::missing(resource_type, before);
    demand(constraints::missing(resource_type, &after).iter().find(|missing| !old.contains(missing)))?;
    constraints::carry_over(resource_type, before, &mut after);
    constraints::keep_immutable(resource_type, before, &mut after)?;
    patch::check_size(resource_type, before, &after)?;
    Ok(after)
}
