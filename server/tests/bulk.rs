//! Bulk requests (RFC 7644 §3.7).

use crate::support::{Answer, TestApp, Value, entra_user, json};
use axum::http::{Method, StatusCode};
use domain::audit::Action;
use server::ServerLimits;
use std::time::Duration;

on_both!(
    operations_of_every_kind_are_carried_out,
    references_are_resolved_in_any_order,
    ra19_a_reference_ends_with_a_bulk_id,
    br16_a_list_of_operations_changes_a_resource,
    circles_are_conflicts,
    an_error_leaves_the_others_alone,
    so_many_errors_end_it,
    what_is_wrong_is_told_for_each_operation,
    limits_are_announced_and_kept,
    each_operation_is_a_call_of_its_own,
    what_there_is_no_time_for_is_refused,
    a_long_chain_is_resolved,
    a_token_that_ends_meanwhile_stops_the_rest,
);

const BASE: &str = "https://id.corp.example/scim/v2";

async fn bulk(app: &TestApp, operations: Value) -> Answer {
    let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations});
    app.post("/Bulk", body).await
}

fn results(answer: &Answer) -> Vec<Value> {
    answer.json()["Operations"].as_array().unwrap().clone()
}

fn statuses(answer: &Answer) -> Vec<String> {
    results(answer).iter().map(|result| result["status"].as_str().unwrap().to_owned()).collect()
}

fn post(kind: &str, name: &str, data: Value) -> Value {
    json!({"method": "POST", "path": format!("/{kind}"), "bulkId": name, "data": data})
}

fn user(name: &str) -> Value {
    post("Users", name, entra_user(&format!("{name}@corp.example")))
}

fn group(name: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|member| json!({"value": member})).collect();
    post("Groups", name, json!({"displayName": name, "members": members}))
}

async fn operations_of_every_kind_are_carried_out(app: TestApp) {
    let (ada, bob) = (app.user("ada@corp.example").await, app.user("bob@corp.example").await);
    let title = json!({"Operations": [{"op": "replace", "path": "title", "value": "Countess"}]});
    let answer = bulk(
        &app,
        json!([
            user("eve"),
            {"method": "PATCH", "path": format!("/Users/{ada}"), "data": title, "version": "W/\"1\""},
            {"method": "put", "path": format!("/Users/{bob}"), "data": entra_user("robert@corp.example"), "bulkId": "b"},
            {"method": "DELETE", "path": format!("/Users/{ada}"), "version": "W/\"1\""},
            {"method": "DELETE", "path": format!("/Users/{ada}"), "version": "W/\"2\""},
        ]),
    )
    .await
    .expect(StatusCode::OK);
    assert_eq!(answer.json()["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:BulkResponse"]));
    assert_eq!(statuses(&answer), ["201", "200", "200", "412", "204"]);
    let results = results(&answer);
    let location = results[0]["location"].as_str().unwrap();
    assert!(location.starts_with(&format!("{BASE}/Users/")));
    assert_eq!(
        results[0],
        json!({"method": "POST", "bulkId": "eve", "location": location, "version": "W/\"1\"", "status": "201"})
    );
    let place = format!("{BASE}/Users/{ada}");
    assert_eq!(results[1], json!({"method": "PATCH", "location": place, "version": "W/\"2\"", "status": "200"}));
    assert_eq!((&results[2]["method"], &results[2]["bulkId"]), (&json!("PUT"), &json!("b")));
    assert_eq!((&results[3]["location"], &results[3]["response"]["status"]), (&json!(place), &json!("412")));
    assert_eq!(results[4], json!({"method": "DELETE", "location": place, "status": "204"}));
    assert_eq!(app.get(location.strip_prefix(BASE).unwrap()).await.json()["userName"], "eve@corp.example");
    assert_eq!(app.get(&format!("/Users/{bob}")).await.json()["userName"], "robert@corp.example");
    app.get(&format!("/Users/{ada}")).await.expect(StatusCode::NOT_FOUND);
}

async fn references_are_resolved_in_any_order(app: TestApp) {
    let mut boss = entra_user("boss@corp.example");
    let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    boss[urn] = json!({"manager": {"value": "bulkId:ada"}});
    let add = json!({"Operations": [{"op": "add", "path": "members", "value": [{"value": "bulkId:eve"}]}]});
    let answer = bulk(
        &app,
        json!([
            {"method": "PATCH", "path": "/Groups/bulkId:team", "data": add},
            group("all", &["bulkId:team", "bulkId:ada"]),
            group("team", &["bulkId:ada"]),
            post("Users", "boss", boss),
            user("eve"),
            user("ada"),
        ]),
    )
    .await
    .expect(StatusCode::OK);
    assert_eq!(statuses(&answer), ["200", "201", "201", "201", "201", "201"]);
    let results = results(&answer);
    assert_eq!(results[0]["location"], results[2]["location"]);
    let id = |at: usize| results[at]["location"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let read = async |kind: &str, at: usize| app.get(&format!("/{kind}/{}", id(at))).await.json();
    let members = |group: &Value| {
        let members = group["members"].as_array().unwrap();
        members.iter().map(|member| member["value"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let mut team = [id(5), id(4)];
    team.sort();
    assert_eq!(members(&read("Groups", 2).await), team);
    assert_eq!(members(&read("Groups", 1).await), [id(5), id(2)]);
    assert_eq!(read("Users", 3).await[urn]["manager"]["value"], json!(id(5)));
}

async fn ra19_a_reference_ends_with_a_bulk_id(app: TestApp) {
    let links = json!([{"resourceType": "User", "id": "urn:example:links:2.0:User",
        "attributes": [{"name": "home", "type": "reference", "referenceTypes": ["User"]}, {"name": "note"}]}]);
    let app = app.extended(links).await;
    let (urn, links) = ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "urn:example:links:2.0:User");
    let mut ada = entra_user("ada@corp.example");
    ada[urn] = json!({"manager": {"value": "bulkId:boss", "$ref": "../Users/bulkId:boss"}});
    ada[links] = json!({"home": format!("{BASE}/Users/bulkId:boss"), "note": "../Users/bulkId:boss"});
    let eve = app.user("eve@corp.example").await;
    let patch = |operation: Value| json!({"method": "PATCH", "path": format!("/Users/{eve}"), "data": [operation]});
    let operations = json!([
        post("Users", "ada", ada),
        patch(json!({"op": "add", "path": format!("{urn}:manager.$ref"), "value": "../Users/bulkId:boss"})),
        patch(json!({"op": "add", "value": {"profileUrl": format!("{BASE}/Users/bulkId:boss")}})),
        patch(json!({"op": "add", "path": "profileUrl", "value": "../Users/bulkId:nobody"})),
        user("boss"),
    ]);
    let answer = bulk(&app, operations).await.expect(StatusCode::OK);
    assert_eq!(statuses(&answer), ["201", "200", "200", "409", "201"]);
    let place = |at: usize| results(&answer)[at]["location"].as_str().unwrap().to_owned();
    let boss = place(4);
    let id = boss.rsplit('/').next().unwrap();
    let ada = app.get(place(0).strip_prefix(BASE).unwrap()).await.json();
    assert_eq!(ada[urn]["manager"], json!({"value": id, "$ref": format!("../Users/{id}")}));
    assert_eq!(ada[links], json!({"home": boss, "note": "../Users/bulkId:boss"}));
    let eve = app.get(&format!("/Users/{eve}")).await.json();
    assert_eq!((&eve[urn]["manager"]["$ref"], &eve["profileUrl"]), (&json!(format!("../Users/{id}")), &json!(boss)));
}

async fn br16_a_list_of_operations_changes_a_resource(app: TestApp) {
    let (ada, team) = (app.user("ada@corp.example").await, app.group("Team").await);
    let patch = |path: &str, data: Value| json!({"method": "PATCH", "path": path, "data": data});
    let (at, group) = (format!("/Users/{ada}"), format!("/Groups/{team}"));
    let operations = json!([
        patch(
            &at,
            json!([{"op": "remove", "path": "displayName"}, {"op": "add", "path": "userName", "value": "Dave"}])
        ),
        patch(&group, json!([{"op": "add", "path": "members", "value": [{"value": ada}]}])),
        patch(&at, json!([])),
        patch(&at, json!([{"op": "remove", "path": "userName"}])),
        patch(&at, json!(["x"])),
    ]);
    let answer = bulk(&app, operations).await.expect(StatusCode::OK);
    assert_eq!(statuses(&answer), ["200", "200", "200", "400", "400"]);
    let user = app.get(&at).await.json();
    assert_eq!((&user["userName"], user.get("displayName")), (&json!("Dave"), None));
    assert_eq!(app.get(&group).await.json()["members"][0]["value"], json!(ada));
}

async fn circles_are_conflicts(app: TestApp) {
    let operations = json!([
        group("a", &["bulkId:b"]),
        group("b", &["bulkId:a"]),
        group("c", &["bulkId:a"]),
        group("d", &["bulkId:d"]),
        group("e", &[]),
    ]);
    let answer = bulk(&app, operations).await.expect(StatusCode::OK);
    assert_eq!(statuses(&answer), ["409", "409", "409", "409", "201"]);
    assert!(results(&answer)[0].get("location").is_none());
    assert_eq!(app.get("/Groups").await.total(), 1);
}

async fn an_error_leaves_the_others_alone(app: TestApp) {
    let answer = bulk(
        &app,
        json!([
            user("ada"),
            user("eve"),
            post("Users", "again", entra_user("ada@corp.example")),
            group("team", &["bulkId:again"]),
            group("lost", &["bulkId:nobody"]),
            group("fine", &["bulkId:eve"]),
        ]),
    )
    .await
    .expect(StatusCode::OK);
    assert_eq!(statuses(&answer), ["201", "201", "409", "409", "409", "201"]);
    let taken = &results(&answer)[2];
    assert_eq!(taken["response"]["scimType"], "uniqueness");
    assert_eq!(taken["response"]["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
    assert!(taken.get("location").is_none() && taken["bulkId"] == "again");
    assert_eq!((app.get("/Users").await.total(), app.get("/Groups").await.total()), (2, 1));
}

async fn so_many_errors_end_it(app: TestApp) {
    let nobody = "00000000-0000-7000-8000-000000000000";
    let wrong = json!({"method": "DELETE", "path": format!("/Users/{nobody}")});
    let body = |most: u64| json!({"failOnErrors": most, "Operations": [wrong, user("a"), wrong, user("b"), wrong]});
    let answer = app.post("/Bulk", body(2)).await.expect(StatusCode::OK);
    assert_eq!(statuses(&answer), ["404", "201", "404"]);
    let answer = app.post("/Bulk", body(1)).await.expect(StatusCode::OK);
    assert_eq!(statuses(&answer), ["404"]);
    assert_eq!(app.get("/Users").await.total(), 1);
    for most in [json!(0), json!("1"), json!(-2)] {
        let refused = app.post("/Bulk", json!({"failOnErrors": most, "Operations": []})).await;
        refused.expect(StatusCode::BAD_REQUEST);
    }
}

async fn what_is_wrong_is_told_for_each_operation(app: TestApp) {
    let ada = app.user("ada@corp.example").await;
    let wrong = [
        (json!({"method": "GET", "path": format!("/Users/{ada}")}), "400"),
        (json!({"method": "POST", "path": "/Users", "data": entra_user("x@corp.example")}), "400"),
        (json!({"method": "POST", "path": "/Users", "bulkId": "x"}), "400"),
        (json!({"method": "DELETE", "path": format!("Users/{ada}")}), "400"),
        (json!("x"), "400"),
        (json!({"method": "DELETE", "path": "/Users"}), "405"),
        (json!({"method": "POST", "path": format!("/Users/{ada}"), "bulkId": "y", "data": {}}), "405"),
        (json!({"method": "POST", "path": "/Bulk", "bulkId": "z", "data": {"Operations": []}}), "404"),
        (json!({"method": "DELETE", "path": "/Me"}), "404"),
        (json!({"method": "PUT", "path": "/Users/.search", "data": {}}), "404"),
        (json!({"method": "POST", "path": "/Users", "bulkId": "w", "data": {"userName": ""}}), "400"),
    ];
    let operations: Vec<&Value> = wrong.iter().map(|(operation, _)| operation).collect();
    let answer = bulk(&app, json!(operations)).await.expect(StatusCode::OK);
    assert_eq!(statuses(&answer), wrong.iter().map(|(_, status)| (*status).to_owned()).collect::<Vec<_>>());
    for result in results(&answer) {
        assert_eq!(result["response"]["status"], result["status"]);
        assert!(!result["response"]["detail"].as_str().unwrap().is_empty());
    }
    app.get(&format!("/Users/{ada}")).await.expect(StatusCode::OK);
    for body in [json!({}), json!({"Operations": {}}), json!({"Operations": [user("a"), user("a")]})] {
        app.post("/Bulk", body).await.expect(StatusCode::BAD_REQUEST);
    }
    app.get("/Bulk").await.expect(StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(app.get("/Users").await.total(), 1);
}

async fn limits_are_announced_and_kept(app: TestApp) {
    let told = app.get("/ServiceProviderConfig").await.json()["bulk"].clone();
    assert_eq!(told, json!({"supported": true, "maxOperations": 1_000, "maxPayloadSize": 5 * 1024 * 1024}));
    let many = vec![json!({"method": "DELETE", "path": "/Users/x"}); 1_001];
    bulk(&app, json!(many)).await.expect(StatusCode::PAYLOAD_TOO_LARGE);
    let large = post("Users", "a", json!({"userName": "x".repeat(5 * 1024 * 1024)}));
    bulk(&app, json!([large])).await.expect(StatusCode::PAYLOAD_TOO_LARGE);
    // An operation may not exceed the limits of the same call on its own.
    let large = post("Users", "a", json!({"userName": "x", "title": "x".repeat(2 * 1024 * 1024)}));
    let answer = bulk(&app, json!([large])).await.expect(StatusCode::OK);
    assert_eq!(statuses(&answer), ["413"]);
    // The same if none of it would be kept. A group may be larger, for its members.
    let lost = json!({"userName": "x", "password": "x".repeat(1024 * 1024)});
    let ada = app.user("ada@corp.example").await;
    let change = json!({"Operations": [{"op": "add", "path": "password", "value": "x".repeat(1024 * 1024)}]});
    let members: Vec<_> = (0..1_500).map(|at| json!({"value": ada, "display": format!("{at:x<1024}")})).collect();
    let operations = json!([
        post("Users", "a", lost),
        {"method": "PATCH", "path": format!("/%55sers/{ada}"), "data": change},
        post("Groups", "b", json!({"displayName": "Team", "members": members})),
    ]);
    let answer = bulk(&app, operations).await.expect(StatusCode::OK);
    assert_eq!(statuses(&answer), ["413", "413", "201"]);
    app.delete(&format!("/Users/{ada}")).await.expect(StatusCode::NO_CONTENT);
    let many = json!([post("Users", "a", json!({"userName": "x", "x": vec![json!([]); 400_000]}))]);
    bulk(&app, many).await.expect(StatusCode::PAYLOAD_TOO_LARGE);
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    let deep =
        format!("{{\"Operations\": [{{\"method\": \"POST\", \"path\": \"/Users\", \"data\": {{\"x\": {deep}}}}}]}}");
    let request = axum::http::Request::post("/scim/v2/Bulk").header("authorization", format!("Bearer {}", app.token));
    app.send(request.body(deep.into()).unwrap()).await.expect(StatusCode::BAD_REQUEST);
    assert_eq!(app.get("/Users").await.total(), 0);
}

async fn each_operation_is_a_call_of_its_own(app: TestApp) {
    let before = app.host.events_after(0).await.unwrap().len();
    let calls = async || {
        app.recorder.flush().await;
        let activity = app.host.scim().await.unwrap().activity;
        (activity.calls, activity.refused)
    };
    assert_eq!(calls().await, (0, 0));
    let operations = json!([user("ada"), group("team", &["bulkId:ada"]), user("ada2"), {"method": "DELETE", "path": "/Users/x"}, "x"]);
    bulk(&app, operations).await.expect(StatusCode::OK);
    let events = app.host.events_after(0).await.unwrap();
    let actions: Vec<Action> = events[before..].iter().map(|entry| entry.event.action).collect();
    let created = [Action::UserCreated, Action::GroupCreated, Action::UserCreated];
    assert_eq!(actions.into_iter().filter(|action| created.contains(action)).collect::<Vec<_>>(), created);
    assert_eq!(calls().await, (6, 2), "five operations, and the request");
}

async fn what_there_is_no_time_for_is_refused(app: TestApp) {
    let hurried = app.another_with(ServerLimits { bulk: Duration::ZERO, ..ServerLimits::default() }).await;
    let answer = bulk(&hurried, json!([user("ada"), user("eve")])).await.expect(StatusCode::OK);
    assert_eq!(statuses(&answer), ["503", "503"]);
    assert_eq!(app.get("/Users").await.total(), 0);
    let brief = app.another_with(ServerLimits { bulk: Duration::from_millis(60), ..ServerLimits::default() }).await;
    let many: Vec<Value> = (0..1_000).map(|number| user(&format!("u{number}"))).collect();
    let answer = bulk(&brief, json!(many)).await.expect(StatusCode::OK);
    let statuses = statuses(&answer);
    let done = statuses.iter().filter(|status| *status == "201").count();
    assert!(done < 1_000 && statuses.len() == 1_000);
    assert!(statuses[done..].iter().all(|status| status == "503"), "what was done stands first");
    assert_eq!(app.get("/Users").await.total(), done as u64);
}

async fn a_long_chain_is_resolved(app: TestApp) {
    let chain: Vec<Value> = (0..150).map(|at| group(&format!("g{at}"), &[&format!("bulkId:g{}", at + 1)])).collect();
    let chain: Vec<Value> = chain.into_iter().chain([group("g150", &[])]).collect();
    let answer = bulk(&app, json!(chain)).await.expect(StatusCode::OK);
    assert!(statuses(&answer).iter().all(|status| status == "201"));
    assert_eq!(app.get("/Groups?filter=members+pr&count=0").await.total(), 150);
}

async fn a_token_that_ends_meanwhile_stops_the_rest(app: TestApp) {
    let token = app.host.create_token("Brief", None).await.unwrap();
    let many: Vec<Value> = (0..300).map(|number| user(&format!("u{number}"))).collect();
    let sending = app.scim_as(&token.secret, Method::POST, "/Bulk", Some(json!({"Operations": many})));
    let revoking = async {
        let begun = async {
            while app.get("/Users?count=0").await.total() == 0 {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), begun).await.expect("somebody is created");
        app.host.revoke_token(token.token.id).await.unwrap();
    };
    let (answer, ()) = tokio::join!(sending, revoking);
    let statuses = statuses(&answer.expect(StatusCode::OK));
    let done = statuses.iter().filter(|status| *status == "201").count();
    assert!(done > 0 && statuses[done..].iter().all(|status| status == "401"), "{statuses:?}");
    assert_eq!(app.get("/Users").await.total(), done as u64);
}
