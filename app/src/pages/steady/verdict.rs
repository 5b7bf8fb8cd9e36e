//! The state of a sync, in one word and one sentence.

use crate::{components::Tone, words::count};
use domain::{Timestamp, cycle::Sync};

/// The word on the chip.
pub(super) fn word(sync: Sync) -> (Tone, &'static str) {
    match sync {
        Sync::Young { .. } => (Tone::Info, "Too early to say"),
        Sync::Failing { .. } => (Tone::Bad, "Failing"),
        Sync::Silent { .. } => (Tone::Warn, "Silent"),
        Sync::Noisy { .. } => (Tone::Warn, "Not steady"),
        Sync::Refused { .. } => (Tone::Warn, "Some refused"),
        Sync::Steady { .. } => (Tone::Ok, "Steady"),
    }
}

/// The sentence, in parts: the words before a time, the time, and the words after it.
pub(super) fn sentence(sync: Sync) -> (String, Option<Timestamp>, String) {
    match sync {
        Sync::Young { cycles } => {
            let so_far = match cycles {
                0 => "None has ended".to_owned(),
                cycles => format!("{} so far", count(cycles, "cycle has ended", "cycles have ended")),
            };
            (format!("A sync is judged from its third cycle on. {so_far}."), None, String::new())
        }
        Sync::Failing { refused, calls } => {
            let rest = format!(
                "In the last cycle {refused} of {calls} calls were refused or failed. If this goes on, Entra puts its \
                 provisioning job into quarantine: it then calls only once a day, and stops after four weeks. Activity \
                 says which calls were refused, why, and what to do."
            );
            (rest, None, String::new())
        }
        Sync::Silent { since, longest } => {
            let rest = format!(
                ". Its longest pause in the last 30 days was {}. See at the directory whether the provisioning job still runs, and \
                 whether it is in quarantine.",
                lasting(longest)
            );
            ("It has not called since ".to_owned(), Some(since), rest)
        }
        Sync::Noisy { repeated } => {
            let resources = count(repeated, "person or group was", "people and groups were");
            let rest = format!(
                "In the last cycle {resources} sent a change that earlier cycles had sent, too. Below is what it is, and \
                 how to end it at the directory."
            );
            (rest, None, String::new())
        }
        Sync::Refused { refused } => {
            let calls = count(refused, "call", "calls");
            let rest = format!(
                "Nothing is sent again and again, but the last cycle had {calls} refused. Activity says which, why, and \
                 what to do."
            );
            (rest, None, String::new())
        }
        Sync::Steady { since } => {
            ("Nothing was sent again and again and nothing refused since ".to_owned(), Some(since), ".".to_owned())
        }
    }
}

/// A length of time in words: `38 minutes`, `3 hours`, `2 days`.
pub(super) fn lasting(millis: i64) -> String {
    let minutes = (millis.unsigned_abs() + 30_000) / 60_000;
    match minutes {
        0..120 => count(minutes.max(1), "minute", "minutes"),
        120..2_880 => count((minutes + 30) / 60, "hour", "hours"),
        _ => count((minutes + 720) / 1_440, "day", "days"),
    }
}

/// How long a cycle took: `4 min`, `38 s`.
pub(super) fn length(start: Timestamp, last: Timestamp) -> String {
    match last.millis_since(start) / 1_000 {
        0 => "less than a second".to_owned(),
        seconds @ 1..120 => count(seconds, "second", "seconds"),
        seconds => lasting(i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_last_for_whole_units() {
        let minutes = |minutes: i64| lasting(minutes * 60_000);
        assert_eq!(
            [lasting(1), minutes(40), minutes(119), minutes(120), minutes(150), minutes(2_880)],
            ["1 minute", "40 minutes", "119 minutes", "2 hours", "3 hours", "2 days"]
        );
    }

    #[test]
    fn sentences_have_their_numbers() {
        assert!(sentence(Sync::Young { cycles: 1 }).0.ends_with("1 cycle has ended so far."));
        assert!(sentence(Sync::Noisy { repeated: 37 }).0.contains("37 people and groups were sent"));
        let (before, at, after) = sentence(Sync::Silent { since: Timestamp::from_millis(7), longest: 2_400_000 });
        assert_eq!((before.as_str(), at), ("It has not called since ", Some(Timestamp::from_millis(7))));
        assert!(after.contains("was 40 minutes."));
    }

    #[test]
    fn lengths_are_in_words() {
        let length = |millis| length(Timestamp::from_millis(0), Timestamp::from_millis(millis));
        assert_eq!(
            [length(999), length(1_000), length(119_999), length(120_000)],
            ["less than a second", "1 second", "119 seconds", "2 minutes"]
        );
    }
}
