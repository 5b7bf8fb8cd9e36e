//! Lists take turns by token, so that slow lists of one token leave the others a connection for reading.

use crate::support::{TestApp, json};
use axum::http::{StatusCode, header};
use std::time::Duration;

on_both!(r42_a_token_whose_lists_take_long_reads_no_others);

async fn r42_a_token_whose_lists_take_long_reads_no_others(app: TestApp) {
    let id = app.user("ada").await;
    let group = app.group("Owners").await;
    let limits = server::ServerLimits { lists_each: 0, list_turn: Duration::ZERO, ..server::ServerLimits::default() };
    let app = app.another_with(limits).await;
    for path in ["/Users", "/Users?filter=userName+eq+%22ada%22", "/Groups", "/?filter=id+pr"] {
        let answer = app.get(path).await.expect(StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(answer.header(header::RETRY_AFTER), "1", "{path}");
    }
    for path in ["/.search", "/Users/.search", "/Groups/.search"] {
        app.post(path, json!({})).await.expect(StatusCode::TOO_MANY_REQUESTS);
    }
    // No other call waits for them.
    for path in [&format!("/Users/{id}"), &format!("/Groups/{group}"), "/Schemas", "/ServiceProviderConfig"] {
        app.get(path).await.expect(StatusCode::OK);
    }
    app.patch(&format!("/Users/{id}"), json!([{"op": "replace", "path": "title", "value": "x"}])).await;
    app.delete(&format!("/Users/{id}")).await.expect(StatusCode::NO_CONTENT);
}
