use crate::ApiError;
use leptos::prelude::*;

/// Sets for how many days the audit log is kept.
#[server(prefix = "/admin/api", endpoint = "set_audit_days")]
pub(crate) async fn set_audit_days(days: u32) -> Result<(), ApiError> {
    let console = crate::pages::console()?;
    Ok(console.set_audit_days(days).await?)
}
