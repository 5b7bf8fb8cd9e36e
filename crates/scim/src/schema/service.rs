//! The schemas in which a service describes itself (RFC 7643 §5–§7, §8.7.2).

use super::{Attribute, Mutability, Schema, Type};

/// All of them.
pub(super) static SERVICE_SCHEMAS: [&Schema; 3] = [&SERVICE_PROVIDER_CONFIG, &RESOURCE_TYPE, &SCHEMA];

static SERVICE_PROVIDER_CONFIG: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig",
    name: "Service Provider Configuration",
    description: "What the service can do.",
    attributes: &[
        url("documentationUri", "Page that helps people with the service."),
        object("patch", "Whether PATCH can be used.", &SUPPORTED).required(),
        object("bulk", "Whether bulk requests can be used, and how large they may be.", &BULK).required(),
        object("filter", "Whether filters can be used.", &FILTER).required(),
        object("changePassword", "Whether passwords can be changed.", &SUPPORTED).required(),
        object("sort", "Whether lists can be sorted.", &SUPPORTED).required(),
        object("etag", "Whether resources have versions.", &SUPPORTED).required(),
        object("pagination", "How lists are paged (RFC 9865).", &PAGINATION),
        object("authenticationSchemes", "How clients authenticate.", &AUTHENTICATION_SCHEMES).multi_valued().required(),
    ],
};

static SUPPORTED: [Attribute; 1] = [SUPPORT];

const SUPPORT: Attribute = flag("supported", "Whether the service does this.").required();

static BULK: [Attribute; 3] = [
    SUPPORT,
    number("maxOperations", "Most operations in a request.").required(),
    number("maxPayloadSize", "Largest request, in bytes.").required(),
];

static FILTER: [Attribute; 2] = [SUPPORT, number("maxResults", "Most resources in a page.").required()];

static PAGINATION: [Attribute; 6] = [
    flag("cursor", "Whether a cursor can be given.").required(),
    flag("index", "Whether the index of the first resource can be given.").required(),
    text("defaultPaginationMethod", "How lists are paged by default.").canonical(&["cursor", "index"]),
    number("defaultPageSize", "Resources on a page by default."),
    number("maxPageSize", "Most resources in a page."),
    number("cursorTimeout", "How long a cursor can be used, in seconds."),
];

static AUTHENTICATION_SCHEMES: [Attribute; 6] = [
    text("type", "The scheme.")
        .canonical(&["oauth", "oauth2", "oauthbearertoken", "httpbasic", "httpdigest"])
        .required(),
    text("name", "Name of the scheme.").required(),
    text("description", "Description of the scheme.").required(),
    url("specUri", "Specification of the scheme."),
    url("documentationUri", "Page that helps people with the scheme."),
    flag("primary", "Whether this is the preferred scheme."),
];

static RESOURCE_TYPE: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:ResourceType",
    name: "ResourceType",
    description: "A type of resource.",
    attributes: &[
        text("id", "Identifier of the resource type."),
        text("name", "Name of the resource type.").case_exact().required(),
        text("description", "Description of the resource type."),
        reference("endpoint", "Path of the resources below the base URL.", &["uri"]).required(),
        reference("schema", "URN of the core schema.", &["uri"]).required(),
        object("schemaExtensions", "Extensions of the resource type.", &SCHEMA_EXTENSIONS).multi_valued(),
    ],
};

static SCHEMA_EXTENSIONS: [Attribute; 2] = [
    reference("schema", "URN of the extension.", &["uri"]).required(),
    flag("required", "Whether every resource of the type must have it.").required(),
];

static SCHEMA: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:Schema",
    name: "Schema",
    description: "A schema: attributes and their characteristics.",
    attributes: &[
        text("id", "URN of the schema.").required(),
        text("name", "Name of the schema, for humans.").required(),
        text("description", "Description of the schema."),
        object("attributes", "The attributes.", &ATTRIBUTES).multi_valued().required(),
    ],
};

/// The characteristics that attributes and sub-attributes share.
const CHARACTERISTICS: [Attribute; 11] = [
    text("name", "Name of the attribute.").case_exact().required(),
    text("type", "Data type.")
        .canonical(&["string", "boolean", "integer", "decimal", "dateTime", "reference", "binary", "complex"])
        .required(),
    flag("multiValued", "Whether the attribute is a list.").required(),
    text("description", "Description of the attribute."),
    flag("required", "Whether the attribute must be given."),
    text("canonicalValues", "Suggested values.").case_exact().multi_valued(),
    flag("caseExact", "Whether letter case counts."),
    text("mutability", "When the attribute can be written.").case_exact().canonical(&[
        "readOnly",
        "readWrite",
        "immutable",
        "writeOnly",
    ]),
    text("returned", "When the attribute is returned.")
        .case_exact()
        .canonical(&["always", "never", "default", "request"]),
    text("uniqueness", "How unique a value is.").case_exact().canonical(&["none", "server", "global"]),
    text("referenceTypes", "What a reference may point to.").case_exact().multi_valued(),
];

static SUB_ATTRIBUTES: [Attribute; 11] = CHARACTERISTICS;

static ATTRIBUTES: [Attribute; 12] = {
    let mut all =
        [object("subAttributes", "The sub-attributes of a complex attribute.", &SUB_ATTRIBUTES).multi_valued(); 12];
    let mut index = 0;
    while index < CHARACTERISTICS.len() {
        all[index] = CHARACTERISTICS[index];
        index += 1;
    }
    all
};

const fn text(name: &'static str, description: &'static str) -> Attribute {
    Attribute::string(name, description).mutability(Mutability::ReadOnly)
}

const fn flag(name: &'static str, description: &'static str) -> Attribute {
    Attribute::new(name, Type::Boolean, description).mutability(Mutability::ReadOnly)
}

const fn number(name: &'static str, description: &'static str) -> Attribute {
    Attribute::new(name, Type::Integer, description).mutability(Mutability::ReadOnly)
}

const fn reference(name: &'static str, description: &'static str, types: &'static [&'static str]) -> Attribute {
    Attribute::reference(name, description, types).mutability(Mutability::ReadOnly)
}

const fn url(name: &'static str, description: &'static str) -> Attribute {
    reference(name, description, &["external"])
}

const fn object(name: &'static str, description: &'static str, sub: &'static [Attribute]) -> Attribute {
    Attribute::complex(name, description, sub).mutability(Mutability::ReadOnly)
}
