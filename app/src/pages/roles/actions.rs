//! The server functions of the page.

use crate::{ApiError, request::console};
use domain::role::Role;
use leptos::prelude::*;

/// Gives a user a role by hand; an empty one takes it away.
#[server(prefix = "/admin/api", endpoint = "set_user_role")]
pub(crate) async fn set_user_role(id: String, #[server(default)] role: String) -> Result<(), ApiError> {
    let console = console()?;
    let role = read(&role)?;
    Ok(console.set_user_role(id.parse().map_err(|_| ApiError::NotFound)?, role).await?)
}

/// Gives everybody in a group a role; an empty one takes it away.
#[server(prefix = "/admin/api", endpoint = "set_group_role")]
pub(crate) async fn set_group_role(id: String, #[server(default)] role: String) -> Result<(), ApiError> {
    let console = console()?;
    let role = read(&role)?;
    Ok(console.set_group_role(id.parse().map_err(|_| ApiError::NotFound)?, role).await?)
}

/// The role that a form names; empty for none.
fn read(word: &str) -> Result<Option<Role>, ApiError> {
    match word {
        "" => Ok(None),
        word => Role::parse(word).map(Some).ok_or(ApiError::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_names_a_role_or_none() {
        assert_eq!(read(""), Ok(None));
        assert_eq!(read("auditor"), Ok(Some(Role::Auditor)));
        assert_eq!(read("root"), Err(ApiError::Malformed));
    }
}
