//! R32: ways past the guard in several steps, each of which looks harmless.

use crate::{
    guarantees::{
        a09_guard::{people, settle, snapshot},
        common::count,
    },
    support::{TestApp, Value, json},
};
use axum::http::StatusCode;

on_both!(
    r32_a_stooge_does_not_keep_small_groups_from_counting,
    r32_an_address_that_is_exchanged_in_two_steps_is_a_rename,
    r32_letters_that_look_different_are_another_name,
);

async fn r32_a_stooge_does_not_keep_small_groups_from_counting(app: TestApp) {
    let users = people(&app, 60).await;
    let stooge = app.user("stooge@corp.example").await;
    let mut groups = Vec::new();
    for team in users[..54].chunks(9) {
        let members: Vec<Value> = team.iter().map(|id| json!({"value": id})).collect();
        let group = json!({"displayName": format!("Team {}", groups.len()), "members": members});
        groups.push((app.post("/Groups", group).await.expect(StatusCode::CREATED).id(), team));
    }
    settle(&app).await;
    app.clock.advance_minutes(60 * 25);
    let before = snapshot(&app).await;
    for (at, (group, team)) in groups.iter().enumerate() {
        let path = format!("/Groups/{group}");
        app.patch(&path, json!([{"op": "add", "path": "members", "value": [{"value": stooge}]}])).await;
        for id in *team {
            let remove = json!([{"op": "remove", "path": format!("members[value eq \"{id}\"]")}]);
            assert!(app.patch(&path, remove).await.status.is_success());
        }
        if at % 2 == 0 {
            app.delete(&path).await.expect(StatusCode::NO_CONTENT);
        }
    }
    assert!(count(&app, "guard.tripped").await > 0);
    let console = app.console("gate-0001").await;
    let batch = console.guard().await.unwrap().batches[0].batch.id;
    assert_eq!(console.undo_batch(batch, false, None).await.unwrap().undone.failed, 0);
    let after = snapshot(&app).await;
    for id in users.iter().chain(groups.iter().map(|(id, _)| id)) {
        let members = |resource: &Value| resource["members"].as_array().map(Vec::len);
        let (was, is) = (&before[id], &after[id]);
        assert!(members(is) >= members(was), "{:?} {:?} {was} {is}", members(was), members(is));
    }
}

async fn r32_an_address_that_is_exchanged_in_two_steps_is_a_rename(app: TestApp) {
    let users = people(&app, 60).await;
    let before = snapshot(&app).await;
    for (at, id) in users[..20].iter().enumerate() {
        let evil =
            json!([{"op": "add", "path": "emails", "value": [{"value": format!("evil{at}@x"), "type": "home"}]}]);
        app.patch(&format!("/Users/{id}"), evil).await.expect(StatusCode::OK);
        let old = format!("emails[value eq \"person-{at}@corp.example\"]");
        app.patch(&format!("/Users/{id}"), json!([{"op": "remove", "path": old}])).await.expect(StatusCode::OK);
    }
    assert!(count(&app, "guard.tripped").await > 0);
    let console = app.console("gate-0001").await;
    let batch = &console.guard().await.unwrap().batches[0];
    assert_eq!(batch.losses.renamed, 20);
    console.undo_batch(batch.batch.id, false, None).await.unwrap();
    let after = snapshot(&app).await;
    for (at, id) in users[..20].iter().enumerate() {
        let text = after[id].to_string();
        assert!(text.contains(&format!("person-{at}@corp.example")), "{} {text}", before[id]);
    }
}

async fn r32_letters_that_look_different_are_another_name(app: TestApp) {
    let users = people(&app, 60).await;
    for (at, id) in users[..20].iter().enumerate() {
        let name: String = format!("person-{at}@corp.example").chars().map(circled).collect();
        let rename = json!([{"op": "replace", "path": "userName", "value": name}]);
        app.patch(&format!("/Users/{id}"), rename).await.expect(StatusCode::OK);
    }
    assert!(count(&app, "guard.tripped").await > 0);
    let console = app.console("gate-0001").await;
    assert_eq!(console.guard().await.unwrap().batches[0].losses.renamed, 20);
}

/// A letter in a circle, which folds to the letter.
fn circled(letter: char) -> char {
    match letter {
        'a'..='z' => char::from_u32(0x24d0 + u32::from(letter) - u32::from('a')).unwrap_or(letter),
        other => other,
    }
}
