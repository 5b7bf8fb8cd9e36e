//! A unit of work that writes: one transaction, run again as a whole where the database asks for that.

use crate::sql::{
    self, Connection, Head,
    error::{Cause, OutOfOrder},
};
use domain::{Error, Result, store::Unit};
use sqlx::{PgConnection, PgPool};
use std::{
    hash::{BuildHasher, Hasher, RandomState},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// How often a unit is run again at most.
const RETRIES: u32 = 5;

pub(crate) async fn run(pool: PgPool, head: Arc<Mutex<Option<Head>>>, unit: &dyn Unit) -> Result<()> {
    let mut attempt = 0;
    loop {
        let outcome = run_once(&pool, &head, unit).await;
        match outcome {
            Err(error) if attempt < RETRIES && is_transient(&error) => {
                tokio::time::sleep(pause(attempt)).await;
                attempt += 1;
            }
            outcome => return outcome,
        }
    }
}

async fn run_once(pool: &PgPool, shared: &Mutex<Option<Head>>, unit: &dyn Unit) -> Result<()> {
    let known = || shared.lock().unwrap_or_else(PoisonError::into_inner);
    let mut head = *known();
    let mut connection = pool.acquire().await.map_err(sql::failed)?;
    execute(&mut connection, "BEGIN ISOLATION LEVEL READ COMMITTED").await?;
    let outcome = unit.run(&mut Connection(&mut connection, &mut head)).await;
    match outcome {
        // Where a statement has failed and the unit went on, COMMIT alone would roll back and report no error.
        Ok(()) => {
            execute(&mut connection, "SELECT 1; COMMIT").await?;
            // Not before: what is not committed may never be.
            let mut known = known();
            *known = head.max(*known);
            Ok(())
        }
        Err(error) => {
            // So that nobody waits for its locks. Where it fails, the pool sees to the connection.
            let _ = execute(&mut connection, "ROLLBACK").await;
            Err(error)
        }
    }
}

async fn execute(connection: &mut PgConnection, statements: &'static str) -> Result<()> {
    sqlx::raw_sql(statements).execute(connection).await.map_err(sql::failed)?;
    Ok(())
}

/// A conflict with another transaction (40001, 40P01), of which Postgres has undone this one, or one that was seen ahead.
fn is_transient(error: &Error) -> bool {
    let Error::Unavailable(cause) = error else { return false };
    let code = cause.downcast_ref().and_then(|Cause(error)| error.as_database_error()?.code());
    matches!(code.as_deref(), Some("40001" | "40P01")) || cause.is::<OutOfOrder>()
}

/// Up to 10, 20, 40, … milliseconds, so that those who met do not meet again.
fn pause(attempt: u32) -> Duration {
    let random = RandomState::new().build_hasher().finish();
    Duration::from_millis(random % (10 << attempt) + 1)
}
