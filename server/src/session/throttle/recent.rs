use super::{
    Network, SourceAddress,
    bucket::{Bucket, Rate},
    turns::{TOLD, Turns},
};
use std::collections::{BTreeSet, HashMap};

/// How long a failure is held against a network, in milliseconds.
const LATELY: u64 = 3_600_000;
/// A few megabytes for each size of network, and 30 at most if dozens of callers in each network take turns; the oldest
/// networks are removed first. Strangers who are admitted as fast as the lines allow do not fill more in an hour.
pub(super) const NETWORKS: usize = 20_000;

/// People sometimes hang up. A network whose callers do so more often in an hour is taken for a guessing one.
const FORGIVEN: u32 = 3;

/// An IPv4 /24; for IPv6 the /64, the /56 and the /48 around it: a subscriber may have any of them. More people may be
/// in the wider ones, so they get more attempts.
const V4: [Level; 1] = [Level { bytes: 4, own: Rate { burst: 3, every: 60_000 } }];
const V6: [Level; 3] = [
    Level { bytes: 9, own: Rate { burst: 3, every: 60_000 } },
    Level { bytes: 8, own: Rate { burst: 6, every: 30_000 } },
    Level { bytes: 7, own: Rate { burst: 12, every: 15_000 } },
];

/// A size of network, and the attempts that each network has after it has failed.
#[derive(Clone, Copy)]
struct Level {
    bytes: usize,
    own: Rate,
}

/// The networks with attempts in the last hour.
#[derive(Clone, Debug, Default)]
pub(super) struct Recent {
    v4: [Tried; V4.len()],
    v6: [Tried; V6.len()],
}

impl Recent {
    /// Whether nothing is held against a network, or the widest one around it: no attempt was wrong, and none is in
    /// progress.
    pub(super) fn is_fresh(&self, network: Network) -> bool {
        let (tried, level) = if network.is_v6() { (&self.v6[2], V6[2]) } else { (&self.v4[0], V4[0]) };
        tried.networks.get(&network.first(level.bytes)).is_none_or(|entry| !entry.failed && entry.under_way == 0)
    }

    /// Requests an attempt for the caller's network and for each network around it; those with recent attempts have
    /// few left. The error is the milliseconds until each has one for this caller, after the callers with precedence.
    pub(super) fn ask(&mut self, caller: SourceAddress, at: u64) -> Result<(), u64> {
        for (tried, level) in self.levels(caller.network) {
            let Some(entry) = tried.networks.get_mut(&caller.network.first(level.bytes)) else { continue };
            let first = entry.turns.ask(caller.within(level.bytes), at);
            let wait = entry.own.wait(first + 1, level.own, at);
            if wait > 0 {
                return Err(wait.min(TOLD));
            }
        }
        Ok(())
    }

    /// Begins an attempt that was admitted. It counts until it ends well: several concurrent attempts from one network
    /// must not all be its first.
    pub(super) fn begin(&mut self, caller: SourceAddress, at: u64) {
        for (tried, level) in self.levels(caller.network) {
            let network = caller.network.first(level.bytes);
            if let Some(entry) = tried.networks.get_mut(&network) {
                // Checked before: `ask` returned how long to wait.
                let _ = entry.own.take(level.own, at);
                entry.turns.take(caller.within(level.bytes), at);
            }
            tried.note(network, at).under_way += 1;
        }
    }

    /// Ends a wrong attempt: it is held against the network for an hour.
    pub(super) fn failed(&mut self, caller: SourceAddress, at: u64) {
        for (tried, level) in self.levels(caller.network) {
            let entry = tried.note(caller.network.first(level.bytes), at);
            entry.end();
            entry.failed = true;
            entry.turns.had(caller.within(level.bytes), at);
        }
    }

    /// Ends an attempt that was neither right nor wrong, because the caller has gone.
    pub(super) fn abandoned(&mut self, caller: SourceAddress, at: u64) {
        for (tried, level) in self.levels(caller.network) {
            if let Some(entry) = tried.networks.get_mut(&caller.network.first(level.bytes)) {
                entry.end();
                entry.abandoned = entry.abandoned.saturating_add(1);
                entry.failed |= entry.abandoned > FORGIVEN;
                entry.turns.had(caller.within(level.bytes), at);
            }
        }
    }

    /// Ends an attempt that was neither right nor wrong, through no fault of the caller.
    pub(super) fn put_back(&mut self, caller: SourceAddress) {
        for (tried, level) in self.levels(caller.network) {
            if let Some(entry) = tried.networks.get_mut(&caller.network.first(level.bytes)) {
                entry.end();
                entry.own.put_back(level.own);
            }
        }
    }

    /// Forgets whatever was held against the network.
    pub(super) fn forget(&mut self, network: Network) {
        for (tried, level) in self.levels(network) {
            tried.forget(network.first(level.bytes));
        }
    }

    /// Forgets what is older than an hour.
    pub(super) fn sweep(&mut self, at: u64) {
        self.v4.iter_mut().chain(&mut self.v6).for_each(|tried| tried.sweep(at));
    }

    fn levels(&mut self, network: Network) -> impl Iterator<Item = (&mut Tried, Level)> {
        let (tried, levels) = if network.is_v6() { (&mut self.v6[..], &V6[..]) } else { (&mut self.v4[..], &V4[..]) };
        tried.iter_mut().zip(levels.iter().copied())
    }

    /// How many networks of each size there are at most.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        let len = |tried: &Tried| {
            assert_eq!(tried.networks.len(), tried.by_age.len());
            tried.networks.len()
        };
        self.v4.iter().chain(&self.v6).map(len).max().unwrap_or(0)
    }
}

/// Networks of one size.
#[derive(Clone, Debug, Default)]
struct Tried {
    networks: HashMap<Network, Entry>,
    by_age: BTreeSet<(u64, Network)>,
}

#[derive(Clone, Debug, Default)]
struct Entry {
    last: u64,
    failed: bool,
    under_way: u32,
    abandoned: u32,
    own: Bucket,
    turns: Turns,
}

impl Entry {
    /// Ends an attempt. The entry may be newer than the attempt, if another one was right in the meantime.
    fn end(&mut self) {
        self.under_way = self.under_way.saturating_sub(1);
    }
}

impl Tried {
    fn note(&mut self, network: Network, at: u64) -> &mut Entry {
        if self.networks.len() >= NETWORKS && !self.networks.contains_key(&network) {
            self.remove_oldest();
        }
        let entry = self.networks.entry(network).or_default();
        self.by_age.remove(&(entry.last, network));
        entry.last = at;
        self.by_age.insert((at, network));
        entry
    }

    fn forget(&mut self, network: Network) {
        if let Some(entry) = self.networks.remove(&network) {
            self.by_age.remove(&(entry.last, network));
        }
    }

    fn sweep(&mut self, at: u64) {
        while self.by_age.first().is_some_and(|(last, _)| at - last >= LATELY) {
            self.remove_oldest();
        }
    }

    fn remove_oldest(&mut self) {
        if let Some((_, network)) = self.by_age.pop_first() {
            self.networks.remove(&network);
        }
    }
}
