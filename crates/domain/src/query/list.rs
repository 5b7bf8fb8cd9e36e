//! Lists of users and groups: what they are sorted by, and which part of one is wanted.
//!
//! A part begins at a number (RFC 7644 §3.4.2.4) or at a row (RFC 9865). The latter costs the same wherever it is, and
//! who stays in the list while it is walked comes exactly once, whoever comes and goes; a row whose sort key changes
//! meanwhile moves, and may come twice or not at all.

use super::UserValue;
use std::cmp::Ordering;
use uuid::Uuid;

/// What users can be sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UserKey {
    /// The order in which they came, or came back; it never changes.
    #[default]
    Position,
    /// The id, which is in the order of creation.
    Id,
    /// `userName`, without regard to case.
    UserName,
    /// `displayName`, without regard to case.
    DisplayName,
    /// `externalId`, exactly.
    ExternalId,
    /// An attribute of which the folded values are kept.
    Value(UserValue),
    /// The last change.
    Changed,
}

/// What groups can be sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GroupKey {
    /// The order in which they came, or came back; it never changes.
    #[default]
    Position,
    /// The id, which is in the order of creation.
    Id,
    /// `displayName`, without regard to case.
    DisplayName,
    /// `externalId`, exactly.
    ExternalId,
    /// The last change.
    Changed,
}

/// What a sort key is made of. The id decides between rows whose keys are equal.
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
    /// What it is made of.
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
    /// What decides.
    pub by: K,
    /// From the last to the first.
    pub descending: bool,
}

/// A row's place in a sorted list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Its sort key; `None` where the row has none, or the id is the key.
    pub key: Option<MarkKey>,
    /// Its id.
    pub id: Uuid,
}

/// The value of a sort key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MarkKey {
    /// Of a position or a moment.
    Number(i64),
    /// Of a text, folded where case does not count.
    Text(String),
    /// What was made of the document, where no index has the order. It stands in another order than the index of the same
    /// attribute, so a place in one is none in the other.
    Evaluated(String),
}

impl Mark {
    /// How this stands to another in a list by a text that ascends: rows without one come last, and the id decides between
    /// equals.
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

    /// Whether a row of a list in an order that no index has can have this mark.
    pub fn fits_evaluated(&self) -> bool {
        matches!(self.key, None | Some(MarkKey::Evaluated(_)))
    }

    /// Whether a row of a list with such a key can have this mark.
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
    /// Behind so many rows.
    Index(u64),
    /// At the first row, to be gone on from by marks.
    First,
    /// Behind a row.
    After(M),
    /// Before a row: the rows that lead up to it.
    Before(M),
    /// The rows that lead up to the end.
    Last,
}

/// A part of a sorted list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window<K> {
    /// The order.
    pub sort: Sort<K>,
    /// Where the part begins.
    pub start: Start,
    /// How many rows to give at most.
    pub limit: u64,
    /// How many bytes they may have together ([`Weigh`]). Reading ends with the first row that is too much.
    pub bytes: u64,
}

/// Something of which a page can only have so much.
pub trait Weigh {
    /// About how many bytes it is as JSON text.
    fn weight(&self) -> u64;
}

/// What a resource weighs beside its document.
pub(crate) const RESOURCE: u64 = 512;

/// What a member of a group weighs, or a group of a user beside its name.
pub(crate) const REFERENCE: u64 = 192;

/// Weighs what comes onto a page. Its first row fits whatever it weighs: nobody would come past it otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Meter {
    left: u64,
    is_empty: bool,
}

impl Meter {
    /// An empty page for so many bytes.
    pub fn new(bytes: u64) -> Self {
        Self { left: bytes, is_empty: true }
    }

    /// Puts a row onto the page; false when it does not fit, after which the page is to end.
    pub fn takes(&mut self, weight: u64) -> bool {
        let fits = self.is_empty || weight <= self.left;
        if fits {
            self.left = self.left.saturating_sub(weight);
            self.is_empty = false;
        }
        fits
    }

    /// What fits yet.
    pub(crate) fn left(&self) -> u64 {
        self.left
    }

    /// How many of these rows fit, which are in the direction of reading.
    pub(crate) fn fitting<'r, T: Weigh + 'r>(&mut self, rows: impl Iterator<Item = &'r T>) -> usize {
        rows.take_while(|row| self.takes(row.weight())).count()
    }
}

/// A part by number of a list in its natural order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// How many to pass over.
    pub offset: u64,
    /// How many to give at most.
    pub limit: u64,
}

impl<K: Default> From<Slice> for Window<K> {
    fn from(Slice { offset, limit }: Slice) -> Self {
        Self { sort: Sort::default(), start: Start::Index(offset), limit, bytes: u64::MAX }
    }
}

/// A row and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T, M = Mark> {
    /// Where it stands.
    pub mark: M,
    /// The row.
    pub item: T,
}

/// One page of a SCIM list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing<T, M = Mark> {
    /// All that match, also those not on this page.
    pub total: u64,
    /// The page.
    pub items: Vec<T>,
    /// The first row here, when rows come before it and the page was asked for by a row.
    pub previous: Option<M>,
    /// The last row here, when rows come behind it and the page was asked for by a row.
    pub next: Option<M>,
}

impl<M> Start<M> {
    /// How many rows to read for a page of `limit`: where marks lead on, one more than are shown tells whether to.
    pub(crate) fn rows(&self, limit: u64) -> u64 {
        if matches!(self, Self::Index(_)) { limit } else { limit.saturating_add(1) }
    }

    /// Whether it is read backwards.
    pub fn is_backward(&self) -> bool {
        matches!(self, Self::Before(_) | Self::Last)
    }
}

impl<T, M: Clone> Listing<T, M> {
    /// Makes a page of rows that were read from `start`, of which one may be too many ([`Start::rows`]).
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

/// Ends a page early, whose rows are in the direction of reading, before it gets too heavy. One row too many stays to
/// show that the list continues. Returns how many to show.
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
