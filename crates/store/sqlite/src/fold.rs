//! Several units of work in one transaction, each in a savepoint.

use crate::{
    Connection as Tx, connect::is_busy, dialect, log::Head, patience::Patience, queue::Job, sql::error::cause,
};
use domain::{
    Error, Result,
    store::{Caller, Unit},
};
use futures_util::FutureExt;
use sqlx::SqliteConnection;
use std::panic::AssertUnwindSafe;

/// Why a transaction failed, and all of its units with it.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    text: String,
    /// Whether the disk is full.
    pub(crate) full: bool,
    /// Whether another process was writing.
    pub(crate) busy: bool,
    /// Whether the last unit that was started was interrupted.
    pub(crate) interrupted: bool,
}

impl Failure {
    /// The error for the callers.
    pub(crate) fn error(&self) -> Error {
        Error::Unavailable(self.text.clone().into())
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        let full = error.as_database_error().is_some_and(dialect::is_full);
        Self { text: error.to_string(), full, busy: is_busy(&error), interrupted: false }
    }
}

/// Runs units in one transaction; after the last one it asks `more` for another. An error fails all of them, and
/// nothing is kept.
pub(crate) async fn transact(
    connection: &mut SqliteConnection,
    head: &mut Option<Head>,
    patience: &Patience,
    jobs: &mut Vec<Job>,
    more: &mut dyn FnMut() -> Option<Job>,
) -> Result<Vec<Result<()>>, Failure> {
    let outcomes = within(connection, head, patience, jobs, more).await;
    if outcomes.is_err() {
        *head = None;
        // SQLite itself ends the transaction when the disk is full; then there is none to roll back.
        let _ = run(connection, "ROLLBACK").await;
    }
    outcomes
}

async fn within(
    connection: &mut SqliteConnection,
    head: &mut Option<Head>,
    patience: &Patience,
    jobs: &mut Vec<Job>,
    more: &mut dyn FnMut() -> Option<Job>,
) -> Result<Vec<Result<()>>, Failure> {
    let mut outcomes = Vec::with_capacity(jobs.len());
    // Each separate statement would be a round trip to the connection's thread.
    run(connection, "BEGIN IMMEDIATE; SAVEPOINT unit").await?;
    while let Some(job) = jobs.get(outcomes.len()) {
        if job.caller == Caller::Directory {
            patience.begin();
        }
        let outcome = guarded(connection, head, &*job.unit).await;
        patience.end();
        let failed = outcome.is_err();
        if let Err(error) = &outcome
            && let Some(failure) = broken(error)
        {
            return Err(failure);
        }
        if failed {
            *head = None;
        }
        outcomes.push(outcome);
        if outcomes.len() == jobs.len() {
            jobs.extend(more());
        }
        let last = outcomes.len() == jobs.len();
        let next = match (failed, last) {
            (false, false) => "RELEASE unit; SAVEPOINT unit",
            (false, true) => concat!(dialect::index_texts!(), "COMMIT"),
            (true, false) => "ROLLBACK TO unit",
            (true, true) => concat!("ROLLBACK TO unit; ", dialect::index_texts!(), "COMMIT"),
        };
        run(connection, next).await?;
    }
    Ok(outcomes)
}

/// The failure of the whole transaction that a unit's error means, if the storage itself failed.
fn broken(error: &Error) -> Option<Failure> {
    let cause = cause(error)?;
    let database = cause.as_database_error()?;
    let interrupted = dialect::is_interrupted(database);
    if !interrupted && !dialect::is_broken(database) {
        return None;
    }
    Some(Failure { text: cause.to_string(), full: dialect::is_full(database), busy: is_busy(cause), interrupted })
}

/// Runs one unit; a panic is an error of that unit alone.
async fn guarded(connection: &mut SqliteConnection, head: &mut Option<Head>, unit: &dyn Unit) -> Result<()> {
    let mut tx = Tx(connection, head);
    let outcome = AssertUnwindSafe(unit.run(&mut tx)).catch_unwind().await;
    outcome.unwrap_or_else(|_| Err(Error::Unavailable("the unit of work panicked".into())))
}

pub(crate) async fn run(connection: &mut SqliteConnection, statement: &'static str) -> sqlx::Result<()> {
    sqlx::query(statement).execute(connection).await.map(drop)
}
