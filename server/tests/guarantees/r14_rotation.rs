//! A token that replaces another is no less restricted than that one was.

use crate::{
    guarantees::common::{events, proven, read_from},
    support::TestApp,
};
use axum::http::StatusCode;
use domain::{
    console::Expiry,
    token::{Budget, ClientProfile, Networks, Token},
};

on_both!(
    r14_a_successor_has_all_that_was_set,
    r14_a_paused_token_has_a_paused_successor,
    r14_a_lifetime_may_be_chosen,
    r14_the_dialog_asks_for_the_lifetime,
);

const DAY_MILLIS: i64 = 86_400_000;

async fn r14_a_successor_has_all_that_was_set(app: TestApp) {
    let console = app.console_of(proven(&app, "gate-0001").await);
    let user: domain::UserId = app.user("ada@corp.example").await.parse().unwrap();
    let made = app.host.create_token("Entra", Some("ada@corp.example")).await.unwrap().token.id;
    console.set_token_networks(made, "192.0.2.0/24", true).await.unwrap();
    console.set_token_client(made, Some(ClientProfile::Okta)).await.unwrap();
    console.set_token_budget(made, 64, 7).await.unwrap();
    let old = console.token(made).await.unwrap().token;
    app.clock.advance_minutes(3);
    let new = console.rotate_token(made, None).await.unwrap().token;
    assert_eq!(console.token(new.id).await.unwrap().token, new);
    // All fields are listed: a new one has to be decided on here, too.
    let Token {
        id,
        key,
        hash,
        last_four: _,
        name,
        created,
        last_used,
        revoked,
        expires,
        paused,
        replaces,
        networks,
        profile,
        profile_set,
        user: bound,
        budget,
        misuse_told,
    } = new;
    assert!(id != old.id && key != old.key && hash != old.hash && created > old.created);
    assert_eq!((last_used, revoked, paused, misuse_told, replaces), (None, None, None, None, Some(old.id)));
    assert_eq!((name.as_str(), expires, bound), ("Entra", None, Some(user)));
    assert_eq!(networks, Some(Networks { list: "192.0.2.0/24".to_owned(), enforced: true }));
    assert_eq!((profile, profile_set), (Some(ClientProfile::Okta), true));
    assert_eq!(budget, Budget { mib: 64, refusals: 7 });
}

async fn r14_a_paused_token_has_a_paused_successor(app: TestApp) {
    let console = app.console_of(proven(&app, "gate-0001").await);
    let old = console.create_token("Entra", Expiry::Days(90)).await.unwrap();
    console.pause_token(old.token.id, true).await.unwrap();
    let new = console.rotate_token(old.token.id, None).await.unwrap();
    assert!(new.token.paused.is_some());
    read_from(&app, &new.secret, "192.0.2.7").await.expect(StatusCode::FORBIDDEN);
    console.pause_token(new.token.id, false).await.unwrap();
    read_from(&app, &new.secret, "192.0.2.7").await.expect(StatusCode::OK);
}

async fn r14_a_lifetime_may_be_chosen(app: TestApp) {
    let lives = [
        (Expiry::Days(90), None, Some(90)),
        (Expiry::Never, None, None),
        (Expiry::Days(90), Some(Expiry::Days(365)), Some(365)),
        (Expiry::Days(90), Some(Expiry::Never), None),
        (Expiry::Never, Some(Expiry::Days(180)), Some(180)),
    ];
    for (number, (made_for, chosen, wanted)) in lives.into_iter().enumerate() {
        let console = app.console_of(proven(&app, &format!("gate-000{number}")).await);
        let old = console.create_token("Entra", made_for).await.unwrap().token;
        app.clock.advance_minutes(3 * 24 * 60);
        let later = app.console_of(proven(&app, &format!("gate-100{number}")).await);
        let new = later.rotate_token(old.id, chosen).await.unwrap().token;
        // Relative to the call, a few milliseconds before or after the token was created.
        let days = new.lifetime().map(|millis| (millis + 1_000) / DAY_MILLIS);
        assert_eq!(days, wanted, "{made_for:?}, {chosen:?}");
        let event = events(&app).await.pop().unwrap().event;
        let facts: serde_json::Value = serde_json::from_str(event.after.as_deref().unwrap()).unwrap();
        assert_eq!(facts["expires"].as_str().map(str::to_owned), new.expires.map(|at| at.to_string()));
    }
}

async fn r14_the_dialog_asks_for_the_lifetime(app: TestApp) {
    let cookie = app.administrator("gate-0001").await;
    let console = app.console_of(proven(&app, "gate-0002").await);
    let old = console.create_token("Entra", Expiry::Days(90)).await.unwrap().token;
    let page = app.page(&format!("/admin/sso/tokens/{}", old.id), Some(&cookie)).await.expect(StatusCode::OK).text;
    assert!(page.contains("As long as this one was made for: 90 days"), "{page}");
    app.form("/admin/api/rotate_token", Some(&cookie), &format!("id={}&days=x", old.id))
        .await
        .expect(StatusCode::BAD_REQUEST);
    app.form("/admin/api/rotate_token", Some(&cookie), &format!("id={}&days=", old.id)).await.expect(StatusCode::OK);
    let tokens = app.host.tokens().await.unwrap();
    let new = tokens.iter().find(|token| token.replaces == Some(old.id)).unwrap();
    assert_eq!(new.lifetime().map(|millis| (millis + 1_000) / DAY_MILLIS), Some(90));
}
