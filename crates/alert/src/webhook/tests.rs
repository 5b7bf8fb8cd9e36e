mod receiver;

use crate::{
    Authorities, Channel, ConfigError, SendError,
    testing::{SHORT, acceptor, authorities, deserted, hostile, message},
};
use receiver::{After, Receiver};
use serde_json::{Value, json};
use std::io::ErrorKind;
use tokio::time::{Instant, timeout};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NOW: i64 = 1_795_000_060;
const DONE: &str = "HTTP/1.1 204 No Content\r\n\r\n";

fn channel(url: &str) -> Channel {
    Channel::webhook(url, SECRET, &authorities()).unwrap()
}

/// The result of one delivery to a receiver with this answer.
async fn answered(answer: &str, after: After) -> Result<(), SendError> {
    let receiver = Receiver::start(answer, after).await;
    channel(&receiver.url("http")).send(&message(), NOW).await
}

/// The same for a channel with a short time limit.
async fn answered_late(answer: &str, after: After) -> Result<(), SendError> {
    let receiver = Receiver::start(answer, after).await;
    channel(&receiver.url("http")).within(SHORT).send(&message(), NOW).await
}

#[tokio::test]
async fn the_request_is_as_the_specification_says() {
    let receiver = Receiver::start(DONE, After::Close).await;
    let host = receiver.host();
    let channel = channel(&format!("http://{host}/hooks/a%20b?key=1#part"));
    assert_eq!(channel.send(&message(), NOW).await, Ok(()));
    let body = concat!(
        r#"{"type":"break_glass.signed_in","timestamp":"2026-11-18T11:06:40.007Z","data":{"id":"postern-audit-4711","#,
        r#""title":"Break-glass account fire-1 signed in","text":"Account: fire-1\nFrom: 192.0.2.7","#,
        r#""details":{"account":"fire-1"}}}"#
    );
    // The signature was made with another implementation: openssl dgst -sha256 -mac HMAC.
    let head = format!(
        "POST /hooks/a%20b?key=1 HTTP/1.1\r\nhost: {host}\r\nuser-agent: Postern\r\nconnection: close\r\n\
         content-type: application/json\r\nwebhook-id: postern-audit-4711\r\nwebhook-timestamp: 1795000060\r\n\
         webhook-signature: v1,GaQ8k6d7tLONeYCDla6XwZx8wxsAJOZyyi/cybZoN3k=\r\ncontent-length: 226\r\n\r\n"
    );
    let request = receiver.request().await;
    assert_eq!(request.head, head);
    assert_eq!(request.body, body);
}

#[tokio::test]
async fn any_2xx_is_success() {
    for status in ["200 OK", "202 Accepted", "299 Fine"] {
        assert_eq!(answered(&format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n"), After::Close).await, Ok(()));
    }
    let informed = format!("HTTP/1.1 103 Early Hints\r\n\r\n{DONE}");
    assert_eq!(answered(&informed, After::Close).await, Ok(()));
}

#[tokio::test]
async fn refusals_are_reported_by_their_code_only() {
    let refusal = answered("HTTP/1.1 500 hunter2\r\nX-Secret: hunter2\r\n\r\nhunter2", After::Close).await.unwrap_err();
    assert_eq!(refusal, SendError::Status(500));
    assert_eq!(refusal.to_string(), "answered 500");
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = Receiver::start(DONE, After::Close).await;
    for code in [301, 302, 307, 308] {
        let answer = format!("HTTP/1.1 {code} Moved\r\nLocation: {}\r\n\r\n", elsewhere.url("http"));
        assert_eq!(answered(&answer, After::Close).await, Err(SendError::Redirect(code)));
    }
    assert!(timeout(SHORT, elsewhere.request()).await.is_err());
}

#[tokio::test]
async fn silence_ends_with_the_time() {
    let start = Instant::now();
    for answer in ["", "HTTP/1.1 200 OK\r\nX-Never", "HTTP/1.1 102 Processing\r\n\r\n"] {
        assert_eq!(answered_late(answer, After::Hang).await, Err(SendError::TimedOut));
    }
    assert!(start.elapsed() >= SHORT * 3);
}

#[tokio::test]
async fn endless_answers_are_cut() {
    let interim = "HTTP/1.1 102 Processing\r\n\r\n";
    assert_eq!(answered_late(interim, After::Endless(interim)).await, Err(SendError::TimedOut));
    let head = answered("HTTP/1.1 200 OK\r\nX-Long: ", After::Endless("x")).await;
    assert!(matches!(head, Err(SendError::Protocol(_))), "{head:?}");
    // The head suffices; the body is not read.
    assert_eq!(answered("HTTP/1.1 200 OK\r\n\r\n", After::Endless("x")).await, Ok(()));
}

#[tokio::test]
async fn what_is_no_http_is_reported() {
    for answer in ["", "SSH-2.0-OpenSSH_10.0\r\n", "HTTP/1.1 OK\r\n\r\n"] {
        let result = answered(answer, After::Close).await;
        assert!(matches!(result, Err(SendError::Protocol(_))), "{result:?}");
    }
    let gone = channel(&format!("http://{}", deserted()));
    let refused = Err(SendError::Connection(ErrorKind::ConnectionRefused));
    assert_eq!(gone.send(&message(), NOW).await, refused);
}

#[tokio::test]
async fn hostile_text_stays_in_its_place() {
    let receiver = Receiver::start(DONE, After::Close).await;
    assert_eq!(channel(&receiver.url("http")).send(&hostile(), NOW).await, Ok(()));
    let request = receiver.request().await;
    assert_eq!(request.head.lines().count(), 10, "{}", request.head);
    let id = "4711Eve=0D=0ABcc=3A=20all=40corp=2Eexample=0D=0A=0D=0A=2E=0D=0A=1B=5B31m=E2=80=AE=22=5D=5C=C3=A9";
    assert_eq!(request.header("webhook-id"), id);
    let body: Value = serde_json::from_str(&request.body).unwrap();
    let title = body["data"]["title"].as_str().unwrap();
    assert!(title.starts_with(r#"Eve  Bcc: all@corp.example    .  \u{1b}[31m\u{202e}"]\éé"#), "{title}");
    assert_eq!(title.chars().count(), 301);
    assert!(!body["data"]["text"].as_str().unwrap().contains(['\r', '\u{1b}', '\u{202e}']));
    assert_eq!(body["data"]["details"], hostile().details);
    assert_eq!(body["timestamp"], json!("9999-12-31T23:59:59.999Z"));
}

#[tokio::test]
async fn tls_needs_a_trusted_certificate_for_the_name() {
    let deliver = async |host: &str, authorities: &Authorities| {
        let receiver = Receiver::start_tls(DONE, acceptor()).await;
        let url = receiver.url("https").replace("127.0.0.1", host);
        Channel::webhook(&url, SECRET, authorities).unwrap().send(&message(), NOW).await
    };
    assert_eq!(deliver("localhost", &authorities()).await, Ok(()));
    assert_eq!(deliver("localhost", &Authorities::default()).await, Err(SendError::Tls));
    assert_eq!(deliver("127.0.0.1", &authorities()).await, Err(SendError::Tls));
}

#[test]
fn only_urls_that_keep_the_alert_private_are_taken() {
    let read = |url: &str| Channel::webhook(url, SECRET, &Authorities::default()).map(|channel| channel.describe());
    for (url, shown) in [
        ("https://Hooks.corp.example/T0/hunter2?sig=hunter2", "https://hooks.corp.example"),
        ("https://hooks.corp.example:8443", "https://hooks.corp.example:8443"),
        ("https://10.0.0.7/", "https://10.0.0.7"),
        ("http://localhost:3000/x", "http://localhost:3000"),
        ("http://[::1]:3000/x", "http://[::1]:3000"),
        ("http://127.1/x", "http://127.0.0.1"),
    ] {
        assert_eq!(read(url), Ok(shown.to_owned()), "{url}");
    }
    for url in [
        "",
        "hunter2",
        "https://",
        "ftp://localhost/hunter2",
        "http://hooks.corp.example/hunter2",
        "http://127.0.0.1.corp.example/hunter2",
        "http://10.0.0.7/hunter2",
        "https://ada:hunter2@hooks.corp.example/",
        "https://ada@hooks.corp.example/",
    ] {
        let ConfigError(reason) = read(url).unwrap_err();
        assert!(!reason.contains("hunter2"), "{url}");
    }
}

#[test]
fn debug_shows_no_secret() {
    let channel = channel("https://hooks.corp.example/T0/hunter2?sig=hunter2");
    assert_eq!(channel.name(), "webhook");
    assert_eq!(format!("{channel:?}"), "Channel(webhook, https://hooks.corp.example)");
}
