use crate::{readers::Readers, sql};
use domain::{Error, Result};
use sqlx::{
    ConnectOptions, Connection, SqliteConnection,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::{
    fs, io,
    path::Path,
    time::{Duration, Instant},
};

static MIGRATIONS: Migrator = sqlx::migrate!();

/// How long to wait for another process that writes, such as the command line beside the server.
const BUSY: Duration = Duration::from_secs(5);

/// How long to wait before the next try to connect.
const PAUSE: Duration = Duration::from_millis(20);

pub(crate) async fn writer(file: &Path) -> Result<SqliteConnection> {
    create(file).map_err(|error| cannot_open(file, error))?;
    let options = SqliteConnectOptions::new()
        .filename(file)
        .busy_timeout(BUSY)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        // With less, a power cut takes back what was acknowledged.
        .synchronous(SqliteSynchronous::Full);
    let mut connection = connect(&options).await.map_err(|error| cannot_open(file, error))?;
    check(&mut connection).await?;
    Ok(connection)
}

/// Connects. The first change to WAL is the one statement that SQLite does not wait with while another process is at
/// it, so it is tried again for as long as any other would wait.
pub(crate) async fn connect(options: &SqliteConnectOptions) -> sqlx::Result<SqliteConnection> {
    let began = Instant::now();
    loop {
        match options.connect().await {
            Err(error) if is_busy(&error) && began.elapsed() < BUSY => tokio::time::sleep(PAUSE).await,
            outcome => return outcome,
        }
    }
}

/// SQLITE_BUSY is 5; the higher bytes of the code tell why.
fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<u32>().ok());
    code.is_some_and(|code| code & 0xff == 5)
}

pub(crate) async fn readers(file: &Path) -> Result<Readers> {
    let options = SqliteConnectOptions::new().filename(file).busy_timeout(BUSY).read_only(true);
    Readers::open(&options).await.map_err(|error| cannot_open(file, error))
}

/// Brings the tables up to date.
pub(crate) async fn migrate(connection: &mut SqliteConnection) -> Result<()> {
    // SQLite has no lock for migrations; the one for writing keeps a second process waiting as well.
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(sql::failed)?;
    // Not `run`: its future cannot be sent to another thread.
    MIGRATIONS.run_direct(None, &mut *transaction, false).await.map_err(sql::not_migrated)?;
    transaction.commit().await.map_err(sql::failed)
}

/// Makes the file, if need be, so that nobody else on the machine can read it: it holds hashes.
fn create(file: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map(drop)
}

/// What was asked for is not always what is: a network share, for instance, cannot do WAL.
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

fn cannot_open(file: &Path, error: impl std::fmt::Display) -> Error {
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

    #[tokio::test]
    async fn a_reader_cannot_write() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("postern.db");
        migrate(&mut writer(&file).await.unwrap()).await.unwrap();
        let readers = readers(&file).await.unwrap();
        let mut reader = readers.acquire(Caller::Other).await.unwrap();
        assert!(sqlx::query("DELETE FROM settings").execute(reader.connection().unwrap()).await.is_err());
    }
}
