//! Slows down the guessing of break-glass secrets, and locks nobody out.
//!
//! Strangers share a few attempts per second, in four lines: those of IPv4 and of IPv6, from networks that have not
//! failed in the last hour and from the others. So a flood from networks that fail does not hold up a caller from
//! elsewhere. In each line the waiting neighbourhoods (an IPv4 /16 or an IPv6 /32 each) take turns, so a flood from one
//! of them delays the others by one attempt; within a network that has failed, its addresses take turns. A browser that
//! has signed in before (a *device*) waits only for its own attempts. What is counted here is forgotten within an hour,
//! and no rule makes a caller wait for more than a minute.
//!
//! Everything is decided from the arguments; the caller keeps the [`Throttle`] in a mutex and passes the time.

mod bucket;
mod failures;
mod line;
mod recent;
mod source_address;
#[cfg(test)]
mod tests;
mod turns;

pub use failures::{FailureSummary, Failures, GuessedName};
pub use source_address::{Network, SourceAddress, caller_of};

use bucket::{Bucket, Rate};
use domain::Timestamp;
use line::Line;
use recent::Recent;
use std::collections::HashMap;

/// Shared by all networks of one IP version that have not failed recently.
const FRESH: Rate = Rate { burst: 20, every: 200 };
/// Shared by all networks that have.
const FAILED: Rate = Rate { burst: 5, every: 1_000 };
/// For each device.
const DEVICE: Rate = Rate { burst: 10, every: 10_000 };
/// More devices than a company has; their keys are checked by the caller, so strangers cannot fill this.
const DEVICES: usize = 4_096;

/// The key of a browser that has signed in before; the caller of this module has verified it.
pub type DeviceKey = [u8; 32];

/// Which kind of caller has the permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Admitted {
    Stranger(SourceAddress),
    Device(DeviceKey),
}

/// Admits one attempt, which counts as failed until it has ended in another way.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "the throttle is told how a try that was admitted ends"]
pub struct Permit(Admitted);

impl Permit {
    /// Whether it was given to a known device.
    pub fn is_device(&self) -> bool {
        matches!(self.0, Admitted::Device(_))
    }
}

/// How long to wait before the next attempt: 1 to 60 seconds, for `Retry-After` (RFC 9110 §10.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryAfter {
    /// Whole seconds.
    pub seconds: u64,
}

/// The state of all buckets. Its size is bounded, however many callers try.
#[derive(Clone, Debug, Default)]
pub struct Throttle {
    elapsed: Elapsed,
    v4: Lines,
    v6: Lines,
    recent: Recent,
    devices: HashMap<DeviceKey, Bucket>,
}

/// The lines of one IP version.
#[derive(Clone, Debug, Default)]
struct Lines {
    fresh: Line,
    failed: Line,
}

impl Throttle {
    /// Admits an attempt, before anything is hashed or looked up for it. `device` is a key that the caller has
    /// verified; with it the network does not matter.
    ///
    /// # Errors
    /// How long to wait. An attempt that was not admitted leaves no trace.
    pub fn admit(
        &mut self,
        caller: SourceAddress,
        device: Option<DeviceKey>,
        now: Timestamp,
    ) -> Result<Permit, RetryAfter> {
        let at = self.elapsed.at(now);
        let (who, admitted) = match device {
            Some(key) => (Admitted::Device(key), self.device(key).take(DEVICE, at)),
            None => (Admitted::Stranger(caller), self.stranger(caller, at)),
        };
        admitted.map_err(|wait| RetryAfter { seconds: wait.div_ceil(1_000) })?;
        Ok(Permit(who))
    }

    /// Ends a wrong attempt: its network is not fresh for the next hour.
    pub fn failed(&mut self, permit: Permit, now: Timestamp) {
        let at = self.elapsed.at(now);
        if let Admitted::Stranger(caller) = permit.0 {
            self.recent.failed(caller, at);
        }
    }

    /// Ends a right attempt: whatever was held against its network or device is forgotten.
    pub fn succeeded(&mut self, permit: Permit, now: Timestamp) {
        self.elapsed.at(now);
        match permit.0 {
            Admitted::Stranger(caller) => self.recent.forget(caller.network),
            Admitted::Device(key) => drop(self.devices.remove(&key)),
        }
    }

    /// Forgets whatever was held against the network of a caller who has shown a valid one-time code.
    pub fn forgive(&mut self, caller: SourceAddress) {
        self.recent.forget(caller.network);
    }

    /// Ends an attempt whose caller has gone before it was found right or wrong. Its network has used an attempt, but
    /// stays as fresh as it was, unless that happens often.
    pub fn abandoned(&mut self, permit: Permit) {
        if let Admitted::Stranger(caller) = permit.0 {
            self.recent.abandoned(caller, self.elapsed.millis);
        }
    }

    /// Ends an attempt that the server could not check: it costs the caller nothing.
    pub fn put_back(&mut self, permit: Permit) {
        match permit.0 {
            Admitted::Stranger(caller) => self.recent.put_back(caller),
            Admitted::Device(key) => self.device(key).put_back(DEVICE),
        }
    }

    fn stranger(&mut self, caller: SourceAddress, at: u64) -> Result<(), u64> {
        self.recent.sweep(at);
        self.recent.ask(caller, at)?;
        let lines = if caller.network.is_v6() { &mut self.v6 } else { &mut self.v4 };
        let fresh = self.recent.is_fresh(caller.network);
        let (line, rate) = if fresh { (&mut lines.fresh, FRESH) } else { (&mut lines.failed, FAILED) };
        line.take(caller.network.neighbourhood(), rate, at)?;
        self.recent.begin(caller, at);
        Ok(())
    }

    fn device(&mut self, key: DeviceKey) -> &mut Bucket {
        if self.devices.len() >= DEVICES && !self.devices.contains_key(&key) {
            let emptiest_last = self.devices.iter().min_by_key(|(_, bucket)| **bucket).map(|(key, _)| *key);
            emptiest_last.and_then(|key| self.devices.remove(&key));
        }
        self.devices.entry(key).or_default()
    }
}

/// Milliseconds that have passed by a clock that may jump. Jumps backwards do not count, so that no caller waits until
/// a time comes again.
#[derive(Clone, Debug, Default)]
struct Elapsed {
    millis: u64,
    last: Option<Timestamp>,
}

impl Elapsed {
    fn at(&mut self, now: Timestamp) -> u64 {
        let last = self.last.replace(now).unwrap_or(now);
        let passed = now.millis().saturating_sub(last.millis());
        self.millis = self.millis.saturating_add(u64::try_from(passed).unwrap_or_default());
        self.millis
    }
}
