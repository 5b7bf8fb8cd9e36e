//! Cycles of a SCIM client, and changes that it sends in every one of them. A sync is steady once a cycle sends only
//! what is new; a client that sends the same change again and again does not see here what it expects.

use crate::{
    Result, Timestamp, TokenId,
    activity::{RECORD_DAYS, Subject},
    store::Tx,
};
use uuid::Uuid;

/// A longer pause between two calls with one token ends a cycle.
pub const PAUSE_MILLIS: i64 = 5 * 60_000;

/// A change that was sent in this many cycles counts as repeated. The indexes in `migrations` have the same number.
pub const REPEATED: u64 = 3;

/// For how many days a change that is not sent again is remembered.
const REMEMBERED_DAYS: i64 = 4;

/// How many cycles are read to judge a sync.
pub const CYCLES_READ: u64 = 20;

/// From so many gaps between cycles on, the usual one is known.
const GAPS: usize = 4;

/// Silence is never remarkable before this.
const SILENCE_MILLIS: i64 = 2 * 3_600_000;

/// Nor before a token has called for so many days: only then are nights and a weekend known.
const KNOWN_DAYS: i64 = 7;

/// A longer run is split, so that a client that never pauses has cycles, too.
const LONGEST_MILLIS: i64 = 6 * 3_600_000;

/// Until so long after its last call a cycle may still get calls, which are counted within ten minutes.
const FINISHED_MILLIS: i64 = PAUSE_MILLIS + 10 * 60_000;

/// From so many calls on, a cycle in which most were refused is failing.
const MANY: u64 = 10;

/// The calls of one token in one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// The token.
    pub token: TokenId,
    /// The first call.
    pub start: Timestamp,
    /// The last call.
    pub last: Timestamp,
    /// All calls.
    pub calls: u64,
    /// Those that created, changed or deleted something.
    pub changes: u64,
    /// Those that sent what was known already.
    pub unchanged: u64,
    /// Those that were refused or that failed.
    pub refused: u64,
    /// Users and groups that were sent a change which at least two earlier cycles had sent them, too.
    pub repeated: u64,
}

impl Cycle {
    /// Whether this continues another cycle of the same token.
    fn continues(&self, earlier: &Self) -> bool {
        self.start >= earlier.last
            && self.start.millis() - earlier.last.millis() <= PAUSE_MILLIS
            && self.start.millis() - earlier.start.millis() < LONGEST_MILLIS
    }

    /// The two as one.
    fn after(self, earlier: Self) -> Self {
        Self {
            start: earlier.start,
            calls: earlier.calls + self.calls,
            changes: earlier.changes + self.changes,
            unchanged: earlier.unchanged + self.unchanged,
            refused: earlier.refused + self.refused,
            ..self
        }
    }

    /// Whether nothing was sent again and nothing refused.
    pub fn is_clean(&self) -> bool {
        self.repeated == 0 && self.refused == 0
    }
}

/// Users or groups that are sent the same attributes again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noise {
    /// Users or groups.
    pub subject: Subject,
    /// The paths of the attributes, separated by commas; empty for whole resources.
    pub attributes: String,
    /// How many users or groups.
    pub resources: u64,
    /// For how many of them the change did change something in most cycles, because it is undone in between.
    pub undone: u64,
    /// When it was sent first.
    pub first: Timestamp,
    /// The largest number of cycles that sent it to one of them.
    pub cycles: u64,
    /// One of those to whom so many sent it, with its name.
    pub example: Option<(Uuid, Option<String>)>,
}

/// The pauses of a token in the cycles that are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pauses {
    /// When the first of these cycles began.
    pub since: Timestamp,
    /// The longest pause between two of them, in milliseconds.
    pub longest: i64,
}

/// What directories sent of the users who were created last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Provisioned {
    /// How many of them were looked at.
    pub users: u64,
    /// How many have no `displayName`.
    pub no_display_name: u64,
    /// How many have no e-mail address.
    pub no_email: u64,
    /// How many have no `externalId`.
    pub no_external_id: u64,
    /// How many have an `externalId` that is no GUID, as the object IDs of Entra are.
    pub no_guid: u64,
}

/// How the sync of one token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sync {
    /// Too few cycles have run to judge it.
    Young {
        /// How many have run.
        cycles: u64,
    },
    /// Most calls of the last cycle were refused or failed.
    Failing {
        /// How many of them.
        refused: u64,
        /// All calls of that cycle.
        calls: u64,
    },
    /// It has been silent for more than twice its longest pause.
    Silent {
        /// Since when.
        since: Timestamp,
        /// The longest pause in the cycles before, in milliseconds.
        longest: i64,
    },
    /// Changes are sent again and again.
    Noisy {
        /// To how many users and groups, in the last cycle.
        repeated: u64,
    },
    /// Some calls of the last cycle were refused.
    Refused {
        /// How many.
        refused: u64,
    },
    /// Each cycle sends only what is new.
    Steady {
        /// Since the cycle that began then.
        since: Timestamp,
    },
}

impl Sync {
    /// Judges by the latest cycles, the newest first, and by the pauses of all that are kept. One that may still be running
    /// counts only as a sign of life.
    pub fn of(cycles: &[Cycle], pauses: Option<Pauses>, now: Timestamp) -> Self {
        let finished = finished(cycles, now);
        let Some(last) = finished.first() else { return Self::Young { cycles: 0 } };
        let quiet = cycles.first().map_or(0, |latest| now.millis() - latest.last.millis());
        let known = pauses.filter(|pauses| pauses.since <= now.plus_days(-KNOWN_DAYS));
        match known {
            _ if last.calls >= MANY && last.refused * 2 > last.calls => {
                Self::Failing { refused: last.refused, calls: last.calls }
            }
            Some(known) if quiet > (2 * known.longest).max(SILENCE_MILLIS) => {
                Self::Silent { since: last.last, longest: known.longest }
            }
            _ if (finished.len() as u64) < REPEATED => Self::Young { cycles: finished.len() as u64 },
            _ if last.repeated > 0 => Self::Noisy { repeated: last.repeated },
            _ if last.refused > 0 => Self::Refused { refused: last.refused },
            _ => {
                let clean = finished.iter().take_while(|cycle| cycle.is_clean());
                Self::Steady { since: clean.last().unwrap_or(last).start }
            }
        }
    }
}

impl Sync {
    /// How urgently it needs a look; the most urgent is the greatest.
    pub(crate) fn urgency(self) -> u8 {
        match self {
            Self::Steady { .. } => 0,
            Self::Young { .. } => 1,
            Self::Refused { .. } => 2,
            Self::Noisy { .. } => 3,
            Self::Silent { .. } => 4,
            Self::Failing { .. } => 5,
        }
    }

    /// The one that needs a look first.
    pub fn worst(all: impl IntoIterator<Item = Self>) -> Option<Self> {
        all.into_iter().max_by_key(|sync| sync.urgency())
    }
}

/// Those that have ended, of cycles the newest first.
pub fn finished(cycles: &[Cycle], now: Timestamp) -> &[Cycle] {
    let runs = |cycle: &&Cycle| now.millis() - cycle.last.millis() <= FINISHED_MILLIS;
    &cycles[usize::from(cycles.first().filter(runs).is_some())..]
}

/// The median time from the start of one cycle to the start of the next, in milliseconds, of cycles the newest first; `None`
/// while there are too few of them.
pub fn interval(cycles: &[Cycle]) -> Option<i64> {
    let mut intervals: Vec<i64> =
        cycles.windows(2).map(|pair| pair[0].start.millis() - pair[1].start.millis()).collect();
    if intervals.len() < GAPS {
        return None;
    }
    intervals.sort_unstable();
    Some(intervals[intervals.len() / 2])
}

/// Adds the calls from a moment until another to the cycles. They are at most [`PAUSE_MILLIS`] apart, so that all calls of
/// a token between them are of one cycle.
pub(crate) async fn count(tx: &mut dyn Tx, from: Timestamp, until: Timestamp) -> Result<()> {
    for run in tx.count_by_token(from, until).await? {
        let earlier = tx.cycles(run.token, 1).await?.pop().filter(|earlier| run.continues(earlier));
        let cycle = earlier.map_or(run, |earlier| run.after(earlier));
        tx.count_repeats(run.token, cycle.start, (from, until)).await?;
        let repeated = tx.count_repeated(run.token, cycle.start).await?;
        tx.put_cycle(&Cycle { repeated, ..cycle }).await?;
    }
    Ok(())
}

/// Removes what is too old. Returns whether there may be more.
pub(crate) async fn forget(tx: &mut dyn Tx, horizon: Timestamp, limit: u64) -> Result<bool> {
    tx.delete_cycles_before(horizon.plus_days(-RECORD_DAYS)).await?;
    Ok(tx.delete_repeats_before(horizon.plus_days(-REMEMBERED_DAYS), limit).await? >= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;
    const NOW: Timestamp = Timestamp::from_millis(1_796_000_000_000);

    fn cycle(minutes_ago: i64) -> Cycle {
        let start = NOW.plus_millis(-minutes_ago * MINUTE);
        let last = start.plus_millis(MINUTE);
        Cycle { token: TokenId(Uuid::nil()), start, last, calls: 40, changes: 2, unchanged: 0, refused: 0, repeated: 0 }
    }

    /// Cycles every 40 minutes, the newest first; the last has ended 19 minutes ago.
    fn cycles(count: i64) -> Vec<Cycle> {
        (0..count).map(|number| cycle(20 + 40 * number)).collect()
    }

    #[test]
    fn it_takes_three_cycles_to_judge() {
        assert_eq!(Sync::of(&[], None, NOW), Sync::Young { cycles: 0 });
        assert_eq!(Sync::of(&cycles(2), None, NOW), Sync::Young { cycles: 2 });
        assert_eq!(Sync::of(&cycles(3), None, NOW), Sync::Steady { since: cycle(100).start });
    }

    #[test]
    fn it_is_steady_since_the_last_disturbance() {
        let mut cycles = cycles(8);
        cycles[3].repeated = 1;
        assert_eq!(Sync::of(&cycles, None, NOW), Sync::Steady { since: cycle(100).start });
        cycles[0].refused = 3;
        assert_eq!(Sync::of(&cycles, None, NOW), Sync::Refused { refused: 3 });
        cycles[0].repeated = 5;
        assert_eq!(Sync::of(&cycles, None, NOW), Sync::Noisy { repeated: 5 });
        cycles[0].refused = 21;
        assert_eq!(Sync::of(&cycles, None, NOW), Sync::Failing { refused: 21, calls: 40 });
    }

    #[test]
    fn a_running_cycle_is_not_judged() {
        let mut cycles = cycles(5);
        cycles.insert(0, Cycle { repeated: 9, refused: 40, ..cycle(8) });
        assert_eq!(Sync::of(&cycles, None, NOW), Sync::Steady { since: cycle(180).start });
        assert_eq!(Sync::of(&cycles, None, NOW.plus_millis(8 * MINUTE)), Sync::Steady { since: cycle(180).start });
        assert!(matches!(Sync::of(&cycles, None, NOW.plus_millis(9 * MINUTE)), Sync::Failing { .. }));
    }

    #[test]
    fn silence_is_judged_by_the_pauses_of_a_week_or_more() {
        let cycles = cycles(5);
        assert_eq!((interval(&cycles), interval(&cycles[..4])), (Some(40 * MINUTE), None));
        let judged = |minutes: i64, days: i64, longest: i64| {
            let now = cycles[0].last.plus_millis(minutes * MINUTE);
            Sync::of(&cycles, Some(Pauses { since: now.plus_days(-days), longest: longest * MINUTE }), now)
        };
        assert!(matches!(judged(120, 7, 39), Sync::Steady { .. }));
        assert_eq!(judged(121, 7, 39), Sync::Silent { since: cycles[0].last, longest: 39 * MINUTE });
        assert!(matches!(judged(121, 6, 39), Sync::Steady { .. }), "no weekend is known");
        assert!(matches!(judged(5_760, 8, 2_880), Sync::Steady { .. }), "a weekend");
        assert!(matches!(judged(5_761, 8, 2_880), Sync::Silent { .. }));
    }

    #[test]
    fn a_pause_ends_a_cycle() {
        let (earlier, mut later) = (cycle(100), cycle(94));
        assert!(later.continues(&earlier));
        later.start = later.start.plus_millis(1);
        assert!(!later.continues(&earlier));
        let whole = Cycle { refused: 1, ..later }.after(earlier);
        assert!(!earlier.continues(&later), "the clock was set back");
        let long = Cycle { start: later.start.plus_millis(-6 * 60 * MINUTE), last: later.start, ..earlier };
        assert!(!later.continues(&long));
        assert_eq!((whole.start, whole.last, whole.calls, whole.refused), (earlier.start, later.last, 80, 1));
    }
}
