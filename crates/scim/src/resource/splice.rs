//! A response from a document that is not parsed in full: its members are copied as text.

use std::fmt::{self, Write};

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::render::render;
use super::{Meta, Projection};
use crate::schema::ResourceType;
use crate::text::is_urn;

/// Turns a document, as JSON text, into the response's JSON text. The result is that of [`render`], for any document
/// that [`normalise`](super::normalise) or a PATCH returned, under these extension schemas or before they were
/// declared. If the projection and the schemas keep or drop only whole attributes, no attribute is parsed.
///
/// `readonly` holds what the server adds, as JSON text.
///
/// # Errors
/// When the text is not a JSON object, or an addition is not JSON.
pub fn render_text(
    resource_type: &ResourceType,
    document: &str,
    meta: Meta,
    readonly: &[(&str, String)],
    projection: &Projection,
) -> serde_json::Result<String> {
    if projection.is_by_attribute() && resource_type.is_returned_by_default()
        // A name that contains an escape cannot be borrowed; such a document is parsed in full.
        && let Ok(members) = serde_json::from_str(document)
    {
        return Ok(splice(resource_type, &members, document.len(), &meta, readonly, projection));
    }
    let document = serde_json::from_str(document)?;
    let readonly = readonly.iter().map(|(name, value)| Ok((*name, serde_json::from_str(value)?)));
    let readonly = readonly.collect::<serde_json::Result<_>>()?;
    Ok(Value::Object(render(resource_type, document, meta, readonly, projection)).to_string())
}

/// The members of a document, in their order.
struct Members<'d>(Vec<(&'d str, &'d RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Members<'de>, A::Error> {
        let mut members = Vec::with_capacity(16);
        while let Some(member) = access.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

fn splice(
    resource_type: &ResourceType,
    Members(members): &Members<'_>,
    length: usize,
    meta: &Meta,
    readonly: &[(&str, String)],
    projection: &Projection,
) -> String {
    let added: usize = readonly.iter().map(|(_, value)| value.len()).sum();
    let mut out = String::with_capacity(length + added + 1024);
    push_schemas(&mut out, resource_type, members);
    push_member(&mut out, "id", &text(&meta.id));
    let is_external_id = |(name, _): &&(&str, &RawValue)| *name == "externalId";
    let first = members.iter().filter(is_external_id);
    for (name, value) in first.chain(members.iter().filter(|member| !is_external_id(member))) {
        let is_added = readonly.iter().any(|(added, _)| added == name);
        if !is_added && !says_nothing(value.get()) && projection.wants_of(resource_type, name) {
            push_member(&mut out, name, value.get());
        }
    }
    for (name, value) in readonly {
        if !says_nothing(value) && projection.wants_of(resource_type, name) {
            push_member(&mut out, name, value);
        }
    }
    if projection.wants_of(resource_type, "meta") {
        push_member(&mut out, "meta", &text(&meta.of(resource_type)));
    }
    out.push('}');
    out
}

/// A value as JSON text. Serialising it cannot fail.
fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn push_schemas(out: &mut String, resource_type: &ResourceType, members: &[(&str, &RawValue)]) {
    let is_object = |value: &str| value.starts_with('{') && !says_nothing(value);
    let objects = members.iter().filter(|(name, value)| is_urn(name) && is_object(value.get()));
    let mut urns = resource_type.used(objects.map(|(name, _)| *name));
    let _ = write!(out, "{{\"schemas\":[\"{}\"", urns.next().unwrap_or_default());
    for urn in urns {
        let _ = write!(out, ",\"{urn}\"");
    }
    out.push(']');
}

/// A borrowed name contains nothing that JSON would have to escape.
fn push_member(out: &mut String, name: &str, value: &str) {
    out.push_str(",\"");
    out.push_str(name);
    out.push_str("\":");
    out.push_str(value);
}

/// Whether this is an empty value in the sense of [`is_empty`](crate::value::is_empty), in the form in which documents
/// are written.
fn says_nothing(json: &str) -> bool {
    matches!(json, "null" | "\"\"" | "[]" | "{}")
}
