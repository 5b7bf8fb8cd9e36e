//! A session that was ended stays ended, whatever else it does at that moment, and the log says what happened.

use crate::{
    guarantees::common::{Dice, count, events, is_in, proven, session, setting},
    support::TestApp,
};
use axum::http::StatusCode;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::{
    BreakGlassId, SessionId,
    break_glass::Proof,
    console::{Confirmation, Console, Principal, idle},
    session::SessionKey,
    sign_in::Proved,
};
use sha2::{Digest, Sha256};

on_both!(
    r09_what_was_ended_never_lives,
    r09_ending_a_session_that_was_just_confirmed_ends_it,
    r09_signing_out_in_another_tab_ends_a_session_that_was_just_confirmed,
    r09_a_session_has_one_key,
    r09_nothing_to_confirm_changes_nothing,
);

/// What ends a session.
#[derive(Clone, Copy, Debug)]
enum End {
    /// *End session* by an administrator.
    Revoke,
    SignOut,
    /// A new secret from the host.
    Reset,
    /// The account is removed.
    Remove,
}

/// What the session does at that moment.
#[derive(Clone, Copy, Debug)]
enum Use {
    /// It is confirmed with a reason, by form.
    Reason,
    /// It is confirmed with the secret.
    Secret,
    /// Something is changed.
    Change,
    /// A page is read after a while, which records the use.
    Touch,
}

/// A session, and what is in its cookie.
struct Target {
    principal: Principal,
    key: SessionKey,
    cookie: String,
}

async fn r09_what_was_ended_never_lives(app: TestApp) {
    let (other, mut dice) = (app.another().await, Dice::of_environment());
    for round in 0..setting("POSTERN_ROUNDS", 3) {
        for end in [End::Revoke, End::SignOut, End::Reset, End::Remove] {
            for used in [Use::Reason, Use::Secret, Use::Change, Use::Touch] {
                let pair = format!("{end:?} against {used:?}, round {round}");
                race(&app, &other, end, used, &pair, &mut dice).await;
            }
        }
    }
}

async fn race(app: &TestApp, other: &TestApp, end: End, used: Use, pair: &str, dice: &mut Dice) {
    let administrator = app.console_of(proven(app, &format!("spare-{}", dice.below(usize::MAX))).await);
    let target = target(app, &format!("gate-{}", dice.below(usize::MAX)), matches!(used, Use::Change)).await;
    if matches!(used, Use::Touch) {
        app.clock.advance_minutes(1);
    }
    let before = count(app, log_of(end)).await;
    let (ahead, behind) = (dice.below(40), dice.below(40));
    let ((), next) = tokio::join!(
        async {
            turns(ahead).await;
            finish(app, &administrator, &target, end).await;
        },
        async {
            turns(behind).await;
            make_use(other, &target, used).await
        },
    );
    for cookie in next.iter().chain([&target.cookie]) {
        assert!(!is_in(app, cookie).await && !is_in(other, cookie).await, "{pair}");
    }
    assert!(!is_alive(app, target.principal.session).await, "{pair}");
    assert_eq!(count(app, log_of(end)).await, before + 1, "{pair}");
}

async fn turns(number: usize) {
    for _ in 0..number {
        tokio::task::yield_now().await;
    }
}

/// A break-glass account in a session, with a reason if `has_reason`.
async fn target(app: &TestApp, name: &str, has_reason: bool) -> Target {
    let principal = proven(app, name).await;
    let reason = principal.reason.clone().filter(|_| has_reason);
    let principal = Principal { reason, session: SessionId::new(&app.env, app.env.now()), ..principal };
    let token: [u8; 16] = app.env.random();
    let key = Sha256::digest(token).into();
    let record = session(&principal, key);
    let work = app.env.store.write(record, |record, tx| Box::pin(async move { tx.insert_session(record).await }));
    work.await.unwrap();
    Target { principal, key, cookie: format!("__Host-postern={}", BASE64_URL_SAFE_NO_PAD.encode(token)) }
}

fn log_of(end: End) -> &'static str {
    match end {
        End::Revoke => "session.revoked",
        End::SignOut => "session.ended",
        End::Reset => "break_glass.reset",
        End::Remove => "break_glass.removed",
    }
}

fn account(target: &Target) -> BreakGlassId {
    target.principal.account().expect("no break-glass account")
}

/// Ends the session, and returns after that is acknowledged.
async fn finish(app: &TestApp, administrator: &Console, target: &Target, end: End) {
    match end {
        End::Revoke => administrator.revoke_session(target.principal.session).await.unwrap(),
        End::SignOut => drop(app.form("/logout", Some(&target.cookie), "").await.expect(StatusCode::SEE_OTHER)),
        End::Reset => app.host.reset_break_glass(&target.principal.person.name, "another").await.unwrap(),
        End::Remove => administrator.remove_break_glass(account(target)).await.unwrap(),
    }
}

/// Uses the session in another process, and returns its new cookie, if it gets one.
async fn make_use(app: &TestApp, target: &Target, used: Use) -> Option<String> {
    match used {
        Use::Reason => app.confirm(&target.cookie, "", "set+up+Entra").await.cookie(),
        Use::Secret => confirm_with_secret(app, target).await,
        Use::Change => {
            app.form("/admin/api/create_token", Some(&target.cookie), "name=Okta").await;
            None
        }
        Use::Touch => {
            app.page("/admin/users", Some(&target.cookie)).await;
            None
        }
    }
}

async fn confirm_with_secret(app: &TestApp, target: &Target) -> Option<String> {
    let accounts = app.host.break_glass().await.unwrap();
    let account = accounts.into_iter().map(|found| found.account).find(|found| found.id == account(target))?;
    let token: [u8; 16] = app.env.random();
    let confirmation = Confirmation {
        proved: Some(Proved { account, proof: Proof::Secret }),
        reason: Some("set up Entra".to_owned()),
        key: target.key,
        next_key: Sha256::digest(token).into(),
        device: None,
    };
    let confirmed = app.console_of(target.principal.clone()).confirm(confirmation).await;
    confirmed.ok().flatten().map(|_| format!("__Host-postern={}", BASE64_URL_SAFE_NO_PAD.encode(token)))
}

async fn is_alive(app: &TestApp, id: SessionId) -> bool {
    let now = app.env.now();
    let work = app.env.store.read(now, |now, tx| Box::pin(async move { tx.sessions(*now, idle(*now)).await }));
    work.await.unwrap().iter().any(|session| session.id == id)
}

/// The administrator sees the list, the session is confirmed, and then the administrator presses *End session*.
async fn r09_ending_a_session_that_was_just_confirmed_ends_it(app: TestApp) {
    let cookie = app.administrator("gate-0001").await;
    let target = target(&app, "gate-0002", false).await;
    let page = app.page("/admin/sessions", Some(&cookie)).await.expect(StatusCode::OK).text;
    let id = target.principal.session.to_string();
    assert!(page.contains(&id), "the form has the session's id");
    let confirmed = app.confirm(&target.cookie, "", "set+up+Entra").await.cookie().unwrap();
    app.form("/admin/api/end_session", Some(&cookie), &format!("id={id}")).await.expect(StatusCode::OK);
    assert!(!is_in(&app, &confirmed).await);
    app.form("/admin/api/end_session", Some(&cookie), &format!("id={id}")).await.expect(StatusCode::NOT_FOUND);
    assert_eq!(count(&app, "session.revoked").await, 1);
}

async fn r09_signing_out_in_another_tab_ends_a_session_that_was_just_confirmed(app: TestApp) {
    let target = target(&app, "gate-0001", false).await;
    let confirmed = app.confirm(&target.cookie, "", "set+up+Entra").await.cookie().unwrap();
    assert!(is_in(&app, &confirmed).await && !is_in(&app, &target.cookie).await);
    app.form("/logout", Some(&target.cookie), "").await.expect(StatusCode::SEE_OTHER);
    assert!(!is_in(&app, &confirmed).await);
    app.form("/logout", Some(&confirmed), "").await.expect(StatusCode::SEE_OTHER);
    assert_eq!(count(&app, "session.ended").await, 1, "it ended once");
}

/// Two tabs confirm at the same time: one of them is late, and the session continues with the other's key.
async fn r09_a_session_has_one_key(app: TestApp) {
    let other = app.another().await;
    for round in 0..5 {
        let target = target(&app, &format!("gate-000{round}"), false).await;
        let tabs = tokio::join!(confirm_with_secret(&app, &target), confirm_with_secret(&other, &target));
        let cookies: Vec<String> = [tabs.0, tabs.1].into_iter().flatten().collect();
        assert_eq!(cookies.len(), 1);
        assert!(is_in(&app, &cookies[0]).await && !is_in(&app, &target.cookie).await);
    }
    assert_eq!(count(&app, "break_glass.confirmed").await, 5);
}

async fn r09_nothing_to_confirm_changes_nothing(app: TestApp) {
    let target = target(&app, "gate-0001", true).await;
    let before = events(&app).await.len();
    for reason in ["", "another+reason"] {
        let answer = app.confirm(&target.cookie, "", reason).await.expect(StatusCode::SEE_OTHER);
        assert!(answer.cookie().is_none());
    }
    assert_eq!(events(&app).await.len(), before);
    assert!(is_in(&app, &target.cookie).await);
}
