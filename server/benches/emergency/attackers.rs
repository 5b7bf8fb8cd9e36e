//! What a caller with one token, one address behind the proxy and a few of its own can do to a server, all at once.

use crate::support::http::{Http, get, with_body};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    net::Ipv4Addr,
    sync::{Arc, Mutex},
    thread::JoinHandle,
    time::Duration,
};
use tokio::{
    io::AsyncWriteExt,
    net::TcpSocket,
    task::JoinSet,
    time::{Instant, sleep, timeout_at},
};

/// The proxy that the server trusts.
pub(crate) const PROXY: Ipv4Addr = Ipv4Addr::new(127, 80, 0, 1);

/// Just below the largest document that is accepted: each of these characters takes six bytes in JSON.
const PADDING: usize = 20_000;

/// One way to do harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attack {
    /// 120 connections that change the largest documents.
    Writers,
    /// 120 connections of the slowest filter.
    Filters,
    /// 1,000 bodies that never end, behind a trusted proxy.
    SlowBodiesBehindProxy,
    /// The same from 17 addresses.
    SlowBodies,
    /// 60 bulk requests at once.
    Bulk,
    /// 60 lists of the largest documents, read slowly.
    SlowReaders,
    /// 4 groups that tens of thousands of people join and leave with each call.
    Crowds,
}

impl Attack {
    /// All of them.
    pub(crate) const ALL: [Self; 7] = [
        Self::Writers,
        Self::Filters,
        Self::SlowBodiesBehindProxy,
        Self::SlowBodies,
        Self::Bulk,
        Self::SlowReaders,
        Self::Crowds,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Writers => "writers of large documents",
            Self::Filters => "slow filters",
            Self::SlowBodiesBehindProxy => "slow bodies behind a proxy",
            Self::SlowBodies => "slow bodies from 17 addresses",
            Self::Bulk => "bulk requests",
            Self::SlowReaders => "slow readers",
            Self::Crowds => "crowds that join and leave",
        }
    }
}

/// An attack with what it needs: requests that were prepared beforehand.
pub(crate) struct Prepared {
    port: u16,
    /// Each connection's address, and what it sends again and again.
    connections: Vec<(Ipv4Addr, Vec<Vec<u8>>)>,
    is_slow: bool,
}

/// Makes the users that an attack needs, and its requests.
pub(crate) async fn prepare(attack: Attack, port: u16, token: &str) -> Prepared {
    let fields = format!("Authorization: Bearer {token}\r\nContent-Type: application/scim+json\r\n");
    let own = |n: usize| Ipv4Addr::new(127, 70, (n % 17) as u8, 7);
    let (connections, is_slow) = match attack {
        Attack::Writers => {
            let mut connections = Vec::new();
            for n in 0..120 {
                let id = large_user(port, &fields, &format!("large-{n}")).await;
                let toggles = ["true", "false"].map(|flag| {
                    let body = format!(r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{{"op":"replace","path":"urn:x:flag","value":{flag}}}]}}"#);
                    with_body("PATCH", port, &format!("/scim/v2/Users/{id}"), &fields, &body)
                });
                connections.push((own(n), toggles.to_vec()));
            }
            (connections, false)
        }
        Attack::Filters => {
            let terms: Vec<String> = (0..150).map(|n| format!("displayName+co+%22z{n}%22")).collect();
            let request = get(port, &format!("/scim/v2/Users?filter={}", terms.join("+or+")), &fields);
            ((0..120).map(|n| (own(n), vec![request.clone()])).collect(), false)
        }
        Attack::SlowBodiesBehindProxy => {
            let head = slow_body(port, "X-Forwarded-For: 192.0.2.7\r\n");
            ((0..1_000).map(|_| (PROXY, vec![head.clone()])).collect(), true)
        }
        Attack::SlowBodies => {
            let head = slow_body(port, "");
            ((0..1_000).map(|n| (own(n), vec![head.clone()])).collect(), true)
        }
        Attack::Bulk => {
            let operation = |n: usize| {
                let data = json!({"userName": format!("bulk-{n}"), "x": vec![json!({}); 190]});
                json!({"method": "POST", "path": "/Users", "bulkId": n.to_string(), "data": data})
            };
            let body = json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
                "Operations": (0..1_000).map(operation).collect::<Vec<_>>(),
            });
            let request = with_body("POST", port, "/scim/v2/Bulk", &fields, &body.to_string());
            ((0..60).map(|n| (own(n), vec![request.clone()])).collect(), false)
        }
        Attack::SlowReaders => {
            for n in 0..200 {
                large_user(port, &fields, &format!("long-{n}")).await;
            }
            let request = get(port, "/scim/v2/Users?count=200&filter=userName+sw+%22long-%22", &fields);
            ((0..60).map(|n| (own(n), vec![request.clone()])).collect(), true)
        }
        Attack::Crowds => {
            let members: Vec<_> = users(port, &fields).await.iter().map(|id| json!({ "value": id })).collect();
            let mut connections = Vec::new();
            for n in 0..4 {
                let group = json!({"displayName": format!("crowd-{n}")});
                let id = create(port, &fields, "/scim/v2/Groups", &group).await;
                let toggles = [json!(members), json!([])].map(|members| {
                    let body = json!({"Operations": [{"op": "replace", "path": "members", "value": members}]});
                    with_body("PATCH", port, &format!("/scim/v2/Groups/{id}"), &fields, &body.to_string())
                });
                connections.push((own(n), toggles.to_vec()));
            }
            (connections, false)
        }
    };
    Prepared { port, connections, is_slow }
}

/// A form of which only a little ever arrives.
fn slow_body(port: u16, fields: &str) -> Vec<u8> {
    format!(
        "POST /login HTTP/1.1\r\nHost: localhost:{port}\r\nSec-Fetch-Site: same-origin\r\n{fields}\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nname="
    )
    .into_bytes()
}

async fn large_user(port: u16, fields: &str, name: &str) -> String {
    let user = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name,
        "urn:x": {"pad": "\u{1}".repeat(PADDING), "flag": false},
    });
    create(port, fields, "/scim/v2/Users", &user).await
}

async fn create(port: u16, fields: &str, path: &str, resource: &Value) -> String {
    let request = with_body("POST", port, path, fields, &resource.to_string());
    let answer = Http::connect(Ipv4Addr::LOCALHOST, port).await.unwrap().call(&request).await.unwrap();
    assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
    let made: Value = serde_json::from_slice(&answer.body).unwrap();
    made["id"].as_str().unwrap().to_owned()
}

/// The ids of some users: as many as there are, but no more than fit into one body.
async fn users(port: u16, fields: &str) -> Vec<String> {
    const MOST: usize = 40_000;
    let (mut ids, mut connection) = (Vec::new(), Http::connect(Ipv4Addr::LOCALHOST, port).await.unwrap());
    loop {
        let path = format!("/scim/v2/Users?attributes=id&count=1000&startIndex={}", ids.len() + 1);
        let answer = connection.call(&get(port, &path, fields)).await.unwrap();
        let page: Value = serde_json::from_slice(&answer.body).unwrap();
        let found: Vec<&str> =
            page["Resources"].as_array().unwrap().iter().filter_map(|user| user["id"].as_str()).collect();
        ids.extend(found.iter().map(|id| (*id).to_owned()));
        if found.is_empty() || ids.len() >= MOST {
            ids.truncate(MOST);
            return ids;
        }
    }
}

/// Starts it, on a thread of its own. Returns the number of answers by status at the end; 0 means no answer.
pub(crate) fn start(prepared: Prepared, time: Duration) -> JoinHandle<BTreeMap<u16, u64>> {
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(attack(prepared, time))
    })
}

async fn attack(prepared: Prepared, time: Duration) -> BTreeMap<u16, u64> {
    let answers = Arc::new(Mutex::new(BTreeMap::new()));
    let (end, mut all) = (Instant::now() + time, JoinSet::new());
    let Prepared { port, connections, is_slow } = prepared;
    for (from, requests) in connections {
        let answers = answers.clone();
        all.spawn(async move {
            // At the end of the time, it stops wherever it is.
            let _ = timeout_at(end, async {
                for request in requests.iter().cycle() {
                    let status =
                        if is_slow { crawl(port, from, request).await } else { once(port, from, request).await };
                    *answers.lock().unwrap().entry(status).or_default() += 1;
                    if status == 0 || status == 429 || status == 503 {
                        sleep(Duration::from_millis(200)).await;
                    }
                }
            })
            .await;
        });
    }
    while all.join_next().await.is_some() {}
    let answers = answers.lock().unwrap();
    answers.clone()
}

async fn once(port: u16, from: Ipv4Addr, request: &[u8]) -> u16 {
    let Ok(mut connection) = Http::connect(from, port).await else { return 0 };
    connection.call(request).await.map_or(0, |answer| answer.status)
}

/// Sends a request and reads its answer as slowly as possible; returns when the server closes the connection.
async fn crawl(port: u16, from: Ipv4Addr, request: &[u8]) -> u16 {
    let crawl = async {
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(4_096)?;
        socket.bind((from, 0).into())?;
        let mut stream = socket.connect((Ipv4Addr::LOCALHOST, port).into()).await?;
        stream.write_all(request).await?;
        let (mut first, mut buffer) = (0, [0; 1_000]);
        loop {
            stream.readable().await?;
            match stream.try_read(&mut buffer) {
                Ok(0) => return std::io::Result::Ok(first),
                Ok(n) if first == 0 && n > 12 => {
                    first = std::str::from_utf8(&buffer[9..12]).ok().and_then(|text| text.parse().ok()).unwrap_or(0);
                }
                Ok(_) => {}
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => continue,
                Err(error) => return Err(error),
            }
            sleep(Duration::from_secs(3)).await;
        }
    };
    crawl.await.unwrap_or(0)
}
