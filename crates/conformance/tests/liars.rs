//! Servers that send the same answer to every request. A case that one of them passes checks nothing.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should fail")]

use conformance::{CaseOutcome, ServerUnderTest, run};
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// Reads one request after the other and sends the same answer to each, until the caller hangs up.
async fn lie(stream: TcpStream, answer: String) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let (mut length, mut line) = (0, String::new());
        while line != "\r\n" {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        stream.read_exact(&mut vec![0; length]).await?;
        stream.write_all(answer.as_bytes()).await?;
    }
}

async fn passed(status: u16, body: &str) -> Vec<String> {
    let head = format!("HTTP/1.1 {status} X\r\nContent-Type: application/scim+json\r\nWWW-Authenticate: Bearer\r\n");
    let answer = match status {
        204 | 304 => format!("{head}\r\n"),
        _ => format!("{head}Allow: GET, POST, PATCH\r\nContent-Length: {}\r\n\r\n{body}", body.len()),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/scim/v2", listener.local_addr().unwrap());
    let lying = tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(lie(stream, answer.clone()));
        }
    });
    let report = run(&ServerUnderTest::new(&url, "token").unwrap(), None, 16).await;
    lying.abort();
    let passed = report.verdicts.into_iter().filter(|verdict| verdict.outcome == CaseOutcome::Passed);
    passed.map(|verdict| verdict.name).collect()
}

#[tokio::test]
async fn who_refuses_everything_passes_nothing() {
    let mut wrong = Vec::new();
    for (status, kind) in [
        (400, "invalidFilter"),
        (400, "invalidSyntax"),
        (400, "invalidValue"),
        (400, "invalidPath"),
        (401, ""),
        (404, ""),
        (405, ""),
        (409, "uniqueness"),
        (413, ""),
        (501, ""),
    ] {
        let body =
            json!({"schemas": [ERROR], "status": status.to_string(), "scimType": kind, "detail": "Never at all."});
        wrong.extend(passed(status, &body.to_string()).await);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn who_agrees_to_everything_passes_nothing() {
    let list = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": 0, "startIndex": 1,
        "itemsPerPage": 0, "Resources": []});
    let user = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "1", "userName": "x",
        "displayName": "x", "active": true, "meta": {"resourceType": "User", "version": "W/\"1\""}});
    let mut wrong = passed(204, "").await;
    for (status, body) in [(200, &list), (200, &user), (201, &user)] {
        wrong.extend(passed(status, &body.to_string()).await);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
