//! Schemas that the operator declares, through the real router.

use crate::support::{TestApp, Value, entra_user, json};
use axum::http::StatusCode;

const BADGES: &str = "urn:example:badges:2.0:User";
const SITES: &str = "urn:example:sites:2.0:Group";

on_both!(
    declared_schemas_are_described,
    declared_attributes_are_obeyed_on_users,
    declared_attributes_are_obeyed_on_groups,
    people_from_before_a_required_extension_can_be_changed,
    what_was_kept_before_the_declaration_is_not_returned,
);

fn definitions() -> Value {
    json!([
        {"resourceType": "User", "id": BADGES, "name": "Badges", "attributes": [
            {"name": "badge", "mutability": "immutable", "returned": "always"},
            {"name": "level", "type": "integer", "returned": "request"},
            {"name": "pin", "mutability": "writeOnly", "returned": "never"}]},
        {"resourceType": "Group", "id": SITES, "attributes": [{"name": "site", "mutability": "immutable"}]}])
}

async fn declared_schemas_are_described(app: TestApp) {
    let app = app.extended(definitions()).await;
    let schemas = app.get("/Schemas").await.expect(StatusCode::OK).json();
    assert_eq!(schemas["totalResults"], 8);
    let badges = app.get(&format!("/Schemas/{BADGES}")).await.expect(StatusCode::OK).json();
    assert_eq!((&badges["name"], &badges["attributes"][1]["type"]), (&json!("Badges"), &json!("integer")));
    let user = app.get("/ResourceTypes/User").await.expect(StatusCode::OK).json();
    assert_eq!(user["schemaExtensions"][1], json!({"schema": BADGES, "required": false}));
    let group = app.get("/ResourceTypes/Group").await.expect(StatusCode::OK).json();
    assert_eq!(group["schemaExtensions"], json!([{"schema": SITES, "required": false}]));
}

async fn declared_attributes_are_obeyed_on_users(app: TestApp) {
    let app = app.extended(definitions()).await;
    let mut user = entra_user("ada");
    user[BADGES] = json!({"Badge": "b7", "level": "3", "pin": "1234"});
    let created = app.post("/Users", user.clone()).await.expect(StatusCode::CREATED);
    let at = format!("/Users/{}", created.id());
    // RFC 7643 §7: an attribute that is returned on request is also returned to the client that has written it.
    assert_eq!(created.json()[BADGES], json!({"badge": "b7", "level": 3}));
    assert_eq!(app.get(&at).await.json()[BADGES], json!({"badge": "b7"}));
    let asked = app.get(&format!("{at}?attributes={BADGES}:level")).await.json();
    assert_eq!(asked[BADGES], json!({"badge": "b7", "level": 3}));
    let raise = json!([{"op": "Replace", "path": format!("{BADGES}:level"), "value": "4"}]);
    let raised = app.patch(&at, raise).await.expect(StatusCode::OK).json();
    assert_eq!(raised[BADGES], json!({"badge": "b7", "level": 4}));
    let swap = json!([{"op": "Replace", "path": format!("{BADGES}:badge"), "value": "b8"}]);
    let refused = app.patch(&at, swap).await.expect(StatusCode::BAD_REQUEST);
    assert_eq!(refused.json()["scimType"], "mutability");
    user[BADGES] = json!({"badge": "b8"});
    assert_eq!(app.put(&at, user.clone()).await.expect(StatusCode::BAD_REQUEST).json()["scimType"], "mutability");
    user[BADGES] = json!({"level": "high"});
    assert_eq!(app.put(&at, user.clone()).await.expect(StatusCode::BAD_REQUEST).json()["scimType"], "invalidValue");
    let kept = app.put(&at, entra_user("ada")).await.expect(StatusCode::OK).json();
    assert_eq!(kept[BADGES], json!({"badge": "b7"}));
}

async fn declared_attributes_are_obeyed_on_groups(app: TestApp) {
    let app = app.extended(definitions()).await;
    let group = json!({"displayName": "Owners", SITES: {"site": "London"}});
    let at = format!("/Groups/{}", app.post("/Groups", group).await.expect(StatusCode::CREATED).id());
    let swap = json!([{"op": "replace", "path": format!("{SITES}:site"), "value": "Paris"}]);
    assert_eq!(app.patch(&at, swap).await.expect(StatusCode::BAD_REQUEST).json()["scimType"], "mutability");
    let kept = app.put(&at, json!({"displayName": "Owners"})).await.expect(StatusCode::OK).json();
    assert_eq!(kept[SITES], json!({"site": "London"}));
    let put = json!({"displayName": "Owners", SITES: {"site": "Paris"}});
    assert_eq!(app.put(&at, put).await.expect(StatusCode::BAD_REQUEST).json()["scimType"], "mutability");
}

async fn people_from_before_a_required_extension_can_be_changed(app: TestApp) {
    let id = app.user("ada").await;
    let required = json!({"resourceType": "User", "required": true, "id": BADGES,
        "attributes": [{"name": "badge", "required": true}]});
    let app = app.extended(required).await;
    let refused = app.post("/Users", entra_user("grace")).await.expect(StatusCode::BAD_REQUEST).json();
    assert_eq!(refused["scimType"], "invalidValue");
    let end = json!([{"op": "Replace", "path": "active", "value": "False"}]);
    let at = format!("/Users/{id}");
    assert_eq!(app.patch(&at, end).await.expect(StatusCode::OK).json()["active"], false);
    let mut user = entra_user("ada");
    assert_eq!(app.put(&at, user.clone()).await.expect(StatusCode::OK).json()["active"], true);
    // A user who has it keeps it.
    user[BADGES] = json!({"badge": "b7"});
    app.put(&at, user).await.expect(StatusCode::OK);
    let refused = app.put(&at, entra_user("ada")).await.expect(StatusCode::BAD_REQUEST).json();
    assert_eq!(refused["scimType"], "invalidValue");
}

async fn what_was_kept_before_the_declaration_is_not_returned(app: TestApp) {
    let mut user = entra_user("ada");
    user[BADGES] = json!({"badge": "b7", "pin": "1234"});
    let at = format!("/Users/{}", app.post("/Users", user).await.expect(StatusCode::CREATED).id());
    let plain = json!({"resourceType": "User", "id": BADGES, "attributes": [
        {"name": "badge"}, {"name": "pin", "mutability": "writeOnly", "returned": "never"}]});
    let app = app.extended(plain).await;
    let title = json!([{"op": "replace", "path": "title", "value": "Countess"}]);
    for answer in [app.get(&at).await, app.patch(&at, title).await, app.get("/Users").await] {
        let answer = answer.expect(StatusCode::OK);
        assert!(answer.text.contains("\"b7\"") && !answer.text.contains("1234"), "{}", answer.text);
    }
}
