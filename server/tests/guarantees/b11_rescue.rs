//! B4, B11: the host can always create a way in, whatever the state, and what it generates is random.

use crate::{
    guarantees::common::{count, is_in, try_sign_in},
    support::TestApp,
};
use domain::break_glass::{NewAccount, Secret, Sheet};
use std::collections::HashSet;

on_both!(
    b11_a_code_from_the_host_opens_the_console,
    b11_a_code_from_the_host_is_good_for_a_quarter_of_an_hour,
    b11_no_clock_keeps_the_rescuer_out,
);

const YEAR: i64 = 365 * 24 * 60;

/// What `postern break-glass recover` does: returns the name to sign in with, and the code.
async fn rescue(app: &TestApp, name: Option<&str>) -> (String, String) {
    let code = Secret::generate_code(&app.env);
    let sheet = Sheet::generate(&app.env, "rescue-0000".to_owned());
    let secret_hash = app.hasher.hash(sheet.secret.reveal().to_owned()).await.unwrap();
    let fallback = NewAccount { name: sheet.name.clone(), secret_hash, codes: sheet.hashes() };
    let name = app.host.rescue(name, code.digest(), fallback).await.unwrap();
    (name, code.reveal().to_owned())
}

async fn b11_a_code_from_the_host_opens_the_console(app: TestApp) {
    // No account at all, and then three times in a row.
    for round in 0..3 {
        let (name, code) = rescue(&app, None).await;
        let cookie = try_sign_in(&app, &name, &code).await.unwrap();
        assert!(is_in(&app, &cookie).await, "round {round}");
        assert!(try_sign_in(&app, &name, &code).await.is_none(), "a code is good once");
        assert_eq!(app.host.break_glass().await.unwrap().len(), 1);
    }
    assert_eq!(count(&app, "break_glass.rescue").await, 3);
    app.break_glass("gate-0001").await;
    let (name, code) = rescue(&app, Some("GATE-0001")).await;
    assert_eq!(name, "gate-0001");
    assert!(try_sign_in(&app, "rescue-0000", &code).await.is_none(), "it is for one account");
}

async fn b11_a_code_from_the_host_is_good_for_a_quarter_of_an_hour(app: TestApp) {
    app.break_glass("gate-0001").await;
    let (name, code) = rescue(&app, None).await;
    app.clock.advance_minutes(14);
    assert!(try_sign_in(&app, &name, &code).await.is_some());
    let (name, code) = rescue(&app, None).await;
    app.clock.advance_minutes(15);
    assert!(try_sign_in(&app, &name, &code).await.is_none());
}

async fn b11_no_clock_keeps_the_rescuer_out(app: TestApp) {
    let secret = app.break_glass("gate-0001").await;
    for (jump, what) in
        [(10 * YEAR, "forward"), (-20 * YEAR, "back"), (-15 * YEAR, "back again"), (30 * YEAR, "forward again")]
    {
        // Strangers have just tried in vain.
        for _ in 0..5 {
            app.form("/login", None, "name=gate-0001&secret=wrong&next=").await;
        }
        app.clock.advance_minutes(jump);
        let (name, code) = rescue(&app, None).await;
        let waited = app.form("/login", None, &format!("name={name}&secret={code}&next=")).await;
        let cookie = match waited.cookie() {
            Some(cookie) => cookie,
            None => {
                app.clock.advance_minutes(1);
                try_sign_in(&app, &name, &code).await.unwrap()
            }
        };
        assert!(is_in(&app, &cookie).await, "{what}");
        app.clock.advance_minutes(1);
        let cookie = try_sign_in(&app, "gate-0001", &secret).await.unwrap();
        let cookie = app.confirm(&cookie, "", "mend+the+clock").await.cookie().unwrap();
        app.form("/admin/api/create_token", Some(&cookie), "name=Okta").await.expect(axum::http::StatusCode::OK);
    }
}

/// B4: 10⁵ secrets, all different, each of the 32 characters as often as expected by chance. With 31 degrees of freedom
/// χ² exceeds 90 once in ten million runs.
#[tokio::test]
async fn b04_secrets_are_random() {
    let app = TestApp::sqlite().await;
    let mut secrets = HashSet::new();
    let mut counts = [[0_u32; 256]; 30];
    for _ in 0..100_000 {
        let secret = Secret::generate(&app.env).reveal().replace('-', "");
        assert_eq!(secret.len(), 30);
        for (at, byte) in secret.bytes().enumerate() {
            counts[at][usize::from(byte)] += 1;
        }
        assert!(secrets.insert(secret));
    }
    let expected = 100_000.0 / 32.0;
    for (at, counts) in counts.iter().enumerate() {
        let seen: Vec<f64> =
            b"0123456789ABCDEFGHJKMNPQRSTVWXYZ".iter().map(|byte| f64::from(counts[usize::from(*byte)])).collect();
        assert_eq!(seen.iter().sum::<f64>(), 100_000.0, "another character at {at}");
        let chi_squared: f64 = seen.iter().map(|seen| (seen - expected).powi(2) / expected).sum();
        assert!(chi_squared < 90.0, "χ² {chi_squared} at place {at}");
    }
}
