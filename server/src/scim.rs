//! SCIM 2.0 under `/scim/v2`. There is a single entry: whatever the path, nothing runs before the bearer token is
//! checked.

mod aside;
mod bulk;
mod cursor;
mod discovery;
mod groups;
pub(crate) mod keys;
mod mapping;
mod me;
mod members;
mod outgoing;
mod paging;
mod prefer;
mod profile;
mod reply;
mod request;
mod resource;
mod route;
mod scan;
mod search;
mod tag;
mod text;
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
    Error, Refusal,
    activity::{self, Record},
    directory::Directory,
};
use reply::{Problem, Reply, note};
use request::{Call, asked};
use route::{PREFIX, Route};
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, timeout};
use tower_http::{
    CompressionLevel,
    compression::{CompressionLayer, predicate::SizeAbove},
};

/// The paths that directories call if they were given only the host. [`is_missed`] recognises other wrong base URLs.
const ELSEWHERE: [&str; 5] = ["/Users", "/Users/{*rest}", "/Groups", "/Groups/{*rest}", "/ServiceProviderConfig"];

/// Shorter answers, in bytes, are not compressed: they fit a packet or two in any case.
const COMPRESSED: u16 = 4096;

/// The memory that compressing an answer takes, in bytes.
const COMPRESSOR: u64 = 256 * 1024;

/// A bulk request stops this long before its deadline, so that it can still answer.
const MARGIN: Duration = Duration::from_secs(4);

/// Everything under the prefix, for any method: unknown paths are answered here, too, in SCIM's own form. Also the
/// routes for calls that miss the prefix.
pub(crate) fn router(state: AppState) -> Router {
    let mut router =
        Router::new().route(PREFIX, any(handle)).route("/scim/v2/", any(handle)).route("/scim/v2/{*rest}", any(handle));
    for path in ELSEWHERE {
        router = router.route(path, any(elsewhere));
    }
    router.layer(compression()).with_state(state)
}

/// Compresses long answers for clients that ask for it, at the fastest level: JSON of users shrinks to a tenth. Answers
/// hold no secrets, so their compressed length reveals nothing.
fn compression() -> CompressionLayer<SizeAbove> {
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(SizeAbove::new(COMPRESSED))
}

/// Whether a path outside of the prefix is meant for SCIM: with another beginning, other letter case or other slashes.
pub(crate) fn is_missed(path: &str) -> bool {
    let is_here = path.strip_prefix(PREFIX).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let mut segments = path.split('/').filter(|segment| !segment.is_empty()).take(3).peekable();
    !is_here && segments.peek() != Some(&"admin") && segments.any(|segment| segment.eq_ignore_ascii_case("scim"))
}

async fn elsewhere(State(state): State<AppState>, method: Method) -> Response {
    not_here(&state, &method)
}

/// The answer to a directory that was given another base URL. Nothing is looked up, so no token is needed. A directory
/// that deletes or changes a user would take 404 to mean that there is nothing left to do.
pub(crate) fn not_here(state: &AppState, method: &Method) -> Response {
    let base = format!("{}{PREFIX}", state.public_url.as_str());
    let detail = format!("SCIM is not here. The URL to give to your directory is {base}");
    tracing::info!(detail, "a SCIM call went to a wrong path");
    let status = if matches!(*method, Method::GET | Method::HEAD) { 404 } else { 400 };
    Problem::from(scim::Error::new(status, None, detail)).response()
}

async fn handle(State(state): State<AppState>, request: Request) -> Response {
    let address = ClientAddress::of(request.extensions());
    let deadline = Instant::now() + (TIME_LIMIT - MARGIN);
    let route = Route::of(request.uri().path());
    let (operation, subject) = route.describe(request.method(), request.uri().query());
    let (asked, named) = (Arc::new(asked::of(&request, &route)), route.id());
    let at = state.env.now();
    let directory = match open(&state, request.uri(), request.headers(), address.clone()).await {
        Ok(directory) => directory.asked(asked, named),
        Err(problem) => {
            let request = Some(asked);
            let call = activity::Call {
                at,
                token: None,
                address,
                request,
                operation,
                subject,
                named,
                remark: None,
                written: None,
            };
            let millis = Some(state.env.now().millis_since(at));
            state.recorder.record(Record { millis, ..problem.record(call) });
            return problem.response();
        }
    };
    let (call, token) = (directory.call(operation, subject), directory.token().id);
    let compressor = if takes_gzip(request.headers()) { COMPRESSOR } else { 0 };
    let answered = timeout(TIME_LIMIT, answer(&state, directory, request, deadline))
        .await
        .unwrap_or_else(|_| Err(Problem::late()));
    let answered = answered.and_then(|reply| reply.counted(&state.memory, token, state.limits.memory_each, compressor));
    note(&state, call, &answered);
    answered.map_or_else(Problem::response, Reply::response)
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.map(str::to_ascii_lowercase).any(|value| value.contains("gzip"))
}

async fn answer(state: &AppState, directory: Directory, request: Request, deadline: Instant) -> Result<Reply, Problem> {
    let call = Call::read(state, directory, request, deadline).await?;
    if let Some(sign) = call.detected() {
        // The call itself knows it already: if it cannot be recorded, a read need not fail.
        if let Err(error) = call.directory.detected(sign).await {
            tracing::error!(error = &error as &dyn std::error::Error, "the client of a token could not be recorded");
        }
    }
    let _turn = if call.is_list() {
        let turn = state.lists.take(call.directory.token().id, state.limits.list_turn).await;
        Some(turn.ok_or_else(Problem::no_list)?)
    } else {
        None
    };
    dispatch(state, call).await
}

/// RFC 6750 §2.1: the token is in the Authorization header, once, and nowhere else.
async fn open(state: &AppState, uri: &Uri, headers: &HeaderMap, address: Option<String>) -> Result<Directory, Problem> {
    if request::has_token_in_query(uri) {
        let detail = "Send the token in the Authorization header, never in the URL; this one should be revoked.";
        return Err(Problem::from(scim::Error::invalid_syntax(detail)).challenge("invalid_request"));
    }
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    match Directory::open(&state.env, bearer, address).await {
        Err(Error::Refused(Refusal::BadToken)) if bearer.is_some() => {
            Err(Problem::of(Refusal::BadToken.into()).challenge("invalid_token"))
        }
        opened => Ok(opened?),
    }
}

/// The methods that HTTP has.
const METHODS: [Method; 9] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
    Method::TRACE,
    Method::CONNECT,
];

/// 404, with the right spelling if only the letter case differs.
fn no_endpoint(name: &str) -> Problem {
    let detail = match Route::meant(name) {
        Some(endpoint) => format!("There is no such SCIM endpoint here. Letter case matters: it is /{endpoint}."),
        None => "There is no such SCIM endpoint here.".to_owned(),
    };
    scim::Error::not_found(detail).into()
}

/// Carries a call out.
async fn dispatch(state: &AppState, mut call: Call) -> Result<Reply, Problem> {
    if !METHODS.contains(&call.method) {
        // RFC 9110 §9.1.
        return Err(scim::Error::not_implemented("There is no such method here.").into());
    }
    match (call.method.clone(), call.route.clone()) {
        // Without any query parameter, the request asks for the description of the service.
        (Method::GET, Route::Root) if call.is_query() => search::list(&call).await,
        (Method::POST, Route::RootSearch) => {
            call.search()?;
            search::list(&call).await
        }
        (Method::POST, Route::Bulk) => bulk::answer(state, &mut call).await,
        (_, Route::Me) => me::answer(&mut call).await,
        (Method::GET, Route::Root | Route::Service) => discovery::service_provider_config(&call),
        (Method::GET, Route::ResourceTypes) => discovery::resource_types(&call),
        (Method::GET, Route::ResourceType(name)) => discovery::resource_type(&call, &name),
        (Method::GET, Route::Schemas) => discovery::schemas(&call),
        (Method::GET, Route::Schema(urn)) => discovery::schema(&call, &urn),
        (_, Route::Unknown(name)) => Err(no_endpoint(&name)),
        _ => resource::answer(&mut call).await,
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::of(error)
    }
}
