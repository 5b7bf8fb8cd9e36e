//! Pages of the console's lists, by key rather than by number, so that a page costs the same however far down it is. A
//! row that changes in the meantime moves to the top.

use crate::{
    Error, Timestamp,
    group::GroupSummary,
    query::{Mark, MarkKey},
    search::FoundPerson,
    user::UserSummary,
};
use std::str::FromStr;
use uuid::Uuid;

const NO_PLACE: Error = Error::Invalid("This is no place in a list.");

/// A place in a list ordered by last change, newest first; ties are broken by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// The last change of the row at the edge.
    pub changed: Timestamp,
    /// Its id.
    pub id: Uuid,
}

/// A place in a list by position, newest first. A row keeps its position, whatever changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position(pub i64);

/// Which page of a list is wanted, by keys `K`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place<K = Key> {
    /// The first one.
    #[default]
    Start,
    /// The page after a row.
    After(K),
    /// The page before a row.
    Before(K),
}

/// A page of a list, by keys `K`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T, K = Key> {
    /// The rows.
    pub rows: Vec<T>,
    /// How many rows match, including those on other pages.
    pub total: u64,
    /// Whether even more match: counting ended there.
    pub has_more: bool,
    /// Where the page before this one ends, if there is one.
    pub previous: Option<K>,
    /// Where the page after this one starts, if there is one.
    pub next: Option<K>,
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.changed.millis(), self.id.simple())
    }
}

/// Reads what `Display` writes, and refuses any other text with `Invalid`.
impl FromStr for Key {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (changed, id) = text.split_once('.').ok_or(NO_PLACE)?;
        let changed = changed.parse().map_err(|_| NO_PLACE)?;
        Ok(Self { changed: Timestamp::from_millis(changed), id: Uuid::try_parse(id).map_err(|_| NO_PLACE)? })
    }
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Reads what `Display` writes, and refuses any other text with `Invalid`.
impl FromStr for Position {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        text.parse().map(Self).map_err(|_| NO_PLACE)
    }
}

/// A place in a sorted list as a page's address has it: the kind of the key, the key, and the id.
impl std::fmt::Display for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.key {
            Some(MarkKey::Number(number)) => write!(f, "n{number}")?,
            Some(MarkKey::Text(text) | MarkKey::Evaluated(text)) => write!(f, "t{text}")?,
            None => f.write_str("x")?,
        }
        write!(f, ".{}", self.id.simple())
    }
}

/// Reads what `Display` writes, and refuses any other text with `Invalid`. No key has a NUL.
impl FromStr for Mark {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (key, id) = text.rsplit_once('.').filter(|_| !text.contains('\0')).ok_or(NO_PLACE)?;
        let id = Uuid::try_parse(id).map_err(|_| NO_PLACE)?;
        let key = match key.split_at_checked(1).ok_or(NO_PLACE)? {
            ("n", number) => Some(MarkKey::Number(number.parse().map_err(|_| NO_PLACE)?)),
            ("t", text) => Some(MarkKey::Text(text.to_owned())),
            ("x", "") => None,
            _ => return Err(NO_PLACE),
        };
        Ok(Self { key, id })
    }
}

/// The position of a person who was found.
impl From<&FoundPerson> for Position {
    fn from(row: &FoundPerson) -> Self {
        Self(row.position)
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

impl<T, K> Page<T, K> {
    /// Makes a page from up to `limit + 1` rows read from `place`, in the order in which they are shown.
    ///
    /// The extra row shows that the list continues in the direction of reading.
    pub fn cut(mut rows: Vec<T>, limit: usize, total: u64, place: Place<K>, key: impl Fn(&T) -> K) -> Self {
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
        Self { rows, total, has_more: false, previous, next }
    }

    /// The same page with other rows.
    pub fn map<R>(self, row: impl FnMut(T) -> R) -> Page<R, K> {
        let Self { rows, total, has_more, previous, next } = self;
        Page { rows: rows.into_iter().map(row).collect(), total, has_more, previous, next }
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
        assert_eq!(key.to_string().parse::<Key>().ok(), Some(key));
        assert!("x.y".parse::<Key>().is_err());
        assert_eq!(Position(7).to_string().parse::<Position>().ok(), Some(Position(7)));
        assert!("7.0".parse::<Position>().is_err());
        let id = Uuid::from_u128(7);
        let keys =
            [None, Some(MarkKey::Number(-7)), Some(MarkKey::Text("a.b ü".into())), Some(MarkKey::Text("".into()))];
        for key in keys {
            let mark = Mark { key, id };
            assert_eq!(mark.to_string().parse::<Mark>().ok(), Some(mark));
        }
        for text in ["", "x", "x.7", ".00000000000000000000000000000007", "n.00000000000000000000000000000007"] {
            assert!(text.parse::<Mark>().is_err(), "{text}");
        }
    }
}
