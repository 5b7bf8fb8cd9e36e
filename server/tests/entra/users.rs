//! Users as Entra creates and changes them.

use crate::{
    entra::ENTERPRISE,
    support::{TestApp, Value, entra_user, json},
};
use axum::http::{StatusCode, header};

on_both!(
    the_default_user_is_created_and_echoed,
    the_legacy_dialect_deactivates,
    the_standard_dialect_deactivates,
    every_shape_of_deactivation_deactivates,
    pathless_dotted_keys_keep_the_other_parts,
    a_filtered_path_creates_what_is_missing,
    the_manager_comes_in_every_shape,
    a_rename_to_a_taken_name_conflicts,
    a_tombstone_keeps_the_address,
    one_unknown_path_does_not_stop_a_deactivation,
);

async fn the_default_user_is_created_and_echoed(app: TestApp) {
    let created = app.post("/Users", entra_user("ada@corp.example")).await.expect(StatusCode::CREATED);
    let body = created.json();
    assert!(body["id"].is_string());
    assert_eq!(body["active"], json!(true));
    assert_eq!(body["name"], entra_user("x")["name"]);
    assert_eq!(body["emails"][0]["type"], "work");
    assert_eq!(body["meta"]["resourceType"], "User");
    assert_eq!(created.header(header::LOCATION), body["meta"]["location"].as_str().unwrap());
    assert_eq!(app.get(&format!("/Users/{}", created.id())).await.json(), body);
    assert_eq!(app.post("/Users", json!({"userName": "b", "active": "True"})).await.json()["active"], json!(true));
}

async fn the_legacy_dialect_deactivates(app: TestApp) {
    let id = app.user("ada").await;
    let answer =
        app.patch(&format!("/Users/{id}"), json!([{"op": "Replace", "path": "active", "value": "False"}])).await;
    assert_eq!(answer.expect(StatusCode::OK).json()["active"], json!(false));
    let found = app.get("/Users?filter=userName+eq+%22ada%22").await;
    assert_eq!((found.total(), &found.json()["Resources"][0]["active"]), (1, &json!(false)));
}

async fn the_standard_dialect_deactivates(app: TestApp) {
    let id = app.user("ada").await;
    let answer = app.patch(&format!("/Users/{id}"), json!([{"op": "replace", "path": "active", "value": false}])).await;
    assert_eq!(answer.expect(StatusCode::OK).json()["active"], json!(false));
    assert_eq!(app.get(&format!("/Users/{id}")).await.json()["active"], json!(false));
}

async fn every_shape_of_deactivation_deactivates(app: TestApp) {
    let id = app.user("ada").await;
    let path = format!("/Users/{id}");
    for operations in [
        json!([{"op": "Replace", "path": "active", "value": "False"}]),
        json!([{"op": "replace", "path": "active", "value": "false"}]),
        json!([{"op": "replace", "path": "active", "value": false}]),
        json!([{"op": "replace", "path": "active", "value": [false]}]),
        json!([{"op": "Add", "path": "active", "value": "False"}]),
        json!([{"op": "replace", "value": {"active": false}}]),
        json!([{"op": "replace", "value": {"Active": "False"}}]),
        json!([{"value": {"active": false}}]),
        json!([{"op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User:active", "value": false}]),
        json!([{"op": "Replace", "path": "favouriteColour", "value": "green"},
               {"op": "Replace", "path": "active", "value": "False"}]),
    ] {
        let answer = app.patch(&path, operations.clone()).await.expect(StatusCode::OK);
        assert_eq!(answer.json()["active"], json!(false), "{operations}");
        assert_eq!(app.get(&path).await.json()["active"], json!(false), "{operations}");
        app.patch(&path, json!([{"op": "Replace", "path": "active", "value": "True"}])).await.expect(StatusCode::OK);
        assert_eq!(app.get(&path).await.json()["active"], json!(true), "{operations}");
    }
    let answer = app.patch(&path, json!([{"op": "replace", "path": "active", "value": "perhaps"}])).await;
    assert_eq!(answer.expect(StatusCode::BAD_REQUEST).json()["scimType"], "invalidValue");
}

async fn pathless_dotted_keys_keep_the_other_parts(app: TestApp) {
    let id = app.user("ada").await;
    let department = format!("{ENTERPRISE}:department");
    let value = json!({"displayName": "Ada King", "name.familyName": "King", "active": true, department: "Engines"});
    let answer = app.patch(&format!("/Users/{id}"), json!([{"op": "replace", "value": value}])).await;
    let body = answer.expect(StatusCode::OK).json();
    assert_eq!(body["name"], json!({"formatted": "Ada Byron", "familyName": "King", "givenName": "Ada"}));
    assert_eq!((&body["displayName"], &body[ENTERPRISE]["department"]), (&json!("Ada King"), &json!("Engines")));
}

async fn a_filtered_path_creates_what_is_missing(app: TestApp) {
    let id = app.user("ada").await;
    for (op, kind) in [("Add", "mobile"), ("Replace", "work")] {
        let path = format!("phoneNumbers[type eq \"{kind}\"].value");
        let operations = json!([{"op": op, "path": path, "value": "+44 7700 900001"}]);
        let body = app.patch(&format!("/Users/{id}"), operations).await.expect(StatusCode::OK).json();
        let phones = body["phoneNumbers"].as_array().unwrap();
        assert!(phones.contains(&json!({"type": kind, "value": "+44 7700 900001"})), "{phones:?}");
    }
}

async fn the_manager_comes_in_every_shape(app: TestApp) {
    let (id, boss) = (app.user("ada").await, app.user("boss").await);
    let path = format!("{ENTERPRISE}:manager");
    let set: [Value; 4] = [
        json!({"op": "Add", "path": path, "value": boss}),
        json!({"op": "add", "path": path, "value": {"value": boss}}),
        json!({"op": "Add", "path": "manager", "value": [{"$ref": format!("https://x/{boss}"), "value": boss}]}),
        json!({"op": "add", "value": {path.clone(): boss}}),
    ];
    let unset: [Value; 4] = [
        json!({"op": "replace", "path": path, "value": ""}),
        json!({"op": "replace", "path": path, "value": {"value": ""}}),
        json!({"op": "Remove", "path": "manager"}),
        json!({"op": "replace", "path": path, "value": null}),
    ];
    for (set, unset) in set.into_iter().zip(unset) {
        let body = app.patch(&format!("/Users/{id}"), json!([set])).await.expect(StatusCode::OK).json();
        assert_eq!(body[ENTERPRISE]["manager"]["value"], json!(boss), "{set}");
        let query = format!("/Users?filter=id+eq+%22{id}%22+and+manager+eq+%22{boss}%22&attributes=id");
        assert_eq!(app.get(&query).await.total(), 1);
        let body = app.patch(&format!("/Users/{id}"), json!([unset])).await.expect(StatusCode::OK).json();
        assert_eq!(body[ENTERPRISE]["manager"], Value::Null, "{unset}");
        assert_eq!(app.get(&query).await.total(), 0);
    }
}

async fn a_rename_to_a_taken_name_conflicts(app: TestApp) {
    app.user("ada").await;
    let id = app.user("grace").await;
    let rename = |name: &str| json!([{"op": "Replace", "path": "userName", "value": name}]);
    let answer = app.patch(&format!("/Users/{id}"), rename("ADA")).await.expect(StatusCode::CONFLICT);
    assert_eq!(answer.json()["scimType"], "uniqueness");
    assert_eq!(app.get(&format!("/Users/{id}")).await.json()["userName"], "grace");
    let version = app.get(&format!("/Users/{id}")).await.json()["meta"].clone();
    app.patch(&format!("/Users/{id}"), rename("grace")).await.expect(StatusCode::OK);
    assert_eq!(app.get(&format!("/Users/{id}")).await.json()["meta"], version);
}

async fn a_tombstone_keeps_the_address(app: TestApp) {
    let id = app.user("ada@corp.example").await;
    let operations = json!([
        {"op": "Replace", "path": "userName", "value": "5d1c3f0e00004a55b1de7f1d0c7ae901ada@corp.example"},
        {"op": "Replace", "path": "active", "value": "False"}
    ]);
    let body = app.patch(&format!("/Users/{id}"), operations).await.expect(StatusCode::OK).json();
    assert_eq!((&body["active"], &body["emails"][0]["value"]), (&json!(false), &json!("ada@corp.example")));
}

async fn one_unknown_path_does_not_stop_a_deactivation(app: TestApp) {
    let id = app.user("ada").await;
    let operations = json!([
        {"op": "Add", "path": "urn:example:params:scim:schemas:extension:2.0:User:badge", "value": "7"},
        {"op": "Replace", "path": "shoeSize", "value": "42"},
        {"op": "Replace", "path": "active", "value": "False"}
    ]);
    let body = app.patch(&format!("/Users/{id}"), operations).await.expect(StatusCode::OK).json();
    assert_eq!(body["active"], json!(false));
    assert_eq!(body["urn:example:params:scim:schemas:extension:2.0:User"]["badge"], "7");
}
