//! The first page after the sign-in: what needs a decision, and what has happened.

use super::common::{inactive, people};
use crate::support::{TestApp, json};
use axum::http::{Method, StatusCode};
use domain::tally;

on_both!(
    an_empty_server_leads_to_the_set_up,
    what_needs_a_decision_is_listed_until_it_is_settled,
    what_happened_is_counted_with_tallies_and_without,
    it_counts_from_the_previous_sign_in,
);

async fn overview(app: &TestApp, cookie: &str) -> String {
    app.recorder.flush().await;
    let page = app.page("/admin", Some(cookie)).await.expect(StatusCode::OK).text;
    // Views mark where text changes.
    page.replace("<!>", "").replace("<!---->", "")
}

fn says(page: &str, words: &[&str]) {
    for words in words {
        assert!(page.contains(words), "{words}: {page}");
    }
}

async fn an_empty_server_leads_to_the_set_up(app: TestApp) {
    let root = app.page("/", None).await.expect(StatusCode::SEE_OTHER);
    assert_eq!(root.header("location"), "/admin");
    let cookie = app.administrator("gate-0001").await;
    let page = overview(&app, &cookie).await;
    says(&page, &["Waiting for the first call", "Connect your directory", "Continue the set-up", "One proven"]);
    assert!(!page.contains("Last 48 hours") && !page.contains("Active people"), "{page}");
    assert!(!page.contains("Since your last sign-in"), "{page}");
}

async fn what_needs_a_decision_is_listed_until_it_is_settled(app: TestApp) {
    let cookie = app.administrator("gate-0001").await;
    let console = app.console("gate-0002").await;
    app.user("ada").await;
    app.post("/Users", json!({"userName": "ADA"})).await.expect(StatusCode::CONFLICT);
    let page = overview(&app, &cookie).await;
    says(
        &page,
        &[
            "1 call was refused in the last 24 hours",
            "See why</a>",
            "A break-glass drill is due",
            "No alert channel is configured",
        ],
    );
    assert!(!page.contains("Every token is paused") && !page.contains("Replace token"), "{page}");
    for token in console.scim().await.unwrap().tokens {
        console.pause_token(token.id, true).await.unwrap();
    }
    says(&overview(&app, &cookie).await, &["Every token is paused", "people who leave stay active here"]);
    app.clock.advance_minutes(181 * 24 * 60);
    let cookie = app.administrator("gate-0003").await;
    let page = overview(&app, &cookie).await;
    says(&page, &["Replace token", "It is older than 180 days.", "Only one break-glass account is proven"]);
    assert!(!page.contains("refused in the last 24 hours"), "{page}");
}

async fn what_happened_is_counted_with_tallies_and_without(app: TestApp) {
    let cookie = app.administrator("gate-0001").await;
    let ids = people(&app, 5).await;
    for id in &ids[..2] {
        app.patch(&format!("/Users/{id}"), inactive()).await.expect(StatusCode::OK);
    }
    let title = json!([{"op": "replace", "path": "title", "value": "Countess"}]);
    app.patch(&format!("/Users/{}", ids[4]), title).await.expect(StatusCode::OK);
    app.group("Team").await;
    app.post("/Users", json!({"userName": "person-00"})).await.expect(StatusCode::CONFLICT);
    app.scim_as("wrong", Method::GET, "/Users", None).await.expect(StatusCode::UNAUTHORIZED);
    let counted = [
        "10 calls; a bar an hour, UTC",
        "Joined <strong class=\"figures\">5</strong>",
        "Changed <strong class=\"figures\">2</strong>",
        "Left <strong class=\"figures\">2</strong>",
        "Refused</a> <strong class=\"figures\">1</strong>",
        "3 people are active now.",
        "1 call was refused in the last 24 hours",
    ];
    says(&overview(&app, &cookie).await, &counted);
    app.clock.advance_minutes(8);
    tally::keep(&app.env).await.unwrap();
    says(&overview(&app, &cookie).await, &counted);
    app.patch(&format!("/Users/{}", ids[4]), inactive()).await.expect(StatusCode::OK);
    says(
        &overview(&app, &cookie).await,
        &["11 calls;", "Left <strong class=\"figures\">3</strong>", "2 people are active now."],
    );
}

async fn it_counts_from_the_previous_sign_in(app: TestApp) {
    let sheet = app.sheet("gate-0001").await;
    let secret = sheet.secret.reveal();
    app.user("ada").await;
    app.clock.advance_millis(1);
    app.sign_in("gate-0001", secret).await;
    app.clock.advance_millis(1);
    app.user("grace").await;
    app.clock.advance_minutes(20);
    let cookie = app.sign_in("gate-0001", secret).await;
    let page = overview(&app, &cookie).await;
    says(&page, &["Since your last sign-in"]);
    let joined = |page: &str| {
        let link = page.split("created, reactivated or restored").nth(1).unwrap().split("<a ").nth(1).unwrap();
        link.split(['>', '<']).nth(1).unwrap().trim().to_owned()
    };
    assert_eq!(joined(&page), "1");
    // Grace came in the five minutes after the sign-in that counts; the tally of these has what came before, too.
    app.clock.advance_minutes(8);
    tally::keep(&app.env).await.unwrap();
    assert_eq!(joined(&overview(&app, &cookie).await), "1");
}
