//! Replaces the database with a backup.

use crate::{
    backup::{read_only, refused, sound, sync_folder},
    beside::{adopt, beside, folder},
    connect::is_busy,
    mark::{Mark, in_use},
    open,
    private::open_private,
    sql,
    turn::Turns,
};
use domain::{Error, Result, store::Store};
use sqlx::{
    Connection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode},
};
use std::{
    fs, io,
    path::{Path, PathBuf, absolute},
};

/// A backup that was copied next to the database and brought up to date. Until [`Restore::finish`] the database is
/// unchanged, and no other process can open it.
pub struct Restore {
    store: Store,
    database: PathBuf,
    fresh: PathBuf,
    mark: Mark,
    old: Option<SqliteConnection>,
}

/// Copies a backup and checks it.
///
/// # Errors
/// `Unavailable` when a process has the database open, or the file is damaged or not a backup; `Invalid` when a newer
/// version has written it.
pub async fn restore(database: &Path, backup: &Path) -> Result<Restore> {
    let database = absolute(database).map_err(|error| open::cannot_open(database, error))?;
    is_backup(&database, backup)?;
    let mark = Mark::own(&database)?;
    let fresh = beside(&database, ".restoring");
    let staged = stage(&database, backup, &fresh, mark).await;
    if staged.is_err() {
        discard(&fresh);
    }
    staged
}

async fn stage(database: &Path, backup: &Path, fresh: &Path, mark: Mark) -> Result<Restore> {
    discard(fresh);
    let cannot = |error: io::Error| refused(format!("cannot copy {}: {error}", backup.display()));
    let mut copy = open_private(fresh).map_err(cannot)?;
    let mut source = fs::File::open(backup).map_err(cannot)?;
    io::copy(&mut source, &mut copy).and_then(|_| copy.sync_all()).map_err(cannot)?;
    drop(copy);
    let checked = check(fresh).await;
    checked.map_err(|error| match error {
        Error::Unavailable(why) => refused(format!("{} cannot be restored: {why}", backup.display())),
        other => other,
    })?;
    let store = crate::open_with(fresh, None, Turns::Alone).await?;
    // Last, so that a refused file leaves the database as it is.
    match close_off(database).await {
        Ok(old) => Ok(Restore { store, database: database.to_owned(), fresh: fresh.to_owned(), mark, old }),
        Err(error) => {
            store.close().await;
            Err(error)
        }
    }
}

impl Restore {
    /// The backup, up to date. Changes to it become part of the database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Replaces the database with it. The old database is kept, with `end` added to its name; returns that name if
    /// there was a database.
    ///
    /// # Errors
    /// `Unavailable`; the database is either unchanged or replaced.
    pub async fn finish(mut self, end: &str) -> Result<Option<PathBuf>> {
        let head = self.store.read((), |(), tx| Box::pin(async move { tx.audit_head().await })).await?;
        self.store.close().await;
        if let Some(old) = self.old.take() {
            old.close().await.map_err(sql::failed)?;
        }
        let kept = swap(&self.database, &self.fresh, end)
            .map_err(|error| refused(format!("cannot replace {}: {error}", self.database.display())))?;
        self.mark.write(head)?;
        Ok(kept)
    }
}

impl Drop for Restore {
    /// A copy that was not put in place is useless.
    fn drop(&mut self) {
        discard(&self.fresh);
    }
}

/// At every moment there is a complete database under the name.
fn swap(database: &Path, fresh: &Path, end: &str) -> io::Result<Option<PathBuf>> {
    for end in ["-wal", "-shm"] {
        // Closing has removed them; a remaining one would be taken for the new database's.
        if beside(fresh, end).exists() {
            return Err(io::Error::other("the backup could not be brought up to date"));
        }
    }
    let kept = beside(database, end);
    let is_there = database.exists();
    if is_there {
        adopt(fresh, database);
        fs::hard_link(database, &kept).or_else(|_| fs::copy(database, &kept).map(drop))?;
    } else {
        adopt(fresh, folder(database));
    }
    for end in ["-wal", "-shm"] {
        if beside(database, end).exists() {
            fs::rename(beside(database, end), beside(&kept, end))?;
        }
    }
    fs::rename(fresh, database)?;
    sync_folder(database)?;
    Ok(is_there.then_some(kept))
}

fn is_backup(database: &Path, backup: &Path) -> Result<()> {
    let full = |path: &Path| fs::canonicalize(path).ok();
    let found = full(backup).ok_or_else(|| refused(format!("there is no file {}", backup.display())))?;
    if full(database).is_some_and(|database| database == found) {
        return Err(refused(format!("{} is the database itself", backup.display())));
    }
    if fs::metadata(beside(backup, "-wal")).is_ok_and(|wal| wal.len() > 0) {
        return Err(refused(format!(
            "{} was copied from a live database: its last changes are in the file beside it that ends in -wal. Restore \
             what postern backup has written",
            backup.display()
        )));
    }
    Ok(())
}

/// Refuses a damaged file, and a database of another program.
async fn check(file: &Path) -> Result<()> {
    let mut connection = read_only(file).await?;
    sound(&mut connection).await?;
    let tables: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('_sqlx_migrations', 'settings', 'audit_events')",
    )
    .fetch_one(&mut connection)
    .await
    .map_err(sql::failed)?;
    connection.close().await.map_err(sql::failed)?;
    if tables == 3 { Ok(()) } else { Err(refused("it is not a database of Postern's".to_owned())) }
}

/// Checkpoints the database's write-ahead log and locks it, which works only if no other process has it open, including
/// an older version or SQLite's own shell. A damaged database may be the reason for the restore, so damage is no
/// obstacle.
async fn close_off(database: &Path) -> Result<Option<SqliteConnection>> {
    if !database.exists() {
        return Ok(None);
    }
    let options = SqliteConnectOptions::new()
        .filename(database)
        .busy_timeout(std::time::Duration::ZERO)
        .journal_mode(SqliteJournalMode::Delete)
        .locking_mode(SqliteLockingMode::Exclusive);
    let opened = async {
        let mut connection = SqliteConnection::connect_with(&options).await?;
        sqlx::query("BEGIN EXCLUSIVE").execute(&mut connection).await?;
        Ok(connection)
    };
    match opened.await {
        Ok(connection) => Ok(Some(connection)),
        Err(error) if is_busy(&error) => Err(in_use()),
        Err(_) => Ok(None),
    }
}

fn discard(fresh: &Path) {
    for end in ["", "-wal", "-shm", "-journal"] {
        // Usually there is none, and if it cannot be removed, it cannot be written either.
        let _ = fs::remove_file(beside(fresh, end));
    }
}
