//! The store on Postgres: pools of connections for what directories read, for what they write and for all other
//! callers, and a task for each unit of work that writes.

mod connection;
mod dialect;
mod log;
mod open;
mod settle;
mod space;
// Shared with the crate for SQLite, and compiled in each against its own database.
#[path = "../../sql/mod.rs"]
mod sql;
mod unit;

pub use open::tool_arguments;

use async_trait::async_trait;
use connection::{Connection, Db};
use domain::{
    Error, Result,
    store::{Caller, Database, Health, Store, Unit},
};
use open::Pools;
use space::Space;
use sqlx::Connection as _;
use std::sync::Arc;

struct PostgresStore {
    pools: Pools,
    space: Arc<Space>,
}

/// Connects to the database that a `postgres://` URL names, and brings its tables up to date. Other processes may do so
/// at the same time.
///
/// # Errors
/// `Invalid` when the URL cannot be read or a newer version has written the database, `Unavailable` when the database
/// does not answer or refuses.
pub async fn open(url: &str) -> Result<Store> {
    open::migrate(url).await?;
    Ok(Store::new(PostgresStore { pools: open::pools(url).await?, space: Arc::default() }))
}

#[async_trait]
impl Database for PostgresStore {
    async fn write(&self, unit: Arc<dyn Unit>, caller: Caller) -> Result<()> {
        if !self.space.admits(caller) {
            return Err(Error::NoRoom);
        }
        // A task of its own: a caller that goes away cannot cut the transaction.
        let (pool, space) = (self.pools.to_write(caller).clone(), self.space.clone());
        let task = tokio::spawn(async move {
            let outcome = unit::run(pool, &*unit).await;
            unit.ended();
            space.learn(caller, outcome)
        });
        task.await.unwrap_or_else(|panic| Err(Error::Unavailable(panic.into())))
    }

    async fn read(&self, unit: &dyn Unit, caller: Caller) -> Result<()> {
        let mut connection = self.pools.to_read(caller).acquire().await.map_err(sql::failed)?;
        unit.run(&mut Connection(&mut connection)).await
    }

    async fn settle(&self) -> Result<()> {
        settle::run(&self.pools.others).await
    }

    async fn ping(&self) -> Result<()> {
        sqlx::query!("SELECT id FROM settings").fetch_one(&self.pools.others).await.map_err(sql::failed)?;
        Ok(())
    }

    async fn shrink(&self) -> Result<()> {
        // The freed space is used for new rows; only VACUUM FULL, which locks the table, would make the files smaller.
        // There is no time limit, so the connection is not used again.
        let mut connection = self.pools.others.acquire().await.map_err(sql::failed)?.detach();
        for statement in ["SET statement_timeout = 0", "VACUUM audit_events"] {
            sqlx::query(statement).execute(&mut connection).await.map_err(sql::failed)?;
        }
        connection.close().await.map_err(sql::failed)
    }

    fn health(&self) -> Health {
        self.space.health()
    }

    async fn close(&self) {
        for pool in [&self.pools.readers, &self.pools.writers, &self.pools.others] {
            pool.close().await;
        }
    }

    async fn is_put_back(&self) -> Result<bool> {
        let moved = sqlx::query_scalar!(
            r#"SELECT place IS NOT NULL AND place <> 'upkeep'::regclass::oid::bigint AS "moved!" FROM upkeep"#
        );
        moved.fetch_one(&self.pools.others).await.map_err(sql::failed)
    }

    async fn leave_mark(&self) -> Result<()> {
        let note = sqlx::query!(
            "UPDATE upkeep SET place = 'upkeep'::regclass::oid::bigint
            WHERE place IS DISTINCT FROM 'upkeep'::regclass::oid::bigint"
        );
        note.execute(&self.pools.others).await.map_err(sql::failed)?;
        Ok(())
    }
}
