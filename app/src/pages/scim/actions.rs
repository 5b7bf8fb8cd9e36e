//! The server functions of the page.

use crate::{ApiError, pages::token::made::NewTokenView, request::console};
use domain::{console::Expiry, token::NewToken};
use leptos::prelude::*;

/// Turns provisioning on or off.
#[server(prefix = "/admin/api", endpoint = "set_provisioning")]
pub(crate) async fn set_provisioning(on: bool) -> Result<(), ApiError> {
    let console = console()?;
    Ok(console.set_provisioning(on).await?)
}

/// Creates a token for a directory. It works for this many days, or until it is revoked for 0.
#[server(prefix = "/admin/api", endpoint = "create_token")]
pub(crate) async fn create_token(name: String, #[server(default)] days: u32) -> Result<NewTokenView, ApiError> {
    let console = console()?;
    let expiry = if days == 0 { Expiry::Never } else { Expiry::Days(days) };
    let NewToken { token, secret } = console.create_token(&name, expiry).await?;
    Ok(NewTokenView { name: token.name, secret })
}
