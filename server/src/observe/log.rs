//! The log: its lines, and one for each request.

mod flood;
mod one_line;

use axum::{extract::Request, http::HeaderValue, response::Response};
use flood::Limit;
pub(crate) use flood::tell;
use one_line::OneLine;
use std::{net::IpAddr, time::Instant};
use tracing::{Span, field};
use tracing_subscriber::{EnvFilter, fmt, prelude::*};

/// How log lines look.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

/// Starts logging to standard error, one line for each event.
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

/// The id of a request, which its answer, its line in the log and its record carry.
#[derive(Clone)]
pub(crate) struct RequestId(pub(crate) String);

/// One line for each request, with an id that the answer carries, too; never the query, which may contain names.
pub(crate) struct Trace {
    id: String,
    span: Span,
    started: Instant,
}

impl Trace {
    /// Starts the line of a request.
    pub(crate) fn begin(request: &mut Request) -> Self {
        let id = format!("{:016x}", rand::random::<u64>());
        request.extensions_mut().insert(RequestId(id.clone()));
        let (method, path) = (request.method(), request.uri().path());
        let span = tracing::info_span!("request", id, address = field::Empty, %method, path);
        Self { id, span, started: Instant::now() }
    }

    /// Adds the sender, once it is known.
    pub(crate) fn came_from(client: IpAddr) {
        Span::current().record("address", field::display(client));
    }

    /// The span for everything logged in the meantime.
    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    /// Writes the line: the request is answered.
    pub(crate) fn end(self, response: &mut Response) {
        let millis = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.span.in_scope(|| tracing::info!(status = response.status().as_u16(), millis, "answered"));
        if let Ok(id) = HeaderValue::try_from(self.id) {
            response.headers_mut().insert("x-request-id", id);
        }
    }
}
