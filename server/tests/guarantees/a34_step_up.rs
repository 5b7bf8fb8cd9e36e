//! A34: changes that open ways in need the secret again after five minutes, and no page shows a token.

use crate::{
    guarantees::common::{assert_same, events, of_changes, tables, user_session},
    support::{TestApp, json},
};
use app::App;
use axum::http::{StatusCode, header};
use domain::{
    BreakGlassId, Error, GroupId, Refusal, SessionId, Timestamp, TokenId, UserId,
    console::{Expiry, Principal},
    guard::Span,
    role::Role,
    settings::{GuardMode, GuardSettings},
    token::Presented,
};
use std::collections::BTreeSet;
use uuid::Uuid;

on_both!(
    a34_every_function_is_asked_for_the_secret,
    a34_every_use_case_is_asked_for_the_secret,
    a34_no_page_shows_a_token,
    a34_exports_need_the_secret,
);

/// What a server function requires. One that is missing from the list fails the test.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// The secret, within five minutes.
    Secret,
    /// A session: it opens no way in.
    Session,
}

/// Every server function, with a body that it can read.
const FUNCTIONS: [(&str, Class, &str); 27] = [
    ("approve_batch", Class::Secret, "id=00000000-0000-7000-8000-000000000000"),
    ("create_break_glass", Class::Secret, "stem=gate"),
    ("create_token", Class::Secret, "name=Okta"),
    ("dismiss_batch", Class::Secret, "id=00000000-0000-7000-8000-000000000000"),
    ("end_session", Class::Secret, "id=00000000-0000-7000-8000-000000000000"),
    ("pause_token", Class::Secret, "id=00000000-0000-7000-8000-000000000000&paused=false"),
    ("remove_break_glass", Class::Secret, "id=00000000-0000-7000-8000-000000000000"),
    ("restore_group", Class::Secret, "id=00000000-0000-7000-8000-000000000000"),
    ("restore_user", Class::Secret, "id=00000000-0000-7000-8000-000000000000"),
    ("revoke_token", Class::Secret, "id=00000000-0000-7000-8000-000000000000"),
    ("rotate_break_glass", Class::Secret, "id=00000000-0000-7000-8000-000000000000"),
    ("rotate_token", Class::Secret, "id=00000000-0000-7000-8000-000000000000"),
    ("set_audit_days", Class::Secret, "days=90"),
    ("set_group_role", Class::Secret, "id=00000000-0000-7000-8000-000000000000&role=auditor"),
    ("set_guard", Class::Secret, "mode=alert&count=10&percent=20&cap=50&minutes=40"),
    ("set_provisioning", Class::Secret, "on=false"),
    ("set_token_budget", Class::Secret, "id=00000000-0000-7000-8000-000000000000&mib=64&refusals=10"),
    ("set_token_client", Class::Secret, "id=00000000-0000-7000-8000-000000000000&client=entra"),
    ("set_token_networks", Class::Secret, "id=00000000-0000-7000-8000-000000000000&list=192.0.2.0/24&enforced=true"),
    ("set_user_role", Class::Secret, "id=00000000-0000-7000-8000-000000000000&role=auditor"),
    ("undo_batch", Class::Secret, "id=00000000-0000-7000-8000-000000000000&pause=true"),
    ("undo_span", Class::Secret, "token=&from=2026-11-29T08:00&until=2026-11-29T09:00&pause=true"),
    ("finish_drill", Class::Session, ""),
    ("pause_token", Class::Session, "id=00000000-0000-7000-8000-000000000000&paused=true"),
    ("read_drill_code", Class::Session, "channel=mail&code=000000"),
    ("start_drill", Class::Session, ""),
    ("test_alert", Class::Session, ""),
];

async fn a34_every_function_is_asked_for_the_secret(app: TestApp) {
    let known: BTreeSet<String> = FUNCTIONS.iter().map(|(name, ..)| format!("/admin/api/{name}")).collect();
    let there: BTreeSet<String> = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned()).collect();
    assert_eq!(there, known, "every server function is in the list above, with its class");
    let secret = app.break_glass("gate-0001").await;
    let cookie = app.sign_in("gate-0001", &secret).await;
    let cookie = app.confirm(&cookie, "", "set+up+Entra").await.cookie().unwrap();
    app.clock.advance_minutes(6);
    let before = of_changes(tables(&app).await);
    let of = |wanted: Class| FUNCTIONS.iter().filter(move |(_, class, _)| *class == wanted);
    for (name, _, body) in of(Class::Secret) {
        let answer = app.form(&format!("/admin/api/{name}"), Some(&cookie), body).await;
        assert_eq!(answer.expect(StatusCode::FORBIDDEN).json()["kind"], "confirm", "{name}");
    }
    assert_same(&before, &of_changes(tables(&app).await), "six minutes after the secret");
    for (name, _, body) in of(Class::Session) {
        let answer = app.form(&format!("/admin/api/{name}"), Some(&cookie), body).await;
        assert_ne!(answer.json()["kind"], "confirm", "{name}");
    }
    let cookie = app.confirm(&cookie, &secret, "").await.expect(StatusCode::SEE_OTHER).cookie().unwrap();
    for (name, _, body) in &FUNCTIONS {
        let answer = app.form(&format!("/admin/api/{name}"), Some(&cookie), body).await;
        assert_ne!(answer.json()["kind"], "confirm", "{name}");
        assert_ne!(answer.json()["kind"], "malformed", "{name}");
    }
}

async fn a34_every_use_case_is_asked_for_the_secret(app: TestApp) {
    let fresh = app.console("gate-0001").await;
    let principal = fresh.principal().clone();
    app.clock.advance_minutes(6);
    let stale = app.console_of(principal.clone());
    let back = app.console_of(Principal { checked: app.env.now().plus_days(1), ..principal });
    let before = of_changes(tables(&app).await);
    let (none, epoch) = (Uuid::nil(), Timestamp::from_millis(0));
    let span = Span { token: None, from: epoch, until: epoch };
    let guard = GuardSettings { mode: GuardMode::Alert, count: 100, percent: 100, cap: 100, minutes: 5 };
    for (console, when) in [(stale, "six minutes later"), (back, "a clock that was set back")] {
        let asked = [
            console.create_token("Okta", Expiry::Never).await.err(),
            console.rotate_token(TokenId(none), None).await.err(),
            console.set_token_budget(TokenId(none), 64, 10).await.err(),
            console.revoke_token(TokenId(none)).await.err(),
            console.pause_token(TokenId(none), false).await.err(),
            console.revoke_session(SessionId(none)).await.err(),
            console.set_token_networks(TokenId(none), "192.0.2.0/24", true).await.err(),
            console.set_token_client(TokenId(none), None).await.err(),
            console.set_provisioning(false).await.err(),
            console.create_break_glass("gate").await.err(),
            console.rotate_break_glass(BreakGlassId(none)).await.err(),
            console.remove_break_glass(BreakGlassId(none)).await.err(),
            console.set_user_role(UserId(none), Some(Role::Administrator)).await.err(),
            console.set_group_role(GroupId(none), Some(Role::Administrator)).await.err(),
            console.set_guard(guard).await.err(),
            console.approve_batch(none).await.err(),
            console.dismiss_batch(none).await.err(),
            console.undo_batch(none, true, None).await.err(),
            console.undo_span(span, true, None).await.err(),
            console.restore_user(UserId(none)).await.err(),
            console.restore_group(GroupId(none)).await.err(),
            console.set_audit_days(90).await.err(),
        ];
        let functions = FUNCTIONS.iter().filter(|(_, class, _)| *class == Class::Secret).count();
        assert_eq!(asked.len(), functions, "one use case for each function that needs the secret");
        for (at, asked) in asked.iter().enumerate() {
            assert!(matches!(asked, Some(Error::Refused(Refusal::StepUp))), "{when}, {at}: {asked:?}");
        }
    }
    assert_same(&before, &of_changes(tables(&app).await), "six minutes after the secret");
}

async fn a34_no_page_shows_a_token(app: TestApp) {
    let secret = app.break_glass("gate-0001").await;
    let cookie = app.sign_in("gate-0001", &secret).await;
    let cookie = app.confirm(&cookie, "", "set+up+Entra").await.cookie().unwrap();
    let made = app.form("/admin/api/create_token", Some(&cookie), "name=Okta").await.expect(StatusCode::OK);
    let token = made.json()["secret"].as_str().unwrap().to_owned();
    assert!(holds_token(&made.text));
    assert!(made.header(header::CACHE_CONTROL).contains("no-store"));
    let (user, group) = (app.user("ada@corp.example").await, app.group("Everybody").await);
    let mut paths: Vec<String> =
        leptos_axum::generate_route_list(App).iter().map(|route| route.path().to_owned()).collect();
    paths.extend(leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned()));
    paths.push("/".to_owned());
    assert!(paths.iter().any(|path| path.contains("{id}") || path.contains(":id")), "{paths:?}");
    for path in paths {
        for id in [&user, &group] {
            let path = path.replace("{id}", id).replace(":id", id);
            let answer = app.page(&path, Some(&cookie)).await;
            assert!(answer.status.as_u16() < 500, "{path}");
            assert!(!holds_token(&answer.text) && !answer.text.contains(&token[20..]), "{path}");
            assert!(!format!("{:?}", answer.headers).contains(&token), "{path}");
        }
    }
    for path in ["/admin/audit/export.csv", "/admin/audit/export.jsonl"] {
        let answer = app.form(path, Some(&cookie), "").await.expect(StatusCode::OK);
        assert!(!holds_token(&answer.text) && !answer.text.contains(&token[20..]), "{path}");
    }
    for path in ["/Users", "/Groups", "/ServiceProviderConfig", "/Schemas"] {
        assert!(!holds_token(&app.get(path).await.text), "{path}");
    }
    assert!(!format!("{:?}", events(&app).await).contains(&token));
}

/// Whether a text holds a whole token.
fn holds_token(text: &str) -> bool {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.into_iter().any(|word| Presented::parse(word).is_some())
}

async fn a34_exports_need_the_secret(app: TestApp) {
    let secret = app.break_glass("gate-0001").await;
    let unsaid = app.sign_in("gate-0001", &secret).await;
    let exports = ["/admin/audit/export.csv", "/admin/audit/export.jsonl"];
    for path in exports {
        let answer = app.form(path, Some(&unsaid), "").await.expect(StatusCode::SEE_OTHER);
        assert!(answer.header(header::LOCATION).starts_with("/admin/confirm"), "no reason yet");
        app.form(path, None, "").await.expect(StatusCode::SEE_OTHER);
    }
    let cookie = app.confirm(&unsaid, "", "monthly+report").await.cookie().unwrap();
    app.clock.advance_minutes(6);
    for path in exports {
        let answer = app.form(path, Some(&cookie), "").await.expect(StatusCode::SEE_OTHER);
        assert!(answer.header(header::LOCATION).starts_with("/admin/confirm"));
        assert!(!answer.text.contains("break_glass"));
    }
    let cookie = app.confirm(&cookie, &secret, "").await.cookie().unwrap();
    for path in exports {
        let answer = app.form(path, Some(&cookie), "").await.expect(StatusCode::OK);
        assert!(answer.text.contains("break_glass.signed_in"));
    }
    let exported = events(&app).await.into_iter().filter(|entry| entry.event.action.as_str() == "audit.exported");
    assert!(exported.map(|entry| entry.event.reason).all(|reason| reason.as_deref() == Some("monthly report")));
    // An auditor reads everything, and can do nothing else.
    let ada = app.user("ada@corp.example").await;
    let (_, auditor) = user_session(&app, ada.parse().unwrap(), Role::Auditor).await;
    app.form(exports[0], Some(&auditor), "").await.expect(StatusCode::OK);
    let refused = app.form("/admin/api/create_token", Some(&auditor), "name=Okta").await.expect(StatusCode::CONFLICT);
    assert_eq!(refused.json()["kind"], json!("refused"));
}
