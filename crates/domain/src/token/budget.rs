use crate::{Error, Result};
use std::ops::RangeInclusive;

/// What a token may cost. Reads are free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// How many MiB its changes may store in an hour.
    pub mib: u32,
    /// How many refused calls a minute, after its end or from outside its networks, are answered with the reason. Any
    /// more are answered with 429.
    pub refusals: u32,
}

impl Default for Budget {
    /// An hour has room for twice the rate that Microsoft requires of a server, 25 calls a second, each as large as
    /// Entra's largest for a person: the first sync of 100,000 people reaches neither the limit nor the alert at half
    /// of it.
    fn default() -> Self {
        Self { mib: 1_024, refusals: 60 }
    }
}

impl Budget {
    /// What [`Budget::mib`] may be.
    pub const MIB: RangeInclusive<u32> = 16..=1_048_576;

    /// What [`Budget::refusals`] may be.
    pub const REFUSALS: RangeInclusive<u32> = 1..=6_000;

    /// A budget that an administrator set.
    ///
    /// # Errors
    /// `Invalid` if it is too small for any directory, or so large that it is no limit.
    pub fn new(mib: u32, refusals: u32) -> Result<Self> {
        if !Self::MIB.contains(&mib) {
            return Err(Error::Invalid("A token’s changes may store 16 to 1,048,576 MiB an hour."));
        }
        if !Self::REFUSALS.contains(&refusals) {
            return Err(Error::Invalid(
                "Of a token’s refused calls, 1 to 6,000 a minute are answered with the reason.",
            ));
        }
        Ok(Self { mib, refusals })
    }

    /// How many bytes stored in an hour are half of it, which is an alert.
    pub fn half(self) -> u64 {
        self.bytes() / 2
    }

    /// How many bytes its changes may store in an hour.
    pub fn bytes(self) -> u64 {
        u64::from(self.mib) * 1024 * 1024
    }
}
