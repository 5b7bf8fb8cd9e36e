//! What Entra sends, in both of its dialects, and the answers that it must get: one test for each regression vector.

mod groups;
mod look_ups;
mod users;

use crate::support::{TestApp, entra_user, json};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const NOBODY: &str = "b7e4c0d2-5d0f-4f0b-9f60-3a1f0c7d9e11";

on_both!(
    a_duplicate_is_a_uniqueness_conflict,
    the_entra_flag_changes_nothing,
    missing_headers_are_no_obstacle,
    deleted_means_gone,
    a_bad_token_gets_scim_json,
    provisioning_off_says_so,
    both_dialects_run_from_test_to_delete,
);

async fn members(app: &TestApp, group: &str) -> Vec<String> {
    let body = app.get(&format!("/Groups/{group}")).await.expect(StatusCode::OK).json();
    let members = body["members"].as_array().cloned().unwrap_or_default();
    members.iter().map(|member| member["value"].as_str().unwrap().to_owned()).collect()
}

async fn a_duplicate_is_a_uniqueness_conflict(app: TestApp) {
    app.user("ada").await;
    let answer = app.post("/Users", entra_user("ADA")).await.expect(StatusCode::CONFLICT);
    assert_eq!((&answer.json()["scimType"], &answer.json()["status"]), (&json!("uniqueness"), &json!("409")));
    app.group("Owners").await;
    app.post("/Groups", json!({"displayName": "owners"})).await.expect(StatusCode::CONFLICT);
}

async fn the_entra_flag_changes_nothing(app: TestApp) {
    let id = app.user("ada").await;
    let plain = app.get(&format!("/Users/{id}")).await;
    for query in
        ["?aadOptscim062020", "?aadOptscim062020=true", "?AzureAdScimPatch062020", "?aadOptscim062020&attributes="]
    {
        assert_eq!(app.get(&format!("/Users/{id}{query}")).await.expect(StatusCode::OK).json(), plain.json());
    }
    let found = app.get("/Users?aadOptscim062020&filter=userName+eq+%22ada%22").await;
    assert_eq!(found.total(), 1);
    app.post("/Users?aadOptscim062020", entra_user("grace")).await.expect(StatusCode::CREATED);
}

async fn missing_headers_are_no_obstacle(app: TestApp) {
    app.user("ada").await;
    for path in ["/scim/v2/Users", "/scim/v2/Users/", "/scim/v2//Users", "/scim/v2", "/scim/v2/"] {
        let request = Request::get(path).header(header::AUTHORIZATION, format!("bearer {}", app.token));
        app.send(request.body(Body::empty()).unwrap()).await.expect(StatusCode::OK);
    }
}

async fn deleted_means_gone(app: TestApp) {
    let id = app.user("ada").await;
    let path = format!("/Users/{id}");
    app.delete(&path).await.expect(StatusCode::NO_CONTENT);
    app.get(&path).await.expect(StatusCode::NOT_FOUND);
    app.delete(&path).await.expect(StatusCode::NOT_FOUND);
    assert_eq!(app.get("/Users?filter=userName+eq+%22ada%22").await.total(), 0);
    assert_ne!(app.user("ada").await, id);
    let group = app.group("Owners").await;
    app.delete(&format!("/Groups/{group}")).await.expect(StatusCode::NO_CONTENT);
    app.delete(&format!("/Groups/{group}")).await.expect(StatusCode::NOT_FOUND);
}

async fn a_bad_token_gets_scim_json(app: TestApp) {
    let id = app.host.tokens().await.unwrap()[0].id;
    for token in ["", "wrong", &app.token[1..], &app.token.replace('_', "-")] {
        let answer = app.scim_as(token, Method::GET, "/Users", None).await.expect(StatusCode::UNAUTHORIZED);
        assert_eq!(answer.json()["status"], "401");
        assert!(answer.header(header::WWW_AUTHENTICATE).starts_with("Bearer"));
    }
    app.host.revoke_token(id).await.unwrap();
    app.get("/Users").await.expect(StatusCode::UNAUTHORIZED);
}

async fn provisioning_off_says_so(app: TestApp) {
    app.host.set_provisioning(false).await.unwrap();
    let answer = app.get("/Users").await.expect(StatusCode::FORBIDDEN);
    assert!(answer.json()["detail"].as_str().unwrap().contains("turned off"));
    app.scim_as("wrong", Method::GET, "/Users", None).await.expect(StatusCode::UNAUTHORIZED);
}

/// Provision on demand (always the legacy dialect) and a cycle with the flag, over one life of a user and a group.
async fn both_dialects_run_from_test_to_delete(app: TestApp) {
    assert_eq!(app.get(&format!("/Users?filter=userName+eq+%22{NOBODY}%22")).await.total(), 0);
    assert_eq!(app.get("/Users?filter=userName+eq+%22ada%40corp.example%22").await.total(), 0);
    let id = app.user("ada@corp.example").await;
    let group = app.group("Engine Owners").await;
    let (user_path, group_path) = (format!("/Users/{id}"), format!("/Groups/{group}"));
    let legacy = json!([
        {"op": "Replace", "path": "displayName", "value": "Ada King"},
        {"op": "Replace", "path": "name.familyName", "value": "King"},
        {"op": "Add", "path": "title", "value": "Countess"},
        {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "ada.king@corp.example"},
        {"op": "Add", "path": format!("{ENTERPRISE}:department"), "value": "Engines"}
    ]);
    let body = app.patch(&user_path, legacy).await.expect(StatusCode::OK).json();
    assert_eq!((&body["title"], &body["emails"][0]["value"]), (&json!("Countess"), &json!("ada.king@corp.example")));
    app.patch(&group_path, json!([{"op": "Add", "path": "members", "value": [{"$ref": null, "value": id}]}])).await;
    assert_eq!(members(&app, &group).await, std::slice::from_ref(&id));
    let standard = json!([
        {"op": "replace", "path": "emails[type eq \"work\"].value", "value": "ada@corp.example"},
        {"op": "replace", "value": {"displayName": "Ada Byron", "name.familyName": "Byron", "active": false}}
    ]);
    let body = app.patch(&format!("{user_path}?aadOptscim062020"), standard).await.expect(StatusCode::OK).json();
    assert_eq!((&body["active"], &body["groups"][0]["value"]), (&json!(false), &json!(group)));
    app.patch(&group_path, json!([{"op": "replace", "value": {"displayName": "Engine Team"}}])).await;
    assert_eq!(members(&app, &group).await, [id], "a rename leaves the members alone");
    app.delete(&user_path).await.expect(StatusCode::NO_CONTENT);
    assert!(members(&app, &group).await.is_empty());
}
