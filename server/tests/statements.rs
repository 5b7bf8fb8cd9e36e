//! The statements for a list do not depend on its length, and a call that is refused by its token needs none. A binary
//! of its own: the statements of all tests in a process go through one subscriber.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should fail")]

mod support;

use axum::http::{Method, StatusCode};
use domain::console::Expiry;
use std::{
    fmt::Debug,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};
use support::{TestApp, json};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

/// Statements that read.
static STATEMENTS: AtomicUsize = AtomicUsize::new(0);
/// All statements.
static ALL: AtomicUsize = AtomicUsize::new(0);

/// Counts the statements, which sqlx reports when they end.
struct Counter;

impl Subscriber for Counter {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Summary);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

struct Summary;

impl Visit for Summary {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "summary" {
            ALL.fetch_add(1, Ordering::SeqCst);
        }
        if field.name() == "summary" && value.starts_with("SELECT") {
            STATEMENTS.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

/// How many statements a call reads with, and how many resources it returns.
async fn cost(app: &TestApp, path: &str) -> (usize, u64) {
    app.recorder.flush().await;
    // The token is looked up once in half a second; now, so that the next call does not do it.
    app.clock.advance_millis(1_000);
    app.get("/ServiceProviderConfig").await.expect(StatusCode::OK);
    STATEMENTS.store(0, Ordering::SeqCst);
    let answer = app.get(path).await.expect(StatusCode::OK);
    // The last statement may be reported a moment after its rows have arrived.
    tokio::time::sleep(Duration::from_millis(50)).await;
    (STATEMENTS.load(Ordering::SeqCst), answer.json()["itemsPerPage"].as_u64().unwrap())
}

async fn a_page_of_any_length_costs_the_same_statements(app: TestApp) {
    let mut members = Vec::new();
    for number in 0..60 {
        members.push(json!({"value": app.user(&format!("u{number:02}")).await}));
    }
    for number in 0..60 {
        let group = json!({"displayName": format!("g{number:02}"), "members": members[..number]});
        app.post("/Groups", group).await.expect(StatusCode::CREATED);
    }
    for list in [
        "/Users?startIndex=5",
        "/Users?cursor",
        "/Users?sortBy=displayName&cursor",
        "/Users?filter=userName+sw+%22u%22",
        "/Groups?startIndex=5",
        "/Groups?sortBy=externalId&sortOrder=descending&cursor",
        "/?cursor",
        "/?startIndex=2&filter=meta.resourceType+eq+%22User%22",
    ] {
        let (few, one) = cost(&app, &format!("{list}&count=1")).await;
        let (many, fifty) = cost(&app, &format!("{list}&count=50")).await;
        assert_eq!((one, fifty), (1, 50), "{list}");
        assert_eq!(few, many, "{list}");
        assert!((1..=6).contains(&many), "{list}: {many}");
    }
    // Both kinds on one page: the cost of each, once.
    let (border, _) = cost(&app, "/?startIndex=40&count=50").await;
    assert!((1..=8).contains(&border), "{border}");
}

/// The cost of calls that may not be made, after that was reported: nothing, like a mistyped token.
async fn r21_what_is_refused_at_the_door_asks_for_nothing(app: TestApp) {
    let console = app.console("gate-0001").await;
    let ended = console.create_token("Ended", Expiry::Never).await.unwrap();
    let outside = console.create_token("Outside", Expiry::Never).await.unwrap();
    console.set_token_networks(outside.token.id, "192.0.2.0/24", true).await.unwrap();
    console.revoke_token(ended.token.id).await.unwrap();
    let mistyped = format!("{}x", ended.secret);
    for (secret, status) in [
        (&mistyped, StatusCode::UNAUTHORIZED),
        (&ended.secret, StatusCode::UNAUTHORIZED),
        (&outside.secret, StatusCode::FORBIDDEN),
    ] {
        let call = async || app.scim_as(secret, Method::GET, "/ServiceProviderConfig", None).await.expect(status);
        app.clock.advance_millis(1_000);
        call().await;
        app.get("/ServiceProviderConfig").await.expect(StatusCode::OK);
        app.recorder.flush().await;
        ALL.store(0, Ordering::SeqCst);
        // The cache is valid for half a second of the clock, which advances by milliseconds.
        for _ in 0..20 {
            call().await;
        }
        app.get("/ServiceProviderConfig").await.expect(StatusCode::OK);
        // Less than the half second after which the calls are recorded, all at once.
        let asked = ALL.load(Ordering::SeqCst);
        assert!(asked <= 12, "{asked} statements for 20 refused calls and one that was not");
        app.recorder.flush().await;
    }
}

#[tokio::test]
async fn on_either_database() {
    tracing::subscriber::set_global_default(Counter).unwrap();
    for app in [TestApp::sqlite().await, TestApp::postgres().await] {
        a_page_of_any_length_costs_the_same_statements(app).await;
    }
    for app in [TestApp::sqlite().await, TestApp::postgres().await] {
        r21_what_is_refused_at_the_door_asks_for_nothing(app).await;
    }
}
