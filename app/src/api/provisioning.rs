use crate::ApiError;
use leptos::prelude::*;

/// Turns provisioning on or off.
#[server(prefix = "/admin/api", endpoint = "set_provisioning")]
pub(crate) async fn set_provisioning(on: bool) -> Result<(), ApiError> {
    let console = crate::pages::console()?;
    Ok(console.set_provisioning(on).await?)
}
