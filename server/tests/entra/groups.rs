//! Groups and their members.

use crate::{
    entra::{NOBODY, members},
    support::{TestApp, Value, json},
};
use axum::http::StatusCode;

on_both!(
    the_classic_group_schema_is_taken_and_not_echoed,
    the_legacy_removal_takes_only_the_listed_members,
    the_standard_removal_takes_only_the_named_member,
    parallel_member_patches_lose_nobody,
    repeated_membership_changes_succeed,
    excluded_members_are_not_there,
);

async fn trio(app: &TestApp) -> (String, [String; 3]) {
    let group = app.group("Owners").await;
    let ids = [app.user("a").await, app.user("b").await, app.user("c").await];
    let value: Vec<Value> = ids.iter().map(|id| json!({"$ref": null, "value": id})).collect();
    app.patch(&format!("/Groups/{group}"), json!([{"op": "Add", "path": "members", "value": value}])).await;
    assert_eq!(members(app, &group).await.len(), 3);
    (group, ids)
}

async fn the_classic_group_schema_is_taken_and_not_echoed(app: TestApp) {
    let classic = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group";
    let body = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group", classic],
        "externalId": "8aa1", "displayName": "Engine Owners", "meta": {"resourceType": "Group"}, "members": []});
    let created = app.post("/Groups", body).await.expect(StatusCode::CREATED);
    assert!(!created.text.contains("schemas.microsoft.com"));
    assert_eq!(created.json()["displayName"], "Engine Owners");
}

async fn the_legacy_removal_takes_only_the_listed_members(app: TestApp) {
    let (group, [a, b, c]) = trio(&app).await;
    let operations = json!([{"op": "Remove", "path": "members", "value": [{"$ref": null, "value": b}]}]);
    assert!(app.patch(&format!("/Groups/{group}"), operations).await.status.is_success());
    assert_eq!(members(&app, &group).await, [a, c]);
    let operations = json!([{"op": "Remove", "path": "members", "value": []}]);
    assert!(app.patch(&format!("/Groups/{group}"), operations).await.status.is_success());
    assert_eq!(members(&app, &group).await.len(), 2, "a removal that lists nobody removes nobody");
}

async fn the_standard_removal_takes_only_the_named_member(app: TestApp) {
    let (group, [a, b, c]) = trio(&app).await;
    let operations = json!([{"op": "remove", "path": format!("members[value eq \"{b}\"]")}]);
    assert!(app.patch(&format!("/Groups/{group}"), operations).await.status.is_success());
    assert_eq!(members(&app, &group).await, [a.clone(), c]);
    let query = format!("/Groups?filter=id+eq+%22{group}%22+and+members+eq+%22{a}%22&attributes=id");
    assert_eq!(app.get(&query).await.total(), 1);
    app.patch(&format!("/Groups/{group}"), json!([{"op": "remove", "path": "members"}])).await;
    assert!(members(&app, &group).await.is_empty());
}

async fn parallel_member_patches_lose_nobody(app: TestApp) {
    let group = app.group("Owners").await;
    let mut ids = Vec::new();
    for n in 0..24 {
        ids.push(app.user(&format!("user{n}")).await);
    }
    let path = format!("/Groups/{group}");
    let patches =
        ids.iter().map(|id| app.patch(&path, json!([{"op": "Add", "path": "members", "value": [{"value": id}]}])));
    for answer in futures_util::future::join_all(patches).await {
        assert!(answer.status.is_success(), "{}", answer.text);
    }
    assert_eq!(members(&app, &group).await, ids);
}

async fn repeated_membership_changes_succeed(app: TestApp) {
    let (group, [a, ..]) = trio(&app).await;
    let path = format!("/Groups/{group}");
    let version = app.get(&path).await.json()["meta"]["version"].clone();
    let add = json!([{"op": "Add", "path": "members", "value": [{"value": a}, {"value": NOBODY}, {"value": "x"}]}]);
    assert!(app.patch(&path, add).await.status.is_success());
    assert_eq!(app.get(&path).await.json()["meta"]["version"], version, "nothing changed, so neither did the version");
    for _ in 0..2 {
        let remove = json!([{"op": "remove", "path": format!("members[value eq \"{a}\"]")}]);
        assert!(app.patch(&path, remove).await.status.is_success());
    }
    assert_eq!(members(&app, &group).await.len(), 2);
}

async fn excluded_members_are_not_there(app: TestApp) {
    let (group, _) = trio(&app).await;
    for path in [
        format!("/Groups/{group}?excludedAttributes=members"),
        "/Groups?excludedAttributes=members&filter=displayName+eq+%22OWNERS%22".into(),
    ] {
        let answer = app.get(&path).await.expect(StatusCode::OK);
        assert!(!answer.text.contains("members") && answer.text.contains("Owners"), "{}", answer.text);
    }
}
