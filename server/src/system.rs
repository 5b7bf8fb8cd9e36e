//! The real clock and the real randomness.

use domain::{Clock, Random, Timestamp};
use rand::{TryRng, rngs::SysRng};
use std::time::{SystemTime, UNIX_EPOCH};

/// The system's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The operating system's source of randomness.
pub struct SystemRandom;

impl Random for SystemRandom {
    /// # Panics
    /// If the operating system has no randomness to give: then no secret can be generated.
    fn fill(&self, bytes: &mut [u8]) {
        #[expect(clippy::expect_used, reason = "going on with predictable secrets would be worse than stopping")]
        SysRng.try_fill_bytes(bytes).expect("the operating system provides randomness");
    }
}
