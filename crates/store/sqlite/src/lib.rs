//! The store on SQLite: four connections for reading, and one for writing that a thread owns.

mod backup;
mod beside;
mod connect;
mod connection;
mod dialect;
mod disk;
mod fold;
mod log;
mod mark;
mod open;
mod patience;
mod private;
mod queue;
mod readers;
mod restore;
// Shared with the crate for Postgres, and compiled in each against its own database.
#[path = "../../sql/mod.rs"]
mod sql;
mod turn;
mod wal;
mod writer;

pub use backup::{Backup, backup};
pub use restore::{Restore, restore};

use async_trait::async_trait;
use connect::{PAUSE, is_busy};
use connection::{Connection, Db};
use disk::Disk;
use domain::{
    Error, Result,
    store::{Caller, Database, Health, Store, Unit},
};
use log::Head;
use mark::Mark;
use readers::Readers;
use sqlx::Connection as _;
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use turn::{Host, Turns, is_patient};
use wal::Wal;
use writer::Writer;

struct SqliteStore {
    disk: Arc<Disk>,
    readers: Readers,
    writer: Writer,
    file: PathBuf,
    mark: Mutex<Option<Mark>>,
}

impl SqliteStore {
    fn mark(&self) -> MutexGuard<'_, Option<Mark>> {
        self.mark.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the log has this event, or had it until it was removed for its age.
    async fn knows(&self, (seq, hash): Head) -> Result<bool> {
        let mut reader = self.readers.acquire(Caller::Other).await?;
        let row = sqlx::query!(
            r#"SELECT (SELECT MIN(seq) FROM audit_events) AS "first: i64",
                (SELECT COALESCE(hash, zeroblob(32)) FROM audit_events WHERE seq = $1) AS "hash: Vec<u8>""#,
            seq
        );
        let row = row.fetch_one(reader.connection()?).await.map_err(sql::failed)?;
        reader.finish();
        Ok(row.hash.map_or(row.first.is_some_and(|first| first > seq), |found| found == hash))
    }
}

/// Opens the database in a file, creating it if there is none, and brings its tables up to date. Other processes may do
/// so at the same time.
///
/// # Errors
/// `Invalid` when a newer version has written the database, `Unavailable` when the file cannot be opened, when other
/// users of the machine may read it and that cannot be changed, when SQLite does not accept the settings that make a
/// commit durable, or while the database is being restored.
pub async fn open(file: &Path) -> Result<Store> {
    let mark = Mark::share(file)?;
    open_with(file, Some(mark), Turns::of_server(file)).await
}

/// Opens the database as [`open`] does, for a command of the host, which gets its turn to write however busy a server
/// is.
///
/// # Errors
/// Those of [`open`].
pub async fn open_for_host(file: &Path) -> Result<Store> {
    let mark = Mark::share(file)?;
    open_with(file, Some(mark), Turns::of_host(file)).await
}

/// Without a mark, nothing prevents a restore while the database is open.
async fn open_with(file: &Path, mark: Option<Mark>, mut turns: Turns) -> Result<Store> {
    private::tighten(file)?;
    let disk = Arc::new(Disk::of(file));
    let connection = match open::migrated(file, &mut turns).await {
        // Opening takes some space too, and a command that opens the database on a full disk may be meant to free some.
        Err(Error::Unavailable(_)) if disk.is_low() && disk.give_up_reserve() => open::migrated(file, &mut turns).await,
        opened => opened,
    };
    let (connection, readers) = (connection?, open::readers(file).await?);
    let writer = Writer::start(connection, disk.clone(), Wal::of(file, readers.of_directories()), turns).await?;
    Ok(Store::new(SqliteStore { disk, readers, writer, file: file.to_owned(), mark: Mutex::new(mark) }))
}

#[async_trait]
impl Database for SqliteStore {
    async fn write(&self, unit: Arc<dyn Unit>, caller: Caller) -> Result<()> {
        self.writer.run(unit, caller).await
    }

    async fn read(&self, unit: &dyn Unit, caller: Caller) -> Result<()> {
        let mut reader = self.readers.acquire(caller).await?;
        let outcome = unit.run(&mut Connection(reader.connection()?, &mut None)).await;
        // If the database failed, its statement may still be running.
        if !matches!(outcome, Err(Error::Unavailable(_))) {
            reader.finish();
        }
        outcome
    }

    async fn settle(&self) -> Result<()> {
        Ok(())
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

    async fn shrink(&self) -> Result<()> {
        let mut connection = open::writer(&self.file).await?;
        // Only a command of the host does this.
        let mut host = Host::of(&self.file);
        let turn = host.take().await;
        for statement in ["VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"] {
            while let Err(error) = sqlx::query(statement).execute(&mut connection).await {
                if !is_busy(&error) || !is_patient(Some(&turn)) {
                    return Err(sql::failed(error));
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
        drop(turn);
        connection.close().await.map_err(sql::failed)
    }

    fn health(&self) -> Health {
        self.writer.health()
    }

    async fn keep_reserve(&self) {
        let disk = self.disk.clone();
        // This is tried again soon, unless the runtime ends.
        let _ = tokio::task::spawn_blocking(move || disk.keep_reserve()).await;
    }

    async fn close(&self) {
        // The readers first: only the last connection can empty and remove the write-ahead log.
        self.readers.close().await;
        self.writer.close().await;
        drop(self.mark().take());
    }

    async fn is_put_back(&self) -> Result<bool> {
        let noted = self.mark().as_ref().map_or(Ok(None), Mark::read)?;
        match noted {
            Some(head) => Ok(!self.knows(head).await?),
            None => Ok(false),
        }
    }

    async fn leave_mark(&self) -> Result<()> {
        let mut reader = self.readers.acquire(Caller::Other).await?;
        let head = backup::head(reader.connection()?).await?;
        reader.finish();
        self.mark().as_ref().map_or(Ok(()), |mark| mark.write(head))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        Timestamp, TokenId,
        activity::{RecordKey, RecordQuery, Show},
        audit::{Action, EventQuery},
    };
    use sqlx::{QueryBuilder, Row};

    /// The plan that SQLite chooses for a statement.
    async fn plan(push: impl FnOnce(&mut QueryBuilder<Db>)) -> String {
        let folder = tempfile::tempdir().unwrap();
        let mut connection = open::writer(&folder.path().join("postern.db")).await.unwrap();
        open::migrate_now(&mut connection).await.unwrap();
        let mut sql = QueryBuilder::<Db>::new("EXPLAIN QUERY PLAN ");
        push(&mut sql);
        let steps = sql.build().fetch_all(&mut connection).await.unwrap();
        steps.iter().map(|step| step.get::<String, _>("detail") + "\n").collect()
    }

    #[tokio::test]
    async fn r15_events_are_found_by_an_index_whatever_is_asked_for() {
        let at = Timestamp::from_millis(0);
        let actions = vec![Action::TokenCreated, Action::TokenRevoked];
        let target = Some(uuid::Uuid::nil());
        let queries = [
            (EventQuery { actions: actions.clone(), ..EventQuery::default() }, "audit_events_action"),
            (EventQuery { actions: actions.clone(), since: Some(at), ..EventQuery::default() }, "audit_events_action"),
            (EventQuery { actions, target, ..EventQuery::default() }, "audit_events_target"),
            (EventQuery { target, ..EventQuery::default() }, "audit_events_target"),
            (EventQuery { since: Some(at), until: Some(at), ..EventQuery::default() }, "audit_events_at"),
        ];
        for (query, index) in queries {
            let plan = plan(|sql| sql::audit_log::push_page(sql, &query, None, 51)).await;
            assert!(plan.contains(index), "{query:?}: {plan}");
            assert!(!plan.contains("SCAN audit_events"), "{query:?}: {plan}");
        }
    }

    /// Otherwise a few refused calls would be searched for among ten million.
    #[tokio::test]
    async fn o39_calls_are_found_by_an_index_in_their_order() {
        let (token, target) = (Some(TokenId(uuid::Uuid::nil())), Some(uuid::Uuid::nil()));
        let key = RecordKey { at: Timestamp::from_millis(1), seq: 1 };
        let shown = [
            (Show::All, "activity_at"),
            (Show::Changes, "activity_changes"),
            (Show::Unchanged, "activity_unchanged"),
            (Show::Refused, "activity_refused"),
        ];
        for (show, index) in shown {
            let query = RecordQuery { show, ..RecordQuery::default() };
            let by_token = if show == Show::All { "activity_token" } else { index };
            for (query, index) in [
                (query.clone(), index),
                (RecordQuery { until: Some(key.at), ..query.clone() }, index),
                (RecordQuery { token, ..query.clone() }, by_token),
                (RecordQuery { target, ..query }, "activity_target"),
            ] {
                for before in [None, Some(key)] {
                    let plan = plan(|sql| sql::activity::push_page(sql, &query, before, 51)).await;
                    assert!(plan.contains(&format!("SEARCH a USING INDEX {index} ")), "{query:?}: {plan}");
                    assert!(!plan.contains("TEMP B-TREE"), "{query:?}: {plan}");
                }
            }
        }
    }
}
