//! A change that loosens a guard needs the secret, and alerts administrators.

use crate::{
    guarantees::common::events,
    support::{TestApp, URL},
};
use axum::http::{StatusCode, header};
use domain::{
    Error, Refusal,
    alert::{next, register, tried},
    audit::Lane,
};

on_both!(
    r25_resuming_and_ending_others_sessions_need_the_secret,
    r25_a_test_alert_goes_out_once_a_minute,
    r25_what_loosens_a_guard_is_told,
);

async fn r25_resuming_and_ending_others_sessions_need_the_secret(app: TestApp) {
    let (console, other) = (app.console("gate-0001").await, app.console("gate-0002").await);
    let id = app.host.tokens().await.unwrap()[0].id;
    app.clock.advance_minutes(6);
    console.pause_token(id, true).await.unwrap();
    let asked = [
        console.pause_token(id, false).await,
        console.set_token_networks(id, "", false).await,
        console.revoke_session(other.principal().session).await,
    ];
    for asked in asked {
        assert!(matches!(asked, Err(Error::Refused(Refusal::StepUp))), "{asked:?}");
    }
    console.revoke_session(console.principal().session).await.unwrap();
}

async fn r25_a_test_alert_goes_out_once_a_minute(app: TestApp) {
    let cookie = app.administrator("gate-0001").await;
    let test = async || app.form("/admin/api/test_alert", Some(&cookie), "").await;
    test().await.expect(StatusCode::OK);
    for _ in 0..3 {
        let refused = test().await.expect(StatusCode::CONFLICT);
        assert!(refused.text.contains("less than a minute ago"), "{}", refused.text);
    }
    app.clock.advance_minutes(1);
    test().await.expect(StatusCode::OK);
    let tested = events(&app).await.into_iter().filter(|entry| entry.event.action.as_str().starts_with("alert."));
    assert_eq!(tested.count(), 2);
    let refused = events(&app).await.into_iter().filter(|entry| entry.event.action.as_str() == "change.refused");
    assert_eq!(refused.count(), 0, "refusals fill no log");
}

async fn r25_what_loosens_a_guard_is_told(app: TestApp) {
    register(&app.env, vec!["mail".to_owned()]).await.unwrap();
    let cookie = app.administrator("gate-0001").await;
    app.administrator("gate-0002").await;
    let id = app.host.tokens().await.unwrap()[0].id;
    let console = app.console("gate-0003").await;
    console.set_token_networks(id, "192.0.2.0/24", true).await.unwrap();
    app.env.store.settle().await.unwrap();
    told(&app).await;
    console.set_token_networks(id, "", false).await.unwrap();
    console.pause_token(id, true).await.unwrap();
    console.pause_token(id, false).await.unwrap();
    console.revoke_token(id).await.unwrap();
    let sessions = console.sessions().await.unwrap();
    let other = sessions.iter().find(|session| session.name == "gate-0002").unwrap();
    console.revoke_session(other.id).await.unwrap();
    let export = axum::http::Request::post("/admin/audit/export.csv")
        .header(header::COOKIE, &cookie)
        .header(header::ORIGIN, URL)
        .header("sec-fetch-site", "same-origin");
    app.send(export.body(axum::body::Body::empty()).unwrap()).await.expect(StatusCode::OK);
    app.env.store.settle().await.unwrap();
    let wanted =
        ["token.changed", "token.paused", "token.resumed", "token.revoked", "session.revoked", "audit.exported"];
    assert_eq!(told(&app).await, wanted);
}

/// The alerts that a channel has to send, from its cursor on.
async fn told(app: &TestApp) -> Vec<&'static str> {
    let mut told = Vec::new();
    for lane in Lane::ALL {
        while let Some((channel, entry)) = next(&app.env, "mail", lane).await.unwrap() {
            tried(&app.env, channel, &entry, None).await.unwrap();
            told.push(entry.event.action.as_str());
        }
    }
    told
}
