//! The real accept loop on a real socket, and callers that write bytes rather than requests.

use crate::support::{TestApp, URL};
use axum::Router;
use server::{AppState, Hasher, ServerLimits, TrustedProxies, build, listen, serve};
use std::{net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::timeout,
};

/// Longer than anything in these tests takes, but shorter than the server's own time for an idle connection.
pub(crate) const PATIENCE: Duration = Duration::from_secs(8);

pub(crate) struct Listening {
    pub(crate) address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// An answer as received, up to the end of the connection.
#[derive(Debug)]
pub(crate) struct Raw {
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl Listening {
    /// The product with other limits.
    pub(crate) async fn start(app: &TestApp, limits: ServerLimits) -> Self {
        Self::behind(app, limits, TrustedProxies::default()).await
    }

    /// The same behind proxies.
    pub(crate) async fn behind(app: &TestApp, limits: ServerLimits, proxies: TrustedProxies) -> Self {
        let listener = listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let state = AppState::new(app.env.clone(), URL.parse().unwrap(), Hasher::default(), app.recorder.clone());
        let state = state.with_listen(listener.local_addr().unwrap()).with_limits(limits);
        Self::accept(listener, build(state.with_trusted_proxies(proxies.clone())), limits, proxies)
    }

    /// Any router behind the real loop.
    pub(crate) async fn router(router: Router, limits: ServerLimits, proxies: TrustedProxies) -> Self {
        Self::router_on("127.0.0.1:0", router, limits, proxies).await
    }

    /// The same on another address.
    pub(crate) async fn router_on(
        address: &str,
        router: Router,
        limits: ServerLimits,
        proxies: TrustedProxies,
    ) -> Self {
        Self::accept(listen(address.parse().unwrap()).unwrap(), router, limits, proxies)
    }

    fn accept(listener: TcpListener, router: Router, limits: ServerLimits, proxies: TrustedProxies) -> Self {
        let address = listener.local_addr().unwrap();
        let accepting = tokio::spawn(serve(listener, router, limits, proxies, std::future::pending()));
        Self { address, accepting }
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends bytes on a new connection and reads until the server ends it. Fails if it does not.
    pub(crate) async fn exchange(&self, bytes: &[u8]) -> Raw {
        let mut stream = self.connect().await;
        stream.write_all(bytes).await.unwrap();
        ended(&mut stream).await
    }
}

/// Reads until the server ends the connection.
pub(crate) async fn ended(stream: &mut TcpStream) -> Raw {
    let mut bytes = Vec::new();
    let read = timeout(PATIENCE, stream.read_to_end(&mut bytes)).await;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    // A reset is an end too: the bytes after the answer were not read.
    let _ = read.unwrap_or_else(|_| panic!("the connection stays open: {text}"));
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    Raw { status, text }
}
