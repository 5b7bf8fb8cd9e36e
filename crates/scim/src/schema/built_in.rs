use super::{ENTERPRISE_SCHEMA, GROUP_SCHEMA, Schema, USER_SCHEMA};

/// The schemas that are built in.
pub static SCHEMAS: [&Schema; 3] = [&USER_SCHEMA, &ENTERPRISE_SCHEMA, &GROUP_SCHEMA];
