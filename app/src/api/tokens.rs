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

/// Makes a token in the place of another, which keeps working for a while. The new one works for so many days; for 0
/// days means until it is revoked, and nothing means as long as the other was made for.
#[server(prefix = "/admin/api", endpoint = "rotate_token")]
pub(crate) async fn rotate_token(id: String, #[server(default)] days: String) -> Result<NewTokenView, ApiError> {
    use domain::console::Expiry;
    let console = crate::pages::console()?;
    let id = id.parse().map_err(|_| ApiError::NotFound)?;
    let expiry = match days.as_str() {
        "" => None,
        "0" => Some(Expiry::Never),
        days => Some(Expiry::Days(days.parse().map_err(|_| ApiError::Malformed)?)),
    };
    let domain::token::NewToken { token, secret } = console.rotate_token(id, expiry).await?;
    Ok(NewTokenView { name: token.name, secret })
}

/// Pauses a token, or resumes it.
#[server(prefix = "/admin/api", endpoint = "pause_token")]
pub(crate) async fn pause_token(id: String, paused: bool) -> Result<(), ApiError> {
    let console = crate::pages::console()?;
    Ok(console.pause_token(id.parse().map_err(|_| ApiError::NotFound)?, paused).await?)
}

/// Says what a token's client is; nothing leaves it to what the client sends.
#[server(prefix = "/admin/api", endpoint = "set_token_client")]
pub(crate) async fn set_token_client(id: String, #[server(default)] client: String) -> Result<(), ApiError> {
    use domain::token::ClientProfile;
    let console = crate::pages::console()?;
    let profile = match client.as_str() {
        "" => None,
        client => Some(ClientProfile::parse(client).ok_or(ApiError::Malformed)?),
    };
    Ok(console.set_token_client(id.parse().map_err(|_| ApiError::NotFound)?, profile).await?)
}

/// Says what a token may cost: MiB that its changes store in an hour, and refused calls that are told why in a minute.
#[server(prefix = "/admin/api", endpoint = "set_token_budget")]
pub(crate) async fn set_token_budget(id: String, mib: u32, refusals: u32) -> Result<(), ApiError> {
    let console = crate::pages::console()?;
    Ok(console.set_token_budget(id.parse().map_err(|_| ApiError::NotFound)?, mib, refusals).await?)
}

/// Says from which networks a token may be used; an empty list is all of them.
#[server(prefix = "/admin/api", endpoint = "set_token_networks")]
pub(crate) async fn set_token_networks(
    id: String,
    #[server(default)] list: String,
    #[server(default)] enforced: bool,
) -> Result<(), ApiError> {
    let console = crate::pages::console()?;
    Ok(console.set_token_networks(id.parse().map_err(|_| ApiError::NotFound)?, &list, enforced).await?)
}
