//! R29, R30: undoing restores what was there, whatever the token did before, and nothing in a batch prevents the rest
//! of it from being undone.

use crate::{
    guarantees::{
        a09_guard::{deactivate, people, settle, snapshot},
        common::events,
    },
    support::{TestApp, Value, json},
};
use axum::http::StatusCode;
use domain::{
    audit::Action,
    guard::{Span, Undone},
    role::Role,
};
use sqlx::{Connection, PgConnection, SqliteConnection};
use std::collections::BTreeMap;

on_both!(
    r29_members_who_left_and_came_back_are_members,
    r29_a_group_that_loses_newcomers_has_an_event,
    r30_one_that_cannot_be_undone_keeps_no_other_from_it,
    r30_undoing_the_rest_takes_nothing_more,
);

fn members(users: &[String]) -> Vec<Value> {
    users.iter().map(|id| json!({"value": id})).collect()
}

async fn group(app: &TestApp, name: &str, users: &[String]) -> String {
    let group = json!({"displayName": name, "members": members(users)});
    app.post("/Groups", group).await.expect(StatusCode::CREATED).id()
}

/// A PATCH of a group is answered with or without the group.
async fn patch(app: &TestApp, path: &str, operations: Value) {
    let answer = app.patch(path, operations).await;
    assert!(answer.status.is_success(), "{}", answer.text);
}

/// Members leave and come back in one call, or in two.
async fn go_round(app: &TestApp, group: &str, users: &[String], at_once: bool) {
    let (out, back) =
        (json!({"op": "remove", "path": "members"}), json!({"op": "add", "path": "members", "value": members(users)}));
    let path = format!("/Groups/{group}");
    let calls = if at_once { vec![json!([out, back])] } else { vec![json!([out]), json!([back])] };
    for operations in calls {
        patch(app, &path, operations).await;
    }
}

async fn r29_members_who_left_and_came_back_are_members(app: TestApp) {
    let users = people(&app, 60).await;
    let staff = group(&app, "Staff", &users).await;
    let finance = group(&app, "Finance", &users[..20]).await;
    let board = group(&app, "Board", &users[..5]).await;
    let gate = group(&app, "Gate", &users[20..32]).await;
    let console = app.console("gate-0001").await;
    console.set_group_role(gate.parse().unwrap(), Some(Role::Administrator)).await.unwrap();
    settle(&app).await;
    app.clock.advance_minutes(60);
    let before = snapshot(&app).await;
    // The batch will begin here.
    deactivate(&app, &users[59]).await.expect(StatusCode::OK);
    go_round(&app, &staff, &users, true).await;
    go_round(&app, &finance, &users[..20], true).await;
    go_round(&app, &board, &users[..5], false).await;
    go_round(&app, &gate, &users[20..32], true).await;
    patch(&app, &format!("/Groups/{staff}"), json!([{"op": "remove", "path": "members"}])).await;
    for id in [&finance, &gate] {
        app.delete(&format!("/Groups/{id}")).await.expect(StatusCode::NO_CONTENT);
    }
    let console = app.console("gate-0002").await;
    let batch = console.guard().await.unwrap().batches[0].batch.id;
    let undone = console.undo_batch(batch, false, None).await.unwrap().undone;
    assert_eq!(undone.failed, 0);
    assert_eq!(snapshot(&app).await, before);
}

async fn r29_a_group_that_loses_newcomers_has_an_event(app: TestApp) {
    let users = people(&app, 60).await;
    let quiet = group(&app, "Quiet", &users[..3]).await;
    for id in &users[20..34] {
        deactivate(&app, id).await.expect(StatusCode::OK);
    }
    // One of those who are deleted later is added to a group in between.
    let join = json!([{"op": "add", "path": "members", "value": [{"value": users[20]}]}]);
    patch(&app, &format!("/Groups/{quiet}"), join).await;
    app.delete(&format!("/Users/{}", users[20])).await.expect(StatusCode::NO_CONTENT);
    let console = app.console("gate-0001").await;
    let batch = console.guard().await.unwrap().batches[0].batch.id;
    console.undo_batch(batch, false, None).await.unwrap();
    let group = app.get(&format!("/Groups/{quiet}")).await.expect(StatusCode::OK).json();
    assert_eq!(group["members"].as_array().unwrap().len(), 3);
    let told: Vec<_> =
        events(&app).await.into_iter().filter(|entry| entry.event.action == Action::GroupChanged).collect();
    let last = told.last().unwrap().event.after.clone().unwrap();
    assert!(last.contains("memberships ended"), "{last}");
}

async fn r30_one_that_cannot_be_undone_keeps_no_other_from_it(app: TestApp) {
    let users = people(&app, 60).await;
    let before = snapshot(&app).await;
    for id in &users[..30] {
        app.delete(&format!("/Users/{id}")).await.expect(StatusCode::NO_CONTENT);
    }
    // A name whose key is as long as an index allows: the user who has it now must get another one.
    let name = format!("{}xx", "\u{fb2c}".repeat(341));
    let pill = app.user(&name).await;
    app.delete(&format!("/Users/{pill}")).await.expect(StatusCode::NO_CONTENT);
    let other = app.user(&name).await;
    // A rename whose record cannot be read.
    app.patch(&format!("/Users/{}", users[40]), json!([{"op": "replace", "path": "userName", "value": "x"}])).await;
    spoil_renames(app.database.url()).await;
    let console = app.console("gate-0001").await;
    let batch = console.guard().await.unwrap().batches[0].batch.id;
    let undone = console.undo_batch(batch, false, None).await.unwrap().undone;
    assert_eq!(undone, Undone { restored: 31, failed: 1 });
    let after: BTreeMap<_, _> = snapshot(&app).await;
    for id in &users[..30] {
        assert_eq!(after.get(id), before.get(id));
    }
    assert!(after.contains_key(&pill) && after.contains_key(&other));
    let status = console.guard().await.unwrap();
    assert_eq!(status.batches[0].losses.renamed, 1, "it can be tried again");
}

/// The losses of one person are undone, as a part: continuing with that later does not touch any other person.
async fn r30_undoing_the_rest_takes_nothing_more(app: TestApp) {
    let users = people(&app, 60).await;
    app.clock.advance_minutes(60);
    let from = app.env.now();
    for id in &users[..3] {
        deactivate(&app, id).await.expect(StatusCode::OK);
    }
    app.patch(&format!("/Users/{}", users[0]), json!([{"op": "replace", "path": "userName", "value": "x"}])).await;
    spoil_renames(app.database.url()).await;
    let (console, until) = (app.console("gate-0001").await, app.env.now());
    let one = Some(vec![users[0].parse().unwrap()]);
    let undone = console.undo_span(Span { token: None, from, until }, false, one).await.unwrap().undone;
    assert_eq!(undone, Undone { restored: 1, failed: 1 });
    let batch = console.guard().await.unwrap().batches[0].batch.id;
    console.undo_batch(batch, false, None).await.unwrap();
    assert_eq!(app.get("/Users?filter=active%20eq%20false").await.total(), 2, "nobody asked for these");
}

async fn spoil_renames(url: &str) {
    const SPOIL: &str = "UPDATE departures SET before = '?' WHERE kind = 'renamed'";
    if url.starts_with("sqlite") {
        sqlx::query(SPOIL).execute(&mut SqliteConnection::connect(url).await.unwrap()).await.unwrap();
    } else {
        sqlx::query(SPOIL).execute(&mut PgConnection::connect(url).await.unwrap()).await.unwrap();
    }
}
