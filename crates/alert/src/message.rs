use time::{OffsetDateTime, macros::format_description};

/// The last millisecond of the year 9999: RFC 3339 cannot write a later one.
const LAST: i64 = 253_402_300_799_999;

/// What happened, for people and for machines.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Stays the same however often the message is sent, so that receivers can drop duplicates. Up to 128 letters,
    /// digits, `-` and `_` are sent as they are; anything else is spelled out or cut.
    pub id: String,
    /// When it happened: milliseconds since 1970-01-01 UTC.
    pub unix_millis: i64,
    /// What kind of event it is, such as `break_glass.signed_in`.
    pub kind: String,
    /// One line for people: a mail's subject, the head of a syslog line.
    pub title: String,
    /// Some lines for people. A value from outside must go through [`one_line`](crate::one_line) first, or it can add
    /// lines of its own.
    pub text: String,
    /// The same for machines. Only webhooks carry it, unchanged.
    pub details: serde_json::Value,
}

impl Message {
    /// When it happened, in RFC 3339, UTC, with milliseconds.
    pub(crate) fn at(&self) -> String {
        let form = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.millis()) * 1_000_000)
            .ok()
            .and_then(|moment| moment.format(form).ok())
            .unwrap_or_else(|| "1970-01-01T00:00:00.000Z".to_owned())
    }

    /// When it happened, within the years that every channel can write.
    pub(crate) fn millis(&self) -> u64 {
        self.unix_millis.clamp(0, LAST).unsigned_abs()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Message, testing};

    #[test]
    fn times_are_rfc_3339_whatever_the_number() {
        let at = |unix_millis| Message { unix_millis, ..testing::message() }.at();
        assert_eq!(at(1_795_000_000_007), "2026-11-18T11:06:40.007Z");
        assert_eq!(at(i64::MIN), "1970-01-01T00:00:00.000Z");
        assert_eq!(at(i64::MAX), "9999-12-31T23:59:59.999Z");
    }
}
