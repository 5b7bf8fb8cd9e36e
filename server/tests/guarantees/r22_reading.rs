//! Reading changes nothing: no GET and no HEAD leaves anything but the time at which its session was last used.

use crate::{
    guarantees::common::{assert_same, count, tables, without},
    support::{TestApp, URL},
};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};

on_both!(r22_no_get_changes_anything, r22_an_export_is_asked_for_by_our_own_page);

const EXPORTS: [&str; 2] = ["/admin/audit/export.csv", "/admin/audit/export.jsonl"];

async fn r22_no_get_changes_anything(app: TestApp) {
    let cookie = app.administrator("gate-0001").await;
    let (user, group) = (app.user("ada@corp.example").await, app.group("Everybody").await);
    let mut paths: Vec<String> =
        leptos_axum::generate_route_list(app::App).iter().map(|route| route.path().to_owned()).collect();
    paths.extend(leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned()));
    paths.extend(EXPORTS.map(str::to_owned));
    paths.extend(["/logout", "/admin/confirm", "/healthz", "/readyz", "/"].map(str::to_owned));
    for path in paths {
        let id = if path.contains("group") { &group } else { &user };
        let path = path.split('/').map(|part| if part.starts_with([':', '{']) { id } else { part });
        let path = path.collect::<Vec<_>>().join("/");
        for method in [Method::GET, Method::HEAD] {
            let before = without(tables(&app).await, &[("sessions", "seen")]);
            let request = Request::builder().method(&method).uri(&path).header(header::COOKIE, &cookie);
            let request = request.header(header::ACCEPT, "text/html").header("sec-fetch-site", "cross-site");
            let answer = app.send(request.body(Body::empty()).unwrap()).await;
            assert!(answer.status.as_u16() < 500, "{method} {path}: {}", answer.status);
            assert_same(&before, &without(tables(&app).await, &[("sessions", "seen")]), &format!("{method} {path}"));
        }
    }
}

async fn r22_an_export_is_asked_for_by_our_own_page(app: TestApp) {
    let cookie = app.administrator("gate-0001").await;
    for path in EXPORTS {
        app.page(path, Some(&cookie)).await.expect(StatusCode::METHOD_NOT_ALLOWED);
        for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://elsewhere.example")] {
            let request = Request::post(path).header(header::COOKIE, &cookie).header(name, value);
            app.send(request.body(Body::empty()).unwrap()).await.expect(StatusCode::FORBIDDEN);
        }
    }
    assert_eq!(count(&app, "audit.exported").await, 0);
    let page = app.page("/admin/audit", Some(&cookie)).await.expect(StatusCode::OK).text;
    for (number, path) in (1..).zip(EXPORTS) {
        assert!(page.contains(&format!("<form method=\"post\" action=\"{path}\"")), "{path}: {page}");
        let request = Request::post(path).header(header::COOKIE, &cookie).header(header::ORIGIN, URL);
        app.send(request.body(Body::empty()).unwrap()).await.expect(StatusCode::OK);
        assert_eq!(count(&app, "audit.exported").await, number);
    }
}
