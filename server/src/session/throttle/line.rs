use super::{Network, bucket::Rate};
use std::collections::{HashMap, VecDeque};

/// The longest wait in a line, in milliseconds.
const LONGEST: u64 = 60_000;
/// How long a turn that has come stays open, in milliseconds: the secret has to be typed again in that time.
const KEPT: u64 = 60_000;

/// Attempts that strangers share. If more arrive than the rate allows, each waiting neighbourhood is given one turn,
/// and the next one only after it has used that. So a thousand attempts from one neighbourhood wait as one, and a
/// caller from another waits for as many turns as there are neighbourhoods, not attempts.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    /// When all attempts are available again, counting those that are reserved for turns.
    full: u64,
    turns: HashMap<Network, u64>,
    /// The turns in order, including those that were used.
    order: VecDeque<(u64, Network)>,
}

impl Line {
    /// Takes an attempt for a caller from a neighbourhood, or returns how long to wait for its turn.
    pub(super) fn take(&mut self, neighbourhood: Network, rate: Rate, at: u64) -> Result<(), u64> {
        self.forget_missed(at);
        if let Some(turn) = self.turns.get(&neighbourhood) {
            let wait = turn.saturating_sub(at);
            if wait == 0 {
                self.turns.remove(&neighbourhood);
            }
            return if wait == 0 { Ok(()) } else { Err(wait) };
        }
        let full = self.full.max(at) + rate.every;
        let wait = full.saturating_sub(at + rate.burst * rate.every);
        if wait + rate.every > LONGEST {
            return Err(LONGEST);
        }
        self.full = full;
        if wait == 0 {
            return Ok(());
        }
        self.turns.insert(neighbourhood, at + wait);
        self.order.push_back((at + wait, neighbourhood));
        Err(wait)
    }

    fn forget_missed(&mut self, at: u64) {
        while let Some((turn, neighbourhood)) = self.order.front().copied().filter(|(turn, _)| turn + KEPT < at) {
            self.order.pop_front();
            if self.turns.get(&neighbourhood) == Some(&turn) {
                self.turns.remove(&neighbourhood);
            }
        }
    }

    /// How many turns are remembered.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        assert!(self.turns.len() <= self.order.len());
        self.order.len()
    }
}
