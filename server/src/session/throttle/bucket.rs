/// This many attempts at once, and then one per this many milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rate {
    pub(super) burst: u64,
    pub(super) every: u64,
}

/// A bucket of attempts, stored as the time at which it is full again. A new one is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Bucket {
    full: u64,
}

impl Bucket {
    /// Milliseconds until it contains this many attempts; 0 if it does now.
    pub(super) fn wait(&self, tries: u64, rate: Rate, at: u64) -> u64 {
        let after = self.full.max(at) + tries * rate.every;
        after.saturating_sub(at + rate.burst * rate.every)
    }

    /// Takes an attempt, or returns how long to wait for one.
    pub(super) fn take(&mut self, rate: Rate, at: u64) -> Result<(), u64> {
        match self.wait(1, rate, at) {
            0 => {
                self.full = self.full.max(at) + rate.every;
                Ok(())
            }
            wait => Err(wait),
        }
    }

    /// Returns an attempt that was taken.
    pub(super) fn put_back(&mut self, rate: Rate) {
        self.full = self.full.saturating_sub(rate.every);
    }
}
