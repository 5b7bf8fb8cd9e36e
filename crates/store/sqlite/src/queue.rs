//! The units that wait for the writer. Those of administrators go first, and directories never wait for ever.

use crate::{disk::Disk, patience::Patience, turn::Way};
use domain::{
    Error, Result,
    store::{Caller, Unit},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    select,
    sync::{
        mpsc::{self, error::SendTimeoutError},
        oneshot,
    },
};

/// How many units of a kind share a transaction at most, and how long units of directories are started in one, so that
/// no unit waits long for the others.
const FOLD: usize = 128;
const SLICE: Duration = Duration::from_millis(50);

/// How many units of a kind may wait; beyond that, their callers wait.
pub(crate) const QUEUE: usize = 1024;

/// How long a directory's unit may wait. Emptying the write-ahead log takes half of that at most.
const START: Duration = Duration::from_secs(10);

/// A unit and the caller that waits for it.
pub(crate) struct Job {
    pub(crate) unit: Arc<dyn Unit>,
    pub(crate) caller: Caller,
    came: Instant,
    done: oneshot::Sender<Result<()>>,
}

impl Job {
    /// Sends the caller the outcome.
    pub(crate) fn end(self, outcome: Result<()>) {
        self.unit.ended();
        // The caller may have gone away; the unit is done nevertheless.
        let _ = self.done.send(outcome);
    }
}

/// Where units enter. They come out at [`Waiting`].
#[derive(Clone)]
pub(crate) struct Queues {
    pub(crate) others: mpsc::Sender<Job>,
    directories: mpsc::Sender<Job>,
    patience: Patience,
}

/// The units that wait.
pub(crate) struct Waiting {
    others: mpsc::Receiver<Job>,
    directories: Directories,
    disk: Arc<Disk>,
    patience: Patience,
}

/// The units of directories, which give way to commands of the host.
struct Directories {
    waiting: mpsc::Receiver<Job>,
    /// The next one, while it must wait for a command.
    next: Option<Job>,
    way: Way,
}

/// Two queues, for a database on this disk.
pub(crate) fn queues(disk: Arc<Disk>, way: Way, patience: Patience) -> (Queues, Waiting) {
    let ((others, waiting), (directories, waiting_directories)) = (mpsc::channel(QUEUE), mpsc::channel(QUEUE));
    let of_directories = Directories { waiting: waiting_directories, next: None, way };
    let queues = Queues { others, directories, patience: patience.clone() };
    (queues, Waiting { others: waiting, directories: of_directories, disk, patience })
}

impl Queues {
    /// Adds a unit to its queue. The receiver gets its outcome.
    pub(crate) async fn enter(&self, unit: Arc<dyn Unit>, caller: Caller) -> Result<oneshot::Receiver<Result<()>>> {
        let (done, outcome) = oneshot::channel();
        let job = Job { unit, caller, came: Instant::now(), done };
        match caller {
            Caller::Other => {
                let place = self.others.reserve().await.map_err(|_| closed())?;
                self.patience.one_waits();
                place.send(job);
            }
            Caller::Directory => self.directories.send_timeout(job, START).await.map_err(|error| match error {
                SendTimeoutError::Timeout(_) => late(),
                SendTimeoutError::Closed(_) => closed(),
            })?,
        }
        Ok(outcome)
    }

    /// Whether no more units will come out.
    pub(crate) fn is_closed(&self) -> bool {
        self.others.is_closed()
    }
}

/// What a transaction has taken so far.
pub(crate) struct Taken {
    others: usize,
    directories: usize,
    began: Instant,
}

impl Taken {
    pub(crate) fn by(first: &Job) -> Self {
        let mut taken = Self { others: 0, directories: 0, began: Instant::now() };
        taken.count(first);
        taken
    }

    fn count(&mut self, job: &Job) {
        match job.caller {
            Caller::Other => self.others += 1,
            Caller::Directory => self.directories += 1,
        }
    }

    /// Whether a directory's unit may join: other callers wait for at most one of its units, and directories never wait
    /// for ever.
    fn admits_directory(&self) -> bool {
        match self.others {
            0 => self.directories < FOLD && self.began.elapsed() < SLICE,
            _ => self.directories == 0,
        }
    }
}

impl Directories {
    /// Waits for a unit that may be started. No unit is lost if this future is dropped.
    async fn first(&mut self) -> Option<Job> {
        if self.next.is_none() {
            self.next = Some(self.waiting.recv().await?);
        }
        self.way.clear().await;
        self.next.take()
    }

    /// A waiting unit that may be started.
    fn another(&mut self) -> Option<Job> {
        if !self.way.is_clear() {
            return None;
        }
        self.next.take().or_else(|| self.waiting.try_recv().ok())
    }
}

impl Waiting {
    /// Waits for the first unit of a transaction; `None` if no more can come.
    pub(crate) async fn first(&mut self) -> Option<Job> {
        loop {
            let job = select! {
                biased;
                Some(job) = self.others.recv() => {
                    self.patience.one_is_taken();
                    job
                }
                Some(job) = self.directories.first() => job,
                else => return None,
            };
            if let Some(job) = self.admit(job) {
                return Some(job);
            }
        }
    }

    /// The next unit that may share the transaction, if one waits.
    pub(crate) fn join(&mut self, taken: &mut Taken) -> Option<Job> {
        let other = if taken.others < FOLD { self.others.try_recv().ok() } else { None };
        let job = match other {
            Some(job) => {
                self.patience.one_is_taken();
                job
            }
            None if taken.admits_directory() => self.directory()?,
            None => return None,
        };
        taken.count(&job);
        Some(job)
    }

    /// The next unit of a directory that may be started.
    fn directory(&mut self) -> Option<Job> {
        loop {
            let job = self.directories.another()?;
            if let Some(job) = self.admit(job) {
                return Some(job);
            }
        }
    }

    /// Ends a directory's unit that may not be started.
    fn admit(&self, job: Job) -> Option<Job> {
        if job.caller == Caller::Other {
            return Some(job);
        }
        if self.disk.is_low() {
            job.end(Err(Error::NoRoom));
            return None;
        }
        if job.came.elapsed() > START {
            job.end(Err(late()));
            return None;
        }
        Some(job)
    }
}

/// The error for a directory whose unit was interrupted.
pub(crate) fn gave_way() -> Error {
    Error::Unavailable("the unit of work took too long while others were waiting, and was given up".into())
}

fn late() -> Error {
    Error::Unavailable("the database is busy; the unit of work was not begun".into())
}

pub(crate) fn closed() -> Error {
    Error::Unavailable("the database is closed".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_have_a_share_that_ends() {
        let taken = |others, directories| Taken { others, directories, began: Instant::now() };
        assert!(taken(0, 0).admits_directory() && taken(0, FOLD - 1).admits_directory());
        assert!(!taken(0, FOLD).admits_directory());
        assert!(taken(FOLD, 0).admits_directory(), "they never wait for ever");
        assert!(!taken(1, 1).admits_directory());
        let began = Instant::now().checked_sub(SLICE).unwrap();
        assert!(!Taken { others: 0, directories: 1, began }.admits_directory());
    }
}
