//! Interrupts a directory's unit that keeps others waiting: there is one writer, and a call that moves tens of
//! thousands of members occupies it for seconds.

use sqlx::SqliteConnection;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

/// How long a directory's unit may take while others wait.
const HELD: Duration = Duration::from_secs(1);

/// A statement checks the time after this many SQLite instructions, a fraction of a millisecond. Look-ups need fewer.
pub(crate) const INSTRUCTIONS: i32 = 10_000;

/// How many units wait, and since when a directory's unit has been running.
#[derive(Clone)]
pub(crate) struct Patience(Arc<State>);

struct State {
    start: Instant,
    /// The waiting units of other callers.
    others: AtomicUsize,
    /// When the directory's unit that is running must end if others wait, in milliseconds since the start.
    end: AtomicU64,
}

impl Patience {
    /// With no unit waiting, for this connection.
    pub(crate) async fn over(connection: &mut SqliteConnection) -> sqlx::Result<Self> {
        let state = State { start: Instant::now(), others: AtomicUsize::new(0), end: AtomicU64::new(u64::MAX) };
        let patience = Self(Arc::new(state));
        let watched = patience.clone();
        connection.lock_handle().await?.set_progress_handler(INSTRUCTIONS, move || !watched.is_over());
        Ok(patience)
    }

    /// A unit of another caller starts to wait.
    pub(crate) fn one_waits(&self) {
        self.0.others.fetch_add(1, Ordering::Relaxed);
    }

    /// A unit of another caller no longer waits.
    pub(crate) fn one_is_taken(&self) {
        self.0.others.fetch_sub(1, Ordering::Relaxed);
    }

    /// A directory's unit starts.
    pub(crate) fn begin(&self) {
        self.0.end.store(millis(self.0.start.elapsed() + HELD), Ordering::Relaxed);
    }

    /// It has ended.
    pub(crate) fn end(&self) {
        self.0.end.store(u64::MAX, Ordering::Relaxed);
    }

    fn is_over(&self) -> bool {
        self.0.others.load(Ordering::Relaxed) > 0
            && millis(self.0.start.elapsed()) >= self.0.end.load(Ordering::Relaxed)
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
