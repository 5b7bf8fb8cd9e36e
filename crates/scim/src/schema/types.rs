//! The resource types.

use super::{
    ENTERPRISE_SCHEMA, ENTERPRISE_URN, Extension, GROUP_SCHEMA, GROUP_URN, ResourceType, USER_SCHEMA, USER_URN,
};

/// The User resource type without extensions of the operator; [`Registry`](super::Registry) adds those.
pub static USER: ResourceType = ResourceType {
    name: "User",
    endpoint: "/Users",
    description: "User Account",
    schema: &USER_SCHEMA,
    extensions: &[Extension { schema: &ENTERPRISE_SCHEMA, required: false }],
    others: &[GROUP_URN],
};

/// The Group resource type without extensions of the operator; [`Registry`](super::Registry) adds those.
pub static GROUP: ResourceType = ResourceType {
    name: "Group",
    endpoint: "/Groups",
    description: "Group of users",
    schema: &GROUP_SCHEMA,
    extensions: &[],
    others: &[USER_URN, ENTERPRISE_URN],
};
