use crate::{
    connect::{BUSY, PAUSE, connect, is_busy},
    readers::Readers,
    sql,
    turn::{Turns, is_patient},
    wal,
};
use domain::{Error, Result};
use sqlx::{
    Connection, SqliteConnection,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::{fs, io, path::Path};
use tokio::time::sleep;

static MIGRATIONS: Migrator = sqlx::migrate!();

pub(crate) async fn writer(file: &Path) -> Result<SqliteConnection> {
    create(file).map_err(|error| cannot_open(file, error))?;
    let options = SqliteConnectOptions::new()
        .filename(file)
        .busy_timeout(BUSY)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        // The space by which the write-ahead log has grown is freed when the log starts again.
        .pragma("journal_size_limit", wal::LONG.to_string())
        // With less, a power cut would undo acknowledged changes.
        .synchronous(SqliteSynchronous::Full);
    let mut connection = connect(&options).await.map_err(|error| cannot_open(file, error))?;
    check(&mut connection).await?;
    Ok(connection)
}

pub(crate) async fn readers(file: &Path) -> Result<Readers> {
    let options = SqliteConnectOptions::new().filename(file).busy_timeout(BUSY).read_only(true);
    Readers::open(&options).await.map_err(|error| cannot_open(file, error))
}

/// A connection for writing, to a database whose tables are up to date.
pub(crate) async fn migrated(file: &Path, turns: &mut Turns) -> Result<SqliteConnection> {
    let mut connection = writer(file).await?;
    // A command that only reads must not have to wait for writers.
    if !is_current(&mut connection).await {
        migrate(&mut connection, turns).await?;
    }
    Ok(connection)
}

/// Whether the tables are those of this version; false if this cannot be read.
async fn is_current(connection: &mut SqliteConnection) -> bool {
    let found = sqlx::query_as("SELECT version, checksum, success FROM _sqlx_migrations ORDER BY version");
    let found: Vec<(i64, Vec<u8>, bool)> = found.fetch_all(connection).await.unwrap_or_default();
    let known = MIGRATIONS.iter().map(|migration| (migration.version, &*migration.checksum, true));
    found.iter().map(|(version, checksum, success)| (*version, checksum.as_slice(), *success)).eq(known)
}

/// Brings the tables up to date. A command of the host does this in its turn, and retries while others write.
async fn migrate(connection: &mut SqliteConnection, turns: &mut Turns) -> Result<()> {
    let turn = turns.take().await;
    loop {
        match migrate_now(connection).await {
            Err(error) if sql::error::cause(&error).is_some_and(is_busy) && is_patient(turn.as_ref()) => {
                sleep(PAUSE).await
            }
            outcome => return outcome,
        }
    }
}

pub(crate) async fn migrate_now(connection: &mut SqliteConnection) -> Result<()> {
    // SQLite has no lock for migrations, but the lock for writing makes a second process wait as well.
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(sql::failed)?;
    // Not `run`: its future cannot be sent to another thread.
    MIGRATIONS.run_direct(None, &mut *transaction, false).await.map_err(sql::not_migrated)?;
    transaction.commit().await.map_err(sql::failed)
}

/// The last migration that this version knows.
pub(crate) fn newest() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// The last migration of a database.
pub(crate) async fn version(connection: &mut SqliteConnection) -> Result<i64> {
    let version = sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations").fetch_one(connection).await;
    let version: Option<i64> = version.map_err(sql::failed)?;
    Ok(version.unwrap_or_default())
}

/// Creates the file if there is none, so that other users of the machine cannot read it: it holds hashes.
fn create(file: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map(drop)
}

/// A setting is not always applied: for example, a network share cannot use WAL.
async fn check(connection: &mut SqliteConnection) -> Result<()> {
    let found: (String, i64, i64, i64) = sqlx::query_as(
        "SELECT journal_mode, synchronous, foreign_keys, timeout FROM pragma_journal_mode, pragma_synchronous,
            pragma_foreign_keys, pragma_busy_timeout",
    )
    .fetch_one(connection)
    .await
    .map_err(sql::failed)?;
    let full = 2;
    if found == ("wal".to_owned(), full, 1, BUSY.as_millis().try_into().unwrap_or(i64::MAX)) {
        Ok(())
    } else {
        let settings = format!("SQLite runs with {found:?} for journal_mode, synchronous, foreign_keys, busy_timeout");
        Err(Error::Unavailable(settings.into()))
    }
}

pub(crate) fn cannot_open(file: &Path, error: impl std::fmt::Display) -> Error {
    Error::Unavailable(format!("cannot open the database file {}: {error}", file.display()).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::store::Caller;

    #[tokio::test]
    async fn a_commit_that_a_power_cut_could_take_back_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut connection = writer(&folder.path().join("postern.db")).await.unwrap();
        check(&mut connection).await.unwrap();
        for (weaker, stronger) in [
            ("PRAGMA synchronous = NORMAL", "PRAGMA synchronous = FULL"),
            ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON"),
            ("PRAGMA journal_mode = DELETE", "PRAGMA journal_mode = WAL"),
        ] {
            sqlx::query(weaker).execute(&mut connection).await.unwrap();
            assert!(matches!(check(&mut connection).await, Err(Error::Unavailable(_))), "{weaker}");
            sqlx::query(stronger).execute(&mut connection).await.unwrap();
        }
        check(&mut connection).await.unwrap();
    }

    /// Before 3.51.3 a checkpoint with a second connection open could lose commits
    /// (<https://sqlite.org/wal.html#walresetbug>).
    #[tokio::test]
    async fn r19_sqlite_is_past_the_bug_that_lost_commits() {
        let folder = tempfile::tempdir().unwrap();
        let mut connection = writer(&folder.path().join("postern.db")).await.unwrap();
        let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&mut connection).await.unwrap();
        let numbers: Vec<u32> = version.split('.').map(|part| part.parse().unwrap()).collect();
        assert!(numbers >= vec![3, 51, 3], "{version}");
    }

    #[tokio::test]
    async fn a_reader_cannot_write() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("postern.db");
        migrate_now(&mut writer(&file).await.unwrap()).await.unwrap();
        let readers = readers(&file).await.unwrap();
        let mut reader = readers.acquire(Caller::Other).await.unwrap();
        assert!(sqlx::query("DELETE FROM settings").execute(reader.connection().unwrap()).await.is_err());
    }
}
