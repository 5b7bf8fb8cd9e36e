//! What other programs and callers do to the machine, the database and the connections while the server runs.

use anyhow::{Context, Result, ensure};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use sqlx::{Connection, PgConnection, SqliteConnection};
use std::{
    fs::File,
    io::Write,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpSocket, TcpStream},
    process::Command,
};

/// How long each fault lasts: longer than a caller waits for a connection to the database.
pub(crate) const TIME: Duration = Duration::from_secs(4);

/// How many half requests are sent from each network, and the networks.
const HALVES: u8 = 250;
const NETWORKS: u8 = 4;

/// A small disk in memory for a folder, unmounted when this is dropped.
pub(crate) struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts it.
    ///
    /// # Errors
    /// If that is not allowed: `unshare --mount` makes a namespace in which it is.
    pub(crate) async fn mount(folder: &Path) -> Result<Self> {
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", "size=384m", "tmpfs"]).arg(folder);
        ensure!(command.status().await?.success(), "no disk can be mounted: run this as `cargo xtask faults`");
        Ok(Self(folder.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Files that are still open are freed with the last process that uses them.
        let _ = std::process::Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

/// A file that takes up all free space until this is dropped.
pub(crate) struct Filler(PathBuf);

/// Fills a folder's disk to the last byte.
pub(crate) fn fill(folder: &Path) -> Result<Filler> {
    let filler = Filler(folder.join("filler"));
    let mut file = File::create(&filler.0)?;
    // Ever smaller blocks, until not a byte fits.
    for block in [1024 * 1024, 4096, 1] {
        let block = vec![7; block];
        while file.write_all(&block).is_ok() {}
    }
    Ok(filler)
}

impl Drop for Filler {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Locks the table of users against every change, as building an index does, until the connection is dropped.
pub(crate) async fn lock_users(url: &str) -> Result<PgConnection> {
    let mut connection = PgConnection::connect(url).await.context("no connection is left to lock the users with")?;
    sqlx::raw_sql("BEGIN; LOCK TABLE users IN SHARE MODE").execute(&mut connection).await?;
    Ok(connection)
}

/// Commits a transaction on Postgres that only writes a record to its log.
pub(crate) async fn commits(url: &str) -> Result<()> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::raw_sql("SELECT pg_logical_emit_message(true, 'faults', '')").execute(&mut connection).await?;
    Ok(())
}

/// Makes SQLite move its log into the database and restart the log, from a process other than the server's.
pub(crate) async fn checkpoint(url: &str) -> Result<()> {
    let mut connection = SqliteConnection::connect(url).await?;
    // It waits for readers, and gives up if they do not end.
    sqlx::raw_sql("PRAGMA busy_timeout = 1000; PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await?;
    Ok(connection.close().await?)
}

/// Sends half a request on each of a thousand connections. The server must be running already: this process raises its
/// own limit of open files, which a server started later would inherit.
pub(crate) async fn half_requests(port: u16) -> Result<Vec<TcpStream>> {
    let files = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: files.maximum, ..files })?;
    let mut halves = Vec::new();
    for network in 1..=NETWORKS {
        for _ in 0..HALVES {
            let socket = TcpSocket::new_v4()?;
            socket.bind((Ipv4Addr::new(127, 70, network, 7), 0).into())?;
            let mut half = socket.connect((Ipv4Addr::LOCALHOST, port).into()).await?;
            // The server may have closed it already to make room for others.
            let _ =
                half.write_all(b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nname=").await;
            halves.push(half);
        }
    }
    Ok(halves)
}
