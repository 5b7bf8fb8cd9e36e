use crate::ApiError;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A token that was just made. Its text is shown once and cannot be had again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewTokenView {
    /// The name that it was given.
    pub name: String,
    /// The whole token.
    pub secret: String,
}

/// Makes a token for a directory. It works for so many days; for 0 days means until it is revoked.
#[server(prefix = "/admin/api", endpoint = "create_token")]
pub(crate) async fn create_token(name: String, #[server(default)] days: u32) -> Result<NewTokenView, ApiError> {
    use domain::console::Expiry;
    let console = crate::pages::console()?;
    let expiry = if days == 0 { Expiry::Never } else { Expiry::Days(days) };
    let domain::token::NewToken { token, secret } = console.create_token(&name, expiry).await?;
    Ok(NewTokenView { name: token.name, secret })
}

/// Revokes a token, by the id of its row.
#[server(prefix = "/admin/api", endpoint = "revoke_token")]
pub(crate) async fn revoke_token(id: String) -> Result<(), ApiError> {
    let console = crate::pages::console()?;
    Ok(console.revoke_token(id.parse().map_err(|_| ApiError::NotFound)?).await?)
}
