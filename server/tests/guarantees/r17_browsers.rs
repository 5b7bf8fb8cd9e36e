//! A browser that has signed in is known, for every account.

use crate::{
    guarantees::common::maintain,
    support::{Answer, TestApp},
};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};

on_both!(
    r17_one_account_and_then_the_other_leaves_both_known,
    r17_a_known_browser_is_not_held_up_with_an_account_that_is_new_to_it,
    r17_a_browser_stays_known_when_it_confirms_with_a_new_secret,
    r17_browsers_are_forgotten_after_half_a_year,
);

const DEVICE: &str = "__Host-postern-device=";

async fn sign_in(app: &TestApp, cookie: Option<&str>, name: &str, secret: &str) -> Answer {
    app.form("/login", cookie, &format!("name={name}&secret={secret}&next=")).await
}

async fn known(app: &TestApp) -> Vec<u64> {
    app.host.break_glass().await.unwrap().iter().map(|found| found.devices).collect()
}

async fn r17_one_account_and_then_the_other_leaves_both_known(app: TestApp) {
    let (gate, well) = (app.break_glass("gate-7f3k").await, app.break_glass("well-0001").await);
    let first = sign_in(&app, None, "gate-7f3k", &gate).await.expect(StatusCode::SEE_OTHER);
    let device = first.set_cookie(DEVICE).unwrap();
    for (name, secret) in [("well-0001", &well), ("gate-7f3k", &gate), ("well-0001", &well)] {
        let answer = sign_in(&app, Some(&device), name, secret).await.expect(StatusCode::SEE_OTHER);
        assert_eq!(answer.set_cookie(DEVICE).as_deref(), Some(device.as_str()), "{name}");
    }
    assert_eq!(known(&app).await, [1, 1]);
}

async fn r17_a_known_browser_is_not_held_up_with_an_account_that_is_new_to_it(app: TestApp) {
    let (gate, well) = (app.break_glass("gate-7f3k").await, app.break_glass("well-0001").await);
    let first = sign_in(&app, None, "gate-7f3k", &gate).await.expect(StatusCode::SEE_OTHER);
    let device = first.set_cookie(DEVICE).unwrap();
    // A guesser in the same network continues until all strangers there must wait.
    let guess = async || sign_in(&app, None, "well-0001", "wrong").await.status;
    while guess().await != StatusCode::TOO_MANY_REQUESTS {}
    sign_in(&app, None, "well-0001", &well).await.expect(StatusCode::TOO_MANY_REQUESTS);
    for (name, secret) in [("well-0001", &well), ("gate-7f3k", &gate)] {
        sign_in(&app, Some(&device), name, secret).await.expect(StatusCode::SEE_OTHER);
    }
    let invented = format!("{DEVICE}{}", "0".repeat(32));
    sign_in(&app, Some(&invented), "gate-7f3k", &gate).await.expect(StatusCode::TOO_MANY_REQUESTS);
}

async fn r17_a_browser_stays_known_when_it_confirms_with_a_new_secret(app: TestApp) {
    let secret = app.break_glass("gate-7f3k").await;
    let elsewhere = sign_in(&app, None, "gate-7f3k", &secret).await.set_cookie(DEVICE).unwrap();
    let answer = sign_in(&app, None, "gate-7f3k", &secret).await;
    let (session, device) = (answer.cookie().unwrap(), answer.set_cookie(DEVICE).unwrap());
    let cookies = format!("{session}; {device}");
    let cookies = format!("{}; {device}", app.confirm(&cookies, "", "a+new+sheet").await.cookie().unwrap());
    let id = app.host.break_glass().await.unwrap()[0].account.id;
    let made = app.form("/admin/api/rotate_break_glass", Some(&cookies), &format!("id={id}")).await;
    let new = made.expect(StatusCode::OK).json()["secret"].as_str().unwrap().to_owned();
    assert_eq!(known(&app).await, [2]);
    let confirmed = app.confirm(&cookies, &new, "").await.expect(StatusCode::SEE_OTHER).cookie().unwrap();
    assert_eq!(known(&app).await, [1], "only the browser that gave the new secret");
    let page = Request::get("/admin/users").header(header::COOKIE, confirmed).body(Body::empty()).unwrap();
    app.send(page).await.expect(StatusCode::OK);
    let answer = sign_in(&app, Some(&device), "gate-7f3k", &new).await.expect(StatusCode::SEE_OTHER);
    assert_eq!(answer.set_cookie(DEVICE).unwrap(), device);
    let answer = sign_in(&app, Some(&elsewhere), "gate-7f3k", &new).await.expect(StatusCode::SEE_OTHER);
    assert_ne!(answer.set_cookie(DEVICE).unwrap(), elsewhere);
}

async fn r17_browsers_are_forgotten_after_half_a_year(app: TestApp) {
    let secret = app.break_glass("gate-7f3k").await;
    let first = sign_in(&app, None, "gate-7f3k", &secret).await.set_cookie(DEVICE).unwrap();
    sign_in(&app, None, "gate-7f3k", &secret).await.expect(StatusCode::SEE_OTHER);
    app.clock.advance_minutes(179 * 24 * 60);
    sign_in(&app, Some(&first), "gate-7f3k", &secret).await.expect(StatusCode::SEE_OTHER);
    maintain(&app).await;
    assert_eq!(known(&app).await, [2]);
    app.clock.advance_minutes(2 * 24 * 60);
    maintain(&app).await;
    assert_eq!(known(&app).await, [1], "the last sign-in counts");
}
