//! The store on Postgres: a pool of connections, and a task for each unit of work that writes.

mod dialect;
mod open;
// Shared with the crate for SQLite, and compiled in each against its own database.
#[path = "../../sql/mod.rs"]
mod sql;
mod unit;

use async_trait::async_trait;
use domain::{
    Error, Result,
    store::{Caller, Database, Store, Unit},
};
use sql::Head;
use sqlx::PgPool;
use std::sync::{Arc, Mutex};

type Db = sqlx::Postgres;

struct PostgresStore {
    pool: PgPool,
    head: Arc<Mutex<Option<Head>>>,
}

/// Connects to the database that a `postgres://` URL names, and brings its tables up to date. Other processes may do so
/// at the same time.
///
/// # Errors
/// `Invalid` when the URL cannot be read or a newer version has written the database, `Unavailable` when the database
/// does not answer or refuses.
pub async fn open(url: &str) -> Result<Store> {
    open::migrate(url).await?;
    let pool = open::pool(url).await?;
    Ok(Store::new(PostgresStore { pool, head: Arc::default() }))
}

#[async_trait]
impl Database for PostgresStore {
    async fn write(&self, unit: Arc<dyn Unit>) -> Result<()> {
        // A task of its own: a caller that goes away cannot cut the transaction.
        let (pool, head) = (self.pool.clone(), self.head.clone());
        let task = tokio::spawn(async move {
            let outcome = unit::run(pool, head, &*unit).await;
            unit.ended();
            outcome
        });
        task.await.unwrap_or_else(|panic| Err(Error::Unavailable(panic.into())))
    }

    async fn read(&self, unit: &dyn Unit, _: Caller) -> Result<()> {
        let mut connection = self.pool.acquire().await.map_err(sql::failed)?;
        unit.run(&mut sql::Connection(&mut connection, &mut None)).await
    }

    async fn ping(&self) -> Result<()> {
        sqlx::query!("SELECT id FROM settings").fetch_one(&self.pool).await.map_err(sql::failed)?;
        Ok(())
    }

    async fn close(&self) {
        self.pool.close().await;
    }
}
