//! The only writer. Waiting units are folded into one transaction and are acknowledged together after its commit: one
//! sync of the disk serves them all. Those of administrators go first.

use crate::{
    connect::PAUSE,
    disk::Disk,
    fold::{Failure, transact},
    log::Head,
    patience::Patience,
    queue::{Job, Queues, Taken, Waiting, closed, gave_way, queues},
    sql::failed,
    turn::{Host, Turns, is_patient},
    wal::Wal,
};
use domain::{
    Error, Result,
    store::{Caller, Health, Unit},
};
use sqlx::{Connection, SqliteConnection};
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};
use tokio::{runtime::Handle, select, sync::oneshot, time::sleep};

/// The handle of the thread that writes. The thread owns its connection, so a caller that goes away cannot cut a
/// transaction short.
///
/// It is a thread of its own because a unit waits for its connection after each statement: a task would have to be
/// scheduled each time.
pub(crate) struct Writer {
    queues: Mutex<Option<Queues>>,
    ended: Mutex<Option<oneshot::Receiver<()>>>,
    state: Arc<State>,
}

/// What the thread and its users know of the disk.
struct State {
    disk: Arc<Disk>,
    failing: AtomicBool,
}

impl Writer {
    /// Starts the thread.
    ///
    /// # Errors
    /// `Unavailable` when the system cannot start a thread.
    pub(crate) async fn start(
        mut connection: SqliteConnection,
        disk: Arc<Disk>,
        wal: Wal,
        turns: Turns,
    ) -> Result<Self> {
        let (way, host) = turns.split();
        let patience = Patience::over(&mut connection).await.map_err(failed)?;
        let (queues, waiting) = queues(disk.clone(), way, patience.clone());
        let (end, ended) = oneshot::channel();
        let state = Arc::new(State { disk, failing: AtomicBool::new(false) });
        let worker = Worker { connection, head: None, patience, waiting, wal, host, state: state.clone() };
        let runtime = Handle::current();
        let thread = thread::Builder::new().name("writer".into());
        let started = thread.spawn(move || {
            runtime.block_on(worker.work());
            // The receiver may be gone.
            let _ = end.send(());
        });
        started.map_err(|error| Error::Unavailable(error.into()))?;
        Ok(Self { queues: Mutex::new(Some(queues)), ended: Mutex::new(Some(ended)), state })
    }

    /// Runs a unit and waits until it is durable.
    pub(crate) async fn run(&self, unit: Arc<dyn Unit>, caller: Caller) -> Result<()> {
        let queues = lock(&self.queues).clone().ok_or_else(closed)?;
        let outcome = queues.enter(unit, caller).await?;
        // A caller that never waits for the outcome must not keep the writer from closing.
        drop(queues);
        outcome.await.map_err(|_| closed())?
    }

    /// Whether units are still being run.
    pub(crate) fn is_running(&self) -> bool {
        lock(&self.queues).as_ref().is_some_and(|queues| !queues.is_closed())
    }

    /// Whether changes can be written.
    pub(crate) fn health(&self) -> Health {
        if self.state.failing.load(Ordering::Relaxed) {
            Health::Failing
        } else if self.state.disk.is_low() {
            Health::Low
        } else {
            Health::Writable
        }
    }

    /// Accepts no more units, waits for those in the queues, and closes the connection.
    pub(crate) async fn close(&self) {
        drop(lock(&self.queues).take());
        let ended = lock(&self.ended).take();
        if let Some(ended) = ended {
            // It ends by itself after the last unit; if it did not, no caller would be left to be informed.
            let _ = ended.await;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns another unit for a transaction.
type More<'m> = dyn FnMut(&mut Waiting) -> Option<Job> + 'm;

/// The data of the thread.
struct Worker {
    connection: SqliteConnection,
    head: Option<Head>,
    patience: Patience,
    waiting: Waiting,
    wal: Wal,
    host: Option<Host>,
    state: Arc<State>,
}

impl Worker {
    async fn work(mut self) {
        while let Some(first) = self.first().await {
            self.fold(first).await;
            self.wal.watch();
        }
        // Closing empties the write-ahead log. If that fails, the next start reads it.
        let _ = self.connection.close().await;
    }

    /// Waits for the first unit of a transaction, and empties the write-ahead log if no connection is using it; `None`
    /// if no more units can come.
    async fn first(&mut self) -> Option<Job> {
        loop {
            select! {
                biased;
                gate = self.wal.quiet(), if self.wal.is_closing() => {
                    if let Some(gate) = gate {
                        self.wal.empty(&mut self.connection, gate).await;
                    }
                }
                job = self.waiting.first() => return job,
            }
        }
    }

    /// Runs a transaction and sends the outcome to the callers of its units.
    async fn fold(&mut self, first: Job) {
        let mut taken = Taken::by(&first);
        let mut jobs = vec![first];
        let mut outcomes = self.transact(&mut jobs, &mut |waiting| waiting.join(&mut taken)).await;
        if outcomes.as_ref().is_err_and(|failure| failure.interrupted) {
            // The units before it had ended.
            if let Some(job) = jobs.pop() {
                job.end(Err(gave_way()));
            }
            outcomes = if jobs.is_empty() { Ok(Vec::new()) } else { self.transact(&mut jobs, &mut |_| None).await };
        }
        match outcomes {
            Ok(outcomes) => self.tell(jobs, outcomes),
            Err(failure) => self.failed(jobs, &failure).await,
        }
    }

    /// Runs units in one transaction. A command of the host does this in its turn, and retries while others write.
    async fn transact(&mut self, jobs: &mut Vec<Job>, more: &mut More<'_>) -> Result<Vec<Result<()>>, Failure> {
        let turn = match &mut self.host {
            Some(host) => Some(host.take().await),
            None => None,
        };
        let waiting = &mut self.waiting;
        loop {
            match transact(&mut self.connection, &mut self.head, &self.patience, jobs, &mut || more(waiting)).await {
                Err(failure) if failure.busy && is_patient(turn.as_ref()) => sleep(PAUSE).await,
                outcomes => return outcomes,
            }
        }
    }

    fn tell(&self, jobs: Vec<Job>, outcomes: Vec<Result<()>>) {
        self.state.failing.store(false, Ordering::Relaxed);
        for (job, outcome) in jobs.into_iter().zip(outcomes) {
            job.end(outcome);
        }
    }

    /// Runs the units of other callers again without those of directories, and in the space of the reserve if the disk
    /// is full.
    async fn failed(&mut self, jobs: Vec<Job>, failure: &Failure) {
        let (mut others, directories): (Vec<_>, Vec<_>) = jobs.into_iter().partition(|job| job.caller == Caller::Other);
        let again = failure.full || !directories.is_empty();
        for job in directories {
            job.end(Err(if failure.full { Error::NoRoom } else { failure.error() }));
        }
        // The reserve is for other callers: if a directory finds the disk full, that only shows that space is low.
        if failure.full && others.is_empty() {
            self.state.disk.note_full();
        } else if failure.full {
            self.state.disk.give_up_reserve();
        }
        if others.is_empty() {
            // The disk was full, but now has room for other callers.
            self.state.failing.store(!failure.full, Ordering::Relaxed);
            return;
        }
        let outcomes = match again {
            true => self.transact(&mut others, &mut |_| None).await,
            false => Err(failure.clone()),
        };
        match outcomes {
            Ok(outcomes) => self.tell(others, outcomes),
            Err(failure) => {
                self.state.failing.store(true, Ordering::Relaxed);
                for job in others {
                    job.end(Err(failure.error()));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
