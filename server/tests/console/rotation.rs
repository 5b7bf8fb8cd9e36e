//! An undo stops a directory that has two tokens.

use super::common::{inactive, people};
use crate::support::TestApp;
use axum::http::{Method, StatusCode};
use domain::settings::{GuardMode, GuardSettings};

on_both!(an_undo_pauses_both_tokens_of_a_rotation);

async fn an_undo_pauses_both_tokens_of_a_rotation(app: TestApp) {
    let console = app.console("gate-0001").await;
    console
        .set_guard(GuardSettings { mode: GuardMode::Alert, count: 3, percent: 1, cap: 3, minutes: 40 })
        .await
        .unwrap();
    let cookie = app.administrator("gate-0002").await;
    let ids = people(&app, 6).await;
    let old = app.host.tokens().await.unwrap()[0].id;
    let new = console.rotate_token(old, None).await.unwrap();
    app.host.create_token("Okta", None).await.unwrap();
    for id in &ids {
        app.patch(&format!("/Users/{id}"), inactive()).await.expect(StatusCode::OK);
    }
    let page = app.page("/admin/sso/guard", Some(&cookie)).await.expect(StatusCode::OK).text;
    assert!(page.contains("Pause 2 tokens first") && page.contains(&format!("(…{})", new.token.last_four)), "{page}");
    let batch = console.waiting_batch().await.unwrap().unwrap().id;
    console.undo_batch(batch, true, None).await.unwrap();
    let tokens = app.host.tokens().await.unwrap();
    let paused: Vec<(&str, bool)> = tokens.iter().map(|token| (token.name.as_str(), token.paused.is_some())).collect();
    assert_eq!(paused, [("Okta", false), ("Entra production", true), ("Entra production", true)]);
    let refused = app.scim_as(&new.secret, Method::GET, "/Users", None).await;
    refused.expect(StatusCode::FORBIDDEN);
}
