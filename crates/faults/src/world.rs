//! The clock and the randomness that the product uses here.

use domain::{Clock, Env, Random, Timestamp, store::Store};
use rand::{TryRng, rngs::SysRng};
use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

/// The real ones, on this store.
pub(crate) fn env(store: Store) -> Env {
    Env { store, clock: Arc::new(SystemClock), random: Arc::new(SystemRandom) }
}

struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        // The database would refuse ids that repeat, which would end the experiment.
        let _ = SysRng.try_fill_bytes(bytes);
    }
}
