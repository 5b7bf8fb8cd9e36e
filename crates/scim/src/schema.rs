//! The attribute tables: which attributes a resource has and how each behaves.

mod attribute;
mod built_in;
mod characteristics;
mod common;
mod core_group;
mod core_user;
mod definition;
mod discovery;
mod enterprise;
mod misspelt;
mod registry;
mod resource_type;
mod service;
mod table;
mod types;
mod urns;

pub use attribute::Attribute;
pub use built_in::SCHEMAS;
pub use characteristics::{Mutability, Returned, Type, Uniqueness};
pub use common::COMMON;
pub use core_group::GROUP_SCHEMA;
pub use core_user::USER_SCHEMA;
pub use definition::DefinitionError;
pub use discovery::{resource_types_json, schemas_json, service_provider_config};
pub use enterprise::ENTERPRISE_SCHEMA;
pub use registry::Registry;
pub use resource_type::{Extension, Resolved, ResourceType};
pub use table::Schema;
pub use types::{GROUP, USER};
pub use urns::{ENTERPRISE_URN, GROUP_URN, USER_URN};
