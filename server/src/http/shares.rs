//! Shares of a limited resource, in total and for each holder.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// The whole that is shared. Cheap to clone.
pub(crate) struct Shares<K>(Arc<Pool<K>>);

struct Pool<K> {
    all: u64,
    each: u64,
    taken: Mutex<Taken<K>>,
}

struct Taken<K> {
    sum: u64,
    /// Holders without a share are not kept.
    by_holder: HashMap<K, u64>,
}

/// Which limit a request for more would exceed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Full {
    /// The limit of the holder.
    Each,
    /// The limit of all holders together.
    All,
}

/// What a holder has; returned when this is dropped.
pub(crate) struct Share<K: Hash + Eq> {
    pool: Arc<Pool<K>>,
    holder: K,
    amount: u64,
}

impl<K: Hash + Eq + Clone> Shares<K> {
    /// `all` in total, of which each holder gets no more than `each`.
    pub(crate) fn new(all: u64, each: u64) -> Self {
        Self(Arc::new(Pool { all, each, taken: Mutex::new(Taken { sum: 0, by_holder: HashMap::new() }) }))
    }

    /// A share of this amount.
    ///
    /// # Errors
    /// If a limit would be exceeded; nothing is taken.
    pub(crate) fn take(&self, holder: K, amount: u64) -> Result<Share<K>, Full> {
        let mut share = self.empty(holder);
        share.grow(amount)?;
        Ok(share)
    }

    /// A share of this amount, whatever the limits say.
    pub(crate) fn take_anyway(&self, holder: K, amount: u64) -> Share<K> {
        let mut share = self.empty(holder);
        share.add(amount, u64::MAX, u64::MAX).unwrap_or_default();
        share
    }

    /// Whether this holder has a share.
    pub(crate) fn has(&self, holder: &K) -> bool {
        self.0.lock().by_holder.contains_key(holder)
    }

    /// A share of nothing, which may grow.
    pub(crate) fn empty(&self, holder: K) -> Share<K> {
        Share { pool: self.0.clone(), holder, amount: 0 }
    }

    #[cfg(test)]
    pub(crate) fn taken(&self) -> (u64, usize) {
        let taken = self.0.lock();
        (taken.sum, taken.by_holder.len())
    }
}

impl<K> Clone for Shares<K> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K: Hash + Eq + Clone> Share<K> {
    /// Takes more.
    ///
    /// # Errors
    /// If a limit would be exceeded; the share stays as it is.
    pub(crate) fn grow(&mut self, amount: u64) -> Result<(), Full> {
        let (all, each) = (self.pool.all, self.pool.each);
        self.add(amount, all, each)
    }

    /// A share of nothing, of the same holder.
    pub(crate) fn sibling(&self) -> Self {
        Self { pool: self.pool.clone(), holder: self.holder.clone(), amount: 0 }
    }

    /// Its amount.
    pub(crate) fn amount(&self) -> u64 {
        self.amount
    }

    fn add(&mut self, amount: u64, all: u64, each: u64) -> Result<(), Full> {
        if amount == 0 {
            return Ok(());
        }
        let mut taken = self.pool.lock();
        let own = taken.by_holder.get(&self.holder).copied().unwrap_or_default();
        if own.saturating_add(amount) > each {
            return Err(Full::Each);
        }
        if taken.sum.saturating_add(amount) > all {
            return Err(Full::All);
        }
        taken.sum += amount;
        taken.by_holder.insert(self.holder.clone(), own + amount);
        self.amount += amount;
        Ok(())
    }
}

impl<K: Hash + Eq> Share<K> {
    /// Its holder.
    pub(crate) fn holder(&self) -> &K {
        &self.holder
    }

    /// Returns a part.
    pub(crate) fn shrink(&mut self, amount: u64) {
        let amount = amount.min(self.amount);
        if amount == 0 {
            return;
        }
        self.amount -= amount;
        let mut taken = self.pool.lock();
        taken.sum -= amount;
        if let Some(own) = taken.by_holder.get_mut(&self.holder) {
            *own -= amount;
            if *own == 0 {
                taken.by_holder.remove(&self.holder);
            }
        }
    }
}

impl<K: Hash + Eq> Drop for Share<K> {
    fn drop(&mut self) {
        self.shrink(self.amount);
    }
}

impl<K> Pool<K> {
    fn lock(&self) -> MutexGuard<'_, Taken<K>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns true at most once a minute, so that a flood of refusals does not flood the log.
pub(crate) struct Seldom(Mutex<Option<Instant>>);

impl Seldom {
    const PAUSE: Duration = Duration::from_secs(60);

    /// True at the first call.
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// Whether to log now.
    pub(crate) fn is_due(&self) -> bool {
        self.is_due_at(Instant::now())
    }

    fn is_due_at(&self, now: Instant) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = last.is_none_or(|last| now.duration_since(last) >= Self::PAUSE);
        if is_due {
            *last = Some(now);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_holder_and_all_together_are_limited() {
        let shares = Shares::new(10, 6);
        let mut ada = shares.take("ada", 4).unwrap();
        assert_eq!(shares.take("ada", 3).map(|_| ()), Err(Full::Each));
        let bob = shares.take("bob", 6).unwrap();
        assert_eq!(shares.take("eve", 1).map(|_| ()), Err(Full::All));
        assert_eq!(ada.grow(1), Err(Full::All));
        drop(bob);
        assert_eq!(ada.grow(2), Ok(()));
        ada.shrink(5);
        let more = shares.take_anyway("ada", 20);
        assert_eq!(shares.taken(), (21, 1));
        drop((ada, more));
        assert_eq!(shares.taken(), (0, 0), "nothing is kept of who has nothing");
    }

    #[test]
    fn it_speaks_once_a_minute() {
        let (seldom, start) = (Seldom::new(), Instant::now());
        assert!(seldom.is_due_at(start) && !seldom.is_due_at(start));
        let later = start + Seldom::PAUSE;
        assert!(seldom.is_due_at(later) && !seldom.is_due_at(later));
    }
}
