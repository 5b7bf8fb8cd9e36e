//! Refusals before a request is handled at all: in SCIM's form under `/scim`, as text elsewhere.

use crate::listen::Fault;
use axum::{
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use hyper::body::Body as _;

/// The status and the words of a refusal.
pub(crate) type Refused = (StatusCode, &'static str);

/// A refusal in fixed words. The connection ends with it: the rest of the request is not read.
pub(crate) fn refuse(path: &str, status: StatusCode, words: &'static str) -> Response {
    let (media_type, body) = refusal(is_scim(path), status, words);
    let close = (header::CONNECTION, HeaderValue::from_static("close"));
    let media_type = (header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    (status, [close, media_type], body).into_response()
}

/// The media type and the body of a refusal.
pub(crate) fn refusal(is_scim: bool, status: StatusCode, words: &str) -> (&'static str, String) {
    if is_scim {
        return ("application/scim+json", scim::Error::new(status.as_u16(), None, words).to_json().to_string());
    }
    ("text/plain; charset=utf-8", format!("{words}\n"))
}

/// A refusal after which the caller may soon try again.
pub(crate) fn refuse_for_now(path: &str, status: StatusCode, words: &'static str) -> Response {
    let mut response = refuse(path, status, words);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

/// Whether a path is SCIM's, whatever version and resource it names.
pub(crate) fn is_scim(path: &str) -> bool {
    path.strip_prefix("/scim").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Refuses requests that a proxy in front of us may have understood differently: where a request ends, or who sent it.
pub(crate) fn unambiguous(request: &Request) -> Result<(), Refused> {
    match request.extensions().get::<Fault>() {
        Some(Fault::Ambiguous) => Err((StatusCode::BAD_REQUEST, "The length of this request can be read in two ways.")),
        Some(Fault::TooLong) => Err((StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "The request's head is too large.")),
        None if request.headers().get_all(header::AUTHORIZATION).iter().nth(1).is_some() => {
            Err((StatusCode::BAD_REQUEST, "Send one Authorization header, not several."))
        }
        None => Ok(()),
    }
}

/// Compressed bodies are refused unread, however small they look.
pub(crate) async fn uncompressed(request: Request, next: Next) -> Response {
    if is_encoded(request.headers()) && !request.body().is_end_stream() {
        return refuse(request.uri().path(), StatusCode::UNSUPPORTED_MEDIA_TYPE, "Send the body uncompressed.");
    }
    next.run(request).await
}

/// Whether a body is sent in a content coding, such as compressed.
pub(crate) fn is_encoded(headers: &axum::http::HeaderMap) -> bool {
    headers.get_all(header::CONTENT_ENCODING).iter().any(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"))
}
