//! A2: no way around the sign-in and the token.

use crate::{
    defences::routes::{self, METHODS, PUBLIC, bare},
    support::{self, TestApp, URL},
};
use app::App;
use axum::{
    body::Body,
    http::{Request, StatusCode},
};

on_both!(
    a02_every_route_has_a_door,
    a02_headers_do_not_lead_around_it,
    a02_these_and_no_others_are_public,
    every_page_is_sent_whole_and_linked,
);

/// Ways to write a path so that one part of a system may see another path than the next part does.
fn disguises(path: &str) -> Vec<String> {
    // A path of one part has no part before the last.
    let last = path.rfind('/').filter(|at| *at > 0).unwrap_or(path.len());
    let encoded = |byte: u8| format!("%{byte:02X}");
    let each: String = path.bytes().map(|byte| if byte == b'/' { "/".into() } else { encoded(byte) }).collect();
    let swapped: String = path
        .chars()
        .map(|c| if c.is_ascii_uppercase() { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() })
        .collect();
    let first = path.as_bytes().get(1).copied().unwrap_or(b'x');
    vec![
        path.to_owned(),
        each.clone(),
        each.replace('%', "%25"),
        format!("/{}{}", encoded(first), path.get(2..).unwrap_or_default()),
        path.replacen("/", "/%2F", 2).replacen("%2F", "", 1),
        swapped,
        path.replace('/', "//"),
        path.replace('/', "/./"),
        path.replace('/', "/%2e/"),
        format!("{};x", path),
        format!("{};x{}", &path[..last], &path[last..]),
        format!("{path}/"),
        format!("{path}//"),
        format!("{path}?"),
        format!("{path}.json"),
        format!("{path}%00"),
        format!("{path}%20"),
        format!("/login/..{path}"),
        format!("/login/%2e%2e{path}"),
        format!("/healthz/..;{path}"),
        format!("/pkg/..%2f..{path}"),
        format!("{URL}{path}"),
        format!("{URL}/{path}"),
    ]
}

async fn a02_every_route_has_a_door(app: TestApp) {
    let (user, group) = routes::inhabited(&app).await;
    app.recorder.flush().await;
    let before = (app.host.count_events().await.unwrap(), app.host.scim().await.unwrap().activity.calls);
    let routes = [routes::scim(&user, &group), routes::pages(&user, &group), routes::functions()].concat();
    assert!(routes.len() > 20, "{routes:?}");
    let mut tried = 0;
    for path in &routes {
        for target in disguises(path) {
            for method in METHODS {
                let answer = bare(&app, method, &target).await;
                assert!(!answer.status.is_success(), "{method} {target}: {}", answer.status);
                assert!(!answer.status.is_server_error(), "{method} {target}: {}", answer.status);
                // The guard itself answers, not a page or function that lacks its permission.
                let at_the_door = matches!(answer.status.as_u16(), 303 | 401 | 403);
                assert!(at_the_door || target != *path, "{method} {target}: {}", answer.status);
                let told = format!("{:?}{}", answer.headers, answer.text);
                for canary in ["canary", "Resources", "urn:ietf:params:scim:schemas", "Sign out", "secret_hash"] {
                    assert!(!told.contains(canary), "{method} {target} tells {canary}: {told}");
                }
                tried += 1;
            }
        }
    }
    assert!(tried > 5_000, "{tried}");
    app.recorder.flush().await;
    let after = (app.host.count_events().await.unwrap(), app.host.scim().await.unwrap().activity.calls);
    assert_eq!(before, after, "nothing was done and nobody was taken for the directory");
}

async fn a02_headers_do_not_lead_around_it(app: TestApp) {
    let (user, group) = routes::inhabited(&app).await;
    for path in [routes::scim(&user, &group), routes::pages(&user, &group), routes::functions()].concat() {
        for (name, value) in [
            ("x-http-method-override", "GET"),
            ("x-http-method", "DELETE"),
            ("x-method-override", "PATCH"),
            ("x-original-url", &path),
            ("x-rewrite-url", &path),
            ("x-forwarded-prefix", "/login"),
            ("x-forwarded-for", "127.0.0.1"),
            ("x-real-ip", "127.0.0.1"),
            ("x-remote-user", "admin"),
            ("authorization", "Basic YWRtaW46YWRtaW4="),
            ("authorization", "Bearer"),
            ("cookie", "__Host-postern=admin; postern=admin"),
        ] {
            for (method, target) in [("GET", path.as_str()), ("POST", &path), ("GET", "/nothing"), ("POST", "/login")] {
                let request = Request::builder().method(method).uri(target).header(name, value);
                let answer = app.send(request.body(Body::empty()).unwrap()).await;
                assert!(!answer.status.is_success(), "{method} {target} {name}: {}", answer.status);
                assert!(!answer.text.contains("canary"), "{method} {target} {name}");
            }
            let request = Request::get("/login").header(name, value).body(Body::empty()).unwrap();
            let answer = app.send(request).await.expect(StatusCode::OK);
            assert!(!answer.text.contains("canary") && answer.text.contains("Secret"), "{name}");
        }
    }
}

/// The sweep leaves out only what is public, and every route in it exists.
async fn a02_these_and_no_others_are_public(app: TestApp) {
    let (user, group) = routes::inhabited(&app).await;
    for path in PUBLIC {
        let expected = if path == "/" { StatusCode::SEE_OTHER } else { StatusCode::OK };
        bare(&app, "GET", path).await.expect(expected);
    }
    let assets = routes::assets(&app).await;
    assert!(assets.len() >= 4, "{assets:?}");
    for path in &assets {
        bare(&app, "GET", path).await.expect(StatusCode::OK);
    }
    for path in routes::scim(&user, &group) {
        let method = if path.ends_with(".search") { axum::http::Method::POST } else { axum::http::Method::GET };
        let answer = app.scim(method, &path["/scim/v2".len()..], None).await;
        assert_ne!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    let secret = app.break_glass("gate-test").await;
    let cookie = app.sign_in("gate-test", &secret).await;
    for path in routes::pages(&user, &group) {
        let answer = app.page(&path, Some(&cookie)).await;
        // There is no drill, and the token is another's: their pages say so in the frame.
        let framed = answer.status == StatusCode::NOT_FOUND && answer.text.contains("gate-test");
        assert!(answer.status.is_success() || answer.status.is_redirection() || framed, "{path}: {}", answer.status);
    }
    assert!(routes::functions().len() >= 3);
}

/// Pages that no page links to: people are sent there.
const NOT_LINKED: [&str; 2] = ["/login", "/admin/confirm"];

/// A page in any other mode is streamed: it answers 200 before it knows whether there is such a thing, and it is empty
/// without JavaScript.
async fn every_page_is_sent_whole_and_linked(app: TestApp) {
    let cookie = app.administrator("gate-0001").await;
    let start = app.page("/admin/sso/scim", Some(&cookie)).await.expect(StatusCode::OK).text;
    for route in leptos_axum::generate_route_list(App) {
        let path = route.path();
        assert_eq!(format!("{:?}", route.mode()), "Async", "{path}: ssr=SsrMode::Async in app/src/routes.rs");
        let needs_link = support::pages::is_one_page(path) && !NOT_LINKED.contains(&path);
        let is_linked = start.contains(&format!("href=\"{path}\""));
        assert!(is_linked || !needs_link, "{path}: a link in frame.rs or tabs.rs of app/src/components");
    }
}

/// The browser tests open every page of this list.
#[tokio::test]
async fn the_browser_tests_know_every_page() {
    const LIST: &str = include_str!("../../../end2end/tests/pages.ts");
    for path in support::pages::plain_pages() {
        assert!(LIST.contains(&format!("\"{path}\",")), "{path} is missing in end2end/tests/pages.ts");
    }
}
