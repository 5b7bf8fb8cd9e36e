//! Whether the server is alive and can work.

use crate::state::AppState;
use axum::{extract::State, http::StatusCode};
use domain::store::Health;

/// The process is alive.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// The database answers and takes changes, so requests can be served. Low disk space is no reason to take a server out
/// of service: administrators can still sign in there.
pub(crate) async fn readyz(State(state): State<AppState>) -> (StatusCode, &'static str) {
    if state.stopping.has_begun() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    match state.env.store.ping().await {
        Ok(()) => match state.env.store.health() {
            Health::Writable => (StatusCode::OK, "ready\n"),
            Health::Low => (StatusCode::OK, "ready, but disk space is low and SCIM is read-only\n"),
            Health::Failing => (StatusCode::SERVICE_UNAVAILABLE, "read-only: the last change could not be written\n"),
        },
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}
