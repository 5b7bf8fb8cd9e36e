//! The origin of an attempt: networks and addresses.

use std::net::{IpAddr, Ipv4Addr};

/// The origin of attempts: an IPv4 /24 or an IPv6 /64, the least that one subscriber can choose addresses from. A wider
/// network is represented by the first of these in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network([u8; 9]);

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        let mut network = [0; 9];
        match address.to_canonical() {
            IpAddr::V4(v4) => network[1..4].copy_from_slice(&v4.octets()[..3]),
            IpAddr::V6(v6) => {
                network[0] = 6;
                network[1..].copy_from_slice(&v6.octets()[..8]);
            }
        }
        Self(network)
    }
}

impl Network {
    pub(super) fn is_v6(self) -> bool {
        self.0[0] == 6
    }

    /// The wider network of this many bytes, including the one for the IP version.
    pub(super) fn first(self, bytes: usize) -> Self {
        let mut network = [0; 9];
        network[..bytes].copy_from_slice(&self.0[..bytes]);
        Self(network)
    }

    /// The IPv4 /16 or the IPv6 /32: few callers have more than one to choose from.
    pub(super) fn neighbourhood(self) -> Self {
        self.first(if self.is_v6() { 5 } else { 3 })
    }
}

/// The origin of an attempt: a network, and an address in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceAddress {
    /// The network.
    pub network: Network,
    pub(super) host: u64,
}

impl From<IpAddr> for SourceAddress {
    fn from(address: IpAddr) -> Self {
        let host = match address.to_canonical() {
            IpAddr::V4(v4) => v4.octets()[3].into(),
            // What is left of it is the network.
            IpAddr::V6(v6) => v6.to_bits() as u64,
        };
        Self { network: address.into(), host }
    }
}

impl SourceAddress {
    /// Its position in its network of this many bytes: which of the next smaller networks it is in, or its address.
    pub(super) fn within(self, bytes: usize) -> u64 {
        if self.network.is_v6() && bytes < self.network.0.len() { self.network.0[bytes].into() } else { self.host }
    }
}

/// The caller at an address; all callers with an unknown address count as one.
pub fn caller_of(address: Option<IpAddr>) -> SourceAddress {
    address.unwrap_or(Ipv4Addr::UNSPECIFIED.into()).into()
}
