//! B8: a break-glass session is short, and needs a reason before it changes anything.

use crate::{
    guarantees::common::{count, events, is_in},
    support::TestApp,
};
use axum::http::StatusCode;

on_both!(b08_a_session_ends_by_the_clock, b08_nothing_changes_without_a_reason);

async fn b08_a_session_ends_by_the_clock(app: TestApp) {
    let other = app.another().await;
    let idle = app.administrator("gate-0001").await;
    app.clock.advance_minutes(9);
    assert!(is_in(&app, &idle).await);
    app.clock.advance_minutes(9);
    assert!(is_in(&other, &idle).await, "a request on any instance keeps it");
    app.clock.advance_minutes(11);
    assert!(!is_in(&app, &idle).await && !is_in(&other, &idle).await, "ten minutes without a request");

    let secret = app.break_glass("gate-0002").await;
    let mut cookie = app.sign_in("gate-0002", &secret).await;
    for _ in 0..5 {
        app.clock.advance_minutes(5);
        // Neither requests nor giving the secret again make it longer.
        cookie = app.confirm(&cookie, &secret, "set+up+Entra").await.expect(StatusCode::SEE_OTHER).cookie().unwrap();
        assert!(is_in(&app, &cookie).await);
    }
    app.clock.advance_minutes(4);
    assert!(is_in(&app, &cookie).await, "29 minutes");
    app.clock.advance_minutes(1);
    assert!(!is_in(&app, &cookie).await && !is_in(&other, &cookie).await, "30 minutes");
}

async fn b08_nothing_changes_without_a_reason(app: TestApp) {
    let secret = app.break_glass("gate-0001").await;
    let cookie = app.sign_in("gate-0001", &secret).await;
    let create = async |cookie: &str| app.form("/admin/api/create_token", Some(cookie), "name=Okta").await;
    let refused = create(&cookie).await.expect(StatusCode::FORBIDDEN);
    assert_eq!(refused.json()["kind"], "confirm");
    for reason in ["", "+++", "abc", &"x".repeat(301), "a%0Ab+c+d"] {
        app.confirm(&cookie, "", reason).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    }
    create(&cookie).await.expect(StatusCode::FORBIDDEN);
    assert_eq!(app.host.tokens().await.unwrap().len(), 1);
    assert_eq!(count(&app, "token.created").await, 1, "the one that the host made");
    let cookie = app.confirm(&cookie, "", "replace+the+token").await.expect(StatusCode::SEE_OTHER).cookie().unwrap();
    create(&cookie).await.expect(StatusCode::OK);
    let made = events(&app).await.into_iter().rfind(|entry| entry.event.action.as_str() == "token.created").unwrap();
    assert_eq!(made.event.reason.as_deref(), Some("replace the token"));
    assert_eq!(made.event.actor.parts().0, "break_glass");
}
