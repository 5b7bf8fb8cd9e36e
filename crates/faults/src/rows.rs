//! Queries to the database that bypass the product.

use anyhow::{Context, Result};
use sqlx::{Connection, PgConnection, SqliteConnection};

/// The version counts the changes, and each change has one event.
const ODD: &str = "SELECT
    (SELECT COUNT(*) FROM users WHERE version <> (SELECT COUNT(*) FROM audit_events WHERE target = users.id))
    + (SELECT COUNT(*) FROM groups WHERE version <> (SELECT COUNT(*) FROM audit_events WHERE target = groups.id))";

/// How many people and groups have a version that differs from the number of their events in the audit log.
pub(crate) async fn without_their_event(url: &str) -> Result<i64> {
    if url.starts_with("sqlite") {
        let mut connection = SqliteConnection::connect(url).await?;
        let whole: String = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut connection).await?;
        anyhow::ensure!(whole == "ok", "SQLite says: {whole}");
        Ok(sqlx::query_scalar(ODD).fetch_one(&mut connection).await?)
    } else {
        let mut connection = PgConnection::connect(url).await?;
        Ok(sqlx::query_scalar(ODD).fetch_one(&mut connection).await?)
    }
}

/// When a browser most recently became known by signing in, in milliseconds by the server's clock.
pub(crate) async fn newest_sign_in(url: &str) -> Result<i64> {
    const NEWEST: &str = "SELECT MAX(created) FROM break_glass_devices";
    let newest: Option<i64> = if url.starts_with("sqlite") {
        sqlx::query_scalar(NEWEST).fetch_one(&mut SqliteConnection::connect(url).await?).await?
    } else {
        sqlx::query_scalar(NEWEST).fetch_one(&mut PgConnection::connect(url).await?).await?
    };
    newest.context("no browser has signed in")
}
