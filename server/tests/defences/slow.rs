//! A35: slow callers, and too many, are cut off, and the others are served.

use crate::{
    defences::listening::{Listening, PATIENCE, ended},
    support::TestApp,
};
use axum::{Router, routing::get};
use server::{ServerLimits, TrustedProxies};
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::{sleep, timeout},
};

const SHORT: Duration = Duration::from_millis(300);

on_both!(a35_slow_bodies_are_cut, a35_a_flood_of_slow_ones_hinders_nobody);

fn quick() -> ServerLimits {
    ServerLimits { head: SHORT, body: SHORT, form: SHORT, stall: SHORT, ..ServerLimits::default() }
}

async fn plain() -> Listening {
    Listening::router(Router::new().route("/", get(|| async { "hello" })), quick(), TrustedProxies::default()).await
}

#[tokio::test]
async fn a35_slow_heads_are_cut() {
    let server = plain().await;
    let mut stream = server.connect().await;
    let begun = Instant::now();
    let (mut reader, mut writer) = stream.split();
    let dribble = async {
        for byte in
            b"GET / HTTP/1.1\r\nHost: x\r\nA: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".iter()
        {
            if writer.write_all(&[*byte]).await.is_err() {
                break;
            }
            sleep(Duration::from_millis(50)).await;
        }
    };
    let mut rest = Vec::new();
    tokio::select! {
        () = dribble => panic!("it was listened to the end"),
        _ = reader.read_to_end(&mut rest) => {}
    }
    assert!(begun.elapsed() < SHORT * 5, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a35_idle_connections_are_closed() {
    let server = plain().await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let begun = Instant::now();
    let answer = ended(&mut stream).await;
    assert!(answer.status == 200 && answer.text.ends_with("hello"), "{answer:?}");
    assert!(begun.elapsed() >= SHORT / 2 && begun.elapsed() < SHORT * 5, "{:?}", begun.elapsed());
}

async fn a35_slow_bodies_are_cut(app: TestApp) {
    let server = Listening::start(&app, quick()).await;
    let users = app.host.scim().await.unwrap().counts.users;
    for (path, form) in [("/scim/v2/Users", "application/scim+json"), ("/login", "application/x-www-form-urlencoded")] {
        let mut stream = server.connect().await;
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: id.corp.example\r\nOrigin: https://id.corp.example\r\n\
             Authorization: Bearer {}\r\nContent-Type: {form}\r\nContent-Length: 1000\r\n\r\n",
            app.token
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let begun = Instant::now();
        let (mut reader, mut writer) = stream.split();
        let dribble = async {
            while writer.write_all(b" ").await.is_ok() {
                sleep(Duration::from_millis(20)).await;
            }
            std::future::pending::<()>().await;
        };
        let mut bytes = Vec::new();
        tokio::select! {
            () = dribble => {}
            _ = timeout(PATIENCE, reader.read_to_end(&mut bytes)) => {}
        }
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.starts_with("HTTP/1.1 408"), "{path}: {text}");
        assert!(text.contains("connection: close") && text.contains("frame-ancestors 'none'"), "{path}: {text}");
        assert!(begun.elapsed() < SHORT * 8, "{path}: {:?}", begun.elapsed());
    }
    assert_eq!(app.host.scim().await.unwrap().counts.users, users);
}

/// Requests more than the sockets hold, and reads nothing.
#[tokio::test]
async fn a35_slow_readers_are_cut() {
    let large = || async { vec![b'x'; 64 * 1024 * 1024] };
    let router = Router::new().route("/", get(large));
    let server = Listening::router(router, quick(), TrustedProxies::default()).await;
    let mut slow = server.connect().await;
    slow.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    sleep(SHORT * 4).await;
    let mut bytes = Vec::new();
    let _ = timeout(PATIENCE, slow.read_to_end(&mut bytes)).await.expect("the connection was ended");
    assert!(!bytes.is_empty() && bytes.len() < 32 * 1024 * 1024, "{}", bytes.len());
    let mut patient = server.connect().await;
    patient.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut whole = 0;
    let mut piece = vec![0; 4 * 1024 * 1024];
    loop {
        // Slower than the limit in total, but it reads something each time.
        match timeout(PATIENCE, patient.read(&mut piece)).await.unwrap().unwrap() {
            0 => break,
            read => whole += read,
        }
        sleep(Duration::from_millis(30)).await;
    }
    assert!(whole > 64 * 1024 * 1024, "who takes the answer, however slowly, gets all of it: {whole}");
}

async fn connect_from(source: &str, server: &Listening) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("{source}:0").parse().unwrap()).unwrap();
    socket.connect(server.address).await.unwrap()
}

/// Whether a connection is served, rather than closed.
async fn is_served(mut stream: TcpStream) -> Option<TcpStream> {
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.ok()?;
    let mut answer = [0; 12];
    let read = timeout(PATIENCE, stream.read_exact(&mut answer)).await.expect("an answer or an end");
    (read.is_ok() && answer.ends_with(b"200")).then_some(stream)
}

#[tokio::test]
async fn a35_one_address_gets_its_share_of_connections() {
    let limits = ServerLimits { connections_each: 4, ..ServerLimits::default() };
    let proxies = TrustedProxies::new(vec!["127.0.0.9/32".parse().unwrap()]);
    let router = Router::new().route("/", get(|| async { "hello" })).route("/wait", get(std::future::pending::<()>));
    let server = Listening::router(router, limits, proxies).await;
    let mut busy = Vec::new();
    for _ in 0..4 {
        let mut stream = connect_from("127.0.0.2", &server).await;
        stream.write_all(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        busy.push(stream);
    }
    let mut fifth = std::pin::pin!(async { is_served(connect_from("127.0.0.2", &server).await).await });
    assert!(timeout(Duration::from_millis(1_500), &mut fifth).await.is_err(), "over its share");
    assert!(is_served(connect_from("127.0.0.3", &server).await).await.is_some(), "another address");
    busy.pop();
    let mut kept = vec![fifth.await.expect("one of its connections has ended")];
    for _ in 0..10 {
        kept.push(is_served(connect_from("127.0.0.9", &server).await).await.expect("a proxy speaks for many"));
    }
    drop((kept, busy));
    let back = async { while is_served(connect_from("127.0.0.2", &server).await).await.is_none() {} };
    timeout(PATIENCE, back).await.expect("places come back");
}

/// All places are taken by silent callers, and the next caller is still served at once.
#[tokio::test]
async fn a35_who_waits_makes_room() {
    let limits =
        ServerLimits { connections: 16, host_connections: 0, connections_each: 100, ..ServerLimits::default() };
    let limits = ServerLimits { head: PATIENCE * 2, grace: Duration::from_millis(1), ..limits };
    let slow = || async {
        sleep(Duration::from_millis(500)).await;
        "hello"
    };
    let router = Router::new().route("/", get(|| async { "hello" })).route("/slow", get(slow));
    let server = Listening::router(router, limits, TrustedProxies::default()).await;
    let mut working = server.connect().await;
    working.write_all(b"GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut silent = Vec::new();
    for _ in 0..100 {
        let mut stream = server.connect().await;
        stream.write_all(b"GET / HT").await.unwrap();
        silent.push(stream);
    }
    let begun = Instant::now();
    for _ in 0..50 {
        let answer = server.exchange(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
        assert_eq!(answer.status, 200);
    }
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    assert_eq!(ended(&mut working).await.status, 200, "a request under way is not cut");
}

/// 60 of each kind at once, each from its own address.
async fn a35_a_flood_of_slow_ones_hinders_nobody(app: TestApp) {
    let server = Listening::start(&app, ServerLimits { head: Duration::from_secs(3), ..quick() }).await;
    let mut kept = Vec::new();
    for n in 0..180 {
        let mut stream = connect_from(&format!("127.0.1.{}", n % 60 + 1), &server).await;
        let bytes: &[u8] = match n % 3 {
            0 => b"GET /login HTTP/1.1\r\nHost: id.corp",
            1 => b"POST /login HTTP/1.1\r\nHost: id.corp.example\r\nContent-Length: 100\r\n\r\nname=",
            _ => b"",
        };
        stream.write_all(bytes).await.unwrap();
        kept.push(stream);
    }
    let begun = Instant::now();
    for _ in 0..20 {
        let answer =
            server.exchange(b"GET /login HTTP/1.1\r\nHost: id.corp.example\r\nConnection: close\r\n\r\n").await;
        assert_eq!(answer.status, 200);
    }
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    for mut stream in kept {
        let ended = timeout(PATIENCE, stream.read_to_end(&mut Vec::new())).await;
        assert!(ended.is_ok(), "each slow one is cut");
    }
}
