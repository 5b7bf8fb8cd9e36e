//! Slows down the guessing of break-glass secrets, and locks nobody out.
//!
//! Strangers share a few tries a second, in two classes: networks that have not failed in the last hour, and the others.
//! So a flood from networks that fail does not hinder somebody who comes from elsewhere, and a browser that has proven
//! itself before (a *device*) waits for nobody but itself. What is counted here is forgotten within the hour, and no rule
//! asks anybody to wait for more than a minute.
//!
//! Everything is decided from the arguments; the caller keeps the [`Throttle`] in a mutex and tells the time.

mod bucket;
mod failures;
mod recent;
#[cfg(test)]
mod tests;

pub use failures::{Failures, Summary, Target};

use bucket::{Bucket, Rate};
use domain::Timestamp;
use recent::Recent;
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr},
};

/// Shared by all networks that have not failed lately.
const FRESH: Rate = Rate { burst: 20, every: 100 };
/// Shared by all networks that have.
const FAILED: Rate = Rate { burst: 5, every: 500 };
/// Of each device.
const DEVICE: Rate = Rate { burst: 10, every: 10_000 };
/// More devices than a company has; their keys are checked by the caller, so strangers cannot fill this.
const DEVICES: usize = 4_096;

/// Where tries come from: an IPv4 /24 or an IPv6 /64, which is what one subscriber can choose addresses from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network([u8; 9]);

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        let mut network = [0; 9];
        match address.to_canonical() {
            IpAddr::V4(v4) => network[1..4].copy_from_slice(&v4.octets()[..3]),
            IpAddr::V6(v6) => {
                network[0] = 6;
                network[1..].copy_from_slice(&v6.octets()[..8]);
            }
        }
        Self(network)
    }
}

/// The network of a caller; those whose address is not known are one.
pub fn network_of(address: Option<IpAddr>) -> Network {
    address.unwrap_or(Ipv4Addr::UNSPECIFIED.into()).into()
}

/// What a browser shows that has proven itself before; the caller has verified it.
pub type DeviceKey = [u8; 32];

/// Who a permit was given to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Stranger(Network),
    Device(DeviceKey),
}

/// One try may go on. It counts as failed until [`Throttle::succeeded`] takes it back.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a try that was admitted ends in success or failure"]
pub struct Permit(Who);

impl Permit {
    /// Whether it was given to a known device.
    pub fn is_device(&self) -> bool {
        matches!(self.0, Who::Device(_))
    }
}

/// How long to wait before the next try: 1 to 60 seconds, as `Retry-After` has it (RFC 9110 §10.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryAfter {
    /// Whole seconds.
    pub seconds: u64,
}

/// The state of all buckets. It is bounded, whoever tries.
#[derive(Clone, Debug, Default)]
pub struct Throttle {
    elapsed: Elapsed,
    fresh: Bucket,
    failed: Bucket,
    recent: Recent,
    devices: HashMap<DeviceKey, Bucket>,
}

impl Throttle {
    /// Whether a try may go on, before anything is hashed or looked up for it. `device` is a key that the caller has
    /// verified; with it the network does not matter.
    ///
    /// # Errors
    /// How long to wait. Nothing is kept of a try that was not admitted.
    pub fn admit(&mut self, network: Network, device: Option<DeviceKey>, now: Timestamp) -> Result<Permit, RetryAfter> {
        let at = self.elapsed.at(now);
        let (who, admitted) = match device {
            Some(key) => (Who::Device(key), self.device(key).take(DEVICE, at)),
            None => (Who::Stranger(network), self.stranger(network, at)),
        };
        admitted.map_err(|wait| RetryAfter { seconds: wait.div_ceil(1_000) })?;
        Ok(Permit(who))
    }

    /// The try was wrong: its network is not fresh for the next hour.
    pub fn failed(&mut self, permit: Permit, now: Timestamp) {
        let at = self.elapsed.at(now);
        if let Who::Stranger(network) = permit.0 {
            self.recent.note(network, at);
        }
    }

    /// The try was right: whatever was held against its network or device is forgotten.
    pub fn succeeded(&mut self, permit: Permit, now: Timestamp) {
        self.elapsed.at(now);
        match permit.0 {
            Who::Stranger(network) => self.recent.forget(network),
            Who::Device(key) => drop(self.devices.remove(&key)),
        }
    }

    fn stranger(&mut self, network: Network, at: u64) -> Result<(), u64> {
        self.recent.sweep(at);
        match self.recent.bucket(network) {
            None => self.fresh.take(FRESH, at)?,
            Some((own, rate)) => {
                let wait = own.wait(rate, at).max(self.failed.wait(FAILED, at));
                if wait > 0 {
                    return Err(wait);
                }
                own.take(rate, at)?;
                self.failed.take(FAILED, at)?;
            }
        }
        // Until it succeeds it counts as failed: several at once from one network must not all be its first.
        self.recent.note(network, at);
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

/// Milliseconds that have passed by a clock that may jump: what it goes back does not count, so that nobody waits for
/// a time to come again.
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
