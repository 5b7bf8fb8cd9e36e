//! A hostile token against the rule, with a model of what the store counts.

use super::*;
use std::collections::{BTreeMap, BTreeSet};

const GUARD: GuardSettings = GuardSettings { mode: GuardMode::Alert, count: 10, percent: 20, cap: 50, minutes: 40 };

const MINUTE: i64 = 60_000;

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }
}

/// What a store records of a directory that is being emptied.
struct Ledger {
    guard: GuardSettings,
    now: i64,
    /// The samples of active users, as maintenance takes them every hour.
    samples: Vec<(i64, u64)>,
    real: u64,
    fakes: u64,
    /// People in no batch, with the time of their last departure.
    departed: BTreeMap<u64, i64>,
    /// People in batches.
    found: BTreeSet<u64>,
    /// When the last batch grew.
    batch: Option<i64>,
}

impl Ledger {
    fn new(mode: GuardMode, real: u64) -> Self {
        let samples = (0..200).map(|hour| (hour * 60 * MINUTE, real)).collect();
        let now = 200 * 60 * MINUTE;
        Self {
            guard: GuardSettings { mode, ..GUARD },
            now,
            samples,
            real,
            fakes: 0,
            departed: BTreeMap::new(),
            found: BTreeSet::new(),
            batch: None,
        }
    }

    fn pass(&mut self, minutes: i64) {
        for _ in 0..minutes {
            self.now += MINUTE;
            if self.now % (60 * MINUTE) == 0 {
                self.samples.push((self.now, self.real + self.fakes));
            }
        }
    }

    fn population(&self) -> u64 {
        let day = 24 * 60 * MINUTE;
        let known = self.samples.iter().filter(|(at, _)| (self.now - 8 * day..=self.now - day).contains(at));
        known.map(|(_, active)| *active).min().unwrap_or(0)
    }

    fn since(&self, since: Timestamp) -> u64 {
        self.departed.values().filter(|at| **at > since.millis()).count() as u64
    }

    /// One call that takes something from these people.
    fn depart(&mut self, people: &[u64]) {
        let now = Timestamp::from_millis(self.now);
        match standing(self.guard, now, false, self.batch.map(Timestamp::from_millis)) {
            Standing::Held => return,
            Standing::Approved | Standing::Waiting => {
                self.found.extend(people);
                self.batch = Some(self.now);
                return;
            }
            Standing::Counted => {}
        }
        let before = self.departed.clone();
        self.departed.extend(people.iter().map(|person| (*person, self.now)));
        let gone = Gone { quick: self.since(self.guard.since(now)), slow: self.since(self.guard.since_slow(now)) };
        let Some(window) = exceeded(self.guard, self.population(), gone) else { return };
        self.batch = Some(self.now);
        if self.guard.mode == GuardMode::Hold {
            self.departed = before;
        } else {
            let since = match window {
                GuardWindow::Quick => self.guard.since(now),
                GuardWindow::Slow => self.guard.since_slow(now),
            };
            let (found, left) = self.departed.iter().partition(|(_, at)| **at > since.millis());
            let found: BTreeMap<u64, i64> = found;
            self.found.extend(found.into_keys());
            self.departed = left;
        }
    }

    /// Checks that no more people than the limit are ever gone without a batch.
    fn check(&self) {
        let now = Timestamp::from_millis(self.now);
        // The limit for an honest directory, however many people the attacker has invented.
        let limit = self.guard.threshold(self.real);
        assert!(self.since(self.guard.since(now)) <= limit);
        assert!(self.since(self.guard.since_slow(now)) <= 2 * limit);
    }
}

#[test]
fn no_sequence_of_calls_lets_more_than_the_limit_go_unfound() {
    let rounds = std::env::var("POSTERN_ROUNDS").map_or(300, |text| text.parse().expect("POSTERN_ROUNDS is a number"));
    for round in 0..rounds {
        let mut dice = Dice(round);
        let mode = if round % 2 == 0 { GuardMode::Alert } else { GuardMode::Hold };
        let real = [8, 60, 120, 500, 5_000][usize::try_from(dice.below(5)).unwrap_or(0)];
        let mut ledger = Ledger::new(mode, real);
        for _ in 0..40 {
            match dice.below(8) {
                // Invented people: they must not raise any limit within the day.
                0 => ledger.fakes += dice.below(5_000),
                1 => ledger.pass(i64::try_from(dice.below(50)).unwrap_or(0)),
                2 => ledger.pass(41),
                // Many at once, as a PATCH of members or a group's deletion.
                3 => {
                    let (first, many) = (dice.below(real), dice.below(real) + 1);
                    ledger.depart(&(first..(first + many).min(real)).collect::<Vec<_>>());
                }
                // One by one.
                _ => {
                    let (first, many) = (dice.below(real), dice.below(60));
                    for person in first..(first + many).min(real) {
                        ledger.depart(&[person]);
                        ledger.check();
                    }
                }
            }
            ledger.check();
        }
    }
}

#[test]
fn a_person_counts_once() {
    let mut ledger = Ledger::new(GuardMode::Alert, 500);
    for _ in 0..200 {
        ledger.depart(&[7]);
    }
    assert_eq!((ledger.departed.len(), ledger.batch), (1, None));
}

#[test]
fn the_day_catches_who_goes_slowly() {
    let mut ledger = Ledger::new(GuardMode::Hold, 500);
    for person in 0..500 {
        if person % 50 == 0 {
            ledger.pass(41);
        }
        ledger.depart(&[person]);
    }
    assert_eq!(ledger.departed.len(), 100);
    // Waiting out the minutes does not end the hold.
    ledger.pass(41);
    ledger.depart(&[499]);
    assert_eq!(ledger.departed.len(), 100);
}

#[test]
fn a_batch_is_reported_at_each_doubling() {
    let people = |people| Sizes { all: people, people, renames: 0 };
    let again = |sizes, reported| is_reported_again(sizes, reported);
    assert!(!again(people(51), people(51)) && !again(people(101), people(51)) && again(people(102), people(51)));
    assert!(
        !again(people(500), people(0)),
        "a batch that was never reported is held, and holds are reported separately"
    );
    let memberships = Sizes { all: 1_000, people: 0, renames: 0 };
    assert!(!again(Sizes { all: 1_900, ..memberships }, memberships));
    assert!(again(Sizes { all: 1_001, people: 1, renames: 0 }, memberships), "another kind begins");
    assert!(again(Sizes { all: 1_001, people: 0, renames: 1 }, memberships));
    let begun = Sizes { all: 1_001, people: 1, renames: 0 };
    assert!(!again(Sizes { all: 1_009, people: 9, renames: 0 }, begun), "not at two, four and eight");
    assert!(again(Sizes { all: 1_010, people: 10, renames: 0 }, begun));
    let both = Sizes { all: 1_010, people: 10, renames: 0 };
    assert!(!again(Sizes { all: 1_019, people: 19, renames: 0 }, both));
    assert!(again(Sizes { all: 1_020, people: 20, renames: 0 }, both));
}
