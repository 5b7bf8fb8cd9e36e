use crate::ApiError;
use leptos::prelude::*;

/// Gives a user a role by hand; an empty one takes it away.
#[server(prefix = "/admin/api", endpoint = "set_user_role")]
pub(crate) async fn set_user_role(id: String, #[server(default)] role: String) -> Result<(), ApiError> {
    let console = crate::pages::console()?;
    let role = crate::pages::read_role(&role)?;
    Ok(console.set_user_role(id.parse().map_err(|_| ApiError::NotFound)?, role).await?)
}

/// Gives everybody in a group a role; an empty one takes it away.
#[server(prefix = "/admin/api", endpoint = "set_group_role")]
pub(crate) async fn set_group_role(id: String, #[server(default)] role: String) -> Result<(), ApiError> {
    let console = crate::pages::console()?;
    let role = crate::pages::read_role(&role)?;
    Ok(console.set_group_role(id.parse().map_err(|_| ApiError::NotFound)?, role).await?)
}
