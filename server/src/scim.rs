//! SCIM 2.0 under `/scim/v2`. One door: nothing behind it runs before the bearer token was checked, whatever the path.

mod bulk;
mod cursor;
mod discovery;
mod groups;
mod mapping;
mod me;
mod paging;
mod prefer;
mod profile;
mod reply;
mod request;
mod search;
mod users;

use crate::{
    TIME_LIMIT,
    state::{AppState, ClientAddress},
};
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, Method, Uri, header},
    response::Response,
    routing::any,
};
use domain::{
    Error,
    activity::{self, Outcome},
    directory::Directory,
};
use reply::{Problem, Reply};
use request::Call;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// Where SCIM is.
const PREFIX: &str = "/scim/v2";

/// Where directories call that were given another version, no version, or nothing but the host.
const ELSEWHERE: [&str; 8] = [
    "/scim",
    "/scim/",
    "/scim/{*rest}",
    "/Users",
    "/Users/{*rest}",
    "/Groups",
    "/Groups/{*rest}",
    "/ServiceProviderConfig",
];

/// So long before the end of its time a bulk request stops, and answers.
const MARGIN: Duration = Duration::from_secs(4);

/// Everything under the prefix, whatever the method: what is unknown is answered here too, in SCIM's own form.
pub(crate) fn router(state: AppState) -> Router {
    let here = [PREFIX, "/scim/v2/", "/scim/v2/{*rest}"].map(|path| (path, any(handle)));
    let routes = here.into_iter().chain(ELSEWHERE.map(|path| (path, any(elsewhere))));
    routes.fold(Router::new(), |router, (path, handler)| router.route(path, handler)).with_state(state)
}

/// What somebody is told who gave a directory another base URL. Nothing is looked at, so no token is asked for. To a
/// directory that deletes or changes somebody, 404 would say that there is nothing left to do.
async fn elsewhere(State(state): State<AppState>, method: Method) -> Response {
    let base = format!("{}{PREFIX}", state.public_url.as_str());
    let detail = format!("SCIM is not here. The URL to give to your directory is {base}");
    tracing::info!(detail, "a SCIM call went to another place");
    let status = if matches!(method, Method::GET | Method::HEAD) { 404 } else { 400 };
    Problem::from(scim::Error::new(status, None, detail)).response()
}

async fn handle(State(state): State<AppState>, request: Request) -> Response {
    let address = ClientAddress::of(request.extensions());
    let deadline = Instant::now() + (TIME_LIMIT - MARGIN);
    let (operation, subject) = request::describe(request.method(), request.uri().path(), request.uri().query());
    let directory = match open(&state, request.uri(), request.headers(), address.clone()).await {
        Ok(directory) => directory,
        Err(problem) => {
            let call = activity::Call { at: state.env.now(), token: None, address, operation, subject };
            state.recorder.record(problem.record(call));
            return problem.response();
        }
    };
    let call = directory.call(operation, subject);
    let answered = timeout(TIME_LIMIT, answer(&state, directory, request, deadline))
        .await
        .unwrap_or_else(|_| Err(Problem::late()));
    note(&state, call, &answered);
    answered.map_or_else(Problem::response, Reply::response)
}

/// Puts a call into the activity record, unless the unit of work has.
fn note(state: &AppState, call: activity::Call, answered: &Result<Reply, Problem>) {
    match answered {
        Ok(reply) if reply.recorded => state.recorder.used(&call),
        Ok(reply) => state.recorder.record(reply.record(call)),
        Err(problem) => {
            problem.log(&call);
            state.recorder.record(problem.record(call));
        }
    }
}

async fn answer(state: &AppState, directory: Directory, request: Request, deadline: Instant) -> Result<Reply, Problem> {
    let call = Call::read(state, directory, request, deadline).await?;
    if let Some(sign) = call.detected() {
        // The call knows it already: where it cannot be noted, a read need not fail for that.
        if let Err(error) = call.directory.detected(sign).await {
            tracing::error!(error = &error as &dyn std::error::Error, "the client of a token could not be noted");
        }
    }
    dispatch(state, call).await
}

/// RFC 6750 §2.1: the token is in the Authorization header, once, and nowhere else.
async fn open(state: &AppState, uri: &Uri, headers: &HeaderMap, address: Option<String>) -> Result<Directory, Problem> {
    if request::has_token_in_query(uri) {
        let detail = "Send the token in the Authorization header, never in the URL; this one should be revoked.";
        return Err(scim::Error::invalid_syntax(detail).into());
    }
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    Ok(Directory::open(&state.env, bearer, address).await?)
}

/// The table of all endpoints.
async fn dispatch(state: &AppState, mut call: Call) -> Result<Reply, Problem> {
    let segments = call.segments()?;
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    match (&call.method, segments.as_slice()) {
        (&Method::GET, []) if search::is_query(&call) => search::list(&call).await,
        (&Method::POST, [".search"]) => {
            call.search()?;
            search::list(&call).await
        }
        (_, [".search"]) => Err(Problem::method("POST")),
        (_, ["Users" | "Groups", ..]) => resource(&mut call, &segments).await,
        (_, ["Me"]) => me::answer(&mut call).await,
        (&Method::POST, ["Bulk"]) => bulk::answer(state, &mut call).await,
        (_, ["Bulk"]) => Err(Problem::method("POST")),
        (&Method::GET, [] | ["ServiceProviderConfig"]) => discovery::service_provider_config(&call),
        (&Method::GET, ["ResourceTypes"]) => discovery::resource_types(&call),
        (&Method::GET, ["ResourceTypes", name]) => discovery::resource_type(&call, name),
        (&Method::GET, ["Schemas"]) => discovery::schemas(&call),
        (&Method::GET, ["Schemas", urn]) => discovery::schema(&call, urn),
        (_, [] | ["ServiceProviderConfig"] | ["ResourceTypes" | "Schemas", ..]) => Err(Problem::method("GET")),
        _ => Err(scim::Error::not_found("There is no such SCIM endpoint here.").into()),
    }
}

/// The table of the endpoints of resources, which the operations of a bulk request go through too.
async fn resource(call: &mut Call, segments: &[&str]) -> Result<Reply, Problem> {
    match (&call.method, segments) {
        (&Method::GET, ["Users"]) => users::list(call).await,
        (&Method::POST, ["Users"]) => users::create(call).await,
        (&Method::POST, [kind @ ("Users" | "Groups"), ".search"]) => {
            call.search()?;
            if *kind == "Users" { users::list(call).await } else { groups::list(call).await }
        }
        (_, ["Users" | "Groups", ".search"]) => Err(Problem::method("POST")),
        (&Method::GET, ["Users", id]) => users::read(call, id).await,
        (&Method::PUT, ["Users", id]) => users::replace(call, id).await,
        (&Method::PATCH, ["Users", id]) => users::patch(call, id).await,
        (&Method::DELETE, ["Users", id]) => users::delete(call, id).await,
        (&Method::GET, ["Groups"]) => groups::list(call).await,
        (&Method::POST, ["Groups"]) => groups::create(call).await,
        (&Method::GET, ["Groups", id]) => groups::read(call, id).await,
        (&Method::PUT, ["Groups", id]) => groups::replace(call, id).await,
        (&Method::PATCH, ["Groups", id]) => groups::patch(call, id).await,
        (&Method::DELETE, ["Groups", id]) => groups::delete(call, id).await,
        (_, ["Users" | "Groups"]) => Err(Problem::method("GET, POST")),
        (_, ["Users" | "Groups", _]) => Err(Problem::method("GET, PUT, PATCH, DELETE")),
        _ => Err(scim::Error::not_found("There is no such SCIM endpoint here.").into()),
    }
}

/// What a finished call is to the activity record, besides its reply.
fn looked_up(found: u64) -> Outcome {
    if found == 0 { Outcome::Empty } else { Outcome::Done }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::of(error)
    }
}
