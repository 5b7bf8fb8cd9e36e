//! The headers that every answer carries, and the nonce that a page's own scripts need.

use crate::http::edge;
use axum::{
    extract::Request,
    http::{
        HeaderMap, HeaderName, HeaderValue,
        header::{self, Entry},
    },
};
use leptos::nonce::Nonce;

static FIXED: [(HeaderName, HeaderValue); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ),
];

/// A browser that shows a SCIM answer needs to load and run nothing.
const NOTHING: &str = "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// Room for [`FIXED`] and those that depend on the request, so that the map does not grow step by step.
const HEADERS: usize = 16;

/// What a browser may do with the answer.
pub(crate) enum Policy {
    Nothing,
    /// Run the scripts that carry this nonce.
    Page(Nonce),
}

impl Policy {
    /// The policy for the answer to a request; pages find their nonce in the request.
    pub(crate) fn of(request: &mut Request) -> Self {
        if edge::is_scim(request.uri().path()) {
            return Self::Nothing;
        }
        let nonce = Nonce::new();
        request.extensions_mut().insert(nonce.clone());
        Self::Page(nonce)
    }

    fn header(&self) -> Option<HeaderValue> {
        match self {
            Self::Nothing => Some(HeaderValue::from_static(NOTHING)),
            Self::Page(nonce) => HeaderValue::try_from(content_security_policy(nonce)).ok(),
        }
    }
}

/// Adds the headers to an answer.
pub(crate) fn secure(headers: &mut HeaderMap, policy: &Policy, is_https: bool) {
    headers.reserve(HEADERS);
    for (name, value) in &FIXED {
        headers.insert(name.clone(), value.clone());
    }
    if let Some(policy) = policy.header() {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    if is_https {
        keep_secure_cookies(headers);
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000"));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

/// Over https no cookie is sent without `Secure`. The session layer would remove its own cookie without it, which
/// browsers ignore for a `__Host-` cookie anyway.
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
