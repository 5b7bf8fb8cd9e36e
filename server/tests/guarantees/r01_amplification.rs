//! What a SCIM call stores is bounded by what it sends, for any existing document.
//!
//! `PROPTEST_CASES` sets how many documents are generated for each database.

use crate::{
    guarantees::common::{Dice, setting},
    support::{Answer, TestApp, Value, json},
};
use axum::http::{Method, StatusCode};
use gauge::Gauge;

mod documents;
mod gauge;

on_both!(
    r01_no_call_stores_much_more_than_it_sends,
    r01_references_in_a_bulk_request_are_no_way_round,
    r01_a_flag_beside_a_large_value_is_all_that_is_logged,
    r01_a_full_document_leaves_when_it_must,
);

/// How many documents share a database: every measurement counts all of its bytes.
const TOGETHER: u64 = 50;

/// A call, and its name in the test.
struct Call {
    what: &'static str,
    method: Method,
    path: String,
    body: Value,
    /// How many operations it has: those of a bulk request are calls of their own.
    operations: usize,
}

impl Call {
    fn new(what: &'static str, method: Method, path: &str, body: Value) -> Self {
        Self { what, method, path: path.to_owned(), body, operations: 1 }
    }

    fn patch(what: &'static str, path: &str, operation: Value) -> Self {
        Self::new(what, Method::PATCH, path, json!({"Operations": [operation]}))
    }
}

/// The call that came closest to its bound.
#[derive(Default)]
struct Worst {
    share: f64,
    words: String,
    calls: u64,
}

impl Worst {
    async fn send(&mut self, app: &TestApp, gauge: &mut Gauge, shape: &str, call: Call) -> Answer {
        let body = (!call.body.is_null()).then(|| call.body.clone());
        let sent = call.path.len() + body.as_ref().map_or(0, |body| body.to_string().len());
        let answer = app.scim(call.method, &call.path, body).await;
        app.recorder.flush().await;
        let stored = gauge.growth().await;
        let bound = 20 * sent as i64 + 8_192 * call.operations as i64;
        let words = format!("{shape}, {}: {sent} bytes sent, {stored} stored, {}", call.what, answer.status);
        assert!(stored <= bound, "{words}, {bound} allowed");
        assert!(answer.status.as_u16() < 500, "{words}: {}", answer.text);
        self.calls += 1;
        let share = stored as f64 / bound as f64;
        if share > self.share {
            (self.share, self.words) = (share, words);
        }
        answer
    }
}

async fn r01_no_call_stores_much_more_than_it_sends(first: TestApp) {
    let (mut dice, mut worst) = (Dice::of_environment(), Worst::default());
    let (cases, mut app) = (setting("PROPTEST_CASES", 30) / 2, first);
    let mut people = Vec::new();
    let on_sqlite = app.database.url().starts_with("sqlite");
    for case in 0..cases {
        if case % TOGETHER == 0 && case > 0 {
            app = if on_sqlite { TestApp::sqlite().await } else { TestApp::postgres().await };
        }
        if case % TOGETHER == 0 {
            people = Vec::new();
            for number in 0..60 {
                people.push(json!({"value": app.user(&format!("member{number}")).await}));
            }
            app.recorder.flush().await;
        }
        let mut gauge = Gauge::new(app.database.url()).await;
        let (shape, document) = documents::any(&mut dice, &format!("user{case}"));
        life_of_a_user(&app, &mut gauge, &mut worst, &mut dice, shape, &document).await;
        let (shape, document) = documents::any(&mut dice, &format!("group{case}"));
        life_of_a_group(&app, &mut gauge, &mut worst, shape, &document, &people).await;
        gauge.forget().await;
    }
    println!(
        "{} calls with {} documents; the worst: {} ({:.0} %)",
        worst.calls,
        2 * cases,
        worst.words,
        100. * worst.share
    );
}

/// Everything that can be done to a user with this document.
async fn life_of_a_user(
    app: &TestApp,
    gauge: &mut Gauge,
    worst: &mut Worst,
    dice: &mut Dice,
    shape: &str,
    document: &Value,
) {
    let create = Call::new("POST", Method::POST, "/Users", document.clone());
    let answer = worst.send(app, gauge, shape, create).await;
    if answer.status != StatusCode::CREATED {
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{shape}: {:.400}", answer.text);
        return;
    }
    let user = format!("/Users/{}", answer.id());
    let mut calls = documents::operations(dice);
    let bare = json!({"userName": document["userName"]});
    for (what, operation) in calls.drain(..) {
        worst.send(app, gauge, shape, Call::patch(what, &user, operation)).await;
    }
    let whole = |what, body: &Value| Call::new(what, Method::PUT, &user, body.clone());
    let path = user.as_str();
    let bulk = json!({"Operations": [
        {"method": "PATCH", "path": path, "data": {"Operations": [{"op": "replace", "path": "active", "value": false}]}},
        {"method": "PATCH", "path": path, "data": {"Operations": [{"op": "remove", "path": "urn:x:Test"}]}},
        {"method": "DELETE", "path": path},
    ]});
    for call in [
        whole("PUT of the same", document),
        whole("PUT of almost nothing", &bare),
        Call::patch("PATCH of everything", path, json!({"op": "add", "value": document})),
        whole("PUT of almost nothing", &bare),
        whole("PUT of everything", document),
        Call { operations: 3, ..Call::new("bulk", Method::POST, "/Bulk", bulk) },
        Call::new("DELETE of what is gone", Method::DELETE, path, Value::Null),
        Call::new("POST", Method::POST, "/Users", document.clone()),
    ] {
        let answer = worst.send(app, gauge, shape, call).await;
        if answer.status == StatusCode::CREATED {
            let path = format!("/Users/{}", answer.id());
            worst.send(app, gauge, shape, Call::new("DELETE", Method::DELETE, &path, Value::Null)).await;
        }
    }
}

/// Everything that can be done to a group with this document.
async fn life_of_a_group(
    app: &TestApp,
    gauge: &mut Gauge,
    worst: &mut Worst,
    shape: &str,
    document: &Value,
    people: &[Value],
) {
    let mut document = document.clone();
    document["displayName"] = document["userName"].take();
    let answer = worst.send(app, gauge, shape, Call::new("POST", Method::POST, "/Groups", document.clone())).await;
    if answer.status != StatusCode::CREATED {
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{shape}: {:.400}", answer.text);
        return;
    }
    let group = format!("/Groups/{}", answer.id());
    for (what, operation) in [
        ("a member more", json!({"op": "add", "path": "members", "value": [people[0]]})),
        ("many members more", json!({"op": "add", "path": "members", "value": people})),
        ("a member less", json!({"op": "remove", "path": format!("members[value eq {}]", people[0]["value"])})),
        ("other members", json!({"op": "replace", "path": "members", "value": [people[1]]})),
        ("a flag", json!({"op": "replace", "path": "urn:x:Test:flag", "value": true})),
        ("no members", json!({"op": "remove", "path": "members"})),
        ("all members", json!({"op": "add", "path": "members", "value": people})),
        ("without path", json!({"op": "remove", "path": "urn:x:Test"})),
    ] {
        worst.send(app, gauge, shape, Call::patch(what, &group, operation)).await;
    }
    let bare = json!({"displayName": document["displayName"]});
    for (what, method, body) in [
        ("PUT of everything", Method::PUT, document),
        ("PUT of almost nothing", Method::PUT, bare),
        ("DELETE", Method::DELETE, Value::Null),
    ] {
        worst.send(app, gauge, shape, Call::new(what, method, &group, body)).await;
    }
}

/// A reference is far shorter than the id that replaces it.
async fn r01_references_in_a_bulk_request_are_no_way_round(app: TestApp) {
    let mut gauge = Gauge::new(app.database.url()).await;
    let mut worst = Worst::default();
    let lists = [json!({"emails": vec!["bulkId:a"; 1_000]}), json!({"urn:x:Test": {"list": vec!["bulkId:a"; 1_000]}})];
    for (number, mut document) in (0..).zip(lists) {
        document["userName"] = json!(format!("all{number}"));
        let bulk = json!({"Operations": [
            {"method": "POST", "path": "/Users", "bulkId": "a", "data": {"userName": format!("one{number}")}},
            {"method": "POST", "path": "/Users", "bulkId": "b", "data": document},
        ]});
        let call = Call { operations: 2, ..Call::new("references", Method::POST, "/Bulk", bulk) };
        let answer = worst.send(&app, &mut gauge, "bulk", call).await.expect(StatusCode::OK);
        assert_eq!(answer.text.matches("\"201\"").count(), 2, "{}", answer.text);
    }
    println!("{} ({:.0} %)", worst.words, 100. * worst.share);
}

async fn r01_a_flag_beside_a_large_value_is_all_that_is_logged(app: TestApp) {
    let document = json!({"userName": "ada", "urn:x:Test": {"pad": "\u{1}".repeat(20_000), "flag": false}});
    let id = app.post("/Users", document).await.expect(StatusCode::CREATED).id();
    app.recorder.flush().await;
    let before = crate::guarantees::common::events(&app).await.len();
    for number in 0..10 {
        let flip = json!([{"op": "replace", "path": "urn:x:Test:flag", "value": number % 2 == 0}]);
        app.patch(&format!("/Users/{id}"), flip).await.expect(StatusCode::OK);
    }
    let events = crate::guarantees::common::events(&app).await;
    assert_eq!(events.len(), before + 10);
    for entry in &events[before..] {
        let sides = [&entry.event.before, &entry.event.after].map(|side| side.as_ref().unwrap().len());
        assert!(sides.iter().sum::<usize>() < 100, "{:?}", entry.event);
    }
    crate::guarantees::common::verify_chain(&app).await;
}

/// A document from before the limit was lowered.
async fn r01_a_full_document_leaves_when_it_must(app: TestApp) {
    let id = app.user("ada@corp.example").await;
    gauge::enlarge(app.database.url(), 900_000).await;
    let user = format!("/Users/{id}");
    let active = |value: bool| json!([{"op": "replace", "path": "active", "value": value}]);
    app.patch(&user, active(false)).await.expect(StatusCode::OK);
    app.patch(&user, active(true)).await.expect(StatusCode::OK);
    let more = json!([{"op": "add", "path": "nickName", "value": "Countess"}]);
    let refused = app.patch(&user, more).await.expect(StatusCode::PAYLOAD_TOO_LARGE);
    assert!(refused.text.contains("131072 bytes"), "{}", refused.text);
    app.delete(&user).await.expect(StatusCode::NO_CONTENT);
}
