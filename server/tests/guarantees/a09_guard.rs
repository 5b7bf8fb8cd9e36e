//! A9: a directory that removes too many people at once is noticed, and its work is undone.

use crate::{
    guarantees::common::{assert_same, count, list, of_changes, tables, without},
    support::{Answer, TestApp, Value, entra_user, json},
};
use axum::http::StatusCode;
use domain::{
    TokenId,
    console::Console,
    settings::{GuardMode, GuardSettings},
};
use std::{collections::BTreeMap, time::Instant};

on_both!(
    a09_three_hundred_of_five_hundred_come_back_as_they_were,
    a09_nobody_more_leaves_while_the_guard_holds,
    a09_the_threshold_has_an_edge,
);

async fn a09_three_hundred_of_five_hundred_come_back_as_they_were(app: TestApp) {
    let (users, groups) = company(&app).await;
    let before = snapshot(&app).await;
    let console = app.console("gate-0001").await;
    leave(&app, &users, &groups).await;
    let after = snapshot(&app).await;
    let gone = before.iter().filter(|(id, resource)| after.get(*id) != Some(resource)).count();
    assert!(gone >= 300, "{gone} users and groups are not as they were");

    let status = console.guard().await.unwrap();
    assert_eq!(status.batches.len(), 1);
    let batch = &status.batches[0];
    let started = Instant::now();
    let undone = console.undo_batch(batch.batch.id, true, None).await.unwrap().undone;
    let seconds = started.elapsed().as_secs_f64();
    println!("undoing {} departures of {} people took {seconds:.2} s", undone.restored, batch.losses.people);
    assert_eq!(undone.failed, 0, "{undone:?}");
    assert!(seconds < 10.0, "{seconds} s");
    let paused = app.get("/Users").await.expect(StatusCode::FORBIDDEN);
    assert!(detail(&paused).contains("paused"), "{}", paused.text);
    resume(&app, &console).await;
    let restored = snapshot(&app).await;
    for (id, resource) in &before {
        assert_eq!(restored.get(id), Some(resource));
    }
    assert_eq!(restored.len(), before.len());
    app.patch(&format!("/Users/{}", users[0]), json!([{"op": "replace", "path": "active", "value": false}]))
        .await
        .expect(StatusCode::OK);
}

/// 500 people; 20 groups of 25. All people of the first ten groups are also in the next one.
pub(crate) async fn company(app: &TestApp) -> (Vec<String>, Vec<String>) {
    let mut users = Vec::new();
    for at in 0..500 {
        users.push(app.user(&format!("person-{at}@corp.example")).await);
    }
    let mut groups = Vec::new();
    for at in 0..20 {
        let more = if at < 10 { 25 } else { 0 };
        let members: Vec<Value> =
            (at * 25..at * 25 + 25 + more).map(|member| json!({"value": users[member]})).collect();
        let group =
            json!({"displayName": format!("Team {at}"), "externalId": format!("team-{at}"), "members": members});
        groups.push(app.post("/Groups", group).await.expect(StatusCode::CREATED).id());
    }
    settle(app).await;
    (users, groups)
}

/// What Entra sends in one cycle after a filter was set wrongly.
async fn leave(app: &TestApp, users: &[String], groups: &[String]) {
    for (at, id) in users[..100].iter().enumerate() {
        let operation = match at % 4 {
            0 => json!({"op": "Replace", "path": "active", "value": "False"}),
            1 => json!({"op": "replace", "value": {"active": false}}),
            2 => json!({"op": "Add", "path": "active", "value": false}),
            _ => {
                json!({"op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User:active", "value": "false"})
            }
        };
        app.patch(&format!("/Users/{id}"), json!([operation])).await.expect(StatusCode::OK);
        let found = count(app, "guard.tripped").await > 0;
        assert_eq!(found, at >= 50, "fifty of five hundred are ordinary, not {at}");
    }
    for (at, id) in users[100..150].iter().enumerate() {
        let mut user = entra_user(&format!("person-{}@corp.example", at + 100));
        user["active"] = json!(false);
        app.put(&format!("/Users/{id}"), user).await.expect(StatusCode::OK);
    }
    for id in &users[150..250] {
        app.delete(&format!("/Users/{id}")).await.expect(StatusCode::NO_CONTENT);
    }
    // Deactivated first, and then deleted.
    for id in users[250..260].iter().chain(&users[..5]) {
        app.patch(&format!("/Users/{id}"), json!([{"op": "replace", "path": "active", "value": false}]))
            .await
            .expect(StatusCode::OK);
        app.delete(&format!("/Users/{id}")).await.expect(StatusCode::NO_CONTENT);
    }
    // One group loses its people one by one, and some of those are deleted in between.
    for (at, id) in users[450..475].iter().enumerate() {
        let operation = json!({"op": "Remove", "path": "members", "value": [{"value": id}]});
        // A capitalised op is Entra's, which gets no body back.
        app.patch(&format!("/Groups/{}", groups[18]), json!([operation])).await.expect(StatusCode::NO_CONTENT);
        if at % 10 == 0 {
            app.delete(&format!("/Users/{id}")).await.expect(StatusCode::NO_CONTENT);
        }
    }
    // Another is emptied at once and then deleted, a third is deleted with its people in it.
    app.patch(&format!("/Groups/{}", groups[17]), json!([{"op": "Remove", "path": "members"}]))
        .await
        .expect(StatusCode::NO_CONTENT);
    app.delete(&format!("/Groups/{}", groups[17])).await.expect(StatusCode::NO_CONTENT);
    app.delete(&format!("/Users/{}", users[475])).await.expect(StatusCode::NO_CONTENT);
    app.delete(&format!("/Groups/{}", groups[19])).await.expect(StatusCode::NO_CONTENT);
    app.delete(&format!("/Users/{}", users[476])).await.expect(StatusCode::NO_CONTENT);
    let told = count(app, "guard.tripped").await;
    assert!((2..=4).contains(&told), "told once, and again whenever it has doubled: {told}");
}

/// All users and groups as SCIM shows them, without their versions and times of change.
pub(crate) async fn snapshot(app: &TestApp) -> BTreeMap<String, Value> {
    let mut resources = list(app, "/Users").await;
    resources.extend(list(app, "/Groups").await);
    let resource = |mut resource: Value| {
        let meta = resource["meta"].as_object_mut().unwrap();
        meta.remove("version");
        meta.remove("lastModified");
        for list in ["groups", "members"] {
            if let Some(list) = resource[list].as_array_mut() {
                list.sort_by_cached_key(Value::to_string);
            }
        }
        (resource["id"].as_str().unwrap().to_owned(), resource)
    };
    resources.into_iter().map(resource).collect()
}

fn detail(answer: &Answer) -> String {
    answer.json()["detail"].as_str().unwrap().to_owned()
}

async fn resume(app: &TestApp, console: &Console) {
    let token: TokenId = app.host.tokens().await.unwrap()[0].id;
    console.pause_token(token, false).await.unwrap();
    app.get("/Users").await.expect(StatusCode::OK);
}

/// Lets the present people count: those created within the last day do not, and of the last days the smallest number
/// counts.
pub(crate) async fn settle(app: &TestApp) {
    crate::guarantees::common::maintain(app).await;
    app.clock.advance_minutes(9 * 24 * 60);
}

pub(crate) async fn people(app: &TestApp, count: usize) -> Vec<String> {
    let mut users = Vec::new();
    for at in 0..count {
        users.push(app.user(&format!("person-{at}@corp.example")).await);
    }
    settle(app).await;
    users
}

pub(crate) async fn deactivate(app: &TestApp, id: &str) -> Answer {
    app.patch(&format!("/Users/{id}"), json!([{"op": "Replace", "path": "active", "value": "False"}])).await
}

pub(crate) const HOLD: GuardSettings =
    GuardSettings { mode: GuardMode::Hold, count: 10, percent: 20, cap: 50, minutes: 40 };

async fn a09_nobody_more_leaves_while_the_guard_holds(app: TestApp) {
    let users = people(&app, 60).await;
    let group = app.group("Everybody").await;
    let all: Vec<Value> = users[30..].iter().map(|id| json!({"value": id})).collect();
    app.patch(&format!("/Groups/{group}"), json!([{"op": "add", "path": "members", "value": all}])).await;
    let console = app.console("gate-0001").await;
    console.set_guard(HOLD).await.unwrap();
    // Twelve are ordinary: 20 of 100.
    for id in &users[..12] {
        deactivate(&app, id).await.expect(StatusCode::OK);
    }
    let held = |tables| {
        let mut tables = without(of_changes(tables), &[("departures", "batch")]);
        // Departures before the hold are in its batch from then on.
        for table in ["batches", "batch_tokens", "departed_people"] {
            assert!(tables.remove(table).is_some(), "{table}");
        }
        tables
    };
    let before = held(tables(&app).await);
    let mut body = entra_user("person-14@corp.example");
    body["active"] = json!(false);
    for round in 0..2 {
        for answer in [
            deactivate(&app, &users[12]).await,
            app.delete(&format!("/Users/{}", users[13])).await,
            app.put(&format!("/Users/{}", users[14]), body.clone()).await,
            app.delete(&format!("/Groups/{group}")).await,
            app.patch(&format!("/Groups/{group}"), json!([{"op": "remove", "path": "members"}])).await,
        ] {
            let answer = answer.expect(StatusCode::FORBIDDEN);
            assert!(detail(&answer).contains("Postern holds this"), "{round}: {}", answer.text);
        }
    }
    assert_same(&before, &held(tables(&app).await), "held");
    assert_eq!(count(&app, "guard.held").await, 1, "one hold is told once");
    // Changes that take away no access continue.
    app.user("new@corp.example").await;
    let name = json!([{"op": "replace", "path": "displayName", "value": "Ada"}]);
    app.patch(&format!("/Users/{}", users[12]), name).await.expect(StatusCode::OK);
    app.delete(&format!("/Users/{}", users[0])).await.expect(StatusCode::NO_CONTENT);

    let batch = console.guard().await.unwrap().batches[0].batch.id;
    console.approve_batch(batch).await.unwrap();
    assert!(console.approve_batch(batch).await.is_err() && console.dismiss_batch(batch).await.is_err());
    for id in &users[12..30] {
        deactivate(&app, id).await.expect(StatusCode::OK);
    }
    app.delete(&format!("/Groups/{group}")).await.expect(StatusCode::NO_CONTENT);
    // Two hours later the count starts from zero.
    app.clock.advance_minutes(121);
    for id in &users[30..42] {
        deactivate(&app, id).await.expect(StatusCode::OK);
    }
    deactivate(&app, &users[42]).await.expect(StatusCode::FORBIDDEN);
    let again = app.console("gate-0002").await;
    let batch = again.guard().await.unwrap().batches[0].batch.id;
    again.dismiss_batch(batch).await.unwrap();
    for id in &users[42..54] {
        deactivate(&app, id).await.expect(StatusCode::OK);
    }
    deactivate(&app, &users[54]).await.expect(StatusCode::FORBIDDEN);
}

async fn a09_the_threshold_has_an_edge(app: TestApp) {
    // Ten, among few.
    let few = people(&app, 30).await;
    let console = app.console("gate-0001").await;
    console.set_guard(HOLD).await.unwrap();
    for id in &few[..10] {
        deactivate(&app, id).await.expect(StatusCode::OK);
    }
    deactivate(&app, &few[10]).await.expect(StatusCode::FORBIDDEN);
    let batch = console.guard().await.unwrap().batches[0].batch.id;
    console.dismiss_batch(batch).await.unwrap();
    // A fifth among many.
    for at in 0..85 {
        app.user(&format!("more-{at}@corp.example")).await;
    }
    settle(&app).await;
    let active = list(&app, "/Users?filter=active%20eq%20true").await;
    let active: Vec<&str> = active.iter().map(|user| user["id"].as_str().unwrap()).collect();
    assert_eq!(active.len(), 105);
    for id in &active[..21] {
        deactivate(&app, id).await.expect(StatusCode::OK);
    }
    deactivate(&app, active[21]).await.expect(StatusCode::FORBIDDEN);
    // A user who is inactive already does not depart again, and may be reactivated.
    let reactivate = json!([{"op": "Replace", "path": "active", "value": "True"}]);
    app.patch(&format!("/Users/{}", active[0]), reactivate).await.expect(StatusCode::OK);
    app.delete(&format!("/Users/{}", active[1])).await.expect(StatusCode::NO_CONTENT);
}
