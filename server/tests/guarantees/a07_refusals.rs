//! A7: a refused request has changed nothing, not even in part.

use crate::{
    guarantees::common::{Tables, account, assert_same, of_changes, proven, tables, user_session, without},
    support::{Answer, TestApp, URL, Value, entra_user, json},
};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use domain::{
    BreakGlassId, Error, SessionId, Timestamp, TokenId, UserId,
    console::{Expiry, Principal},
    guard::Span,
    role::Role,
    settings::{GuardMode, GuardSettings},
};
use uuid::Uuid;

on_both!(a07_a_refused_call_changes_nothing, a07_a_refused_change_in_the_console_changes_nothing);

/// A call that is refused with this status.
struct Refused {
    status: u16,
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Refused {
    fn new(status: u16, method: Method, path: &str, body: impl ToString) -> Self {
        Self { status, method, path: path.to_owned(), headers: Vec::new(), body: body.to_string() }
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    async fn send(&self, app: &TestApp) -> Answer {
        let request = Request::builder().method(self.method.clone()).uri(&self.path);
        let request = self.headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
        app.send(request.body(Body::from(self.body.clone())).unwrap()).await
    }
}

/// Sends each and then compares all tables.
async fn refuse(app: &TestApp, calls: Vec<Refused>) -> usize {
    let before = of_changes(tables(app).await);
    for call in &calls {
        let what =
            format!("{} {} {:?} {}", call.method, call.path, call.headers, &call.body[..call.body.len().min(200)]);
        let answer = call.send(app).await;
        assert_eq!(answer.status.as_u16(), call.status, "{what}: {}", answer.text);
        assert_same(&before, &of_changes(tables(app).await), &what);
    }
    calls.len()
}

async fn a07_a_refused_call_changes_nothing(app: TestApp) {
    app.break_glass("gate-7f3k").await;
    let cookie = app.administrator("gate-0001").await;
    let (ada, bob) = (app.user("ada@corp.example").await, app.user("bob@corp.example").await);
    let engines = app.group("Engines").await;
    app.group("Poets").await;
    let members = json!([{"op": "add", "path": "members", "value": [{"value": ada}, {"value": bob}]}]);
    app.patch(&format!("/Groups/{engines}"), members).await.expect(StatusCode::OK);
    let (user, group) = (format!("/Users/{ada}"), format!("/Groups/{engines}"));
    let none = "/Users/00000000-0000-7000-8000-000000000000";

    let mut calls = Vec::new();
    let mut scim = |status, method: Method, path: &str, body: Value| {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let call = Refused::new(status, method, &format!("/scim/v2{path}"), body);
        calls.push(call.with("authorization", &format!("Bearer {}", app.token)));
    };
    let patch = |operations: Value| json!({"Operations": operations});
    // The first operation in these would change something.
    let first = json!({"op": "replace", "path": "active", "value": false});
    let renamed = json!({"op": "replace", "path": "displayName", "value": "Changed"});
    let emptied = json!({"op": "remove", "path": "members"});
    for path in [none, "/Users/0", "/Users/gate-7f3k", "/Nothing", "/Users/a/b", "/Groups/x"] {
        scim(404, Method::DELETE, path, Value::Null);
        scim(404, Method::PATCH, path, patch(json!([first])));
    }
    scim(404, Method::PUT, none, entra_user("new@corp.example"));
    scim(404, Method::PUT, "/Groups/x", json!({"displayName": "X"}));
    scim(404, Method::POST, "/Persons", entra_user("new@corp.example"));
    let mut taken = entra_user("new@corp.example");
    taken["userName"] = json!("BOB@corp.example");
    scim(409, Method::POST, "/Users", taken.clone());
    taken["active"] = json!(false);
    scim(409, Method::PUT, &user, taken);
    scim(
        409,
        Method::PATCH,
        &user,
        patch(json!([first, {"op": "replace", "path": "userName", "value": "Bob@corp.example"}])),
    );
    scim(409, Method::PATCH, &user, patch(json!([first, {"op": "add", "path": "externalId", "value": "gate-7f3k"}])));
    scim(409, Method::POST, "/Groups", json!({"displayName": "poets", "members": [{"value": ada}]}));
    scim(409, Method::PUT, &group, json!({"displayName": "POETS", "members": []}));
    scim(
        409,
        Method::PATCH,
        &group,
        patch(json!([emptied, {"op": "replace", "path": "displayName", "value": "Poets"}])),
    );
    scim(400, Method::POST, "/Users", json!({"displayName": "Nobody"}));
    scim(400, Method::POST, "/Users", json!({"userName": ""}));
    scim(400, Method::POST, "/Users", json!({"userName": 7}));
    scim(400, Method::POST, "/Users", json!(["userName"]));
    scim(400, Method::POST, "/Users", json!({"userName": "x", "externalId": 7}));
    scim(400, Method::POST, "/Groups", json!({"displayName": " "}));
    scim(400, Method::POST, "/Groups", json!({"displayName": "New", "members": 7}));
    scim(400, Method::PUT, &user, json!({"userName": " "}));
    scim(400, Method::PUT, &group, json!({"members": []}));
    for wrong in [
        json!({"op": "explode", "path": "active"}),
        json!({"op": "replace", "path": "active["}),
        json!({"op": "replace", "path": 7, "value": 1}),
        json!({"op": "replace", "path": "active", "value": "perhaps"}),
        json!({"op": "replace", "path": "userName", "value": ""}),
        json!({"op": "remove", "path": "userName"}),
        json!({"op": "remove"}),
        json!("replace"),
    ] {
        scim(400, Method::PATCH, &user, patch(json!([first, renamed, wrong])));
    }
    for wrong in [
        json!({"op": "replace", "path": "displayName", "value": " "}),
        json!({"op": "remove", "path": "displayName"}),
        json!({"op": "add", "path": "members", "value": 7}),
        json!({"op": "add", "path": "members[value eq", "value": []}),
    ] {
        scim(400, Method::PATCH, &group, patch(json!([emptied, wrong])));
    }
    scim(400, Method::PATCH, &user, json!({"Operations": "none"}));
    scim(400, Method::GET, "/Users?filter=userName%20eq", Value::Null);
    scim(400, Method::GET, "/Users?startIndex=one", Value::Null);
    scim(405, Method::DELETE, "/Users", Value::Null);
    scim(405, Method::POST, &user, entra_user("new@corp.example"));
    scim(405, Method::PUT, "/ServiceProviderConfig", json!({}));
    scim(413, Method::PATCH, &user, patch(Value::Array(vec![first.clone(); 1_001])));
    scim(413, Method::PUT, &user, json!({"userName": "ada@corp.example", "title": "x".repeat(1_100_000)}));
    scim(413, Method::PUT, &user, json!({"userName": "ada@corp.example", "title": "\u{1}".repeat(22_000)}));
    let bearer = format!("Bearer {}", app.token);
    let changes = [
        (Method::POST, "/scim/v2/Users".to_owned(), entra_user("new@corp.example").to_string()),
        (Method::DELETE, format!("/scim/v2{user}"), String::new()),
        (Method::PATCH, format!("/scim/v2{group}"), patch(json!([emptied])).to_string()),
    ];
    for (method, path, body) in &changes {
        let call = |status| Refused::new(status, method.clone(), path, body);
        calls.push(call(401));
        calls.push(call(401).with("authorization", "Bearer nothing"));
        calls.push(call(401).with("authorization", &bearer[..bearer.len() - 1]));
        calls.push(call(401).with("authorization", &format!("Basic {}", app.token)));
        calls.push(call(401).with("cookie", &cookie));
        if *method != Method::POST {
            calls.push(call(412).with("authorization", &bearer).with("if-match", "W/\"999\""));
        }
        if *method != Method::DELETE {
            calls.push(call(415).with("authorization", &bearer).with("content-type", "text/plain"));
            calls.push(call(415).with("authorization", &bearer).with("content-encoding", "gzip"));
        }
        let query = format!("{path}?access_token={}", app.token);
        calls.push(Refused::new(400, method.clone(), &query, body).with("authorization", &bearer));
    }
    calls
        .push(Refused::new(400, Method::POST, "/scim/v2/Users", "{\"userName\": \"x\"").with("authorization", &bearer));
    calls.push(
        Refused::new(400, Method::POST, "/scim/v2/Users", "{\"userName\":\"x\",\"userName\":\"y\"}")
            .with("authorization", &bearer),
    );
    let sent = refuse(&app, calls).await + refuse(&app, of_the_console(&app, &cookie).await).await;
    assert!(sent >= 60, "{sent}");
    println!("{sent} refused calls");
    held(&app, &user, &group).await;
}

/// Posts that the console refuses.
async fn of_the_console(app: &TestApp, cookie: &str) -> Vec<Refused> {
    let secret = app.break_glass("gate-0002").await;
    let unsaid = app.sign_in("gate-0002", &secret).await;
    let ada = app.user("auditor@corp.example").await;
    let (_, auditor) = user_session(app, ada.parse().unwrap(), Role::Auditor).await;
    let functions = [("create_token", "name=Okta"), ("revoke_token", "id=x"), ("set_provisioning", "on=false")];
    let mut calls = Vec::new();
    for (function, body) in functions {
        let path = format!("/admin/api/{function}");
        let call = |status, cookie: &str| {
            Refused::new(status, Method::POST, &path, body)
                .with("content-type", "application/x-www-form-urlencoded")
                .with("cookie", cookie)
        };
        let own = |call: Refused| call.with("origin", URL).with("sec-fetch-site", "same-origin");
        calls.push(own(call(401, "a=b")));
        calls.push(own(call(401, "__Host-postern=AAAAAAAAAAAAAAAAAAAAAA")));
        calls.push(call(403, cookie).with("sec-fetch-site", "cross-site"));
        calls.push(call(403, cookie).with("origin", "https://evil.example"));
        if function != "revoke_token" {
            calls.push(own(call(403, &unsaid)));
            calls.push(own(call(409, &auditor)));
        }
    }
    let form = |status, path: &str, body: &str| {
        Refused::new(status, Method::POST, path, body)
            .with("content-type", "application/x-www-form-urlencoded")
            .with("cookie", cookie)
            .with("origin", URL)
            .with("sec-fetch-site", "same-origin")
    };
    calls.push(form(422, "/admin/api/create_token", "name=+"));
    calls.push(form(422, "/admin/api/create_token", "name=x&days=4000"));
    calls.push(form(400, "/admin/api/create_token", "days=many&name=x"));
    calls.push(form(400, "/admin/api/set_provisioning", "on=perhaps"));
    calls.push(form(404, "/admin/api/revoke_token", "id=x"));
    calls.push(form(404, "/admin/api/no_such_function", ""));
    calls.push(form(422, "/admin/confirm", "secret=wrong&reason=set+up"));
    calls.push(form(422, "/login", "name=gate-7f3k&secret=wrong"));
    calls.push(form(413, "/login", &"x".repeat(70_000)));
    calls
}

/// Departures that the guard holds, a token that is paused, provisioning that is off.
async fn held(app: &TestApp, user: &str, group: &str) {
    let console = app.console("gate-0003").await;
    let guard = GuardSettings { mode: GuardMode::Hold, count: 1, percent: 1, cap: 50, minutes: 40 };
    console.set_guard(guard).await.unwrap();
    let departs = app.user("first@corp.example").await;
    app.delete(&format!("/Users/{departs}")).await.expect(StatusCode::NO_CONTENT);
    let bearer = format!("Bearer {}", app.token);
    let call = |method: Method, path: &str, body: Value| {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        Refused::new(403, method, &format!("/scim/v2{path}"), body).with("authorization", &bearer)
    };
    let calls = || {
        let off = json!({"Operations": [{"op": "replace", "path": "displayName", "value": "X"}, {"op": "replace", "path": "active", "value": false}]});
        let rename = json!({"Operations": [{"op": "replace", "path": "displayName", "value": "X"}, {"op": "remove", "path": "members"}]});
        vec![
            call(Method::DELETE, user, Value::Null),
            call(Method::PATCH, user, off),
            call(Method::DELETE, group, Value::Null),
            call(Method::PATCH, group, rename),
            call(Method::PUT, group, json!({"displayName": "X", "members": []})),
        ]
    };
    // The first departure that is held creates the batch; from then on nothing is written.
    call(Method::DELETE, user, Value::Null).send(app).await.expect(StatusCode::FORBIDDEN);
    let latest = |tables: Tables| without(of_changes(tables), &[("batches", "latest")]);
    let before = latest(tables(app).await);
    for held in calls() {
        held.send(app).await.expect(StatusCode::FORBIDDEN);
        assert_same(&before, &latest(tables(app).await), &format!("held: {} {}", held.method, held.path));
    }
    let token: TokenId = app.host.tokens().await.unwrap()[0].id;
    console.pause_token(token, true).await.unwrap();
    refuse(app, calls()).await;
    console.pause_token(token, false).await.unwrap();
    console.set_provisioning(false).await.unwrap();
    refuse(app, calls()).await;
}

async fn a07_a_refused_change_in_the_console_changes_nothing(app: TestApp) {
    let console = app.console_of(proven(&app, "gate-0001").await);
    let user: UserId = app.user("ada@corp.example").await.parse().unwrap();
    let token = app.host.tokens().await.unwrap()[0].id;
    app.user("eve@corp.example").await;
    let gone: UserId = app.user("bob@corp.example").await.parse().unwrap();
    app.delete(&format!("/Users/{gone}")).await.expect(StatusCode::NO_CONTENT);
    let span = Span { token: None, from: Timestamp::from_millis(0), until: Timestamp::from_millis(1) };
    let own = console.principal().clone();
    let stale = app.console_of(Principal { checked: own.checked.plus_days(-1), ..own.clone() });
    let unsaid = app.console_of(Principal { reason: None, ..own.clone() });
    let ended = app.console_of(Principal { session: SessionId(Uuid::from_u128(7)), ..own });
    let auditor = app.console_of(user_session(&app, user, Role::Auditor).await.0);
    let (none, no_guard) =
        (Uuid::nil(), GuardSettings { mode: GuardMode::Hold, count: 0, percent: 1, cap: 50, minutes: 40 });
    let before = of_changes(tables(&app).await);
    let mut refused = 0;
    macro_rules! refused {
        ($($change:expr),* $(,)?) => {$(
            let done: Result<_, Error> = $change.await;
            assert!(done.is_err(), stringify!($change));
            assert_same(&before, &of_changes(tables(&app).await), stringify!($change));
            refused += 1;
        )*};
    }
    for console in [&stale, &unsaid, &ended, &auditor] {
        refused!(
            console.create_token("Okta", Expiry::Never),
            console.rotate_token(token, None),
            console.set_token_budget(token, 64, 10),
            console.revoke_token(token),
            console.set_provisioning(false),
            console.remove_break_glass(account(&ended)),
            console.rotate_break_glass(account(&ended)),
            console.set_user_role(user, Some(Role::Administrator)),
            console.set_audit_days(365),
        );
    }
    refused!(unsaid.pause_token(token, true), ended.pause_token(token, true), auditor.pause_token(token, true));
    refused!(
        console.remove_break_glass(account(&console)),
        console.remove_break_glass(BreakGlassId(none)),
        console.rotate_break_glass(BreakGlassId(none)),
        console.rotate_token(TokenId(none), None),
        console.rotate_token(token, Some(Expiry::Days(0))),
        console.set_token_budget(TokenId(none), 64, 10),
        console.set_token_budget(token, 15, 10),
        console.set_token_budget(token, 64, 0),
        console.revoke_token(TokenId(none)),
        console.pause_token(TokenId(none), true),
        console.set_token_networks(token, "not a network", true),
        console.create_token(" ", Expiry::Never),
        console.create_token("x", Expiry::Days(0)),
        console.create_break_glass("No Stem"),
        console.set_user_role(UserId(none), Some(Role::Administrator)),
        auditor.restore_user(gone),
        console.restore_user(UserId(none)),
        console.set_guard(no_guard),
        console.approve_batch(none),
        console.dismiss_batch(none),
        console.undo_batch(none, true, None),
        console.undo_span(span, true, None),
        console.set_audit_days(1),
        console.finish_drill(),
        console.read_drill_code("mail", "000000"),
        console.revoke_session(SessionId(Uuid::from_u128(9))),
    );
    println!("{refused} refused changes");
}
