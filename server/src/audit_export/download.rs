//! The audit log as a file. It is read while it is sent, so that a long log does not take up memory.

use crate::{
    audit_export::{Header, csv_header, csv_row, json_header, json_line},
    state::AppState,
};
use axum::{
    Extension,
    body::Body,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use domain::{Result, audit::Entry, console::Console};
use futures_util::stream::{self, StreamExt};

/// A format of the file.
struct Form {
    name: &'static str,
    media_type: &'static str,
    file: &'static str,
    line: fn(&Entry) -> String,
}

const CSV: Form = Form {
    name: "CSV",
    media_type: "text/csv; charset=utf-8; header=present",
    file: "attachment; filename=\"postern-audit.csv\"",
    line: csv_row,
};

const JSON_LINES: Form = Form {
    name: "JSON Lines",
    media_type: "application/jsonl",
    file: "attachment; filename=\"postern-audit.jsonl\"",
    line: |entry| json_line(entry) + "\n",
};

/// The log for a spreadsheet (RFC 4180).
pub(crate) async fn csv(state: State<AppState>, console: Extension<Console>) -> Response {
    download(state, console, &CSV).await
}

/// The log for `postern audit verify`.
pub(crate) async fn json_lines(state: State<AppState>, console: Extension<Console>) -> Response {
    download(state, console, &JSON_LINES).await
}

async fn download(
    State(state): State<AppState>,
    Extension(console): Extension<Console>,
    form: &'static Form,
) -> Response {
    if !console.is_confirmed() {
        return Redirect::to("/admin/confirm?next=/admin/audit").into_response();
    }
    let first = async {
        console.start_audit_export(form.name).await?;
        let (head, pending) = console.audit_end().await?;
        Ok::<_, domain::Error>(Header { at: state.env.now(), head, pending })
    };
    let header = match first.await {
        Ok(header) => header,
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "the audit log could not be exported");
            return (StatusCode::SERVICE_UNAVAILABLE, "The audit log could not be read. Try again in a moment.\n")
                .into_response();
        }
    };
    let head = match form.name {
        "CSV" => csv_header(),
        _ => json_header(&header) + "\n",
    };
    // What is written in the meantime is not included: the file ends with the event that its first line names.
    let last = header.head.map_or(0, |(seq, _)| seq);
    let parts = stream::try_unfold(0, move |after| part(console.clone(), form, after, last));
    let body = Body::from_stream(stream::once(async { Ok(head) }).chain(parts));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(form.media_type)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static(form.file)),
    ];
    (headers, body).into_response()
}

async fn part(console: Console, form: &Form, after: i64, last: i64) -> Result<Option<(String, i64)>> {
    let mut entries = console.events_after(after).await?;
    entries.retain(|entry| entry.seq <= last);
    let Some(end) = entries.last() else { return Ok(None) };
    Ok(Some((entries.iter().map(form.line).collect(), end.seq)))
}
