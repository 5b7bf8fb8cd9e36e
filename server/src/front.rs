//! What every request passes on its way in, and every answer on its way out.
//!
//! All of it is one layer. Of layers that lie upon each other, each copies all those below it for each request.

use crate::{
    TIME_LIMIT, authority, edge,
    headers::{self, Policy},
    ops::Trace,
    proxy, slow_body,
    state::AppState,
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::time::Duration;
use tokio::time::timeout;
use tracing::Instrument;

/// What has not answered by then never will. SCIM has a limit of its own, and a word for whoever waits.
const LAST_LIMIT: Duration = TIME_LIMIT.saturating_add(Duration::from_secs(5));

/// Refuses what nothing behind it should see, and finishes each answer.
pub(crate) async fn door(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let policy = Policy::of(&mut request);
    let trace = Trace::begin(&request);
    let mut response = admit(&state, request, next).instrument(trace.span()).await;
    trace.end(&mut response);
    headers::secure(response.headers_mut(), &policy, state.public_url.is_https());
    response
}

async fn admit(state: &AppState, mut request: Request, next: Next) -> Response {
    let judged = edge::unambiguous(&request).and_then(|()| authority::judge(&state.authorities, &request));
    if let Err((status, words)) = judged {
        return edge::refuse(request.uri().path(), status, words);
    }
    proxy::find_client(&state.proxies, &mut request);
    let (request, deadline) = slow_body::give_time(request, state.limits.body);
    let answered = timeout(LAST_LIMIT, next.run(request)).await;
    let response = answered.unwrap_or_else(|_| StatusCode::SERVICE_UNAVAILABLE.into_response());
    deadline.and_then(|deadline| deadline.missed()).unwrap_or(response)
}
