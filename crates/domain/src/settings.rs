//! Settings made by administrators.

use crate::{Error, Result, Timestamp, text_enum::text_enum};
use std::ops::RangeInclusive;

text_enum! {
    /// What happens when too many people lose access at once.
    pub enum GuardMode {
        /// They lose it, administrators are alerted, and one click brings them back.
        Alert = "alert",
        /// No more people lose it until an administrator approves.
        Hold = "hold",
    }
}

/// How many departures look like a mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuardSettings {
    /// What happens then.
    pub mode: GuardMode,
    /// This many departures are ordinary in any case.
    pub count: u32,
    /// This many of a hundred active users are ordinary, too,
    pub percent: u32,
    /// but never more than this, unless `count` allows it.
    pub cap: u32,
    /// The minutes within which departures are counted. Entra's cycle takes 40.
    pub minutes: u32,
}

/// The settings; there is one row of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Whether SCIM provisioning is on.
    pub provisioning: bool,
    /// When it was last turned on or off.
    pub provisioning_changed: Option<Timestamp>,
    /// The guard against mass deprovisioning.
    pub guard: GuardSettings,
    /// How many days the audit log is kept.
    pub audit_days: u32,
}

impl GuardSettings {
    /// What [`GuardSettings::count`] may be.
    pub const COUNT: RangeInclusive<u32> = 1..=100_000;

    /// What [`GuardSettings::percent`] may be.
    pub const PERCENT: RangeInclusive<u32> = 1..=100;

    /// What [`GuardSettings::cap`] may be.
    pub const CAP: RangeInclusive<u32> = 1..=100_000;

    /// What [`GuardSettings::minutes`] may be.
    pub const MINUTES: RangeInclusive<u32> = 5..=1_440;

    /// The number of departures that is still ordinary for this number of active users.
    pub fn threshold(&self, population: u64) -> u64 {
        let share = population.saturating_mul(u64::from(self.percent)) / 100;
        u64::from(self.count).max(share.min(u64::from(self.cap)))
    }

    /// The number that is still ordinary within a day: twice as many.
    pub fn slow_threshold(&self, population: u64) -> u64 {
        2 * self.threshold(population)
    }

    /// The start of the quick window.
    pub fn since(&self, now: Timestamp) -> Timestamp {
        now.plus_millis(-60_000 * i64::from(self.minutes))
    }

    /// The start of the slow window.
    pub fn since_slow(&self, now: Timestamp) -> Timestamp {
        now.plus_days(-1)
    }

    /// Refuses numbers with which the guard would protect nothing.
    ///
    /// # Errors
    /// `Invalid` for numbers out of their range.
    pub fn checked(self) -> Result<Self> {
        let fits = Self::COUNT.contains(&self.count)
            && Self::PERCENT.contains(&self.percent)
            && Self::CAP.contains(&self.cap)
            && Self::MINUTES.contains(&self.minutes);
        if fits { Ok(self) } else { Err(Error::Invalid(RANGE)) }
    }
}

const RANGE: &str =
    "Choose 1 to 100,000 people, 1 to 100 percent, at most 1 to 100,000 people, and 5 to 1,440 minutes.";

/// How many days the audit log may be kept: at least a quarter of a year, at most ten years.
pub const AUDIT_DAYS: RangeInclusive<u32> = 90..=3_650;

/// Refuses to keep the audit log for less or more than [`AUDIT_DAYS`].
///
/// # Errors
/// `Invalid` then.
pub fn check_audit_days(days: u32) -> Result<u32> {
    if AUDIT_DAYS.contains(&days) { Ok(days) } else { Err(Error::Invalid("Keep the audit log for 90 to 3,650 days.")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUARD: GuardSettings = GuardSettings { mode: GuardMode::Alert, count: 10, percent: 20, cap: 50, minutes: 40 };

    #[test]
    fn the_greater_of_number_and_share_is_ordinary_up_to_the_cap() {
        assert_eq!(GUARD.threshold(0), 10);
        assert_eq!(GUARD.threshold(49), 10);
        assert_eq!(GUARD.threshold(100), 20);
        assert_eq!((GUARD.threshold(250), GUARD.threshold(5_000)), (50, 50));
        assert_eq!(GuardSettings { count: 70, ..GUARD }.threshold(5_000), 70);
        assert_eq!(GUARD.slow_threshold(100), 40);
    }

    #[test]
    fn a_guard_that_never_trips_is_refused() {
        assert!(GUARD.checked().is_ok());
        for guard in [
            GuardSettings { count: 0, ..GUARD },
            GuardSettings { percent: 101, ..GUARD },
            GuardSettings { cap: 0, ..GUARD },
            GuardSettings { minutes: 4, ..GUARD },
        ] {
            assert!(guard.checked().is_err());
        }
        assert!(check_audit_days(89).is_err() && check_audit_days(90).is_ok());
    }
}
