//! SCIM by the RFCs, independent of any client: lists, versions, limits, errors, atomicity, and the record of it all.

use crate::support::{TestApp, Value, entra_user, json};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use domain::{
    Error, Refusal, UserId,
    audit::Action,
    directory::{Directory, Expected},
    query::{Predicate, Slice},
};

on_both!(
    every_filter_operator_is_served,
    filters_compare_values_literally,
    projections_are_obeyed,
    versions_guard_changes,
    put_replaces_the_whole,
    a_refused_patch_changes_nothing,
    a_patch_without_effect_keeps_the_version,
    what_was_sent_is_echoed,
    discovery_describes_the_service,
    errors_are_scim_json_everywhere,
    who_calls_elsewhere_is_told_where_scim_is,
    nothing_is_reached_without_a_token,
    limits_answer_and_do_not_crash,
    a33_parallel_creates_of_one_name_give_one_user,
    calls_are_recorded,
    a_token_that_ends_meanwhile_writes_nothing,
    a_deleted_user_changes_its_groups,
    a_change_and_its_event_are_one,
    an_event_names_the_members_of_every_step,
);

async fn every_filter_operator_is_served(app: TestApp) {
    let mut grace = entra_user("grace@corp.example");
    grace["displayName"] = json!("Grace Hopper");
    grace["emails"] = json!([{"type": "home", "value": "grace@home.example"}]);
    grace["active"] = json!(false);
    app.post("/Users", grace).await.expect(StatusCode::CREATED);
    let ada = app.user("ada@corp.example").await;
    for (filter, expected) in [
        ("userName eq \"ada@corp.example\"", 1),
        ("userName ne \"ada@corp.example\"", 1),
        ("userName co \"CORP\"", 2),
        ("userName sw \"Ada\"", 1),
        ("userName ew \"example\"", 2),
        ("userName gt \"b\"", 1),
        ("userName ge \"ada@corp.example\"", 2),
        ("userName lt \"b\"", 1),
        ("userName le \"ada@corp.example\"", 1),
        ("title pr", 0),
        ("displayName pr", 2),
        ("active eq true", 1),
        ("active eq \"False\"", 1),
        ("not (active eq true)", 1),
        ("active eq true and displayName sw \"Grace\"", 0),
        ("active eq true or displayName sw \"Grace\"", 2),
        ("(active eq true or active eq false) and not (userName eq \"x\")", 2),
        ("emails[type eq \"home\" and value co \"home\"]", 1),
        ("emails[type eq \"work\" and value co \"home\"]", 0),
        ("emails.value eq \"grace@home.example\"", 1),
        ("emails co \"home\"", 1),
        ("name.familyName eq \"byron\"", 2),
        ("meta.lastModified gt \"2000-01-01T00:00:00Z\"", 2),
        ("meta.created lt \"2000-01-01T00:00:00Z\"", 0),
        ("externalId pr", 2),
    ] {
        let answer = filtered(&app, filter).await;
        assert_eq!(answer.expect(StatusCode::OK).total(), expected, "{filter}");
    }
    assert_eq!(filtered(&app, &format!("id eq \"{ada}\"")).await.total(), 1);
    assert_eq!(filtered(&app, &format!("id eq \"{}\"", ada.to_uppercase())).await.total(), 0);
}

async fn filtered(app: &TestApp, filter: &str) -> crate::support::Answer {
    let encoded: String = filter.bytes().map(|byte| format!("%{byte:02X}")).collect();
    app.get(&format!("/Users?filter={encoded}")).await
}

async fn filters_compare_values_literally(app: TestApp) {
    let names = ["100%", "a_b", "axb", "back\\slash", "quo\"te", "o'neil", "Ünïcode", "'; DROP TABLE users; --"];
    for name in names {
        app.user(name).await;
    }
    for name in names {
        for op in ["eq", "co", "sw", "ew"] {
            let literal = serde_json::to_string(name).unwrap();
            let found = filtered(&app, &format!("userName {op} {literal}")).await.expect(StatusCode::OK);
            assert_eq!(found.total(), 1, "{op} {name}");
            assert_eq!(found.json()["Resources"][0]["userName"], name);
        }
    }
}

async fn projections_are_obeyed(app: TestApp) {
    let id = app.user("ada").await;
    let only = app.get(&format!("/Users/{id}?attributes=userName,name.givenName")).await.json();
    assert_eq!(only["name"], json!({"givenName": "Ada"}));
    assert!(only["id"].is_string() && only["displayName"].is_null() && only["emails"].is_null());
    let without = app.get(&format!("/Users/{id}?excludedAttributes=emails,id")).await.json();
    assert!(without["id"].is_string() && without["emails"].is_null() && without["userName"] == "ada");
}

async fn versions_guard_changes(app: TestApp) {
    let id = app.user("ada").await;
    let path = format!("/scim/v2/Users/{id}?excludedAttributes=groups");
    let first = app.get(&format!("/Users/{id}")).await;
    let tag = first.header(header::ETAG).to_owned();
    assert_eq!(first.json()["meta"]["version"], json!(tag));
    let send = |method: Method, name, value: &str, body: &str| {
        let request = Request::builder().method(method).uri(&path).header(name, value);
        let request = request.header(header::AUTHORIZATION, format!("Bearer {}", app.token));
        app.send(request.body(Body::from(body.to_owned())).unwrap())
    };
    send(Method::GET, header::IF_NONE_MATCH, &tag, "").await.expect(StatusCode::NOT_MODIFIED);
    send(Method::GET, header::IF_NONE_MATCH, "W/\"99\"", "").await.expect(StatusCode::OK);
    let patch = r#"{"Operations":[{"op":"replace","path":"title","value":"Countess"}]}"#;
    let answer = send(Method::PATCH, header::IF_MATCH, "W/\"99\"", patch).await;
    assert_eq!(answer.expect(StatusCode::PRECONDITION_FAILED).json()["status"], "412");
    assert_ne!(
        send(Method::PATCH, header::IF_MATCH, &tag, patch).await.expect(StatusCode::OK).header(header::ETAG),
        tag
    );
    send(Method::DELETE, header::IF_MATCH, &tag, "").await.expect(StatusCode::PRECONDITION_FAILED);
    send(Method::DELETE, header::IF_MATCH, "*", "").await.expect(StatusCode::NO_CONTENT);
}

async fn put_replaces_the_whole(app: TestApp) {
    let id = app.user("ada").await;
    let body = app.put(&format!("/Users/{id}"), json!({"userName": "ada.king", "id": "other"})).await;
    let body = body.expect(StatusCode::OK).json();
    assert_eq!((&body["id"], &body["userName"], &body["name"]), (&json!(id), &json!("ada.king"), &Value::Null));
    let answer = app.put(&format!("/Users/{id}"), json!({"displayName": "x"})).await.expect(StatusCode::BAD_REQUEST);
    assert_eq!(answer.json()["scimType"], "invalidValue");
    let group = app.group("Owners").await;
    let put = json!({"displayName": "Owners", "members": [{"value": id}]});
    let body = app.put(&format!("/Groups/{group}"), put).await.expect(StatusCode::OK).json();
    assert_eq!((&body["members"][0]["value"], &body["externalId"]), (&json!(id), &Value::Null));
    app.put("/Users/none", json!({"userName": "x"})).await.expect(StatusCode::NOT_FOUND);
}

async fn a_refused_patch_changes_nothing(app: TestApp) {
    let id = app.user("ada").await;
    let before = app.get(&format!("/Users/{id}")).await.text;
    for last in [
        json!({"op": "replace", "path": "active", "value": "perhaps"}),
        json!({"op": "remove", "path": "userName"}),
        json!({"op": "replace", "path": "emails[", "value": "x"}),
        json!({"op": "move", "path": "title", "value": "x"}),
    ] {
        let operations = json!([{"op": "replace", "path": "displayName", "value": "Changed"}, last]);
        app.patch(&format!("/Users/{id}"), operations).await.expect(StatusCode::BAD_REQUEST);
        assert_eq!(app.get(&format!("/Users/{id}")).await.text, before, "{last}");
    }
}

async fn a_patch_without_effect_keeps_the_version(app: TestApp) {
    let id = app.user("ada").await;
    let before = app.get(&format!("/Users/{id}")).await.text;
    let again = json!([{"op": "Replace", "path": "displayName", "value": "Ada Byron"}]);
    assert_eq!(app.patch(&format!("/Users/{id}"), again).await.expect(StatusCode::OK).text, before);
    assert_eq!(app.patch(&format!("/Users/{id}"), json!([])).await.expect(StatusCode::OK).text, before);
    // The order of keys does not matter.
    let mut user = entra_user("ada");
    user.as_object_mut().unwrap().sort_keys();
    assert_ne!(user.to_string(), entra_user("ada").to_string());
    assert_eq!(app.put(&format!("/Users/{id}"), user).await.expect(StatusCode::OK).text, before);
    let moved = json!([{"op": "remove", "path": "userName"}, {"op": "add", "path": "userName", "value": "ada"}]);
    assert_eq!(app.patch(&format!("/Users/{id}"), moved).await.expect(StatusCode::OK).text, before);
    let id = app.group("Owners").await;
    let before = app.get(&format!("/Groups/{id}")).await.text;
    let put = json!({"externalId": "ext-Owners", "displayName": "Owners"});
    assert_eq!(app.put(&format!("/Groups/{id}"), put).await.expect(StatusCode::OK).text, before);
}

async fn what_was_sent_is_echoed(app: TestApp) {
    let mut user = entra_user("ada");
    user["phoneNumbers"] = json!([{"type": "mobile", "value": "+44 (0)7700 / 900001"}]);
    user["addresses"] = json!([{"type": "work", "streetAddress": "1 Example St", "country": "GB"}]);
    user["preferredLanguage"] = json!("en-GB");
    user["urn:example:scim:schemas:extension:badge:1.0:User"] = json!({"number": 7, "colours": ["red", "green"]});
    let id = app.post("/Users", user.clone()).await.expect(StatusCode::CREATED).id();
    let body = app.get(&format!("/Users/{id}")).await.json();
    for name in ["phoneNumbers", "addresses", "preferredLanguage", "urn:example:scim:schemas:extension:badge:1.0:User"]
    {
        assert_eq!(body[name], user[name], "{name}");
    }
    // RFC 7643 §3: an undeclared attribute is returned, but no schema for it.
    assert!(!body["schemas"].to_string().contains("badge"), "{}", body["schemas"]);
    app.post("/Users", json!({"userName": "p", "password": "hunter2"})).await.expect(StatusCode::CREATED);
    assert!(!app.get("/Users").await.text.contains("hunter2"));
}

async fn discovery_describes_the_service(app: TestApp) {
    let config = app.get("/ServiceProviderConfig").await.expect(StatusCode::OK).json();
    assert_eq!((&config["patch"]["supported"], &config["etag"]["supported"]), (&json!(true), &json!(true)));
    assert_eq!(app.get("/ResourceTypes").await.total(), 2);
    assert_eq!(app.get("/Schemas").await.total(), 6);
    let schema = app.get("/Schemas/urn:ietf:params:scim:schemas:core:2.0:User").await.expect(StatusCode::OK);
    assert_eq!(schema.json()["name"], "User");
    app.get("/Schemas/urn%3Aietf%3Aparams%3Ascim%3Aschemas%3Acore%3A2.0%3AGroup").await.expect(StatusCode::OK);
    app.get("/ResourceTypes/Group").await.expect(StatusCode::OK);
    app.get("/ResourceTypes/Robot").await.expect(StatusCode::NOT_FOUND);
    app.get("/ResourceTypes/group").await.expect(StatusCode::NOT_FOUND);
    app.post("/Schemas", json!({})).await.expect(StatusCode::METHOD_NOT_ALLOWED);
}

async fn errors_are_scim_json_everywhere(app: TestApp) {
    for (method, path, status) in [
        (Method::GET, "/nothing", StatusCode::NOT_FOUND),
        (Method::GET, "/Users/none", StatusCode::NOT_FOUND),
        (Method::GET, "/Users/a/b/c", StatusCode::NOT_FOUND),
        (Method::PUT, "/Users", StatusCode::METHOD_NOT_ALLOWED),
        (Method::POST, "/Groups/x", StatusCode::METHOD_NOT_ALLOWED),
        (Method::GET, "/Users?filter=userName", StatusCode::BAD_REQUEST),
        (Method::GET, "/Users?startIndex=first", StatusCode::BAD_REQUEST),
        (Method::TRACE, "/Users", StatusCode::METHOD_NOT_ALLOWED),
    ] {
        let answer = app.scim(method, path, None).await.expect(status);
        assert!(answer.header(header::CONTENT_TYPE).starts_with("application/scim+json"), "{path}");
        assert_eq!(answer.json()["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]), "{path}");
        assert_eq!(answer.json()["status"], status.as_str(), "{path}");
    }
    app.post("/Users", json!({"displayName": "nameless"})).await.expect(StatusCode::BAD_REQUEST);
    app.post("/Users", json!([])).await.expect(StatusCode::BAD_REQUEST);
}

async fn who_calls_elsewhere_is_told_where_scim_is(app: TestApp) {
    for (method, path) in [
        ("GET", "/scim"),
        ("POST", "/scim/Users"),
        ("PATCH", "/scim/v1/Users/1"),
        ("PUT", "/scim/"),
        ("GET", "/ServiceProviderConfig"),
        ("POST", "/Users"),
        ("DELETE", "/Groups/1"),
    ] {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        let status = if method == "GET" { StatusCode::NOT_FOUND } else { StatusCode::BAD_REQUEST };
        let answer = app.send(request).await.expect(status);
        assert!(answer.header(header::CONTENT_TYPE).starts_with("application/scim+json"), "{path}");
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("https://id.corp.example/scim/v2"), "{path}: {detail}");
    }
}

async fn nothing_is_reached_without_a_token(app: TestApp) {
    let id = app.user("ada").await;
    for path in [
        "/scim/v2/Users".to_owned(),
        format!("/scim/v2/Users/{id}"),
        "/scim/v2/Groups".into(),
        "/scim/v2/Schemas".into(),
        "/scim/v2/%55sers".into(),
        "/scim/v2//Users".into(),
        "/scim/v2/./Users".into(),
        "/scim/v2/users".into(),
        "/scim/v2/Users;x".into(),
        "/scim/v2/Users/".into(),
        "/scim/v2".into(),
        "/scim/v2/nothing".into(),
    ] {
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"] {
            let request = Request::builder().method(method).uri(&path).header("x-http-method-override", "GET");
            let answer = app.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
        }
    }
    let request = Request::get(format!("/scim/v2/Users?access_token={}", app.token)).body(Body::empty()).unwrap();
    let answer = app.send(request).await.expect(StatusCode::BAD_REQUEST);
    assert!(!answer.text.contains(&app.token));
}

async fn limits_answer_and_do_not_crash(app: TestApp) {
    let deep = format!("/Users?filter={}active+eq+true{}", "(".repeat(60), ")".repeat(60));
    assert_eq!(app.get(&deep).await.expect(StatusCode::BAD_REQUEST).json()["scimType"], "invalidFilter");
    let long = format!("/Users?filter=userName+eq+%22{}%22", "x".repeat(9_000));
    app.get(&long).await.expect(StatusCode::BAD_REQUEST);
    for body in [
        format!("{}1{}", "{\"a\":".repeat(100), "}".repeat(100)),
        "{\"userName\":\"a\",\"userName\":\"b\"}".to_owned(),
        "{\"userName\":\"a\\u0000b\"}".to_owned(),
        "{\"userName\":\"\\ud800\"}".to_owned(),
        "{\"userName\":\"x\",\"n\":1e400}".to_owned(),
        "{\"userName\":\"x\"} trailing".to_owned(),
        "not json".to_owned(),
    ] {
        let request = Request::post("/scim/v2/Users").header(header::AUTHORIZATION, format!("Bearer {}", app.token));
        let answer = app.send(request.body(Body::from(body.clone())).unwrap()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
    }
    let big = json!({"userName": "x", "note": "y".repeat(1_100_000)});
    app.post("/Users", big).await.expect(StatusCode::PAYLOAD_TOO_LARGE);
    let many: Vec<Value> = (0..1_001).map(|_| json!({"op": "add", "path": "title", "value": "x"})).collect();
    let id = app.user("ada").await;
    app.patch(&format!("/Users/{id}"), json!(many)).await.expect(StatusCode::PAYLOAD_TOO_LARGE);
    for (name, value) in [(header::CONTENT_ENCODING, "gzip"), (header::CONTENT_TYPE, "text/plain")] {
        let request = Request::post("/scim/v2/Users").header(header::AUTHORIZATION, format!("Bearer {}", app.token));
        let request = request.header(name, value).body(Body::from("{\"userName\":\"z\"}")).unwrap();
        app.send(request).await.expect(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    assert_eq!(app.get("/Users?count=1000000000").await.expect(StatusCode::OK).total(), 1);
}

async fn a33_parallel_creates_of_one_name_give_one_user(app: TestApp) {
    let creates = (0..12).map(|n| {
        let name = if n % 2 == 0 { "ada@corp.example" } else { "ADA@corp.example" };
        app.post("/Users", entra_user(name))
    });
    let answers = futures_util::future::join_all(creates).await;
    let count = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((count(StatusCode::CREATED), count(StatusCode::CONFLICT)), (1, 11));
    assert_eq!(app.get("/Users").await.total(), 1);
}

async fn calls_are_recorded(app: TestApp) {
    app.get("/Users?filter=userName+eq+%22nobody%22").await.expect(StatusCode::OK);
    let id = app.user("ada").await;
    app.get(&format!("/Users/{id}")).await.expect(StatusCode::OK);
    app.post("/Users", entra_user("ada")).await.expect(StatusCode::CONFLICT);
    app.recorder.flush().await;
    let scim = app.host.scim().await.unwrap();
    assert_eq!((scim.activity.calls, scim.activity.refused), (4, 1));
    for _ in 0..100 {
        app.scim_as("wrong", Method::GET, "/Users", None).await.expect(StatusCode::UNAUTHORIZED);
    }
    app.recorder.flush().await;
    let summary = app.host.scim().await.unwrap().activity;
    assert_eq!(summary.last_call, scim.activity.last_call, "strangers do not count as calls of the directory");
    assert_eq!((summary.refused, summary.strangers), (1, 60), "strangers are apart, and do not fill the disk");
    assert!(scim.activity.first_test < scim.activity.first_user && scim.activity.first_test.is_some());
    assert!(scim.tokens[0].last_used.is_some());
}

/// Revoked while the request is in progress: the unit that would write checks again.
async fn a_token_that_ends_meanwhile_writes_nothing(app: TestApp) {
    let directory = Directory::open(&app.env, Some(&app.token), None).await.unwrap();
    let user = directory.users(Predicate::All, Slice { offset: 0, limit: 1 }.into(), false).await.unwrap();
    assert_eq!(user.total, 0);
    let id: UserId = app.user("ada").await.parse().unwrap();
    app.host.set_provisioning(false).await.unwrap();
    let refused = directory.delete_user(id, Expected::default()).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::ProvisioningOff))), "{refused:?}");
    app.host.set_provisioning(true).await.unwrap();
    app.host.revoke_token(app.host.tokens().await.unwrap()[0].id).await.unwrap();
    let refused = directory.delete_user(id, Expected::default()).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::BadToken))), "{refused:?}");
    assert_eq!(app.host.scim().await.unwrap().counts.users, 1);
}

async fn a_deleted_user_changes_its_groups(app: TestApp) {
    let (id, group) = (app.user("ada").await, app.group("Owners").await);
    let path = format!("/Groups/{group}");
    app.patch(&path, json!([{"op": "add", "path": "members", "value": [{"value": id}]}])).await;
    let before = app.get(&path).await;
    app.delete(&format!("/Users/{id}")).await.expect(StatusCode::NO_CONTENT);
    let request = Request::get(format!("/scim/v2{path}")).header(header::IF_NONE_MATCH, before.header(header::ETAG));
    let request = request.header(header::AUTHORIZATION, format!("Bearer {}", app.token));
    let after = app.send(request.body(Body::empty()).unwrap()).await.expect(StatusCode::OK);
    assert_eq!(after.json()["members"], Value::Null);
}

async fn a_change_and_its_event_are_one(app: TestApp) {
    // The token's first use has an event of its own, which follows a moment later.
    app.get("/Users").await;
    app.recorder.flush().await;
    let before = app.host.count_events().await.unwrap();
    let id = app.user("ada").await;
    app.post("/Users", entra_user("ada")).await.expect(StatusCode::CONFLICT);
    app.patch(&format!("/Users/{id}"), json!([{"op": "replace", "path": "title", "value": "x"}])).await;
    app.patch(&format!("/Users/{id}"), json!([{"op": "replace", "path": "title", "value": "x"}])).await;
    app.delete(&format!("/Users/{id}")).await.expect(StatusCode::NO_CONTENT);
    assert_eq!(
        app.host.count_events().await.unwrap() - before,
        3,
        "created, changed, deleted; no event without a change"
    );
}

async fn an_event_names_the_members_of_every_step(app: TestApp) {
    let (evil, harmless, group) = (app.user("evil").await, app.user("harmless").await, app.group("Owners").await);
    let add = |id: &str| json!({"op": "add", "path": "members", "value": [{"value": id}]});
    let remove = json!({"op": "remove", "path": format!("members[value eq \"{evil}\"]")});
    app.patch(&format!("/Groups/{group}"), json!([add(&evil), remove, add(&harmless)])).await;
    let events = app.host.events_after(0).await.unwrap();
    let event = &events.iter().rfind(|entry| entry.event.action == Action::GroupChanged).unwrap().event;
    let after: Value = serde_json::from_str(event.after.as_deref().unwrap()).unwrap();
    let mut joined = [&evil, &harmless];
    joined.sort();
    assert_eq!(after, json!({"members joined": joined, "members left": [evil]}));
}
