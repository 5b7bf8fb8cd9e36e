//! How many connections there may be, in all and from one caller.

use super::Limits;
use crate::proxy::TrustedProxies;
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

/// The places that connections take.
pub(super) struct Places {
    all: Arc<Semaphore>,
    each: usize,
    taken: Taken,
    proxies: TrustedProxies,
}

type Taken = Arc<Mutex<HashMap<IpAddr, usize>>>;

/// A place, given back when it is dropped.
pub(super) struct Place {
    _one_of_all: OwnedSemaphorePermit,
    share: Option<(Taken, IpAddr)>,
}

impl Places {
    pub(super) fn new(limits: &Limits, proxies: TrustedProxies) -> Self {
        let all = Arc::new(Semaphore::new(limits.connections));
        Self { all, each: limits.connections_each, taken: Taken::default(), proxies }
    }

    /// Waits until there is a place at all.
    pub(super) async fn free(&self) -> Result<OwnedSemaphorePermit, AcquireError> {
        self.all.clone().acquire_owned().await
    }

    /// A place for this address; none when it has its share already. Trusted proxies speak for many and have no share.
    pub(super) fn take(&self, one_of_all: OwnedSemaphorePermit, address: IpAddr) -> Option<Place> {
        if self.proxies.trust(address) {
            return Some(Place { _one_of_all: one_of_all, share: None });
        }
        let caller = caller(address);
        let mut taken = lock(&self.taken);
        let count = taken.entry(caller).or_default();
        if *count >= self.each {
            return None;
        }
        *count += 1;
        Some(Place { _one_of_all: one_of_all, share: Some((self.taken.clone(), caller)) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((taken, caller)) = &self.share else { return };
        let mut taken = lock(taken);
        if let Some(count) = taken.get_mut(caller) {
            *count -= 1;
            if *count == 0 {
                taken.remove(caller);
            }
        }
    }
}

/// Whoever has an IPv6 address has its whole /64.
fn caller(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
        v4 => v4,
    }
}

fn lock(taken: &Taken) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_gets_its_share_and_no_more() {
        let limits = Limits { connections: 100, connections_each: 2, ..Limits::default() };
        let places = Places::new(&limits, TrustedProxies::new(vec!["192.0.2.1/32".parse().unwrap()]));
        let take = async |address: &str| places.take(places.free().await.unwrap(), address.parse().unwrap());
        let (first, _second) = (take("2001:db8::1").await, take("2001:db8::2").await);
        assert!(first.is_some() && take("2001:db8::3").await.is_none());
        assert!(take("2001:db8:0:1::1").await.is_some() && take("198.51.100.7").await.is_some());
        drop(first);
        assert!(take("2001:db8::3").await.is_some());
        let mut proxied = Vec::new();
        for _ in 0..10 {
            proxied.push(take("::ffff:192.0.2.1").await.expect("a proxy has no share"));
        }
        drop((proxied, _second));
        assert!(lock(&places.taken).is_empty(), "nothing is kept of those who went");
        assert_eq!(places.all.available_permits(), 100);
    }
}
