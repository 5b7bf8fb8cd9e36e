//! The server functions of the page.

use crate::{ApiError, request::console};
use leptos::prelude::*;

/// Sets how many days the audit log is kept.
#[server(prefix = "/admin/api", endpoint = "set_audit_days")]
pub(crate) async fn set_audit_days(days: u32) -> Result<(), ApiError> {
    let console = console()?;
    Ok(console.set_audit_days(days).await?)
}
