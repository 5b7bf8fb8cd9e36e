//! The server functions of the page.

use crate::{ApiError, request::console};
use leptos::prelude::*;

/// Ends a session, by its id.
#[server(prefix = "/admin/api", endpoint = "end_session")]
pub(crate) async fn end_session(id: String) -> Result<(), ApiError> {
    let console = console()?;
    Ok(console.revoke_session(id.parse().map_err(|_| ApiError::NotFound)?).await?)
}
