//! Entity tags, and conditional changes (RFC 7644 §3.14).

use crate::support::{Answer, TestApp, json};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};

on_both!(a_tag_of_a_user_covers_its_groups, writers_may_refuse_what_there_is, writers_may_refuse_what_there_will_be,);

/// Sends a request with a condition.
async fn conditional(app: &TestApp, method: Method, path: &str, condition: (header::HeaderName, &str)) -> Answer {
    let body = match method {
        Method::PUT => json!({"userName": "ada", "displayName": "Owners"}).to_string(),
        Method::PATCH => json!({"Operations": [{"op": "replace", "path": "externalId", "value": "x"}]}).to_string(),
        _ => String::new(),
    };
    let request = Request::builder().method(method).uri(format!("/scim/v2{path}")).header(condition.0, condition.1);
    let request = request.header(header::AUTHORIZATION, format!("Bearer {}", app.token));
    app.send(request.body(Body::from(body)).unwrap()).await
}

async fn a_tag_of_a_user_covers_its_groups(app: TestApp) {
    let (id, group) = (app.user("ada").await, app.group("Owners").await);
    let path = format!("/Users/{id}");
    let tag = async |path: &str| {
        let answer = app.get(path).await.expect(StatusCode::OK);
        let tag = answer.header(header::ETAG).to_owned();
        assert_eq!(answer.json()["meta"]["version"], json!(tag), "{path}");
        tag
    };
    let listed = async |path: &str| app.get(path).await.json()["Resources"][0]["meta"]["version"].clone();
    let alone = tag(&path).await;
    let add = json!([{"op": "add", "path": "members", "value": [{"value": id}]}]);
    app.patch(&format!("/Groups/{group}"), add).await.expect(StatusCode::OK);
    let member = tag(&path).await;
    assert_ne!(alone, member);
    assert_eq!(listed("/Users").await, json!(member));
    assert_eq!(listed("/Groups").await, json!(tag(&format!("/Groups/{group}")).await));
    let answer =
        conditional(&app, Method::GET, &path, (header::IF_NONE_MATCH, &member)).await.expect(StatusCode::NOT_MODIFIED);
    assert_eq!((answer.header(header::ETAG), answer.text.as_str()), (member.as_str(), ""));
    conditional(&app, Method::GET, &path, (header::IF_NONE_MATCH, &alone)).await.expect(StatusCode::OK);
    let without = format!("{path}?excludedAttributes=groups");
    assert_eq!(tag(&without).await, alone);
    conditional(&app, Method::GET, &without, (header::IF_NONE_MATCH, &alone)).await.expect(StatusCode::NOT_MODIFIED);
    // The group's new name is in the user's document.
    app.patch(&format!("/Groups/{group}"), json!([{"op": "replace", "path": "displayName", "value": "Others"}])).await;
    conditional(&app, Method::GET, &path, (header::IF_NONE_MATCH, &member)).await.expect(StatusCode::OK);
    // For a write, the version counts: the groups are not the user's own.
    for condition in [member.as_str(), alone.as_str(), "*", "W/\"9\", W/\"1\""] {
        let answer = conditional(&app, Method::DELETE, &format!("{path}x"), (header::IF_MATCH, condition)).await;
        answer.expect(StatusCode::NOT_FOUND);
    }
    let answer = conditional(&app, Method::PATCH, &path, (header::IF_MATCH, &member)).await.expect(StatusCode::OK);
    assert_ne!(answer.header(header::ETAG), member);
    assert_eq!(answer.json()["meta"]["version"], json!(answer.header(header::ETAG)));
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        let answer = conditional(&app, method.clone(), &path, (header::IF_MATCH, &member)).await;
        answer.expect(StatusCode::PRECONDITION_FAILED);
        let answer = conditional(&app, method, &path, (header::IF_MATCH, "\"unreadable\"")).await;
        answer.expect(StatusCode::PRECONDITION_FAILED);
    }
}

async fn writers_may_refuse_what_there_is(app: TestApp) {
    let (id, group) = (app.user("ada").await, app.group("Owners").await);
    for path in [format!("/Users/{id}"), format!("/Groups/{group}")] {
        let before = app.get(&path).await;
        let tag = before.header(header::ETAG);
        conditional(&app, Method::GET, &path, (header::IF_NONE_MATCH, tag)).await.expect(StatusCode::NOT_MODIFIED);
        for method in [Method::PUT, Method::PATCH, Method::DELETE] {
            for condition in ["*", tag] {
                let answer = conditional(&app, method.clone(), &path, (header::IF_NONE_MATCH, condition)).await;
                assert_eq!(answer.expect(StatusCode::PRECONDITION_FAILED).json()["status"], "412", "{method} {path}");
            }
        }
        assert_eq!(app.get(&path).await.text, before.text);
        conditional(&app, Method::PUT, &path, (header::IF_NONE_MATCH, "W/\"99\"")).await.expect(StatusCode::OK);
        conditional(&app, Method::DELETE, &path, (header::IF_MATCH, tag)).await.expect(StatusCode::PRECONDITION_FAILED);
        conditional(&app, Method::DELETE, &path, (header::IF_MATCH, "*")).await.expect(StatusCode::NO_CONTENT);
        conditional(&app, Method::PUT, &path, (header::IF_NONE_MATCH, "*")).await.expect(StatusCode::NOT_FOUND);
    }
}

/// A client that refuses version 2 does not overwrite it, though it did not exist when the call arrived.
async fn writers_may_refuse_what_there_will_be(app: TestApp) {
    let (id, group) = (app.user("ada").await, app.group("Owners").await);
    for path in [format!("/Users/{id}"), format!("/Groups/{group}")] {
        let put = async |external_id: &str| {
            let body = json!({"userName": "ada", "displayName": "Owners", "externalId": external_id}).to_string();
            let request = Request::put(format!("/scim/v2{path}")).header(header::IF_NONE_MATCH, "W/\"2\"");
            let request = request.header(header::AUTHORIZATION, format!("Bearer {}", app.token));
            app.send(request.body(Body::from(body)).unwrap()).await.status
        };
        let (one, two, three, four) = tokio::join!(put("1"), put("2"), put("3"), put("4"));
        let mut statuses = [one, two, three, four];
        statuses.sort();
        let late = StatusCode::PRECONDITION_FAILED;
        assert_eq!(statuses, [StatusCode::OK, late, late, late], "{path}");
        assert_eq!(app.get(&path).await.header(header::ETAG), "W/\"2\"");
    }
}
