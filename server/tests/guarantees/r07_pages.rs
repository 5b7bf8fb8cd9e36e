//! Every page and export works with every document and event at all limits at once, including those that older versions
//! wrote without these limits.

use crate::{
    guarantees::common::events,
    support::{Answer, TestApp, Value, json, pages::plain_pages},
};
use axum::http::{Method, StatusCode};
use sqlx::{Connection, PgConnection, SqliteConnection};
use std::time::{Duration, Instant};

on_both!(r07_pages_are_short_whatever_is_stored, r07_exports_are_read_by_bytes);

/// Far more than any page takes, and far less than a page that compares each name with every other.
const LONGEST: Duration = Duration::from_secs(60);

/// More than a page of anything should have.
const LARGEST: usize = 3 * 1024 * 1024;

fn names(count: usize, value: &Value) -> Value {
    Value::Object((0..count).map(|n| (format!("n{n}"), value.clone())).collect())
}

/// A document with as much of everything as is accepted.
fn hostile(name: &str) -> Value {
    let mut deep = names(1_900, &json!(1));
    for _ in 0..50 {
        deep = json!({"d".repeat(200): deep});
    }
    let emails: Vec<_> = (0..700).map(|n| json!({"value": format!("{n}@corp.example"), "type": "work"})).collect();
    json!({
        "userName": name, "displayName": "\u{202e}".repeat(650), "emails": emails, "urn:x:Test": deep,
        "title": "\u{1}".repeat(2_000), "list": vec!["<&>"; 1_000],
    })
}

/// Adds an event as an older version did.
async fn old_event(app: &TestApp, after: &Value) {
    const SQLITE: &str = "INSERT INTO audit_events (seq, at, actor_kind, action, after, previous, hash)
        SELECT MAX(seq) + 1, 1795000000000, 'host', 'user.changed', $1, zeroblob(32), zeroblob(32) FROM audit_events";
    const POSTGRES: &str = "INSERT INTO audit_events (seq, at, actor_kind, action, after, previous, hash)
        SELECT MAX(seq) + 1, 1795000000000, 'host', 'user.changed', $1, decode(repeat('00', 32), 'hex'),
            decode(repeat('00', 32), 'hex') FROM audit_events";
    app.env.store.settle().await.unwrap();
    let (url, after) = (app.database.url(), after.to_string());
    if url.starts_with("sqlite") {
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        sqlx::query(SQLITE).bind(after).execute(&mut connection).await.unwrap();
    } else {
        let mut connection = PgConnection::connect(url).await.unwrap();
        sqlx::query(POSTGRES).bind(after).execute(&mut connection).await.unwrap();
    }
}

async fn page(app: &TestApp, cookie: &str, path: &str) -> Answer {
    let began = Instant::now();
    let answer = app.page(path, Some(cookie)).await.expect(StatusCode::OK);
    let (took, length) = (began.elapsed(), answer.text.len());
    println!("{path}: {length} bytes in {took:?}");
    assert!(took < LONGEST && length < LARGEST, "{path}: {length} bytes in {took:?}");
    answer
}

async fn r07_pages_are_short_whatever_is_stored(app: TestApp) {
    let cookie = app.administrator("gate-0001").await;
    let user = app.post("/Users", hostile("ada")).await.expect(StatusCode::CREATED).id();
    let mut group = hostile("grace");
    group["displayName"] = group["userName"].take();
    group["members"] = json!([{"value": user}]);
    let group = app.post("/Groups", group).await.expect(StatusCode::CREATED).id();
    for number in 0..25 {
        let gone = app.post("/Users", hostile(&format!("gone{number}"))).await.expect(StatusCode::CREATED).id();
        app.delete(&format!("/Users/{gone}")).await.expect(StatusCode::NO_CONTENT);
    }
    app.patch(&format!("/Users/{user}"), json!([{"op": "remove", "path": "urn:x:Test"}])).await.expect(StatusCode::OK);
    app.put(&format!("/Users/{user}"), hostile("ada")).await.expect(StatusCode::OK);
    old_event(&app, &json!({"x": {"a": names(80_000, &json!(1))}})).await;
    old_event(&app, &json!({"pad": "\u{1}".repeat(2_000_000)})).await;
    let last = app.host.audit_head().await.unwrap().unwrap().0;
    for path in ["/admin/audit", "/admin/audit?kind=users", "/admin/audit?kind=groups"] {
        let answer = page(&app, &cookie, path).await;
        assert!(answer.text.contains("It has more than this list can show"), "{path}");
    }
    let answer = page(&app, &cookie, &format!("/admin/audit/{}", last - 1)).await;
    assert!(answer.text.contains("An export has all of them") && answer.text.contains("n4999"));
    page(&app, &cookie, &format!("/admin/audit/{last}")).await;
    page(&app, &cookie, &format!("/admin/audit?target={user}")).await;
    for seq in 1..=last {
        app.page(&format!("/admin/audit/{seq}"), Some(&cookie)).await.expect(StatusCode::OK);
    }
    app.page(&format!("/admin/audit/{}", last + 1), Some(&cookie)).await.expect(StatusCode::NOT_FOUND);
    let answer = page(&app, &cookie, &format!("/admin/users/{user}")).await;
    assert!(answer.text.contains("more."), "not all lines are shown");
    for path in plain_pages() {
        page(&app, &cookie, &path).await;
    }
    page(&app, &cookie, &format!("/admin/groups/{group}")).await;
}

async fn r07_exports_are_read_by_bytes(app: TestApp) {
    let cookie = app.administrator("gate-0001").await;
    for number in 0..5 {
        old_event(&app, &json!({"number": number, "pad": "\u{1}".repeat(600_000)})).await;
    }
    let first = app.host.events_after(0).await.unwrap();
    assert!(first.len() > 2, "short events are read together");
    let (mut parts, mut last) = (0, 0);
    loop {
        let part = app.host.events_after(last).await.unwrap();
        let Some(end) = part.last() else { break };
        last = end.seq;
        let bytes: usize = part.iter().filter_map(|entry| Some(entry.event.after.as_ref()?.len())).sum();
        assert!(bytes < 4 * 1024 * 1024 + 4_000, "{bytes}");
        parts += 1;
    }
    assert!(parts >= 5, "{parts}");
    for path in ["/admin/audit/export.csv", "/admin/audit/export.jsonl"] {
        let answer = app.form(path, Some(&cookie), "").await.expect(StatusCode::OK);
        assert!(answer.text.len() > 5 * 3_600_000, "all of it is there");
        assert_eq!(answer.text.lines().count(), events(&app).await.len() + 1, "{path}");
    }
    app.scim(Method::GET, "/Users", None).await.expect(StatusCode::OK);
}
