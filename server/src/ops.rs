//! For those who run it: health, readiness and logs.

mod flood;
mod one_line;

pub(crate) use flood::tell;

use crate::state::AppState;
use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode},
    response::Response,
};
use domain::store::Health;
use flood::Limit;
use one_line::OneLine;
use std::{net::IpAddr, time::Instant};
use tracing::{Span, field};
use tracing_subscriber::{EnvFilter, fmt, prelude::*};

/// How log lines look.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Starts logging, to standard error, one line an event.
pub(crate) fn log(format: LogFormat, filter: &str) -> Result<(), String> {
    let filter = EnvFilter::builder().parse(filter).map_err(|_| format!("the log filter {filter:?} cannot be read"))?;
    let registry = tracing_subscriber::registry().with(filter);
    let layer = fmt::layer().with_writer(OneLine { json: matches!(format, LogFormat::Json) }).with_ansi(false);
    let set = match format {
        LogFormat::Text => registry.with(layer.with_filter(Limit)).try_init(),
        LogFormat::Json => registry.with(layer.json().flatten_event(true).with_filter(Limit)).try_init(),
    };
    set.map_err(|error| error.to_string())
}

/// The process is alive.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// The database answers and takes changes, so requests can be served. Low disk space is no reason to take a server away:
/// administrators can still sign in there.
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

/// One line for each request, with an id that the answer carries too; never the query, which may hold names.
pub(crate) struct Trace {
    id: String,
    span: Span,
    started: Instant,
}

impl Trace {
    /// A request has come.
    pub(crate) fn begin(request: &Request) -> Self {
        let id = format!("{:016x}", rand::random::<u64>());
        let (method, path) = (request.method(), request.uri().path());
        let span = tracing::info_span!("request", id, address = field::Empty, %method, path);
        Self { id, span, started: Instant::now() }
    }

    /// Who sent it is known now.
    pub(crate) fn came_from(client: IpAddr) {
        Span::current().record("address", field::display(client));
    }

    /// What is logged meanwhile belongs in here.
    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    /// It is answered.
    pub(crate) fn end(self, response: &mut Response) {
        let millis = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.span.in_scope(|| tracing::info!(status = response.status().as_u16(), millis, "answered"));
        if let Ok(id) = HeaderValue::try_from(self.id) {
            response.headers_mut().insert("x-request-id", id);
        }
    }
}
