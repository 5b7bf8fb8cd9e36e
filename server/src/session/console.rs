use super::{
    cookies::SessionToken,
    resume::{CONFIRM, ask_first, console_of, sign_in_first},
    sign_in::local,
};
use crate::state::AppState;
use app::ApiError;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, Uri, header, uri::PathAndQuery},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use domain::{
    console::Principal,
    role::Role,
    session::{find, touch},
};
use leptos::server_fn::error::FromServerFnError;

/// Where server functions are.
pub(crate) const API: &str = "/admin/api/";

/// Adds a [`Console`] to the request of a signed-in administrator; redirects all others away from `/admin`.
pub(crate) async fn guard(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let signed_in = match signed_in(&state, request.headers()).await {
        Ok(signed_in) => signed_in,
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a session could not be looked up");
            return api_or_page(&request, ApiError::Unavailable, StatusCode::SERVICE_UNAVAILABLE);
        }
    };
    // A member may not enter.
    let may_enter = |principal: &Principal| principal.ends > state.env.now() && principal.role != Role::Member;
    match signed_in.filter(may_enter) {
        Some(principal) => {
            let (parts, body) = request.into_parts();
            let console = console_of(&state, principal.clone(), &parts);
            request = Request::from_parts(parts, body);
            // A plain form cannot ask and then be sent again, so the question comes first.
            if is_plain_form(&request) && console.may_change() && !console.is_confirmed() {
                let next = came_from(&request);
                return ask_first(&state, request, principal, next).await;
            }
            request.extensions_mut().insert(console);
        }
        None if is_plain_form(&request) || is_confirmation(&request) => {
            let next = came_from(&request);
            return sign_in_first(&state, request, next).await;
        }
        None if request.uri().path().starts_with(API) => {
            return api_or_page(&request, ApiError::Unauthorized, StatusCode::UNAUTHORIZED);
        }
        None if request.uri().path().starts_with("/admin") => {
            // A form cannot be posted again by itself, but its page can be shown.
            let page = if is_safe(request.method()) { asked_for(request.uri()) } else { came_from(&request) };
            return Redirect::to(&format!("/login?next={}", encode(&page))).into_response();
        }
        None => {}
    }
    with_status(next.run(request).await).await
}

/// The session of a request's cookie.
async fn signed_in(state: &AppState, headers: &HeaderMap) -> domain::Result<Option<Principal>> {
    let Some(token) = SessionToken::shown(headers, &state.public_url) else { return Ok(None) };
    let Some(session) = find(&state.env, token.key()).await? else { return Ok(None) };
    if let Err(error) = touch(&state.env, &session).await {
        // If nothing can be written, the console can still be read until the session seems idle.
        tracing::error!(error = &error as &dyn std::error::Error, "the use of a session could not be recorded");
    }
    Ok(Some(session.principal))
}

/// Whether the browser itself posts a form of a page; islands request JSON.
fn is_plain_form(request: &Request) -> bool {
    let accepts = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    request.uri().path().starts_with(API) && accepts.is_some_and(|accept| accept.contains("text/html"))
}

/// The page of ours that contained a form.
fn came_from(request: &Request) -> String {
    let referer = request.headers().get(header::REFERER).and_then(|referer| referer.to_str().ok());
    let page = referer.and_then(|referer| referer.parse::<Uri>().ok());
    let page = page.and_then(|page| page.into_parts().path_and_query);
    page.map(|page| asked_for(&page.into())).unwrap_or_default()
}

/// The page and its query; only the page if the address cannot be returned to.
fn asked_for(uri: &Uri) -> String {
    let whole = uri.path_and_query().map(PathAndQuery::as_str).filter(|whole| local(whole) == *whole);
    whole.unwrap_or(uri.path()).to_owned()
}

/// Whether it is the answer to the confirmation before a change.
fn is_confirmation(request: &Request) -> bool {
    request.method() == Method::POST && request.uri().path() == CONFIRM
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// Answers under the prefix of the server functions keep their own form.
pub(crate) async fn no_such_function(request: Request) -> Response {
    api_or_page(&request, ApiError::NotFound, StatusCode::NOT_FOUND)
}

/// Leptos answers every error of a server function with 500; the error itself has the right status.
pub(super) async fn with_status(mut response: Response) -> Response {
    let failed = response.headers().contains_key("serverfnerror") && !response.status().is_redirection();
    if !failed {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, 64 * 1024).await.unwrap_or_default();
    parts.status = StatusCode::from_u16(ApiError::de(bytes.clone()).status()).unwrap_or(parts.status);
    response = Response::from_parts(parts, bytes.into());
    response
}

pub(crate) fn api_or_page(request: &Request, error: ApiError, status: StatusCode) -> Response {
    if request.uri().path().starts_with(API) {
        (status, [(header::CONTENT_TYPE, "application/json")], error.ser()).into_response()
    } else {
        (status, format!("{}\n", error.message())).into_response()
    }
}

/// Leaves unescaped what a query may contain; paths of pages contain little else.
fn encode(path: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.');
    path.bytes().map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
