use super::{Attribute, Mutability, Returned, Type};

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
