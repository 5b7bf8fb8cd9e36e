//! A25: the name by which a caller addresses us appears nowhere.

use crate::{
    defences::{listening::Listening, routes},
    support::{Answer, TestApp, URL, entra_user},
};
use axum::{
    body::Body,
    http::{HeaderValue, Request, StatusCode, Version, header},
};
use server::ServerLimits;

on_both!(
    a25_another_name_gets_nothing,
    a25_forwarded_names_are_not_read,
    a25_health_answers_under_any_name,
    a25_the_name_is_given_once,
    a25_on_the_wire,
);

const EVIL: [&str; 7] = [
    "evil.example",
    "evil.example:443",
    "id.corp.example.evil.example",
    "evil.example@id.corp.example",
    "id.corp.example:evil.example",
    "127.0.0.1:8080, evil.example",
    "<script>evil.example</script>",
];

fn told(answer: &Answer) -> String {
    format!("{:?}{}", answer.headers, answer.text)
}

async fn everything(app: &TestApp) -> Vec<String> {
    let (user, group) = routes::inhabited(app).await;
    let assets = routes::assets(app).await;
    let others = ["/", "/login", "/logout", "/nothing", "/admin/nothing", "/scim/nothing", "/scim/v2/nothing"]
        .map(str::to_owned);
    [routes::scim(&user, &group), routes::pages(&user, &group), routes::functions(), assets, others.to_vec()].concat()
}

async fn a25_another_name_gets_nothing(app: TestApp) {
    let secret = app.break_glass("gate-test").await;
    let cookie = app.sign_in("gate-test", &secret).await;
    let everything = everything(&app).await;
    // The first use of the token has an event of its own.
    app.recorder.flush().await;
    let events = app.host.count_events().await.unwrap();
    for path in everything {
        for evil in EVIL {
            for method in ["GET", "POST"] {
                let request = Request::builder().method(method).uri(&path).header(header::HOST, evil);
                let request = request.header(header::COOKIE, &cookie).header(header::ORIGIN, URL);
                let request = request.header(header::AUTHORIZATION, format!("Bearer {}", app.token));
                let answer = app.send(request.body(Body::empty()).unwrap()).await;
                assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{method} {path} {evil}");
                assert!(!told(&answer).contains("evil"), "{method} {path} {evil}: {}", told(&answer));
                assert!(!answer.header(header::CONTENT_SECURITY_POLICY).is_empty(), "{path}");
                if path.starts_with("/scim") {
                    assert_eq!(answer.json()["status"], "421", "{path}: {}", answer.text);
                    assert!(answer.header(header::CONTENT_TYPE).starts_with("application/scim+json"), "{path}");
                } else {
                    assert!(answer.header(header::CONTENT_TYPE).starts_with("text/plain"), "{path}");
                }
            }
        }
    }
    assert_eq!(app.host.count_events().await.unwrap(), events);
}

async fn a25_forwarded_names_are_not_read(app: TestApp) {
    let secret = app.break_glass("gate-test").await;
    let cookie = app.sign_in("gate-test", &secret).await;
    for path in everything(&app).await {
        let request = Request::get(&path)
            .header("x-forwarded-host", "evil.example")
            .header("x-forwarded-server", "evil.example")
            .header("x-forwarded-proto", "evil")
            .header("x-host", "evil.example")
            .header("x-original-host", "evil.example")
            .header("forwarded", "for=evil;host=evil.example;proto=evil")
            .header(header::COOKIE, &cookie)
            .header(header::AUTHORIZATION, format!("Bearer {}", app.token));
        let answer = app.send(request.body(Body::empty()).unwrap()).await;
        assert_ne!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{path}");
        assert!(!told(&answer).contains("evil"), "{path}: {}", told(&answer));
    }
    let request = Request::post("/scim/v2/Users")
        .header("x-forwarded-host", "evil.example")
        .header(header::CONTENT_TYPE, "application/scim+json")
        .header(header::AUTHORIZATION, format!("Bearer {}", app.token));
    let answer = app.send(request.body(Body::from(entra_user("ada").to_string())).unwrap()).await;
    let location = format!("{URL}/scim/v2/Users/{}", answer.id());
    assert_eq!(answer.json()["meta"]["location"], location);
    assert_eq!(answer.expect(StatusCode::CREATED).header(header::LOCATION), location);
}

async fn a25_health_answers_under_any_name(app: TestApp) {
    for path in ["/healthz", "/readyz"] {
        for host in ["10.1.2.3:8080", "evil.example"] {
            let request = Request::get(path).header(header::HOST, host).body(Body::empty()).unwrap();
            assert!(!told(&app.send(request).await.expect(StatusCode::OK)).contains(host));
        }
    }
    let request = Request::get("/healthz/").header(header::HOST, "evil.example").body(Body::empty()).unwrap();
    app.send(request).await.expect(StatusCode::MISDIRECTED_REQUEST);
}

async fn a25_the_name_is_given_once(app: TestApp) {
    for path in ["/login", "/healthz", "/scim/v2/Users"] {
        let mut request = Request::get(path).header(header::HOST, "id.corp.example").body(Body::empty()).unwrap();
        request.headers_mut().append(header::HOST, HeaderValue::from_static("id.corp.example"));
        app.send(request).await.expect(StatusCode::BAD_REQUEST);
    }
    let mut request = Request::get("/login").header(header::HOST, "id.corp.example").body(Body::empty()).unwrap();
    *request.version_mut() = Version::HTTP_10;
    app.send(request).await.expect(StatusCode::OK);
}

async fn a25_on_the_wire(app: TestApp) {
    let server = Listening::start(&app, ServerLimits::default()).await;
    let own = server.address;
    for (head, status) in [
        ("GET /login HTTP/1.1\r\nHost: id.corp.example\r\n".to_owned(), 200),
        ("GET /login HTTP/1.1\r\nHost: ID.corp.example:443\r\n".into(), 200),
        (format!("GET /login HTTP/1.1\r\nHost: {own}\r\n"), 200),
        (format!("GET /login HTTP/1.1\r\nHost: localhost:{}\r\n", own.port()), 200),
        ("GET https://id.corp.example/login HTTP/1.1\r\nHost: id.corp.example\r\n".into(), 200),
        ("GET /login HTTP/1.1\r\nHost: localhost\r\n".into(), 421),
        ("GET /login HTTP/1.1\r\nHost: evil.example\r\n".into(), 421),
        ("GET https://evil.example/login HTTP/1.1\r\nHost: id.corp.example\r\n".into(), 421),
        ("GET https://id.corp.example/login HTTP/1.1\r\nHost: evil.example\r\n".into(), 421),
        ("GET //evil.example/login HTTP/1.1\r\nHost: id.corp.example\r\n".into(), 404),
        ("CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n".into(), 421),
        ("GET /login HTTP/1.1\r\n".into(), 400),
        ("GET /login HTTP/1.1\r\nHost:\r\n".into(), 421),
        ("GET /login HTTP/1.1\r\nHost: id.corp.example\r\nHost: evil.example\r\n".into(), 400),
        ("GET /login HTTP/1.0\r\n".into(), 421),
        ("GET /readyz HTTP/1.0\r\n".into(), 200),
        ("GET /readyz HTTP/1.1\r\n".into(), 400),
    ] {
        let answer = server.exchange(format!("{head}Connection: close\r\n\r\n").as_bytes()).await;
        assert_eq!(answer.status, status, "{head}: {}", answer.text);
        assert!(!answer.text.contains("evil"), "{head}: {}", answer.text);
    }
}
