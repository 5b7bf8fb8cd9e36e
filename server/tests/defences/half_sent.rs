//! A caller that has sent half a request delays only itself, also behind a reverse proxy.

use crate::{
    defences::listening::{Listening, PATIENCE, Raw, ended},
    support::TestApp,
};
use axum::{Router, routing::get};
use server::{Floor, ServerLimits, TrustedProxies};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpSocket, TcpStream},
    sync::Notify,
    task::JoinSet,
};

on_both!(
    r04_half_sent_requests_behind_a_proxy_keep_nobody_out,
    r04_half_sent_requests_from_many_addresses_keep_nobody_out,
    r04_a_caller_behind_a_proxy_has_a_share_of_the_requests,
    r04_half_sent_forms_make_room_for_each_other,
    r04_forms_and_slow_bodies_are_cut_early,
    r04_who_sends_whole_requests_is_never_refused,
);

const GRACE: Duration = Duration::from_millis(50);

/// Few places, and so much time for a body that only a shortage of places ends it.
fn few() -> ServerLimits {
    let (body_floor, head) = (Floor { bytes_a_second: 1, after: PATIENCE * 4 }, PATIENCE * 4);
    let limits = ServerLimits {
        connections: 24,
        host_connections: 4,
        connections_each: 8,
        requests_each: 8,
        ..ServerLimits::default()
    };
    ServerLimits { forms: 100, grace: GRACE, body: PATIENCE * 4, form: PATIENCE * 4, body_floor, head, ..limits }
}

/// The proxy that the tests trust.
const PROXY: &str = "127.0.0.9";

fn proxies() -> TrustedProxies {
    TrustedProxies::new(vec![format!("{PROXY}/32").parse().unwrap()])
}

async fn connect_from(source: &str, server: &Listening) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("{source}:0").parse().unwrap()).unwrap();
    socket.connect(server.address).await.unwrap()
}

fn form(client: &str) -> String {
    format!(
        "POST /login HTTP/1.1\r\nHost: id.corp.example\r\nOrigin: https://id.corp.example\r\nX-Forwarded-For: {client}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\nContent-Length: 30\r\n\r\nname="
    )
}

/// The first half of a form, and its connection.
async fn half_a_form(source: &str, client: &str, server: &Listening) -> TcpStream {
    let mut stream = connect_from(source, server).await;
    stream.write_all(form(client).as_bytes()).await.unwrap();
    stream
}

/// The first byte of a user that a directory creates through the proxy, and its connection.
async fn half_a_user(client: &str, token: &str, server: &Listening) -> TcpStream {
    let mut stream = connect_from(PROXY, server).await;
    let head = format!(
        "POST /scim/v2/Users HTTP/1.1\r\nHost: id.corp.example\r\nX-Forwarded-For: {client}\r\n\
         Authorization: Bearer {token}\r\nContent-Type: application/scim+json\r\nContent-Length: 100\r\n\r\n{{"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

/// A sign-in with a wrong secret, sent whole.
async fn signs_in(source: &str, client: &str, server: &Listening) -> Raw {
    let mut stream = connect_from(source, server).await;
    stream.write_all(form(client).as_bytes()).await.unwrap();
    stream.write_all(b"nobody-1234&secret=guessed").await.unwrap();
    ended(&mut stream).await
}

/// All places are taken by half-sent forms that one client sends through the proxy, and then by those of many clients.
async fn r04_half_sent_requests_behind_a_proxy_keep_nobody_out(app: TestApp) {
    let server = Listening::behind(&app, few(), proxies()).await;
    for clients in [1, 60] {
        let mut kept = Vec::new();
        for n in 0..60 {
            kept.push(half_a_form(PROXY, &format!("198.51.100.{}", n % clients + 1), &server).await);
        }
        for _ in 0..5 {
            // Guesses are slowed down, too.
            app.clock.advance_minutes(2);
            let answer = signs_in(PROXY, "203.0.113.5", &server).await;
            assert_eq!(answer.status, 422, "{clients}: {answer:?}");
        }
        if clients == 1 {
            // Most of its own requests were refused at once.
            continue;
        }
        let mut ending = JoinSet::new();
        for mut stream in kept {
            ending.spawn(async move { ended(&mut stream).await });
        }
        // As many as there were too many, or more.
        for n in 0..36 {
            let answer = ending.join_next().await.unwrap().unwrap();
            assert_eq!(answer.status, 408, "{n}: who makes room is told: {answer:?}");
        }
    }
}

/// More addresses than there are places, each with a few half-sent requests.
async fn r04_half_sent_requests_from_many_addresses_keep_nobody_out(app: TestApp) {
    let server = Listening::behind(&app, few(), proxies()).await;
    let mut kept = Vec::new();
    for n in 0..60 {
        kept.push(half_a_form(&format!("127.0.1.{}", n % 30 + 1), "198.51.100.7", &server).await);
    }
    for n in 0..5 {
        app.clock.advance_minutes(2);
        let answer = signs_in(&format!("127.0.2.{}", n + 1), "", &server).await;
        assert_eq!(answer.status, 422, "{n}: {answer:?}");
    }
    drop(kept);
    let healthy = server.exchange(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert_eq!(healthy.status, 200);
}

/// The ninth request of a caller is refused while eight are in progress, and replaces one that is half-sent.
async fn r04_a_caller_behind_a_proxy_has_a_share_of_the_requests(app: TestApp) {
    let limits = ServerLimits { connections: 200, requests_each: 2, ..few() };
    let server = Listening::behind(&app, ServerLimits { grace: PATIENCE * 4, ..limits }, proxies()).await;
    let request = |path: &str| {
        format!(
            "GET {path} HTTP/1.1\r\nHost: id.corp.example\r\nX-Forwarded-For: 2001:db8::8\r\nConnection: close\r\n\r\n"
        )
    };
    let asked = async |path: &str| {
        let mut stream = connect_from(PROXY, &server).await;
        stream.write_all(request(path).as_bytes()).await.unwrap();
        ended(&mut stream).await
    };
    // The half-sent requests may not have been read yet.
    let refused = async |path: &str| {
        for _ in 0..1_000 {
            let answer = asked(path).await;
            if answer.status == 429 {
                return answer;
            }
        }
        panic!("{path} is never refused");
    };
    let mut kept = Vec::new();
    for _ in 0..2 {
        kept.push(half_a_form(PROXY, "2001:db8::7", &server).await);
    }
    let answer = refused("/login").await;
    assert!(answer.text.contains("retry-after: 1"), "{answer:?}");
    assert_eq!(asked("/scim/v2/Users").await.status, 401, "those who sign in keep no directory out");
    for _ in 0..2 {
        kept.push(half_a_user("2001:db8::7", &app.token, &server).await);
    }
    let answer = refused("/scim/v2/Users").await;
    assert!(answer.text.contains("retry-after: 1") && answer.text.contains("application/scim+json"), "{answer:?}");
    assert!(answer.text.contains("urn:ietf:params:scim:api:messages:2.0:Error"), "{answer:?}");
    let answer = signs_in(PROXY, "2001:db8:0:1::7", &server).await;
    assert_eq!(answer.status, 422, "another network: {answer:?}");
    let answer = signs_in(PROXY, "", &server).await;
    assert_eq!(answer.status, 422, "nobody in particular: {answer:?}");
    drop((kept, server));

    let server = Listening::behind(&app, ServerLimits { grace: Duration::ZERO, ..limits }, proxies()).await;
    let mut first = half_a_form(PROXY, "198.51.100.7", &server).await;
    let mut others = Vec::new();
    for _ in 0..2 {
        others.push(half_a_form(PROXY, "198.51.100.7", &server).await);
        let answer = signs_in(PROXY, "198.51.100.7", &server).await;
        assert_eq!(answer.status, 422, "others of its network sign in: {answer:?}");
    }
    assert_eq!(ended(&mut first).await.status, 408);
}

async fn r04_half_sent_forms_make_room_for_each_other(app: TestApp) {
    let limits = ServerLimits { connections: 200, requests_each: 100, forms: 3, ..few() };
    let server = Listening::behind(&app, ServerLimits { grace: Duration::ZERO, ..limits }, proxies()).await;
    let mut kept = Vec::new();
    for _ in 0..6 {
        kept.push(half_a_form(PROXY, "198.51.100.7", &server).await);
    }
    let mut given_up = JoinSet::new();
    for mut stream in kept {
        given_up.spawn(async move { ended(&mut stream).await.status });
    }
    for _ in 0..3 {
        assert_eq!(given_up.join_next().await.unwrap().unwrap(), 408);
    }
    drop(given_up);

    let server = Listening::behind(&app, ServerLimits { grace: PATIENCE * 4, ..limits }, proxies()).await;
    let mut kept = Vec::new();
    for _ in 0..4 {
        kept.push(half_a_form(PROXY, "198.51.100.7", &server).await);
    }
    let mut refused = JoinSet::new();
    for mut stream in kept {
        refused.spawn(async move { ended(&mut stream).await });
    }
    let answer = refused.join_next().await.unwrap().unwrap();
    assert!(answer.status == 503 && answer.text.contains("retry-after: 1"), "{answer:?}");
    // A form that arrives whole does not count.
    let mut stream = connect_from(PROXY, &server).await;
    stream.write_all(format!("{}nobody-1234&secret=guessed", form("198.51.100.8")).as_bytes()).await.unwrap();
    assert_eq!(ended(&mut stream).await.status, 422);
}

async fn r04_forms_and_slow_bodies_are_cut_early(app: TestApp) {
    let short = Duration::from_millis(300);
    let server = Listening::behind(&app, ServerLimits { form: short, ..few() }, proxies()).await;
    let answer = ended(&mut half_a_form(PROXY, "198.51.100.7", &server).await).await;
    assert!(answer.status == 408 && answer.text.contains("in time"), "{answer:?}");
    let body_floor = Floor { bytes_a_second: 500, after: short };
    let server = Listening::behind(&app, ServerLimits { body_floor, ..few() }, proxies()).await;
    let mut stream = connect_from("127.0.0.1", &server).await;
    let head = format!(
        "POST /scim/v2/Users HTTP/1.1\r\nHost: id.corp.example\r\nAuthorization: Bearer {}\r\nContent-Length: 100000\r\n\r\n{{",
        app.token
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let answer = ended(&mut stream).await;
    assert!(answer.status == 408 && answer.text.contains("slowly"), "{answer:?}");
}

/// What Entra does through a proxy with a pool of connections, next to a company that signs in through one address.
async fn r04_who_sends_whole_requests_is_never_refused(app: TestApp) {
    let server =
        Arc::new(Listening::behind(&app, ServerLimits { grace: GRACE, ..ServerLimits::default() }, proxies()).await);
    let mut callers = JoinSet::new();
    for n in 0..32 {
        let (server, token) = (server.clone(), app.token.clone());
        callers.spawn(async move {
            let mut statuses = Vec::new();
            for round in 0..4 {
                let body = format!("{{\"userName\":\"u{n}-{round}@corp.example\"}}");
                let (head, tail) = body.split_at(body.len() / 2);
                let request = format!(
                    "POST /scim/v2/Users HTTP/1.1\r\nHost: id.corp.example\r\nX-Forwarded-For: 20.0.0.{}\r\nConnection: close\r\n\
                     Authorization: Bearer {token}\r\nContent-Type: application/scim+json\r\nContent-Length: {}\r\n\r\n{head}",
                    n % 3,
                    body.len()
                );
                let mut stream = connect_from(PROXY, &server).await;
                stream.write_all(request.as_bytes()).await.unwrap();
                stream.write_all(tail.as_bytes()).await.unwrap();
                statuses.push(ended(&mut stream).await.status);
                let page = "GET /login HTTP/1.1\r\nHost: id.corp.example\r\nX-Forwarded-For: 203.0.113.5\r\nConnection: close\r\n\r\n";
                let mut stream = connect_from(PROXY, &server).await;
                stream.write_all(page.as_bytes()).await.unwrap();
                statuses.push(ended(&mut stream).await.status);
            }
            statuses
        });
    }
    while let Some(statuses) = callers.join_next().await {
        assert!(statuses.unwrap().chunks(2).all(|pair| pair == [201, 200]));
    }
}

/// All open places are busy, and a caller on the host is still served.
#[tokio::test]
async fn r04_a_caller_on_the_host_finds_a_place() {
    let (release, under_way) = (Arc::new(Notify::new()), Arc::new(AtomicUsize::new(0)));
    let slow = {
        let (release, under_way) = (release.clone(), under_way.clone());
        move || async move {
            under_way.fetch_add(1, Ordering::SeqCst);
            release.notified().await;
            "done"
        }
    };
    let router = Router::new().route("/", get(|| async { "hello" })).route("/slow", get(slow));
    let limits = ServerLimits { connections: 8, host_connections: 2, ..few() };
    let server = Listening::router(router, limits, proxies()).await;
    let mut working = Vec::new();
    for n in 0..10 {
        let mut stream = connect_from(PROXY, &server).await;
        stream.write_all(b"GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
        working.push(stream);
        while under_way.load(Ordering::SeqCst) < (n + 1).min(6) {
            tokio::task::yield_now().await;
        }
    }
    // The others wait for a place; the host does not.
    let healthy = server.exchange(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert_eq!(healthy.status, 200);
    for mut stream in working {
        release.notify_one();
        assert_eq!(ended(&mut stream).await.status, 200, "a newcomer waits and is served");
    }
}
