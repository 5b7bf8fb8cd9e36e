//! What the server found out about a request before a page or a server function answers it.

use crate::ApiError;
use domain::console::Console;
use http::request::Parts;
use leptos::{nonce::Nonce, prelude::*};
use leptos_router::location::Url;

/// What is carried through the sign-in and the confirmation, so that nothing has to be typed twice.
#[derive(Clone, Debug, Default)]
pub struct Carried {
    /// The page to open next.
    pub next: String,
    /// The reason that was typed.
    pub reason: String,
    /// The form that is sent afterwards: its address, a question mark, and its fields as they were posted.
    pub waiting: String,
}

/// A sign-in that is required, or that failed; an extension of the request that is answered with the form.
#[derive(Clone, Debug, Default)]
pub struct SignInFailed {
    /// The name that was typed.
    pub name: String,
    /// Why it failed, and what to do.
    pub message: String,
    /// What to do after it succeeds.
    pub carried: Carried,
}

/// A confirmation that is required, or that failed, likewise.
#[derive(Clone, Debug, Default)]
pub struct ConfirmFailed {
    /// Why it failed, and what to do.
    pub message: String,
    /// What to do after it succeeds.
    pub carried: Carried,
}

/// Provides the pages with what the server found out about a request: who is signed in, the nonce, a form that failed.
pub fn context() {
    // The route table is built without a request.
    let Some(parts) = use_context::<Parts>() else { return };
    if let Some(console) = parts.extensions.get::<Console>() {
        provide_context(console.clone());
    }
    if let Some(nonce) = parts.extensions.get::<Nonce>() {
        provide_context(nonce.clone());
    }
    if let Some(failed) = parts.extensions.get::<SignInFailed>() {
        provide_context(failed.clone());
    }
    if let Some(failed) = parts.extensions.get::<ConfirmFailed>() {
        provide_context(failed.clone());
    }
}

/// The page to open next, from the address of a request. The router would unescape it twice.
pub(crate) fn asked_next() -> String {
    let query = use_context::<Parts>().and_then(|parts| parts.uri.query().map(str::to_owned)).unwrap_or_default();
    let next = query.split('&').find_map(|pair| pair.strip_prefix("next=")).unwrap_or_default();
    Url::unescape(next)
}

/// The permission to administer that the sender of this request has.
pub(crate) fn console() -> Result<Console, ApiError> {
    use_context().ok_or(ApiError::Unauthorized)
}
