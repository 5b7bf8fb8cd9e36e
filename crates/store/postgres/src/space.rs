//! What is known of the server's disk: only what its refusals show.

use crate::{dialect, sql::error::cause};
use domain::{
    Error, Result,
    store::{Caller, Health},
};
use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// How long directories are refused after the disk was full, before one of their units tries again.
const PAUSE: Duration = Duration::from_secs(5);

#[derive(Default)]
pub(crate) struct Space {
    /// When a directory may try again, if the disk was full and none has written since.
    full: Mutex<Option<Instant>>,
    failing: AtomicBool,
}

impl Space {
    /// Whether a unit may begin. While the disk is full, a directory's unit may try now and then.
    pub(crate) fn admits(&self, caller: Caller) -> bool {
        let (mut full, now) = (self.full(), Instant::now());
        match *full {
            Some(retry) if caller == Caller::Directory => {
                let admits = retry <= now;
                if admits {
                    *full = Some(now + PAUSE);
                }
                admits
            }
            _ => true,
        }
    }

    /// Learns from how a unit ended, and returns what its caller gets.
    pub(crate) fn learn(&self, caller: Caller, outcome: Result<()>) -> Result<()> {
        let error = match &outcome {
            Ok(()) => {
                self.failing.store(false, Ordering::Relaxed);
                let mut full = self.full();
                // If no directory calls, only other callers can notice that there is room again.
                if caller == Caller::Directory || full.is_some_and(|retry| retry <= Instant::now()) {
                    *full = None;
                }
                return outcome;
            }
            Err(error) => cause(error).and_then(|cause| cause.as_database_error()),
        };
        let (full, broken) = (error.is_some_and(dialect::is_full), error.is_some_and(dialect::is_broken));
        if full {
            *self.full() = Some(Instant::now() + PAUSE);
            if caller == Caller::Directory {
                return Err(Error::NoRoom);
            }
        }
        if broken {
            self.failing.store(true, Ordering::Relaxed);
        }
        outcome
    }

    pub(crate) fn health(&self) -> Health {
        if self.failing.load(Ordering::Relaxed) {
            Health::Failing
        } else if self.full().is_some() {
            Health::Low
        } else {
            Health::Writable
        }
    }

    fn full(&self) -> MutexGuard<'_, Option<Instant>> {
        self.full.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
