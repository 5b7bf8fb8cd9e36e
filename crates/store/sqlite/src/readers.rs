//! The connections for reading. Not sqlx's pool: that pings the thread of each connection whenever the connection is
//! returned, which for a file costs as much as a look-up. Here only the connections of abandoned units are pinged:
//! their thread may still be running a statement.

use crate::{connect::connect, patience::INSTRUCTIONS};
use domain::{Error, Result, store::Caller};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// How many units read at the same time.
const READERS: u32 = 4;

/// How many of them directories may use at most: whatever directories read, a sign-in and the console find a
/// connection.
pub(crate) const OF_DIRECTORIES: u32 = 3;

/// How long a unit may wait for a connection.
const ACQUIRE: Duration = Duration::from_secs(3);

/// How long a unit may read: as long as a statement on Postgres.
const READ: Duration = Duration::from_secs(5);

/// Idle connections.
pub(crate) struct Readers {
    free: Arc<Semaphore>,
    of_directories: Arc<Semaphore>,
    idle: Idle,
    runtime: Handle,
}

#[derive(Clone, Default)]
struct Idle(Arc<Mutex<Vec<Line>>>);

/// A connection, and until when its statements may run.
struct Line {
    connection: SqliteConnection,
    deadline: Arc<Deadline>,
}

/// The time at which a statement is interrupted.
struct Deadline {
    start: Instant,
    /// In milliseconds since the start.
    millis: AtomicU64,
}

/// A borrowed connection. It is returned when this is dropped: at once if the unit has ended ([`Reader::finish`]), or
/// else after the statement, which is interrupted, has ended.
pub(crate) struct Reader<'r> {
    line: Option<Line>,
    permits: Option<(OwnedSemaphorePermit, Option<OwnedSemaphorePermit>)>,
    readers: &'r Readers,
}

impl Readers {
    pub(crate) async fn open(options: &SqliteConnectOptions) -> sqlx::Result<Self> {
        let idle = Idle::default();
        for _ in 0..READERS {
            let line = Line::new(connect(options).await?).await?;
            idle.lock().push(line);
        }
        let free = Arc::new(Semaphore::new(idle.lock().len()));
        let of_directories = Arc::new(Semaphore::new(OF_DIRECTORIES as usize));
        Ok(Self { free, of_directories, idle, runtime: Handle::current() })
    }

    /// The permits of directories: holding all of them keeps directories from reading.
    pub(crate) fn of_directories(&self) -> Arc<Semaphore> {
        self.of_directories.clone()
    }

    /// Borrows a connection: the one that was used last, because its cache is the fullest.
    ///
    /// # Errors
    /// `Unavailable` when all are in use for too long, or closed.
    pub(crate) async fn acquire(&self, caller: Caller) -> Result<Reader<'_>> {
        let unavailable = |what: &'static str| Error::Unavailable(what.into());
        let permits = timeout(ACQUIRE, async {
            let of_directories = match caller {
                Caller::Directory => Some(self.of_directories.clone().acquire_owned().await?),
                Caller::Other => None,
            };
            Ok((self.free.clone().acquire_owned().await?, of_directories))
        });
        let permits = permits.await.map_err(|_| unavailable("all connections to the database are in use"))?;
        let permits = permits.map_err(|_: tokio::sync::AcquireError| unavailable("the database is closed"))?;
        let line = self.idle.lock().pop();
        if let Some(line) = &line {
            line.deadline.allow(READ);
        }
        Ok(Reader { line, permits: Some(permits), readers: self })
    }

    /// Waits for running reads, and closes all connections.
    pub(crate) async fn close(&self) {
        // Only this closes the semaphore, and all permits come back.
        let _ = self.free.acquire_many(READERS).await;
        self.free.close();
        let idle = std::mem::take(&mut *self.idle.lock());
        for line in idle {
            // It has written nothing.
            let _ = line.connection.close().await;
        }
    }
}

impl Idle {
    fn lock(&self) -> MutexGuard<'_, Vec<Line>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    async fn new(mut connection: SqliteConnection) -> sqlx::Result<Self> {
        let deadline = Arc::new(Deadline { start: Instant::now(), millis: AtomicU64::new(u64::MAX) });
        let watched = deadline.clone();
        connection.lock_handle().await?.set_progress_handler(INSTRUCTIONS, move || !watched.has_passed());
        Ok(Self { connection, deadline })
    }
}

impl Deadline {
    /// Limits the time of the next statements.
    fn allow(&self, time: Duration) {
        let end = self.start.elapsed() + time;
        self.millis.store(u64::try_from(end.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn has_passed(&self) -> bool {
        self.start.elapsed().as_millis() >= self.millis.load(Ordering::Relaxed).into()
    }
}

impl Reader<'_> {
    /// The connection.
    ///
    /// # Errors
    /// `Unavailable` when a connection is missing, because the runtime that should have returned it has ended.
    pub(crate) fn connection(&mut self) -> Result<&mut SqliteConnection> {
        let line =
            self.line.as_mut().ok_or_else(|| Error::Unavailable("a connection to the database was lost".into()))?;
        Ok(&mut line.connection)
    }

    /// Returns the connection, which runs no statement any more.
    pub(crate) fn finish(mut self) {
        // The permits are released after the connection is back, because their next owner takes it.
        self.readers.idle.lock().extend(self.line.take());
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        let (Some(mut line), permits) = (self.line.take(), self.permits.take()) else { return };
        line.deadline.allow(Duration::ZERO);
        let idle = self.readers.idle.clone();
        self.readers.runtime.spawn(async move {
            // The answer comes after the thread has finished its statement. If there is no thread, the next unit gets
            // the error.
            let _ = line.connection.ping().await;
            idle.lock().push(line);
            drop(permits);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{open, sql};
    use futures_util::future::join_all;

    const ENDLESS: &str =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n WHERE i < 0";

    async fn four() -> (tempfile::TempDir, Readers) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("postern.db");
        open::writer(&file).await.unwrap().close().await.unwrap();
        let readers = open::readers(&file).await.unwrap();
        (folder, readers)
    }

    async fn run(readers: &Readers, caller: Caller, statement: &'static str) -> Result<i64> {
        let mut reader = readers.acquire(caller).await?;
        let found = sqlx::query_scalar(statement).fetch_one(reader.connection()?).await.map_err(sql::failed)?;
        reader.finish();
        Ok(found)
    }

    #[tokio::test]
    async fn reads_that_were_given_up_make_way_at_once() {
        let (_folder, readers) = four().await;
        for _ in 0..5 {
            let endless = || timeout(Duration::from_millis(50), run(&readers, Caller::Other, ENDLESS));
            for outcome in join_all((0..12).map(|_| endless())).await {
                assert!(outcome.is_err(), "{outcome:?}");
            }
        }
        let now = || timeout(Duration::from_secs(2), run(&readers, Caller::Other, "SELECT 7"));
        for outcome in join_all((0..4).map(|_| now())).await {
            assert_eq!(outcome.unwrap().unwrap(), 7);
        }
        // No connection is still busy, and none is lost.
        timeout(Duration::from_secs(2), readers.free.acquire_many(READERS)).await.unwrap().unwrap().forget();
        assert_eq!(readers.idle.lock().len(), 4);
    }

    #[tokio::test]
    async fn a_connection_that_is_at_a_statement_is_nobody_elses() {
        let (_folder, readers) = four().await;
        let mut reader = readers.acquire(Caller::Other).await.unwrap();
        let read = sqlx::query_scalar::<_, i64>(ENDLESS).fetch_one(reader.connection().unwrap());
        assert!(timeout(Duration::from_millis(50), read).await.is_err());
        drop(reader);
        // The task that waits for the statement has not run yet.
        assert_eq!((readers.free.available_permits(), readers.idle.lock().len()), (3, 3));
        readers.close().await;
        assert_eq!(readers.idle.lock().len(), 0, "closing waits for it");
    }

    #[tokio::test]
    async fn a_read_that_takes_too_long_is_an_error_and_costs_no_connection() {
        let (_folder, readers) = four().await;
        let mut reader = readers.acquire(Caller::Other).await.unwrap();
        let line = reader.line.as_ref().unwrap();
        let (end, elapsed) = (line.deadline.millis.load(Ordering::Relaxed), line.deadline.start.elapsed());
        assert!((1..=5_000).contains(&(u128::from(end) - elapsed.as_millis())), "five seconds are left");
        line.deadline.allow(Duration::from_millis(50));
        let read = sqlx::query_scalar::<_, i64>(ENDLESS).fetch_one(reader.connection().unwrap());
        let error = timeout(Duration::from_secs(10), read).await.unwrap().unwrap_err();
        // SQLITE_INTERRUPT.
        assert_eq!(error.as_database_error().and_then(|error| error.code()).as_deref(), Some("9"), "{error}");
        assert!(matches!(sql::failed(error), Error::Unavailable(_)), "as with the timeout of Postgres");
        drop(reader);
        for _ in 0..8 {
            assert_eq!(run(&readers, Caller::Other, "SELECT 7").await.unwrap(), 7);
        }
    }

    #[tokio::test]
    async fn directories_leave_a_connection_to_others() {
        let (_folder, readers) = four().await;
        let mut taken = Vec::new();
        for _ in 0..3 {
            taken.push(readers.acquire(Caller::Directory).await.unwrap());
        }
        let fourth = timeout(Duration::from_millis(50), readers.acquire(Caller::Directory));
        assert!(fourth.await.is_err());
        assert_eq!(run(&readers, Caller::Other, "SELECT 7").await.unwrap(), 7);
        taken.pop();
        assert_eq!(run(&readers, Caller::Directory, "SELECT 7").await.unwrap(), 7);
    }
}
