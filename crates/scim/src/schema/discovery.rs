//! The content of `/Schemas`, `/ResourceTypes` and `/ServiceProviderConfig` (RFC 7643 §5–§7).

use serde_json::{Map, Value, json};

use super::{Attribute, Registry, ResourceType, Schema, Type, service::SERVICE_SCHEMAS};
use crate::Limits;

/// All schemas, as `/Schemas` lists them: those of resources, then those in which the service describes itself.
/// `base_url` is the SCIM base URL without a trailing slash.
pub fn schemas_json(registry: &Registry, base_url: &str) -> Vec<Value> {
    registry.schemas().chain(SERVICE_SCHEMAS).map(|schema| schema_json(schema, base_url)).collect()
}

fn schema_json(schema: &Schema, base_url: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
        "id": schema.id,
        "name": schema.name,
        "description": schema.description,
        "attributes": attributes_json(schema.attributes),
        "meta": {"resourceType": "Schema", "location": format!("{base_url}/Schemas/{}", schema.id)},
    })
}

fn attributes_json(attributes: &[Attribute]) -> Value {
    attributes.iter().filter(|attribute| attribute.announced).map(attribute_json).collect()
}

fn attribute_json(attribute: &Attribute) -> Value {
    let mut out = Map::new();
    out.insert("name".into(), attribute.name.into());
    out.insert("type".into(), attribute.kind.as_str().into());
    out.insert("multiValued".into(), attribute.multi_valued.into());
    out.insert("description".into(), attribute.description.into());
    out.insert("required".into(), attribute.required.into());
    if !attribute.canonical_values.is_empty() {
        out.insert("canonicalValues".into(), json!(attribute.canonical_values));
    }
    // RFC 7643 §2.3: letter case matters only for these.
    if matches!(attribute.kind, Type::String | Type::Reference | Type::Binary) {
        out.insert("caseExact".into(), attribute.case_exact.into());
    }
    out.insert("mutability".into(), attribute.mutability.as_str().into());
    out.insert("returned".into(), attribute.returned.as_str().into());
    // RFC 7643 §2.3: values of the other types cannot be unique.
    if !matches!(attribute.kind, Type::Complex | Type::Boolean | Type::DateTime | Type::Binary) {
        out.insert("uniqueness".into(), attribute.uniqueness.as_str().into());
    }
    // RFC 7643 §7: referenceTypes is only applicable to attributes of type reference.
    if !attribute.reference_types.is_empty() {
        out.insert("referenceTypes".into(), json!(attribute.reference_types));
    }
    if !attribute.sub_attributes.is_empty() {
        out.insert("subAttributes".into(), attributes_json(attribute.sub_attributes));
    }
    Value::Object(out)
}

/// The resource types, as `/ResourceTypes` lists them. `base_url` is the SCIM base URL without a trailing slash.
pub fn resource_types_json(registry: &Registry, base_url: &str) -> Vec<Value> {
    [registry.user, registry.group]
        .into_iter()
        .map(|resource_type| resource_type_json(resource_type, base_url))
        .collect()
}

fn resource_type_json(resource_type: &ResourceType, base_url: &str) -> Value {
    let name = resource_type.name;
    let mut out = Map::new();
    out.insert("schemas".into(), json!(["urn:ietf:params:scim:schemas:core:2.0:ResourceType"]));
    out.insert("id".into(), name.into());
    out.insert("name".into(), name.into());
    out.insert("endpoint".into(), resource_type.endpoint.into());
    out.insert("description".into(), resource_type.description.into());
    out.insert("schema".into(), resource_type.schema.id.into());
    if !resource_type.extensions.is_empty() {
        let extensions = resource_type.extensions.iter();
        let extensions =
            extensions.map(|extension| json!({"schema": extension.schema.id, "required": extension.required}));
        out.insert("schemaExtensions".into(), extensions.collect());
    }
    let location = format!("{base_url}/ResourceTypes/{name}");
    out.insert("meta".into(), json!({"resourceType": "ResourceType", "location": location}));
    Value::Object(out)
}

/// What this service can do, as `/ServiceProviderConfig` announces it. `base_url` is the SCIM base URL without a
/// trailing slash.
pub fn service_provider_config(base_url: &str, limits: &Limits) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": {"supported": true},
        "bulk": {
            "supported": true,
            "maxOperations": limits.bulk_operations,
            "maxPayloadSize": limits.payload,
        },
        "filter": {"supported": true, "maxResults": limits.page_size},
        "changePassword": {"supported": false},
        "sort": {"supported": true},
        "etag": {"supported": true},
        // RFC 9865 §4. Cursors do not expire, so there is no cursorTimeout.
        "pagination": {
            "cursor": true,
            "index": true,
            "defaultPaginationMethod": "index",
            "defaultPageSize": limits.default_page_size,
            "maxPageSize": limits.page_size,
        },
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "OAuth Bearer Token",
            "description": "A bearer token in the Authorization header.",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "primary": true,
        }],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": format!("{base_url}/ServiceProviderConfig"),
        },
    })
}
