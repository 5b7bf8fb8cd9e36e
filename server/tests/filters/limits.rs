//! The limits of filters and bodies, from the last request that is accepted to the first that is refused.

use crate::support::{Answer, TestApp, Value, entra_user, json};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};

on_both!(filters_are_served_up_to_their_limits, bodies_are_read_up_to_their_limits, compressed_bodies_are_refused);

/// Sends a body unchanged.
async fn send(app: &TestApp, method: Method, path: &str, body: Vec<u8>) -> Answer {
    let request = Request::builder().method(method).uri(format!("/scim/v2{path}"));
    let request = request.header(header::AUTHORIZATION, format!("Bearer {}", app.token));
    app.send(request.body(Body::from(body)).unwrap()).await
}

async fn filters_are_served_up_to_their_limits(app: TestApp) {
    app.user("ada").await;
    for (path, name) in [("/Users", "userName"), ("/Groups", "displayName")] {
        let nested =
            |word: &str, depth: usize| format!("{}{name} pr{}", format!("{word}(").repeat(depth), ")".repeat(depth));
        let chain = |terms: usize, joined: &str| vec![format!("{name} ew \"marker\""); terms].join(joined);
        let long = |length: usize| format!("{name} ne \"{}\"", "x".repeat(length - name.len() - 6));
        for (accepted, refused) in [
            (nested("", 40), nested("", 41)),
            (nested("not ", 40), nested("not ", 41)),
            (chain(200, " and "), chain(201, " and ")),
            (chain(200, " or "), chain(201, " or ")),
            (long(8192), long(8193)),
        ] {
            let search = format!("{path}/.search");
            app.post(&search, json!({"filter": accepted})).await.expect(StatusCode::OK);
            let answer = app.post(&search, json!({"filter": refused})).await.expect(StatusCode::BAD_REQUEST);
            assert_eq!(answer.json()["scimType"], "invalidFilter");
            assert!(!answer.text.contains("marker") && answer.text.len() < 400, "{}", answer.text);
        }
    }
}

async fn bodies_are_read_up_to_their_limits(app: TestApp) {
    let id = app.user("ada").await;
    let padded = |body: Value, length: usize| {
        let mut bytes = body.to_string().into_bytes();
        bytes.resize(length, b' ');
        bytes
    };
    let (small, large) = (1024 * 1024, 5 * 1024 * 1024);
    for (path, body, limit) in
        [("/Users", entra_user("grace"), small), ("/Groups", json!({"displayName": "Staff", "members": []}), large)]
    {
        let answer = send(&app, Method::POST, path, padded(body.clone(), limit + 1)).await;
        answer.expect(StatusCode::PAYLOAD_TOO_LARGE);
        send(&app, Method::POST, path, padded(body, limit)).await.expect(StatusCode::CREATED);
    }
    // However the path is spelled.
    let body = padded(entra_user("hopper"), small + 1);
    send(&app, Method::POST, "/%55sers", body).await.expect(StatusCode::PAYLOAD_TOO_LARGE);
    let many = |count: usize| vec![json!({"op": "replace", "path": "title", "value": "x"}); count];
    let user = format!("/Users/{id}");
    app.patch(&user, json!(many(1001))).await.expect(StatusCode::PAYLOAD_TOO_LARGE);
    app.patch(&user, json!(many(1000))).await.expect(StatusCode::OK);
    let nested = |depth: usize| format!("{{\"x\":{}1{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
    for text in [
        nested(65),
        "{\"x\":{\"a\":1,\"a\":2}}".to_owned(),
        "{\"x\\u0000\":1}".to_owned(),
        "{\"\\udc00\":1}".to_owned(),
        "{\"x\":-1e400}".to_owned(),
        "{\"Operations\":[{\"op\":\"add\",\"op\":\"remove\",\"path\":\"title\"}]}".to_owned(),
    ] {
        for (method, path) in [(Method::POST, "/Users"), (Method::PUT, &*user), (Method::PATCH, &*user)] {
            let answer = send(&app, method, path, text.clone().into_bytes()).await.expect(StatusCode::BAD_REQUEST);
            assert_eq!(answer.json()["scimType"], "invalidSyntax", "{text:.60}");
        }
    }
    let taken = format!("{{\"op\":\"add\",\"path\":\"x\",\"value\":{}}}", nested(61));
    send(&app, Method::PATCH, &user, format!("{{\"Operations\":[{taken}]}}").into_bytes()).await.expect(StatusCode::OK);
    assert_eq!(app.get("/Users").await.total(), 2);
}

async fn compressed_bodies_are_refused(app: TestApp) {
    let body = || Body::from(entra_user("ada").to_string());
    let post = |encoding: &str| {
        let request = Request::post("/scim/v2/Users").header(header::AUTHORIZATION, format!("Bearer {}", app.token));
        app.send(request.header(header::CONTENT_ENCODING, encoding).body(body()).unwrap())
    };
    for encoding in ["gzip", "deflate", "br", "zstd", "x-gzip", "identity, gzip", "GZIP"] {
        post(encoding).await.expect(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    assert_eq!(app.get("/Users").await.total(), 0);
    post("identity").await.expect(StatusCode::CREATED);
}
