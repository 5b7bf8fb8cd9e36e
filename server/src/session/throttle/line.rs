use super::{Network, bucket::Rate};
use std::collections::{HashMap, VecDeque};

/// Nobody waits in a line for longer, in milliseconds.
const LONGEST: u64 = 60_000;
/// How long a turn that has come stays open, in milliseconds: a secret has to be typed again first.
const KEPT: u64 = 60_000;

/// Tries that strangers share. Where more come than the rate allows, each neighbourhood that waits is given one turn, and
/// another only after it has taken that one. A thousand tries from one place wait as one, and somebody from another place
/// waits behind as many places as there are, not behind as many tries.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    /// When all tries are saved up again, counting those that are reserved for turns.
    full: u64,
    turns: HashMap<Network, u64>,
    /// The turns in their order, including those that were taken.
    order: VecDeque<(u64, Network)>,
}

impl Line {
    /// Takes a try for somebody from a neighbourhood, or says how long to wait for its turn.
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
