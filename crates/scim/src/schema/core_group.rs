use super::{Attribute, GROUP_URN, Mutability, Schema};

/// The core Group schema (RFC 7643 §4.2).
pub static GROUP_SCHEMA: Schema = Schema {
    id: GROUP_URN,
    name: "Group",
    description: "Group",
    attributes: &[
        Attribute::string("displayName", "Name of the group, for humans. REQUIRED.").required().unique(),
        Attribute::complex("members", "Members of the group.", &MEMBERS).multi_valued(),
    ],
};

static MEMBERS: [Attribute; 4] = [
    // Identifiers are case-exact, so references to them are, too.
    Attribute::string("value", "Identifier of the member.").required().case_exact().mutability(Mutability::Immutable),
    Attribute::reference("$ref", "URI of the member.", &["User", "Group"]).mutability(Mutability::Immutable),
    Attribute::string("type", "Resource type of the member.")
        .canonical(&["User", "Group"])
        .mutability(Mutability::Immutable),
    // RFC 7643 §8.4 shows it, §8.7.1 does not have it. Clients send it; it is a copy of the member's own name and is
    // not returned.
    Attribute::string("display", "Name of the member, for humans.").mutability(Mutability::ReadOnly).unannounced(),
];
