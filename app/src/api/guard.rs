use crate::ApiError;
use leptos::prelude::*;

/// Sets the guard. `mode` is `alert` or `hold`.
#[server(prefix = "/admin/api", endpoint = "set_guard")]
pub(crate) async fn set_guard(mode: String, count: u32, percent: u32, minutes: u32) -> Result<(), ApiError> {
    use domain::settings::{GuardMode, GuardSettings};
    let console = crate::pages::console()?;
    let mode = GuardMode::parse(&mode).ok_or(ApiError::Malformed)?;
    Ok(console.set_guard(GuardSettings { mode, count, percent, minutes }).await?)
}

/// Lets the departures of a batch that are held go on for two hours.
#[server(prefix = "/admin/api", endpoint = "approve_batch")]
pub(crate) async fn approve_batch(id: String) -> Result<(), ApiError> {
    let console = crate::pages::console()?;
    Ok(console.approve_batch(id.parse().map_err(|_| ApiError::NotFound)?).await?)
}

/// Says that a batch is right as it is.
#[server(prefix = "/admin/api", endpoint = "dismiss_batch")]
pub(crate) async fn dismiss_batch(id: String) -> Result<(), ApiError> {
    let console = crate::pages::console()?;
    Ok(console.dismiss_batch(id.parse().map_err(|_| ApiError::NotFound)?).await?)
}

/// Undoes a batch; `pause` pauses its token first.
#[server(prefix = "/admin/api", endpoint = "undo_batch")]
pub(crate) async fn undo_batch(id: String, #[server(default)] pause: bool) -> Result<(), ApiError> {
    let console = crate::pages::console()?;
    // How many could not be undone is for the page to say, which reads it from the log.
    console.undo_batch(id.parse().map_err(|_| ApiError::NotFound)?, pause).await?;
    Ok(())
}
