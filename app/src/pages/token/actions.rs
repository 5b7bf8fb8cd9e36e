//! The server functions of the page.

use super::made::NewTokenView;
use crate::{ApiError, request::console};
use domain::{
    console::Expiry,
    token::{ClientProfile, NewToken},
};
use leptos::prelude::*;

/// Revokes a token, by the id of its row.
#[server(prefix = "/admin/api", endpoint = "revoke_token")]
pub(crate) async fn revoke_token(id: String) -> Result<(), ApiError> {
    let console = console()?;
    Ok(console.revoke_token(id.parse().map_err(|_| ApiError::NotFound)?).await?)
}

/// Creates a token to replace another, which keeps working for a while. The new one works for this many days, or until
/// it is revoked for 0; `None` means for as long as the old one was created for.
#[server(prefix = "/admin/api", endpoint = "rotate_token")]
pub(crate) async fn rotate_token(id: String, #[server(default)] days: String) -> Result<NewTokenView, ApiError> {
    let console = console()?;
    let id = id.parse().map_err(|_| ApiError::NotFound)?;
    let expiry = match days.as_str() {
        "" => None,
        "0" => Some(Expiry::Never),
        days => Some(Expiry::Days(days.parse().map_err(|_| ApiError::Malformed)?)),
    };
    let NewToken { token, secret } = console.rotate_token(id, expiry).await?;
    Ok(NewTokenView { name: token.name, secret })
}

/// Pauses a token, or resumes it.
#[server(prefix = "/admin/api", endpoint = "pause_token")]
pub(crate) async fn pause_token(id: String, paused: bool) -> Result<(), ApiError> {
    let console = console()?;
    Ok(console.pause_token(id.parse().map_err(|_| ApiError::NotFound)?, paused).await?)
}

/// Sets the kind of a token's client; an empty value leaves it to what the client sends.
#[server(prefix = "/admin/api", endpoint = "set_token_client")]
pub(crate) async fn set_token_client(id: String, #[server(default)] client: String) -> Result<(), ApiError> {
    let console = console()?;
    let profile = match client.as_str() {
        "" => None,
        client => Some(ClientProfile::parse(client).ok_or(ApiError::Malformed)?),
    };
    Ok(console.set_token_client(id.parse().map_err(|_| ApiError::NotFound)?, profile).await?)
}

/// Sets a token's limits: MiB that its changes may store in an hour, and refused calls in a minute that are answered
/// with the reason.
#[server(prefix = "/admin/api", endpoint = "set_token_budget")]
pub(crate) async fn set_token_budget(id: String, mib: u32, refusals: u32) -> Result<(), ApiError> {
    let console = console()?;
    Ok(console.set_token_budget(id.parse().map_err(|_| ApiError::NotFound)?, mib, refusals).await?)
}

/// Sets the networks from which a token may be used; an empty list allows all.
#[server(prefix = "/admin/api", endpoint = "set_token_networks")]
pub(crate) async fn set_token_networks(
    id: String,
    #[server(default)] list: String,
    #[server(default)] enforced: bool,
) -> Result<(), ApiError> {
    let console = console()?;
    Ok(console.set_token_networks(id.parse().map_err(|_| ApiError::NotFound)?, &list, enforced).await?)
}
