//! Sorted parts of the lists of users and groups. A list is read along an index, from where the part begins.
//!
//! Databases differ in where they put missing keys, and no row can be compared with one without a key. So a list with
//! such rows is read as two lists, one after the other.

use super::{Connection, bounded, failed, page, query::Condition};
use crate::{Db, dialect::OFFSET_READS_COLUMNS};
use domain::{
    Error, Result,
    query::{
        GroupKey, KeyKind, Listed, Mark, MarkKey, Meter, Predicate, SortKey, Start, UserKey, UserValue, Weigh, Window,
    },
};
use futures_util::TryStreamExt;
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

type Row = <Db as sqlx::Database>::Row;

/// A table that is listed, by one of its keys.
pub(super) trait ListKey: SortKey {
    /// The table.
    const TABLE: &'static str;
    /// The table that counts the rows of each thousand or so of positions.
    const BLOCKS: &'static str;
    /// The column that holds the key.
    fn column(self) -> &'static str;
    /// The attribute whose values are in a table of their own, if the key is one.
    fn value(self) -> Option<UserValue> {
        None
    }
}

impl ListKey for UserKey {
    const TABLE: &'static str = "users";
    const BLOCKS: &'static str = "user_blocks";

    fn column(self) -> &'static str {
        match self {
            Self::Position => "position",
            Self::Id => "id",
            Self::UserName => "user_name_key",
            Self::DisplayName => "display_name_key",
            Self::ExternalId => "external_id",
            Self::Value(_) => "sorted.value_key",
            Self::Changed => "changed",
        }
    }

    fn value(self) -> Option<UserValue> {
        if let Self::Value(attribute) = self { Some(attribute) } else { None }
    }
}

impl ListKey for GroupKey {
    const TABLE: &'static str = "groups";
    const BLOCKS: &'static str = "group_blocks";

    fn column(self) -> &'static str {
        match self {
            Self::Position => "position",
            Self::Id => "id",
            Self::DisplayName => "display_name_key",
            Self::ExternalId => "external_id",
            Self::Changed => "changed",
        }
    }
}

/// A row and the columns of its mark.
#[derive(FromRow)]
struct Marked<T> {
    #[sqlx(flatten)]
    row: T,
    mark_number: Option<i64>,
    mark_text: Option<String>,
    mark_id: Uuid,
}

/// Rows that have a key (all rows, if each has one), and rows without.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Segment {
    Keyed,
    Missing,
}

/// How many positions a block has; the triggers divide by the same number.
const BLOCK: i64 = 1024;

/// Where reading of a segment starts.
#[derive(Clone, Copy)]
enum Bound<'m> {
    /// After this many rows.
    Offset(u64),
    /// After this many rows from a position on.
    Block(i64, u64),
    /// After a row.
    Past(&'m Mark),
}

/// A table in an order, read in one direction.
struct List<'f, K, C> {
    key: K,
    filter: &'f Predicate<C>,
    columns: [&'static str; 2],
    /// From higher keys to lower ones.
    down: bool,
}

impl Connection<'_> {
    /// Reads these columns of a part of a list, in its order, and converts each row.
    pub(super) async fn list<K: ListKey, C, R, T>(
        &mut self,
        filter: &Predicate<C>,
        window: &Window<K>,
        columns: [&'static str; 2],
        make: fn(R) -> Result<T>,
    ) -> Result<Vec<Listed<T>>>
    where
        Predicate<C>: Condition,
        R: for<'r> FromRow<'r, Row> + Send + Unpin,
        T: Weigh + Send,
    {
        let backward = window.start.is_backward();
        let list = List { key: window.sort.by, filter, columns, down: window.sort.descending != backward };
        let mark = match &window.start {
            Start::After(mark) | Start::Before(mark) => Some(mark),
            Start::Index(_) | Start::First | Start::Last => None,
        };
        if mark.is_some_and(|mark| !mark.fits(list.key.kind())) {
            return Err(Error::Invalid("This is no place in a list of this order."));
        }
        let bound = match (&window.start, mark) {
            (Start::Index(offset), _) => self.begin(&list, *offset).await?,
            (_, Some(mark)) => Some(Bound::Past(mark)),
            _ => Some(Bound::Offset(0)),
        };
        let Some(bound) = bound else { return Ok(Vec::new()) };
        let mut rows = self.segments(&list, bound, window, make).await?;
        if backward {
            rows.reverse();
        }
        Ok(rows)
    }

    /// Where to begin for a number; `None` if that is past the end. The list of all rows is entered at the right block,
    /// whatever the number; in any other list the rows before are counted.
    async fn begin<K: ListKey, C>(&mut self, list: &List<'_, K, C>, offset: u64) -> Result<Option<Bound<'static>>> {
        let by_position = list.key.kind() == KeyKind::UniqueNumber && !list.down;
        if offset == 0 || !by_position || !matches!(list.filter, Predicate::All) {
            return Ok(Some(Bound::Offset(offset)));
        }
        let mut query = QueryBuilder::<Db>::new(
            "SELECT block, before
            FROM (SELECT block, total, CAST(SUM(total) OVER (ORDER BY block) AS BIGINT) - total AS before FROM ",
        );
        query.push(K::BLOCKS).push(") AS running WHERE before + total > ").push_bind(bounded(offset));
        query.push(" ORDER BY block LIMIT 1");
        let block: Option<(i64, i64)> = query.build_query_as().fetch_optional(&mut *self.0).await.map_err(failed)?;
        Ok(block.map(|(block, before)| Bound::Block(block * BLOCK, offset - before.unsigned_abs())))
    }

    async fn segments<K: ListKey, C, R, T>(
        &mut self,
        list: &List<'_, K, C>,
        mut bound: Bound<'_>,
        window: &Window<K>,
        make: fn(R) -> Result<T>,
    ) -> Result<Vec<Listed<T>>>
    where
        Predicate<C>: Condition,
        R: for<'r> FromRow<'r, Row> + Send + Unpin,
        T: Weigh + Send,
    {
        let (mut rows, segments) = (Vec::new(), list.segments(bound));
        let mut meter = Meter::new(window.bytes);
        for (index, segment) in segments.iter().enumerate() {
            let wanted = window.limit.saturating_sub(rows.len() as u64);
            let (found, is_full) = self.segment(list, *segment, bound, wanted, make, &mut meter).await?;
            let is_last = is_full || found.len() as u64 == wanted || index + 1 == segments.len();
            bound = match bound {
                // The whole segment was skipped, and its rows count towards the number.
                Bound::Offset(offset @ 1..) if found.is_empty() && !is_last => {
                    Bound::Offset(offset.saturating_sub(self.count_segment(list, *segment).await?))
                }
                _ => Bound::Offset(0),
            };
            rows.extend(found);
            if is_last {
                break;
            }
        }
        Ok(rows)
    }

    /// The rows of a segment, one by one, up to the first that does not fit on the page; and whether there was such a
    /// row.
    async fn segment<K: ListKey, C, R, T>(
        &mut self,
        list: &List<'_, K, C>,
        segment: Segment,
        bound: Bound<'_>,
        limit: u64,
        make: fn(R) -> Result<T>,
        meter: &mut Meter,
    ) -> Result<(Vec<Listed<T>>, bool)>
    where
        Predicate<C>: Condition,
        R: for<'r> FromRow<'r, Row> + Send + Unpin,
        T: Weigh + Send,
    {
        let mut query = QueryBuilder::<Db>::new("SELECT ");
        list.push_columns(&mut query, segment);
        list.push_part(&mut query, segment, bound, limit);
        let mut found = Vec::new();
        let mut rows = query.build_query_as::<Marked<R>>().fetch(&mut *self.0);
        while let Some(row) = rows.try_next().await.map_err(failed)? {
            let Listed { mark, item } = row.listed();
            let item = make(item)?;
            let fits = meter.takes(item.weight());
            found.push(Listed { mark, item });
            if !fits {
                return Ok((found, true));
            }
        }
        Ok((found, false))
    }

    async fn count_segment<K: ListKey, C>(&mut self, list: &List<'_, K, C>, segment: Segment) -> Result<u64>
    where
        Predicate<C>: Condition,
    {
        let mut query = QueryBuilder::<Db>::new("SELECT COUNT(*)");
        list.push_rows(&mut query, segment);
        let count: i64 = query.build_query_scalar().fetch_one(&mut *self.0).await.map_err(failed)?;
        Ok(count.unsigned_abs())
    }
}

impl<T> Marked<T> {
    fn listed(self) -> Listed<T> {
        let key = self.mark_number.map(MarkKey::Number).or(self.mark_text.map(MarkKey::Text));
        Listed { mark: Mark { key, id: self.mark_id }, item: self.row }
    }
}

impl<K: ListKey, C> List<'_, K, C> {
    /// The segments to read, in order, starting with the one in which a part begins. Missing keys come after all others
    /// (RFC 7644 §3.4.2.3).
    fn segments(&self, bound: Bound<'_>) -> &'static [Segment] {
        use Segment::{Keyed, Missing};
        if self.key.kind() != KeyKind::OptionalText {
            return &[Keyed];
        }
        match (bound, self.down) {
            (Bound::Past(Mark { key: None, .. }), false) => &[Missing],
            (Bound::Past(Mark { key: Some(_), .. }), true) => &[Keyed],
            (_, false) => &[Keyed, Missing],
            (_, true) => &[Missing, Keyed],
        }
    }

    fn push_columns(&self, query: &mut QueryBuilder<Db>, segment: Segment) {
        let [columns, more] = self.columns;
        query.push(columns).push(more).push(", id AS mark_id, ");
        let (number, text) = match self.key.kind() {
            KeyKind::Id => ("CAST(NULL AS BIGINT)", "NULL"),
            KeyKind::OptionalText if segment == Segment::Missing => ("CAST(NULL AS BIGINT)", "CAST(NULL AS TEXT)"),
            KeyKind::UniqueNumber | KeyKind::Number => (self.key.column(), "NULL"),
            KeyKind::UniqueText | KeyKind::OptionalText => ("CAST(NULL AS BIGINT)", self.key.column()),
        };
        query.push(number).push(" AS mark_number, ").push(text).push(" AS mark_text");
    }

    /// The table, joined with the table of values if the order depends on one.
    fn push_from(&self, query: &mut QueryBuilder<Db>, segment: Segment) {
        query.push(" FROM ").push(K::TABLE);
        if let Some(attribute) = self.key.value().filter(|_| segment == Segment::Keyed) {
            query.push(" JOIN user_values AS sorted ON sorted.user_id = users.id AND sorted.place = 0");
            query.push(" AND sorted.attribute = ").push_bind(attribute.number());
        }
    }

    fn push_rows(&self, query: &mut QueryBuilder<Db>, segment: Segment)
    where
        Predicate<C>: Condition,
    {
        self.push_from(query, segment);
        query.push(" WHERE ");
        self.filter.push(query);
        if let Some(attribute) = self.key.value() {
            if segment == Segment::Missing {
                query.push(" AND NOT EXISTS (SELECT 1 FROM user_values WHERE user_id = users.id AND place = 0");
                query.push(" AND attribute = ").push_bind(attribute.number()).push(")");
            }
        } else if self.key.kind() == KeyKind::OptionalText {
            let missing = if segment == Segment::Missing { " IS NULL" } else { " IS NOT NULL" };
            query.push(" AND ").push(self.key.column()).push(missing);
        }
    }

    /// The rows of a part, in its order.
    fn push_part(&self, query: &mut QueryBuilder<Db>, segment: Segment, bound: Bound<'_>, limit: u64)
    where
        Predicate<C>: Condition,
    {
        let skips = matches!(bound, Bound::Offset(1..) | Bound::Block(_, 1..));
        if skips && OFFSET_READS_COLUMNS {
            self.push_from(query, segment);
            query.push(" WHERE id IN (SELECT id");
            self.push_rows(query, segment);
            self.push_window(query, segment, bound, limit);
            query.push(")");
            self.push_order(query, segment);
        } else {
            self.push_rows(query, segment);
            self.push_window(query, segment, bound, limit);
        }
    }

    /// The conditions, the order and the limit of a part.
    fn push_window(&self, query: &mut QueryBuilder<Db>, segment: Segment, bound: Bound<'_>, limit: u64) {
        match bound {
            Bound::Past(mark) if segment == Segment::Missing => push_past(query, self.down, ["id", ""], mark),
            Bound::Past(mark) => {
                let columns = if self.is_unique() { [self.key.column(), ""] } else { [self.key.column(), self.id()] };
                push_past(query, self.down, columns, mark);
            }
            Bound::Block(first, _) => drop(query.push(" AND position >= ").push_bind(first)),
            Bound::Offset(_) => {}
        }
        self.push_order(query, segment);
        page::push_limit(query, limit);
        if let Bound::Offset(offset @ 1..) | Bound::Block(_, offset @ 1..) = bound {
            query.push(" OFFSET ").push_bind(bounded(offset));
        }
    }

    /// The id that breaks ties, in the table that has the key: only then does an index have this order.
    fn id(&self) -> &'static str {
        if self.key.value().is_some() { "sorted.user_id" } else { "id" }
    }

    fn is_unique(&self) -> bool {
        matches!(self.key.kind(), KeyKind::Id | KeyKind::UniqueNumber | KeyKind::UniqueText)
    }

    /// Includes the key even if it is missing: Postgres matches an index by its columns, not by their values.
    fn push_order(&self, query: &mut QueryBuilder<Db>, segment: Segment) {
        let direction = if self.down { " DESC" } else { "" };
        if segment == Segment::Missing && self.key.value().is_some() {
            query.push(" ORDER BY id").push(direction);
            return;
        }
        query.push(" ORDER BY ").push(self.key.column()).push(direction);
        if !self.is_unique() {
            query.push(", ").push(self.id()).push(direction);
        }
    }
}

/// A condition that holds for rows after a given one, in the direction of reading; ties are broken by the id if there
/// is a column of it.
fn push_past(query: &mut QueryBuilder<Db>, down: bool, [column, id]: [&'static str; 2], mark: &Mark) {
    query.push(" AND (").push(column);
    if !id.is_empty() {
        query.push(", ").push(id);
    }
    query.push(if down { ") < (" } else { ") > (" });
    match &mark.key {
        Some(MarkKey::Number(number)) => query.push_bind(*number),
        Some(MarkKey::Text(text) | MarkKey::Evaluated(text)) => query.push_bind(text.clone()),
        None => query.push_bind(mark.id),
    };
    if !id.is_empty() {
        query.push(", ").push_bind(mark.id);
    }
    query.push(")");
}
