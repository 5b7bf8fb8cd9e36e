//! The rule of the guard, from numbers alone: the store counts, this decides.

use super::Sizes;
use crate::{
    Timestamp,
    settings::{GuardMode, GuardSettings},
};

/// The window in which there were too many departures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuardWindow {
    /// The configured minutes.
    Quick,
    /// A day, in which twice as many may leave: it catches slow departures.
    Slow,
}

/// How many people have departed and belong to no batch, including those of the present call. Each person counts once,
/// regardless of how often, in what way and through which token they departed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone {
    /// Within the configured minutes.
    pub quick: u64,
    /// Within a day.
    pub slow: u64,
}

/// The verdict of the batches on a departure, before anything is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is counted.
    Counted,
    /// It belongs to the batch that was approved.
    Approved,
    /// It belongs to the batch that waits for a decision.
    Waiting,
    /// It is refused until an administrator decides.
    Held,
}

/// Judges by the batches: `approved` says whether an approval covers the token now, `waiting` when the latest undecided
/// batch last grew.
pub fn standing(guard: GuardSettings, now: Timestamp, approved: bool, waiting: Option<Timestamp>) -> Standing {
    let grew_since = |since: Timestamp| waiting.is_some_and(|latest| latest >= since);
    match guard.mode {
        _ if approved => Standing::Approved,
        GuardMode::Alert if grew_since(guard.since(now)) => Standing::Waiting,
        // Waiting until the minutes are over must not help.
        GuardMode::Hold if grew_since(guard.since_slow(now)) => Standing::Held,
        _ => Standing::Counted,
    }
}

/// The window in which too many have departed, if there is one.
pub fn exceeded(guard: GuardSettings, population: u64, gone: Gone) -> Option<GuardWindow> {
    if gone.quick > guard.threshold(population) {
        Some(GuardWindow::Quick)
    } else if gone.slow > guard.slow_threshold(population) {
        Some(GuardWindow::Slow)
    } else {
        None
    }
}

/// Whether a batch that has grown is reported again: at each doubling, so that a second mistake that joins an undecided
/// batch is reported, too. Each kind counts by itself, so that many of one cannot hide another: it is reported when it
/// first occurs, and at each doubling from ten on.
pub fn is_reported_again(sizes: Sizes, reported: Sizes) -> bool {
    let doubled = |size: u64, reported: u64| match reported {
        0 => size > 0,
        _ => size >= reported.saturating_mul(2).max(10),
    };
    reported.all > 0
        && (doubled(sizes.all, reported.all)
            || doubled(sizes.people, reported.people)
            || doubled(sizes.renames, reported.renames))
}

#[cfg(test)]
#[path = "rule/tests.rs"]
mod tests;
