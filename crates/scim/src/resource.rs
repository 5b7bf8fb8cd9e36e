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

/// Returns the document for the body of a POST.
///
/// Names are accepted in any letter case, dotted and URN-qualified ones included, and become canonical; unknown
/// attributes and extensions are kept as sent, under names that RFC 7643 §2.1 allows. What the server owns (`id`,
/// `meta`, `schemas`, `groups`), is dropped, as are `password` and whatever else the schema declares read-only,
/// write-only or never returned. Empty values are left out. The others are fitted to their attributes: "True" becomes
/// `true`, a single value a list of one and the reverse, and a plain value in a list of objects becomes an object's
/// `value`.
///
/// # Errors
/// `invalidValue` for values of the wrong type and missing required values, `invalidSyntax` for names that are not
/// allowed and an attribute that is named twice, `invalidPath` for the schema of another resource type, 413 for what is
/// too large.
pub fn normalise(resource_type: &ResourceType, body: Map<String, Value>) -> Result<Map<String, Value>> {
    let document = read(resource_type, body)?;
    demand(constraints::missing(resource_type, &document).first())?;
    Ok(document)
}

/// Refuses a document that is too large to be stored, as 413, as [`normalise`], [`replace`] and [`crate::patch::apply`]
/// also do.
pub fn check(resource_type: &ResourceType, document: &Map<String, Value>) -> Result<()> {
    patch::check_size(resource_type, &Map::new(), document)
}

/// Returns the document for the body of a PUT, to be passed to [`replace`]. Accepts and refuses what [`normalise`]
/// does, except that values required by an extension may be missing: whether they may depends on the existing document.
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

/// Returns the document with which a PUT replaces `before` (RFC 7644 §3.5.1): `after`, as [`normalise_put`] returned
/// it, plus the immutable values that it does not mention.
///
/// Refuses, as 400, to change an immutable value (`mutability`) and to leave out a required one (`invalidValue`),
/// unless `before` lacks it too because the schema is newer than the resource. Refuses what is too large, as 413.
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
