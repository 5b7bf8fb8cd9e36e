//! Slots: each holder has a fixed number of them, used on a first come, first served basis. Holders do not wait for
//! each other.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// The slots of all holders. Cheap to clone.
pub(crate) struct Slots<K> {
    each: usize,
    holders: Arc<Mutex<HashMap<K, Arc<Semaphore>>>>,
}

impl<K: Hash + Eq> Slots<K> {
    /// `each` slots for every holder.
    pub(crate) fn new(each: usize) -> Self {
        Self { each, holders: Arc::default() }
    }

    /// A slot, which is free again when it is dropped; `None` if none became free within `wait`.
    pub(crate) async fn take(&self, holder: K, wait: Duration) -> Option<OwnedSemaphorePermit> {
        let own = self.of(holder);
        timeout(wait, own.acquire_owned()).await.ok()?.ok()
    }

    fn of(&self, holder: K) -> Arc<Semaphore> {
        let mut holders = self.holders.lock().unwrap_or_else(PoisonError::into_inner);
        // A semaphore that is referenced only by this table is neither taken nor waited for.
        holders.retain(|_, own| Arc::strong_count(own) > 1);
        holders.entry(holder).or_insert_with(|| Arc::new(Semaphore::new(self.each))).clone()
    }
}

impl<K> Clone for Slots<K> {
    fn clone(&self) -> Self {
        Self { each: self.each, holders: self.holders.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOMENT: Duration = Duration::from_millis(20);

    #[tokio::test]
    async fn r42_holders_do_not_wait_for_each_other() {
        let slots = Slots::new(2);
        let taken = [slots.take(1, MOMENT).await.unwrap(), slots.take(1, MOMENT).await.unwrap()];
        assert!(slots.take(1, MOMENT).await.is_none());
        assert!(slots.take(2, MOMENT).await.is_some());
        drop(taken);
        assert!(slots.take(1, MOMENT).await.is_some());
        assert_eq!(slots.holders.lock().unwrap().len(), 1, "who has none is not kept");
    }
}
