//! The accept loop. axum's own has no time-out for headers, no cap on connections and no drain with an end.

mod framing;
mod places;
mod wire;

use crate::proxy::{PeerAddress, TrustedProxies};
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
use places::{Place, Places};
use std::{
    convert::Infallible,
    future::Future,
    io::{self, ErrorKind},
    net::IpAddr,
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};
use tower::{Service, ServiceExt};
use wire::Wire;

/// More than any client of ours sends.
const HEADER_BYTES: usize = 32 * 1024;
const HEADER_COUNT: usize = 64;

/// What a connection may take of the server.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at the same time. For one more, that goes which has waited for its caller longest.
    pub connections: usize,
    /// Connections at the same time from one IPv4 address or one IPv6 /64; more are hung up on. Trusted proxies are
    /// exempt.
    pub connections_each: usize,
    /// Time for a request's head, and for a connection to wait for its next request.
    pub head: Duration,
    /// Time for a request's body. Shorter than an answer may take, so that a slow sender is told what it was.
    pub body: Duration,
    /// Time for the operations of a bulk request; those that are left then are refused one by one.
    pub bulk: Duration,
    /// Time that a write may make no progress.
    pub stall: Duration,
    /// Time for requests under way when the server stops.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // A process may have 1,024 files open by default, and the database and files need some.
            connections: 896,
            connections_each: 64,
            head: Duration::from_secs(10),
            body: Duration::from_secs(20),
            bulk: Duration::from_secs(15),
            stall: Duration::from_secs(30),
            drain: Duration::from_secs(10),
        }
    }
}

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
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok(Some((stream, address, place))) => connect(&graceful, &router, &limits, stream, address, place),
            Ok(None) => {}
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
    if timeout(limits.drain, graceful.shutdown()).await.is_err() {
        tracing::warn!("some connections did not end in time and were cut");
    }
}

/// The next connection; none when its address has too many already and it was hung up on.
async fn accept(listener: &TcpListener, places: &Places) -> io::Result<Option<(TcpStream, IpAddr, Arc<Place>)>> {
    let (stream, address) = listener.accept().await?;
    let address = address.ip();
    let Some(place) = places.take(address).await.map_err(io::Error::other)? else {
        tracing::debug!(%address, "hung up on an address with too many connections");
        return Ok(None);
    };
    // On some systems this fails where the caller has hung up again, which shows at the first read.
    let _ = stream.set_nodelay(true);
    Ok(Some((stream, address, place)))
}

fn connect(
    graceful: &GracefulShutdown,
    router: &Router,
    limits: &Limits,
    stream: TcpStream,
    address: IpAddr,
    place: Arc<Place>,
) {
    let wire = Wire::new(stream, Framing::new(HEADER_BYTES), limits.stall);
    let (router, fault, working) = (router.clone(), wire.fault(), place.clone());
    let service = tower::service_fn(move |request| {
        let (answer, working) = (answer(router.clone(), request, address, fault.get().copied()), working.work());
        async move {
            let answer = answer.await;
            drop(working);
            answer
        }
    });
    // Browsers and proxies speak HTTP/2 over TLS only, which the proxy in front ends.
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_headers(HEADER_COUNT)
        .max_buf_size(HEADER_BYTES)
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
    mut request: Request<Incoming>,
    peer: IpAddr,
    fault: Option<Fault>,
) -> Result<Response<Body>, Infallible> {
    request.extensions_mut().insert(PeerAddress(peer));
    if let Some(fault) = fault {
        request.extensions_mut().insert(fault);
    }
    let is_coded = request.headers().contains_key(header::TRANSFER_ENCODING);
    let mut response = ServiceExt::<Request<Body>>::ready(&mut router).await?.call(request.map(Body::new)).await?;
    if is_coded {
        // What follows a coded body is not watched, so nothing may follow.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response)
}

/// Done at SIGTERM or Ctrl-C.
pub(crate) async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}
