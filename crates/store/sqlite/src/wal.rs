//! The write-ahead log, kept from growing without end. SQLite starts it again from its beginning only when no
//! connection reads from it, and overlapping reads would never let that happen.

use crate::{beside::beside, fold::run, readers::OF_DIRECTORIES};
use sqlx::SqliteConnection;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// From this length on, directories stop reading until the log is empty.
pub(crate) const LONG: u64 = 32 * 1024 * 1024;

/// The log as its writer sees it.
pub(crate) struct Wal {
    file: PathBuf,
    /// A permit for each directory that may read.
    readers: Arc<Semaphore>,
    quiet: Option<oneshot::Receiver<OwnedSemaphorePermit>>,
}

impl Wal {
    pub(crate) fn of(database: &Path, readers: Arc<Semaphore>) -> Self {
        Self { file: beside(database, "-wal"), readers, quiet: None }
    }

    /// Closes the gate for directories' reads if the log is long. Running reads end by themselves, within seconds.
    pub(crate) fn watch(&mut self) {
        if self.quiet.is_some() || fs::metadata(&self.file).is_ok_and(|log| log.len() <= LONG) {
            return;
        }
        let (closed, quiet) = oneshot::channel();
        let readers = self.readers.clone();
        tokio::spawn(async move {
            if let Ok(gate) = readers.acquire_many_owned(OF_DIRECTORIES).await {
                // Without a writer there is nothing to wait for, and the gate opens again.
                let _ = closed.send(gate);
            }
        });
        self.quiet = Some(quiet);
    }

    /// Whether the gate is closed or closing.
    pub(crate) fn is_closing(&self) -> bool {
        self.quiet.is_some()
    }

    /// Waits until no directory is reading; for ever while the gate is open.
    pub(crate) async fn quiet(&mut self) -> Option<OwnedSemaphorePermit> {
        match &mut self.quiet {
            Some(quiet) => {
                let gate = quiet.await.ok();
                self.quiet = None;
                gate
            }
            None => std::future::pending().await,
        }
    }

    /// Empties the log into the database. The gate opens when this ends. It does not wait for an administrator who is
    /// reading: the next unit tries again.
    pub(crate) async fn empty(&self, connection: &mut SqliteConnection, _gate: OwnedSemaphorePermit) {
        let emptied = async {
            run(connection, "PRAGMA busy_timeout = 200").await?;
            let emptied = run(connection, "PRAGMA wal_checkpoint(TRUNCATE)").await;
            run(connection, "PRAGMA busy_timeout = 5000").await?;
            emptied
        };
        if let Err(error) = emptied.await {
            tracing::error!(%error, "the write-ahead log could not be emptied");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{disk::Disk, open, readers::Readers, turn::Turns, writer::Writer};
    use domain::{
        Timestamp, UserId,
        store::{Caller, Tx, Unit, Work},
        user::{Profile, User},
    };
    use tokio::sync::watch;

    /// Adds a user of one megabyte.
    struct Megabyte(u8);

    impl Unit for Megabyte {
        fn run<'t>(&'t self, tx: &'t mut dyn Tx) -> Work<'t, ()> {
            let start = Timestamp::from_millis(0);
            let profile = Profile {
                user_name: self.0.to_string(),
                external_id: None,
                display_name: None,
                given_name: None,
                family_name: None,
                employee_number: None,
                manager: None,
                active: true,
                emails: Vec::new(),
                values: Some(Vec::new()),
                document: "x".repeat(1024 * 1024),
            };
            let id = UserId(uuid::Uuid::from_u128(self.0.into()));
            let user = User { id, version: 1, created: start, changed: start, profile };
            Box::pin(async move { tx.insert_user(&user).await })
        }
    }

    /// Reads for a directory, again and again, each time until this many more units are written.
    async fn read(readers: Arc<Readers>, mut written: watch::Receiver<u64>, units: u64) {
        loop {
            let mut reader = readers.acquire(Caller::Directory).await.unwrap();
            let until = *written.borrow() + units;
            run(reader.connection().unwrap(), "BEGIN").await.unwrap();
            run(reader.connection().unwrap(), "SELECT id FROM settings").await.unwrap();
            let ended = written.wait_for(|written| *written >= until).await.is_err();
            run(reader.connection().unwrap(), "COMMIT").await.unwrap();
            reader.finish();
            if ended {
                return;
            }
        }
    }

    #[tokio::test]
    async fn r12_reads_that_overlap_do_not_let_the_log_grow_without_end() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("postern.db");
        let connection = open::migrated(&file, &mut Turns::Alone).await.unwrap();
        let readers = Arc::new(open::readers(&file).await.unwrap());
        let wal = Wal::of(&file, readers.of_directories());
        let writer = Writer::start(connection, Arc::new(Disk::of(&file)), wal, Turns::Alone).await.unwrap();
        let (count, written) = watch::channel(0);
        let reads: Vec<_> = [2, 3, 5].map(|units| tokio::spawn(read(readers.clone(), written.clone(), units))).into();
        let mut longest = 0;
        for number in 0..130 {
            writer.run(Arc::new(Megabyte(number)), Caller::Directory).await.unwrap();
            count.send_modify(|count| *count += 1);
            longest = longest.max(fs::metadata(beside(&file, "-wal")).unwrap().len());
        }
        drop(count);
        for read in reads {
            read.await.unwrap();
        }
        assert!((LONG..2 * LONG).contains(&longest), "{longest} bytes");
        assert!(fs::metadata(beside(&file, "-wal")).unwrap().len() <= 2 * LONG);
    }
}
