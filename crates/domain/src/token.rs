//! SCIM bearer tokens: `postern_scim_<id>_<secret><crc>`.
//!
//! The id is public and finds the row; the secret has 256 bits, so a plain SHA-256 at rest is enough (NIST SP 800-63B
//! §3.1.2.2: look-up secrets of 112 bits and more); the CRC tells a mistyped token from an unknown one without a look
//! into the database.

use crate::{Env, Timestamp, TokenId};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

const PREFIX: &str = "postern_scim_";
const ID: usize = 10;
const SECRET: usize = 43;
const CRC: usize = 6;
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
    pub fn generate(env: &Env, name: String) -> Self {
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
        };
        Self { token, secret }
    }
}

impl Token {
    /// The form in which a list shows it: prefix, public part, last four characters.
    pub fn masked(&self) -> String {
        format!("{PREFIX}{}_…{}", self.key, self.last_four)
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
    fn every_single_mistake_is_seen() {
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
