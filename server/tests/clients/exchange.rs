//! Members that replace others, and lists that name no member.

use crate::{
    clients::{GUID, members},
    support::{TestApp, Value, json},
};
use axum::http::{Method, StatusCode};
use std::slice::from_ref;

on_both!(
    ra1_members_who_are_named_give_way_to_others,
    br6_br10_a_list_that_names_nobody_empties_no_group,
    ra24_the_display_of_a_member_is_taken_and_not_announced,
);

async fn refused(app: &TestApp, path: &str, operations: Value, kind: &str) {
    let answer = app.scim(Method::PATCH, path, Some(json!({"Operations": operations}))).await;
    let answer = answer.expect(StatusCode::BAD_REQUEST);
    assert_eq!(answer.json()["scimType"], kind, "{operations}");
}

async fn ids(app: &TestApp, group: &str) -> Vec<String> {
    members(app, group).await.into_iter().map(|(_, id)| id).collect()
}

async fn ra1_members_who_are_named_give_way_to_others(app: TestApp) {
    let (a, b, c) = (app.user("a@x.example").await, app.user("b@x.example").await, app.user("c@x.example").await);
    let (inner, group) = (app.group("Inner").await, app.group("Outer").await);
    let path = format!("/Groups/{group}");
    let exchange = |out: &str, into: Value| json!({"op": "replace", "path": format!("members[value eq \"{out}\"]"), "value": into});
    let add = json!({"op": "add", "path": "members", "value": [{"value": b}]});
    app.patch(&path, json!([add])).await.expect(StatusCode::OK);
    // None of the named ids is a member, whether another resource has the id or none.
    for out in [a.as_str(), GUID, "x", &inner] {
        refused(&app, &path, json!([exchange(out, json!({"value": c}))]), "noTarget").await;
        // A later operation does not make it right.
        let later = json!({"op": "replace", "path": "members", "value": [{"value": a}]});
        refused(&app, &path, json!([exchange(out, json!({"value": c})), later]), "noTarget").await;
    }
    assert_eq!(ids(&app, &group).await, from_ref(&b));
    app.patch(&path, json!([exchange(&b, json!({"value": c}))])).await.expect(StatusCode::OK);
    assert_eq!(ids(&app, &group).await, from_ref(&c));
    // Groups are replaced by users and the other way round; one member among those named is enough.
    app.patch(&path, json!([exchange(&c, json!([{"value": a}, {"value": inner}]))])).await.expect(StatusCode::OK);
    assert_eq!(ids(&app, &group).await, [a.clone(), inner.clone()]);
    app.patch(&path, json!([exchange(&inner, json!(b))])).await.expect(StatusCode::OK);
    let either = format!("members[value eq \"{GUID}\" or value eq \"{a}\"]");
    let either = json!([{"op": "replace", "path": either, "value": {"value": c}}]);
    app.patch(&path, either).await.expect(StatusCode::OK);
    assert_eq!(ids(&app, &group).await, [b, c]);
}

async fn br6_br10_a_list_that_names_nobody_empties_no_group(app: TestApp) {
    let (ada, group) = (app.user("ada@x.example").await, app.group("Owners").await);
    let path = format!("/Groups/{group}");
    let replace = |value: Value| json!([{"op": "replace", "path": "members", "value": value}]);
    // A member that was not there cannot be lost.
    app.patch(&path, replace(json!([{"value": GUID}]))).await.expect(StatusCode::OK);
    app.patch(&path, replace(json!([{"value": ada}]))).await.expect(StatusCode::OK);
    let braced = format!("{{{ada}}}");
    for nobody in [
        json!("nonsense"),
        json!([{"value": "nonsense"}, "more"]),
        json!([{"value": GUID}]),
        json!([{"value": GUID}, {"value": "x"}]),
        json!(braced),
        json!([format!("https://id.example/scim/v2/Users/{ada}")]),
        json!(format!("[{{\"value\":\"{ada}\"}}]")),
        json!(ada.to_uppercase()),
    ] {
        refused(&app, &path, replace(nobody.clone()), "invalidValue").await;
        let put = app.put(&path, json!({"displayName": "Owners", "members": nobody})).await;
        assert_eq!(put.expect(StatusCode::BAD_REQUEST).json()["scimType"], "invalidValue");
    }
    assert_eq!(ids(&app, &group).await, from_ref(&ada));
    app.patch(&path, replace(json!([{"value": GUID}, {"value": ada}, {"value": "x"}]))).await.expect(StatusCode::OK);
    assert_eq!(ids(&app, &group).await, [ada]);
    app.patch(&path, replace(json!([]))).await.expect(StatusCode::OK);
    assert_eq!(ids(&app, &group).await, Vec::<String>::new());
}

async fn ra24_the_display_of_a_member_is_taken_and_not_announced(app: TestApp) {
    let schema = app.get("/Schemas/urn:ietf:params:scim:schemas:core:2.0:Group").await.expect(StatusCode::OK).json();
    let subs = schema["attributes"][1]["subAttributes"].as_array().unwrap();
    assert!(subs.len() == 3 && subs.iter().all(|sub| sub["name"] != "display"), "{subs:?}");
    let (ada, bob) = (app.user("ada@x.example").await, app.user("bob@x.example").await);
    let body = json!({"displayName": "Owners", "members": [{"value": ada, "display": "Ada"}]});
    let group = app.post("/Groups", body.clone()).await.expect(StatusCode::CREATED).id();
    let path = format!("/Groups/{group}");
    app.put(&path, body).await.expect(StatusCode::OK);
    for operation in [
        json!({"op": "add", "path": "members", "value": [{"value": bob, "display": "Bob"}]}),
        json!({"op": "replace", "path": format!("members[value eq \"{bob}\"].display"), "value": "Robert"}),
        json!({"op": "replace", "path": format!("members[value eq \"{bob}\"]"), "value": {"display": "Robert"}}),
        json!({"op": "add", "path": "members.display", "value": "Robert"}),
    ] {
        app.patch(&path, json!([operation])).await.expect(StatusCode::OK);
        assert_eq!(ids(&app, &group).await, [ada.clone(), bob.clone()], "{operation}");
    }
    for query in ["", "?attributes=members.display", "?attributes=members"] {
        let read = app.get(&format!("{path}{query}")).await.expect(StatusCode::OK).json();
        assert!(!read["members"].to_string().contains("display"), "{read}");
    }
}
