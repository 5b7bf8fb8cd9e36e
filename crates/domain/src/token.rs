//! SCIM bearer tokens: `postern_scim_<id>_<secret><crc>`.
//!
//! The id is public and finds the row; the secret has 256 bits, so a plain SHA-256 at rest is enough (NIST SP 800-63B
//! §3.1.2.2: look-up secrets of 112 bits and more); the CRC tells a mistyped token from an unknown one without a look
//! into the database.

mod alerts;
mod budget;
mod networks;

pub use alerts::AlertCount;
pub(crate) use alerts::{alert, alert_or_count, first_in_hour, hour, summaries};
pub use budget::Budget;
pub(crate) use networks::used;
pub use networks::{FORGOTTEN_DAYS, MOST_SEEN, Networks, SeenNetwork, place_of};

use crate::{Env, Timestamp, TokenId, UserId, text_enum::text_enum};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

const PREFIX: &str = "postern_scim_";
const ID: usize = 10;
const SECRET: usize = 43;
const CRC: usize = 6;

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
    /// What it may cost.
    pub budget: Budget,
    /// When an alert last said that it was used after its end or from outside its networks.
    pub misuse_told: Option<Timestamp>,
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
            budget: Budget::default(),
            misuse_told: None,
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

    /// For how many milliseconds it works, from the day it was made.
    pub fn lifetime(&self) -> Option<i64> {
        self.expires.map(|expires| expires.millis() - self.created.millis())
    }

    /// The token that takes the place of this one: what identifies it is `own`, what was set for this one is carried
    /// over. This one is taken apart without `..`, so a new attribute has to be decided on here.
    pub(crate) fn successor(&self, own: Self, expires: Option<Timestamp>) -> Self {
        let Self { id, key, hash, last_four, created, last_used, revoked, misuse_told, .. } = own;
        let Self {
            id: replaces,
            key: _,
            hash: _,
            last_four: _,
            name,
            created: _,
            last_used: _,
            revoked: _,
            expires: _,
            paused,
            replaces: _,
            networks,
            profile,
            profile_set,
            user,
            budget,
            misuse_told: _,
        } = self.clone();
        Self {
            id,
            key,
            hash,
            last_four,
            name,
            created,
            last_used,
            revoked,
            expires,
            paused,
            replaces: Some(replaces),
            networks,
            profile,
            profile_set,
            user,
            budget,
            misuse_told,
        }
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
