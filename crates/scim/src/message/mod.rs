//! Messages of the protocol: errors and list responses.

mod error;
mod list;

pub use error::{Error, ScimType};
pub use list::{ListResponse, Paging};
