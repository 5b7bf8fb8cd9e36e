//! A caller with a whole network of addresses keeps no other caller out.

use crate::defences::{
    listening::{Listening, PATIENCE, Raw, ended},
    network::is_inside,
};
use axum::{Router, routing::get};
use server::{ServerLimits, TrustedProxies};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    task::JoinSet,
    time::{sleep, timeout},
};

/// The proxy that the tests trust.
const PROXY: &str = "fd00:9::9";

/// How long a caller that is served waits at most, even on a busy machine. The grace period of others is longer.
const AT_ONCE: Duration = Duration::from_secs(2);

/// A few places, which no connection gives up by itself.
fn few() -> ServerLimits {
    let limits = ServerLimits { connections: 64, host_connections: 4, connections_each: 8, ..ServerLimits::default() };
    ServerLimits { grace: PATIENCE * 4, head: PATIENCE * 4, ..limits }
}

async fn listening() -> Listening {
    let proxies = TrustedProxies::new(vec![format!("{PROXY}/128").parse().unwrap()]);
    let router = Router::new().route("/", get(|| async { "hello" }));
    Listening::router_on("[::1]:0", router, few(), proxies).await
}

async fn connect_from(source: &str, server: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v6().unwrap();
    socket.bind(format!("[{source}]:0").parse().unwrap()).unwrap();
    socket.connect(server).await.unwrap()
}

/// Half a request.
async fn holds(source: &str, server: SocketAddr) -> TcpStream {
    let mut stream = connect_from(source, server).await;
    // It may have been disconnected already.
    let _ = stream.write_all(b"GET / HT").await;
    stream
}

async fn asks(source: &str, server: SocketAddr) -> Raw {
    let mut stream = connect_from(source, server).await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    ended(&mut stream).await
}

/// The /64 of that number in the flooder's /48.
fn in_one_48(n: usize) -> String {
    format!("fd00:aaaa:bbbb:{:x}::1", n * 211 % 65_536)
}

/// More and more half-sent requests from everywhere in a /48, until this is dropped.
fn flood(server: SocketAddr, opened: &Arc<AtomicUsize>) -> JoinSet<()> {
    let mut flooders = JoinSet::new();
    for _ in 0..4 {
        let opened = opened.clone();
        flooders.spawn(async move {
            let mut held = Vec::new();
            loop {
                let n = opened.fetch_add(1, Ordering::Relaxed);
                if held.len() == 100 {
                    held.remove(0);
                }
                held.push(holds(&in_one_48(n), server).await);
            }
        });
    }
    flooders
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r34_a_flood_from_one_48_keeps_nobody_out() {
    if !is_inside() {
        return;
    }
    let server = listening().await;
    let opened = Arc::default();
    let _flood = flood(server.address, &opened);
    timeout(PATIENCE, async {
        while opened.load(Ordering::Relaxed) < 400 {
            sleep(Duration::from_millis(1)).await;
        }
    })
    .await
    .expect("who comes is accepted or hung up on");
    for round in 0..10 {
        for source in ["::1", PROXY, "fd00:cccc:dddd::1", "fd00:aaaa:bbbc::1"] {
            let begun = Instant::now();
            let answer = asks(source, server.address).await;
            assert_eq!(answer.status, 200, "{round}, {source}: {answer:?}");
            assert!(begun.elapsed() < AT_ONCE, "{round}, {source}: {:?}", begun.elapsed());
        }
    }
}

/// Strangers who wait, because none has too many connections, do not keep the host and a proxy from being accepted.
#[tokio::test]
async fn r34_strangers_who_wait_are_in_nobodys_way() {
    if !is_inside() {
        return;
    }
    let server = listening().await;
    let mut held = Vec::new();
    for n in 0..200 {
        held.push(holds(&format!("fd00:{n:x}::1"), server.address).await);
    }
    for source in ["::1", PROXY] {
        let begun = Instant::now();
        let answer = asks(source, server.address).await;
        assert_eq!(answer.status, 200, "{source}: {answer:?}");
        assert!(begun.elapsed() < AT_ONCE, "{source}: {:?}", begun.elapsed());
    }
    let mut last = held.pop().unwrap();
    let end = timeout(AT_ONCE, last.read_to_end(&mut Vec::new())).await;
    assert!(end.is_ok(), "one stranger too many is hung up on rather than kept waiting");
}

/// While there is room, a network may have as many connections as it likes.
#[tokio::test]
async fn r34_a_network_is_not_limited_while_there_is_room() {
    if !is_inside() {
        return;
    }
    let server = listening().await;
    let mut held = Vec::new();
    for n in 0..50 {
        held.push(holds(&in_one_48(n), server.address).await);
    }
    for stream in &mut held {
        stream.write_all(b"TP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
        assert_eq!(ended(stream).await.status, 200);
    }
}
