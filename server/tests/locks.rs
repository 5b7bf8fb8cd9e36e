//! On Postgres no units deadlock. A binary of its own, because it sets its database up in a special way.

use crate::support::{Answer, TestApp, Value, json};
use axum::http::StatusCode;
use domain::{UserId, console::Console};
use futures_util::{FutureExt, future::join_all};
use sqlx::{Connection, PgConnection};

/// Postgres detects a deadlock after a second and rolls back one of the units, which is retried: that is only slow.
/// With this late check, a deadlock ends by the limit on waiting for a lock, and the answer is 503.
const LOOK_LATE: &str = "DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I SET deadlock_timeout = ''30s''', current_database());
END $$";

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_in_a_circle() {
    let app = TestApp::postgres().await;
    let mut connection = PgConnection::connect(app.database.url()).await.unwrap();
    sqlx::query(LOOK_LATE).execute(&mut connection).await.unwrap();
    let app = app.another().await;
    let console = app.console("gate-0001").await;
    for round in 0..3 {
        storm(&app, &console, round).await;
    }
}

/// Groups in groups, everybody in all of them, and every operation that takes more than one lock at once.
async fn storm(app: &TestApp, console: &Console, round: usize) {
    let users = join_all((0..36).map(|at| async move { app.user(&format!("u{at}.{round}@corp.example")).await })).await;
    let members: Vec<Value> = users.iter().map(|id| json!({"value": id})).collect();
    let mut groups: Vec<String> = Vec::new();
    for at in 0..9 {
        let nested = groups.iter().map(|id| json!({"value": id}));
        let all: Vec<Value> = members.iter().cloned().chain(nested).collect();
        let group = json!({"displayName": format!("g{at}.{round}"), "members": all});
        groups.push(app.post("/Groups", group).await.expect(StatusCode::CREATED).id());
    }
    for id in &users[24..] {
        app.delete(&format!("/Users/{id}")).await.expect(StatusCode::NO_CONTENT);
    }
    let batch = console.guard().await.unwrap().batches[0].batch.id;

    let mut calls = Vec::new();
    for id in &users[..12] {
        calls.push(async move { app.delete(&format!("/Users/{id}")).await }.boxed());
    }
    for id in &users[12..24] {
        let leave = json!([{"op": "replace", "path": "active", "value": false}]);
        calls.push(async move { app.patch(&format!("/Users/{id}"), leave).await }.boxed());
    }
    for (at, id) in groups.iter().enumerate() {
        let value: Vec<Value> = match at % 3 {
            0 => groups.iter().rev().chain(&users).map(|id| json!({"value": id})).collect(),
            1 => Vec::new(),
            _ => {
                calls.push(async move { app.delete(&format!("/Groups/{id}")).await }.boxed());
                continue;
            }
        };
        let operations = json!([{"op": "replace", "path": "members", "value": value}]);
        calls.push(async move { app.patch(&format!("/Groups/{id}"), operations).await }.boxed());
    }
    let restore = async |id: &String| console.restore_user(UserId(id.parse().unwrap())).await;
    let (answers, back, undone) = tokio::join!(
        join_all(calls),
        join_all(users[24..30].iter().map(restore)),
        console.undo_batch(batch, false, None)
    );
    for Answer { status, text, .. } in answers {
        assert!(status.is_success(), "{status} {text}");
    }
    // A user whom the other unit has restored cannot be restored again.
    for back in back {
        assert!(matches!(back, Ok(()) | Err(domain::Error::NotFound)), "{back:?}");
    }
    // A membership whose group or user is deleted meanwhile is not restored; but nothing is skipped because of a lock.
    assert!(undone.unwrap().is_over);
    assert_eq!(console.departures(batch, "").await.unwrap(), []);
}
