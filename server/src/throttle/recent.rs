use super::{
    Network,
    bucket::{Bucket, Rate},
};
use std::collections::{BTreeSet, HashMap};

/// Of each network that has failed lately.
const OWN: Rate = Rate { burst: 3, every: 60_000 };
/// How long a failure is held against a network, in milliseconds.
const LATELY: u64 = 3_600_000;
/// Some megabytes at most; the oldest go first.
pub(super) const NETWORKS: usize = 20_000;

/// The networks that have failed in the last hour.
#[derive(Clone, Debug, Default)]
pub(super) struct Recent {
    networks: HashMap<Network, Failed>,
    by_age: BTreeSet<(u64, Network)>,
}

#[derive(Clone, Debug)]
struct Failed {
    last: u64,
    own: Bucket,
}

impl Recent {
    /// The network's own bucket; none when it has not failed lately.
    pub(super) fn bucket(&mut self, network: Network) -> Option<(&mut Bucket, Rate)> {
        self.networks.get_mut(&network).map(|failed| (&mut failed.own, OWN))
    }

    /// Holds a failure against the network for an hour.
    pub(super) fn note(&mut self, network: Network, at: u64) {
        let failed = self.networks.entry(network).or_insert(Failed { last: at, own: Bucket::default() });
        self.by_age.remove(&(failed.last, network));
        failed.last = at;
        self.by_age.insert((at, network));
        if self.networks.len() > NETWORKS {
            self.remove_oldest();
        }
    }

    /// Holds nothing against the network any more.
    pub(super) fn forget(&mut self, network: Network) {
        if let Some(failed) = self.networks.remove(&network) {
            self.by_age.remove(&(failed.last, network));
        }
    }

    /// Forgets what is older than an hour.
    pub(super) fn sweep(&mut self, at: u64) {
        while self.by_age.first().is_some_and(|(last, _)| at - last >= LATELY) {
            self.remove_oldest();
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        assert_eq!(self.networks.len(), self.by_age.len());
        self.networks.len()
    }

    fn remove_oldest(&mut self) {
        if let Some((_, network)) = self.by_age.pop_first() {
            self.networks.remove(&network);
        }
    }
}
