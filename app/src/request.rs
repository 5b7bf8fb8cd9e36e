//! What the server found out about a request before a page or a server function answers it.

use crate::ApiError;
use domain::console::Console;
use http::request::Parts;
use leptos::{nonce::Nonce, prelude::*};
use leptos_router::location::Url;

/// What is carried through the sign-in and the confirmation, so that nothing is typed twice.
#[derive(Clone, Debug, Default)]
pub struct Carried {
    /// The page to go on to.
    pub next: String,
    /// The reason that was typed.
    pub reason: String,
    /// The form that waits until then: its address, a question mark, and its fields as they were posted.
    pub waiting: String,
}

/// A sign-in that is asked for, or that failed, in the extensions of the request that is answered with its form.
#[derive(Clone, Debug, Default)]
pub struct SignInFailed {
    /// The name that was typed.
    pub name: String,
    /// Why it failed, and what to do.
    pub message: String,
    /// What is done once it succeeds.
    pub carried: Carried,
}

/// A confirmation that is asked for, or that failed, likewise.
#[derive(Clone, Debug, Default)]
pub struct ConfirmFailed {
    /// Why it failed, and what to do.
    pub message: String,
    /// What is done once it succeeds.
    pub carried: Carried,
}

/// Hands what the server found out about a request over to the pages: who is signed in, the nonce, a form that failed.
pub fn context() {
    // The route table is made without a request.
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

/// The page to go on to, as the address of a request asks for it. The router would take off its escapes twice.
pub(crate) fn asked_next() -> String {
    let query = use_context::<Parts>().and_then(|parts| parts.uri.query().map(str::to_owned)).unwrap_or_default();
    let next = query.split('&').find_map(|pair| pair.strip_prefix("next=")).unwrap_or_default();
    Url::unescape(next)
}

/// The permission to administer, held by the sender of this request.
pub(crate) fn console() -> Result<Console, ApiError> {
    use_context().ok_or(ApiError::Unauthorized)
}
