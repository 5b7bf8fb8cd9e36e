//! The connections to read with. Not sqlx's pool: that asks each connection whether it is well whenever it comes back,
//! which for a file costs as much as a look-up and tells nothing.

use crate::open;
use domain::{Error, Result};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

/// How many units read at the same time.
const READERS: u32 = 4;

/// How long a unit may wait for a connection.
const ACQUIRE: Duration = Duration::from_secs(3);

/// Connections that wait for a unit.
pub(crate) struct Readers {
    free: Semaphore,
    idle: Mutex<Vec<SqliteConnection>>,
}

/// A connection on loan; it goes back when this is dropped.
pub(crate) struct Reader<'r> {
    /// There until it is dropped.
    connection: Option<SqliteConnection>,
    readers: &'r Readers,
    _permit: SemaphorePermit<'r>,
}

impl Readers {
    pub(crate) async fn open(options: &SqliteConnectOptions) -> sqlx::Result<Self> {
        let mut idle = Vec::new();
        for _ in 0..READERS {
            idle.push(open::connect(options).await?);
        }
        Ok(Self { free: Semaphore::new(idle.len()), idle: Mutex::new(idle) })
    }

    /// Lends a connection; the one that was used last, because it remembers most.
    pub(crate) async fn acquire(&self) -> Result<Reader<'_>> {
        let unavailable = |what: &'static str| Error::Unavailable(what.into());
        let permit = timeout(ACQUIRE, self.free.acquire()).await;
        let permit = permit.map_err(|_| unavailable("all connections to the database are in use"))?;
        let permit = permit.map_err(|_| unavailable("the database is closed"))?;
        Ok(Reader { connection: self.lock().pop(), readers: self, _permit: permit })
    }

    /// Waits for those who read, and closes all connections.
    pub(crate) async fn close(&self) {
        // Nobody closes but this, and all permits come back.
        let _ = self.free.acquire_many(READERS).await;
        self.free.close();
        let idle = std::mem::take(&mut *self.lock());
        for connection in idle {
            // It has written nothing.
            let _ = connection.close().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<SqliteConnection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reader<'_> {
    /// The connection.
    ///
    /// # Errors
    /// Never: it is there as long as this is.
    pub(crate) fn connection(&mut self) -> Result<&mut SqliteConnection> {
        self.connection.as_mut().ok_or_else(|| Error::Unavailable("the connection is gone".into()))
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        self.readers.lock().extend(self.connection.take());
    }
}
