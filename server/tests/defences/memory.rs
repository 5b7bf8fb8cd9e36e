//! The memory that requests and answers in progress take is limited in total.

use crate::{
    defences::listening::{Listening, PATIENCE},
    support::{Answer, TestApp, Value, entra_user, json},
};
use axum::{
    Router,
    http::{Method, StatusCode},
    routing::get,
};
use server::{Floor, ServerLimits, TrustedProxies};
use std::{collections::BTreeSet, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::{sleep, timeout},
};

on_both!(
    r08_a_page_has_so_many_bytes_and_goes_on,
    r08_groups_of_users_and_members_of_groups_weigh,
    r08_answers_count_until_they_are_taken,
    r08_bodies_count_while_they_are_under_way,
    r08_bulk_requests_take_turns,
    r08_a_group_of_any_size_is_sent_in_parts,
);

const KIB: usize = 1024;

/// With other limits, next to the app.
async fn with(app: &TestApp, limits: ServerLimits) -> TestApp {
    app.another_with(limits).await
}

fn names(answer: &Answer) -> Vec<String> {
    let name =
        |resource: &Value| resource["userName"].as_str().or(resource["displayName"].as_str()).unwrap().to_owned();
    answer.json()["Resources"].as_array().unwrap().iter().map(name).collect()
}

/// Follows a list to its end; every page has something, and none has too much.
async fn walk(app: &TestApp, path: &str, link: &str, largest: usize) -> Vec<String> {
    let (mut cursor, mut seen) = (String::new(), Vec::new());
    loop {
        let page = app.get(&format!("{path}count=200&cursor={cursor}")).await.expect(StatusCode::OK);
        let found = names(&page);
        assert!(!found.is_empty() && page.text.len() <= largest, "{path}: {} bytes", page.text.len());
        assert_eq!(page.json()["itemsPerPage"], found.len());
        seen.extend(found);
        match page.json()[link].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => return seen,
        }
    }
}

async fn r08_a_page_has_so_many_bytes_and_goes_on(app: TestApp) {
    for number in 0..12 {
        let mut user = entra_user(&format!("u{number:02}"));
        user["title"] = json!("x".repeat(4 * KIB));
        app.post("/Users", user).await.expect(StatusCode::CREATED);
        let group = json!({"displayName": format!("g{number:02}"), "externalId": "x", "note": "y".repeat(4 * KIB)});
        app.post("/Groups", group).await.expect(StatusCode::CREATED);
    }
    let small = with(&app, ServerLimits { page: 16 * KIB as u64, ..ServerLimits::default() }).await;
    for (path, count) in [
        ("/Users?", 12),
        ("/Users?sortBy=userName&sortOrder=descending&", 12),
        ("/Users?sortBy=externalId&filter=active+eq+true&", 12),
        ("/Groups?", 12),
        ("/Groups?excludedAttributes=members&", 12),
        ("/?", 24),
        ("/?sortBy=id&sortOrder=descending&", 24),
    ] {
        let seen = walk(&small, path, "nextCursor", 20 * KIB).await;
        assert_eq!((seen.len(), seen.iter().collect::<BTreeSet<_>>().len()), (count, count), "{path}: {seen:?}");
        let (mut index, mut by_index) = (1, Vec::new());
        while by_index.len() < count {
            let page = small.get(&format!("{path}count=200&startIndex={index}")).await.expect(StatusCode::OK);
            assert_eq!(page.total(), count as u64, "{path}");
            let found = names(&page);
            assert!(!found.is_empty() && page.text.len() <= 20 * KIB);
            index += found.len();
            by_index.extend(found);
        }
        assert_eq!(by_index, seen, "{path}");
    }
    let search = json!({"count": 200, "cursor": ""});
    for path in ["/Users/.search", "/Groups/.search", "/.search"] {
        let page = small.post(path, search.clone()).await.expect(StatusCode::OK);
        assert!(page.text.len() <= 20 * KIB && page.json()["nextCursor"].is_string(), "{path}");
        // Back from the second page, all users of the first are there.
        let next = page.json()["nextCursor"].clone();
        let second = small.post(path, json!({"count": 200, "cursor": next})).await.expect(StatusCode::OK);
        let previous = second.json()["previousCursor"].clone();
        let back = small.post(path, json!({"count": 200, "cursor": previous})).await.expect(StatusCode::OK);
        assert_eq!(names(&back), names(&page), "{path}");
    }
    // A resource that is too large on its own is returned, or no client could get past it.
    let tiny = with(&app, ServerLimits { page: 1, ..ServerLimits::default() }).await;
    assert_eq!(walk(&tiny, "/?", "nextCursor", 8 * KIB).await.len(), 24);
}

async fn r08_groups_of_users_and_members_of_groups_weigh(app: TestApp) {
    let mut users = Vec::new();
    for number in 0..4 {
        users.push(json!({"value": app.user(&format!("u{number}")).await}));
    }
    for number in 0..40 {
        let group = json!({"displayName": format!("group {number}"), "members": users});
        app.post("/Groups", group).await.expect(StatusCode::CREATED);
    }
    let small = with(&app, ServerLimits { page: 16 * KIB as u64, ..ServerLimits::default() }).await;
    assert_eq!(walk(&small, "/Users?", "nextCursor", 18 * KIB).await.len(), 4);
    let page = small.get("/Users?count=200").await;
    assert!(page.json()["itemsPerPage"] == 1 && page.total() == 4, "{}", page.text);
    assert_eq!(small.get("/Users?count=200&excludedAttributes=groups").await.json()["itemsPerPage"], 4);
    assert_eq!(walk(&small, "/Groups?", "nextCursor", 18 * KIB).await.len(), 40);
    let bare = small.get("/Groups?count=200&excludedAttributes=members").await.json()["itemsPerPage"].as_u64().unwrap();
    let whole = small.get("/Groups?count=200").await.json()["itemsPerPage"].as_u64().unwrap();
    assert!(bare > 2 * whole, "{bare} and {whole}");
}

async fn connect_slowly(server: &Listening) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.connect(server.address).await.unwrap()
}

/// A page that its client does not read counts for its token, and for no other; after its connection has ended it no
/// longer counts.
async fn r08_answers_count_until_they_are_taken(app: TestApp) {
    for number in 0..120 {
        let mut user = entra_user(&format!("u{number}"));
        user["title"] = json!("x".repeat(100 * KIB));
        app.post("/Users", user).await.expect(StatusCode::CREATED);
    }
    let other = app.host.create_token("Other", None).await.unwrap().secret;
    let limits = ServerLimits { memory: 40 << 20, memory_each: 13 << 20, ..ServerLimits::default() };
    let server = Listening::start(&app, limits).await;
    let list = |token: &str| {
        format!(
            "GET /scim/v2/Users?count=200 HTTP/1.1\r\nHost: id.corp.example\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n"
        )
    };
    let mut slow = connect_slowly(&server).await;
    slow.write_all(list(&app.token).as_bytes()).await.unwrap();
    slow.read_exact(&mut [0; 12]).await.unwrap();
    let refused = server.exchange(list(&app.token).as_bytes()).await;
    assert!(refused.status == 503 && refused.text.contains("retry-after: 1"), "{:.2000}", refused.text);
    assert_eq!(server.exchange(list(&other).as_bytes()).await.status, 200);
    drop(slow);
    let again = async { while server.exchange(list(&app.token).as_bytes()).await.status != 200 {} };
    timeout(PATIENCE, again).await.expect("what was sent to nobody counts no more");
}

async fn r08_bodies_count_while_they_are_under_way(app: TestApp) {
    let members: Vec<Value> =
        (0..3_000).map(|number| json!({"value": uuid::Uuid::from_u128(number).to_string()})).collect();
    let group = json!({"displayName": "many", "members": members});
    let poor = with(&app, ServerLimits { memory_each: 1 << 20, ..ServerLimits::default() }).await;
    poor.post("/Groups", group.clone()).await.expect(StatusCode::PAYLOAD_TOO_LARGE);
    poor.post("/Bulk", json!({"Operations": [{"method": "POST", "path": "/Groups", "bulkId": "a", "data": group}]}))
        .await
        .expect(StatusCode::PAYLOAD_TOO_LARGE);
    poor.post("/Groups", json!({"displayName": "few", "members": members[..30]})).await.expect(StatusCode::CREATED);
    app.post("/Groups", group).await.expect(StatusCode::CREATED);
    let full = with(&app, ServerLimits { memory: 1_000, ..ServerLimits::default() }).await;
    let refused = full.post("/Users", entra_user("ada")).await.expect(StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!((refused.header("retry-after"), refused.header("content-type")), ("1", "application/scim+json"));
    assert_eq!(app.get("/Users").await.total(), 0);
}

async fn r08_bulk_requests_take_turns(app: TestApp) {
    let alone = ServerLimits { bulks: 1, bulks_each: 1, bulk_turn: Duration::ZERO, ..ServerLimits::default() };
    let patient = with(&app, ServerLimits { bulk_turn: Duration::from_secs(60), ..alone }).await;
    let alone = with(&app, alone).await;
    let other = app.host.create_token("Other", None).await.unwrap().secret;
    let bulk = |from: usize| {
        let user = |number: usize| json!({"method": "POST", "path": "/Users", "bulkId": "a", "data": {"userName": format!("u{number}")}});
        let mut users: Vec<Value> = (from..from + 200).map(user).collect();
        users.iter_mut().enumerate().for_each(|(at, user)| user["bulkId"] = json!(at.to_string()));
        Some(json!({"Operations": users}))
    };
    for (token, refused) in [(&app.token, StatusCode::TOO_MANY_REQUESTS), (&other, StatusCode::SERVICE_UNAVAILABLE)] {
        let from = usize::from(*token == other) * 1_000;
        let both = tokio::join!(
            alone.scim_as(&app.token, Method::POST, "/Bulk", bulk(from)),
            alone.scim_as(token, Method::POST, "/Bulk", bulk(from + 500)),
        );
        let answers = if both.0.status == StatusCode::OK { [both.0, both.1] } else { [both.1, both.0] };
        assert_eq!([answers[0].status, answers[1].status], [StatusCode::OK, refused]);
        assert_eq!(answers[1].header("retry-after"), "1");
    }
    assert_eq!(app.get("/Users").await.total(), 400, "what was refused did nothing");
    let both = tokio::join!(
        patient.scim_as(&app.token, Method::POST, "/Bulk", bulk(2_000)),
        patient.scim_as(&app.token, Method::POST, "/Bulk", bulk(2_500)),
    );
    assert_eq!([both.0.status, both.1.status], [StatusCode::OK; 2], "the second waits");
}

/// More members than fit into the memory as text, in each of the available forms.
async fn r08_a_group_of_any_size_is_sent_in_parts(app: TestApp) {
    let mut ids = Vec::new();
    for number in 0..250 {
        ids.push(app.user(&format!("u{number}")).await);
    }
    let nested = app.group("nested").await;
    let members: Vec<Value> = ids.iter().chain([&nested]).map(|id| json!({"value": id})).collect();
    let group =
        app.post("/Groups", json!({"displayName": "all", "members": members})).await.expect(StatusCode::CREATED);
    let poor = with(&app, ServerLimits { memory_each: 20 * KIB as u64, ..ServerLimits::default() }).await;
    let path = format!("/Groups/{}", group.id());
    let whole = poor.get(&path).await.expect(StatusCode::OK);
    assert_eq!(whole.json(), group.json(), "as it was answered when it was made");
    let found = whole.json()["members"].as_array().unwrap().clone();
    assert_eq!(found.len(), 251);
    let user =
        |id: &str| json!({"value": id, "$ref": format!("https://id.corp.example/scim/v2/Users/{id}"), "type": "User"});
    assert!(ids.iter().all(|id| found.contains(&user(id))));
    assert_eq!(found[250]["type"], "Group");
    let values = poor.get(&format!("{path}?attributes=members.value,displayName")).await.expect(StatusCode::OK);
    let only: BTreeSet<String> = values.json()["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|member| member["value"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(only.len(), 251);
    assert_eq!(values.json()["members"][0].as_object().unwrap().len(), 1);
    let without = poor.get(&format!("{path}?excludedAttributes=members")).await.expect(StatusCode::OK);
    assert!(without.json().get("members").is_none());
    let list = poor.get("/Groups?filter=displayName+eq+%22all%22").await.expect(StatusCode::OK);
    assert_eq!(list.json()["Resources"][0], group.json());
    let server = Listening::start(&app, ServerLimits::default()).await;
    let raw = server
        .exchange(
            format!(
                "GET /scim/v2{path} HTTP/1.1\r\nHost: id.corp.example\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\r\n",
                app.token
            )
            .as_bytes(),
        )
        .await;
    let length = format!("content-length: {}\r\n", whole.text.len());
    assert!(raw.text.contains(&length) && raw.text.ends_with(&whole.text), "{:.600}", raw.text);
}

/// Reads all the time, but too little.
#[tokio::test]
async fn r08_a_slow_reader_is_cut() {
    let large = || async { vec![b'x'; 64 << 20] };
    let router = Router::new().route("/", get(large));
    let reader_floor = Floor { bytes_a_second: 1 << 30, after: Duration::from_millis(300) };
    let limits = ServerLimits { reader_floor, ..ServerLimits::default() };
    let server = Listening::router(router, limits, TrustedProxies::default()).await;
    let mut slow = connect_slowly(&server).await;
    slow.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let (mut piece, mut whole) = (vec![0; KIB], 0);
    let reading = async {
        loop {
            match slow.read(&mut piece).await {
                Ok(0) | Err(_) => return whole,
                Ok(read) => whole += read,
            }
            sleep(Duration::from_millis(1)).await;
        }
    };
    let whole = timeout(PATIENCE * 2, reading).await.expect("the connection was ended");
    assert!(whole < 64 << 20, "{whole}");
}
