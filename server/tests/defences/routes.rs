//! What there is to attack, according to the router itself.

use crate::support::{self, Answer, TestApp};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};

/// Every method that means something to some server.
pub(crate) const METHODS: [&str; 10] =
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY", "TRACE", "PROPFIND"];

/// What is public.
pub(crate) const PUBLIC: [&str; 4] = ["/", "/login", "/healthz", "/readyz"];

/// Paths of SCIM, for resources that exist.
pub(crate) fn scim(user: &str, group: &str) -> Vec<String> {
    let below = [
        "",
        "/",
        "/Users",
        "/Users/.search",
        &format!("/Users/{user}"),
        "/Groups",
        "/Groups/.search",
        &format!("/Groups/{group}"),
        "/ServiceProviderConfig",
        "/ResourceTypes",
        "/ResourceTypes/User",
        "/Schemas",
        "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User",
        "/.search",
    ];
    below.iter().map(|path| format!("/scim/v2{path}")).collect()
}

/// The pages that need a session, with these ids filled in.
pub(crate) fn pages(user: &str, group: &str) -> Vec<String> {
    let pages = support::pages::pages().into_iter().filter(|path| !PUBLIC.contains(&path.as_str()));
    let fill = |path: String| {
        let id = if path.contains("/groups/") { group } else { user };
        path.split('/').map(|part| if part.starts_with([':', '{']) { id } else { part }).collect::<Vec<_>>().join("/")
    };
    pages.map(fill).collect()
}

/// The server functions.
pub(crate) fn functions() -> Vec<String> {
    leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned()).collect()
}

/// The files that pages load.
pub(crate) async fn assets(app: &TestApp) -> Vec<String> {
    let page = app.page("/login", None).await.expect(StatusCode::OK).text;
    let named =
        page.split('"').filter(|part| part.starts_with('/') && part.contains('.') && !part.contains(['<', ' ']));
    let named: Vec<String> = named.map(str::to_owned).collect();
    let sheet = named.iter().find_map(|path| path.strip_suffix(".css")).expect("a style sheet").to_owned();
    [named, vec![format!("{sheet}.js"), format!("{sheet}.wasm")]].concat()
}

/// A user and a group that a stranger must not learn of.
pub(crate) async fn inhabited(app: &TestApp) -> (String, String) {
    (app.user("canary-user").await, app.group("canary-group").await)
}

/// A request with only a method and a target.
pub(crate) async fn bare(app: &TestApp, method: &str, target: &str) -> Answer {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    app.send(Request::builder().method(method).uri(target).body(Body::empty()).unwrap()).await
}
