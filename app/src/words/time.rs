use super::count;
use domain::Timestamp;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// How long ago, in words; the date after a week. A time in the future is treated as a clock that is slightly wrong.
pub(crate) fn ago(now: Timestamp, at: Timestamp) -> String {
    let minutes = (now.millis() - at.millis()) / 60_000;
    match (minutes, minutes / 60, minutes / 1_440) {
        (..1, _, _) => "just now".to_owned(),
        (1..60, _, _) => format!("{minutes} min ago"),
        (_, hours @ 1..24, _) => format!("{hours} h ago"),
        (_, _, 1) => "yesterday".to_owned(),
        (_, _, days @ 2..7) => format!("{days} days ago"),
        _ => day(now, at),
    }
}

/// The exact time: `18 November 2026, 11:06 UTC`.
pub(crate) fn absolute(at: Timestamp) -> String {
    let text = at.to_string();
    let (year, month, day) = date(&text);
    format!("{day} {month} {year}, {} UTC", text.get(11..16).unwrap_or_default())
}

/// The time of day, to the second: `11:06:40`, UTC.
pub(crate) fn clock(at: Timestamp) -> String {
    at.to_string().get(11..19).unwrap_or_default().to_owned()
}

/// How many minutes are left, including the current one.
pub(crate) fn minutes_left(now: Timestamp, ends: Timestamp) -> i64 {
    (ends.millis() - now.millis() + 59_999).max(0) / 60_000
}

/// The date: `18 Nov`, with the year if it is not this one.
pub(crate) fn day(now: Timestamp, at: Timestamp) -> String {
    let (now, at) = (now.to_string(), at.to_string());
    let (year, month, day) = date(&at);
    let month = month.get(..3).unwrap_or(month);
    if date(&now).0 == year { format!("{day} {month}") } else { format!("{day} {month} {year}") }
}

/// How far away a moment is, in whole days: `in 3 days`, `within a day`, `less than a day ago`, `3 days ago`.
pub(crate) fn in_days(now: Timestamp, at: Timestamp) -> String {
    match (at.millis() - now.millis()) / 86_400_000 {
        0 if at <= now => "less than a day ago".to_owned(),
        0 => "within a day".to_owned(),
        days @ 1.. => format!("in {}", count(days.unsigned_abs(), "day", "days")),
        days => format!("{} ago", count(days.unsigned_abs(), "day", "days")),
    }
}

/// Year, name of the month, and day of an RFC 3339 text.
fn date(text: &str) -> (&str, &'static str, &str) {
    let mut parts = text.split(['-', 'T']);
    let mut next = || parts.next().unwrap_or_default();
    let (year, month, day) = (next(), next(), next());
    let month = month.parse::<usize>().ok().and_then(|number| MONTHS.get(number.checked_sub(1)?));
    (year, month.copied().unwrap_or_default(), day.trim_start_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_000_000_007);

    fn before(seconds: i64) -> String {
        ago(NOW, NOW.plus_millis(-1_000 * seconds))
    }

    #[test]
    fn the_recent_past_is_relative() {
        assert_eq!([-5, 0, 59, 60, 3_599].map(before), ["just now", "just now", "just now", "1 min ago", "59 min ago"]);
        assert_eq!([3_600, 86_399, 86_400, 172_800].map(before), ["1 h ago", "23 h ago", "yesterday", "2 days ago"]);
    }

    #[test]
    fn after_a_week_the_day_is_said() {
        assert_eq!(before(7 * 86_400), "11 Nov");
        assert_eq!(before(400 * 86_400), "14 Oct 2025");
    }

    #[test]
    fn a_moment_is_told_in_full() {
        assert_eq!(absolute(NOW), "18 November 2026, 11:06 UTC");
        assert_eq!(clock(NOW), "11:06:40");
        assert_eq!(absolute(Timestamp::from_millis(0)), "1 January 1970, 00:00 UTC");
    }

    #[test]
    fn a_begun_minute_is_left() {
        let left = |seconds: i64| minutes_left(NOW, NOW.plus_millis(1_000 * seconds));
        assert_eq!([1_800, 61, 60, 1, 0, -9].map(left), [30, 2, 1, 1, 0, 0]);
    }

    #[test]
    fn days_are_counted_both_ways() {
        let days = [-2, -1, 0, 1, 30].map(|days| in_days(NOW, NOW.plus_days(days)));
        assert_eq!(days, ["2 days ago", "1 day ago", "less than a day ago", "in 1 day", "in 30 days"]);
        let hours = [-25, -1, 1, 47].map(|hours| in_days(NOW, NOW.plus_millis(hours * 3_600_000)));
        assert_eq!(hours, ["1 day ago", "less than a day ago", "within a day", "in 1 day"]);
    }
}
