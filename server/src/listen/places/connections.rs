//! The connections that have places, and which of them makes room for a newcomer.

use super::crowds::{Crowds, Networks, Standing};
use crate::listen::arrival::Arrival;
use ipnet::IpNet;
use std::{
    cmp::Reverse,
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, mpsc::Sender},
    time::{Instant, sleep},
};

/// How long a connection has to tell its caller that its request was given up.
const LAST_WORDS: Duration = Duration::from_millis(500);

pub(super) struct Connections {
    grace: Duration,
    /// How many connections a network of many callers may have before it is a crowd.
    share: usize,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    next: u64,
    by_number: HashMap<u64, Arc<Connection>>,
    crowds: Crowds,
}

/// What a newcomer must know about a connection to take its place.
pub(super) struct Connection {
    /// `None` for a trusted proxy.
    caller: Option<IpAddr>,
    /// `None` for callers that are not strangers.
    networks: Option<Networks>,
    began: Instant,
    phase: Mutex<Phase>,
    leave: Notify,
    /// The newcomer that takes over its place.
    heir: OnceLock<Heir>,
}

/// Receives the places of connections that left for a newcomer.
pub(super) type Heir = Sender<OwnedSemaphorePermit>;

/// What a connection is doing.
pub(super) enum Phase {
    /// It waits for its caller, to send a request or to read an answer.
    Idle(Instant),
    /// It has a request, whose body may still be awaited.
    Request(Option<Arc<Arrival>>),
    /// It was asked to leave, perhaps in the middle of a request.
    Leaving { with_request: bool },
}

/// How readily a connection is given up; the highest rank goes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// One within the grace period. It goes only if it belongs to a network with too many.
    Young,
    /// One of a trusted proxy, between two requests: the proxy may be about to use it.
    IdleProxy,
    /// One that waits for its caller, but not for long.
    Waiting,
    /// One that has waited for its caller at least for the grace period.
    WaitingLong,
}

impl Connections {
    pub(super) fn new(grace: Duration, share: usize) -> Self {
        Self { grace, share, table: Mutex::default() }
    }

    /// Adds a connection, and returns its number.
    pub(super) fn add(&self, caller: Option<IpAddr>, networks: Option<Networks>) -> (u64, Arc<Connection>) {
        let began = Instant::now();
        let (phase, leave) = (Mutex::new(Phase::Idle(began)), Notify::new());
        let connection = Arc::new(Connection { caller, networks, began, phase, leave, heir: OnceLock::new() });
        let mut table = lock(&self.table);
        if let Some(networks) = &connection.networks {
            table.crowds.enter(networks);
        }
        let number = table.next;
        table.next += 1;
        table.by_number.insert(number, connection.clone());
        (number, connection)
    }

    pub(super) fn remove(&self, number: u64) {
        let mut table = lock(&self.table);
        if let Some(networks) = table.by_number.remove(&number).and_then(|connection| connection.networks.clone()) {
            table.crowds.leave(&networks);
        }
    }

    /// Whether a stranger comes from the network that has far more than its share.
    pub(super) fn is_in_crowd(&self, networks: &Networks) -> bool {
        lock(&self.table).crowds.standing(Some(networks), self.share) == Standing::Within
    }

    /// Asks a connection of this caller to end. False if none has waited for the grace period.
    pub(super) fn make_room_of(&self, caller: IpAddr) -> bool {
        lock(&self.table).ask_to_leave(self.grace, Rank::WaitingLong, None, |own| own.caller == Some(caller))
    }

    /// Asks a connection to end in favour of the heir, if one can. `networks` are a stranger's, and `open` is how many
    /// places all callers share.
    pub(super) fn make_room(&self, heir: &Heir, networks: Option<&Networks>, open: usize) {
        let (table, grace, heir) = (lock(&self.table), self.grace, Some(heir));
        let is_from = |connection: &Connection, crowd: &IpNet| {
            connection.networks.as_ref().is_some_and(|networks| networks.are_in(crowd))
        };
        let is_too_many = match table.crowds.standing(networks, self.share) {
            Standing::Beside(crowd) => table.ask_to_leave(grace, Rank::Young, heir, |other| is_from(other, &crowd)),
            Standing::Level | Standing::Within => false,
        };
        // However many networks they come from, strangers have no more than half of the places if the host or a proxy
        // needs one.
        let is_theirs = networks.is_none() && table.crowds.strangers() > open / 2;
        let _ = is_too_many
            || table.ask_to_leave(grace, Rank::Waiting, heir, |_| true)
            || is_theirs && table.ask_to_leave(grace, Rank::Young, heir, |other| other.networks.is_some())
            || table.ask_to_leave(grace, Rank::IdleProxy, heir, |_| true);
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        let table = lock(&self.table);
        table.by_number.is_empty() && table.crowds.is_empty()
    }
}

impl Table {
    /// Asks a connection to end: the one of the highest rank, which must be at least `least`, that has waited longest.
    /// False if there is none.
    fn ask_to_leave(
        &self,
        grace: Duration,
        least: Rank,
        heir: Option<&Heir>,
        among: impl Fn(&Connection) -> bool,
    ) -> bool {
        let ranked = self.by_number.values().filter(|connection| among(connection));
        let ranked = ranked.filter_map(|connection| Some((connection, connection.rank(grace)?)));
        let first =
            ranked.filter(|(_, (rank, _))| *rank >= least).max_by_key(|(_, (rank, since))| (*rank, Reverse(*since)));
        first.inspect(|(connection, _)| connection.ask_to_leave(heir)).is_some()
    }
}

impl Connection {
    pub(super) fn is_proxy(&self) -> bool {
        self.caller.is_none()
    }

    /// Its rank, and since when it has waited; `None` for one that stays because its request is in progress, or that is
    /// ending already.
    fn rank(&self, grace: Duration) -> Option<(Rank, Instant)> {
        let (since, is_idle) = match &*lock(&self.phase) {
            Phase::Idle(since) => (*since, true),
            Phase::Request(Some(arrival)) if arrival.is_under_way() => (arrival.began(), false),
            Phase::Request(_) | Phase::Leaving { .. } => return None,
        };
        let (has_waited, is_proxy) = (since.elapsed() >= grace, self.is_proxy());
        let rank = match (is_proxy, has_waited) {
            (true, true) if is_idle => Rank::IdleProxy,
            (_, true) => Rank::WaitingLong,
            // A caller that sends something now and then must not hold a place that way.
            (false, false) if self.began.elapsed() >= grace => Rank::Waiting,
            (_, false) => Rank::Young,
        };
        Some((rank, since))
    }

    fn ask_to_leave(&self, heir: Option<&Heir>) {
        if let Some(heir) = heir {
            // The first heir stays.
            let _ = self.heir.set(heir.clone());
        }
        let mut phase = lock(&self.phase);
        let with_request = match &*phase {
            Phase::Request(arrival) => {
                arrival.iter().for_each(|arrival| arrival.give_up());
                true
            }
            Phase::Idle(_) | Phase::Leaving { .. } => false,
        };
        *phase = Phase::Leaving { with_request };
        self.leave.notify_one();
    }

    pub(super) fn enter(&self, phase: Phase) {
        let mut now = lock(&self.phase);
        if !matches!(*now, Phase::Leaving { .. }) {
            *now = phase;
        }
    }

    /// Resolves when it was asked to leave, and the caller of a request that was given up has got its answer.
    pub(super) async fn leave(&self) {
        self.leave.notified().await;
        let with_request = matches!(*lock(&self.phase), Phase::Leaving { with_request: true });
        if with_request {
            sleep(LAST_WORDS).await;
        }
    }

    pub(super) fn heir(&self) -> Option<&Heir> {
        self.heir.get()
    }

    #[cfg(test)]
    pub(super) fn is_leaving(&self) -> bool {
        matches!(*lock(&self.phase), Phase::Leaving { .. })
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
