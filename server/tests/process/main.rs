//! The real binary as a real process: its commands, its stop, what it still has to send after it was killed, and what
//! it does in an emergency.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on should fail")]

#[path = "../../../crates/store/tests/support/database.rs"]
#[expect(unreachable_pub, reason = "other test binaries share the file")]
mod database;
#[path = "../support/pages.rs"]
#[expect(unreachable_pub, reason = "other test binaries share the file")]
mod pages;

/// Runs tests that take a [`Database`] on both databases.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() { super::$name($crate::database::Database::sqlite().await).await })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() { super::$name($crate::database::Database::postgres().await).await })*
        }
    };
}

mod alerts;
mod audit;
mod backup;
mod binary;
mod browser;
mod busy;
mod proxies;
mod receivers;
mod recover;
mod restore;
mod secrets;
mod settings;

use binary::{PATIENCE, Server, fails, out, postern, run};
use browser::request;
use database::Database;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    process::Stdio,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    process::Command,
    task::JoinSet,
    time::{sleep, timeout},
};

on_both!(
    the_commands_do_what_they_say,
    a_server_starts_answers_and_stops,
    commands_work_beside_a_server,
    a_kill_loses_no_acknowledged_user,
);

async fn the_commands_do_what_they_say(database: Database) {
    let url = database.url();
    assert!(out(url, &["migrate"]).await.contains("schema"));
    let made = run(url, &["break-glass", "create", "gate"]).await;
    let (secret, said) = (String::from_utf8_lossy(&made.stdout), String::from_utf8_lossy(&made.stderr));
    assert!(secret.trim().len() == 35 && secret.lines().count() == 1, "{secret}");
    assert!(fails(url, &["break-glass", "create", "Not@Good"]).await.contains("lower-case"));
    let accounts: Value = serde_json::from_str(&out(url, &["break-glass", "list", "--json"]).await).unwrap();
    let name = accounts[0]["name"].as_str().unwrap();
    assert!(name.starts_with("gate-") && name.len() == 9 && said.contains(name), "{said}");
    assert_eq!(accounts[0]["proven"], json!(false));
    let other = out(url, &["break-glass", "reset", name]).await;
    assert_ne!(secret, other);
    assert!(fails(url, &["break-glass", "reset", "gate-none"]).await.contains("no break-glass account"));
    let enabled = run(url, &["scim", "enable"]).await;
    assert!(enabled.status.success() && String::from_utf8_lossy(&enabled.stderr).contains("warning"));
    let token = out(url, &["token", "create", "--name", "Entra"]).await;
    assert!(token.starts_with("postern_scim_") && token.lines().count() == 1);
    let full = std::fs::File::create("/dev/full").unwrap();
    let lost = postern(url, &["break-glass", "reset", name]).stdout(full).status().await.unwrap();
    assert!(!lost.success(), "a secret that could not be printed is no success");
    let tokens = out(url, &["token", "list", "--json"]).await;
    assert!(!tokens.contains(token.trim()));
    let tokens: Value = serde_json::from_str(&tokens).unwrap();
    out(url, &["token", "revoke", tokens[0]["id"].as_str().unwrap()]).await;
    assert!(fails(url, &["token", "revoke", "018f0000-0000-7000-8000-000000000000"]).await.contains("no token"));
    let status: Value = serde_json::from_str(&out(url, &["scim", "status", "--json"]).await).unwrap();
    assert_eq!((&status["provisioning"], &status["live_tokens"]), (&json!(true), &json!(0)));
    out(url, &["scim", "disable"]).await;
    assert!(fails(url, &["healthcheck", "--listen", "127.0.0.1:9"]).await.contains("does not answer"));
    assert!(fails("mysql://nowhere", &["scim", "status"]).await.contains("sqlite://"));
}

async fn a_server_starts_answers_and_stops(database: Database) {
    let mut server = Server::start(database.url()).await;
    assert!(server.said.contains("postern break-glass create"), "no terminal, no secret: {}", server.said);
    assert_eq!(
        out(database.url(), &["healthcheck", "--listen", &format!("127.0.0.1:{}", server.port)]).await,
        "ready\n"
    );
    assert_eq!(request(server.port, "GET", "/scim/v2/Users", "", None).await.unwrap().0, 401);
    let id = server.process.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
    let status = timeout(PATIENCE, server.process.wait()).await.expect("it stops by itself").unwrap();
    assert!(status.success(), "{status}");
}

async fn commands_work_beside_a_server(database: Database) {
    let server = Server::start(database.url()).await;
    let token = out(database.url(), &["token", "create", "--name", "Entra"]).await;
    let list = async || request(server.port, "GET", "/scim/v2/Users", token.trim(), None).await.unwrap();
    assert_eq!(list().await.0, 403);
    out(database.url(), &["scim", "enable"]).await;
    assert_eq!(list().await.0, 200);
    let tokens: Value = serde_json::from_str(&out(database.url(), &["token", "list", "--json"]).await).unwrap();
    out(database.url(), &["token", "revoke", tokens[0]["id"].as_str().unwrap()]).await;
    // The server remembers a token for half a second, unless it is the one that revokes it.
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(list().await.0, 401);
}

/// Behind a proxy the stop is announced: for a moment new connections are still served, and their answers announce
/// their end.
#[tokio::test]
async fn a_proxy_sees_the_end_coming() {
    let database = Database::sqlite().await;
    let mut server = Server::start_with(database.url(), |command| {
        command.args(["--trusted-proxy", "127.0.0.1"]).stderr(Stdio::null())
    })
    .await;
    let ready = async || {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port)).await?;
        stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n").await?;
        let mut buffer = vec![0; 4_096];
        let read = stream.read(&mut buffer).await?;
        std::io::Result::Ok(String::from_utf8_lossy(&buffer[..read]).to_lowercase())
    };
    let before = ready().await.unwrap();
    assert!(before.starts_with("http/1.1 200") && !before.contains("connection: close"), "{before}");
    let id = server.process.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
    let told = timeout(PATIENCE, async {
        loop {
            let answer = ready().await.expect("it still accepts");
            if answer.starts_with("http/1.1 503") {
                return answer;
            }
        }
    });
    assert!(told.await.expect("it says so").contains("connection: close"));
    let status = timeout(PATIENCE, server.process.wait()).await.expect("it stops by itself").unwrap();
    assert!(status.success(), "{status}");
}

/// A silent connection must give up its place: there are only so many.
#[tokio::test]
async fn a_silent_socket_is_cut() {
    let database = Database::sqlite().await;
    let server = Server::start(database.url()).await;
    let mut silent = TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
    let read = timeout(PATIENCE, silent.read(&mut [0; 64])).await.expect("the server hangs up");
    assert_eq!(read.unwrap_or(0), 0);
}

/// Writers record each acknowledged user; the server is killed while they write, again and again, and must know all of
/// these users. Each has one event in a log that verifies, although the last ones had not been sealed.
async fn a_kill_loses_no_acknowledged_user(database: Database) {
    out(database.url(), &["scim", "enable"]).await;
    let token = out(database.url(), &["token", "create", "--name", "Entra"]).await.trim().to_owned();
    let acknowledged = Arc::new(Mutex::new(Vec::<String>::new()));
    for round in 0..5_u64 {
        let mut server = Server::start(database.url()).await;
        let mut writers = JoinSet::new();
        for writer in 0..8 {
            let (token, ledger, port) = (token.clone(), acknowledged.clone(), server.port);
            writers.spawn(async move {
                for n in 0.. {
                    let name = format!("user-{round}-{writer}-{n}");
                    let user = json!({"userName": name, "emails": [{"type": "work", "value": name}]});
                    match request(port, "POST", "/scim/v2/Users", &token, Some(user)).await {
                        Some((201, _)) => ledger.lock().unwrap().push(name),
                        _ => return,
                    }
                }
            });
        }
        sleep(Duration::from_millis(150 + 130 * round)).await;
        server.process.kill().await.unwrap();
        writers.join_all().await;
        let ledger = acknowledged.lock().unwrap().clone();
        each_has_one_event(database.url(), &ledger).await;
    }
    let server = Server::start(database.url()).await;
    let ledger = acknowledged.lock().unwrap().clone();
    assert!(ledger.len() > 20, "too few writes to mean anything: {}", ledger.len());
    for name in &ledger {
        let path = format!("/scim/v2/Users?filter=userName+eq+%22{name}%22");
        let (status, body) = request(server.port, "GET", &path, &token, None).await.unwrap();
        assert_eq!((status, &body["totalResults"]), (200, &json!(1)), "{name} was acknowledged and is lost");
        assert_eq!(body["Resources"][0]["emails"][0]["value"], json!(name), "{name} is there by half");
    }
}

async fn each_has_one_event(url: &str, ledger: &[String]) {
    let export = out(url, &["audit", "export"]).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("audit.jsonl");
    std::fs::write(&file, &export).unwrap();
    out(url, &["audit", "verify", file.to_str().unwrap()]).await;
    let mut created = HashMap::<String, u32>::new();
    for event in export.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        if event["action"] == "user.created" {
            *created.entry(event["target_name"].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    assert!(created.values().all(|count| *count == 1), "an event is there twice");
    let lost: Vec<_> = ledger.iter().filter(|name| !created.contains_key(*name)).collect();
    assert!(lost.is_empty(), "without an event: {lost:?}");
}
