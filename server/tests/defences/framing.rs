//! A36 to A38: messages that are too large, that can be read in two ways, or that grow when they are unpacked.

use crate::{
    defences::listening::{Listening, PATIENCE, ended},
    support::{TestApp, Value, json},
};
use server::{Drain, ServerLimits};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};

on_both!(
    a36_http2_is_not_spoken,
    a37_large_heads_are_refused,
    ra17_a_large_head_is_refused_in_the_form_of_scim,
    ra17_an_unreadable_head_is_refused_in_the_form_of_scim,
    a37_ambiguous_requests_are_refused,
    a37_a_second_request_is_watched_too,
    a37_plain_requests_go_on,
    a38_packed_bodies_are_not_read,
);

async fn a36_http2_is_not_spoken(app: TestApp) {
    let server = Listening::start(&app, ServerLimits::default()).await;
    let answer = server.exchange(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00").await;
    assert!(answer.status == 400 || answer.status == 505 || answer.text.is_empty(), "{answer:?}");
    let upgrade = b"GET /login HTTP/1.1\r\nHost: id.corp.example\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n";
    assert_eq!(server.exchange(upgrade).await.status, 200);
}

async fn a37_large_heads_are_refused(app: TestApp) {
    let server = Listening::start(&app, ServerLimits::default()).await;
    let headers = |count: usize| (0..count).map(|n| format!("x-{n}: y\r\n")).collect::<String>();
    for (head, status) in [
        (format!("GET /login HTTP/1.1\r\nHost: id.corp.example\r\nConnection: close\r\n{}", headers(60)), 200),
        (format!("GET /login HTTP/1.1\r\nHost: id.corp.example\r\n{}", headers(65)), 431),
        (format!("GET /login HTTP/1.1\r\nHost: id.corp.example\r\nCookie: {}\r\n", "x".repeat(40_000)), 431),
        (format!("GET /login HTTP/1.1\r\nHost: id.corp.example\r\nCookie: {}\r\n", "x".repeat(33_000)), 431),
    ] {
        let mut stream = server.connect().await;
        // The server may hang up before it has read all of this.
        let _ = stream.write_all(format!("{head}\r\n").as_bytes()).await;
        let answer = ended(&mut stream).await;
        assert_eq!(answer.status, status, "{}", answer.text);
    }
    let long = format!("GET /{} HTTP/1.1\r\nHost: id.corp.example\r\n\r\n", "x".repeat(30_000));
    let status = server.exchange(long.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n").as_bytes()).await.status;
    assert_eq!(status, 404);
    let answer = server.exchange(b"GET /login HTTP/1.1\r\nHost: id.corp.example\r\nConnection: close\r\n\r\n").await;
    assert_eq!(answer.status, 200, "and the server goes on");
}

/// RFC 7644 §3.12: errors are JSON.
async fn ra17_a_large_head_is_refused_in_the_form_of_scim(app: TestApp) {
    let server = Listening::start(&app, ServerLimits::default()).await;
    let long = "x".repeat(33_000);
    for (line, headers, status) in [
        (format!("GET /scim/v2/Users?filter={long}"), String::new(), 431),
        (format!("GET /scim/v2/Users?filter={long}{}", &long[..27_000]), String::new(), 431),
        (format!("GET /scim/v2/Groups/{long}"), String::new(), 431),
        ("POST /scim/v2/Bulk".to_owned(), format!("Content-Length: 2\r\nX-Long: {long}\r\n"), 431),
        ("GET /scim".to_owned(), format!("A: {}\r\nB: {}\r\n", &long[..20_000], &long[..20_000]), 431),
        // The parser itself refuses these.
        (format!("GET /scim/v2/Users?filter={}", long.repeat(2)), String::new(), 414),
        ("GET /scim/v2/Users".to_owned(), format!("X-Long: {}\r\n", long.repeat(3)), 431),
        ("GET /scim/v2/Users".to_owned(), (0..65).map(|n| format!("X-{n}: y\r\n")).collect(), 431),
    ] {
        let head = format!("{line} HTTP/1.1\r\nHost: id.corp.example\r\n{headers}\r\n");
        let answer = server.exchange(head.as_bytes()).await;
        let (told, body) = answer.text.split_once("\r\n\r\n").unwrap();
        assert!(told.to_lowercase().contains("content-type: application/scim+json"), "{line:.40}: {told}");
        let error: Value = serde_json::from_str(body).unwrap();
        let schemas = json!(["urn:ietf:params:scim:api:messages:2.0:Error"]);
        let expected = (status, &json!(status.to_string()), &schemas);
        assert_eq!((answer.status, &error["status"], &error["schemas"]), expected, "{line:.40}");
    }
}

/// RFC 7644 §3.12 again, for bytes that are not a request: RA17, BR2.
async fn ra17_an_unreadable_head_is_refused_in_the_form_of_scim(app: TestApp) {
    let server = Listening::start(&app, ServerLimits::default()).await;
    for (head, is_scim) in [
        ("GET/scim/v2/Users HTTP/1.1\r\n", true),
        ("GET /scim/v2/Users\u{7f} HTTP/1.1\r\n", true),
        ("GET /scim/v2/Users FTP/1.1\r\n", true),
        ("G\u{1}T /scim/v2/Users HTTP/1.1\r\n", true),
        ("GET /scim/v2/Users HTTP/1.1\r\nHost: id.corp.example\r\n: nameless\r\n", true),
        ("GET /scim/v2/Users HTTP/1.1\r\nHost: id.corp.example\r\nA b: c\r\n", true),
        ("GET /login page HTTP/1.1\r\nHost: id.corp.example\r\n", false),
        ("hello\r\n", false),
    ] {
        let answer = server.exchange(format!("{head}\r\n").as_bytes()).await;
        let (told, body) = answer.text.split_once("\r\n\r\n").unwrap();
        assert_eq!(answer.status, 400, "{head}: {told}");
        assert!(told.contains(&format!("content-length: {}", body.len())), "{head}: {told}");
        if is_scim {
            assert!(told.contains("content-type: application/scim+json"), "{head}: {told}");
            assert_eq!(serde_json::from_str::<Value>(body).unwrap()["status"], "400", "{head}: {body}");
        } else {
            assert_eq!(body, "This is not a valid HTTP request.\n", "{head}");
        }
    }
}

/// A header that appears twice, or can be read in two ways, is answered with 400 and the end of the connection.
async fn a37_ambiguous_requests_are_refused(app: TestApp) {
    let server = Listening::start(&app, ServerLimits::default()).await;
    let smuggled = "GET /healthz HTTP/1.1\r\nHost: id.corp.example\r\n\r\n";
    for head in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Content-Length: 5\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5, 5\r\n",
        "Content-Length: -5\r\n",
        "Content-Length : 5\r\n",
        "X: y\r\n folded\r\n",
        "X: y\rZ: w\r\n",
        "X: y\nZ: w\r\n",
        "X: \0\r\n",
        ": y\r\n",
        "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n",
    ] {
        for path in ["/login", "/scim/v2/Users", "/healthz"] {
            let request = format!("POST {path} HTTP/1.1\r\nHost: id.corp.example\r\n{head}\r\n0\r\n\r\n{smuggled}");
            let answer = server.exchange(request.as_bytes()).await;
            assert_eq!(answer.status, 400, "{path} {head:?}: {}", answer.text);
            assert_eq!(answer.text.matches("HTTP/1.1 ").count(), 1, "{path} {head:?}: {}", answer.text);
        }
    }
    let bare = server.exchange(b"GET /healthz HTTP/1.1\nHost: id.corp.example\n\n").await;
    assert_eq!(bare.status, 400, "{}", bare.text);
}

async fn a37_a_second_request_is_watched_too(app: TestApp) {
    let server = Listening::start(&app, ServerLimits::default()).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: id.corp.example\r\n\r\n").await.unwrap();
    let mut first = [0; 12];
    timeout(PATIENCE, stream.read_exact(&mut first)).await.expect("an answer").unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    let second =
        b"POST /login HTTP/1.1\r\nHost: id.corp.example\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n";
    stream.write_all(second).await.unwrap();
    let rest = ended(&mut stream).await.text;
    assert!(rest.contains("HTTP/1.1 400"), "{rest}");
}

/// Several requests on one connection, with bodies that look like requests; a chunked body is the last.
async fn a37_plain_requests_go_on(app: TestApp) {
    let server = Listening::start(&app, ServerLimits::default()).await;
    let inner = "POST /x HTTP/1.1\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n";
    let post = format!(
        "POST /login HTTP/1.1\r\nHost: id.corp.example\r\nOrigin: https://id.corp.example\r\n\
         Content-Type: text/plain\r\nContent-Length: {}\r\n\r\n{inner}",
        inner.len()
    );
    let health = "GET /healthz HTTP/1.1\r\nHost: id.corp.example\r\n\r\n";
    let token = &app.token;
    let coded = format!(
        "POST /scim/v2/Users HTTP/1.1\r\nHost: id.corp.example\r\nAuthorization: Bearer {token}\r\n\
         Transfer-Encoding: chunked\r\n\r\n12\r\n{{\"userName\":\"ada\"}}\r\n0\r\n\r\n"
    );
    let answers = server.exchange(format!("{health}{post}{health}{coded}{health}").as_bytes()).await.text;
    let statuses: Vec<&str> = answers.split("HTTP/1.1 ").skip(1).map(|answer| &answer[..3]).collect();
    assert_eq!(statuses, ["200", "415", "200", "201"], "{answers}");
    assert!(answers.rsplit("HTTP/1.1 ").next().unwrap().contains("connection: close"));
}

/// The body never arrives, but the answer does.
async fn a38_packed_bodies_are_not_read(app: TestApp) {
    // The server does not wait for bodies that are never sent.
    let drain = Drain { bytes: 1_000, time: Duration::from_millis(20) };
    let server = Listening::start(&app, ServerLimits { rest: drain, linger: drain, ..ServerLimits::default() }).await;
    for coding in ["gzip", "br", "zstd", "deflate", "identity, gzip", "GZIP", "x"] {
        for path in ["/scim/v2/Users", "/scim/v2/Groups", "/login", "/logout", "/admin/api/create_token"] {
            let head = format!(
                "POST {path} HTTP/1.1\r\nHost: id.corp.example\r\nOrigin: https://id.corp.example\r\n\
                 Authorization: Bearer {}\r\nContent-Encoding: {coding}\r\nContent-Length: 1000\r\n\r\n",
                app.token
            );
            let answer = server.exchange(head.as_bytes()).await;
            assert_eq!(answer.status, 415, "{path} {coding}: {}", answer.text);
        }
    }
    let plain = format!(
        "POST /scim/v2/Users HTTP/1.1\r\nHost: id.corp.example\r\nAuthorization: Bearer {}\r\n\
         Content-Encoding: Identity\r\nConnection: close\r\nContent-Length: 18\r\n\r\n{{\"userName\":\"ada\"}}",
        app.token
    );
    assert_eq!(server.exchange(plain.as_bytes()).await.status, 201);
}
