//! R6: every person who leaves a group that matters counts, however they are removed, and is restored.

use crate::{
    guarantees::{
        a09_guard::{HOLD, people, snapshot},
        common::{count, events},
    },
    support::{TestApp, Value, json},
};
use axum::http::StatusCode;
use domain::{
    guard::Losses,
    role::Role,
    settings::{GuardMode, GuardSettings},
    token::{ClientProfile, Token},
};

on_both!(
    r06_members_who_are_taken_out_one_by_one_are_counted,
    r06_every_way_out_of_a_group_counts,
    r06_a_small_group_counts_where_it_gives_a_role,
    r06_one_person_in_many_groups_counts_once,
    r06_a_member_who_leaves_and_comes_back_in_one_call_has_not_left,
);

async fn team(app: &TestApp, name: &str, users: &[String]) -> String {
    let members: Vec<Value> = users.iter().map(|id| json!({"value": id})).collect();
    let group = json!({"displayName": name, "members": members});
    app.post("/Groups", group).await.expect(StatusCode::CREATED).id()
}

/// `replace` of members removes the others, as the RFC says.
async fn mean_what_the_rfc_says(app: &TestApp) {
    let token = app.host.tokens().await.unwrap().remove(0);
    let token = Token { profile: Some(ClientProfile::Generic), profile_set: true, ..token };
    let written = app.env.store.write(token, |token, tx| Box::pin(async move { tx.update_token(token).await }));
    written.await.unwrap();
}

async fn r06_members_who_are_taken_out_one_by_one_are_counted(app: TestApp) {
    let users = people(&app, 60).await;
    let group = team(&app, "Everybody", &users[..40]).await;
    let before = snapshot(&app).await;
    let console = app.console("gate-0001").await;
    app.clock.advance_minutes(1);
    // Entra sends one PATCH a person, or a few people in each.
    for (at, id) in users[..38].iter().enumerate() {
        let leave = json!([{"op": "remove", "path": format!("members[value eq \"{id}\"]")}]);
        let answer = app.patch(&format!("/Groups/{group}"), leave).await;
        assert!(answer.status.is_success(), "{}", answer.text);
        assert_eq!(count(&app, "guard.tripped").await > 0, at >= 12, "{at}");
    }
    let batch = console.guard().await.unwrap().batches.remove(0);
    assert_eq!(batch.losses, Losses { memberships: 38, ..Losses::default() });
    let undone = console.undo_batch(batch.batch.id, false, None).await.unwrap().undone;
    assert_eq!((undone.restored, undone.failed), (38, 0));
    assert_eq!(snapshot(&app).await, before);
    let back = events(&app)
        .await
        .iter()
        .filter(|entry| entry.event.after.as_deref().is_some_and(|after| after.contains("members back")))
        .count();
    assert_eq!(back, 1, "one event for all who came back into a group");
}

async fn r06_every_way_out_of_a_group_counts(app: TestApp) {
    let users = people(&app, 60).await;
    mean_what_the_rfc_says(&app).await;
    let group = team(&app, "Everybody", &users).await;
    let before = snapshot(&app).await;
    let path = format!("/Groups/{group}");
    let console = app.console("gate-0001").await;
    let hold = GuardSettings { cap: 20, ..HOLD };
    let one = [json!({"value": users[0]})];
    let many: Vec<Value> = users[..40].iter().map(|id| json!({"value": id})).collect();
    console.set_guard(hold).await.unwrap();
    for round in ["held", "let go"] {
        let status = if round == "held" { StatusCode::FORBIDDEN } else { StatusCode::OK };
        let ways = [
            app.patch(&path, json!([{"op": "replace", "path": "members", "value": one}])).await,
            app.put(&path, json!({"displayName": "Everybody", "members": one})).await,
            app.patch(&path, json!([{"op": "remove", "path": "members", "value": many}])).await,
            app.patch(&path, json!([{"op": "remove", "path": "members"}])).await,
        ];
        for answer in &ways {
            assert!(
                answer.status == status || status == StatusCode::OK && answer.status.is_success(),
                "{}",
                answer.text
            );
        }
        if round == "held" {
            app.delete(&path).await.expect(StatusCode::FORBIDDEN);
            assert_eq!(snapshot(&app).await, before, "a refusal changes nothing");
            let batch = console.guard().await.unwrap().batches[0].batch.id;
            console.dismiss_batch(batch).await.unwrap();
            console.set_guard(GuardSettings { mode: GuardMode::Alert, ..hold }).await.unwrap();
        }
    }
    assert_eq!(count(&app, "guard.tripped").await, 1);
    app.delete(&path).await.expect(StatusCode::NO_CONTENT);
    let batch = console.guard().await.unwrap().batches[0].batch.id;
    console.undo_batch(batch, false, None).await.unwrap();
    assert_eq!(snapshot(&app).await, before);
}

async fn r06_a_small_group_counts_where_it_gives_a_role(app: TestApp) {
    let users = people(&app, 30).await;
    let (staff, plain) = (team(&app, "Staff", &users[..4]).await, team(&app, "Plain", &users[..4]).await);
    let console = app.console("gate-0001").await;
    console.set_group_role(staff.parse().unwrap(), Some(Role::Auditor)).await.unwrap();
    console.set_guard(GuardSettings { count: 1, percent: 1, ..HOLD }).await.unwrap();
    let leave = async |group: &str, id: &str| {
        let operation = json!([{"op": "remove", "path": format!("members[value eq \"{id}\"]")}]);
        app.patch(&format!("/Groups/{group}"), operation).await.status
    };
    // A small group that gives no role counts only when it is empty.
    for id in &users[..3] {
        assert!(leave(&plain, id).await.is_success());
    }
    assert!(leave(&staff, &users[0]).await.is_success());
    assert_eq!(leave(&staff, &users[1]).await, StatusCode::FORBIDDEN);
    assert_eq!(leave(&plain, &users[3]).await, StatusCode::FORBIDDEN);
}

async fn r06_one_person_in_many_groups_counts_once(app: TestApp) {
    let users = people(&app, 30).await;
    let mut groups = Vec::new();
    for at in 0..15 {
        groups.push(team(&app, &format!("Team {at}"), &users[..12]).await);
    }
    let console = app.console("gate-0001").await;
    console.set_guard(HOLD).await.unwrap();
    // Ten people leave fifteen groups: that is ten, not a hundred and fifty.
    for group in &groups {
        let leavers: Vec<Value> = users[..10].iter().map(|id| json!({"value": id})).collect();
        let leave = json!([{"op": "remove", "path": "members", "value": leavers}]);
        assert!(app.patch(&format!("/Groups/{group}"), leave).await.status.is_success());
    }
    let leave = json!([{"op": "remove", "path": format!("members[value eq \"{}\"]", users[10])}]);
    app.patch(&format!("/Groups/{}", groups[0]), leave).await.expect(StatusCode::FORBIDDEN);
}

async fn r06_a_member_who_leaves_and_comes_back_in_one_call_has_not_left(app: TestApp) {
    let users = people(&app, 30).await;
    let group = team(&app, "Everybody", &users).await;
    let console = app.console("gate-0001").await;
    console.set_guard(HOLD).await.unwrap();
    let all: Vec<Value> = users.iter().map(|id| json!({"value": id})).collect();
    let swap = json!([{"op": "remove", "path": "members"}, {"op": "add", "path": "members", "value": all}]);
    assert!(app.patch(&format!("/Groups/{group}"), swap).await.status.is_success());
    assert_eq!(count(&app, "guard.held").await, 0);
}
