//! How many connections there may be, in all and from one caller, and who makes room for others.

use super::Limits;
use crate::proxy::TrustedProxies;
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{AcquireError, Notify, OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// How long to wait for a place before somebody else is asked to leave.
const PATIENCE: Duration = Duration::from_millis(100);

/// The places that connections take.
pub(super) struct Places {
    all: Arc<Semaphore>,
    each: usize,
    taken: Arc<Taken>,
    proxies: TrustedProxies,
}

#[derive(Default)]
struct Taken {
    callers: Mutex<HashMap<IpAddr, usize>>,
    /// By their first turn.
    connections: Mutex<HashMap<u64, Arc<Waiting>>>,
    turns: AtomicU64,
}

/// A connection that waits for its caller, to send a request or to take an answer, and leaves when others need its place.
#[derive(Default)]
struct Waiting {
    /// Since which turn it waits; 0 while a request is worked on.
    since: AtomicU64,
    leave: Notify,
}

/// A place, given back when it is dropped.
pub(super) struct Place {
    _one_of_all: OwnedSemaphorePermit,
    taken: Arc<Taken>,
    /// None for a trusted proxy.
    caller: Option<IpAddr>,
    first_turn: u64,
    waiting: Arc<Waiting>,
}

/// A request is worked on; when this is dropped its connection waits again.
pub(super) struct Working(Arc<Place>);

impl Places {
    pub(super) fn new(limits: &Limits, proxies: TrustedProxies) -> Self {
        let all = Arc::new(Semaphore::new(limits.connections));
        Self { all, each: limits.connections_each, taken: Arc::default(), proxies }
    }

    /// A place for this address; none when it has its share already. Trusted proxies speak for many: they have no share,
    /// and make no room. Where all places are taken, the connection goes that has waited for its caller longest; where
    /// none waits, this waits until one ends.
    ///
    /// # Errors
    /// Never: the places are not closed.
    pub(super) async fn take(&self, address: IpAddr) -> Result<Option<Arc<Place>>, AcquireError> {
        let caller = (!self.proxies.trust(address)).then(|| caller(address));
        if caller.is_some_and(|caller| lock(&self.taken.callers).get(&caller).is_some_and(|count| *count >= self.each))
        {
            return Ok(None);
        }
        Ok(Some(Arc::new(self.place(self.free().await?, caller))))
    }

    async fn free(&self) -> Result<OwnedSemaphorePermit, AcquireError> {
        loop {
            if let Ok(free) = self.all.clone().try_acquire_owned() {
                return Ok(free);
            }
            self.taken.make_room();
            if let Ok(free) = timeout(PATIENCE, self.all.clone().acquire_owned()).await {
                return free;
            }
        }
    }

    fn place(&self, one_of_all: OwnedSemaphorePermit, caller: Option<IpAddr>) -> Place {
        let (taken, waiting) = (self.taken.clone(), Arc::new(Waiting::default()));
        let first_turn = taken.turn();
        if let Some(caller) = caller {
            waiting.since.store(first_turn, Ordering::Relaxed);
            *lock(&taken.callers).entry(caller).or_default() += 1;
            lock(&taken.connections).insert(first_turn, waiting.clone());
        }
        Place { _one_of_all: one_of_all, taken, caller, first_turn, waiting }
    }
}

impl Taken {
    fn turn(&self) -> u64 {
        self.turns.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn make_room(&self) {
        let connections = lock(&self.connections);
        let waiting = connections.values().filter(|waiting| waiting.since.load(Ordering::Relaxed) > 0);
        if let Some(longest) = waiting.min_by_key(|waiting| waiting.since.load(Ordering::Relaxed)) {
            longest.since.store(0, Ordering::Relaxed);
            longest.leave.notify_one();
        }
    }
}

impl Place {
    /// A request has come.
    pub(super) fn work(self: &Arc<Self>) -> Working {
        self.waiting.since.store(0, Ordering::Relaxed);
        Working(self.clone())
    }

    /// Done when others need this place more.
    pub(super) async fn leave(&self) {
        self.waiting.leave.notified().await;
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.0.waiting.since.store(self.0.taken.turn(), Ordering::Relaxed);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(caller) = &self.caller else { return };
        lock(&self.taken.connections).remove(&self.first_turn);
        let mut callers = lock(&self.taken.callers);
        if let Some(count) = callers.get_mut(caller) {
            *count -= 1;
            if *count == 0 {
                callers.remove(caller);
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

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(connections: usize, connections_each: usize) -> Places {
        let limits = Limits { connections, connections_each, ..Limits::default() };
        Places::new(&limits, TrustedProxies::new(vec!["192.0.2.1/32".parse().unwrap()]))
    }

    async fn take(places: &Places, address: &str) -> Option<Arc<Place>> {
        places.take(address.parse().unwrap()).await.unwrap()
    }

    /// Whether the connection is asked to leave.
    async fn leaves(place: &Place) -> bool {
        timeout(Duration::from_millis(20), place.leave()).await.is_ok()
    }

    #[tokio::test]
    async fn an_address_gets_its_share_and_no_more() {
        let places = places(100, 2);
        let (first, second) = (take(&places, "2001:db8::1").await, take(&places, "2001:db8::2").await);
        assert!(first.is_some() && take(&places, "2001:db8::3").await.is_none());
        assert!(take(&places, "2001:db8:0:1::1").await.is_some() && take(&places, "198.51.100.7").await.is_some());
        drop(first);
        assert!(take(&places, "2001:db8::3").await.is_some());
        let mut proxied = Vec::new();
        for _ in 0..10 {
            proxied.push(take(&places, "::ffff:192.0.2.1").await.expect("a proxy has no share"));
        }
        drop((proxied, second));
        let nothing = lock(&places.taken.callers).is_empty() && lock(&places.taken.connections).is_empty();
        assert!(nothing, "nothing is kept of those who went");
        assert_eq!(places.all.available_permits(), 100);
    }

    #[tokio::test]
    async fn who_waits_longest_makes_room() {
        let places = places(4, 100);
        let proxy = take(&places, "192.0.2.1").await.unwrap();
        let (first, second, third) = (
            take(&places, "::1").await.unwrap(),
            take(&places, "::1").await.unwrap(),
            take(&places, "::1").await.unwrap(),
        );
        let working = third.work();
        drop(first.work());
        let more = async || timeout(Duration::from_millis(20), take(&places, "::1")).await;
        assert!(more().await.is_err(), "nobody has left yet");
        assert!(leaves(&second).await && !leaves(&first).await, "the first has had a request since");
        drop(second);
        let fourth = more().await.expect("there is room").unwrap();
        assert!(more().await.is_err() && leaves(&first).await);
        assert!(more().await.is_err() && leaves(&fourth).await);
        assert!(more().await.is_err() && !leaves(&third).await && !leaves(&proxy).await, "who works stays");
        drop(working);
        assert!(more().await.is_err() && leaves(&third).await);
    }
}
