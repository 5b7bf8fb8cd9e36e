//! One run: a database, its servers, and the connections that create users.

use crate::support::{
    Server,
    http::{Http, get, with_body},
    in_cluster, postern,
};
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection, QueryBuilder};
use std::{
    net::Ipv4Addr,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

/// How long users are created before the measurement, and during it.
const WARM_UP: Duration = Duration::from_secs(2);
const TIME: Duration = Duration::from_secs(8);

/// The parameters of a run.
#[derive(Clone, Copy)]
pub(crate) struct Run {
    /// How long a commit waits for others to share its write to the disk, in milliseconds.
    pub(crate) commit_millis: u32,
    /// Servers on one database.
    pub(crate) servers: u8,
    /// Connections to each of them.
    pub(crate) connections: usize,
}

/// Creates users and returns how many were acknowledged in a second.
pub(crate) async fn measure(cluster: &str, run: Run) -> f64 {
    let url = database(cluster, run).await;
    postern(&url, &["scim", "enable"]);
    let token = postern(&url, &["token", "create", "--name", "bench"]);
    let fields = format!("Authorization: Bearer {token}\r\nContent-Type: application/scim+json\r\n");
    let servers: Vec<Server> = (0..run.servers).map(|_| Server::start(&url, ("error", Stdio::inherit()))).collect();
    let next = Arc::new(AtomicUsize::new(0));
    let mut rate = 0.0;
    for time in [WARM_UP, TIME] {
        let (started, mut callers) = (Instant::now(), JoinSet::new());
        for (place, server) in (1..).zip(&servers) {
            for _ in 0..run.connections {
                callers.spawn(create(place, server.port, fields.clone(), next.clone(), started + time));
            }
        }
        let made: usize = callers.join_all().await.into_iter().sum();
        rate = made as f64 / started.elapsed().as_secs_f64();
    }
    let made = next.load(Ordering::Relaxed);
    assert_eq!(total(servers[0].port, &fields).await, made as u64, "whoever was acknowledged is there");
    drop(servers);
    verify(&url, made);
    rate
}

async fn create(place: u8, port: u16, fields: String, next: Arc<AtomicUsize>, end: Instant) -> usize {
    let (mut http, mut made) = (Http::connect(Ipv4Addr::new(127, 0, 0, place), port).await.unwrap(), 0);
    while Instant::now() < end {
        let body = user(next.fetch_add(1, Ordering::Relaxed)).to_string();
        let answer = http.call(&with_body("POST", port, "/scim/v2/Users", &fields, &body)).await.unwrap();
        assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
        made += 1;
    }
    made
}

async fn total(port: u16, fields: &str) -> u64 {
    let mut http = Http::connect(Ipv4Addr::LOCALHOST, port).await.unwrap();
    let answer = http.call(&get(port, "/scim/v2/Users?count=0", fields)).await.unwrap();
    let list: Value = serde_json::from_slice(&answer.body).unwrap();
    list["totalResults"].as_u64().unwrap()
}

/// The servers were killed; the export seals what they had not sealed.
fn verify(url: &str, made: usize) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("audit.jsonl");
    std::fs::write(&file, postern(url, &["audit", "export"]) + "\n").unwrap();
    let said = postern(url, &["audit", "verify", file.to_str().unwrap()]);
    let events: usize = said.split(' ').find_map(|word| word.parse().ok()).unwrap();
    assert!(events > made, "an event for each user, and some: {said}");
}

/// A fresh database whose commits take this long.
async fn database(cluster: &str, run: Run) -> String {
    let name = format!("bench_{}_{}_{}", run.commit_millis, run.servers, run.connections);
    let mut connection = PgConnection::connect(cluster).await.unwrap();
    for (before, after) in [
        ("CREATE DATABASE ", String::new()),
        ("ALTER DATABASE ", format!(" SET commit_delay = {}", run.commit_millis * 1_000)),
        ("ALTER DATABASE ", " SET commit_siblings = 0".to_owned()),
    ] {
        let mut statement = QueryBuilder::<sqlx::Postgres>::new(before);
        statement.push(&name).push(after);
        statement.build().execute(&mut connection).await.unwrap();
    }
    in_cluster(cluster, &name)
}

/// A user as Entra sends it.
fn user(n: usize) -> Value {
    let name = format!("person{n}@corp.example");
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "externalId": format!("5d1c3f0e-8a21-4a55-b1de-{n:012}"),
        "userName": name,
        "active": true,
        "displayName": format!("Person {n}"),
        "name": {"formatted": format!("Person {n}"), "familyName": n.to_string(), "givenName": "Person"},
        "emails": [{"primary": true, "type": "work", "value": name}]
    })
}
