//! A26: no answer leads a browser away from us.

use crate::{
    defences::routes,
    support::{TestApp, URL},
};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};

on_both!(a26_no_open_redirect_after_signing_in, a26_no_redirect_to_a_foreign_referer);

const FOREIGN: [&str; 20] = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "%2f%2fevil.example",
    "/%2fevil.example",
    "/%5cevil.example",
    "https:evil.example",
    "https://evil.example",
    "https://id.corp.example@evil.example",
    "https://id.corp.example.evil.example/admin/",
    "javascript:alert(1)",
    "data:text/html,x",
    "/admin/\r\nLocation: https://evil.example",
    "/admin/%0d%0aSet-Cookie: a=b",
    "/admin/../..//evil.example",
    "//evil\u{3002}example",
    "\u{ff0f}\u{ff0f}evil.example",
    "\t//evil.example",
    "/admin//evil.example",
];

fn is_local(location: &str) -> bool {
    (location == "/admin" || location.starts_with("/admin/")) && !location.contains("evil") && !location.contains("//")
}

fn encode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

async fn a26_no_open_redirect_after_signing_in(app: TestApp) {
    let secret = app.break_glass("gate-test").await;
    for next in FOREIGN {
        let body = format!("name=gate-test&secret={secret}&next={}", encode(next));
        let answer =
            app.form(&format!("/login?next={}", encode(next)), None, &body).await.expect(StatusCode::SEE_OTHER);
        assert!(is_local(answer.header(header::LOCATION)), "{next:?}: {}", answer.header(header::LOCATION));
        assert!(!format!("{:?}", answer.headers).contains("evil"), "{next:?}");
    }
    for path in ["//evil.example", "/admin//evil.example", "/admin/%0d%0aLocation:evil", "/admin/..%2f%2fevil.example"]
    {
        let answer = app.page(path, None).await;
        let location = answer.header(header::LOCATION);
        assert!(location.is_empty() || location.starts_with("/login?next=/admin"), "{path}: {location}");
    }
}

async fn a26_no_redirect_to_a_foreign_referer(app: TestApp) {
    let secret = app.break_glass("gate-test").await;
    let mut cookie = app.sign_in("gate-test", &secret).await;
    let paths = [routes::functions(), vec!["/logout".into(), "/login".into()]].concat();
    for path in paths {
        for referer in ["https://evil.example/x", "//evil.example", "javascript:alert(1)", "/\\evil.example"] {
            for accept in ["text/html", "application/json", "*/*"] {
                let request = Request::post(&path)
                    .header(header::ORIGIN, URL)
                    .header(header::REFERER, referer)
                    .header(header::ACCEPT, accept)
                    .header(header::COOKIE, &cookie)
                    .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
                let answer = app.send(request.body(Body::from("on=true&name=x&id=x&secret=x")).unwrap()).await;
                let told = format!("{:?}{}", answer.headers, answer.text);
                assert!(!told.contains("evil") && !told.contains("alert(1)"), "{path} {accept}: {told}");
                if path == "/logout" {
                    cookie = app.sign_in("gate-test", &secret).await;
                }
            }
        }
    }
}
