//! How many connections there may be, in total and from one caller, and which new ones wait for a place or are closed.

mod connections;
mod crowds;
#[cfg(test)]
mod tests;

use super::ServerLimits;
use crate::{
    http::{
        proxy::{TrustedProxies, caller},
        shares::{Seldom, Share, Shares},
    },
    listen::arrival::Arrival,
};
use connections::{Connection, Connections, Phase};
use crowds::Networks;
use std::{net::IpAddr, sync::Arc, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    time::{Instant, sleep, timeout},
};

/// How long to wait for a place before another connection is asked to end.
const PATIENCE: Duration = Duration::from_millis(100);

/// How long a proxy on this host waits before it takes a place that is reserved for callers on it.
const LAST_RESORT: Duration = Duration::from_secs(3);

/// How many newcomers of each kind may wait for a place at the same time.
const STRANGERS_WAITING: usize = 16;
const HOST_WAITING: usize = 16;
const PROXIES_WAITING: usize = 48;

/// How many connections of addresses that have their share may wait, in total and of one address: a client that opens
/// many connections at once uses some of them only for a moment.
const QUEUED: u64 = 32;
const QUEUED_EACH: u64 = 16;

/// How long such a connection waits, and how often it tries.
const QUEUE_TIME: Duration = Duration::from_secs(5);
const QUEUE_TRY: Duration = Duration::from_millis(50);

static FULL: Seldom = Seldom::new();
static SHARE_TAKEN: Seldom = Seldom::new();
static CROWDED: Seldom = Seldom::new();

/// The places that connections take. Cheap to clone.
#[derive(Clone)]
pub(super) struct Places {
    /// Open to all callers.
    open: Room,
    /// For callers on this host, if the others are taken.
    of_host: Room,
    waiting: Waiting,
    callers: Shares<IpAddr>,
    queued: Shares<IpAddr>,
    connections: Arc<Connections>,
    proxies: TrustedProxies,
}

/// Where newcomers wait, each kind separately, so that none blocks another.
#[derive(Clone)]
struct Waiting {
    strangers: Room,
    host: Room,
    proxies: Room,
}

/// A number of places.
#[derive(Clone)]
struct Room {
    size: usize,
    free: Arc<Semaphore>,
}

/// The offer to an address.
pub(super) enum Offer {
    Taken(Arc<Place>),
    /// All places are taken: call [`Places::wait`] for one.
    Wait(Newcomer),
    /// The address has its share of places: call [`Places::queue`] to wait until it gives one back.
    Queue(Queued),
    /// The network of the address already has its share, or too many wait.
    Refused,
}

/// A caller that waits until its address has fewer connections, or one that is not in use.
pub(super) struct Queued {
    address: IpAddr,
    turn: Share<IpAddr>,
}

/// A caller on a new connection.
struct Arriving {
    is_host: bool,
    /// `None` for a trusted proxy, which speaks for many callers and has no share.
    share: Option<Share<IpAddr>>,
    /// The networks of a stranger; `None` for the host and for trusted proxies.
    networks: Option<Networks>,
}

/// A caller that waits for a place.
pub(super) struct Newcomer {
    arriving: Arriving,
    _waiting: OwnedSemaphorePermit,
}

/// A place, given back when it is dropped.
pub(super) struct Place {
    /// `Some` until it is dropped.
    permit: Option<OwnedSemaphorePermit>,
    _share: Option<Share<IpAddr>>,
    connections: Arc<Connections>,
    number: u64,
    connection: Arc<Connection>,
    is_of_host: bool,
}

/// Held while a request is on the connection; when it is dropped, the connection waits again.
pub(super) struct Busy(Arc<Place>);

impl Places {
    pub(super) fn new(limits: &ServerLimits, proxies: TrustedProxies) -> Self {
        let waiting = Waiting {
            strangers: Room::new(STRANGERS_WAITING),
            host: Room::new(HOST_WAITING),
            proxies: Room::new(PROXIES_WAITING),
        };
        Self {
            open: Room::new(limits.connections - limits.host_connections),
            of_host: Room::new(limits.host_connections),
            waiting,
            callers: Shares::new(u64::MAX, limits.connections_each as u64),
            queued: Shares::new(QUEUED, QUEUED_EACH),
            connections: Arc::new(Connections::new(limits.grace, limits.connections_each)),
            proxies,
        }
    }

    /// A place for this address. An address that already has its share gives up the one of its connections that has
    /// waited longest, or waits if all of them are in use.
    pub(super) fn offer(&self, address: IpAddr) -> Offer {
        // Connections of the address that wait already come before this one.
        let offer = if self.queued.has(&caller(address)) { None } else { self.try_offer(address) };
        offer.unwrap_or_else(|| match self.queued.take(caller(address), 1) {
            Ok(turn) => Offer::Queue(Queued { address, turn }),
            Err(_) => Offer::Refused,
        })
    }

    /// Waits until the address has a place to give. `None` if that takes too long.
    pub(super) async fn queue(&self, queued: Queued) -> Option<Arc<Place>> {
        let (Queued { address, turn }, begun) = (queued, Instant::now());
        while begun.elapsed() < QUEUE_TIME {
            sleep(QUEUE_TRY).await;
            match self.try_offer(address) {
                Some(Offer::Taken(place)) => return Some(place),
                Some(Offer::Wait(newcomer)) => {
                    drop(turn);
                    return Some(self.wait(newcomer).await);
                }
                Some(Offer::Queue(_) | Offer::Refused) => return None,
                None => {}
            }
        }
        None
    }

    /// An offer; `None` if there are places, but the address has its share of them.
    fn try_offer(&self, address: IpAddr) -> Option<Offer> {
        let is_proxy = self.proxies.trust(address);
        let is_host = address.to_canonical().is_loopback();
        let networks = (!is_proxy && !is_host).then(|| Networks::of(caller(address)));
        let open = self.open.take();
        if open.is_none() && networks.as_ref().is_some_and(|networks| self.is_crowded_by(networks)) {
            return Some(Offer::Refused);
        }
        let share = match (!is_proxy).then(|| self.share(caller(address))) {
            Some(None) if open.is_some() => return None,
            Some(None) => return Some(Offer::Refused),
            share => share.flatten(),
        };
        let arriving = Arriving { is_host, share, networks };
        if let Some(permit) = open {
            return Some(Offer::Taken(self.place(permit, arriving, false)));
        }
        // A proxy on this host forwards requests of others, so it waits like others first.
        if is_host
            && !is_proxy
            && let Some(permit) = self.of_host.take()
        {
            return Some(Offer::Taken(self.place(permit, arriving, true)));
        }
        let room = self.waiting.room(&arriving);
        let waits = |waiting| Offer::Wait(Newcomer { arriving, _waiting: waiting });
        Some(room.take().map_or(Offer::Refused, waits))
    }

    /// Whether another caller on this host could wait. Until then no connection is accepted, so that callers on the
    /// host are not disconnected.
    pub(super) fn has_room_for_host(&self) -> bool {
        self.waiting.host.free.available_permits() > 0
    }

    fn is_crowded_by(&self, networks: &Networks) -> bool {
        let is_in_crowd = self.connections.is_in_crowd(networks);
        if is_in_crowd && CROWDED.is_due() {
            let network = networks.widest();
            tracing::warn!(%network, limit = "connections", "all places are taken, many of them by one network: its new connections are closed");
        }
        is_in_crowd
    }

    fn share(&self, caller: IpAddr) -> Option<Share<IpAddr>> {
        self.callers.take(caller, 1).ok().or_else(|| {
            if SHARE_TAKEN.is_due() {
                let hint = "if it is a reverse proxy, name it with --trusted-proxy";
                tracing::warn!(address = %caller, limit = "connections_each", hint, "an address has its share of connections");
            }
            // The share of the closed connection is returned in a moment.
            self.connections.make_room_of(caller).then(|| self.callers.take_anyway(caller, 1))
        })
    }

    /// Waits for a place while other connections are asked to end. Their places go to this newcomer, not to one that
    /// came earlier.
    pub(super) async fn wait(&self, newcomer: Newcomer) -> Arc<Place> {
        if FULL.is_due() {
            tracing::warn!(limit = "connections", "all places are taken: waiting connections make room");
        }
        let Newcomer { arriving, _waiting } = newcomer;
        let begun = Instant::now();
        let (heir, mut inherited) = mpsc::channel(1);
        loop {
            self.connections.make_room(&heir, arriving.networks.as_ref(), self.open.size);
            let place = async {
                tokio::select! {
                    Some(permit) = inherited.recv() => Some(permit),
                    permit = self.open.free.clone().acquire_owned() => permit.ok(),
                }
            };
            if let Ok(Some(permit)) = timeout(PATIENCE, place).await {
                return self.place(permit, arriving, false);
            }
            if arriving.is_host
                && begun.elapsed() > LAST_RESORT
                && let Some(permit) = self.of_host.take()
            {
                return self.place(permit, arriving, true);
            }
        }
    }

    fn place(&self, permit: OwnedSemaphorePermit, arriving: Arriving, is_of_host: bool) -> Arc<Place> {
        let Arriving { share, networks, .. } = arriving;
        let caller = share.as_ref().map(|share| *share.holder());
        let connections = self.connections.clone();
        let (number, connection) = connections.add(caller, networks);
        Arc::new(Place { permit: Some(permit), _share: share, connections, number, connection, is_of_host })
    }
}

impl Waiting {
    fn room(&self, arriving: &Arriving) -> &Room {
        match arriving {
            Arriving { networks: Some(_), .. } => &self.strangers,
            Arriving { share: None, .. } => &self.proxies,
            _ => &self.host,
        }
    }
}

impl Room {
    fn new(size: usize) -> Self {
        Self { size, free: Arc::new(Semaphore::new(size)) }
    }

    fn take(&self) -> Option<OwnedSemaphorePermit> {
        self.free.clone().try_acquire_owned().ok()
    }
}

impl Place {
    /// Marks the connection as busy with a request; `None` means a request without a body.
    pub(super) fn begin(self: &Arc<Self>, arrival: Option<Arc<Arrival>>) -> Busy {
        self.connection.enter(Phase::Request(arrival));
        Busy(self.clone())
    }

    /// Whether the connection is a trusted proxy's.
    pub(super) fn is_proxy(&self) -> bool {
        self.connection.is_proxy()
    }

    /// Whether it is one of the places that are reserved for callers on this host.
    pub(super) fn is_of_host(&self) -> bool {
        self.is_of_host
    }

    /// Resolves when others need this place more, and the caller of a request that was given up has got its answer.
    pub(super) async fn leave(&self) {
        self.connection.leave().await;
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.connection.enter(Phase::Idle(Instant::now()));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.remove(self.number);
        // If the heir does not take it, the place is open to all callers. A place that is reserved for the host stays
        // reserved.
        if let (Some(heir), false, Some(permit)) = (self.connection.heir(), self.is_of_host, self.permit.take()) {
            let _ = heir.try_send(permit);
        }
    }
}
