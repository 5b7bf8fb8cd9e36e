use crate::ApiError;
use leptos::prelude::*;

/// Begins a drill in this session.
#[server(prefix = "/admin/api", endpoint = "start_drill")]
pub(crate) async fn start_drill() -> Result<(), ApiError> {
    let console = crate::pages::console()?;
    Ok(console.start_drill().await?)
}

/// Takes back the code that an alert channel showed.
#[server(prefix = "/admin/api", endpoint = "read_drill_code")]
pub(crate) async fn read_drill_code(channel: String, code: String) -> Result<(), ApiError> {
    let console = crate::pages::console()?;
    Ok(console.read_drill_code(&channel, &code).await?)
}

/// Finishes the drill that goes on in this session.
#[server(prefix = "/admin/api", endpoint = "finish_drill")]
pub(crate) async fn finish_drill() -> Result<(), ApiError> {
    let console = crate::pages::console()?;
    console.finish_drill().await?;
    Ok(())
}
