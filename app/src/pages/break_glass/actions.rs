//! The server functions of the page.

use super::sheet::SheetView;
use crate::{ApiError, request::console};
use leptos::prelude::*;

/// Creates a break-glass account; the name gets a random suffix.
#[server(prefix = "/admin/api", endpoint = "create_break_glass")]
pub(crate) async fn create_break_glass(stem: String) -> Result<SheetView, ApiError> {
    let console = console()?;
    let sheet = console.create_break_glass(stem.trim()).await?;
    Ok(SheetView::of(&console, &sheet))
}

/// Gives an account a new secret and new codes, by its id.
#[server(prefix = "/admin/api", endpoint = "rotate_break_glass")]
pub(crate) async fn rotate_break_glass(id: String) -> Result<SheetView, ApiError> {
    let console = console()?;
    let sheet = console.rotate_break_glass(id.parse().map_err(|_| ApiError::NotFound)?).await?;
    Ok(SheetView::of(&console, &sheet))
}

/// Removes an account, by its id.
#[server(prefix = "/admin/api", endpoint = "remove_break_glass")]
pub(crate) async fn remove_break_glass(id: String) -> Result<(), ApiError> {
    let console = console()?;
    Ok(console.remove_break_glass(id.parse().map_err(|_| ApiError::NotFound)?).await?)
}

/// Starts a drill in this session.
#[server(prefix = "/admin/api", endpoint = "start_drill")]
pub(crate) async fn start_drill() -> Result<(), ApiError> {
    let console = console()?;
    Ok(console.start_drill().await?)
}

/// Accepts the code that an alert channel showed.
#[server(prefix = "/admin/api", endpoint = "read_drill_code")]
pub(crate) async fn read_drill_code(channel: String, code: String) -> Result<(), ApiError> {
    let console = console()?;
    Ok(console.read_drill_code(&channel, &code).await?)
}

/// Finishes the drill that is under way in this session.
#[server(prefix = "/admin/api", endpoint = "finish_drill")]
pub(crate) async fn finish_drill() -> Result<(), ApiError> {
    let console = console()?;
    console.finish_drill().await?;
    Ok(())
}
