use super::{cookies::SessionToken, sign_in::local};
use crate::state::{AppState, ClientAddress};
use app::ApiError;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use domain::{
    console::{Console, Principal},
    role::Role,
    session::{find, touch},
};
use leptos::server_fn::error::FromServerFnError;
use std::sync::Arc;

/// Where server functions are.
pub(crate) const API: &str = "/admin/api/";

/// Puts a [`Console`] into the request of somebody who is signed in; sends everybody else away from `/admin`.
pub(crate) async fn guard(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let signed_in = match signed_in(&state, request.headers()).await {
        Ok(signed_in) => signed_in,
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a session could not be looked up");
            return api_or_page(&request, ApiError::Unavailable, StatusCode::SERVICE_UNAVAILABLE);
        }
    };
    // A member has no business here.
    let may_enter = |principal: &Principal| principal.ends > state.env.now() && principal.role != Role::Member;
    match signed_in.filter(may_enter) {
        Some(principal) => {
            let address = ClientAddress::of(request.extensions());
            let url = state.public_url.as_str().to_owned();
            let hasher = Arc::new(state.hasher.clone());
            let console = Console::new(state.env.clone(), hasher, principal, address, url);
            // A form that is posted plainly cannot come back with a question, so it is asked first.
            if is_plain_form(&request) && console.may_change() && !console.is_confirmed() {
                return Redirect::to(&format!("/admin/confirm?next={}", encode(&came_from(&request)))).into_response();
            }
            request.extensions_mut().insert(console);
        }
        None if is_plain_form(&request) => {
            return Redirect::to(&format!("/login?next={}", encode(&came_from(&request)))).into_response();
        }
        None if request.uri().path().starts_with(API) => {
            return api_or_page(&request, ApiError::Unauthorized, StatusCode::UNAUTHORIZED);
        }
        None if request.uri().path().starts_with("/admin") => {
            // A form cannot be posted again by itself; the page on which it stood can be shown.
            let page = if is_safe(request.method()) { request.uri().path().to_owned() } else { came_from(&request) };
            return Redirect::to(&format!("/login?next={}", encode(&page))).into_response();
        }
        None => {}
    }
    with_status(next.run(request).await).await
}

/// Who is signed in with the cookie of a request.
async fn signed_in(state: &AppState, headers: &HeaderMap) -> domain::Result<Option<Principal>> {
    let Some(token) = SessionToken::shown(headers, &state.public_url) else { return Ok(None) };
    let Some(session) = find(&state.env, token.key()).await? else { return Ok(None) };
    if let Err(error) = touch(&state.env, &session).await {
        // Where nothing can be written the console can still be read, until the session seems unused.
        tracing::error!(error = &error as &dyn std::error::Error, "the use of a session could not be recorded");
    }
    Ok(Some(session.principal))
}

/// Whether a browser posts a form of a page by itself; islands ask for JSON.
fn is_plain_form(request: &Request) -> bool {
    let accepts = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    request.uri().path().starts_with(API) && accepts.is_some_and(|accept| accept.contains("text/html"))
}

/// The page of ours on which a form stood.
fn came_from(request: &Request) -> String {
    let referer = request.headers().get(header::REFERER).and_then(|referer| referer.to_str().ok());
    let page = referer.and_then(|referer| referer.parse::<Uri>().ok());
    let page = page.and_then(|page| page.into_parts().path_and_query);
    // Of an address that would not be gone back to, the page alone.
    let whole = page.as_ref().filter(|page| local(page.as_str()) == page.as_str());
    whole.map(|page| page.to_string()).or_else(|| page.map(|page| page.path().to_owned())).unwrap_or_default()
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// Answers under the functions' prefix stay in their own form.
pub(crate) async fn no_such_function(request: Request) -> Response {
    api_or_page(&request, ApiError::NotFound, StatusCode::NOT_FOUND)
}

/// Leptos answers every error of a server function with 500; the error itself knows better.
async fn with_status(mut response: Response) -> Response {
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

/// Keeps what may stand in a query unescaped; paths of pages hold little else.
fn encode(path: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.');
    path.bytes().map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
