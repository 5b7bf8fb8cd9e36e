//! The attribute tables: which attributes a resource has and how each behaves.

mod attribute;
mod characteristics;
mod core_group;
mod core_user;
mod definition;
mod discovery;
mod enterprise;
mod misspelt;
mod registry;
mod resource_type;
mod service;

pub use attribute::Attribute;
pub use characteristics::{Mutability, Returned, Type, Uniqueness};
pub use core_group::GROUP_SCHEMA;
pub use core_user::USER_SCHEMA;
pub use definition::DefinitionError;
pub use discovery::{resource_types_json, schemas_json, service_provider_config};
pub use enterprise::ENTERPRISE_SCHEMA;
pub use registry::Registry;
pub use resource_type::{Extension, Resolved, ResourceType, Schema};

/// URN of the core User schema.
pub const USER_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// URN of the core Group schema.
pub const GROUP_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// URN of the enterprise extension of User.
pub const ENTERPRISE_URN: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// The User resource type without extensions of the operator; [`Registry`] adds those.
pub static USER: ResourceType = ResourceType {
    name: "User",
    endpoint: "/Users",
    description: "User Account",
    schema: &USER_SCHEMA,
    extensions: &[Extension { schema: &ENTERPRISE_SCHEMA, required: false }],
    others: &[GROUP_URN],
};

/// The Group resource type without extensions of the operator; [`Registry`] adds those.
pub static GROUP: ResourceType = ResourceType {
    name: "Group",
    endpoint: "/Groups",
    description: "Group of users",
    schema: &GROUP_SCHEMA,
    extensions: &[],
    others: &[USER_URN, ENTERPRISE_URN],
};

/// The schemas that are built in.
pub static SCHEMAS: [&Schema; 3] = [&USER_SCHEMA, &ENTERPRISE_SCHEMA, &GROUP_SCHEMA];

/// Attributes of every resource (RFC 7643 §3.1); they belong to no schema definition.
pub static COMMON: [Attribute; 4] = [
    Attribute::reference("schemas", "URNs of the schemas in use.", &["uri"])
        .multi_valued()
        .required()
        .case_exact()
        .mutability(Mutability::ReadOnly)
        .returned(Returned::Always),
    Attribute::string("id", "Identifier of the resource, given by the server.")
        .case_exact()
        .mutability(Mutability::ReadOnly)
        .returned(Returned::Always)
        .unique(),
    Attribute::string("externalId", "Identifier of the resource, given by the provisioning client.").case_exact(),
    Attribute::complex("meta", "Resource metadata.", &META).mutability(Mutability::ReadOnly),
];

static META: [Attribute; 5] = [
    Attribute::string("resourceType", "Name of the resource type.").case_exact().mutability(Mutability::ReadOnly),
    Attribute::new("created", Type::DateTime, "When the resource was created.").mutability(Mutability::ReadOnly),
    Attribute::new("lastModified", Type::DateTime, "When the resource was last changed.")
        .mutability(Mutability::ReadOnly),
    Attribute::reference("location", "URI of the resource.", &["uri"]).case_exact().mutability(Mutability::ReadOnly),
    Attribute::string("version", "Entity tag of the resource.").case_exact().mutability(Mutability::ReadOnly),
];
