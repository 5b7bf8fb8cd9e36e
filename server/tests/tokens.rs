//! SCIM tokens: how long they work, from where, and which alerts they cause.

use crate::support::{Answer, TestApp, entra_user};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use domain::{
    Clock, Error, Refusal,
    audit::Action,
    console::{Console, Expiry},
    token::{NewToken, Token},
};
use server::PeerAddress;
use std::time::Duration;
use tokio::time::{sleep, timeout};

on_both!(
    a01_a_revoked_token_fails_with_the_next_call,
    a01_a_revocation_counts_though_its_caller_hung_up,
    a01_another_process_is_heeded_by_changes_at_once_and_by_reads_soon,
    an_expired_token_fails_and_its_use_is_told_once_an_hour,
    a_rotated_token_works_for_a_week_beside_the_new_one,
    a_paused_token_is_refused_until_it_is_resumed,
    a01_networks_are_tried_out_before_they_are_enforced,
    a01_first_use_and_new_networks_are_told,
);

/// Long enough for any machine.
const PATIENCE: Duration = Duration::from_secs(60);

const MICROSOFT: &str = "20.190.128.7";

async fn call(app: &TestApp, token: &NewToken, address: &str) -> Answer {
    let mut request = Request::get("/scim/v2/Users")
        .header(header::HOST, "id.corp.example")
        .header(header::AUTHORIZATION, format!("Bearer {}", token.secret))
        .body(Body::empty())
        .unwrap();
    request.extensions_mut().insert(PeerAddress(address.parse().unwrap()));
    app.send(request).await
}

async fn told(app: &TestApp, action: Action) -> usize {
    app.recorder.flush().await;
    app.host.events_after(0).await.unwrap().iter().filter(|entry| entry.event.action == action).count()
}

async fn token(app: &TestApp, expiry: Expiry) -> (Console, NewToken) {
    let console = app.console("gate-0001").await;
    let token = console.create_token("Entra", expiry).await.unwrap();
    (console, token)
}

async fn a01_a_revoked_token_fails_with_the_next_call(app: TestApp) {
    let (console, token) = token(&app, Expiry::Never).await;
    call(&app, &token, MICROSOFT).await.expect(StatusCode::OK);
    console.revoke_token(token.token.id).await.unwrap();
    call(&app, &token, MICROSOFT).await.expect(StatusCode::UNAUTHORIZED);
    assert_eq!(told(&app, Action::TokenUsedLate).await, 1);
}

async fn a01_a_revocation_counts_though_its_caller_hung_up(app: TestApp) {
    let console = app.console("gate-0001").await;
    let token = loop {
        let token = console.create_token("Entra", Expiry::Never).await.unwrap();
        call(&app, &token, MICROSOFT).await.expect(StatusCode::OK);
        // Handed over, and never polled again; sometimes it is done within the one poll.
        if timeout(Duration::ZERO, app.host.revoke_token(token.token.id)).await.is_err() {
            break token;
        }
    };
    let committed = async {
        let is_open = |token: &Token| token.revoked.is_none();
        while app.host.tokens().await.unwrap().iter().any(|other| other.id == token.token.id && is_open(other)) {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, committed).await.expect("a unit that was handed over is done");
    // The unit learns of its end a moment after its commit. The cache is valid for half a second of the clock, which
    // advances by a few milliseconds with each call.
    let committed = app.clock.now();
    while call(&app, &token, MICROSOFT).await.status == StatusCode::OK {
        assert!(app.clock.now().millis() - committed.millis() < 400, "it is forgotten, not just past its time");
        sleep(Duration::from_millis(20)).await;
    }
}

async fn a01_another_process_is_heeded_by_changes_at_once_and_by_reads_soon(app: TestApp) {
    let (_, token) = token(&app, Expiry::Never).await;
    call(&app, &token, MICROSOFT).await.expect(StatusCode::OK);
    app.another().await.console("gate-0002").await.revoke_token(token.token.id).await.unwrap();
    let late = app.scim_as(&token.secret, Method::POST, "/Users", Some(entra_user("ada@corp.example"))).await;
    late.expect(StatusCode::UNAUTHORIZED);
    app.clock.advance_minutes(1);
    call(&app, &token, MICROSOFT).await.expect(StatusCode::UNAUTHORIZED);
}

async fn an_expired_token_fails_and_its_use_is_told_once_an_hour(app: TestApp) {
    let (_, token) = token(&app, Expiry::Days(30)).await;
    app.clock.advance_minutes(30 * 24 * 60 - 1);
    call(&app, &token, MICROSOFT).await.expect(StatusCode::OK);
    app.clock.advance_minutes(2);
    for _ in 0..3 {
        call(&app, &token, MICROSOFT).await.expect(StatusCode::UNAUTHORIZED);
    }
    assert_eq!(told(&app, Action::TokenUsedLate).await, 1);
    app.clock.advance_minutes(61);
    call(&app, &token, MICROSOFT).await.expect(StatusCode::UNAUTHORIZED);
    assert_eq!(told(&app, Action::TokenUsedLate).await, 2);
}

async fn a_rotated_token_works_for_a_week_beside_the_new_one(app: TestApp) {
    let (console, old) = token(&app, Expiry::Never).await;
    let new = console.rotate_token(old.token.id, None).await.unwrap();
    assert_eq!((new.token.name.as_str(), new.token.replaces), ("Entra", Some(old.token.id)));
    app.clock.advance_minutes(7 * 24 * 60 - 5);
    for token in [&old, &new] {
        call(&app, token, MICROSOFT).await.expect(StatusCode::OK);
    }
    app.clock.advance_minutes(10);
    call(&app, &old, MICROSOFT).await.expect(StatusCode::UNAUTHORIZED);
    call(&app, &new, MICROSOFT).await.expect(StatusCode::OK);
}

async fn a_paused_token_is_refused_until_it_is_resumed(app: TestApp) {
    let (console, token) = token(&app, Expiry::Never).await;
    console.pause_token(token.token.id, true).await.unwrap();
    let refused = call(&app, &token, MICROSOFT).await.expect(StatusCode::FORBIDDEN);
    assert!(refused.json()["detail"].as_str().unwrap().contains("paused"), "{}", refused.text);
    console.pause_token(token.token.id, false).await.unwrap();
    call(&app, &token, MICROSOFT).await.expect(StatusCode::OK);
}

async fn a01_networks_are_tried_out_before_they_are_enforced(app: TestApp) {
    let (console, token) = token(&app, Expiry::Never).await;
    let id = token.token.id;
    call(&app, &token, MICROSOFT).await.expect(StatusCode::OK);
    app.recorder.flush().await;

    console.set_token_networks(id, "203.0.113.0/24", false).await.unwrap();
    call(&app, &token, MICROSOFT).await.expect(StatusCode::OK);
    let outside = console.token(id).await.unwrap();
    assert_eq!(outside.outside().iter().map(|seen| seen.network.as_str()).collect::<Vec<_>>(), [MICROSOFT]);

    let refused = console.set_token_networks(id, "203.0.113.0/24", true).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::WouldCutOff))), "{refused:?}");
    call(&app, &token, MICROSOFT).await.expect(StatusCode::OK);

    console.set_token_networks(id, "203.0.113.0/24, 20.190.128.0/18", true).await.unwrap();
    call(&app, &token, MICROSOFT).await.expect(StatusCode::OK);
    let refused = call(&app, &token, "198.51.100.1").await.expect(StatusCode::FORBIDDEN);
    assert!(refused.json()["detail"].as_str().unwrap().contains("network"), "{}", refused.text);
    assert_eq!(told(&app, Action::TokenOutsideNetworks).await, 1);
}

async fn a01_first_use_and_new_networks_are_told(app: TestApp) {
    let (_, token) = token(&app, Expiry::Never).await;
    for (address, first, new) in [(MICROSOFT, 1, 0), ("20.190.128.99", 1, 0), ("198.51.100.1", 1, 1), (MICROSOFT, 1, 1)]
    {
        call(&app, &token, address).await.expect(StatusCode::OK);
        let seen = (told(&app, Action::TokenFirstUsed).await, told(&app, Action::TokenNewNetwork).await);
        assert_eq!(seen, (first, new), "{address}");
    }
}
