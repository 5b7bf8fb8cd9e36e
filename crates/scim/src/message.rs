//! Messages of the protocol: errors, list responses, bulk requests and their answers.

mod bulk;
mod error;
mod list;

pub use bulk::{BulkMethod, BulkOperation, BulkOrder, BulkRequest, BulkResult, bulk_response};
pub use error::{Error, ScimType};
pub use list::{LIST_END, ListResponse, Paging};
