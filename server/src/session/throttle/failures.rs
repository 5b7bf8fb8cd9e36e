use super::{Elapsed, Network};
use domain::{BreakGlassId, Timestamp};
use std::{
    collections::{HashMap, HashSet},
    mem::take,
};

/// The milliseconds that one record covers.
const MINUTE: u64 = 60_000;
/// More than the number of accounts; any beyond it count as unknown.
const TARGETS: usize = 256;
/// How many networks are distinguished in one minute; beyond it the number is "at least".
const NETWORKS: usize = 1_000;

/// The target of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GuessedName {
    /// An account that exists.
    Account(BreakGlassId),
    /// Any name without an account.
    Unknown,
}

/// The wrong attempts that were not recorded one by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailureSummary {
    /// The target of the attempts.
    pub target: GuessedName,
    /// How many attempts there were, besides the recorded ones.
    pub tries: u64,
    /// How many networks they came from at least, including the recorded one.
    pub networks: usize,
}

/// Turns wrong attempts into few records, so that a flood of them does not fill the disk: the first in a minute is
/// recorded at once, the others become one record when the minute is over.
#[derive(Debug, Default)]
pub struct Failures {
    elapsed: Elapsed,
    minutes: HashMap<GuessedName, Minute>,
    over: HashMap<GuessedName, FailureSummary>,
}

#[derive(Debug)]
struct Minute {
    since: u64,
    more: u64,
    networks: HashSet<Network>,
}

impl Failures {
    /// Counts a wrong attempt. Returns whether to record it now: it is the first for its target in this minute.
    #[must_use = "the first try of a minute is to be recorded"]
    pub fn note(&mut self, target: GuessedName, network: Network, now: Timestamp) -> bool {
        let at = self.elapsed.at(now);
        let room = self.minutes.len() < TARGETS || self.minutes.contains_key(&target);
        let target = if room { target } else { GuessedName::Unknown };
        if self.minutes.get(&target).is_some_and(|minute| at - minute.since >= MINUTE) {
            self.end(target);
        }
        let known = self.minutes.contains_key(&target);
        let fresh = || Minute { since: at, more: 0, networks: HashSet::new() };
        let minute = self.minutes.entry(target).or_insert_with(fresh);
        minute.more += u64::from(known);
        if minute.networks.len() < NETWORKS {
            minute.networks.insert(network);
        }
        !known
    }

    /// Summaries of past minutes, for each target with more than one attempt in the minute.
    pub fn drain(&mut self, now: Timestamp) -> Vec<FailureSummary> {
        let at = self.elapsed.at(now);
        let ended: Vec<GuessedName> =
            self.minutes.iter().filter(|(_, minute)| at - minute.since >= MINUTE).map(|(target, _)| *target).collect();
        for target in ended {
            self.end(target);
        }
        take(&mut self.over).into_values().collect()
    }

    fn end(&mut self, target: GuessedName) {
        let Some(minute) = self.minutes.remove(&target).filter(|minute| minute.more > 0) else { return };
        let summary = self.over.entry(target).or_insert(FailureSummary { target, tries: 0, networks: 0 });
        summary.tries += minute.more;
        summary.networks = summary.networks.max(minute.networks.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::net::Ipv4Addr;

    fn network(n: u32) -> Network {
        std::net::IpAddr::from(Ipv4Addr::from_bits(n << 8)).into()
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(1_795_000_000_000 + millis)
    }

    #[test]
    fn the_first_try_of_a_minute_is_told_and_the_others_are_counted() {
        let mut failures = Failures::default();
        assert!(failures.note(GuessedName::Unknown, network(1), at(0)));
        for n in 0..999 {
            assert!(!failures.note(GuessedName::Unknown, network(n % 10), at(i64::from(n))));
        }
        assert_eq!(failures.drain(at(59_999)), []);
        assert_eq!(
            failures.drain(at(60_000)),
            [FailureSummary { target: GuessedName::Unknown, tries: 999, networks: 10 }]
        );
        assert_eq!(failures.drain(at(120_000)), []);
        assert!(failures.note(GuessedName::Unknown, network(1), at(120_000)));
        assert_eq!(failures.drain(at(200_000)), [], "it was told already");
    }

    #[test]
    fn nobody_drains_and_still_it_is_bounded_and_counted() {
        let mut failures = Failures::default();
        let mut told = 0;
        for n in 0..100_000_u32 {
            let target = GuessedName::Account(BreakGlassId(uuid::Uuid::from_u128(u128::from(n % 1_000))));
            told += u64::from(failures.note(target, network(n), at(i64::from(n) * 10)));
        }
        assert!(failures.minutes.len() <= TARGETS + 1 && failures.over.len() <= TARGETS + 1);
        let counted: u64 = failures.drain(at(10_000_000)).iter().map(|summary| summary.tries).sum();
        assert_eq!(told + counted, 100_000);
        assert!(failures.minutes.is_empty() && failures.over.is_empty());
    }

    proptest! {
        #[test]
        fn every_try_is_told_or_counted_once(
            tries in prop::collection::vec((0_u128..4, 0_u32..50, -90_000_i64..90_000, any::<bool>()), 0..200),
        ) {
            let (mut failures, mut now, mut told, mut counted) = (Failures::default(), 0, 0_u64, 0_u64);
            for (account, from, passed, drained) in &tries {
                now += passed;
                let target = GuessedName::Account(BreakGlassId(uuid::Uuid::from_u128(*account)));
                told += u64::from(failures.note(target, network(*from), at(now)));
                if *drained {
                    counted += failures.drain(at(now)).iter().map(|summary| summary.tries).sum::<u64>();
                }
            }
            counted += failures.drain(at(now + MINUTE as i64)).iter().map(|summary| summary.tries).sum::<u64>();
            prop_assert_eq!(told + counted, tries.len() as u64);
        }
    }
}
