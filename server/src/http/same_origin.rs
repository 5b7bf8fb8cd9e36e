//! Refuses changes that another site's page sends with the administrator's cookie.
//!
//! Browsers say where a request comes from: in `Sec-Fetch-Site`, or in `Origin` if they are older or the connection is
//! not trustworthy. A changing request with neither is refused as well.

use crate::{session, state::AppState};
use app::ApiError;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// Lets a request pass if it changes nothing, or if it comes from our own pages.
pub(crate) async fn guard(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    forget_foreign_referer(request.headers_mut(), state.public_url.as_str());
    if safe || is_ours(request.headers(), state.public_url.as_str()) {
        return next.run(request).await;
    }
    tracing::warn!(path = request.uri().path(), "refused a change that did not come from our own pages");
    if request.uri().path().starts_with(session::API) {
        return session::api_or_page(&request, ApiError::Forbidden, StatusCode::FORBIDDEN);
    }
    let (words, url) =
        ("This did not come from Postern's own pages, so nothing was changed.", state.public_url.as_str());
    (StatusCode::FORBIDDEN, format!("{words} Open Postern at {url}, or start it with another --public-url.\n"))
        .into_response()
}

/// A plain form that posts to a server function is redirected to its `Referer`, which must be one of our pages.
fn forget_foreign_referer(headers: &mut HeaderMap, origin: &str) {
    let rest = headers.get(header::REFERER).and_then(|value| value.to_str().ok()?.strip_prefix(origin));
    if !rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
        headers.remove(header::REFERER);
    }
}

fn is_ours(headers: &HeaderMap, origin: &str) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    match text("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => text(header::ORIGIN.as_str()) == Some(origin),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(site: Option<&'static str>, origin: Option<&'static str>) -> bool {
        let mut headers = HeaderMap::new();
        site.map(|value| headers.insert("sec-fetch-site", value.parse().unwrap()));
        origin.map(|value| headers.insert("origin", value.parse().unwrap()));
        is_ours(&headers, "https://id.corp.example")
    }

    #[test]
    fn our_own_pages_pass() {
        assert!(ours(Some("same-origin"), Some("https://id.corp.example")));
        assert!(ours(Some("same-origin"), None));
        assert!(ours(None, Some("https://id.corp.example")));
    }

    #[test]
    fn a_foreign_referer_is_forgotten() {
        let kept = |referer: &'static str| {
            let mut headers = HeaderMap::from_iter([(header::REFERER, referer.parse().unwrap())]);
            forget_foreign_referer(&mut headers, "https://id.corp.example");
            headers.contains_key(header::REFERER)
        };
        assert!(kept("https://id.corp.example") && kept("https://id.corp.example/admin/sso/scim"));
        for foreign in ["https://id.corp.example.evil.example/", "https://id.corp.example@evil.example", "//evil", "/x"]
        {
            assert!(!kept(foreign), "{foreign}");
        }
    }

    #[test]
    fn everybody_else_does_not() {
        for site in ["cross-site", "same-site", "none", ""] {
            assert!(!ours(Some(site), Some("https://id.corp.example")), "{site}");
        }
        for origin in ["null", "http://id.corp.example", "https://id.corp.example.evil.example", ""] {
            assert!(!ours(None, Some(origin)), "{origin}");
        }
        assert!(!ours(None, None));
    }
}
