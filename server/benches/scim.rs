//! What a SCIM call costs the server, in CPU time, at a thousand and at a hundred thousand users.
//!
//! The real binary runs as a process of its own; its CPU time (all threads, user and system) is read before and after
//! a number of calls on one connection. `cargo xtask bench [USERS …]`.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on should stop")]

mod support;

use http_body_util::{BodyExt, Full};
use hyper::{Request, body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::{process::Stdio, time::Instant};
use support::{Server, postern};
use tokio::{net::TcpStream, task::JoinSet};

const CALLS: usize = 4_000;
const WRITERS: usize = 64;

#[tokio::main]
async fn main() {
    let sizes: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![1_000, 100_000] } else { sizes };
    println!("{:<28}{:>10}{:>12}{:>12}{:>10}", "", "users", "CPU µs", "median µs", "calls");
    for users in sizes {
        bench(users).await;
    }
}

async fn bench(users: usize) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/postern.db", folder.path().display());
    postern(&url, &["scim", "enable"]);
    let token = postern(&url, &["token", "create", "--name", "bench"]);
    let server = Server::start(&url, ("warn", Stdio::inherit()));
    println!("{:<28}{:>10}{:>12.0}", "start to ready, ms", 0, server.ready.as_secs_f64() * 1e3);
    println!("{:<28}{:>10}{:>12.1}", "RSS when idle, MiB", 0, server.rss());
    let started = Instant::now();
    seed(&server, &token, users).await;
    let rate = users as f64 / started.elapsed().as_secs_f64();
    println!("{:<28}{users:>10}{rate:>12.0}", format!("durable creates/s, {WRITERS} clients"));
    let mut client = Client::connect(server.port, &token).await;
    let page = client.call("GET", "/Users?count=200", None).await;
    let ids: Vec<String> = page["Resources"].as_array().unwrap().iter().map(|user| text(&user["id"])).collect();
    let group = text(&client.call("POST", "/Groups", Some(json!({"displayName": "Everybody"}))).await["id"]);
    let id = |n: usize| ids[n % ids.len()].as_str();
    let rows: [(&str, usize, Make<'_>); 6] = [
        (
            "lookup by userName",
            CALLS,
            Box::new(|n| {
                let name = user_name(n * 7_919 % users);
                ("GET", format!("/Users?filter=userName+eq+%22{name}%22"), None)
            }),
        ),
        ("GET by id", CALLS, Box::new(|n| ("GET", format!("/Users/{}", id(n)), None))),
        ("page of 100", CALLS / 10, Box::new(|_| ("GET", "/Users?count=100".into(), None))),
        (
            "PATCH displayName",
            CALLS,
            Box::new(|n| {
                let operations = json!([{"op": "Replace", "path": "displayName", "value": format!("Name {n}")}]);
                ("PATCH", format!("/Users/{}", id(n)), Some(json!({"Operations": operations})))
            }),
        ),
        ("create", CALLS, Box::new(|n| ("POST", "/Users".into(), Some(user(users + n))))),
        (
            "member add",
            ids.len(),
            Box::new(|n| {
                let operations = json!([{"op": "Add", "path": "members", "value": [{"value": id(n)}]}]);
                ("PATCH", format!("/Groups/{group}"), Some(json!({"Operations": operations})))
            }),
        ),
    ];
    for (name, calls, make) in rows {
        let (mut times, cpu) = (Vec::with_capacity(calls), server.cpu());
        for n in 0..calls {
            let (method, path, body) = make(n);
            let started = Instant::now();
            client.call(method, &path, body).await;
            times.push(started.elapsed());
        }
        times.sort();
        let cpu = (server.cpu() - cpu) * 1e6 / calls as f64;
        let median = times[calls / 2].as_secs_f64() * 1e6;
        println!("{name:<28}{users:>10}{cpu:>12.0}{median:>12.0}{calls:>10}");
    }
    println!("{:<28}{users:>10}{:>12.1}", "RSS after the load, MiB", server.rss());
}

type Call = (&'static str, String, Option<Value>);
type Make<'a> = Box<dyn Fn(usize) -> Call + 'a>;

fn user_name(n: usize) -> String {
    format!("person{n}@corp.example")
}

fn user(n: usize) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "externalId": format!("5d1c3f0e-0000-4a55-b1de-{n:012}"),
        "userName": user_name(n),
        "active": true,
        "displayName": format!("Person {n}"),
        "name": {"formatted": format!("Person {n}"), "familyName": format!("{n}"), "givenName": "Person"},
        "emails": [{"primary": true, "type": "work", "value": user_name(n)}]
    })
}

async fn seed(server: &Server, token: &str, users: usize) {
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let (port, token) = (server.port, token.to_owned());
        writers.spawn(async move {
            let mut client = Client::connect(port, &token).await;
            for n in (writer..users).step_by(WRITERS) {
                client.call("POST", "/Users", Some(user(n))).await;
            }
        });
    }
    writers.join_all().await;
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

struct Client {
    connection: http1::SendRequest<Full<Bytes>>,
    host: String,
    token: String,
}

impl Client {
    async fn connect(port: u16, token: &str) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let (client, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        Self { connection: client, host: format!("127.0.0.1:{port}"), token: token.to_owned() }
    }

    async fn call(&mut self, method: &str, path: &str, body: Option<Value>) -> Value {
        let body = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
        let request = Request::builder().method(method).uri(format!("/scim/v2{path}")).header("host", &self.host);
        let request = request.header("authorization", format!("Bearer {}", self.token)).body(Full::new(body)).unwrap();
        self.connection.ready().await.unwrap();
        let response = self.connection.send_request(request).await.unwrap();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        assert!(status.is_success(), "{method} {path}: {status} {}", String::from_utf8_lossy(&bytes));
        serde_json::from_slice(&bytes).unwrap_or_default()
    }
}
