//! Every call is on the activity page: what it did, why it was refused, what to do, and no secrets.

use super::common::inactive;
use crate::support::{TestApp, json};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use domain::activity::RecordQuery;

on_both!(
    each_call_is_listed_with_what_it_did,
    a_refused_call_says_why_and_what_to_do,
    calls_lead_to_what_they_are_about,
    operations_of_a_bulk_request_are_listed_too,
    o37_no_secret_is_on_the_page,
);

async fn page(app: &TestApp, cookie: &str, address: &str) -> String {
    app.recorder.flush().await;
    let page = app.page(address, Some(cookie)).await.expect(StatusCode::OK).text;
    // Views mark where text changes.
    page.replace("<!>", "").replace("<!---->", "")
}

async fn each_call_is_listed_with_what_it_did(app: TestApp) {
    let cookie = app.administrator("gate-0001").await;
    let empty = page(&app, &cookie, "/admin/activity").await;
    assert!(empty.contains("No calls yet") && empty.contains("No calls in the last 24 hours."));
    app.get("/Users?filter=userName+eq+%22ada%22").await.expect(StatusCode::OK);
    let ada = app.user("ada").await;
    app.clock.advance_millis(1);
    let group = app.group("Team").await;
    for _ in 0..2 {
        app.patch(&format!("/Users/{ada}"), inactive()).await.expect(StatusCode::OK);
    }
    app.delete(&format!("/Groups/{group}")).await.expect(StatusCode::NO_CONTENT);
    let listed = page(&app, &cookie, "/admin/activity").await;
    for words in [
        "6 calls in the last 24 hours, none of them refused.",
        "6 calls: 2 created, 1 deactivated, 1 deleted",
        "Looked for a user and found none",
        "<strong>Ada Byron</strong> was created",
        "Group <strong>Team</strong> was created",
        "<strong>Ada Byron</strong> was deactivated",
        "Nothing changed about <strong>Ada Byron</strong>",
        "Group <strong>Team</strong> was deleted",
        r#"GET /Users?filter=userName eq "…""#,
        "PATCH /Users/{id}",
    ] {
        assert!(listed.contains(words), "{words}: {listed}");
    }
    let shown = async |show: &str| page(&app, &cookie, &format!("/admin/activity?show={show}")).await;
    let changes = shown("changes").await;
    assert!(
        changes.contains("4 calls: 2 created, 1 deactivated, 1 deleted") && !changes.contains("Nothing changed"),
        "{changes}"
    );
    let unchanged = shown("unchanged").await;
    assert!(unchanged.contains("1 call, no changes") && unchanged.contains("Nothing changed about"), "{unchanged}");
    assert!(shown("refused").await.contains("No calls match"));
}

async fn a_refused_call_says_why_and_what_to_do(app: TestApp) {
    let cookie = app.administrator("gate-0001").await;
    let ada = app.user("ada").await;
    app.post("/Users", json!({"userName": "ADA"})).await.expect(StatusCode::CONFLICT);
    let team = app.group("Team").await;
    app.post("/Groups", json!({"displayName": "team"})).await.expect(StatusCode::CONFLICT);
    app.scim_as("wrong", Method::GET, "/Users", None).await.expect(StatusCode::UNAUTHORIZED);
    let refused = page(&app, &cookie, "/admin/activity?show=refused").await;
    let all = page(&app, &cookie, "/admin/activity").await;
    assert!(all.contains("3 refused</a>, 1 of them without a token that may be used now"), "{all}");
    for words in [
        "A user could not be created",
        "Refused, 409",
        "Another user has this userName already; letter case does not matter.",
        "See who has the name",
        &format!("href=\"/admin/users/{ada}\">See the user who has the name"),
        "A group could not be created",
        &format!("href=\"/admin/groups/{team}\">See the group that has the name"),
        "<code>uniqueness</code>",
        "A list of users was refused",
        "Refused, 401",
        "No token that may be used now",
        "Create a token on the SCIM tab",
    ] {
        assert!(refused.contains(words), "{words}: {refused}");
    }
    let tab = page(&app, &cookie, "/admin/sso/scim").await;
    assert!(tab.contains("<a href=\"/admin/activity?show=refused\">3</a>"), "{tab}");
}

async fn calls_lead_to_what_they_are_about(app: TestApp) {
    let cookie = app.administrator("gate-0001").await;
    let ada = app.user("ada").await;
    app.clock.advance_millis(1);
    app.post("/Users", json!({"userName": "grace"})).await.expect(StatusCode::CREATED);
    let request = Request::patch(format!("/scim/v2/Users/{ada}"))
        .header(header::AUTHORIZATION, format!("Bearer {}", app.token))
        .header(header::CONTENT_TYPE, "application/scim+json")
        .header(header::USER_AGENT, "Okta SCIM Client 1.0.0");
    let body = json!({"Operations": [{"op": "replace", "path": "title", "value": "Countess"}]});
    let answer = app.send(request.body(Body::from(body.to_string())).unwrap()).await;
    let id = answer.header("x-request-id").to_owned();
    app.patch(&format!("/Users/{ada}"), json!([{"op": "remove"}])).await.expect(StatusCode::BAD_REQUEST);
    let about = page(&app, &cookie, &format!("/admin/users/{ada}")).await;
    assert!(about.contains(&format!("href=\"/admin/activity?target={ada}\"")), "{about}");
    let calls = page(&app, &cookie, &format!("/admin/activity?target={ada}")).await;
    assert!(calls.contains("3 calls: 1 created, 1 changed, 1 refused") && !calls.contains("grace"), "{calls}");
    assert!(calls.contains(&id) && calls.contains("Okta SCIM Client 1.0.0<"), "{calls}");
    // The page of one call shows what it changed.
    let console = app.console("gate-0002").await;
    let found = console.activity(RecordQuery::default(), None).await.unwrap();
    let change = found.rows.iter().find(|row| row.event.is_some_and(|(_, action)| action.as_str() == "user.changed"));
    let call = page(&app, &cookie, &format!("/admin/activity/{}", change.unwrap().seq)).await;
    assert!(
        call.contains("Ada Byron was changed") && call.contains("What it changed") && call.contains("Countess"),
        "{call}"
    );
    app.page("/admin/activity/999999", Some(&cookie)).await.expect(StatusCode::NOT_FOUND);
    app.page("/admin/activity/x", Some(&cookie)).await.expect(StatusCode::NOT_FOUND);
}

async fn operations_of_a_bulk_request_are_listed_too(app: TestApp) {
    let cookie = app.administrator("gate-0001").await;
    let operations = json!([
        {"method": "POST", "path": "/Users", "bulkId": "a", "data": {"userName": "ada"}},
        {"method": "POST", "path": "/Users", "bulkId": "b", "data": {"userName": "ADA"}},
        {"method": "PATCH", "path": "/Users/7", "data": {"Operations": [{"op": "remove", "path": "title"}]}},
    ]);
    let bulk = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations});
    app.post("/Bulk", bulk).await.expect(StatusCode::OK);
    let listed = page(&app, &cookie, "/admin/activity").await;
    for words in
        ["4 calls: 1 created, 2 refused", "POST /Users, in a bulk request", "PATCH /Users/{id}, in a bulk request"]
    {
        assert!(listed.contains(words), "{words}: {listed}");
    }
}

async fn o37_no_secret_is_on_the_page(app: TestApp) {
    let cookie = app.administrator("gate-0001").await;
    let canary = "canary-7f3a";
    app.post("/Users", json!({"userName": "ada", "password": canary, "x": canary})).await.expect(StatusCode::CREATED);
    app.post("/Users", json!({"userName": "ada", "password": canary})).await.expect(StatusCode::CONFLICT);
    app.get(&format!("/Users?filter=userName+eq+%22{canary}%22+or+title+co+{canary}")).await;
    app.get(&format!("/Users?access_token={canary}")).await.expect(StatusCode::BAD_REQUEST);
    app.get(&format!("/Users/{canary}")).await.expect(StatusCode::NOT_FOUND);
    app.get(&format!("/{canary}")).await.expect(StatusCode::NOT_FOUND);
    app.scim_as(canary, Method::GET, &format!("/Users?{canary}={canary}"), None).await;
    let listed = page(&app, &cookie, "/admin/activity").await;
    assert!(listed.contains("7 calls") && !listed.contains(canary), "{listed}");
}
