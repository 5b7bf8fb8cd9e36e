//! Calls with a token that has ended, or from outside its networks, are refused at no cost, and not recorded for ever.

use crate::{
    guarantees::common::{count, proven, read_from, tables},
    support::TestApp,
};
use axum::http::{StatusCode, header};
use domain::console::Expiry;

on_both!(
    r21_calls_with_an_ended_token_are_limited,
    r21_calls_from_outside_the_networks_are_limited,
    r21_a_limit_concerns_one_token,
);

const INSIDE: &str = "192.0.2.7";
const OUTSIDE: &str = "198.51.100.7";

async fn r21_calls_with_an_ended_token_are_limited(app: TestApp) {
    let console = app.console_of(proven(&app, "gate-0001").await);
    let token = console.create_token("Entra", Expiry::Never).await.unwrap();
    console.set_token_budget(token.token.id, 1_024, 5).await.unwrap();
    read_from(&app, &token.secret, INSIDE).await.expect(StatusCode::OK);
    console.revoke_token(token.token.id).await.unwrap();
    // The test's clock advances by milliseconds, so all of these are in one minute or two.
    for _ in 0..2 {
        let mut statuses = Vec::new();
        for _ in 0..20 {
            let answer = read_from(&app, &token.secret, INSIDE).await;
            if answer.status == StatusCode::TOO_MANY_REQUESTS {
                let wait: u64 = answer.header(header::RETRY_AFTER).parse().unwrap();
                assert!((1..=60).contains(&wait), "{wait}");
                assert!(answer.json()["detail"].as_str().unwrap().contains("more than 5 within a minute"));
            }
            statuses.push(answer.status);
        }
        let told: Vec<_> = statuses.iter().filter(|status| **status == StatusCode::UNAUTHORIZED).collect();
        assert!((5..=10).contains(&told.len()) && statuses[19] == StatusCode::TOO_MANY_REQUESTS, "{statuses:?}");
        app.clock.advance_minutes(1);
    }
    assert_eq!(count(&app, "token.used_late").await, 1);
}

async fn r21_calls_from_outside_the_networks_are_limited(app: TestApp) {
    let console = app.console_of(proven(&app, "gate-0001").await);
    let token = console.create_token("Entra", Expiry::Never).await.unwrap();
    console.set_token_budget(token.token.id, 1_024, 5).await.unwrap();
    console.set_token_networks(token.token.id, "192.0.2.0/24", true).await.unwrap();
    let mut statuses = Vec::new();
    for _ in 0..20 {
        statuses.push(read_from(&app, &token.secret, OUTSIDE).await.status);
    }
    assert_eq!((statuses[0], statuses[19]), (StatusCode::FORBIDDEN, StatusCode::TOO_MANY_REQUESTS), "{statuses:?}");
    // Inside the token's networks, nothing of that has an effect.
    read_from(&app, &token.secret, INSIDE).await.expect(StatusCode::OK);
    assert_eq!(count(&app, "token.outside_networks").await, 1);
    // Calls without a valid token are recorded up to a limit, whatever token they have.
    assert!(tables(&app).await["activity"].len() < 60);
}

async fn r21_a_limit_concerns_one_token(app: TestApp) {
    let console = app.console_of(proven(&app, "gate-0001").await);
    let tokens = [
        console.create_token("Entra", Expiry::Never).await.unwrap(),
        console.create_token("Okta", Expiry::Never).await.unwrap(),
    ];
    for token in &tokens {
        console.set_token_budget(token.token.id, 1_024, 1).await.unwrap();
        console.revoke_token(token.token.id).await.unwrap();
    }
    for _ in 0..10 {
        read_from(&app, &tokens[0].secret, INSIDE).await;
    }
    read_from(&app, &tokens[1].secret, INSIDE).await.expect(StatusCode::UNAUTHORIZED);
    app.get("/Users").await.expect(StatusCode::OK);
}
