//! A unit of work that writes: one transaction, run again as a whole if the database asks for that.

use crate::sql::{
    self, Connection,
    error::{Cause, OutOfOrder},
};
use domain::{Error, Result, store::Unit};
use sqlx::{PgPool, Postgres, pool::PoolConnection};
use std::{
    hash::{BuildHasher, Hasher, RandomState},
    time::Duration,
};

/// How often a unit is run again at most.
const RETRIES: u32 = 5;

pub(crate) async fn run(pool: PgPool, unit: &dyn Unit) -> Result<()> {
    let mut attempt = 0;
    loop {
        let outcome = run_once(&pool, unit).await;
        match outcome {
            Err(error) if attempt < RETRIES && is_transient(&error) => {
                tokio::time::sleep(pause(attempt)).await;
                attempt += 1;
            }
            outcome => return outcome,
        }
    }
}

async fn run_once(pool: &PgPool, unit: &dyn Unit) -> Result<()> {
    let mut connection = pool.acquire().await.map_err(sql::failed)?;
    let mut transaction = Transaction::begin(&mut connection).await?;
    let outcome = unit.run(&mut transaction.connection()).await;
    transaction.end(outcome).await
}

/// An open transaction. Unless it has ended, its connection is closed when this is dropped: in the pool, the next unit
/// would run inside it. A transaction does not end when its unit panics or is dropped, or when the database cannot be
/// reached.
pub(crate) struct Transaction<'c> {
    connection: &'c mut PoolConnection<Postgres>,
    is_open: bool,
}

impl<'c> Transaction<'c> {
    pub(crate) async fn begin(connection: &'c mut PoolConnection<Postgres>) -> Result<Self> {
        let mut transaction = Self { connection, is_open: true };
        transaction.execute("BEGIN ISOLATION LEVEL READ COMMITTED").await?;
        Ok(transaction)
    }

    pub(crate) fn connection(&mut self) -> Connection<'_> {
        Connection(self.connection)
    }

    /// Commits what succeeded, and rolls back what failed, so that no other unit waits for its locks.
    pub(crate) async fn end(mut self, outcome: Result<()>) -> Result<()> {
        // If a statement has failed and the unit continued, COMMIT alone would roll back and report no error.
        let ended = self.execute(if outcome.is_ok() { "SELECT 1; COMMIT" } else { "ROLLBACK" }).await;
        self.is_open = ended.is_err();
        outcome.and(ended)
    }

    async fn execute(&mut self, statements: &'static str) -> Result<()> {
        sqlx::raw_sql(statements).execute(&mut **self.connection).await.map_err(sql::failed)?;
        Ok(())
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if self.is_open {
            self.connection.close_on_drop();
        }
    }
}

/// A conflict with another transaction (40001, 40P01), for which Postgres has rolled this one back, or a conflict that
/// was foreseen.
fn is_transient(error: &Error) -> bool {
    let Error::Unavailable(cause) = error else { return false };
    let code = cause.downcast_ref().and_then(|Cause(error)| error.as_database_error()?.code());
    matches!(code.as_deref(), Some("40001" | "40P01")) || cause.is::<OutOfOrder>()
}

/// A random pause of up to 10, 20, 40, … milliseconds, so that units that collided do not collide again.
fn pause(attempt: u32) -> Duration {
    let random = RandomState::new().build_hasher().finish();
    Duration::from_millis(random % (10 << attempt) + 1)
}
