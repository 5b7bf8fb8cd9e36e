//! Lists of users and groups: what they are sorted by, and which part of one is wanted.
//!
//! A part begins at a number (RFC 7644 §3.4.2.4) or at a row (RFC 9865). The latter costs the same wherever the row is.
//! A row that stays in the list during the walk appears exactly once, whatever other rows come and go. A row whose
//! sort key changes during the walk moves, and may appear twice or not at all.

use super::UserValue;
use std::cmp::Ordering;
use uuid::Uuid;

/// What users can be sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UserKey {
    /// The order in which they were created or restored; it never changes.
    #[default]
    Position,
    /// The id, which sorts by creation.
    Id,
    /// `userName`, without regard to case.
    UserName,
    /// `displayName`, without regard to case.
    DisplayName,
    /// `externalId`, exactly.
    ExternalId,
    /// An attribute whose folded values are kept.
    Value(UserValue),
    /// The last change.
    Changed,
}

/// What groups can be sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GroupKey {
    /// The order in which they were created or restored; it never changes.
    #[default]
    Position,
    /// The id, which sorts by creation.
    Id,
    /// `displayName`, without regard to case.
    DisplayName,
    /// `externalId`, exactly.
    ExternalId,
    /// The last change.
    Changed,
}

/// What a sort key consists of. Ties are broken by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// Nothing but the id.
    Id,
    /// A number that no two rows share.
    UniqueNumber,
    /// A number.
    Number,
    /// A text that no two rows share.
    UniqueText,
    /// A text, or none.
    OptionalText,
}

/// Something to sort by.
pub trait SortKey: Copy + Default + Send + Sync + 'static {
    /// What it consists of.
    fn kind(self) -> KeyKind;
}

impl SortKey for UserKey {
    fn kind(self) -> KeyKind {
        match self {
            Self::Position => KeyKind::UniqueNumber,
            Self::Id => KeyKind::Id,
            Self::UserName => KeyKind::UniqueText,
            Self::DisplayName | Self::ExternalId | Self::Value(_) => KeyKind::OptionalText,
            Self::Changed => KeyKind::Number,
        }
    }
}

impl SortKey for GroupKey {
    fn kind(self) -> KeyKind {
        match self {
            Self::Position => KeyKind::UniqueNumber,
            Self::Id => KeyKind::Id,
            Self::DisplayName => KeyKind::UniqueText,
            Self::ExternalId => KeyKind::OptionalText,
            Self::Changed => KeyKind::Number,
        }
    }
}

/// An order. Rows without a value come last when it ascends and first when it descends (RFC 7644 §3.4.2.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sort<K> {
    /// What it sorts by.
    pub by: K,
    /// Whether it is reversed.
    pub descending: bool,
}

/// A row's place in a sorted list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Its sort key; `None` if the row has none, or if the id is the key.
    pub key: Option<MarkKey>,
    /// Its id.
    pub id: Uuid,
}

/// The value of a sort key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MarkKey {
    /// A position or a moment.
    Number(i64),
    /// A text, folded if case does not count.
    Text(String),
    /// A text computed from the document, if no index has the order. It sorts differently from the index of the same
    /// attribute, so a place in one list is meaningless in the other.
    Evaluated(String),
}

impl Mark {
    /// How this compares with another mark in a list that ascends by a text: rows without a text come last, and ties
    /// are broken by id.
    pub fn order(&self, other: &Self) -> Ordering {
        let (a, b) = (self.text(), other.text());
        a.is_none().cmp(&b.is_none()).then_with(|| a.cmp(&b)).then_with(|| self.id.cmp(&other.id))
    }

    fn text(&self) -> Option<&str> {
        match &self.key {
            Some(MarkKey::Text(text) | MarkKey::Evaluated(text)) => Some(text),
            _ => None,
        }
    }

    /// Whether this can be a mark in a list whose order no index has.
    pub fn fits_evaluated(&self) -> bool {
        matches!(self.key, None | Some(MarkKey::Evaluated(_)))
    }

    /// Whether this can be a mark in a list with such a key.
    pub fn fits(&self, kind: KeyKind) -> bool {
        matches!(
            (kind, &self.key),
            (KeyKind::Id | KeyKind::OptionalText, None)
                | (KeyKind::UniqueNumber | KeyKind::Number, Some(MarkKey::Number(_)))
                | (KeyKind::UniqueText | KeyKind::OptionalText, Some(MarkKey::Text(_)))
        )
    }
}

/// Where a part of a list begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start<M = Mark> {
    /// Skip this many rows.
    Index(u64),
    /// At the first row; further pages start at marks.
    First,
    /// Continue after this row.
    After(M),
    /// End before this row.
    Before(M),
    /// End at the end of the list.
    Last,
}

/// A part of a sorted list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window<K> {
    /// The order.
    pub sort: Sort<K>,
    /// Where the part begins.
    pub start: Start,
    /// How many rows to return at most.
    pub limit: u64,
    /// How many bytes they may have together ([`Weigh`]). Reading stops at the first row that exceeds this.
    pub bytes: u64,
}

/// Something with a size; the total size of a page is limited.
pub trait Weigh {
    /// Roughly how many bytes it takes as JSON text.
    fn weight(&self) -> u64;
}

/// What a resource weighs in addition to its document.
pub(crate) const RESOURCE: u64 = 512;

/// What a member of a group weighs, and a group of a user in addition to its name.
pub(crate) const REFERENCE: u64 = 192;

/// Weighs the rows of a page. The first row always fits: otherwise a client could never get past it.
#[derive(Clone, Copy, Debug)]
pub struct Meter {
    left: u64,
    is_empty: bool,
}

impl Meter {
    /// An empty page with room for this many bytes.
    pub fn new(bytes: u64) -> Self {
        Self { left: bytes, is_empty: true }
    }

    /// Adds a row to the page, or returns false if it does not fit; then the page must end.
    pub fn takes(&mut self, weight: u64) -> bool {
        let fits = self.is_empty || weight <= self.left;
        if fits {
            self.left = self.left.saturating_sub(weight);
            self.is_empty = false;
        }
        fits
    }

    /// How much still fits.
    pub(crate) fn left(&self) -> u64 {
        self.left
    }

    /// How many of these rows fit; they are in the direction of reading.
    pub(crate) fn fitting<'r, T: Weigh + 'r>(&mut self, rows: impl Iterator<Item = &'r T>) -> usize {
        rows.take_while(|row| self.takes(row.weight())).count()
    }
}

/// A part of a list in its natural order, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// How many rows to skip.
    pub offset: u64,
    /// How many to return at most.
    pub limit: u64,
}

impl<K: Default> From<Slice> for Window<K> {
    fn from(Slice { offset, limit }: Slice) -> Self {
        Self { sort: Sort::default(), start: Start::Index(offset), limit, bytes: u64::MAX }
    }
}

/// A row and its mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T, M = Mark> {
    /// Its place in the list.
    pub mark: M,
    /// The row.
    pub item: T,
}

/// One page of a SCIM list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing<T, M = Mark> {
    /// How many rows match, including those not on this page.
    pub total: u64,
    /// The page.
    pub items: Vec<T>,
    /// The mark of the first row here, if rows come before it and the page was requested by a row.
    pub previous: Option<M>,
    /// The mark of the last row here, if rows come after it and the page was requested by a row.
    pub next: Option<M>,
}

impl<M> Start<M> {
    /// How many rows to read for a page of `limit`. Where marks are used, one extra row shows whether the list
    /// continues.
    pub(crate) fn rows(&self, limit: u64) -> u64 {
        if matches!(self, Self::Index(_)) { limit } else { limit.saturating_add(1) }
    }

    /// Whether it is read backwards.
    pub fn is_backward(&self) -> bool {
        matches!(self, Self::Before(_) | Self::Last)
    }
}

impl<T, M: Clone> Listing<T, M> {
    /// Makes a page from rows that were read from `start`, including the extra row ([`Start::rows`]).
    pub(crate) fn cut(mut rows: Vec<Listed<T, M>>, start: &Start<M>, limit: u64, total: u64) -> Self {
        let more = u64::try_from(rows.len()).unwrap_or(u64::MAX) > limit;
        match start {
            _ if !more => {}
            start if start.is_backward() => drop(rows.remove(0)),
            _ => drop(rows.pop()),
        }
        let (has_previous, has_next) = match start {
            Start::Index(_) => (false, false),
            Start::First => (false, more),
            Start::After(_) => (true, more),
            Start::Before(_) => (more, true),
            Start::Last => (more, false),
        };
        let mark = |row: &Listed<T, M>| row.mark.clone();
        let previous = rows.first().filter(|_| has_previous).map(mark);
        let next = rows.last().filter(|_| has_next).map(mark);
        Self { total, items: rows.into_iter().map(|row| row.item).collect(), previous, next }
    }
}

/// Ends a page before it gets too heavy; its rows are in the direction of reading. One extra row stays, to show that
/// the list continues. Returns how many to show.
pub(crate) fn end_early<T: Weigh, M>(rows: &mut Vec<Listed<T, M>>, meter: &mut Meter) -> Option<u64> {
    let shown = meter.fitting(rows.iter().map(|row| &row.item));
    let ends = shown < rows.len();
    rows.truncate(shown + 1);
    ends.then_some(shown as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_takes_what_fits_and_its_first_row_in_any_case() {
        let mut meter = Meter::new(10);
        assert!(meter.takes(11) && !meter.takes(1) && meter.takes(0));
        let mut meter = Meter::new(10);
        assert!(meter.takes(4) && meter.takes(6) && !meter.takes(1));
    }

    fn cut(rows: &[u8], start: &Start<u8>) -> (Vec<u8>, Option<u8>, Option<u8>) {
        let rows = rows.iter().map(|row| Listed { mark: *row, item: *row }).collect();
        let page = Listing::cut(rows, start, 2, 9);
        (page.items, page.previous, page.next)
    }

    #[test]
    fn a_page_leads_on_where_there_is_more() {
        assert_eq!(cut(&[1, 2], &Start::Index(0)), (vec![1, 2], None, None));
        assert_eq!(cut(&[1, 2, 3], &Start::First), (vec![1, 2], None, Some(2)));
        assert_eq!(cut(&[1, 2], &Start::First), (vec![1, 2], None, None));
        assert_eq!(cut(&[3, 4, 5], &Start::After(2)), (vec![3, 4], Some(3), Some(4)));
        assert_eq!(cut(&[3], &Start::After(2)), (vec![3], Some(3), None));
        assert_eq!(cut(&[1, 2, 3], &Start::Before(4)), (vec![2, 3], Some(2), Some(3)));
        assert_eq!(cut(&[1, 2], &Start::Before(3)), (vec![1, 2], None, Some(2)));
        assert_eq!(cut(&[], &Start::After(7)), (vec![], None, None));
    }
}
