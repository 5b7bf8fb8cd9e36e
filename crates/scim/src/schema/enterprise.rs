use super::{Attribute, ENTERPRISE_URN, Mutability, Schema};

/// The enterprise extension of User (RFC 7643 §4.3).
pub static ENTERPRISE_SCHEMA: Schema = Schema {
    id: ENTERPRISE_URN,
    name: "EnterpriseUser",
    description: "Enterprise User",
    attributes: &[
        Attribute::string("employeeNumber", "Identifier given by the organization, often a number."),
        Attribute::string("costCenter", "Name of the cost center."),
        Attribute::string("organization", "Name of the organization."),
        Attribute::string("division", "Name of the division."),
        Attribute::string("department", "Name of the department."),
        Attribute::complex("manager", "The user's manager.", &MANAGER),
    ],
};

static MANAGER: [Attribute; 3] = [
    // Identifiers are case-exact, so references to them are, too.
    Attribute::string("value", "Identifier of the manager's User resource.").case_exact(),
    Attribute::reference("$ref", "URI of the manager's User resource.", &["User"]),
    Attribute::string("displayName", "Name of the manager, for humans.").mutability(Mutability::ReadOnly),
];
