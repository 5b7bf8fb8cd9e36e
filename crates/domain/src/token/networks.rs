//! Where a token may be used from, and where it was used from.

use super::alert;
use crate::{
    Error, Result, Timestamp, TokenId,
    audit::{Action, Event},
    identity::Who,
    store::Tx,
};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::IpAddr;

/// How many networks a list may name.
const MOST_NAMED: usize = 200;

/// How many of the places that a token was used from are kept; those of the latest calls stay.
pub const MOST_SEEN: u64 = 200;

/// After this many days without a call a place is forgotten.
pub const FORGOTTEN_DAYS: i64 = 90;

/// Where a token may be used from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Networks {
    /// The networks, as an administrator wrote them: CIDR, separated by commas.
    pub list: String,
    /// Whether calls from elsewhere are refused. Otherwise the list is only tried out: the token's page shows what it
    /// would have refused.
    pub enforced: bool,
}

/// A network that a token was used from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenNetwork {
    /// An IPv4 address, or the /64 of an IPv6 address.
    pub network: String,
    /// The first call from there.
    pub first: Timestamp,
    /// The last call from there.
    pub last: Timestamp,
}

impl super::Token {
    /// Whether a call from this address must be refused.
    pub fn is_outside(&self, address: Option<&str>) -> bool {
        let Some(networks) = self.networks.as_ref().filter(|networks| networks.enforced) else { return false };
        let address: Option<IpAddr> = address.and_then(|address| address.parse().ok());
        !address.is_some_and(|address| networks.contain(IpNet::from(address.to_canonical())))
    }
}

impl Networks {
    /// Reads a list of networks and single addresses; an empty list is `None`.
    ///
    /// # Errors
    /// `Invalid` if an entry is neither a network nor an address.
    pub fn parse(list: &str, enforced: bool) -> Result<Option<Self>> {
        let parts = list.split([',', '\n']).map(str::trim).filter(|part| !part.is_empty());
        let nets: Vec<String> = parts.map(|part| Ok(network(part)?.to_string())).collect::<Result<_>>()?;
        if nets.len() > MOST_NAMED {
            return Err(Error::Invalid("Name at most 200 networks."));
        }
        Ok((!nets.is_empty()).then(|| Self { list: nets.join(", "), enforced }))
    }

    /// Whether a network lies entirely within one of these.
    pub fn contain(&self, network: IpNet) -> bool {
        self.list.split(", ").filter_map(|net| net.parse::<IpNet>().ok()).any(|net| net.contains(&network))
    }

    /// Whether a network in its recorded form lies within one of these.
    pub fn contain_seen(&self, seen: &SeenNetwork) -> bool {
        let network = seen.network.parse().or_else(|_| seen.network.parse::<IpAddr>().map(IpNet::from));
        network.is_ok_and(|network| self.contain(network))
    }
}

/// Reads one network. IPv4 written as IPv6 becomes IPv4, which is how callers' addresses are recorded.
fn network(text: &str) -> Result<IpNet> {
    let net = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).map_err(|_| {
        Error::Invalid("Write networks as 20.190.128.0/18 or 2603:1000::/24, or single addresses, separated by commas.")
    })?;
    let IpNet::V6(v6) = net else { return Ok(net.trunc()) };
    let Some(mapped) = v6.addr().to_ipv4_mapped() else { return Ok(net.trunc()) };
    let prefix = v6.prefix_len().checked_sub(96).and_then(|prefix| Ipv4Net::new(mapped, prefix).ok());
    prefix.map(|net| IpNet::V4(net.trunc())).ok_or(Error::Invalid(
        "Write IPv4 networks as 20.190.128.0/18. A network that begins with ::ffff: has 96 to 128 bits.",
    ))
}

/// Records, after a call was answered, that a token was used from a place, and adds the alerts about that to `events`.
pub(crate) async fn used(
    tx: &mut dyn Tx,
    id: TokenId,
    place: Option<&str>,
    at: Timestamp,
    events: &mut Vec<Event>,
) -> Result<()> {
    let first = tx.touch_token(id, at).await?;
    let is_new = match place {
        Some(place) if tx.see_token(id, place, at).await? => {
            let (near, seen) = (neighbourhood(place), tx.token_networks(id).await?);
            if seen.len() as u64 > MOST_SEEN {
                tx.trim_token_networks(id, MOST_SEEN).await?;
            }
            !seen.iter().any(|seen| seen.network != place && neighbourhood(&seen.network) == near)
        }
        _ => false,
    };
    if !first && !is_new {
        return Ok(());
    }
    let Some(token) = tx.token(id).await? else { return Ok(()) };
    let event = |action| {
        let actor = Who::Token { id, name: token.name.clone() };
        Event::new(at, actor, place.map(str::to_owned), action).on(id.0, &token.name)
    };
    if first {
        events.push(event(Action::TokenFirstUsed));
        return Ok(());
    }
    alert(tx, id, event(Action::TokenNewNetwork), events).await
}

/// The form in which the place of a call is recorded: an IPv4 address, or the /64 of an IPv6 address, which belongs to
/// one subscriber.
pub fn place_of(address: &str) -> Option<String> {
    match address.parse::<IpAddr>().ok()?.to_canonical() {
        IpAddr::V4(address) => Some(address.to_string()),
        IpAddr::V6(address) => Ipv6Net::new(address, 64).ok().map(|net| net.trunc().to_string()),
    }
}

/// The neighbourhood of a place: its /24 or /48. A directory calls from many addresses of one neighbourhood, and a /48
/// can be had for free.
fn neighbourhood(place: &str) -> Option<IpNet> {
    let net = place.parse().or_else(|_| place.parse::<IpAddr>().map(IpNet::from)).ok()?;
    let near = match net {
        IpNet::V4(net) => Ipv4Net::new(net.addr(), 24).map(IpNet::V4),
        IpNet::V6(net) => Ipv6Net::new(net.addr(), 48).map(IpNet::V6),
    };
    near.ok().map(|near| near.trunc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(list: &str) -> Networks {
        Networks::parse(list, true).unwrap().unwrap()
    }

    #[test]
    fn networks_are_read_and_matched() {
        let networks = read("20.190.128.77/18, 10.0.0.1,2603:1000::/24");
        assert_eq!(networks.list, "20.190.128.0/18, 10.0.0.1/32, 2603:1000::/24");
        let contains = |address: &str| networks.contain(IpNet::from(address.parse::<IpAddr>().unwrap()));
        assert!(contains("20.190.130.1") && contains("10.0.0.1") && contains("2603:1010::1"));
        assert!(!contains("10.0.0.2") && !contains("::1"));
        assert_eq!(Networks::parse(" , ", true).unwrap(), None);
        assert!(Networks::parse("Entra", true).is_err());
    }

    #[test]
    fn r28_a_mapped_network_is_the_ipv4_network() {
        let networks = read("::ffff:20.190.128.77/114, ::ffff:10.0.0.1, ::/0, ::ffff:0:0/96");
        assert_eq!(networks.list, "20.190.128.0/18, 10.0.0.1/32, ::/0, 0.0.0.0/0");
        let refused = Networks::parse("::ffff:20.190.128.0/90", true).unwrap_err();
        assert!(refused.to_string().contains("::ffff:"), "{refused}");
    }

    #[test]
    fn a_place_is_an_address_or_a_subscriber() {
        assert_eq!(place_of("::ffff:192.0.2.7").as_deref(), Some("192.0.2.7"));
        assert_eq!(place_of("2001:db8:1:2:3::4").as_deref(), Some("2001:db8:1:2::/64"));
    }

    #[test]
    fn r10_a_neighbourhood_is_what_one_may_be_given_for_nothing() {
        let near = |place: &str| neighbourhood(place).unwrap().to_string();
        assert_eq!(near("192.0.2.7"), "192.0.2.0/24");
        assert_eq!(near("2001:db8:1:2::/64"), "2001:db8:1::/48");
        assert_ne!(near("2001:db8:1::/64"), near("2001:db8:2::/64"));
    }
}
