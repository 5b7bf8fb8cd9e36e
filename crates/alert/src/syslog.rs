//! Syslog: RFC 5424 over TLS (RFC 5425), UDP (RFC 5426), TCP (RFC 6587) or the machine's own socket.

mod format;

use crate::{Authorities, ConfigError, Message, SendError, net, net::Endpoint, net::GRACE};
use percent_encoding::percent_decode_str;
use rustls::pki_types::ServerName;
use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    path::PathBuf,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{UdpSocket, UnixDatagram},
    time::timeout,
};
use tokio_rustls::TlsConnector;

const FORM: &str = "give the syslog server as tls://host:6514, udp://host:514, tcp://host:601 or unix:///dev/log";

pub(crate) struct Syslog {
    transport: Transport,
    /// Our host name, as receivers see it in each line.
    host: String,
}

enum Transport {
    Tls { endpoint: Endpoint, connector: TlsConnector, name: ServerName<'static> },
    Udp(Endpoint),
    Tcp(Endpoint),
    Unix(PathBuf),
}

impl Syslog {
    pub(crate) fn new(url: &str, authorities: &Authorities) -> Result<Self, ConfigError> {
        let url = net::parse(url, FORM)?;
        let is_plain = url.query().is_none() && url.fragment().is_none() && !net::has_user(&url);
        let transport = match url.scheme() {
            "tls" if net::is_bare(&url) && is_plain => {
                let endpoint = Endpoint::read(&url, 6514)?;
                let name = ServerName::try_from(endpoint.host()).map_err(|_| ConfigError(FORM))?;
                Transport::Tls { endpoint, connector: authorities.syslog()?.into(), name }
            }
            "udp" if net::is_bare(&url) && is_plain => Transport::Udp(Endpoint::read(&url, 514)?),
            "tcp" if net::is_bare(&url) && is_plain => Transport::Tcp(Endpoint::read(&url, 601)?),
            "unix" if url.host().is_none() && url.path().starts_with('/') && is_plain => {
                let path = percent_decode_str(url.path()).decode_utf8().map_err(|_| ConfigError(FORM))?;
                Transport::Unix(PathBuf::from(path.into_owned()))
            }
            _ => return Err(ConfigError(FORM)),
        };
        Ok(Self { transport, host: format::host_name() })
    }

    pub(crate) fn describe(&self) -> String {
        match &self.transport {
            Transport::Tls { endpoint, .. } => format!("tls://{endpoint}"),
            Transport::Udp(endpoint) => format!("udp://{endpoint}"),
            Transport::Tcp(endpoint) => format!("tcp://{endpoint}"),
            Transport::Unix(path) => format!("unix://{}", path.display()),
        }
    }

    pub(crate) async fn send(&self, message: &Message) -> Result<(), SendError> {
        let line = format::line(message, &self.host, std::process::id());
        match &self.transport {
            Transport::Tls { endpoint, connector, name } => {
                let stream = connector.connect(name.clone(), endpoint.connect().await?).await?;
                frame(stream, line.as_bytes()).await
            }
            Transport::Udp(endpoint) => udp(endpoint, line.as_bytes()).await,
            Transport::Tcp(endpoint) => frame(endpoint.connect().await?, line.as_bytes()).await,
            Transport::Unix(path) => {
                let socket = UnixDatagram::unbound()?;
                socket.connect(path)?;
                socket.send(line.as_bytes()).await?;
                Ok(())
            }
        }
    }
}

async fn udp(endpoint: &Endpoint, line: &[u8]) -> Result<(), SendError> {
    let mut failure = SendError::UnknownHost;
    for address in endpoint.resolve().await? {
        match datagram(address, line).await {
            Ok(()) => return Ok(()),
            Err(error) => failure = error.into(),
        }
    }
    Err(failure)
}

async fn datagram(address: SocketAddr, line: &[u8]) -> io::Result<()> {
    let any = if address.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind(SocketAddr::new(any, 0)).await?;
    socket.connect(address).await?;
    socket.send(line).await?;
    // UDP has no answer, but a host without a receiver replies by ICMP, which the next call reports as an error.
    match timeout(GRACE, socket.recv(&mut [0])).await {
        Ok(Err(error)) => Err(error),
        _ => Ok(()),
    }
}

/// Octet counting (RFC 6587 §3.4.1, RFC 5425 §4.3): the length is known and no character ends the message early.
async fn frame(mut stream: impl AsyncRead + AsyncWrite + Unpin, line: &[u8]) -> Result<(), SendError> {
    let frame = [format!("{} ", line.len()).as_bytes(), line].concat();
    stream.write_all(&frame).await?;
    stream.flush().await?;
    stream.shutdown().await?;
    // A receiver that has read everything closes too; one that dropped it resets the connection.
    match timeout(GRACE, stream.read(&mut [0])).await {
        // Many receivers close TLS without a closing message of their own once they have read ours.
        Ok(Err(error)) if error.kind() != io::ErrorKind::UnexpectedEof => Err(error.into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
