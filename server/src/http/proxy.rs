//! The address that a request came from, if there is a reverse proxy in front.

use crate::http::shares::Seldom;
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName},
};
use ipnet::IpNet;
use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// When the header last came from a sender that is not trusted.
static UNNAMED: Seldom = Seldom::new();

/// The address at the other end of the socket. The accept loop adds it to each request.
#[derive(Clone, Copy, Debug)]
pub struct PeerAddress(pub IpAddr);

/// The networks that are trusted to name a caller's address. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Arc<[IpNet]>);

impl TrustedProxies {
    /// Trusts these networks and no others.
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self(networks.into())
    }

    /// Whether none is trusted.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this is the address of a trusted proxy.
    pub fn trust(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The caller's address: the last one in `X-Forwarded-For` that is not a trusted proxy, provided that a trusted
    /// proxy sent the header. The entries before it could come from any caller, so they are not even read. If there is
    /// no such address, or if it cannot be parsed, it is the peer's own.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.trust(peer) {
            return peer;
        }
        let lines: Vec<&[u8]> = headers.get_all(FORWARDED_FOR).iter().map(|value| value.as_bytes()).collect();
        let entries = lines.iter().rev().flat_map(|line| line.rsplit(|byte| *byte == b','));
        for entry in entries.map(<[u8]>::trim_ascii).filter(|entry| !entry.is_empty()) {
            match address(entry) {
                Some(address) if self.trust(address) => {}
                Some(address) => return address,
                None => return peer,
            }
        }
        peer
    }
}

/// An address as proxies write it: bare, in brackets, with or without a port.
fn address(entry: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(entry).ok()?;
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip()));
    address.ok().map(|address| address.to_canonical())
}

/// Reads a network such as `10.0.0.0/8`, or a single address.
pub(crate) fn network(text: &str) -> Result<IpNet, &'static str> {
    let text = text.trim();
    let network: Result<IpNet, _> = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    let network = network.map_err(|_| "give a network such as 10.0.0.0/8 or fd00::/8, or one address")?;
    match network {
        IpNet::V6(mapped) if mapped.addr().to_ipv4_mapped().is_some() => {
            Err("write an IPv4 network in IPv4's own form")
        }
        network => Ok(network),
    }
}

/// The network address of the caller: the peer's, or the one that a trusted proxy names.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// The address of a request, as text.
    pub(crate) fn of(extensions: &axum::http::Extensions) -> Option<String> {
        extensions.get::<Self>().map(|address| address.0.to_string())
    }
}

/// Adds the [`ClientAddress`] to the request, and returns it.
pub(crate) fn find_client(proxies: &TrustedProxies, request: &mut Request) -> Option<IpAddr> {
    let PeerAddress(peer) = request.extensions().get().copied()?;
    if !proxies.trust(peer) && request.headers().contains_key(FORWARDED_FOR) && UNNAMED.is_due() {
        let hint =
            "if it is your reverse proxy, name it with --trusted-proxy: until then all its callers share one address";
        tracing::warn!(address = %peer.to_canonical(), hint, "X-Forwarded-For was sent by an address that is not trusted");
    }
    let client = proxies.client(peer, request.headers());
    request.extensions_mut().insert(ClientAddress(client));
    Some(client)
}

/// The caller behind an address, for limits: an IPv4 address, or an IPv6 /64, which belongs to one subscriber.
pub(crate) fn caller(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&[u8]]) -> String {
        let networks = ["10.0.0.0/8", "192.0.2.1", "fd00::/8"].map(|text| network(text).unwrap());
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(FORWARDED_FOR, axum::http::HeaderValue::from_bytes(line).unwrap());
        }
        TrustedProxies::new(networks.to_vec()).client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn strangers_cannot_say_who_they_are() {
        assert_eq!(client("203.0.113.9", &[b"127.0.0.1"]), "203.0.113.9");
        assert_eq!(client("192.0.2.2", &[b"198.51.100.7"]), "192.0.2.2");
        assert_eq!(
            TrustedProxies::default().client("127.0.0.1".parse().unwrap(), &HeaderMap::new()).to_string(),
            "127.0.0.1"
        );
    }

    #[test]
    fn what_the_caller_wrote_itself_is_passed_over() {
        for spoofed in ["127.0.0.1", "10.0.0.1", "unknown", "\u{e9}\r", "::1, 127.0.0.1", ",,", "' OR 1=1 --"] {
            let line = [spoofed.trim().as_bytes(), b", 198.51.100.7"].concat();
            assert_eq!(client("10.0.0.1", &[&line]), "198.51.100.7", "{spoofed}");
            assert_eq!(client("10.0.0.1", &[spoofed.trim().as_bytes(), b"198.51.100.7"]), "198.51.100.7", "{spoofed}");
        }
    }

    #[test]
    fn proxies_in_a_row_are_followed() {
        assert_eq!(client("10.0.0.1", &[b"198.51.100.7, 10.9.9.9", b"192.0.2.1"]), "198.51.100.7");
        assert_eq!(client("10.0.0.1", &[b"198.51.100.7, 203.0.113.5, 10.9.9.9"]), "203.0.113.5");
        assert_eq!(client("fd00::1", &[b"2001:db8::7, fd00::2"]), "2001:db8::7");
    }

    #[test]
    fn ports_brackets_and_mapped_addresses_are_read() {
        assert_eq!(client("::ffff:10.0.0.1", &[b"198.51.100.7:4711"]), "198.51.100.7");
        assert_eq!(client("10.0.0.1", &[b"[2001:db8::7]:4711"]), "2001:db8::7");
        assert_eq!(client("10.0.0.1", &[b"[2001:db8::7]"]), "2001:db8::7");
        assert_eq!(client("10.0.0.1", &[b"::ffff:198.51.100.7, ::ffff:10.1.1.1"]), "198.51.100.7");
    }

    #[test]
    fn what_cannot_be_read_leaves_the_peer() {
        let bad: [&[u8]; 7] =
            [b"unknown", b"", b"198.51.100.7, _hidden", b"1.2.3.4.5", b"1.2.3.4:port", b"\xff\xfe", b"10.0.0.2"];
        for line in bad {
            assert_eq!(client("10.0.0.1", &[line]), "10.0.0.1", "{line:?}");
        }
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn networks_are_read_from_flags() {
        assert!(network("10.0.0.0/8").is_ok() && network(" ::1 ").is_ok());
        for bad in ["", "10.0.0.0/33", "proxy.example", "::ffff:10.0.0.0/104"] {
            assert!(network(bad).is_err(), "{bad}");
        }
    }
}
