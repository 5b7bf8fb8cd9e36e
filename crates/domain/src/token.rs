//! SCIM bearer tokens: `postern_scim_<id>_<secret><crc>`.
//!
//! The id is public and finds the row; the secret has 256 bits, so a plain SHA-256 at rest is enough (NIST SP 800-63B
//! §3.1.2.2: look-up secrets of 112 bits and more); the CRC tells a mistyped token from an unknown one without a look
//! into the database.

use crate::{
    Env, Error, Result, Timestamp, TokenId, UserId,
    audit::{Action, Actor, Event},
    store::Tx,
    text_enum::text_enum,
};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use subtle::ConstantTimeEq;

const PREFIX: &str = "postern_scim_";
const ID: usize = 10;
const SECRET: usize = 43;
const CRC: usize = 6;
const MOST_NETWORKS: usize = 200;

/// A token that is older than this is due for another, even though it works.
pub const ROTATE_DAYS: i64 = 180;

/// For so many days a token goes on working beside the one that takes its place.
pub const OVERLAP_DAYS: i64 = 7;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A token as it is recorded: never the token itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The row's id.
    pub id: TokenId,
    /// The public part that finds the row.
    pub key: String,
    /// SHA-256 of the whole token.
    pub hash: [u8; 32],
    /// The last four characters, by which an administrator knows it again.
    pub last_four: String,
    /// The name that an administrator gave it.
    pub name: String,
    /// When it was made.
    pub created: Timestamp,
    /// The last call with it, to the minute.
    pub last_used: Option<Timestamp>,
    /// When it was revoked.
    pub revoked: Option<Timestamp>,
    /// When it ends by itself.
    pub expires: Option<Timestamp>,
    /// Since when calls with it are refused until somebody resumes it.
    pub paused: Option<Timestamp>,
    /// The token in whose place it was made.
    pub replaces: Option<TokenId>,
    /// Where it may be used from.
    pub networks: Option<Networks>,
    /// What its client is taken for; `None` until something that it sends tells.
    pub profile: Option<ClientProfile>,
    /// Whether an administrator has said what its client is: then nothing that it sends changes that.
    pub profile_set: bool,
    /// The user that `/Me` is (RFC 7644 §3.11).
    pub user: Option<UserId>,
}

text_enum! {
    /// What kind of client calls with a token. It decides only where clients mean different things by the same words.
    pub enum ClientProfile {
        /// Microsoft Entra ID: by `replace` of `members` it means that these join, nobody leaves.
        Entra = "entra",
        /// Okta.
        Okta = "okta",
        /// Any other, which means what the RFC says.
        Generic = "generic",
    }
}

/// Where a token may be used from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Networks {
    /// The networks, as an administrator wrote them: CIDR, separated by commas.
    pub list: String,
    /// Whether calls from elsewhere are refused. Otherwise the list is only tried out: the token's page says what it
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

/// Why a token that exists does not work now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was revoked.
    Revoked,
    /// It has expired.
    Expired,
}

/// A token and its text, which exists nowhere else and cannot be had again.
pub struct NewToken {
    /// What is recorded.
    pub token: Token,
    /// The whole token.
    pub secret: String,
}

/// A text of the right form whose checksum is right. Whether such a token exists is another question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Presented<'a> {
    /// The public part that finds the row.
    pub key: &'a str,
    text: &'a str,
}

impl NewToken {
    /// Makes a token with a name that was checked already.
    pub fn generate(env: &Env, name: String, expires: Option<Timestamp>) -> Self {
        let now = env.now();
        let key = base62(&env.random::<8>(), ID);
        let mut secret = format!("{PREFIX}{key}_{}", base62(&env.random::<32>(), SECRET));
        secret.push_str(&checksum(&secret));
        let token = Token {
            id: TokenId::new(env, now),
            key,
            hash: Sha256::digest(&secret).into(),
            last_four: secret[secret.len() - 4..].to_owned(),
            name,
            created: now,
            last_used: None,
            revoked: None,
            expires,
            paused: None,
            replaces: None,
            networks: None,
            profile: None,
            profile_set: false,
            user: None,
        };
        Self { token, secret }
    }
}

impl Token {
    /// What its client is taken for by a call that bears this sign of it, if any. What an administrator has set counts
    /// before all signs. Of those of two directories the first counts, so that a token in two places does not go to and
    /// fro.
    pub fn profile_with(&self, sign: Option<ClientProfile>) -> Option<ClientProfile> {
        let open = !self.profile_set && matches!(self.profile, None | Some(ClientProfile::Generic));
        if open { sign.or(self.profile) } else { self.profile }
    }

    /// The form in which a list shows it: prefix, public part, last four characters.
    pub fn masked(&self) -> String {
        format!("{PREFIX}{}_…{}", self.key, self.last_four)
    }

    /// Whether and why it is over.
    pub fn ended(&self, now: Timestamp) -> Option<Ended> {
        match (self.revoked, self.expires) {
            (Some(_), _) => Some(Ended::Revoked),
            (None, Some(expires)) if expires <= now => Some(Ended::Expired),
            _ => None,
        }
    }

    /// Whether a call from this address must be refused.
    pub fn is_outside(&self, address: Option<&str>) -> bool {
        let Some(networks) = self.networks.as_ref().filter(|networks| networks.enforced) else { return false };
        let address: Option<IpAddr> = address.and_then(|address| address.parse().ok());
        !address.is_some_and(|address| networks.contain(IpNet::from(address)))
    }
}

impl Networks {
    /// Reads a list of networks and single addresses; a list of none is `None`.
    ///
    /// # Errors
    /// `Invalid` where one of them is none.
    pub fn parse(list: &str, enforced: bool) -> Result<Option<Self>> {
        let nets = list.split([',', '\n']).map(str::trim).filter(|part| !part.is_empty()).map(|part| {
            let net = part.parse().or_else(|_| part.parse::<IpAddr>().map(IpNet::from));
            net.map(|net: IpNet| net.trunc().to_string())
        });
        let nets: Vec<String> = nets.collect::<Result<_, _>>().map_err(|_| {
            Error::Invalid(
                "Write networks as 20.190.128.0/18 or 2603:1000::/24, or single addresses, with commas between.",
            )
        })?;
        if nets.len() > MOST_NETWORKS {
            return Err(Error::Invalid("Name at most 200 networks."));
        }
        Ok((!nets.is_empty()).then(|| Self { list: nets.join(", "), enforced }))
    }

    /// Whether all of a network lies in one of these.
    pub fn contain(&self, network: IpNet) -> bool {
        self.list.split(", ").filter_map(|net| net.parse::<IpNet>().ok()).any(|net| net.contains(&network))
    }

    /// Whether a network in its recorded form lies in one of these.
    pub fn contain_seen(&self, seen: &SeenNetwork) -> bool {
        let network = seen.network.parse().or_else(|_| seen.network.parse::<IpAddr>().map(IpNet::from));
        network.is_ok_and(|network| self.contain(network))
    }
}

/// Notes, behind the answer, that a token was used from a place, and tells where that is news.
pub async fn used(tx: &mut dyn Tx, id: TokenId, place: Option<&str>, at: Timestamp) -> Result<()> {
    let first = tx.touch_token(id, at).await?;
    let is_new = match place {
        Some(place) if tx.see_token(id, place, at).await? => {
            let near = neighbourhood(place);
            let seen = tx.token_networks(id).await?;
            !seen.iter().any(|seen| seen.network != place && neighbourhood(&seen.network) == near)
        }
        _ => false,
    };
    let action = match (first, is_new) {
        (true, _) => Action::TokenFirstUsed,
        (false, true) => Action::TokenNewNetwork,
        (false, false) => return Ok(()),
    };
    let Some(token) = tx.token(id).await? else { return Ok(()) };
    let actor = Actor::Scim { token: id, name: token.name.clone() };
    tx.append_event(&Event::new(at, actor, place.map(str::to_owned), action).on(id.0, &token.name)).await
}

/// The form in which the place of a call is recorded: an IPv4 address, or the /64 of an IPv6 address, which is one
/// customer's.
pub fn place_of(address: &str) -> Option<String> {
    match address.parse::<IpAddr>().ok()?.to_canonical() {
        IpAddr::V4(address) => Some(address.to_string()),
        IpAddr::V6(address) => Ipv6Net::new(address, 64).ok().map(|net| net.trunc().to_string()),
    }
}

/// The neighbourhood of a place: its /24 or /64. Directories call from many addresses of one.
fn neighbourhood(place: &str) -> Option<String> {
    match place.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => Ipv4Net::new(address, 24).ok().map(|net| net.trunc().to_string()),
        _ => Some(place.to_owned()),
    }
}

impl<'a> Presented<'a> {
    /// Takes a text apart; `None` when it is no token of ours or was mistyped.
    pub fn parse(text: &'a str) -> Option<Self> {
        let rest = text.strip_prefix(PREFIX)?;
        if rest.len() != ID + 1 + SECRET + CRC || !text.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric()) {
            return None;
        }
        let (body, crc) = text.split_at(text.len() - CRC);
        (rest.as_bytes()[ID] == b'_' && checksum(body) == crc).then_some(Self { key: &rest[..ID], text })
    }

    /// Whether this is the token of that hash; takes the same time whatever the answer.
    pub fn matches(&self, hash: &[u8; 32]) -> bool {
        Sha256::digest(self.text).ct_eq(hash).into()
    }
}

fn checksum(body: &str) -> String {
    base62(&crc32fast::hash(body.as_bytes()).to_be_bytes(), CRC)
}

/// The bytes as one number in base 62, of a fixed width that the number fits into.
fn base62(bytes: &[u8], width: usize) -> String {
    let mut number = bytes.to_vec();
    let mut digits = vec![b'0'; width];
    for digit in digits.iter_mut().rev() {
        let mut rest = 0u32;
        for byte in &mut number {
            let value = (rest << 8) | u32::from(*byte);
            *byte = u8::try_from(value / 62).unwrap_or(u8::MAX);
            rest = value % 62;
        }
        *digit = ALPHABET[rest as usize];
    }
    String::from_utf8_lossy(&digits).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "postern_scim_0000000000_0000000000000000000000000000000000000000000";

    fn token() -> String {
        format!("{GOOD}{}", checksum(GOOD))
    }

    #[test]
    fn numbers_keep_their_width() {
        assert_eq!(base62(&[0, 61], 3), "00z");
        assert_eq!(base62(&[1, 0], 3), "048");
        assert_eq!(base62(&[255; 32], 43).len(), 43);
    }

    #[test]
    fn networks_are_read_and_matched() {
        let networks = Networks::parse("20.190.128.77/18, 10.0.0.1,2603:1000::/24", true).unwrap().unwrap();
        assert_eq!(networks.list, "20.190.128.0/18, 10.0.0.1/32, 2603:1000::/24");
        let contains = |address: &str| networks.contain(IpNet::from(address.parse::<IpAddr>().unwrap()));
        assert!(contains("20.190.130.1") && contains("10.0.0.1") && contains("2603:1010::1"));
        assert!(!contains("10.0.0.2") && !contains("::1"));
        assert_eq!(Networks::parse(" , ", true).unwrap(), None);
        assert!(Networks::parse("Entra", true).is_err());
    }

    #[test]
    fn a_place_is_an_address_or_a_customer() {
        assert_eq!(place_of("::ffff:192.0.2.7").as_deref(), Some("192.0.2.7"));
        assert_eq!(place_of("2001:db8:1:2:3::4").as_deref(), Some("2001:db8:1:2::/64"));
        assert_eq!(neighbourhood("192.0.2.7").as_deref(), Some("192.0.2.0/24"));
    }

    #[test]
    fn a_presented_token_is_taken_apart() {
        let text = token();
        assert_eq!(Presented::parse(&text).map(|t| t.key), Some("0000000000"));
        assert!(Presented::parse(&text).is_some_and(|t| t.matches(&Sha256::digest(&text).into())));
        assert!(Presented::parse(&text).is_some_and(|t| !t.matches(&[0; 32])));
    }

    #[test]
    fn a15_every_single_mistake_is_seen() {
        let text = token();
        for at in 0..text.len() {
            for wrong in ALPHABET.iter().chain(b"_-").filter(|b| **b != text.as_bytes()[at]) {
                let mut bytes = text.clone().into_bytes();
                bytes[at] = *wrong;
                assert_eq!(Presented::parse(&String::from_utf8_lossy(&bytes)), None, "character {at}");
            }
            assert_eq!(Presented::parse(&text[..at]), None);
        }
    }
}
