//! The server functions of the page.

use crate::{ApiError, request::console};
use leptos::prelude::*;

/// Sends an alert that says that it is a test.
#[server(prefix = "/admin/api", endpoint = "test_alert")]
pub(crate) async fn test_alert() -> Result<(), ApiError> {
    let console = console()?;
    Ok(console.test_alert().await?)
}
