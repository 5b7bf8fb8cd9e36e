//! No answer to a directory reveals whether a break-glass account with some name exists.

use crate::{
    guarantees::common::{count, tables},
    support::{Answer, TestApp, Value, entra_user, json},
};
use axum::http::{Method, StatusCode};

on_both!(
    r18_no_answer_tells_whether_a_name_is_taken,
    r18_a_name_that_a_person_has_already_stays,
    r18_a_hit_is_told_once_an_hour,
);

/// Tries a name wherever a directory can write one, and returns all the answers.
async fn attempts(app: &TestApp, user: &str, name: &str) -> Vec<Answer> {
    let path = format!("/Users/{user}");
    let with = |field: &str, value: Value| {
        let mut body = entra_user("ada@corp.example");
        body[field] = value;
        body
    };
    let emails = json!([{"type": "work", "value": name}]);
    let operations = json!([{"op": "replace", "path": "userName", "value": name}]);
    let patch = |operations: Value| json!({"Operations": operations});
    let bulk = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [
        {"method": "PATCH", "path": path, "data": patch(operations.clone())}]});
    let mut new = with("externalId", json!(name));
    new["userName"] = json!("new@corp.example");
    let quoted = name.replace(' ', "%20");
    let calls = [
        (Method::POST, "/Users".to_owned(), Some(with("userName", json!(name)))),
        (Method::POST, "/Users".to_owned(), Some(new)),
        (Method::PUT, path.clone(), Some(with("userName", json!(name)))),
        (Method::PUT, path.clone(), Some(with("externalId", json!(name)))),
        (Method::PUT, path.clone(), Some(with("emails", emails.clone()))),
        (Method::PATCH, path.clone(), Some(patch(operations))),
        (Method::PATCH, path.clone(), Some(patch(json!([{"op": "add", "path": "externalId", "value": name}])))),
        (Method::PATCH, path.clone(), Some(patch(json!([{"op": "add", "path": "emails", "value": emails}])))),
        (Method::POST, "/Bulk".to_owned(), Some(bulk)),
        (Method::GET, format!("/Users?filter=userName+eq+%22{quoted}%22"), None),
        (Method::GET, format!("/Users?filter=externalId+eq+%22{quoted}%22"), None),
        (Method::PUT, path, Some(entra_user("ada@corp.example"))),
    ];
    let mut answers = Vec::new();
    for (method, path, body) in calls {
        answers.push(app.scim(method, &path, body).await);
    }
    answers
}

/// An answer without the parts that change from call to call or repeat what was sent.
fn plain(answer: &Answer, name: &str) -> (StatusCode, Value) {
    let mut body = answer.json();
    if let Some(meta) = body.get_mut("meta").and_then(Value::as_object_mut) {
        meta.retain(|name, _| name == "resourceType");
    }
    if let Some(operations) = body.get_mut("Operations").and_then(Value::as_array_mut) {
        operations.iter_mut().for_each(|done| drop(done.as_object_mut().unwrap().remove("version")));
    }
    (answer.status, serde_json::from_str(&body.to_string().replace(name, "NAME")).unwrap())
}

async fn r18_no_answer_tells_whether_a_name_is_taken(app: TestApp) {
    // One with the usual stem, one with a stem of its own.
    for name in ["gate-7f3k", "night-shift-0000"] {
        app.break_glass(name).await;
    }
    let user = app.user("ada@corp.example").await;
    for (taken, free) in [
        ("gate-7f3k", "gate-7f3m"),
        ("GATE-7F3K", "GATE-0000"),
        ("ｇａｔｅ-7f3k", "ｇａｔｅ-7f3m"),
        (" night-shift-0000", " night-shift-0001"),
    ] {
        let [known, unknown] = [attempts(&app, &user, taken).await, attempts(&app, &user, free).await];
        assert_eq!(known[0].status, StatusCode::CONFLICT, "{:?}", known[0]);
        assert_eq!((known[4].status, known[7].status), (StatusCode::OK, StatusCode::OK), "addresses are free");
        for (at, (known, unknown)) in known.iter().zip(&unknown).enumerate() {
            assert_eq!(plain(known, taken.trim()), plain(unknown, free.trim()), "{taken}, call {at}");
        }
    }
    // Even before there is any account, the usual stem is reserved.
    let before = app.post("/Users", entra_user("gate-zzzz")).await.expect(StatusCode::CONFLICT);
    assert!(before.json()["detail"].as_str().unwrap().contains("whether there is one or not"), "{}", before.text);
    for free in ["gateway-7f3k", "anna-jane", "gate-7f3", "gate-7f3ks", "gate", "shift-0000"] {
        app.user(free).await;
    }
}

async fn r18_a_name_that_a_person_has_already_stays(app: TestApp) {
    let mut person = entra_user("day-shift-7f3k");
    person["externalId"] = json!("day-shift-7f3m");
    let id = app.post("/Users", person.clone()).await.expect(StatusCode::CREATED).id();
    app.break_glass("day-shift-0000").await;
    let rename = json!([{"op": "replace", "path": "displayName", "value": "Ada"}]);
    app.patch(&format!("/Users/{id}"), rename).await.expect(StatusCode::OK);
    person["title"] = json!("Countess");
    app.put(&format!("/Users/{id}"), person).await.expect(StatusCode::OK);
    let other = json!([{"op": "replace", "path": "userName", "value": "day-shift-7f3n"}]);
    app.patch(&format!("/Users/{id}"), other).await.expect(StatusCode::CONFLICT);
}

async fn r18_a_hit_is_told_once_an_hour(app: TestApp) {
    let another = app.another().await;
    for wanted in [1, 2] {
        for number in 1000..1020 {
            app.post("/Users", entra_user(&format!("gate-{number}"))).await.expect(StatusCode::CONFLICT);
            another.post("/Users", entra_user(&format!("gate-{number}"))).await.expect(StatusCode::CONFLICT);
        }
        assert_eq!(count(&app, "token.name_refused").await, wanted);
        app.clock.advance_minutes(60);
    }
    assert!(tables(&app).await["users"].is_empty());
}
