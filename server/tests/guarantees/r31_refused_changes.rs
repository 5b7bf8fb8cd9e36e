//! R31: a change that is refused after the database has begun to write it costs the same as one that succeeds, and a
//! change that can be refused before that is.

use crate::{
    guarantees::r01c_budgets::stored,
    support::{TestApp, json},
};
use axum::http::StatusCode;
use sqlx::{Connection, PgConnection};

on_both!(r31_what_a_refused_change_wrote_is_charged);

async fn spent(app: &TestApp) -> u64 {
    stored(app, app.host.tokens().await.unwrap()[0].id).await
}

async fn r31_what_a_refused_change_wrote_is_charged(app: TestApp) {
    let ada = app.user("ada@corp.example").await;
    app.user("eve@corp.example").await;
    app.group("staff").await;
    let team = app.group("team").await;
    let large = "x".repeat(50_000);
    let before = spent(&app).await;
    app.post("/Users", json!({"userName": "EVE@corp.example", "urn:x:Test": {"pad": large}}))
        .await
        .expect(StatusCode::CONFLICT);
    let created = spent(&app).await;
    assert!(created - before > 50_000, "{before} {created}");
    let rename = json!([{"op": "replace", "path": "userName", "value": "eve@corp.example"},
        {"op": "add", "value": {"urn:x:Test": {"pad": large}}}]);
    app.patch(&format!("/Users/{ada}"), rename).await.expect(StatusCode::CONFLICT);
    let changed = spent(&app).await;
    assert!(changed - created > 50_000, "{created} {changed}");
    let rename = json!([{"op": "replace", "path": "displayName", "value": "Staff"},
        {"op": "add", "value": {"urn:x:Test": {"pad": large}}}]);
    app.patch(&format!("/Groups/{team}"), rename).await.expect(StatusCode::CONFLICT);
    assert!(spent(&app).await - changed > 50_000);
}

/// What is rolled back stays in the table's file until it is vacuumed.
#[tokio::test]
async fn r31_a_key_too_long_is_refused_before_anything_is_written() {
    let app = TestApp::postgres().await;
    let large = json!({"userName": "ada", "urn:x:Test": {"pad": "x".repeat(50_000)}});
    let ada = app.post("/Users", large.clone()).await.expect(StatusCode::CREATED).id();
    let mail = json!([{"value": format!("{}@x", "m".repeat(2_100))}]);
    let before = size_of_users(&app).await;
    for number in 0..40 {
        let add = json!([{"op": "add", "path": "emails", "value": mail}]);
        app.patch(&format!("/Users/{ada}"), add).await.expect(StatusCode::BAD_REQUEST);
        let mut other = large.clone();
        other["userName"] = json!(format!("eve{number}"));
        other["emails"] = mail.clone();
        app.post("/Users", other).await.expect(StatusCode::BAD_REQUEST);
    }
    assert_eq!(size_of_users(&app).await, before);
}

async fn size_of_users(app: &TestApp) -> i64 {
    let mut connection = PgConnection::connect(app.database.url()).await.unwrap();
    sqlx::query_scalar("SELECT pg_total_relation_size('users')").fetch_one(&mut connection).await.unwrap()
}
