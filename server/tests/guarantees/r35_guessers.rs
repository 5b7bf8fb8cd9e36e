//! A guesser in the same network keeps out neither a new browser there nor a one-time code.

use crate::{
    guarantees::common::{assert_same, count, execute, number, tables},
    support::{Answer, TestApp, URL},
};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use domain::break_glass::{NewAccount, Secret};
use server::PeerAddress;

on_both!(
    r35_a_new_browser_next_to_a_guesser_gets_in,
    r35_a_code_does_not_wait_for_guesses,
    r35_a_code_from_the_host_does_not_wait_for_guesses,
    r35_a_wrong_code_goes_the_way_of_a_wrong_secret,
    r35_a_fault_of_the_server_is_not_held_against_the_network,
);

const NAME: &str = "gate-7f3k";

async fn sign_in(app: &TestApp, address: &str, name: &str, secret: &str) -> Answer {
    let mut request = Request::post("/login")
        .header(header::ORIGIN, URL)
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(format!("name={name}&secret={secret}&next=")))
        .unwrap();
    request.extensions_mut().insert(PeerAddress(address.parse().unwrap()));
    app.send(request).await
}

/// A guesser tries four times a second. After a minute the administrator tries too, and waits as long as each answer
/// says. Returns how many milliseconds the administrator needed to get in.
async fn waits(app: &TestApp, guessers: &[&str], administrator: &str, secret: &str) -> i64 {
    let (mut now, mut next) = (0, 60_000);
    for guesser in guessers.iter().cycle() {
        sign_in(app, guesser, NAME, "wrong").await;
        if now >= next {
            let answer = sign_in(app, administrator, NAME, secret).await;
            if answer.status == StatusCode::SEE_OTHER {
                break;
            }
            next = now
                + 1_000 * answer.expect(StatusCode::TOO_MANY_REQUESTS).header("retry-after").parse::<i64>().unwrap();
        }
        assert!(now < 300_000, "{administrator} is kept out");
        app.clock.advance_millis(250);
        now += 250;
    }
    now - 60_000
}

async fn r35_a_new_browser_next_to_a_guesser_gets_in(app: TestApp) {
    let secret = app.break_glass(NAME).await;
    let networks: [(&[&str], &str); 3] = [
        (&["198.51.100.9"], "198.51.100.77"),
        (&["2001:db8:1:1::9"], "2001:db8:1:1::77"),
        (&["2001:db8:2:1::9", "2001:db8:2:2::9", "2001:db8:2:3::9"], "2001:db8:2:4::77"),
    ];
    for (guessers, administrator) in networks {
        let waited = waits(&app, guessers, administrator, &secret).await;
        assert!(waited <= 60_000, "{administrator} waited for {waited} ms");
    }
}

/// Guesses until all strangers at that address must wait.
async fn besiege(app: &TestApp, address: &str, secret: &str) {
    while sign_in(app, address, NAME, "wrong").await.status != StatusCode::TOO_MANY_REQUESTS {}
    sign_in(app, address, NAME, secret).await.expect(StatusCode::TOO_MANY_REQUESTS);
}

async fn r35_a_code_does_not_wait_for_guesses(app: TestApp) {
    let sheet = app.sheet(NAME).await;
    for (code, address) in sheet.codes.iter().zip(["198.51.100.9", "2001:db8:1:1::9"]) {
        besiege(&app, address, sheet.secret.reveal()).await;
        sign_in(&app, address, NAME, code.reveal()).await.expect(StatusCode::SEE_OTHER).cookie().unwrap();
        // Like a right secret, it is proof enough to clear that address. It works once.
        sign_in(&app, address, NAME, code.reveal()).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(number(&app, "SELECT COUNT(*) FROM sessions").await, 2);
}

async fn r35_a_code_from_the_host_does_not_wait_for_guesses(app: TestApp) {
    let secret = app.break_glass(NAME).await;
    besiege(&app, "198.51.100.9", &secret).await;
    let code = Secret::generate_code(&app.env);
    let fallback = NewAccount { name: "rescue-0000".to_owned(), secret_hash: String::new(), codes: Vec::new() };
    let name = app.host.rescue(Some(NAME), code.digest(), fallback).await.unwrap();
    sign_in(&app, "198.51.100.9", &name, code.reveal()).await.expect(StatusCode::SEE_OTHER);
}

/// Whether or not the name exists, and whether or not the code belongs to another account: the answers and the traces
/// are the same.
async fn r35_a_wrong_code_goes_the_way_of_a_wrong_secret(app: TestApp) {
    let sheet = app.sheet(NAME).await;
    app.sheet("well-0001").await;
    let wrong = Secret::generate_code(&app.env);
    let good = sheet.codes[0].reveal();
    for (name, code) in
        [(NAME, wrong.reveal()), ("well-0001", good), ("gate-0000", wrong.reveal()), ("gate-0000", good)]
    {
        app.clock.advance_minutes(61);
        let refused = count(&app, "break_glass.refused").await;
        let answer = sign_in(&app, "198.51.100.9", name, code).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.cookie().is_none());
        assert_eq!(count(&app, "break_glass.refused").await, refused + 1, "{name}");
        let before = tables(&app).await;
        while sign_in(&app, "198.51.100.9", name, code).await.status == StatusCode::UNPROCESSABLE_ENTITY {}
        sign_in(&app, "198.51.100.9", name, code).await.expect(StatusCode::TOO_MANY_REQUESTS);
        assert_same(&before, &tables(&app).await, name);
    }
}

async fn r35_a_fault_of_the_server_is_not_held_against_the_network(app: TestApp) {
    let secret = app.break_glass(NAME).await;
    execute(&app, "ALTER TABLE sessions RENAME TO away").await;
    for _ in 0..8 {
        sign_in(&app, "198.51.100.9", NAME, &secret).await.expect(StatusCode::SERVICE_UNAVAILABLE);
    }
    execute(&app, "ALTER TABLE away RENAME TO sessions").await;
    sign_in(&app, "198.51.100.9", NAME, &secret).await.expect(StatusCode::SEE_OTHER);
}
