//! Requests in progress at the same time, counted by caller rather than by connection: behind a reverse proxy all
//! callers share its connections.

use crate::{
    http::{
        proxy::caller,
        shares::{Full, Seldom, Share, Shares},
    },
    listen::{ServerLimits, arrival::Arrival},
};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

static CROWDED: Seldom = Seldom::new();
static BUSY: Seldom = Seldom::new();
static TOO_MANY_FORMS: Seldom = Seldom::new();

/// An address, and whether the request is for SCIM: a directory must not lock out people who sign in from the same
/// address.
type Client = (IpAddr, bool);

/// The requests under way. Cheap to clone.
#[derive(Clone)]
pub(crate) struct UnderWay {
    callers: Shares<Client>,
    scim: Shares<()>,
    half_sent: Arrivals<Client>,
    forms: Forms,
    grace: Duration,
}

/// The share of one request; returned when this is dropped.
pub(crate) struct Pass {
    _caller: Option<Share<Client>>,
    _scim: Option<Share<()>>,
    _half_sent: Option<Listed<Client>>,
}

impl UnderWay {
    pub(crate) fn new(limits: &ServerLimits) -> Self {
        let scim = limits.scim_requests as u64;
        Self {
            callers: Shares::new(u64::MAX, limits.requests_each as u64),
            scim: Shares::new(scim, scim),
            half_sent: Arrivals::default(),
            forms: Forms { most: limits.forms, grace: limits.grace, half_sent: Arrivals::default() },
            grace: limits.grace,
        }
    }

    pub(crate) fn forms(&self) -> &Forms {
        &self.forms
    }

    /// A pass for a request. A caller that already has its share gives up the request whose body it has been sending
    /// longest; `client` is `None` if callers cannot be told apart.
    ///
    /// # Errors
    /// `Each` if the caller has its share and each of its requests is in progress or young, `All` if too many SCIM
    /// requests are under way.
    pub(crate) fn enter(
        &self,
        client: Option<IpAddr>,
        is_scim: bool,
        arrival: Option<Arc<Arrival>>,
    ) -> Result<Pass, Full> {
        let client = client.map(|client| (caller(client), is_scim));
        let caller = client.map(|client| self.share(client)).transpose()?;
        let scim = is_scim.then(|| self.scim.take((), 1)).transpose().map_err(|_| {
            if BUSY.is_due() {
                tracing::warn!(limit = "scim_requests", "SCIM requests are refused: too many are under way");
            }
            Full::All
        })?;
        let half_sent = client.zip(arrival).map(|(client, arrival)| self.half_sent.list(client, arrival));
        Ok(Pass { _caller: caller, _scim: scim, _half_sent: half_sent })
    }

    fn share(&self, client: Client) -> Result<Share<Client>, Full> {
        self.callers.take(client, 1).or_else(|full| {
            if CROWDED.is_due() {
                tracing::warn!(address = %client.0, limit = "requests_each", "an address has too many requests under way");
            }
            let given_up = self.half_sent.give_up_oldest(self.grace, |listed| *listed == client);
            // The share of the request that was given up is returned in a moment.
            if given_up { Ok(self.callers.take_anyway(client, 1)) } else { Err(full) }
        })
    }
}

/// The forms of the console whose bodies are awaited. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Forms {
    most: usize,
    grace: Duration,
    half_sent: Arrivals<()>,
}

/// A form; it is counted until this is dropped.
pub(crate) struct HalfSentForm {
    _listed: Listed<()>,
}

impl Forms {
    /// Counts a form whose body did not arrive with its head. If there are too many, the oldest is given up; `None` if
    /// all are young.
    pub(crate) fn enter(&self, arrival: Arc<Arrival>) -> Option<HalfSentForm> {
        let is_full = self.half_sent.count() >= self.most;
        if is_full && TOO_MANY_FORMS.is_due() {
            tracing::warn!(limit = "forms", "too many forms of the console are half-sent");
        }
        if is_full && !self.half_sent.give_up_oldest(self.grace, |()| true) {
            return None;
        }
        Some(HalfSentForm { _listed: self.half_sent.list((), arrival) })
    }
}

/// Awaited bodies, each under a key.
struct Arrivals<K>(Arc<Mutex<Listing<K>>>);

struct Listing<K> {
    next: u64,
    arrivals: HashMap<u64, (K, Arc<Arrival>)>,
}

/// A body on the list; removed when this is dropped.
struct Listed<K> {
    list: Arrivals<K>,
    number: u64,
}

impl<K> Arrivals<K> {
    fn list(&self, key: K, arrival: Arc<Arrival>) -> Listed<K> {
        let mut listing = self.lock();
        listing.next += 1;
        let number = listing.next;
        listing.arrivals.insert(number, (key, arrival));
        drop(listing);
        Listed { list: self.clone(), number }
    }

    fn count(&self) -> usize {
        self.lock().arrivals.values().filter(|(_, arrival)| arrival.is_under_way()).count()
    }

    /// Gives up the body that has been awaited longest, and at least for `grace`; false if there is none.
    fn give_up_oldest(&self, grace: Duration, among: impl Fn(&K) -> bool) -> bool {
        let listing = self.lock();
        let waiting = listing.arrivals.values().filter(|(key, arrival)| among(key) && arrival.has_waited(grace));
        let oldest = waiting.min_by_key(|(_, arrival)| arrival.began());
        oldest.inspect(|(_, arrival)| arrival.give_up()).is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Listing<K>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K> Default for Arrivals<K> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Listing { next: 0, arrivals: HashMap::new() })))
    }
}

impl<K> Clone for Arrivals<K> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K> Drop for Listed<K> {
    fn drop(&mut self) {
        self.list.lock().arrivals.remove(&self.number);
    }
}
