//! A one-time code and the session that it opens belong together: either both happen or neither.

use crate::{
    guarantees::common::{assert_same, execute, is_in, number, tables},
    support::TestApp,
};
use axum::http::StatusCode;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::{
    Error, Refusal,
    break_glass::{Proof, Sheet},
    console::Confirmation,
    session::find,
    sign_in::Proved,
};
use sha2::{Digest, Sha256};
use std::{
    future::{Future, poll_fn},
    task::Poll,
};

on_both!(
    r03_code_is_good_where_the_session_could_not_be_written,
    r03_code_is_good_where_the_session_to_confirm_has_ended,
    r03_code_is_used_only_with_a_session_when_the_client_hangs_up,
    r03_code_of_an_unknown_name_is_looked_up_all_the_same,
);

const NAME: &str = "gate-7f3k";

fn form(code: &str) -> String {
    format!("name={NAME}&secret={code}&next=")
}

async fn r03_code_is_good_where_the_session_could_not_be_written(app: TestApp) {
    let sheet = app.sheet(NAME).await;
    let code = sheet.codes[0].reveal();
    let before = tables(&app).await;
    execute(&app, "ALTER TABLE sessions RENAME TO away").await;
    app.form("/login", None, &form(code)).await.expect(StatusCode::SERVICE_UNAVAILABLE);
    execute(&app, "ALTER TABLE away RENAME TO sessions").await;
    assert_same(&before, &tables(&app).await, "a sign-in that could not be written");
    app.clock.advance_minutes(61);
    let cookie = app.sign_in(NAME, code).await;
    assert!(is_in(&app, &cookie).await);
    app.form("/login", None, &form(code)).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
}

async fn r03_code_is_good_where_the_session_to_confirm_has_ended(app: TestApp) {
    let sheet = app.sheet(NAME).await;
    let cookie = app.sign_in(NAME, sheet.secret.reveal()).await;
    let token = BASE64_URL_SAFE_NO_PAD.decode(cookie.split_once('=').unwrap().1).unwrap();
    let key = Sha256::digest(token).into();
    let principal = find(&app.env, key).await.unwrap().unwrap().principal;
    let account = app.host.break_glass().await.unwrap().remove(0).account;
    let confirmation = Confirmation {
        proved: Some(Proved { account, proof: Proof::Code(sheet.codes[0].digest()) }),
        reason: Some("set up Entra".to_owned()),
        key,
        next_key: app.env.random(),
        device: None,
    };
    app.form("/logout", Some(&cookie), "").await.expect(StatusCode::SEE_OTHER);
    let refused = app.console_of(principal).confirm(confirmation).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::SessionEnded))), "{refused:?}");
    assert_eq!(left(&app).await, sheet.codes.len() as u64);
    let cookie = app.sign_in(NAME, sheet.codes[0].reveal()).await;
    // If it is given in a session, the confirmation uses it up.
    let confirmed = app.confirm(&cookie, sheet.codes[1].reveal(), "set+up+Entra").await.expect(StatusCode::SEE_OTHER);
    assert!(is_in(&app, &confirmed.cookie().unwrap()).await);
    assert_eq!(left(&app).await, sheet.codes.len() as u64 - 2);
}

async fn left(app: &TestApp) -> u64 {
    app.host.break_glass().await.unwrap()[0].codes
}

async fn r03_code_is_used_only_with_a_session_when_the_client_hangs_up(app: TestApp) {
    let Sheet { codes, .. } = app.sheet(NAME).await;
    for (code, polls) in codes.iter().zip(1..) {
        app.clock.advance_minutes(1);
        hang_up(app.form("/login", None, &form(code.reveal())), polls).await;
        let unpaid =
            "SELECT (SELECT COUNT(*) FROM break_glass_codes WHERE used IS NOT NULL) - (SELECT COUNT(*) FROM sessions)";
        assert_eq!(number(&app, unpaid).await, 0);
    }
}

/// Polls a request this many times, and then drops it.
async fn hang_up(request: impl Future, polls: usize) {
    let (mut request, mut polled) = (Box::pin(request), 0);
    poll_fn(|context| {
        polled += 1;
        if polled > polls { Poll::Ready(()) } else { request.as_mut().poll(context).map(drop) }
    })
    .await;
}

/// A text in the form of a code takes one look-up and no unit that writes, whether the name exists or not.
async fn r03_code_of_an_unknown_name_is_looked_up_all_the_same(app: TestApp) {
    app.sheet(NAME).await;
    let code = "ABCDE-FGHJK-MNPQR-STVWX-YZ012";
    let mut left = Vec::new();
    for name in [NAME, "gate-0000"] {
        app.clock.advance_minutes(61);
        let before = tables(&app).await;
        let body = format!("name={name}&secret={code}&next=");
        app.form("/login", None, &body).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
        let mut after = tables(&app).await;
        let events = after.remove("audit_events").unwrap().len() - before["audit_events"].len();
        let mut before = before;
        before.remove("audit_events");
        assert_same(&before, &after, name);
        left.push(events);
    }
    assert_eq!(left, [1, 1]);
}
