//! The store on SQLite: four connections to read with, and one to write with that a thread owns.

mod dialect;
mod open;
mod readers;
// Shared with the crate for Postgres, and compiled in each against its own database.
#[path = "../../sql/mod.rs"]
mod sql;
mod writer;

use async_trait::async_trait;
use domain::{
    Error, Result,
    store::{Caller, Database, Store, Unit},
};
use readers::Readers;
use std::{path::Path, sync::Arc};
use writer::Writer;

type Db = sqlx::Sqlite;

struct SqliteStore {
    readers: Readers,
    writer: Writer,
}

/// Opens the database in a file, making the file where there is none and bringing its tables up to date. Other processes
/// may do so at the same time.
///
/// # Errors
/// `Invalid` when a newer version has written the database, `Unavailable` when the file cannot be opened or SQLite does
/// not take the settings that make a commit durable.
pub async fn open(file: &Path) -> Result<Store> {
    let mut connection = open::writer(file).await?;
    open::migrate(&mut connection).await?;
    let readers = open::readers(file).await?;
    let writer = Writer::start(connection)?;
    Ok(Store::new(SqliteStore { readers, writer }))
}

#[async_trait]
impl Database for SqliteStore {
    async fn write(&self, unit: Arc<dyn Unit>) -> Result<()> {
        self.writer.run(unit).await
    }

    async fn read(&self, unit: &dyn Unit, caller: Caller) -> Result<()> {
        let mut reader = self.readers.acquire(caller).await?;
        let outcome = unit.run(&mut sql::Connection(reader.connection()?, &mut None)).await;
        // Where the database failed, its statement may not have ended.
        if !matches!(outcome, Err(Error::Unavailable(_))) {
            reader.finish();
        }
        outcome
    }

    async fn ping(&self) -> Result<()> {
        if !self.writer.is_running() {
            return Err(Error::Unavailable("the writer has ended".into()));
        }
        let mut reader = self.readers.acquire(Caller::Other).await?;
        sqlx::query!("SELECT id FROM settings").fetch_one(reader.connection()?).await.map_err(sql::failed)?;
        reader.finish();
        Ok(())
    }

    async fn close(&self) {
        // The readers first: only the last connection can empty and remove the write-ahead log.
        self.readers.close().await;
        self.writer.close().await;
    }
}
