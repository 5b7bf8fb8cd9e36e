//! What a list asks of the database does not depend on its length. A binary of its own: the statements of all tests in
//! a process go through one subscriber.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should fail")]

mod support;

use axum::http::StatusCode;
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

static STATEMENTS: AtomicUsize = AtomicUsize::new(0);

/// Counts the statements that read, which sqlx tells of when they end.
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
        if field.name() == "summary" && value.starts_with("SELECT") {
            STATEMENTS.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

/// How many statements a call reads with, and how many resources it gives.
async fn cost(app: &TestApp, path: &str) -> (usize, u64) {
    app.recorder.flush().await;
    // The token is looked up once in half a second, whatever is asked for.
    app.get("/ServiceProviderConfig").await.expect(StatusCode::OK);
    STATEMENTS.store(0, Ordering::SeqCst);
    let answer = app.get(path).await.expect(StatusCode::OK);
    // The last statement may be told of a moment after its rows are here.
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
    // Both kinds on one page: what each costs, once.
    let (border, _) = cost(&app, "/?startIndex=40&count=50").await;
    assert!((1..=8).contains(&border), "{border}");
}

#[tokio::test]
async fn on_either_database() {
    tracing::subscriber::set_global_default(Counter).unwrap();
    a_page_of_any_length_costs_the_same_statements(TestApp::sqlite().await).await;
    a_page_of_any_length_costs_the_same_statements(TestApp::postgres().await).await;
}
