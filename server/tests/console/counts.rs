//! What the guard's page says about people and groups that left.

use super::common::{inactive, people};
use crate::support::{TestApp, Value, json};
use axum::http::StatusCode;
use domain::settings::{GuardMode, GuardSettings};

on_both!(people_and_groups_are_counted_apart);

async fn people_and_groups_are_counted_apart(app: TestApp) {
    let console = app.console("gate-0001").await;
    console
        .set_guard(GuardSettings { mode: GuardMode::Alert, count: 3, percent: 1, cap: 3, minutes: 40 })
        .await
        .unwrap();
    let cookie = app.administrator("gate-0002").await;
    let ids = people(&app, 19).await;
    let members: Vec<Value> = ids[12..].iter().map(|id| json!({"value": id})).collect();
    let group = app.post("/Groups", json!({"displayName": "Sales", "members": members})).await.id();
    for id in &ids[..5] {
        app.delete(&format!("/Users/{id}")).await.expect(StatusCode::NO_CONTENT);
    }
    app.delete(&format!("/Groups/{group}")).await.expect(StatusCode::NO_CONTENT);
    for id in &ids[5..12] {
        app.patch(&format!("/Users/{id}"), inactive()).await.expect(StatusCode::OK);
    }
    const LOST: &str = "12 people lost access, 1 group was deleted and 7 memberships ended";
    let page = async || app.page("/admin/sso/guard", Some(&cookie)).await.expect(StatusCode::OK).text;
    let waiting = page().await;
    for words in [
        &format!("One batch waits for you: {LOST}."),
        "and 8 others.",
        "Groups: Sales.",
        "7 people are made active again",
        "5 deleted people are restored",
        "1 deleted group is restored: Sales.",
    ] {
        assert!(waiting.contains(words), "{words}: {waiting}");
    }
    let batch = console.waiting_batch().await.unwrap().unwrap().id;
    while !console.undo_batch(batch, false, None).await.is_ok_and(|progress| progress.is_over) {}
    let past = page().await;
    assert!(past.contains(LOST) && !past.contains("departures undone"), "{past}");
}
