use std::fmt;
use time::{OffsetDateTime, format_description::well_known::Rfc3339, macros::format_description};

/// A moment in UTC, to the millisecond. Shown as RFC 3339, as SCIM's dateTime requires (RFC 7643 §2.3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since 1970-01-01 UTC.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970-01-01 UTC.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Reads an RFC 3339 text with any offset; `None` if it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        Self::of_nanos(OffsetDateTime::parse(text, &Rfc3339).ok()?.unix_timestamp_nanos()).map(|(moment, _)| moment)
    }

    /// The millisecond that contains a moment, given in nanoseconds since 1970-01-01 UTC, and whether the moment is
    /// exactly its start. With that, a stored time can be compared with a moment that has more digits.
    pub fn of_nanos(nanos: i128) -> Option<(Self, bool)> {
        let millis = i64::try_from(nanos.div_euclid(1_000_000)).ok()?;
        Some((Self(millis), nanos.rem_euclid(1_000_000) == 0))
    }

    /// Later by this many milliseconds; earlier if the number is negative.
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Later by this many days; earlier if the number is negative.
    pub const fn plus_days(self, days: i64) -> Self {
        self.plus_millis(days.saturating_mul(86_400_000))
    }

    /// How many milliseconds have passed since an earlier moment; 0 if it was later, as after the clock was set back.
    pub const fn millis_since(self, earlier: Self) -> u64 {
        let passed = self.0.saturating_sub(earlier.0);
        if passed < 0 { 0 } else { passed.unsigned_abs() }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
        let moment =
            OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000).map_err(|_| fmt::Error)?;
        f.write_str(&moment.format(form).map_err(|_| fmt::Error)?)
    }
}

/// The source of the time; a parameter, so that every rule can be tested at any hour.
pub trait Clock: Send + Sync {
    /// The current time.
    fn now(&self) -> Timestamp;
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn text_form_round_trips() {
        let moment = Timestamp::from_millis(1_795_000_000_007);
        assert_eq!(moment.to_string(), "2026-11-18T11:06:40.007Z");
        assert_eq!(Timestamp::parse(&moment.to_string()), Some(moment));
        assert_eq!(Timestamp::parse("2026-11-18T12:06:40.007+01:00"), Some(moment));
        assert_eq!(Timestamp::parse("18 November"), None);
    }

    #[test]
    fn a_moment_lies_in_a_millisecond() {
        let moment = Timestamp::from_millis(1_795_000_000_007);
        assert_eq!(Timestamp::of_nanos(1_795_000_000_007_000_000), Some((moment, true)));
        assert_eq!(Timestamp::of_nanos(1_795_000_000_007_900_000), Some((moment, false)));
        assert_eq!(Timestamp::of_nanos(-100_000), Some((Timestamp::from_millis(-1), false)));
        assert_eq!(Timestamp::of_nanos(i128::MAX), None);
    }
}
