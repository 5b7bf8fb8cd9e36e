//! SCIM bearer tokens: `postern_scim_<id>_<secret><crc>`.
//!
//! The id is public and finds the row; the secret has 256 bits, so a plain SHA-256 at rest is enough (NIST SP 800-63B
//! §3.1.2.2: look-up secrets of 112 bits and more); the CRC tells a mistyped token from an unknown one without a
//! database look-up.

mod alerts;
mod budget;
mod networks;
mod rotation;

pub use alerts::AlertCount;
pub(crate) use alerts::{alert, alert_or_count, first_in_hour, hour, summaries};
pub use budget::Budget;
pub(crate) use networks::used;
pub use networks::{FORGOTTEN_DAYS, MOST_SEEN, Networks, SeenNetwork, place_of};
pub use rotation::with_rotations;

use crate::{Env, Timestamp, TokenId, UserId, text_enum::text_enum};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

const PREFIX: &str = "postern_scim_";
const ID: usize = 10;
const SECRET: usize = 43;
const CRC: usize = 6;

/// A token that is older than this is due to be rotated, even though it works.
pub const ROTATE_DAYS: i64 = 180;

/// How many days a token keeps working after another has replaced it.
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
    /// The last four characters, by which an administrator recognises it.
    pub last_four: String,
    /// The name that an administrator gave it.
    pub name: String,
    /// When it was created.
    pub created: Timestamp,
    /// The last call with it, to the minute.
    pub last_used: Option<Timestamp>,
    /// When it was revoked.
    pub revoked: Option<Timestamp>,
    /// When it expires.
    pub expires: Option<Timestamp>,
    /// Since when it has been paused; its calls are refused until an administrator resumes it.
    pub paused: Option<Timestamp>,
    /// The token that it replaces.
    pub replaces: Option<TokenId>,
    /// Where it may be used from.
    pub networks: Option<Networks>,
    /// The assumed kind of its client; `None` until a call shows it.
    pub profile: Option<ClientProfile>,
    /// Whether an administrator has set the kind of its client; then nothing that it sends changes that.
    pub profile_set: bool,
    /// The user whom `/Me` addresses (RFC 7644 §3.11).
    pub user: Option<UserId>,
    /// What it may cost.
    pub budget: Budget,
    /// When an alert last reported its use after its end or from outside its networks.
    pub misuse_told: Option<Timestamp>,
}

text_enum! {
    /// What kind of client calls with a token. It matters only where clients mean different things by the same words.
    pub enum ClientProfile {
        /// Microsoft Entra ID: a `replace` of `members` means that these join and none leaves.
        Entra = "entra",
        /// Okta.
        Okta = "okta",
        /// Any other client, which follows the RFC.
        Generic = "generic",
    }
}

/// Why an existing token no longer works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenEnd {
    /// It was revoked.
    Revoked,
    /// It has expired.
    Expired,
}

/// A token and its text, which is stored nowhere and cannot be shown again.
pub struct NewToken {
    /// What is recorded.
    pub token: Token,
    /// The whole token.
    pub secret: String,
}

/// A text of the right form with a correct checksum, whether or not such a token exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Presented<'a> {
    /// The public part that finds the row.
    pub key: &'a str,
    text: &'a str,
}

impl NewToken {
    /// Generates a token; its name must have been checked.
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
    /// The kind of its client, given the sign that a call bears, if any. What an administrator has set overrides all
    /// signs. If calls show signs of two directories, the first one counts, so that a token that is used in two places
    /// does not alternate.
    pub fn profile_with(&self, sign: Option<ClientProfile>) -> Option<ClientProfile> {
        let open = !self.profile_set && matches!(self.profile, None | Some(ClientProfile::Generic));
        if open { sign.or(self.profile) } else { self.profile }
    }

    /// The form in which lists show it: prefix, public part, last four characters.
    pub fn masked(&self) -> String {
        format!("{PREFIX}{}_…{}", self.key, self.last_four)
    }

    /// Whether it has ended, and why.
    pub fn ended(&self, now: Timestamp) -> Option<TokenEnd> {
        match (self.revoked, self.expires) {
            (Some(_), _) => Some(TokenEnd::Revoked),
            (None, Some(expires)) if expires <= now => Some(TokenEnd::Expired),
            _ => None,
        }
    }

    /// Whether another of these tokens has taken its place, and works and has been used.
    pub fn is_succeeded(&self, tokens: &[Self], now: Timestamp) -> bool {
        let replaces = |other: &Self| other.replaces == Some(self.id) && other.ended(now).is_none();
        tokens.iter().any(|other| replaces(other) && other.last_used.is_some())
    }

    /// How many milliseconds it works from its creation.
    pub fn lifetime(&self) -> Option<i64> {
        self.expires.map(|expires| expires.millis() - self.created.millis())
    }

    /// The token that replaces this one: its identity is that of `own`, and the settings of this one are carried over.
    /// This one is destructured without `..`, so that a new field has to be decided on here.
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
    /// Parses a text; `None` if it is not a token of ours or was mistyped.
    pub fn parse(text: &'a str) -> Option<Self> {
        let rest = text.strip_prefix(PREFIX)?;
        if rest.len() != ID + 1 + SECRET + CRC || !text.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric()) {
            return None;
        }
        let (body, crc) = text.split_at(text.len() - CRC);
        (rest.as_bytes()[ID] == b'_' && checksum(body) == crc).then_some(Self { key: &rest[..ID], text })
    }

    /// Whether this is the token with this hash; takes the same time for either answer.
    pub fn matches(&self, hash: &[u8; 32]) -> bool {
        Sha256::digest(self.text).ct_eq(hash).into()
    }
}

fn checksum(body: &str) -> String {
    base62(&crc32fast::hash(body.as_bytes()).to_be_bytes(), CRC)
}

/// The bytes as one number in base 62, padded to `width`, which must be large enough.
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
