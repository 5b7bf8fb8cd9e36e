//! Extension schemas declared by the operator, in the form of RFC 7643 §7.

mod attribute;
mod error;
mod object;

pub use error::DefinitionError;

use serde_json::Value;

use super::{Extension, SCHEMAS, Schema};
use crate::path::is_urn_byte;
use crate::text::{is_urn, strip_prefix};
use error::Result;
use object::{Object, keep};

/// One definition.
pub(super) struct Declared {
    /// Whether it extends groups rather than users.
    pub(super) is_of_group: bool,
    /// The extension.
    pub(super) extension: Extension,
}

/// `schemas` and `meta` come along when a definition is copied from another server; they have no meaning here.
const KEYS: [&str; 8] = ["resourceType", "required", "schemas", "meta", "id", "name", "description", "attributes"];

/// Reads one definition or a list of them. Refuses two that cannot be told apart.
pub(super) fn read(text: &str) -> Result<Vec<Declared>> {
    let value: Value = serde_json::from_str(text).map_err(|error| DefinitionError {
        place: format!("line {}, column {}", error.line(), error.column()),
        advice: "this is not JSON; write one schema definition, or a list of them".into(),
    })?;
    let mut declared: Vec<Declared> = Vec::new();
    let definitions = match &value {
        Value::Array(items) => items.iter().enumerate().map(|(index, item)| (format!("[{index}]"), item)).collect(),
        single => vec![(String::new(), single)],
    };
    for (place, definition) in definitions {
        let definition = Object::read(definition, place, &KEYS)?;
        let taken: Vec<_> = declared.iter().map(|other| other.extension.schema.id).collect();
        declared.push(read_one(&definition, &taken)?);
    }
    Ok(declared)
}

fn read_one(definition: &Object<'_>, taken: &[&str]) -> Result<Declared> {
    let is_of_group = match definition.text("resourceType")? {
        Some("User") => false,
        Some("Group") => true,
        _ => return Err(definition.error("resourceType", "say which resources it extends: \"User\" or \"Group\"")),
    };
    let id = urn(definition, taken)?;
    let attributes = attribute::read_all(definition, "attributes")?;
    let schema = Schema {
        id: keep(id),
        name: keep(definition.text("name")?.unwrap_or(id)),
        description: keep(definition.text("description")?.unwrap_or_default()),
        attributes,
    };
    let required = definition.flag("required")?.unwrap_or(false);
    Ok(Declared { is_of_group, extension: Extension { schema: Box::leak(Box::new(schema)), required } })
}

/// The URN of a definition. No URN may be the beginning of another, or a path would have two meanings.
fn urn<'v>(definition: &Object<'v>, taken: &[&str]) -> Result<&'v str> {
    let id = definition.text("id")?.unwrap_or_default();
    let is_well_formed = is_urn(id) && id.bytes().all(is_urn_byte) && id.split(':').count() > 2 && !id.ends_with(':');
    if !is_well_formed {
        return Err(definition.error("id", "give the schema a URN of its own, such as urn:example:acme:2.0:User"));
    }
    if SCHEMAS.iter().any(|schema| overlap(id, schema.id)) {
        return Err(definition.error("id", "this schema is built in; give yours a URN of its own"));
    }
    if taken.iter().any(|other| overlap(id, other)) {
        let advice = "another definition has this URN or the beginning of it; give each a URN of its own";
        return Err(definition.error("id", advice));
    }
    Ok(id)
}

fn overlap(a: &str, b: &str) -> bool {
    let goes_on = |a, b| strip_prefix(a, b).is_some_and(|rest: &str| rest.is_empty() || rest.starts_with(':'));
    goes_on(a, b) || goes_on(b, a)
}
