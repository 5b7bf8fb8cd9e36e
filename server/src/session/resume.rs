//! A plain form waits if it was posted before the secret or the reason was given, or after the session had ended: the
//! answer is the page that asks, which carries the form, and after that page is answered the form is sent.

use super::{
    confirm::ConfirmForm,
    console::{API, with_status},
    sign_in::{local, render_again},
};
use crate::state::{AppState, ClientAddress};
use app::{Carried, ConfirmFailed, SignInFailed};
use axum::{
    Form,
    body::{Body, to_bytes},
    extract::{FromRequest, Request},
    http::{HeaderValue, Method, StatusCode, Uri, header, request::Parts},
    response::{IntoResponse, Response},
};
use domain::console::{Console, Principal};
use std::sync::Arc;

/// Longer forms do not wait: escaped again, they would not fit into the form that carries them.
const LONGEST: usize = 20 * 1024;

/// The page that asks for a reason and for the secret again.
pub(super) const CONFIRM: &str = "/admin/confirm";

/// The permission to administer that a session has.
pub(super) fn console_of(state: &AppState, principal: Principal, parts: &Parts) -> Console {
    let hasher = Arc::new(state.hasher.clone());
    let address = ClientAddress::of(&parts.extensions);
    Console::new(state.env.clone(), hasher, principal, address, state.public_url.as_str().to_owned())
}

/// Asks a signed-in person for what is missing; the form waits.
pub(super) async fn ask_first(state: &AppState, request: Request, principal: Principal, next: String) -> Response {
    let (parts, waiting) = set_aside(request).await;
    ask_to_confirm(state, parts, principal, Carried { next, waiting, ..Carried::default() }).await
}

/// Asks for what is missing, and carries the form that waits.
pub(super) async fn ask_to_confirm(
    state: &AppState,
    mut parts: Parts,
    principal: Principal,
    carried: Carried,
) -> Response {
    let console = console_of(state, principal, &parts);
    parts.extensions.insert(console);
    parts.uri = Uri::from_static(CONFIRM);
    render_again(state, parts, StatusCode::OK, ConfirmFailed { message: String::new(), carried }).await
}

/// Asks for a new sign-in; the form waits. Of a confirmation, the reason and the form that waited for it are kept.
pub(super) async fn sign_in_first(state: &AppState, request: Request, next: String) -> Response {
    const ENDED: &str = "Your session has ended, and nothing was changed. Sign in again; what you entered is kept.";
    let (mut parts, carried) = if request.uri().path() == CONFIRM {
        let (parts, body) = request.into_parts();
        let form = Form::<ConfirmForm>::from_request(Request::from_parts(parts.clone(), body), &()).await;
        let carried = form.map(|Form(form)| form.carried()).unwrap_or_default();
        (parts, carried)
    } else {
        let (parts, waiting) = set_aside(request).await;
        (parts, Carried { next, waiting, ..Carried::default() })
    };
    parts.uri = Uri::from_static("/login");
    let asked = SignInFailed { name: String::new(), message: ENDED.to_owned(), carried };
    render_again(state, parts, StatusCode::OK, asked).await
}

/// Takes a form apart into what can be carried.
async fn set_aside(request: Request) -> (Parts, String) {
    let (parts, body) = request.into_parts();
    let fields = to_bytes(body, LONGEST).await.unwrap_or_default();
    let waiting = match std::str::from_utf8(&fields) {
        Ok(fields) if !fields.is_empty() => format!("{}?{fields}", parts.uri.path()),
        _ => String::new(),
    };
    (parts, waiting)
}

/// Sends the form that waited, as if it were posted now. `None` if none did.
pub(super) async fn perform(
    state: &AppState,
    parts: &Parts,
    principal: Principal,
    carried: &Carried,
) -> Option<Response> {
    let (path, fields) = carried.waiting.split_once('?').filter(|(path, _)| path.starts_with(API))?;
    let mut request = Request::new(Body::from(fields.to_owned()));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = path.parse().ok()?;
    *request.extensions_mut() = parts.extensions.clone();
    request.extensions_mut().insert(console_of(state, principal, parts));
    let headers = request.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    headers.insert(header::ACCEPT, HeaderValue::from_static("text/html"));
    // It leads back there.
    headers.insert(header::REFERER, local(&carried.next).parse().ok()?);
    let response = leptos_axum::handle_server_fns_with_context(app::context, request).await.into_response();
    Some(with_status(response).await)
}
