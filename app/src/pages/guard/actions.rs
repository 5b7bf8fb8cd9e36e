//! The server functions of the page.

use super::span::span;
use crate::{ApiError, request::console};
use domain::settings::{GuardMode, GuardSettings};
use leptos::prelude::*;
use uuid::Uuid;

/// Sets the guard. `mode` is `alert` or `hold`.
#[server(prefix = "/admin/api", endpoint = "set_guard")]
pub(crate) async fn set_guard(mode: String, count: u32, percent: u32, cap: u32, minutes: u32) -> Result<(), ApiError> {
    let console = console()?;
    let mode = GuardMode::parse(&mode).ok_or(ApiError::Malformed)?;
    Ok(console.set_guard(GuardSettings { mode, count, percent, cap, minutes }).await?)
}

/// Lets the held departures of a batch continue for two hours.
#[server(prefix = "/admin/api", endpoint = "approve_batch")]
pub(crate) async fn approve_batch(id: String) -> Result<(), ApiError> {
    let console = console()?;
    Ok(console.approve_batch(id.parse().map_err(|_| ApiError::NotFound)?).await?)
}

/// Confirms that a batch is right as it is.
#[server(prefix = "/admin/api", endpoint = "dismiss_batch")]
pub(crate) async fn dismiss_batch(id: String) -> Result<(), ApiError> {
    let console = console()?;
    Ok(console.dismiss_batch(id.parse().map_err(|_| ApiError::NotFound)?).await?)
}

/// Undoes a batch; `pause` pauses its tokens first. If `chosen` is set, only the departures of `people` are undone.
#[server(prefix = "/admin/api", endpoint = "undo_batch")]
pub(crate) async fn undo_batch(
    id: String,
    #[server(default)] pause: bool,
    #[server(default)] chosen: bool,
    #[server(default)] people: Vec<String>,
) -> Result<(), ApiError> {
    let console = console()?;
    let people = targets(chosen, &people)?;
    // The page shows how many could not be undone.
    console.undo_batch(id.parse().map_err(|_| ApiError::NotFound)?, pause, people).await?;
    Ok(())
}

/// Undoes the departures of one token, or of all, between two minutes (UTC), in a batch or not.
#[server(prefix = "/admin/api", endpoint = "undo_span")]
pub(crate) async fn undo_span(
    from: String,
    until: String,
    #[server(default)] token: String,
    #[server(default)] pause: bool,
    #[server(default)] chosen: bool,
    #[server(default)] people: Vec<String>,
) -> Result<(), ApiError> {
    let console = console()?;
    let span = span(&token, &from, &until).ok_or(ApiError::Malformed)?;
    let people = targets(chosen, &people)?;
    console.undo_span(span, pause, people).await?;
    Ok(())
}

/// The ticked users and groups, if the form has a choice.
fn targets(chosen: bool, people: &[String]) -> Result<Option<Vec<Uuid>>, ApiError> {
    if !chosen {
        return Ok(None);
    }
    let targets: Option<Vec<Uuid>> = people.iter().map(|id| id.parse().ok()).collect();
    match targets {
        Some(targets) if !targets.is_empty() => Ok(Some(targets)),
        _ => Err(ApiError::Invalid("Choose at least one person.".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_must_be_ticked() {
        assert_eq!(targets(false, &[]), Ok(None));
        assert!(targets(true, &[]).is_err() && targets(true, &["x".to_owned()]).is_err());
        assert_eq!(targets(true, &[Uuid::nil().to_string()]), Ok(Some(vec![Uuid::nil()])));
    }
}
