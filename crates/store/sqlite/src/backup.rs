//! Backups: the whole database in one file, as it was at one moment, while a server continues.

use crate::{
    beside::{beside, folder},
    connect::{BUSY, connect},
    log::Head,
    open,
    private::open_private,
    sql,
};
use domain::{Error, Result};
use sqlx::{SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    fs::{self, File},
    path::{Path, absolute},
};

/// What a backup contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backup {
    /// The number and the hash of the last event of its audit log.
    pub head: Option<Head>,
    /// Whether this version of Postern made its tables, so that it can note the backup there.
    pub is_current: bool,
}

/// Writes a backup to a file that does not exist or is empty. The file is complete or absent, and other users of the
/// machine cannot read it. The tables are copied as they are.
///
/// # Errors
/// `Unavailable` with what to do: there is no database, the file is taken, or it cannot be written.
pub async fn backup(database: &Path, target: &Path) -> Result<Backup> {
    if !database.is_file() {
        return Err(refused(format!(
            "there is no database {}; run this in the server's folder, or with its --database-url",
            database.display()
        )));
    }
    if fs::metadata(target).is_ok_and(|found| found.is_dir() || found.len() > 0) {
        return Err(refused(format!("{} is there already; name another file", target.display())));
    }
    let part = absolute(beside(target, ".part")).map_err(|error| cannot_write(target, &error))?;
    let held = open_private(&part).map_err(|error| cannot_write(target, &error))?;
    held.try_lock().map_err(|_| refused(format!("another backup to {} is under way", target.display())))?;
    let outcome = write(database, target, &part, &held).await;
    if outcome.is_err() {
        // The rest of the file is useless, and the error says what matters.
        let _ = fs::remove_file(&part);
    }
    outcome
}

async fn write(database: &Path, target: &Path, part: &Path, held: &File) -> Result<Backup> {
    // A process that was killed may have left a partial file.
    held.set_len(0).map_err(|error| cannot_write(target, &error))?;
    let name = part.to_str().ok_or_else(|| refused("the name of the file must be UTF-8".to_owned()))?;
    let mut source = read_only(database).await?;
    let copied = sqlx::query("VACUUM INTO $1").bind(name).execute(&mut source).await;
    copied.map_err(|error| cannot_write(target, &error))?;
    let mut copy = read_only(part).await?;
    sound(&mut copy).await?;
    let version = open::version(&mut copy).await?;
    let head = if version >= CHAINED { head(&mut copy).await? } else { None };
    drop(copy);
    held.sync_all().map_err(|error| cannot_write(target, &error))?;
    fs::rename(part, target).and_then(|()| sync_folder(target)).map_err(|error| cannot_write(target, &error))?;
    Ok(Backup { head, is_current: version == open::newest() })
}

/// Events have had hashes since this migration.
const CHAINED: i64 = 2;

pub(crate) async fn read_only(file: &Path) -> Result<SqliteConnection> {
    let options = SqliteConnectOptions::new().filename(file).busy_timeout(BUSY).read_only(true);
    connect(&options).await.map_err(|error| open::cannot_open(file, error))
}

/// Refuses a database that is damaged.
pub(crate) async fn sound(connection: &mut SqliteConnection) -> Result<()> {
    let found = sqlx::query_scalar("PRAGMA integrity_check").fetch_all(connection).await;
    let found: Vec<String> = found.map_err(sql::failed)?;
    match found.first() {
        Some(first) if first == "ok" => Ok(()),
        first => Err(refused(format!("it is damaged: {}", first.map_or("nothing can be read", String::as_str)))),
    }
}

pub(crate) async fn head(connection: &mut SqliteConnection) -> Result<Option<Head>> {
    use domain::store::Audit;
    sql::Connection(connection, &mut None).audit_head().await
}

/// Makes a new name in a folder durable.
pub(crate) fn sync_folder(file: &Path) -> std::io::Result<()> {
    File::open(folder(file))?.sync_all()
}

pub(crate) fn refused(why: String) -> Error {
    Error::Unavailable(why.into())
}

fn cannot_write(target: &Path, error: &dyn std::fmt::Display) -> Error {
    refused(format!("cannot write the backup {}: {error}", target.display()))
}
