//! The accept loop. axum's own has no time-out for headers, no limit on connections and no limit on the time to drain
//! them.

pub(crate) mod arrival;
mod framing;
mod leftover;
mod limits;
mod listener;
mod mend;
mod places;
mod refusal;
mod stop;
mod wire;

use crate::{
    http::{
        proxy::{PeerAddress, TrustedProxies},
        shares::Seldom,
    },
    listen::arrival::Arrival,
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
pub use limits::{Drain, Floor, ServerLimits};
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
pub(crate) use stop::{Signal, stop_signal};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::{sleep, timeout},
};
use tower::{Service, ServiceExt};
use wire::Wire;

/// More than any of our clients sends.
const HEADER_BYTES: usize = 32 * 1024;
const HEADER_COUNT: usize = 64;

/// How much of a head the parser reads. Heads that are slightly too long are read whole, so the log line of their
/// refusal has the path.
const BUFFER_BYTES: usize = 64 * 1024;

/// Limits the log lines about bytes that are not a request, which any caller can send.
static UNREADABLE: Seldom = Seldom::new();

/// Marks a request on a connection that is reserved for callers on this host.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HostPlace;

/// Serves until `stop` is done, then lets requests under way finish.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ServerLimits,
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
            Some(placed) = newcomers.join_next() => {
                if let Ok(Some((stream, address, place))) = placed {
                    connect(&graceful, &router, &limits, stream, address, place);
                }
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
                // Usually out of file descriptors: they become free when connections end.
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

/// Lets accepted callers send their request: otherwise a connection without one would be closed at once, and a caller
/// who is about to send one would get no answer. Returns when no connection is left.
async fn hear_out(graceful: &GracefulShutdown, mut newcomers: JoinSet<Option<Placed>>, connect: impl Fn(Placed)) {
    while !newcomers.is_empty() || graceful.count() > 0 {
        tokio::select! {
            Some(placed) = newcomers.join_next() => placed.ok().flatten().into_iter().for_each(&connect),
            () = sleep(Duration::from_millis(10)) => {}
        }
    }
}

type Placed = (TcpStream, IpAddr, Arc<Place>);

/// Gives a new connection a place, or lets it wait for one outside this loop. If neither is possible, hangs up.
fn admit(
    stream: TcpStream,
    address: IpAddr,
    places: &Places,
    newcomers: &mut JoinSet<Option<Placed>>,
    connect: impl FnOnce(TcpStream, IpAddr, Arc<Place>),
) {
    // On some systems this fails if the caller has hung up already; the first read will notice that.
    let _ = stream.set_nodelay(true);
    match places.offer(address) {
        Offer::Taken(place) => connect(stream, address, place),
        Offer::Wait(newcomer) => {
            let places = places.clone();
            newcomers.spawn(async move { Some((stream, address, places.wait(newcomer).await)) });
        }
        Offer::Queue(queued) => {
            let places = places.clone();
            newcomers.spawn(async move {
                let place = places.queue(queued).await;
                if place.is_none() {
                    tracing::debug!(%address, "hung up on a caller: its address has its share of connections");
                }
                Some((stream, address, place?))
            });
        }
        Offer::Refused => tracing::debug!(%address, "hung up on a caller: there is no place left"),
    }
}

fn connect(
    graceful: &GracefulShutdown,
    router: &Router,
    limits: &ServerLimits,
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
    // Browsers and proxies speak HTTP/2 only over TLS, which the proxy in front terminates.
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
                match ended {
                    Err(error) if error.is_parse() && UNREADABLE.is_due() => {
                        tracing::info!(%address, %error, "a request could not be parsed");
                    }
                    Err(error) => tracing::debug!(%error, "a connection ended early"),
                    Ok(()) => {}
                }
            }
            () = place.leave() => tracing::debug!(%address, "a waiting connection made room for another"),
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
        // What follows a chunked body is not checked, so nothing may follow.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response)
}
