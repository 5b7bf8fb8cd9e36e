//! Connections to the server under test. They are kept open and shared by all cases, within a bound.

use crate::{Failure, Result};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Request, StatusCode, Uri,
    body::Bytes,
    client::conn::http1::{self, SendRequest},
    http::response::Parts,
};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::ServerName};
use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::Semaphore,
    time::timeout,
};
use tokio_rustls::TlsConnector;

/// Fewer than any server should allow one client.
const CONNECTIONS: usize = 32;
/// A connection that has been idle for longer may be closed by the server at any moment.
const REST: Duration = Duration::from_secs(2);
/// Longer than a directory waits for an answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// The largest answer that is read.
const LARGEST: usize = 64 * 1024 * 1024;

type Sender = SendRequest<Full<Bytes>>;

/// A server under test. Cheap to clone.
#[derive(Clone)]
pub struct ServerUnderTest(Arc<Inner>);

struct Inner {
    authority: String,
    host: String,
    port: u16,
    base: String,
    token: String,
    tls: Option<TlsConnector>,
    resting: Mutex<Vec<(Instant, Sender)>>,
    places: Semaphore,
}

impl ServerUnderTest {
    /// A server by its base URL, `http` or `https`, such as `https://id.corp.example/scim/v2`, and a bearer token that
    /// may change users and groups. Refuses a URL without scheme and host, or with a query.
    pub fn new(url: &str, token: &str) -> Result<Self> {
        let form = || Failure::new(url, "a base URL such as https://id.corp.example/scim/v2", "another text");
        let uri: Uri = url.trim_end_matches('/').parse().map_err(|_| form())?;
        let authority = uri.authority().filter(|_| uri.query().is_none()).ok_or_else(form)?;
        let (tls, port) = match uri.scheme_str() {
            Some("http") => (None, 80),
            Some("https") => (Some(connector()?), 443),
            _ => return Err(form()),
        };
        Ok(Self(Arc::new(Inner {
            authority: authority.as_str().to_owned(),
            host: authority.host().trim_matches(['[', ']']).to_owned(),
            port: authority.port_u16().unwrap_or(port),
            base: uri.path().trim_end_matches('/').to_owned(),
            token: token.to_owned(),
            tls,
            resting: Mutex::default(),
            places: Semaphore::new(CONNECTIONS),
        })))
    }

    /// Host and port as written in the URL.
    pub fn authority(&self) -> &str {
        &self.0.authority
    }

    /// The path of the base URL, without a trailing slash.
    pub fn base(&self) -> &str {
        &self.0.base
    }

    pub(crate) fn token(&self) -> &str {
        &self.0.token
    }

    /// Sends a request and reads the whole answer.
    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> std::result::Result<(Parts, Bytes), String> {
        let place = self.0.places.acquire().await.map_err(|_| "the suite has ended")?;
        let answer = timeout(PATIENCE, self.exchange(request)).await;
        drop(place);
        answer.map_err(|_| format!("no answer within {} seconds", PATIENCE.as_secs()))?
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> std::result::Result<(Parts, Bytes), String> {
        let mut sender = match self.rested().await {
            Some(sender) => sender,
            None => self.connect().await?,
        };
        let answer = sender.send_request(request).await.map_err(|error| text(&error))?;
        let (parts, body) = answer.into_parts();
        let body = Limited::new(body, LARGEST).collect().await.map_err(|error| text(&*error))?.to_bytes();
        // A server that refuses a body for its size hangs up instead of reading the rest of it.
        if parts.status != StatusCode::PAYLOAD_TOO_LARGE {
            self.resting().push((Instant::now(), sender));
        }
        Ok((parts, body))
    }

    /// A connection that is open and has not been idle too long.
    async fn rested(&self) -> Option<Sender> {
        loop {
            let (since, mut sender) = self.resting().pop()?;
            if since.elapsed() < REST && sender.ready().await.is_ok() {
                return Some(sender);
            }
        }
    }

    fn resting(&self) -> std::sync::MutexGuard<'_, Vec<(Instant, Sender)>> {
        self.0.resting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn connect(&self) -> std::result::Result<Sender, String> {
        let stream = TcpStream::connect((self.0.host.as_str(), self.0.port)).await.map_err(|error| text(&error))?;
        stream.set_nodelay(true).map_err(|error| text(&error))?;
        let Some(tls) = &self.0.tls else { return handshake(stream).await };
        let name = ServerName::try_from(self.0.host.clone()).map_err(|error| text(&error))?;
        handshake(tls.connect(name, stream).await.map_err(|error| text(&error))?).await
    }
}

async fn handshake<S>(stream: S) -> std::result::Result<Sender, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = http1::handshake(TokioIo::new(Patient(stream))).await.map_err(|error| text(&error))?;
    // The next request notices when the connection has ended.
    tokio::spawn(connection);
    Ok(sender)
}

fn connector() -> Result<TlsConnector> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.into() };
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::new("TLS", "a usable TLS library", error.to_string()))?;
    Ok(TlsConnector::from(Arc::new(config.with_root_certificates(roots).with_no_client_auth())))
}

/// An error with its causes.
fn text(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// A server that refuses a large body answers and hangs up before all of it was sent. Only the answer counts, so a
/// failed write is ignored; if there is no answer, the read fails.
struct Patient<S>(S);

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf).map(|written| written.or(Ok(buf.len())))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx).map(|flushed| flushed.or(Ok(())))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
