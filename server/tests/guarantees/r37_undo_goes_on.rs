//! R37: an undo that was ordered is carried out to its end, once, however long it takes and whichever process does it;
//! and each of those who left can be found.

use crate::{
    guarantees::{
        a09_guard::{deactivate, people},
        common::count,
    },
    support::{TestApp, Value, json},
};
use axum::http::StatusCode;
use domain::{
    Error, Refusal,
    console::Console,
    guard::{BatchState, Span, Undone},
    undo,
};
use uuid::Uuid;

on_both!(
    r37_a_large_undo_outlives_its_request,
    r37_an_undo_that_is_ordered_twice_is_done_once,
    r37_who_left_is_found_by_name,
    r37_nobody_hides_behind_another_display_name,
);

async fn batch(console: &Console) -> Uuid {
    console.guard().await.unwrap().batches[0].batch.id
}

async fn r37_a_large_undo_outlives_its_request(app: TestApp) {
    const MEMBERS: u64 = 1_250;
    let users = people(&app, MEMBERS as usize).await;
    let members: Vec<_> = users.iter().map(|id| json!({"value": id})).collect();
    let group = json!({"displayName": "Everybody", "members": members});
    let group = app.post("/Groups", group).await.expect(StatusCode::CREATED).id();
    app.clock.advance_minutes(60);
    let path = format!("/Groups/{group}");
    assert!(app.patch(&path, json!([{"op": "remove", "path": "members"}])).await.status.is_success());
    let console = app.console("gate-0001").await;
    let batch = batch(&console).await;

    let progress = console.undo_batch(batch, false, None).await.unwrap();
    assert!(!progress.is_over && progress.undone.restored < MEMBERS, "{progress:?}");
    let status = console.guard().await.unwrap();
    assert_eq!((status.undos.len(), status.undos[0].undone), (1, progress.undone));
    for refused in [
        console.undo_batch(batch, false, None).await.map(drop),
        console.undo_batch(batch, false, Some(vec![users[0].parse().unwrap()])).await.map(drop),
        console.dismiss_batch(batch).await,
        console.approve_batch(batch).await,
    ] {
        assert!(matches!(refused, Err(Error::Refused(Refusal::BeingUndone))), "{refused:?}");
    }
    // The administrator who ordered it need not stay.
    let own = console.principal().session;
    let other = app.console("gate-0002").await;
    other.revoke_session(own).await.unwrap();
    undo::go_on_with_all(&app.env).await.unwrap();
    assert_eq!(count(&app, "guard.undone").await, 0, "the request may still be at it");
    app.clock.advance_minutes(1);
    // Another process on the same database does as well.
    undo::go_on_with_all(&app.another().await.env).await.unwrap();

    let group = app.get(&path).await.expect(StatusCode::OK).json();
    assert_eq!(group["members"].as_array().unwrap().len() as u64, MEMBERS);
    let status = other.guard().await.unwrap();
    assert_eq!((status.undos.len(), status.batches[0].batch.state), (0, BatchState::Undone));
    assert_eq!(status.batches[0].batch.undone, Some(Undone { restored: MEMBERS, failed: 0 }));
    assert_eq!(count(&app, "guard.undone").await, 1);
}

async fn r37_an_undo_that_is_ordered_twice_is_done_once(app: TestApp) {
    let users = people(&app, 60).await;
    for id in &users[..40] {
        deactivate(&app, id).await.expect(StatusCode::OK);
    }
    let (one, other) = (app.console("gate-0001").await, app.console("gate-0002").await);
    let batch = batch(&one).await;
    app.clock.advance_minutes(1);
    let (one, other, background) = tokio::join!(
        one.undo_batch(batch, false, None),
        other.undo_batch(batch, false, None),
        undo::go_on_with_all(&app.env)
    );
    background.unwrap();
    let refused = |error: &Error| matches!(error, Error::Refused(Refusal::BeingUndone | Refusal::Decided));
    assert!(one.is_ok() != other.is_ok() && one.err().or(other.err()).is_some_and(|error| refused(&error)));
    assert_eq!(count(&app, "user.reactivated").await, 40);
    assert_eq!(count(&app, "guard.undone").await, 1);
}

async fn r37_who_left_is_found_by_name(app: TestApp) {
    let from = app.env.now();
    for at in 0..221 {
        let name = if at == 0 { "Grün".to_owned() } else { format!("Person {at}.") };
        let user = json!({"userName": format!("{at}@corp.example"), "displayName": name, "active": true});
        let id = app.post("/Users", user).await.expect(StatusCode::CREATED).id();
        app.delete(&format!("/Users/{id}")).await.expect(StatusCode::NO_CONTENT);
    }
    let console = app.console("gate-0001").await;
    let batch = batch(&console).await;
    let span = Span { token: None, from, until: app.env.now() };
    for (text, found) in [("GRÜN", 1), ("person 7.", 1), ("Person 7", 11), ("7%", 0), ("_", 0)] {
        assert_eq!(console.departures(batch, text).await.unwrap().len(), found, "{text}");
        assert_eq!(console.departed_named(span, text).await.unwrap().len(), found, "{text}");
        assert_eq!(console.deleted(text).await.unwrap().users.len(), found, "{text}");
    }
    assert_eq!(console.departures(batch, "").await.unwrap().len(), 200);
    assert_eq!(console.deleted("").await.unwrap().users.len(), 200);
}

async fn r37_nobody_hides_behind_another_display_name(app: TestApp) {
    let from = app.env.now();
    let replace = |path: &str, value: Value| json!([{"op": "replace", "path": path, "value": value}]);
    let mut users = Vec::new();
    for name in ["ada", "bob", "cyd", "dan"] {
        let user = json!({"userName": format!("{name}@Corp.example"), "displayName": name, "active": true});
        let id = app.post("/Users", user).await.expect(StatusCode::CREATED).id();
        app.patch(&format!("/Users/{id}"), replace("displayName", json!("Import 17"))).await.expect(StatusCode::OK);
        users.push(id);
    }
    let group = json!({"displayName": "Staff", "members": [{"value": users[3]}]});
    let group = app.post("/Groups", group).await.expect(StatusCode::CREATED).id();
    let user = |at: usize| format!("/Users/{}", users[at]);
    app.patch(&user(0), replace("active", json!(false))).await.expect(StatusCode::OK);
    app.delete(&user(1)).await.expect(StatusCode::NO_CONTENT);
    app.patch(&user(2), replace("userName", json!("import17"))).await.expect(StatusCode::OK);
    app.patch(&user(2), replace("active", json!(false))).await.expect(StatusCode::OK);
    let emptied = app.patch(&format!("/Groups/{group}"), json!([{"op": "remove", "path": "members"}])).await;
    assert!(emptied.status.is_success(), "{}", emptied.text);

    let console = app.console("gate-0001").await;
    let span = Span { token: None, from, until: app.env.now() };
    for (text, found) in
        [("ADA@corp", users[0].as_str()), ("bob@", &users[1]), ("cyd@corp", &users[2]), ("dan@", &users[3])]
    {
        let targets: Vec<String> =
            console.departed_named(span, text).await.unwrap().iter().map(|one| one.target.to_string()).collect();
        assert!(targets.iter().any(|target| target == found), "{text}: {targets:?}");
        assert!(targets.iter().all(|target| target == found), "{text}: {targets:?}");
    }
    assert_eq!(console.departed_named(span, "nobody").await.unwrap().len(), 0);
    assert!(console.departed_named(span, "import 17").await.unwrap().len() > 3);
}
