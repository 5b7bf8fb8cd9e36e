//! R13: further ways round the guard: several tokens, renames, slow departures, and names that are taken to prevent the
//! undo.

mod attack;

use crate::{
    guarantees::{
        a09_guard::{deactivate, people, settle, snapshot},
        common::{Dice, count, setting},
    },
    support::{TestApp, Value, json},
};
use attack::Attack;
use axum::http::{Method, StatusCode};
use domain::{
    GroupId, Timestamp, UserId,
    guard::{BatchState, Losses, Span},
    role::Role,
};
use std::collections::BTreeMap;

on_both!(
    r13_all_tokens_count_together,
    r13_renames_are_departures_and_come_back,
    r13_going_slowly_is_found_within_a_day,
    r13_a_name_that_is_taken_does_not_prevent_the_undo,
    r13_any_time_of_any_token_is_undone,
    r13_some_people_are_undone_and_the_batch_waits_on,
    r13_a_batch_that_grows_is_told_again,
    r13_random_attacks_are_found_and_undone,
);

const EVER: Timestamp = Timestamp::from_millis(0);

async fn patch_as(app: &TestApp, token: &str, id: &str, operations: Value) -> StatusCode {
    let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations});
    app.scim_as(token, Method::PATCH, &format!("/Users/{id}"), Some(body)).await.status
}

fn off() -> Value {
    json!([{"op": "replace", "path": "active", "value": false}])
}

async fn r13_all_tokens_count_together(app: TestApp) {
    let users = people(&app, 60).await;
    let okta = app.host.create_token("Okta", None).await.unwrap().secret;
    let console = app.console("gate-0001").await;
    for (at, id) in users[..14].iter().enumerate() {
        let token = if at % 2 == 0 { &app.token } else { &okta };
        assert_eq!(patch_as(&app, token, id, off()).await, StatusCode::OK);
        assert_eq!(count(&app, "guard.tripped").await, usize::from(at >= 12), "{at}");
    }
    let batch = console.guard().await.unwrap().batches.remove(0);
    let names: Vec<&str> = batch.tokens.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!((names, batch.losses.people), (vec!["Entra production", "Okta"], 14));
    console.undo_batch(batch.batch.id, true, None).await.unwrap();
    for token in [&app.token, &okta] {
        assert_eq!(app.scim_as(token, Method::GET, "/Users", None).await.status, StatusCode::FORBIDDEN, "paused");
    }
}

async fn r13_renames_are_departures_and_come_back(app: TestApp) {
    let users = people(&app, 60).await;
    let before = snapshot(&app).await;
    let console = app.console("gate-0001").await;
    for (at, id) in users[..40].iter().enumerate() {
        let rename = match at % 4 {
            0 => {
                json!([{"op": "replace", "path": "userName", "value": format!("x{at}")}, {"op": "add", "path": "nickName", "value": "x"}])
            }
            1 => json!([{"op": "replace", "path": "externalId", "value": format!("x{at}")}]),
            2 => {
                json!([{"op": "replace", "path": "emails", "value": [{"value": format!("x{at}@evil.example"), "type": "work"}]}])
            }
            _ => {
                json!([{"op": "replace", "path": "userName", "value": format!("x{at}")}, {"op": "replace", "path": "active", "value": false}])
            }
        };
        app.patch(&format!("/Users/{id}"), rename).await.expect(StatusCode::OK);
        assert_eq!(count(&app, "guard.tripped").await > 0, at >= 12, "{at}");
    }
    let batch = console.guard().await.unwrap().batches.remove(0);
    assert_eq!(batch.losses, Losses { people: 10, renamed: 40, ..Losses::default() });
    let undone = console.undo_batch(batch.batch.id, false, None).await.unwrap().undone;
    assert_eq!(undone.failed, 0);
    assert_eq!(snapshot(&app).await, before);
    let by_mail = "/Users?filter=emails.value%20eq%20%22person-2%40corp.example%22";
    assert_eq!(app.get(by_mail).await.total(), 1, "what is looked up is back, too");
    let by_id = "/Users?filter=externalId%20eq%20%22ext-person-1%40corp.example%22";
    assert_eq!(app.get(by_id).await.total(), 1);
}

async fn r13_going_slowly_is_found_within_a_day(app: TestApp) {
    let users = people(&app, 60).await;
    let mut gone = 0;
    for id in &users {
        deactivate(&app, id).await.expect(StatusCode::OK);
        gone += 1;
        if count(&app, "guard.tripped").await > 0 {
            break;
        }
        if gone % 12 == 0 {
            app.clock.advance_minutes(41);
        }
    }
    assert_eq!(gone, 25, "more than two fifths of sixty");
    let console = app.console("gate-0001").await;
    assert_eq!(console.guard().await.unwrap().batches[0].losses.people, 25);
}

async fn r13_a_name_that_is_taken_does_not_prevent_the_undo(app: TestApp) {
    let users = people(&app, 30).await;
    let members: Vec<Value> = users[..20].iter().map(|id| json!({"value": id})).collect();
    let team = json!({"displayName": "Staff", "members": members});
    let team = app.post("/Groups", team).await.expect(StatusCode::CREATED).id();
    let console = app.console("gate-0001").await;
    let (ada, staff): (UserId, GroupId) = (users[0].parse().unwrap(), team.parse().unwrap());
    console.set_user_role(ada, Some(Role::Administrator)).await.unwrap();
    console.set_group_role(staff, Some(Role::Auditor)).await.unwrap();
    let before = snapshot(&app).await;
    let mut newcomers = Vec::new();
    for (at, id) in users[..12].iter().enumerate() {
        app.delete(&format!("/Users/{id}")).await.expect(StatusCode::NO_CONTENT);
        newcomers.push(app.user(&format!("PERSON-{at}@corp.example")).await);
    }
    app.delete(&format!("/Groups/{team}")).await.expect(StatusCode::NO_CONTENT);
    newcomers.push(app.group("staff").await);
    // One takes the name of a person who was renamed.
    app.patch(&format!("/Users/{}", users[12]), json!([{"op": "replace", "path": "userName", "value": "x"}])).await;
    app.patch(
        &format!("/Users/{}", newcomers[0]),
        json!([{"op": "replace", "path": "userName", "value": "person-12@corp.example"}]),
    )
    .await;

    let batch = console.guard().await.unwrap().batches[0].batch.id;
    let undone = console.undo_batch(batch, false, None).await.unwrap().undone;
    assert_eq!(undone.failed, 0, "{undone:?}");
    let after = snapshot(&app).await;
    for (id, resource) in &before {
        assert_eq!(after.get(id), Some(resource));
    }
    for id in &newcomers {
        assert!(after.contains_key(id), "nobody is lost");
        let role = id.parse().map(|id| console.role_of(id));
        assert_eq!(role.unwrap().await.unwrap().effective(), Role::Member);
    }
    assert_eq!(console.role_of(ada).await.unwrap().effective(), Role::Administrator);
}

async fn r13_any_time_of_any_token_is_undone(app: TestApp) {
    let users = people(&app, 60).await;
    let okta = app.host.create_token("Okta", None).await.unwrap();
    deactivate(&app, &users[0]).await.expect(StatusCode::OK);
    app.clock.advance_minutes(5);
    let before = snapshot(&app).await;
    let from = app.env.now();
    for id in &users[1..4] {
        assert_eq!(patch_as(&app, &okta.secret, id, off()).await, StatusCode::OK);
    }
    let until = app.env.now();
    deactivate(&app, &users[4]).await.expect(StatusCode::OK);
    app.delete(&format!("/Users/{}", users[5])).await.expect(StatusCode::NO_CONTENT);
    let console = app.console("gate-0001").await;
    assert!(console.guard().await.unwrap().batches.is_empty(), "nothing was noticed");
    let okta_then = Span { token: Some(okta.token.id), from, until };
    let found = console.departed(okta_then).await.unwrap();
    assert_eq!((found.losses.people, found.departures.len()), (3, 3));
    let chosen = vec![users[2].parse().unwrap()];
    assert_eq!(console.undo_span(okta_then, false, Some(chosen)).await.unwrap().undone.restored, 1);
    assert_eq!(console.undo_span(okta_then, false, None).await.unwrap().undone.restored, 2);
    assert!(matches!(console.undo_span(okta_then, false, None).await, Err(domain::Error::NotFound)));
    let all = Span { token: None, from, until: app.env.now() };
    assert_eq!(console.undo_span(all, false, None).await.unwrap().undone.restored, 2);
    assert_eq!(snapshot(&app).await, before, "whoever left before that time stays away");
    let batches = console.guard().await.unwrap().batches;
    assert!(batches.iter().all(|found| found.batch.state == BatchState::Undone && found.batch.undone.is_some()));
}

async fn r13_some_people_are_undone_and_the_batch_waits_on(app: TestApp) {
    let users = people(&app, 30).await;
    for id in &users[..12] {
        deactivate(&app, id).await.expect(StatusCode::OK);
    }
    let console = app.console("gate-0001").await;
    let batch = console.guard().await.unwrap().batches[0].batch.id;
    let some: Vec<_> = users[..5].iter().map(|id| id.parse().unwrap()).collect();
    assert_eq!(console.undo_batch(batch, false, Some(some)).await.unwrap().undone.restored, 5);
    let found = console.guard().await.unwrap().batches.remove(0);
    assert_eq!((found.batch.state, found.losses.people), (BatchState::Open, 7));
    assert_eq!(app.get("/Users?filter=active%20eq%20false").await.total(), 7);
    let rest = users[5..12].iter().map(|id| id.parse().unwrap()).collect();
    console.undo_batch(batch, false, Some(rest)).await.unwrap();
    let found = console.guard().await.unwrap().batches.remove(0);
    assert_eq!((found.batch.state, found.batch.undone.unwrap().restored), (BatchState::Undone, 12));
}

async fn r13_a_batch_that_grows_is_told_again(app: TestApp) {
    let users = people(&app, 60).await;
    for (at, id) in users.iter().enumerate() {
        deactivate(&app, id).await.expect(StatusCode::OK);
        let told = match at + 1 {
            ..13 => 0,
            13..26 => 1,
            26..52 => 2,
            _ => 3,
        };
        assert_eq!(count(&app, "guard.tripped").await, told, "{at}");
    }
}

/// Whatever a hostile directory does, no more people than the limit of a day are gone unnoticed, and undoing restores
/// those who were there, as they were.
async fn r13_random_attacks_are_found_and_undone(app: TestApp) {
    let mut dice = Dice::of_environment();
    for round in 0..setting("POSTERN_ROUNDS", 2) {
        let attack = Attack::prepare(&app, round).await;
        settle(&app).await;
        app.clock.advance_minutes(60);
        let before = attack.picture(snapshot(&app).await);
        let from = app.env.now();
        attack.run(&mut dice, 80).await;
        let console = app.console(&format!("gate-{round}")).await;
        let status = console.guard().await.unwrap();
        let limit = status.guard.slow_threshold(status.population);
        let now = attack.picture(snapshot(&app).await);
        let unfound = attack.gone(&before, &now).difference(&attack.found(&console).await).count();
        assert!(unfound as u64 <= limit, "{unfound} of {limit} are gone unfound");
        let span = Span { token: None, from, until: app.env.now() };
        let undone = console.undo_span(span, false, None).await.unwrap().undone;
        let after = attack.picture(snapshot(&app).await);
        println!("round {round}: {} people gone, {undone:?}", attack.gone(&before, &now).len());
        let different: BTreeMap<_, _> = before.iter().filter(|(id, was)| after.get(*id) != Some(*was)).collect();
        if let Some((id, was)) = different.into_iter().next() {
            panic!("{id} was {was}, is {:?}", after.get(id));
        }
        let all = Span { token: None, from: EVER, until: app.env.now() };
        assert_eq!(console.departed(all).await.unwrap().losses, Losses::default());
    }
}
