//! The accept loop. axum's own has no time-out for headers, no cap on connections and no drain with an end.

mod framing;
mod leftover;
mod listener;
mod mend;
mod places;
mod wire;

use crate::{
    arrival::Arrival,
    proxy::{PeerAddress, TrustedProxies},
};
use axum::{
    Router,
    body::Body,
    http::{HeaderValue, Request, Response, header},
};
pub(crate) use framing::Fault;
use framing::Framing;
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
pub use leftover::Drain;
pub(crate) use listener::inherited;
pub use listener::listen;
use places::{Offer, Place, Places};
use std::{
    convert::Infallible,
    future::Future,
    io::ErrorKind,
    net::IpAddr,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::{sleep, timeout},
};
use tower::{Service, ServiceExt};
use wire::Wire;

/// More than any client of ours sends.
const HEADER_BYTES: usize = 32 * 1024;
const HEADER_COUNT: usize = 64;

/// How much of a head the parser reads. It refuses what is longer without a word, so what is little too long is read whole
/// and refused by us.
const BUFFER_BYTES: usize = 64 * 1024;

/// What callers may take of the server.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at the same time. For one more, that one goes which has waited for its caller longest.
    pub connections: usize,
    /// How many of them are kept for callers on this host: health checks, and rescuers at a shell.
    pub host_connections: usize,
    /// Connections at the same time from one IPv4 address or one IPv6 /64; for more, older ones go that wait. Trusted
    /// proxies are exempt.
    pub connections_each: usize,
    /// Requests under way at the same time from one IPv4 address or one IPv6 /64, also behind a trusted proxy.
    pub requests_each: usize,
    /// SCIM requests under way at the same time, so that the console and health checks find a place.
    pub scim_requests: usize,
    /// Forms of the console at the same time whose bodies are awaited.
    pub forms: usize,
    /// Neither a connection nor a request is given up for another before it is so old.
    pub grace: Duration,
    /// Time for a request's head, and for a connection to wait for its next request.
    pub head: Duration,
    /// The same for trusted proxies, which keep connections for two minutes: the one that ends an idle connection must not
    /// be us, for a request may be on its way.
    pub proxy_head: Duration,
    /// Time for a request's body. Shorter than an answer may take, so that a slow sender is told what it was.
    pub body: Duration,
    /// The same for the forms of the console, which are small.
    pub form: Duration,
    /// How fast a body must come.
    pub body_floor: Floor,
    /// Bulk requests at the same time.
    pub bulks: usize,
    /// Bulk requests at the same time by one token.
    pub bulks_each: usize,
    /// How long a bulk request waits for its turn.
    pub bulk_turn: Duration,
    /// Time for the operations of a bulk request; those that are left then are refused one by one.
    pub bulk: Duration,
    /// Queries that look at resources one by one, those that wait for their turn included.
    pub scans: usize,
    /// The same by one token.
    pub scans_each: usize,
    /// How long such a query waits for a place.
    pub scan_turn: Duration,
    /// Bytes of SCIM requests and answers under way, as they are in memory.
    pub memory: u64,
    /// How many of them one token may take.
    pub memory_each: u64,
    /// Bytes of a page of a list; one that would have more ends early.
    pub page: u64,
    /// Time that a write may make no progress.
    pub stall: Duration,
    /// How fast an answer must be taken, once the caller has let us wait.
    pub reader_floor: Floor,
    /// What is read of a body before its answer, where that comes early.
    pub rest: Drain,
    /// What is read of it afterwards, on a connection that ends.
    pub linger: Drain,
    /// How long connections may still send a request when no new ones are accepted.
    pub last_request: Duration,
    /// Time for requests under way after that.
    pub drain: Duration,
}

/// A lowest speed, which counts from a moment on.
#[derive(Clone, Copy, Debug)]
pub struct Floor {
    /// The speed.
    pub bytes_a_second: u64,
    /// How long nobody minds.
    pub after: Duration,
}

impl Floor {
    /// How long so many bytes may take, and nothing after them.
    pub(crate) fn time_for(&self, bytes: u64) -> Duration {
        self.after.saturating_add(Duration::from_millis(bytes.saturating_mul(1_000) / self.bytes_a_second.max(1)))
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // A process may have 1,024 files open by default, and the database, files and newcomers need some.
            connections: 848,
            host_connections: 16,
            connections_each: 64,
            requests_each: 64,
            scim_requests: 512,
            forms: 64,
            grace: Duration::from_secs(1),
            head: Duration::from_secs(10),
            proxy_head: Duration::from_secs(150),
            body: Duration::from_secs(20),
            form: Duration::from_secs(5),
            // Some lost packets in a row cost three seconds.
            body_floor: Floor { bytes_a_second: 500, after: Duration::from_secs(5) },
            bulks: 4,
            bulks_each: 2,
            bulk_turn: Duration::from_secs(5),
            bulk: Duration::from_secs(15),
            scans: 16,
            scans_each: 4,
            scan_turn: Duration::from_secs(5),
            memory: 256 * 1024 * 1024,
            memory_each: 64 * 1024 * 1024,
            page: 16 * 1024 * 1024,
            stall: Duration::from_secs(30),
            reader_floor: Floor { bytes_a_second: 16 * 1024, after: Duration::from_secs(30) },
            rest: Drain { bytes: 1024 * 1024 + 64 * 1024, time: Duration::from_millis(500) },
            linger: Drain { bytes: 16 * 1024 * 1024, time: Duration::from_secs(2) },
            last_request: Duration::from_millis(500),
            drain: Duration::from_secs(10),
        }
    }
}

/// The request came over a connection that is kept for callers on this host.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HostPlace;

/// Serves until `stop` is done, then lets requests under way finish.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    proxies: TrustedProxies,
    stop: impl Future<Output = ()>,
) {
    let graceful = GracefulShutdown::new();
    let places = Places::new(&limits, proxies);
    let mut newcomers = JoinSet::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept(), if places.has_room_for_host() => accepted,
            Some(Ok((stream, address, place))) = newcomers.join_next() => {
                connect(&graceful, &router, &limits, stream, address, place);
                continue;
            }
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, address)) => admit(stream, address.ip(), &places, &mut newcomers, |stream, address, place| {
                connect(&graceful, &router, &limits, stream, address, place);
            }),
            // It ended before it was accepted.
            Err(error) if matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset) => {}
            Err(error) => {
                // Out of file descriptors, mostly: they come back when connections end.
                tracing::error!(error = &error as &dyn std::error::Error, "a connection could not be accepted");
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
    drop(listener);
    let _ = timeout(
        limits.last_request,
        hear_out(&graceful, newcomers, |(stream, address, place)| {
            connect(&graceful, &router, &limits, stream, address, place);
        }),
    )
    .await;
    if timeout(limits.drain, graceful.shutdown()).await.is_err() {
        tracing::warn!("some connections did not end in time and were cut");
    }
}

/// Lets those who were accepted send their request: a connection without one would be closed at once, and a caller who is
/// about to send one would get no answer. Done when no connection is left.
async fn hear_out(graceful: &GracefulShutdown, mut newcomers: JoinSet<Placed>, connect: impl Fn(Placed)) {
    while !newcomers.is_empty() || graceful.count() > 0 {
        tokio::select! {
            Some(Ok(placed)) = newcomers.join_next() => connect(placed),
            () = sleep(Duration::from_millis(10)) => {}
        }
    }
}

type Placed = (TcpStream, IpAddr, Arc<Place>);

/// Gives a new connection a place, or has it wait for one beside this loop. One for which there is none is hung up on.
fn admit(
    stream: TcpStream,
    address: IpAddr,
    places: &Places,
    newcomers: &mut JoinSet<Placed>,
    connect: impl FnOnce(TcpStream, IpAddr, Arc<Place>),
) {
    // On some systems this fails where the caller has hung up again, which shows at the first read.
    let _ = stream.set_nodelay(true);
    match places.offer(address) {
        Offer::Taken(place) => connect(stream, address, place),
        Offer::Wait(newcomer) => {
            let places = places.clone();
            newcomers.spawn(async move { (stream, address, places.wait(newcomer).await) });
        }
        Offer::Refused => tracing::debug!(%address, "hung up on a caller for whom there is no place"),
    }
}

fn connect(
    graceful: &GracefulShutdown,
    router: &Router,
    limits: &Limits,
    stream: TcpStream,
    address: IpAddr,
    place: Arc<Place>,
) {
    let limits = *limits;
    let head = if place.is_proxy() { limits.proxy_head } else { limits.head };
    let wire = Wire::new(stream, Framing::new(HEADER_BYTES), limits.stall, limits.reader_floor);
    let (router, fault, mended, of_request) = (router.clone(), wire.fault(), wire.mended(), place.clone());
    let service = tower::service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        if mended.swap(false, Ordering::Relaxed) {
            mend::restore(&mut request);
        }
        let (request, arrival) = Arrival::watch(request);
        let busy = of_request.begin(arrival.clone());
        let answer = answer(router.clone(), request, address, fault.get().copied(), of_request.is_of_host());
        async move {
            let mut response = answer.await?;
            if let Some(arrival) = &arrival {
                response = leftover::read(response, arrival, &limits).await;
            }
            drop(busy);
            Ok::<_, Infallible>(response)
        }
    });
    // Browsers and proxies speak HTTP/2 over TLS only, which the proxy in front ends.
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head)
        .max_headers(HEADER_COUNT)
        .max_buf_size(BUFFER_BYTES)
        .serve_connection(TokioIo::new(wire), TowerToHyperService::new(service));
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        tokio::select! {
            ended = connection => {
                if let Err(error) = ended {
                    tracing::debug!(error = %error, "a connection ended early");
                }
            }
            () = place.leave() => tracing::debug!(%address, "a connection that waited made room for another"),
        }
    });
}

async fn answer(
    mut router: Router,
    mut request: Request<Body>,
    peer: IpAddr,
    fault: Option<Fault>,
    is_of_host: bool,
) -> Result<Response<Body>, Infallible> {
    request.extensions_mut().insert(PeerAddress(peer));
    if is_of_host {
        request.extensions_mut().insert(HostPlace);
    }
    if let Some(fault) = fault {
        request.extensions_mut().insert(fault);
    }
    let is_coded = request.headers().contains_key(header::TRANSFER_ENCODING);
    let mut response = ServiceExt::<Request<Body>>::ready(&mut router).await?.call(request).await?;
    if is_coded {
        // What follows a coded body is not watched, so nothing may follow.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response)
}

/// What tells the server to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Somebody at the terminal.
    Interrupt,
    /// The system.
    Terminate,
}

/// Done at SIGTERM or Ctrl-C, from this call on.
pub(crate) fn stop_signal() -> impl Future<Output = Signal> {
    #[cfg(unix)]
    let signals = {
        use tokio::signal::unix::{SignalKind, signal};
        (signal(SignalKind::terminate()).ok(), signal(SignalKind::interrupt()).ok())
    };
    async {
        #[cfg(unix)]
        if let (Some(mut terminate), Some(mut interrupt)) = signals {
            return tokio::select! {
                _ = interrupt.recv() => Signal::Interrupt,
                _ = terminate.recv() => Signal::Terminate,
            };
        }
        let _ = tokio::signal::ctrl_c().await;
        Signal::Interrupt
    }
}
