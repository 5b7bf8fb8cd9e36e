//! Pages are compressed for browsers, but not what an attacker could measure.

use crate::support::TestApp;
use axum::{
    body::Body,
    http::{Request, header},
};
use flate2::read::GzDecoder;
use http_body_util::BodyExt;
use std::io::Read;

on_both!(pages_are_compressed_but_what_they_echo_is_not);

/// The bytes of an answer, and whether they are compressed.
async fn sent(
    app: &TestApp,
    request: axum::http::request::Builder,
    cookie: &str,
    body: &'static str,
) -> (bool, Vec<u8>) {
    let request = request.header(header::ACCEPT, "text/html").header(header::ACCEPT_ENCODING, "gzip, deflate, br");
    let request = request.header(header::COOKIE, cookie).header(header::ORIGIN, crate::support::URL);
    let (parts, body) = app.answer(request.body(Body::from(body)).unwrap()).await.into_parts();
    let is_compressed = parts.headers.get(header::CONTENT_ENCODING).is_some_and(|coding| coding == "gzip");
    (is_compressed, body.collect().await.unwrap().to_bytes().to_vec())
}

async fn pages_are_compressed_but_what_they_echo_is_not(app: TestApp) {
    let cookie = app.administrator("gate-0001").await;
    for n in 0..20 {
        app.user(&format!("person-{n}")).await;
    }
    for path in ["/admin", "/admin/users", "/admin/audit", "/admin/sso/scim", "/admin/nothing"] {
        let (is_compressed, body) = sent(&app, Request::get(path), &cookie, "").await;
        assert!(is_compressed, "{path}");
        let mut page = String::new();
        GzDecoder::new(&body[..]).read_to_string(&mut page).unwrap();
        assert!(page.contains(r#"href="/inter.woff2" as="font""#), "{path}: {page}");
        assert!(page.starts_with("<!DOCTYPE html>") && page.contains("Sign out"), "{path}: {page}");
        assert!(body.len() * 2 < page.len(), "{path}: {} of {}", body.len(), page.len());
    }
    for path in ["/admin/users?q=person", "/admin/activity?show=refused", "/login?next=/admin/users"] {
        let (is_compressed, body) = sent(&app, Request::get(path), &cookie, "").await;
        assert!(!is_compressed && !body.is_empty(), "{path}");
    }
    let form = |path| Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    for (path, body) in [
        ("/login", "name=gate-0001&secret=wrong&next=/admin/users"),
        ("/admin/confirm", "secret=&reason=&next=/admin/users"),
        ("/admin/api/create_token", "name=Entra&expires=0"),
        ("/admin/audit/export.csv", ""),
    ] {
        assert!(!sent(&app, form(path), &cookie, body).await.0, "{path}");
    }
}
