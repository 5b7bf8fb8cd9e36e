//! The headers that every answer carries, and the nonce that a page's own scripts need.

use crate::state::AppState;
use axum::{
    extract::{Request, State},
    http::{
        HeaderMap, HeaderName, HeaderValue,
        header::{self, Entry},
    },
    middleware::Next,
    response::Response,
};
use leptos::nonce::Nonce;

const FIXED: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// Puts a fresh nonce into the request and the headers onto the answer.
pub(crate) async fn secure(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let nonce = Nonce::new();
    request.extensions_mut().insert(nonce.clone());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(policy) = HeaderValue::from_str(&content_security_policy(&nonce)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    if state.public_url.is_https() {
        keep_secure_cookies(headers);
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000"));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Over https no cookie goes out without `Secure`. The session layer would remove its own so, which browsers ignore
/// for a `__Host-` cookie anyway.
fn keep_secure_cookies(headers: &mut HeaderMap) {
    let is_secure = |cookie: &HeaderValue| {
        cookie.as_bytes().split(|byte| *byte == b';').any(|part| part.trim_ascii().eq_ignore_ascii_case(b"secure"))
    };
    let kept: Vec<HeaderValue> = match headers.entry(header::SET_COOKIE) {
        Entry::Occupied(cookies) => cookies.remove_entry_mult().1.filter(is_secure).collect(),
        Entry::Vacant(_) => return,
    };
    for cookie in kept {
        headers.append(header::SET_COOKIE, cookie);
    }
}

fn content_security_policy(nonce: &Nonce) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; \
         font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}
