//! Long answers are compressed for clients that ask for this (RFC 9110 §12.5.3).

use crate::support::{TestApp, entra_user};
use axum::{
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use flate2::read::GzDecoder;
use http_body_util::BodyExt;
use std::io::Read;

on_both!(long_answers_are_compressed_for_those_who_ask, what_is_short_or_not_asked_for_stays_plain);

/// The headers and the bytes of an answer, as they are sent.
async fn raw(app: &TestApp, method: Method, path: &str, accepted: Option<&str>) -> (StatusCode, HeaderMap, Vec<u8>) {
    let request = Request::builder().method(method).uri(format!("/scim/v2{path}"));
    let mut request = request.header(header::AUTHORIZATION, format!("Bearer {}", app.token));
    if let Some(accepted) = accepted {
        request = request.header(header::ACCEPT_ENCODING, accepted);
    }
    let (parts, body) = app.answer(request.body(Body::empty()).unwrap()).await.into_parts();
    (parts.status, parts.headers, body.collect().await.unwrap().to_bytes().to_vec())
}

async fn people(app: &TestApp) {
    for number in 0..30 {
        app.post("/Users", entra_user(&format!("person-{number}"))).await.expect(StatusCode::CREATED);
    }
}

async fn long_answers_are_compressed_for_those_who_ask(app: TestApp) {
    people(&app).await;
    let (_, _, plain) = raw(&app, Method::GET, "/Users", None).await;
    for accepted in ["gzip", "br, gzip", "deflate, gzip;q=0.5, *;q=0", "GZIP"] {
        let (status, headers, body) = raw(&app, Method::GET, "/Users", Some(accepted)).await;
        assert_eq!(
            (status, &headers[header::CONTENT_ENCODING]),
            (StatusCode::OK, &"gzip".parse().unwrap()),
            "{accepted}"
        );
        assert_eq!(headers[header::CONTENT_TYPE], "application/scim+json");
        assert!(headers[header::VARY].to_str().unwrap().to_lowercase().contains("accept-encoding"));
        assert!(body.len() * 5 < plain.len(), "{} of {}", body.len(), plain.len());
        let mut read = Vec::new();
        GzDecoder::new(&body[..]).read_to_end(&mut read).unwrap();
        assert_eq!(read, plain);
    }
}

async fn what_is_short_or_not_asked_for_stays_plain(app: TestApp) {
    people(&app).await;
    for (path, accepted) in [
        ("/Users", None),
        ("/Users", Some("identity")),
        ("/Users", Some("gzip;q=0")),
        ("/Users", Some("zstd")),
        ("/Users?count=2", Some("gzip")),
        ("/Users/nobody", Some("gzip")),
    ] {
        let (_, headers, body) = raw(&app, Method::GET, path, accepted).await;
        assert_eq!(headers.get(header::CONTENT_ENCODING), None, "{path} {accepted:?}");
        assert_eq!(body.first(), Some(&b'{'), "{path} {accepted:?}");
    }
}
