use super::{SIGNED_IN, SignedIn, store::key};
use crate::state::{AppState, ClientAddress};
use app::ApiError;
use axum::{
    extract::{Request, State},
    http::{StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use domain::{
    console::{Console, Principal},
    role::Role,
};
use leptos::server_fn::error::FromServerFnError;
use std::sync::Arc;
use tower_sessions::{Session, session::Error};

/// Where server functions are.
pub(crate) const API: &str = "/admin/api/";

/// Puts a [`Console`] into the request of somebody who is signed in; sends everybody else away from `/admin`.
pub(crate) async fn guard(
    State(state): State<AppState>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    let signed_in = match session.get::<SignedIn>(SIGNED_IN).await {
        Ok(signed_in) => signed_in.zip(session.id()).and_then(|(signed_in, id)| signed_in.principal(key(&id))),
        // What another version wrote is nobody's session here.
        Err(Error::SerdeJson(_)) => None,
        Err(Error::Store(_)) => return api_or_page(&request, ApiError::Unavailable, StatusCode::SERVICE_UNAVAILABLE),
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
        None if request.uri().path().starts_with(API) => {
            return api_or_page(&request, ApiError::Unauthorized, StatusCode::UNAUTHORIZED);
        }
        None if request.uri().path().starts_with("/admin") => {
            return Redirect::to(&format!("/login?next={}", encode(request.uri().path()))).into_response();
        }
        None => {}
    }
    with_status(next.run(request).await).await
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
    page.map(|page| page.path().to_owned()).unwrap_or_default()
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
