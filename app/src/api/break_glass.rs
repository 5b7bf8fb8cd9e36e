use crate::ApiError;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The sheet of a break-glass account. It is shown once and cannot be had again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetView {
    /// The name to sign in with.
    pub name: String,
    /// The secret: six groups of five characters.
    pub secret: String,
    /// The recovery codes.
    pub codes: Vec<String>,
    /// Where to sign in.
    pub address: String,
    /// When it was made, in words.
    pub made: String,
    /// All of it, as plain text.
    pub text: String,
}

/// Makes a break-glass account; the name gets a random suffix.
#[server(prefix = "/admin/api", endpoint = "create_break_glass")]
pub(crate) async fn create_break_glass(stem: String) -> Result<SheetView, ApiError> {
    let console = crate::pages::console()?;
    let sheet = console.create_break_glass(stem.trim()).await?;
    Ok(crate::pages::sheet(&console, &sheet))
}

/// Gives an account a new secret and new codes, by its id.
#[server(prefix = "/admin/api", endpoint = "rotate_break_glass")]
pub(crate) async fn rotate_break_glass(id: String) -> Result<SheetView, ApiError> {
    let console = crate::pages::console()?;
    let sheet = console.rotate_break_glass(id.parse().map_err(|_| ApiError::NotFound)?).await?;
    Ok(crate::pages::sheet(&console, &sheet))
}

/// Removes an account, by its id.
#[server(prefix = "/admin/api", endpoint = "remove_break_glass")]
pub(crate) async fn remove_break_glass(id: String) -> Result<(), ApiError> {
    let console = crate::pages::console()?;
    Ok(console.remove_break_glass(id.parse().map_err(|_| ApiError::NotFound)?).await?)
}
