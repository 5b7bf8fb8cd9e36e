//! How many connections strangers have from each network, and which network has far more than its share.

use ipnet::IpNet;
use std::{collections::HashMap, net::IpAddr};

/// The lengths of networks that many callers share, or in which one caller may choose from many addresses, the widest
/// first: the neighbourhood, as in the throttle of sign-ins, and the networks that customers are given.
const V4: [u8; 2] = [16, 24];
const V6: [u8; 3] = [32, 48, 56];

/// The networks that an address is in, the widest first.
#[derive(Clone, Debug)]
pub(super) struct Networks(Vec<IpNet>);

impl Networks {
    pub(super) fn of(address: IpAddr) -> Self {
        let lengths: &[u8] = if address.is_ipv4() { &V4 } else { &V6 };
        Self(lengths.iter().map(|length| IpNet::new_assert(address, *length).trunc()).collect())
    }

    pub(super) fn widest(&self) -> IpNet {
        self.0[0]
    }

    pub(super) fn are_in(&self, network: &IpNet) -> bool {
        self.0.contains(network)
    }
}

/// The connections of strangers.
#[derive(Default)]
pub(super) struct Crowds {
    strangers: usize,
    /// How many each network has, the widest networks first. Networks without any are not kept.
    sizes: [HashMap<IpNet, usize>; V6.len()],
}

/// What the largest network means for a newcomer when places are short.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// No network has more than its share.
    Level,
    /// This network has more, and the newcomer's has fewer.
    Beside(IpNet),
    /// The newcomer's own network has more.
    Within,
}

impl Crowds {
    pub(super) fn enter(&mut self, networks: &Networks) {
        self.strangers += 1;
        for (sizes, network) in self.sizes.iter_mut().zip(&networks.0) {
            *sizes.entry(*network).or_default() += 1;
        }
    }

    pub(super) fn leave(&mut self, networks: &Networks) {
        self.strangers -= 1;
        for (sizes, network) in self.sizes.iter_mut().zip(&networks.0) {
            if let Some(size) = sizes.get_mut(network) {
                *size -= 1;
                if *size == 0 {
                    sizes.remove(network);
                }
            }
        }
    }

    pub(super) fn strangers(&self) -> usize {
        self.strangers
    }

    /// How a newcomer relates to the crowd; `None` is a newcomer that is not a stranger. The crowd is the narrowest
    /// network with more than `share` connections. It is searched for in the largest of the widest networks, then in
    /// the largest one within that, and so on, so that a newcomer is not counted among a crowd next to it.
    pub(super) fn standing(&self, newcomer: Option<&Networks>, share: usize) -> Standing {
        let (mut crowd, mut is_beside) = (None, newcomer.is_none());
        for (level, sizes) in self.sizes.iter().enumerate() {
            let inner = sizes.iter().filter(|(network, size)| {
                **size > share && crowd.as_ref().is_none_or(|wider: &IpNet| wider.contains(*network))
            });
            let Some((largest, size)) = inner.max_by_key(|(_, size)| **size) else { break };
            let own = newcomer.and_then(|networks| networks.0.get(level));
            if !is_beside && own != Some(largest) {
                let of_own = own.and_then(|own| sizes.get(own)).copied().unwrap_or_default();
                if of_own + 1 >= *size {
                    return Standing::Within;
                }
                is_beside = true;
            }
            crowd = Some(*largest);
        }
        match crowd {
            None => Standing::Level,
            Some(crowd) if is_beside => Standing::Beside(crowd),
            Some(_) => Standing::Within,
        }
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.strangers == 0 && self.sizes.iter().all(HashMap::is_empty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(address: &str) -> Networks {
        Networks::of(address.parse().unwrap())
    }

    fn network(text: &str) -> IpNet {
        text.parse().unwrap()
    }

    /// The /64 with this number in 2001:db8:1::/48.
    fn in_one_48(n: usize) -> Networks {
        networks(&format!("2001:db8:1:{n:x}::1"))
    }

    fn standing(crowds: &Crowds, address: &str) -> Standing {
        crowds.standing(Some(&networks(address)), 64)
    }

    #[test]
    fn r34_the_largest_network_is_found_at_each_width() {
        let mut crowds = Crowds::default();
        // From everywhere in the /48: no /56 has more than a share.
        (0..300).for_each(|n| crowds.enter(&in_one_48(n * 211 % 65_536)));
        let crowd = || Standing::Beside(network("2001:db8:1::/48"));
        for beside in ["2001:db8:2::1", "2001:db9::1", "198.51.100.7"] {
            assert_eq!(standing(&crowds, beside), crowd(), "{beside}");
        }
        assert_eq!(crowds.standing(None, 64), crowd());
        assert_eq!(standing(&crowds, "2001:db8:1:ffff::1"), Standing::Within);
        // From one /56 in it.
        (0..100).for_each(|n| crowds.enter(&in_one_48(n)));
        assert_eq!(standing(&crowds, "2001:db8:1:ff00::1"), Standing::Beside(network("2001:db8:1::/56")));
        assert_eq!(standing(&crowds, "2001:db8:1:00ff::1"), Standing::Within);
        // IPv4 is counted separately.
        (0..450).for_each(|n| crowds.enter(&networks(&format!("198.51.{}.7", n % 225))));
        assert_eq!(standing(&crowds, "198.51.250.1"), Standing::Within);
        assert_eq!(standing(&crowds, "2001:db8:1::1"), Standing::Beside(network("198.51.0.0/16")));
    }

    #[test]
    fn r34_networks_of_the_same_size_do_not_take_turns() {
        let mut crowds = Crowds::default();
        for n in 0..70 {
            crowds.enter(&networks(&format!("2001:db8:1:{n:x}::1")));
            crowds.enter(&networks(&format!("2001:db9:1:{n:x}::1")));
        }
        assert_eq!(standing(&crowds, "2001:db8:1::1"), Standing::Within);
        assert_eq!(standing(&crowds, "2001:db9:1::1"), Standing::Within);
    }

    #[test]
    fn r34_a_share_is_no_crowd_and_nothing_is_kept_of_who_left() {
        let mut crowds = Crowds::default();
        (0..64).for_each(|n| crowds.enter(&in_one_48(n)));
        assert_eq!(standing(&crowds, "2001:db8:1::1"), Standing::Level);
        (0..64).for_each(|n| crowds.leave(&in_one_48(n)));
        assert!(crowds.is_empty());
    }
}
