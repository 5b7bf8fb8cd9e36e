//! A14, A16, A17, B15: what a sign-in reveals to strangers, and what a session allows.

use crate::{
    guarantees::common::{events, is_in, tables, try_sign_in},
    support::{Answer, TestApp},
};
use axum::http::{HeaderMap, StatusCode, header};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::{
    Error, Refusal,
    console::{Confirmation, idle},
    session::{SessionSummary, find},
};
use sha2::{Digest, Sha256};
use std::{collections::HashSet, time::Instant};

on_both!(
    a14_every_wrong_try_gets_the_same_answer,
    a16_a_session_id_is_new_whenever_rights_change,
    a17_nothing_revives_a_session_that_was_ended,
    a17_a_session_that_was_ended_cannot_be_confirmed,
    a17_the_database_holds_no_cookie,
    b15_names_cannot_be_guessed,
);

async fn a14_every_wrong_try_gets_the_same_answer(app: TestApp) {
    let sheet = app.sheet("gate-7f3k").await;
    let code = sheet.codes[0].reveal();
    assert!(try_sign_in(&app, "gate-7f3k", code).await.is_some());
    let unknown_code = "ABCDE-FGHJK-MNPQR-STVWX-YZ012";
    let mut answers = Vec::new();
    for (name, secret) in [
        ("gate-7f3k", "wrong"),
        ("gate-0000", "wrong"),
        ("gate-0000", sheet.secret.reveal()),
        ("gate-7f3k", code),
        ("gate-7f3k", unknown_code),
        ("gate-0000", unknown_code),
    ] {
        app.clock.advance_minutes(120);
        let answer = app.form("/login", None, &format!("name={name}&secret={secret}&next=")).await;
        answers.push(plain(answer));
    }
    assert_eq!(answers[0].0, StatusCode::UNPROCESSABLE_ENTITY);
    for answer in &answers {
        assert_eq!(*answer, answers[0]);
    }
}

/// An answer without the parts that differ each time: the nonce, the request's id and the name that was typed.
fn plain(answer: Answer) -> (StatusCode, HeaderMap, String) {
    let policy = answer.header(header::CONTENT_SECURITY_POLICY).to_owned();
    let nonce = policy.split("nonce-").nth(1).unwrap().split('\'').next().unwrap();
    let mut headers = answer.headers.clone();
    headers.remove("x-request-id").unwrap();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy.replace(nonce, "").parse().unwrap());
    (answer.status, headers, answer.text.replace(nonce, "").replace("gate-0000", "gate-7f3k"))
}

async fn a16_a_session_id_is_new_whenever_rights_change(app: TestApp) {
    let secret = app.break_glass("gate-7f3k").await;
    let planted = format!("__Host-postern={}", BASE64_URL_SAFE_NO_PAD.encode(app.env.random::<16>()));
    assert!(!is_in(&app, &planted).await);
    let answer = app.form("/login", Some(&planted), &format!("name=gate-7f3k&secret={secret}&next=")).await;
    let answer = answer.expect(StatusCode::SEE_OTHER);
    let (first, device) = (answer.cookie().unwrap(), answer.set_cookie("__Host-postern-device=").unwrap());
    assert_ne!(first, planted);
    assert!(is_in(&app, &first).await && !is_in(&app, &planted).await);
    let second = app.confirm(&first, "", "set+up+Entra").await.expect(StatusCode::SEE_OTHER).cookie().unwrap();
    assert_ne!(second, first);
    assert!(is_in(&app, &second).await && !is_in(&app, &first).await);
    let third = app.confirm(&second, &secret, "").await.expect(StatusCode::SEE_OTHER).cookie().unwrap();
    assert!(is_in(&app, &third).await && !is_in(&app, &second).await);
    // A known browser does not wait for others, but has no other privilege.
    for cookie in [device.clone(), device.replace("-device", ""), format!("{device}; {planted}")] {
        assert!(!is_in(&app, &cookie).await, "{cookie}");
        app.form("/admin/api/create_token", Some(&cookie), "name=x").await.expect(StatusCode::UNAUTHORIZED);
    }
}

async fn a17_nothing_revives_a_session_that_was_ended(app: TestApp) {
    let other = app.another().await;
    let secret = app.break_glass("gate-7f3k").await;
    let started = Instant::now();
    for race in 0..100 {
        app.clock.advance_minutes(1);
        let cookie = app.sign_in("gate-7f3k", &secret).await;
        let (out, there) = (async || app.form("/logout", Some(&cookie), "").await, &other);
        let page = async |app: &TestApp| app.page("/admin/users", Some(&cookie)).await;
        let change = async |app: &TestApp| app.form("/admin/api/create_token", Some(&cookie), "name=x").await;
        let wrong = async |app: &TestApp| app.confirm(&cookie, "", "no").await;
        let (out, ..) = if race % 2 == 0 {
            tokio::join!(out(), page(&app), page(there), change(&app), change(there), wrong(there))
        } else {
            let (a, b, c, d, out, e) =
                tokio::join!(page(there), change(&app), wrong(&app), page(&app), out(), change(there));
            (out, a, b, c, d, e)
        };
        out.expect(StatusCode::SEE_OTHER);
        assert!(!is_in(&app, &cookie).await && !is_in(&other, &cookie).await, "race {race}");
        assert_eq!(live(&app).await, [], "race {race}");
    }
    println!("100 races in {:.1} s", started.elapsed().as_secs_f64());
}

async fn live(app: &TestApp) -> Vec<SessionSummary> {
    let now = app.env.now();
    let work = app.env.store.read(now, |now, tx| Box::pin(async move { tx.sessions(*now, idle(*now)).await }));
    work.await.unwrap()
}

/// A confirmation that was checked before the session was ended, and continues afterwards.
async fn a17_a_session_that_was_ended_cannot_be_confirmed(app: TestApp) {
    let secret = app.break_glass("gate-7f3k").await;
    let cookie = app.sign_in("gate-7f3k", &secret).await;
    let token = BASE64_URL_SAFE_NO_PAD.decode(cookie.split_once('=').unwrap().1).unwrap();
    let key = Sha256::digest(token).into();
    let principal = find(&app.env, key).await.unwrap().unwrap().principal;
    let confirmation = Confirmation {
        proved: None,
        reason: Some("set up Okta".to_owned()),
        key,
        next_key: app.env.random(),
        device: None,
    };
    app.form("/logout", Some(&cookie), "").await.expect(StatusCode::SEE_OTHER);
    let before = events(&app).await.len();
    let refused = app.console_of(principal).confirm(confirmation).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::SessionEnded))), "{refused:?}");
    assert_eq!(events(&app).await.len(), before);
}

async fn a17_the_database_holds_no_cookie(app: TestApp) {
    let secret = app.break_glass("gate-7f3k").await;
    let answer = app.form("/login", None, &format!("name=gate-7f3k&secret={secret}&next=")).await;
    let (cookie, device) = (answer.cookie().unwrap(), answer.set_cookie("__Host-postern-device=").unwrap());
    let token = cookie.split_once('=').unwrap().1;
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).unwrap();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let kept = format!("{:?}", tables(&app).await);
    let shown = [
        token.to_owned(),
        hex(&bytes),
        device.split_once('=').unwrap().1.to_owned(),
        secret.clone(),
        app.token.clone(),
    ];
    for value in shown {
        assert!(!kept.to_lowercase().contains(&value.to_lowercase()), "{value} is in the database");
    }
    if let Some(file) = app.database.url().strip_prefix("sqlite://") {
        for file in [file.to_owned(), format!("{file}-wal")] {
            let file_bytes = std::fs::read(&file).unwrap();
            for value in [bytes.clone(), token.as_bytes().to_vec(), secret.clone().into_bytes()] {
                assert!(!file_bytes.windows(value.len()).any(|window| window == value), "{file}");
            }
        }
    }
}

async fn b15_names_cannot_be_guessed(app: TestApp) {
    let console = app.console("gate-0001").await;
    let mut names = HashSet::new();
    for _ in 0..5 {
        names.insert(console.create_break_glass("night-shift").await.unwrap().name);
    }
    for name in &names {
        let suffix = name.strip_prefix("night-shift-").unwrap();
        assert_eq!(suffix.len(), 4);
        // Guessing the stem is of no use to a directory.
        assert!(suffix.bytes().all(|byte| b"0123456789abcdefghjkmnpqrstvwxyz".contains(&byte)), "{name}");
    }
    assert_eq!(names.len(), 5);
    for stem in ["", "Night", "night shift", "näch", "a@b", &"x".repeat(41)] {
        assert!(console.create_break_glass(stem).await.is_err(), "{stem}");
    }
}
