//! What Entra sends, in both of its dialects, and what it must get: one test for each regression vector.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should fail")]

mod support;

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use support::{TestApp, Value, entra_user, json};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const NOBODY: &str = "b7e4c0d2-5d0f-4f0b-9f60-3a1f0c7d9e11";

on_both!(
    a_look_up_of_nobody_is_an_empty_list,
    user_names_match_in_any_case,
    external_ids_match_exactly,
    a_work_address_is_found_by_value_path,
    an_unknown_filter_attribute_is_refused,
    the_default_user_is_created_and_echoed,
    the_classic_group_schema_is_taken_and_not_echoed,
    a_duplicate_is_a_uniqueness_conflict,
    the_legacy_dialect_deactivates,
    the_standard_dialect_deactivates,
    every_shape_of_deactivation_deactivates,
    pathless_dotted_keys_keep_the_other_parts,
    a_filtered_path_creates_what_is_missing,
    the_manager_comes_in_every_shape,
    the_legacy_removal_takes_only_the_listed_members,
    the_standard_removal_takes_only_the_named_member,
    parallel_member_patches_lose_nobody,
    repeated_membership_changes_succeed,
    excluded_members_are_not_there,
    a_rename_to_a_taken_name_conflicts,
    a_tombstone_keeps_the_address,
    the_entra_flag_changes_nothing,
    missing_headers_are_no_obstacle,
    deleted_means_gone,
    one_unknown_path_does_not_stop_a_deactivation,
    pages_are_counted_from_one,
    a_bad_token_gets_scim_json,
    provisioning_off_says_so,
    both_dialects_run_from_test_to_delete,
);

async fn a_look_up_of_nobody_is_an_empty_list(app: TestApp) {
    for path in ["Users?filter=userName+eq+", "Groups?excludedAttributes=members&filter=displayName+eq+"] {
        let answer = app.get(&format!("/{path}%22{NOBODY}%22")).await.expect(StatusCode::OK);
        assert_eq!(answer.json()["Resources"], json!([]));
        assert_eq!((answer.total(), answer.json()["startIndex"].as_u64()), (0, Some(1)));
        assert!(answer.header(header::CONTENT_TYPE).starts_with("application/scim+json"));
    }
}

async fn user_names_match_in_any_case(app: TestApp) {
    app.user("ada@corp.example").await;
    for text in ["ADA%40CORP.EXAMPLE", "ada%40corp.example"] {
        let found = app.get(&format!("/Users?filter=userName+eq+%22{text}%22")).await.expect(StatusCode::OK);
        assert_eq!(found.total(), 1);
        assert_eq!(found.json()["Resources"][0]["userName"], "ada@corp.example");
    }
}

async fn external_ids_match_exactly(app: TestApp) {
    app.user("ada").await;
    assert_eq!(app.get("/Users?filter=externalId+eq+%22ext-ada%22").await.total(), 1);
    assert_eq!(app.get("/Users?filter=externalId+eq+%22EXT-ada%22").await.total(), 0);
    app.group("Owners").await;
    assert_eq!(app.get("/Groups?filter=externalId+eq+%22ext-Owners%22").await.total(), 1);
}

async fn a_work_address_is_found_by_value_path(app: TestApp) {
    app.user("ada@corp.example").await;
    let path =
        |kind: &str, value: &str| format!("/Users?filter=emails%5Btype+eq+%22{kind}%22%5D.value+eq+%22{value}%22");
    assert_eq!(app.get(&path("work", "ADA%40corp.example")).await.total(), 1);
    assert_eq!(app.get(&path("home", "ada%40corp.example")).await.total(), 0);
}

async fn an_unknown_filter_attribute_is_refused(app: TestApp) {
    app.user("ada").await;
    let answer = app.get("/Users?filter=shoeSize+eq+%2242%22").await.expect(StatusCode::BAD_REQUEST);
    assert_eq!(answer.json()["scimType"], "invalidFilter");
    assert_eq!(answer.json()["status"], "400");
}

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

async fn the_classic_group_schema_is_taken_and_not_echoed(app: TestApp) {
    let classic = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group";
    let body = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group", classic],
        "externalId": "8aa1", "displayName": "Engine Owners", "meta": {"resourceType": "Group"}, "members": []});
    let created = app.post("/Groups", body).await.expect(StatusCode::CREATED);
    assert!(!created.text.contains("schemas.microsoft.com"));
    assert_eq!(created.json()["displayName"], "Engine Owners");
}

async fn a_duplicate_is_a_uniqueness_conflict(app: TestApp) {
    app.user("ada").await;
    let answer = app.post("/Users", entra_user("ADA")).await.expect(StatusCode::CONFLICT);
    assert_eq!((&answer.json()["scimType"], &answer.json()["status"]), (&json!("uniqueness"), &json!("409")));
    app.group("Owners").await;
    app.post("/Groups", json!({"displayName": "owners"})).await.expect(StatusCode::CONFLICT);
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

async fn trio(app: &TestApp) -> (String, [String; 3]) {
    let group = app.group("Owners").await;
    let ids = [app.user("a").await, app.user("b").await, app.user("c").await];
    let value: Vec<Value> = ids.iter().map(|id| json!({"$ref": null, "value": id})).collect();
    app.patch(&format!("/Groups/{group}"), json!([{"op": "Add", "path": "members", "value": value}])).await;
    assert_eq!(members(app, &group).await.len(), 3);
    (group, ids)
}

async fn members(app: &TestApp, group: &str) -> Vec<String> {
    let body = app.get(&format!("/Groups/{group}")).await.expect(StatusCode::OK).json();
    let members = body["members"].as_array().cloned().unwrap_or_default();
    members.iter().map(|member| member["value"].as_str().unwrap().to_owned()).collect()
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

async fn pages_are_counted_from_one(app: TestApp) {
    for n in 0..11 {
        app.user(&format!("user{n:02}")).await;
    }
    let page = app.get("/Users?startIndex=6&count=5").await.expect(StatusCode::OK).json();
    assert_eq!((&page["startIndex"], &page["itemsPerPage"], &page["totalResults"]), (&json!(6), &json!(5), &json!(11)));
    assert_eq!(page["Resources"][0]["userName"], "user05");
    let last = app.get("/Users?startIndex=11&count=5").await.json();
    assert_eq!((&last["itemsPerPage"], &last["totalResults"]), (&json!(1), &json!(11)));
    let none = app.get("/Users?count=0").await.json();
    assert_eq!((&none["Resources"], &none["totalResults"]), (&json!([]), &json!(11)));
    assert_eq!(app.get("/Users?startIndex=0&count=-1").await.json()["startIndex"], json!(1));
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

/// Provision on demand (the legacy dialect, always) and a cycle with the flag, over one life of a user and a group.
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
