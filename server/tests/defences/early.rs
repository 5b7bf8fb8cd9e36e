//! Answers that are sent before the body was read reach the caller, even one that is still sending; and connections end
//! only if that was announced.

use crate::{
    defences::listening::{Listening, PATIENCE},
    support::TestApp,
};
use axum::{Router, routing::get};
use server::{Drain, ServerLimits, TrustedProxies};
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

on_both!(
    a_refusal_reaches_who_is_still_sending,
    a_body_that_is_too_large_is_told_so,
    who_asks_first_sends_nothing,
    ra36_a_length_above_the_limit_is_refused_at_once,
    what_is_thrown_away_has_bounds,
    br2_a_query_that_is_not_encoded_is_served,
);

fn head(token: &str, length: usize, more: &str) -> String {
    format!(
        "POST /scim/v2/Users HTTP/1.1\r\nHost: id.corp.example\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/scim+json\r\nContent-Length: {length}\r\n{more}\r\n"
    )
}

/// The head of the next answer, and its body.
async fn answer(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    let text = timeout(PATIENCE, async {
        loop {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length =
                    head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
                if body.len() >= length.unwrap_or(0) {
                    return Some((head.to_owned(), body.to_owned()));
                }
            }
            if stream.read_buf(&mut bytes).await.ok()? == 0 {
                return None;
            }
        }
    });
    text.await.expect("an answer in time")
}

/// As a proxy does: the whole request first, and only then the answer.
async fn send_all(server: &Listening, request: &[u8]) -> (TcpStream, bool) {
    let mut stream = server.connect().await;
    for piece in request.chunks(16 * 1024) {
        if stream.write_all(piece).await.is_err() {
            return (stream, false);
        }
        sleep(Duration::from_micros(200)).await;
    }
    (stream, true)
}

async fn a_refusal_reaches_who_is_still_sending(app: TestApp) {
    let server = Listening::start(&app, ServerLimits::default()).await;
    for length in [300, 8_000, 60_000, 500_000, 1_048_000] {
        let request = [head("postern_scim_wrong", length, "").as_bytes(), &vec![b' '; length]].concat();
        let (mut stream, sent) = send_all(&server, &request).await;
        assert!(sent, "{length}: the connection ended while the body was sent");
        let (told, body) = answer(&mut stream).await.expect("an answer");
        assert!(told.starts_with("HTTP/1.1 401 ") && body.contains("bearer token"), "{told}");
        // The connection continues, because no answer announced its end.
        assert!(!told.to_lowercase().contains("connection: close"), "{told}");
        stream.write_all(&request).await.unwrap();
        assert!(answer(&mut stream).await.expect("another").0.starts_with("HTTP/1.1 401 "), "{length}");
    }
}

async fn a_body_that_is_too_large_is_told_so(app: TestApp) {
    let server = Listening::start(&app, ServerLimits::default()).await;
    for length in [1_100_000, 3_000_000, 10_000_000] {
        let request = [head(&app.token, length, "").as_bytes(), &vec![b' '; length]].concat();
        let (mut stream, sent) = send_all(&server, &request).await;
        let (told, _) = answer(&mut stream).await.expect("an answer");
        assert!(told.starts_with("HTTP/1.1 413 "), "{told}");
        assert_eq!(told.to_lowercase().contains("connection: close"), length > 1_200_000, "{told}");
        assert!(sent, "{length}: the connection ended while the body was sent");
    }
}

async fn who_asks_first_sends_nothing(app: TestApp) {
    let server = Listening::start(&app, ServerLimits::default()).await;
    let mut stream = server.connect().await;
    stream.write_all(head("postern_scim_wrong", 900_000, "Expect: 100-continue\r\n").as_bytes()).await.unwrap();
    let (told, _) = answer(&mut stream).await.expect("an answer");
    assert!(told.starts_with("HTTP/1.1 401 ") && told.to_lowercase().contains("connection: close"), "{told}");
}

/// RFC 7644 §3.7.4. The body never arrives.
async fn ra36_a_length_above_the_limit_is_refused_at_once(app: TestApp) {
    let server = Listening::start(&app, ServerLimits::default()).await;
    let (small, large) = (1024 * 1024, 5 * 1024 * 1024);
    for (path, length, limit) in [
        ("/Users", small + 1, small),
        ("/Users/.search", 3_000_000, small),
        ("/Groups", large + 1, large),
        ("/Bulk", large + 1, large),
        ("/Bulk", 4_294_967_296, large),
    ] {
        for expect in ["", "Expect: 100-continue\r\n"] {
            let mut stream = server.connect().await;
            stream.write_all(head(&app.token, length, expect).replace("/Users", path).as_bytes()).await.unwrap();
            let (told, body) = answer(&mut stream).await.expect("an answer");
            let lower = told.to_lowercase();
            assert!(
                told.starts_with("HTTP/1.1 413 ") && lower.contains("connection: close"),
                "{path} {length}: {told}"
            );
            assert!(lower.contains("content-type: application/scim+json"), "{path} {length}: {told}");
            assert!(body.contains("\"413\"") && body.contains(&format!(" {limit} bytes")), "{path} {length}: {body}");
        }
    }
    for (path, length) in [("/Users", small), ("/Groups", large), ("/Bulk", large)] {
        let mut stream = server.connect().await;
        let head = head(&app.token, length, "Expect: 100-continue\r\n").replace("/Users", path);
        stream.write_all(head.as_bytes()).await.unwrap();
        let (told, _) = answer(&mut stream).await.expect("an answer");
        assert!(told.starts_with("HTTP/1.1 100 "), "{path}: {told}");
    }
}

async fn br2_a_query_that_is_not_encoded_is_served(app: TestApp) {
    app.user("ada@corp.example").await;
    app.user("bob@corp.example").await;
    app.user("ann+x@corp.example").await;
    let server = Listening::start(&app, ServerLimits::default()).await;
    let mut stream = server.connect().await;
    for (query, found) in [
        ("filter=userName eq \"ada@corp.example\"", 1),
        ("filter=userName%20eq%20\"ADA@corp.example\"", 1),
        ("filter=userName eq \"<ada>\"", 0),
        ("filter=userName sw \"a\" or userName sw \"b\"&count=1", 3),
        ("filter=userName+co+%22corp%22", 3),
        ("filter=userName eq \"ann+x@corp.example\"", 1),
        ("filter=userName+eq+\"ann%2Bx@corp.example\"", 1),
        ("filter=emails[value eq \"bob@corp.example\"]", 1),
    ] {
        let request = format!(
            "GET /scim/v2/Users?{query} HTTP/1.1\r\nHost: id.corp.example\r\nAuthorization: Bearer {}\r\n\r\n",
            app.token
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let (told, body) = answer(&mut stream).await.expect("an answer");
        assert!(told.starts_with("HTTP/1.1 200 "), "{query}: {told} {body}");
        assert!(body.contains(&format!("\"totalResults\":{found},")), "{query}: {body}");
    }
}

/// A caller that sends a refused body for ever occupies a place only for a moment.
async fn what_is_thrown_away_has_bounds(app: TestApp) {
    let moment = Duration::from_millis(300);
    let drain = Drain { bytes: 10_000, time: moment };
    let server = Listening::start(&app, ServerLimits { rest: drain, linger: drain, ..ServerLimits::default() }).await;
    for (piece, pause) in [(1, 50), (4_096, 0)] {
        let mut stream = server.connect().await;
        stream.write_all(head("postern_scim_wrong", 1_000_000_000, "").as_bytes()).await.unwrap();
        let (mut reader, mut writer) = stream.split();
        let begun = Instant::now();
        let dribble = async {
            while writer.write_all(&vec![b' '; piece]).await.is_ok() {
                sleep(Duration::from_millis(pause)).await;
            }
        };
        let mut text = Vec::new();
        let read = async {
            // A caller that continues to send may see the end as a reset.
            let _ = reader.read_to_end(&mut text).await;
        };
        tokio::join!(dribble, read);
        assert!(begun.elapsed() < moment * 8, "{:?}", begun.elapsed());
        assert!(String::from_utf8_lossy(&text).starts_with("HTTP/1.1 401 "), "{text:?}");
    }
}

/// A proxy ends its idle connections itself; those of all other callers are ended.
#[tokio::test]
async fn proxies_keep_their_idle_connections() {
    let short = Duration::from_millis(200);
    for (trusted, keeps) in [("127.0.0.1/32", true), ("127.0.0.9/32", false)] {
        let limits = ServerLimits { head: short, proxy_head: PATIENCE, ..ServerLimits::default() };
        let proxies = TrustedProxies::new(vec![trusted.parse().unwrap()]);
        let router = Router::new().route("/", get(|| async { "hello" }));
        let server = Listening::router(router, limits, proxies).await;
        let mut stream = server.connect().await;
        let request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        stream.write_all(request).await.unwrap();
        answer(&mut stream).await.expect("an answer");
        sleep(short * 4).await;
        let went = stream.write_all(request).await.is_ok();
        assert_eq!(went && answer(&mut stream).await.is_some(), keeps);
    }
}
