//! Where a channel goes, and how to get there.

use crate::{ConfigError, SendError};
use std::{fmt, io, net::SocketAddr, time::Duration};
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};
use url::{Host, Url};

/// How long connecting to one address may take, so that an address that swallows packets leaves time for the next.
pub(crate) const CONNECT: Duration = Duration::from_secs(3);

/// How long to wait for a late error after everything was sent.
pub(crate) const GRACE: Duration = Duration::from_millis(250);

/// A host and a port.
#[derive(Clone)]
pub(crate) struct Endpoint {
    host: Host,
    port: u16,
}

impl Endpoint {
    /// Reads both from a URL; `port` is used if the URL names none. Refuses a URL without a host.
    pub(crate) fn read(url: &Url, port: u16) -> Result<Self, ConfigError> {
        let host = url.host_str().and_then(|host| Host::parse(host).ok());
        let host = host.ok_or(ConfigError("the URL names no host; write it as scheme://host:port"))?;
        Ok(Self { host, port: url.port().unwrap_or(port) })
    }

    /// Whether it is this machine, so that nothing on the way can listen.
    pub(crate) fn is_loopback(&self) -> bool {
        match &self.host {
            Host::Domain(name) => name == "localhost",
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        }
    }

    /// The host without the brackets of an IPv6 address.
    pub(crate) fn host(&self) -> String {
        match &self.host {
            Host::Domain(name) => name.clone(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        }
    }

    /// All addresses, at least one.
    pub(crate) async fn resolve(&self) -> Result<Vec<SocketAddr>, SendError> {
        let found = lookup_host((self.host(), self.port)).await.map_err(|_| SendError::UnknownHost)?;
        // A name server may return any address for `localhost`, and messages to that name are sent unencrypted.
        let addresses: Vec<_> = found.filter(|address| !self.is_loopback() || address.ip().is_loopback()).collect();
        if addresses.is_empty() { Err(SendError::UnknownHost) } else { Ok(addresses) }
    }

    /// A TCP connection to the first address that accepts one.
    pub(crate) async fn connect(&self) -> Result<TcpStream, SendError> {
        let mut failure = SendError::UnknownHost;
        for address in self.resolve().await? {
            match timeout(CONNECT, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => failure = error.into(),
                Err(_) => failure = SendError::Connection(io::ErrorKind::TimedOut),
            }
        }
        Err(failure)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// Parses a URL; an error advises the form `form`.
pub(crate) fn parse(url: &str, form: &'static str) -> Result<Url, ConfigError> {
    Url::parse(url).map_err(|_| ConfigError(form))
}

/// Whether a URL names nothing but a scheme, a host and a port.
pub(crate) fn is_bare(url: &Url) -> bool {
    matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none()
}

/// Whether a URL names a user or a password.
pub(crate) fn has_user(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}
