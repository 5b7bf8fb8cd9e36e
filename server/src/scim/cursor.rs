//! Cursors (RFC 9865): a row's place in a list as a text that only this server can read.
//!
//! A cursor is not secret and grants nothing: it holds a sort key and an id that the client has seen. A checksum binds
//! it to the query that it was issued for, so that a typing error, or a cursor of another query, is refused instead of
//! being taken for another place. It never expires.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use domain::{
    directory::{ResourceKind, RootMark},
    query::{Mark, MarkKey, Start},
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The format of the rest; another number comes from another version of this server.
const FORM: u8 = 1;
const CHECKSUM: usize = 8;
const ID: usize = 16;
/// No stored key is longer.
const LONGEST_KEY: usize = 2_048;

/// What a cursor is bound to: the endpoint, the filter and the order.
pub(super) struct Scope(Sha256);

impl Scope {
    /// The scope of a query that consists of these texts.
    pub(super) fn new(parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        Self(hash)
    }

    /// The cursor of the page that begins after a row, or ends before it.
    pub(super) fn write(&self, backward: bool, RootMark { kind, mark }: &RootMark) -> String {
        let (key_kind, key) = match &mark.key {
            None => (b'i', Vec::new()),
            Some(MarkKey::Number(number)) => (b'n', number.to_be_bytes().to_vec()),
            Some(MarkKey::Text(text)) => (b't', text.clone().into_bytes()),
            Some(MarkKey::Evaluated(text)) => (b'e', text.clone().into_bytes()),
        };
        let kind = if *kind == ResourceKind::User { b'u' } else { b'g' };
        let mut content = vec![FORM, if backward { b'b' } else { b'a' }, kind, key_kind];
        content.extend(mark.id.as_bytes());
        content.extend(key);
        let mut cursor = self.checksum(&content).to_vec();
        cursor.extend(content);
        BASE64.encode(cursor)
    }

    /// Reads what [`Scope::write`] wrote for the same query; `None` for any other text.
    pub(super) fn read(&self, cursor: &str) -> Option<Start<RootMark>> {
        let bytes = BASE64.decode(cursor).ok()?;
        let (checksum, content) = bytes.split_at_checked(CHECKSUM)?;
        if self.checksum(content) != checksum {
            return None;
        }
        let (head, rest) = content.split_at_checked(4)?;
        let (id, key) = rest.split_at_checked(ID)?;
        let [FORM, direction, kind, key_kind] = *head else { return None };
        let key = match key_kind {
            b'i' if key.is_empty() => None,
            b'n' => Some(MarkKey::Number(i64::from_be_bytes(key.try_into().ok()?))),
            b't' => Some(MarkKey::Text(text(key)?)),
            b'e' => Some(MarkKey::Evaluated(text(key)?)),
            _ => return None,
        };
        let kind = match kind {
            b'u' => ResourceKind::User,
            b'g' => ResourceKind::Group,
            _ => return None,
        };
        let mark = RootMark { kind, mark: Mark { key, id: Uuid::from_slice(id).ok()? } };
        match direction {
            b'a' => Some(Start::After(mark)),
            b'b' => Some(Start::Before(mark)),
            _ => None,
        }
    }

    fn checksum(&self, content: &[u8]) -> [u8; CHECKSUM] {
        let hash = self.0.clone().chain_update(content).finalize();
        std::array::from_fn(|index| hash[index])
    }
}

/// A key that a database can compare: Postgres accepts no NUL.
fn text(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    (text.len() <= LONGEST_KEY && !text.contains('\0')).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(kind: ResourceKind, key: Option<MarkKey>) -> RootMark {
        RootMark { kind, mark: Mark { key, id: Uuid::from_u128(7) } }
    }

    #[test]
    fn cursors_round_trip_and_need_no_encoding() {
        let scope = Scope::new(&["/Users", "userName pr", ""]);
        let keys = [
            None,
            Some(MarkKey::Number(-1)),
            Some(MarkKey::Text("zoë ".into())),
            Some(MarkKey::Evaluated("3zoë".into())),
        ];
        for mark in
            keys.into_iter().flat_map(|key| [mark(ResourceKind::User, key.clone()), mark(ResourceKind::Group, key)])
        {
            let (next, previous) = (scope.write(false, &mark), scope.write(true, &mark));
            assert_eq!(scope.read(&next), Some(Start::After(mark.clone())));
            assert_eq!(scope.read(&previous), Some(Start::Before(mark)));
            // RFC 9865 §2: unreserved characters of RFC 3986 §2.3 only.
            assert!(next.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)), "{next}");
        }
    }

    #[test]
    fn what_was_not_given_out_for_the_query_is_refused() {
        let scope = Scope::new(&["/Users", "a", "b"]);
        let cursor = scope.write(false, &mark(ResourceKind::User, Some(MarkKey::Text("ada".into()))));
        for other in [Scope::new(&["/Groups", "a", "b"]), Scope::new(&["/Users", "ab", ""]), Scope::new(&[])] {
            assert_eq!(other.read(&cursor), None);
        }
        for index in 0..cursor.len() {
            let mut bytes = cursor.clone().into_bytes();
            bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
            assert_eq!(scope.read(&String::from_utf8(bytes).unwrap()), None, "changed at {index}");
            assert_eq!(scope.read(&cursor[..index]), None, "cut at {index}");
        }
        for key in ["\0", &"x".repeat(LONGEST_KEY + 1)] {
            let cursor = scope.write(false, &mark(ResourceKind::User, Some(MarkKey::Text(key.into()))));
            assert_eq!(scope.read(&cursor), None);
        }
    }
}
