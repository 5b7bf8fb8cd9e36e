//! The server functions of the page.

use crate::{ApiError, request::console};
use leptos::prelude::*;

/// Restores a deleted user, by its id.
#[server(prefix = "/admin/api", endpoint = "restore_user")]
pub(crate) async fn restore_user(id: String) -> Result<(), ApiError> {
    let console = console()?;
    Ok(console.restore_user(id.parse().map_err(|_| ApiError::NotFound)?).await?)
}

/// Restores a deleted group, by its id.
#[server(prefix = "/admin/api", endpoint = "restore_group")]
pub(crate) async fn restore_group(id: String) -> Result<(), ApiError> {
    let console = console()?;
    Ok(console.restore_group(id.parse().map_err(|_| ApiError::NotFound)?).await?)
}
