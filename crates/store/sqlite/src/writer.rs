//! The one writer. Units that wait are folded into one transaction, a savepoint each, and are acknowledged together
//! after its commit: one sync of the disk serves them all.

use crate::sql::{Connection as Tx, Head};
use domain::{Error, Result, store::Unit};
use futures_util::FutureExt;
use sqlx::{Connection, SqliteConnection};
use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
    thread,
};
use tokio::{
    runtime::Handle,
    sync::{mpsc, oneshot},
};

/// How many units share a transaction at most: none should wait long for its neighbours.
const FOLD: usize = 128;

/// How many units may wait before their callers do.
const QUEUE: usize = 1024;

struct Job {
    unit: Arc<dyn Unit>,
    done: oneshot::Sender<Result<()>>,
}

/// The way to the thread that writes. The thread owns its connection, so no caller that goes away can cut a transaction.
///
/// It is a thread of its own because a unit waits for its connection after each statement: the scheduler would be asked
/// each time to find the task a place.
pub(crate) struct Writer {
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    ended: Mutex<Option<oneshot::Receiver<()>>>,
}

impl Writer {
    /// Starts the thread.
    ///
    /// # Errors
    /// `Unavailable` when the system gives no thread.
    pub(crate) fn start(connection: SqliteConnection) -> Result<Self> {
        let (jobs, waiting) = mpsc::channel(QUEUE);
        let (end, ended) = oneshot::channel();
        let runtime = Handle::current();
        let thread = thread::Builder::new().name("writer".into());
        let started = thread.spawn(move || {
            runtime.block_on(work(connection, waiting));
            // Perhaps nobody waits for the end.
            let _ = end.send(());
        });
        started.map_err(|error| Error::Unavailable(error.into()))?;
        Ok(Self { jobs: Mutex::new(Some(jobs)), ended: Mutex::new(Some(ended)) })
    }

    /// Runs a unit and waits until it is durable.
    pub(crate) async fn run(&self, unit: Arc<dyn Unit>) -> Result<()> {
        let closed = || Error::Unavailable("the database is closed".into());
        let jobs = lock(&self.jobs).clone().ok_or_else(closed)?;
        let (done, outcome) = oneshot::channel();
        jobs.send(Job { unit, done }).await.map_err(|_| closed())?;
        // A caller that never asks for the outcome must not keep the writer from closing.
        drop(jobs);
        outcome.await.map_err(|_| closed())?
    }

    /// Whether units are still run.
    pub(crate) fn is_running(&self) -> bool {
        lock(&self.jobs).as_ref().is_some_and(|jobs| !jobs.is_closed())
    }

    /// Takes no more units, waits for those that are waiting, and closes the connection.
    pub(crate) async fn close(&self) {
        drop(lock(&self.jobs).take());
        let ended = lock(&self.ended).take();
        if let Some(ended) = ended {
            // It ends by itself once the last unit is done; there is nobody to tell if it did not.
            let _ = ended.await;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn work(mut connection: SqliteConnection, mut waiting: mpsc::Receiver<Job>) {
    let mut jobs = Vec::with_capacity(FOLD);
    let mut head = None;
    while waiting.recv_many(&mut jobs, FOLD).await > 0 {
        let outcomes = match transact(&mut connection, &mut head, &jobs).await {
            Ok(outcomes) => outcomes,
            Err(error) => {
                head = None;
                // SQLite ends the transaction by itself when the disk is full: then there is none to roll back.
                let _ = run(&mut connection, "ROLLBACK").await;
                jobs.iter().map(|_| Err(Error::Unavailable(error.to_string().into()))).collect()
            }
        };
        for (job, outcome) in jobs.drain(..).zip(outcomes) {
            job.unit.ended();
            // Whoever asked may have gone away; the unit is done nevertheless.
            let _ = job.done.send(outcome);
        }
    }
    // Closing empties the write-ahead log. Where that fails, the next start reads it.
    let _ = connection.close().await;
}

/// Runs units in one transaction. An error of this function concerns all of them: nothing is kept.
async fn transact(
    connection: &mut SqliteConnection,
    head: &mut Option<Head>,
    jobs: &[Job],
) -> sqlx::Result<Vec<Result<()>>> {
    let mut outcomes = Vec::with_capacity(jobs.len());
    // Each statement by itself is a way to the connection's thread and back.
    run(connection, "BEGIN IMMEDIATE; SAVEPOINT unit").await?;
    for (number, job) in (1..).zip(jobs) {
        let outcome = guarded(connection, head, &*job.unit).await;
        let (failed, last) = (outcome.is_err(), number == jobs.len());
        if failed {
            *head = None;
        }
        let next = match (failed, last) {
            (false, false) => "RELEASE unit; SAVEPOINT unit",
            (false, true) => "COMMIT",
            (true, false) => "ROLLBACK TO unit",
            (true, true) => "ROLLBACK TO unit; COMMIT",
        };
        run(connection, next).await?;
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

/// Runs one unit; a panic is an error of that unit alone.
async fn guarded(connection: &mut SqliteConnection, head: &mut Option<Head>, unit: &dyn Unit) -> Result<()> {
    let mut tx = Tx(connection, head);
    let outcome = AssertUnwindSafe(unit.run(&mut tx)).catch_unwind().await;
    outcome.unwrap_or_else(|_| Err(Error::Unavailable("the unit of work panicked".into())))
}

async fn run(connection: &mut SqliteConnection, statement: &'static str) -> sqlx::Result<()> {
    sqlx::query(statement).execute(connection).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open;
    use domain::{
        BreakGlassId, Timestamp,
        audit::{Action, Actor, Event},
        session::{Holder, SessionRecord},
        store::{Caller, Tx, Work},
    };
    use std::path::Path;

    /// Adds so many lines to the audit log.
    struct Lines(usize);

    impl Unit for Lines {
        fn run<'t>(&'t self, tx: &'t mut dyn Tx) -> Work<'t, ()> {
            let event = Event::new(Timestamp::from_millis(0), Actor::Host, None, Action::SignedOut);
            let event = event.on(uuid::Uuid::nil(), &"x".repeat(1000));
            Box::pin(async move {
                for _ in 0..self.0 {
                    tx.append_event(&event).await?;
                }
                Ok(())
            })
        }
    }

    /// Adds a session of an account that does not exist.
    struct Orphan;

    impl Unit for Orphan {
        fn run<'t>(&'t self, tx: &'t mut dyn Tx) -> Work<'t, ()> {
            let start = Timestamp::from_millis(0);
            let session = SessionRecord {
                key: [0; 32],
                holder: Some(Holder::BreakGlass(BreakGlassId(uuid::Uuid::nil()), 1)),
                signed_in: None,
                seen: start,
                address: None,
                agent: None,
                data: "{}".into(),
                expires: start,
            };
            Box::pin(async move { tx.insert_session(&session).await.map(drop) })
        }
    }

    /// Runs these units in one transaction, which fails as a whole, and then two lines, which must be all that is kept.
    async fn all_fail_together(trouble: &'static str, units: [Arc<dyn Unit>; 3]) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("postern.db");
        let mut connection = open::writer(&file).await.unwrap();
        open::migrate(&mut connection).await.unwrap();
        run(&mut connection, trouble).await.unwrap();
        let writer = Writer::start(connection).unwrap();
        // All of them wait before the first begins.
        for outcome in futures_util::future::join_all(units.map(|unit| writer.run(unit))).await {
            assert!(matches!(outcome, Err(Error::Unavailable(_))), "{outcome:?}");
        }
        writer.run(Arc::new(Lines(2))).await.unwrap();
        writer.close().await;
        assert_eq!(lines(&file).await, 2);
    }

    async fn lines(file: &Path) -> i64 {
        let readers = open::readers(file).await.unwrap();
        let mut reader = readers.acquire(Caller::Other).await.unwrap();
        sqlx::query_scalar("SELECT COUNT(*) FROM audit_events").fetch_one(reader.connection().unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn a_full_disk_costs_a_transaction_and_no_more() {
        // SQLite takes the whole transaction back when the second unit fills the disk.
        let units: [Arc<dyn Unit>; 3] = [Arc::new(Lines(1)), Arc::new(Lines(1_000)), Arc::new(Lines(1))];
        all_fail_together("PRAGMA max_page_count = 60", units).await;
    }

    #[tokio::test]
    async fn a_commit_that_fails_costs_a_transaction_and_no_more() {
        // The missing account is seen at the commit, which leaves the transaction open.
        let units: [Arc<dyn Unit>; 3] = [Arc::new(Lines(1)), Arc::new(Orphan), Arc::new(Lines(1))];
        all_fail_together("PRAGMA defer_foreign_keys = ON", units).await;
    }
}
