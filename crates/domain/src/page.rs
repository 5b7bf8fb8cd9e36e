//! Pages of the console's lists, by key rather than by number, so that a page costs the same however far down it is. A
//! row that changes in the meantime moves to the top.

use crate::{Timestamp, group::GroupSummary, user::UserSummary};
use uuid::Uuid;

/// A place in a list ordered by last change, newest first; ties are broken by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// The last change of the row at the edge.
    pub changed: Timestamp,
    /// Its id.
    pub id: Uuid,
}

/// Which page of a list is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// The first one.
    #[default]
    Start,
    /// The page after a row.
    After(Key),
    /// The page before a row.
    Before(Key),
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// How many rows match, including those on other pages.
    pub total: u64,
    /// Where the page before this one ends, if there is one.
    pub previous: Option<Key>,
    /// Where the page after this one starts, if there is one.
    pub next: Option<Key>,
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.changed.millis(), self.id.simple())
    }
}

impl Key {
    /// Reads what `Display` writes; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let (changed, id) = text.split_once('.')?;
        Some(Self { changed: Timestamp::from_millis(changed.parse().ok()?), id: Uuid::try_parse(id).ok()? })
    }
}

/// A row's key in a list by last change.
impl From<&UserSummary> for Key {
    fn from(row: &UserSummary) -> Self {
        Self { changed: row.changed, id: row.id.0 }
    }
}

/// A row's key in a list by last change.
impl From<&GroupSummary> for Key {
    fn from(row: &GroupSummary) -> Self {
        Self { changed: row.changed, id: row.id.0 }
    }
}

impl<T> Page<T> {
    /// Makes a page from up to `limit + 1` rows read from `place`, in the order in which they are shown.
    ///
    /// The extra row shows that the list continues in the direction of reading.
    pub fn cut(mut rows: Vec<T>, limit: usize, total: u64, place: Place, key: impl Fn(&T) -> Key) -> Self {
        let more = rows.len() > limit;
        if more {
            match place {
                Place::Before(_) => drop(rows.remove(0)),
                _ => drop(rows.pop()),
            }
        }
        let (has_previous, has_next) = match place {
            Place::Start => (false, more),
            Place::After(_) => (true, more),
            Place::Before(_) => (more, true),
        };
        let previous = rows.first().filter(|_| has_previous).map(&key);
        let next = rows.last().filter(|_| has_next).map(&key);
        Self { rows, total, previous, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: &u128) -> Key {
        Key { changed: Timestamp::from_millis(0), id: Uuid::from_u128(*id) }
    }

    #[test]
    fn a_page_knows_its_neighbours() {
        let first = Page::cut(vec![9, 8, 7], 2, 5, Place::Start, key);
        assert_eq!((first.rows.as_slice(), first.previous, first.next), ([9, 8].as_slice(), None, Some(key(&8))));
        let last = Page::cut(vec![6, 5], 2, 5, Place::After(key(&7)), key);
        assert_eq!((last.previous, last.next), (Some(key(&6)), None));
        let back = Page::cut(vec![9, 8, 7], 2, 5, Place::Before(key(&6)), key);
        assert_eq!((back.rows.as_slice(), back.previous.is_some()), ([8, 7].as_slice(), true));
    }

    #[test]
    fn keys_round_trip() {
        let key = Key { changed: Timestamp::from_millis(1_795_000_000_007), id: Uuid::from_u128(7) };
        assert_eq!(Key::parse(&key.to_string()), Some(key));
        assert_eq!(Key::parse("x.y"), None);
    }
}
