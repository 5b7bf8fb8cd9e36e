/// So many tries at once, and then one each so many milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rate {
    pub(super) burst: u64,
    pub(super) every: u64,
}

/// A bucket of tries, kept as the time at which it is full again. A new one is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Bucket {
    full: u64,
}

impl Bucket {
    /// Milliseconds until there is a try in it; 0 when there is one now.
    pub(super) fn wait(&self, rate: Rate, at: u64) -> u64 {
        let after = self.full.max(at) + rate.every;
        after.saturating_sub(at + rate.burst * rate.every)
    }

    /// Takes a try, or says how long to wait for one.
    pub(super) fn take(&mut self, rate: Rate, at: u64) -> Result<(), u64> {
        match self.wait(rate, at) {
            0 => {
                self.full = self.full.max(at) + rate.every;
                Ok(())
            }
            wait => Err(wait),
        }
    }
}
