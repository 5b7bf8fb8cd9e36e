use crate::ApiError;
use leptos::prelude::*;

/// Ends a session, by its key in hexadecimal.
#[server(prefix = "/admin/api", endpoint = "end_session")]
pub(crate) async fn end_session(key: String) -> Result<(), ApiError> {
    let console = crate::pages::console()?;
    let key = crate::pages::read_key(&key).ok_or(ApiError::NotFound)?;
    Ok(console.revoke_session(key).await?)
}
