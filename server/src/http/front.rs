//! What every request passes on its way in, and every answer on its way out.
//!
//! All of it is one layer: of stacked layers, each copies all those below it for each request.

use crate::{
    TIME_LIMIT,
    http::{
        authority, deadline, edge,
        headers::{self, Policy},
        proxy,
        shares::Full,
        under_way::Pass,
    },
    listen::{HostPlace, arrival::Arrival},
    observe::Trace,
    scim,
    state::AppState,
};
use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{net::IpAddr, sync::Arc, time::Duration};
use tokio::time::timeout;
use tracing::Instrument;

/// A handler that has not answered by then never will. SCIM has a limit of its own, with an answer for the caller.
const LAST_LIMIT: Duration = TIME_LIMIT.saturating_add(Duration::from_secs(5));

/// Refuses what must not reach the inner layers, and completes each answer.
pub(crate) async fn door(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let policy = Policy::of(&mut request);
    let trace = Trace::begin(&mut request);
    let mut response = admit(&state, request, next).instrument(trace.span()).await;
    trace.end(&mut response);
    if state.stopping.has_begun() {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    headers::secure(response.headers_mut(), &policy, state.public_url.is_https());
    response
}

async fn admit(state: &AppState, mut request: Request, next: Next) -> Response {
    let client = proxy::find_client(&state.proxies, &mut request);
    if let Some(client) = client {
        Trace::came_from(client);
    }
    let judged = edge::unambiguous(&request).and_then(|()| authority::judge(&state.authorities, &request));
    if let Err((status, words)) = judged {
        return edge::refuse(request.uri().path(), status, words);
    }
    let (request, arrival) = Arrival::watch(request);
    let pass = match enter(state, &request, client, arrival.clone()) {
        Ok(pass) => pass,
        Err((status, words)) => return edge::refuse_for_now(request.uri().path(), status, words),
    };
    if scim::is_missed(request.uri().path()) {
        return scim::not_here(state, request.method());
    }
    let (request, deadline) = deadline::give_time(request, arrival, &state.limits, state.under_way.forms());
    let answered = timeout(LAST_LIMIT, next.run(request)).await;
    let response = answered.unwrap_or_else(|_| StatusCode::SERVICE_UNAVAILABLE.into_response());
    drop(pass);
    deadline.and_then(|deadline| deadline.missed()).unwrap_or(response)
}

/// Counts a request with those of its caller. A proxy that does not name its callers is not itself limited.
fn enter(
    state: &AppState,
    request: &Request,
    client: Option<IpAddr>,
    arrival: Option<Arc<Arrival>>,
) -> Result<Pass, edge::Refused> {
    let is_kept = request.extensions().get::<HostPlace>().is_some();
    if is_kept && client.is_some_and(|client| !client.is_loopback()) {
        return Err((StatusCode::SERVICE_UNAVAILABLE, "The server is busy. Try again in a moment."));
    }
    let client = client.filter(|client| !state.proxies.trust(*client));
    state.under_way.enter(client, edge::is_scim(request.uri().path()), arrival).map_err(|full| match full {
        Full::Each => (StatusCode::TOO_MANY_REQUESTS, "Too many requests from this address are under way. Try again."),
        Full::All => (StatusCode::SERVICE_UNAVAILABLE, "The server is busy. Try again in a moment."),
    })
}
