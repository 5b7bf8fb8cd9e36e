use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Projection;
use crate::schema::ResourceType;
use crate::text::is_urn;
use crate::value::is_empty;

/// What the server knows about a resource besides its document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    /// The resource's identifier.
    pub id: String,
    /// When it was created, in RFC 3339 form.
    pub created: String,
    /// When it was last changed, in RFC 3339 form.
    pub last_modified: String,
    /// Its entity tag, such as `W/"3"`.
    pub version: String,
    /// Its URL.
    pub location: String,
}

/// Turns a document into a response: `schemas`, `id`, `externalId`, the other attributes, `readonly` and `meta`, as far
/// as the projection wants them. Empty values are left out.
///
/// `readonly` holds what the server adds, such as `groups` or `members`; it takes precedence over the document.
pub fn render(
    resource_type: &ResourceType,
    mut document: Map<String, Value>,
    meta: Meta,
    readonly: Vec<(&str, Value)>,
    projection: &Projection,
) -> Map<String, Value> {
    let mut out = Map::new();
    out.insert("schemas".into(), schemas(resource_type, &document));
    out.insert("id".into(), Value::String(meta.id.clone()));
    let external_id = document.shift_remove_entry("externalId");
    for (name, value) in external_id.into_iter().chain(document) {
        let is_added = readonly.iter().any(|(added, _)| *added == name);
        if !is_added && !is_owned_by_server(resource_type, &name) {
            insert(&mut out, name, value, resource_type, projection);
        }
    }
    for (name, value) in readonly {
        insert(&mut out, name.to_owned(), value, resource_type, projection);
    }
    insert(&mut out, "meta".to_owned(), json!(meta.of(resource_type)), resource_type, projection);
    out
}

/// The resource as filters and sorting see it: everything that the document holds, including attributes that are
/// returned only on request, and what the server adds.
pub fn whole(
    resource_type: &ResourceType,
    document: Map<String, Value>,
    meta: &Meta,
    readonly: Vec<(&str, Value)>,
) -> Map<String, Value> {
    let schemas = schemas(resource_type, &document);
    let mut out = document;
    out.retain(|name, _| !is_owned_by_server(resource_type, name));
    out.insert("schemas".into(), schemas);
    out.insert("id".into(), Value::String(meta.id.clone()));
    out.extend(readonly.into_iter().map(|(name, value)| (name.to_owned(), value)));
    out.insert("meta".into(), json!(meta.of(resource_type)));
    out
}

fn insert(out: &mut Map<String, Value>, name: String, value: Value, types: &ResourceType, projection: &Projection) {
    if let Some(value) = projection.keep(types, &name, value) {
        out.insert(name, value);
    }
}

/// Whether the document's own value does not count: for `id`, `meta` and the like, and for attributes that are never
/// returned.
fn is_owned_by_server(resource_type: &ResourceType, name: &str) -> bool {
    resource_type.attribute(None, name).is_some_and(|known| !known.is_stored())
}

fn schemas(resource_type: &ResourceType, document: &Map<String, Value>) -> Value {
    let objects = document.iter().filter(|(name, value)| is_urn(name) && value.is_object() && !is_empty(value));
    resource_type.used(objects.map(|(name, _)| name.as_str())).collect()
}

/// `meta`, as it is in a response.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MetaOf<'m> {
    resource_type: &'m str,
    created: &'m str,
    last_modified: &'m str,
    version: &'m str,
    location: &'m str,
}

impl Meta {
    pub(super) fn of<'m>(&'m self, resource_type: &'m ResourceType) -> MetaOf<'m> {
        MetaOf {
            resource_type: resource_type.name,
            created: &self.created,
            last_modified: &self.last_modified,
            version: &self.version,
            location: &self.location,
        }
    }
}
