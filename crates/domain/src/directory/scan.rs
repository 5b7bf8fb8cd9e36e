//! Lists by criteria that the database cannot evaluate: resources are read in pages, and the border decides which are
//! wanted and in which order.

use super::{groups, *};
use crate::{
    GroupId, UserId,
    group::Group,
    query::{GroupCondition, GroupKey, Meter, Predicate, Sort, UserCondition, UserKey, Weigh, end_early},
};

/// Some of the rows that match, in the order in which they were created or restored.
pub struct ScanPage<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Where the next page begins; `None` if there is none.
    pub next: Option<Start>,
}

impl<T: Weigh> ScanPage<T> {
    fn of(rows: Vec<Listed<T>>, limit: u64, bytes: u64) -> Self {
        let weight: u64 = rows.iter().map(|row| row.item.weight()).sum();
        let goes_on = rows.len() as u64 >= limit || weight > bytes;
        let next = rows.last().filter(|_| goes_on).map(|row| Start::After(row.mark.clone()));
        Self { rows: rows.into_iter().map(|row| row.item).collect(), next }
    }
}

impl Directory {
    /// Whether the values of all users are known ([`crate::user::Profile::values`]), so that the database can search
    /// them.
    ///
    /// # Errors
    /// `Unavailable` when the database does not answer.
    pub async fn knows_values(&self) -> Result<bool> {
        self.env.store.look_up((), |(), tx| Box::pin(async move { Ok(!tx.has_outdated().await?) })).await
    }

    /// Some of the users that match, from a place on: at most this many, and at most this many bytes.
    ///
    /// # Errors
    /// `Unavailable` when the database does not answer.
    pub async fn scan_users(
        &self,
        filter: &Predicate<UserCondition>,
        start: Start,
        (limit, bytes): (u64, u64),
        with_groups: bool,
    ) -> Result<ScanPage<UserView>> {
        let window: Window<UserKey> = Window { sort: Sort::default(), start, limit, bytes };
        let context = (filter.clone().simplified(), window, with_groups);
        let work = self.env.store.look_up(context, |(filter, window, with_groups), tx| {
            Box::pin(async move { tx.find_users(filter, window, *with_groups).await })
        });
        Ok(ScanPage::of(work.await?, limit, bytes))
    }

    /// Some of the groups that match; see [`Directory::scan_users`].
    ///
    /// # Errors
    /// `Unavailable` when the database does not answer.
    pub async fn scan_groups(
        &self,
        filter: &Predicate<GroupCondition>,
        start: Start,
        (limit, bytes): (u64, u64),
    ) -> Result<ScanPage<Group>> {
        let window: Window<GroupKey> = Window { sort: Sort::default(), start, limit, bytes };
        let context = (filter.clone().simplified(), window);
        let work = self
            .env
            .store
            .look_up(context, |(filter, window), tx| Box::pin(async move { tx.find_groups(filter, window).await }));
        Ok(ScanPage::of(work.await?, limit, bytes))
    }

    /// A part of these users, in their order. Users deleted since are left out.
    ///
    /// # Errors
    /// `Unavailable` when the database does not answer.
    pub async fn users_in_order(&self, list: Vec<Mark>, part: Part, with_groups: bool) -> Result<Listing<UserView>> {
        let work = self.env.store.look_up((list, part, with_groups), |(list, part, with_groups), tx| {
            Box::pin(async move {
                let (mut rows, mut meter) = (Vec::new(), Meter::new(part.bytes));
                for mark in part.marks(list) {
                    if rows.len() as u64 >= part.wanted() {
                        break;
                    }
                    let Some(item) = tx.view_user(UserId(mark.id), *with_groups).await? else { continue };
                    let fits = meter.takes(item.weight());
                    rows.push(Listed { mark: mark.clone(), item });
                    if !fits {
                        break;
                    }
                }
                let ended = end_early(&mut rows, &mut Meter::new(part.bytes));
                Ok(part.listing(rows, ended, list.len()))
            })
        });
        work.await
    }

    /// A part of these groups; see [`Directory::users_in_order`].
    ///
    /// # Errors
    /// `Unavailable` when the database does not answer.
    pub async fn groups_in_order(&self, list: Vec<Mark>, part: Part, with_members: bool) -> Result<Listing<GroupView>> {
        let work = self.env.store.look_up((list, part, with_members), |(list, part, with_members), tx| {
            Box::pin(async move {
                let (mut rows, mut meter) = (Vec::new(), Meter::new(part.bytes));
                for mark in part.marks(list) {
                    if rows.len() as u64 >= part.wanted() {
                        break;
                    }
                    let Some(item) = tx.group(GroupId(mark.id)).await? else { continue };
                    let fits = meter.takes(item.weight());
                    rows.push(Listed { mark: mark.clone(), item });
                    if !fits {
                        break;
                    }
                }
                let (rows, ended) = groups::views(tx, rows, *with_members, &mut Meter::new(part.bytes)).await?;
                Ok(part.listing(rows, ended, list.len()))
            })
        });
        work.await
    }
}

/// Which part of a list is wanted.
pub struct Part {
    /// Where it begins.
    pub start: Start,
    /// How many rows to return at most.
    pub limit: u64,
    /// How many bytes they may have together.
    pub bytes: u64,
    /// Whether the list descends.
    pub descending: bool,
}

impl Part {
    /// How many rows to read: one more than are shown where marks are used.
    fn wanted(&self) -> u64 {
        if self.limit == 0 { 0 } else { self.start.rows(self.limit) }
    }

    /// The marks from the start of the part on, in the direction of reading. These may be more than are wanted, since
    /// some rows may be gone.
    fn marks<'l>(&self, list: &'l [Mark]) -> Box<dyn Iterator<Item = &'l Mark> + Send + 'l> {
        let is_before = |mark: &Mark, other: &Mark| {
            let order = mark.order(other);
            if self.descending { order.is_gt() } else { order.is_lt() }
        };
        match &self.start {
            Start::Index(rows) => Box::new(list.iter().skip(usize::try_from(*rows).unwrap_or(usize::MAX))),
            Start::First => Box::new(list.iter()),
            Start::After(mark) => Box::new(list[list.partition_point(|other| !is_before(mark, other))..].iter()),
            Start::Before(mark) => Box::new(list[..list.partition_point(|other| is_before(other, mark))].iter().rev()),
            Start::Last => Box::new(list.iter().rev()),
        }
    }

    fn listing<T>(&self, mut rows: Vec<Listed<T>>, ended: Option<u64>, total: usize) -> Listing<T> {
        if self.start.is_backward() {
            rows.reverse();
        }
        Listing::cut(rows, &self.start, shown(self.limit, ended), total as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::MarkKey;

    fn mark(id: u128, key: Option<&str>) -> Mark {
        Mark { key: key.map(|text| MarkKey::Text(text.to_owned())), id: Uuid::from_u128(id) }
    }

    fn read(list: &[Mark], start: Start, descending: bool) -> Vec<u128> {
        let part = Part { start, limit: 2, bytes: u64::MAX, descending };
        let wanted = usize::try_from(part.wanted()).unwrap();
        part.marks(list).take(wanted).map(|mark| mark.id.as_u128()).collect()
    }

    #[test]
    fn a_part_begins_where_it_is_to() {
        let mut list = vec![mark(1, None), mark(2, Some("b")), mark(3, Some("a")), mark(4, Some("b")), mark(5, None)];
        list.sort_by(Mark::order);
        assert_eq!(list.iter().map(|mark| mark.id.as_u128()).collect::<Vec<_>>(), [3, 2, 4, 1, 5]);
        assert_eq!(read(&list, Start::Index(1), false), [2, 4]);
        assert_eq!(read(&list, Start::Index(9), false), []);
        assert_eq!(read(&list, Start::First, false), [3, 2, 4]);
        assert_eq!(read(&list, Start::After(mark(2, Some("b"))), false), [4, 1, 5]);
        assert_eq!(read(&list, Start::Before(mark(4, Some("b"))), false), [2, 3]);
        assert_eq!(read(&list, Start::Last, false), [5, 1, 4]);
        assert_eq!(read(&list, Start::After(mark(3, Some("aa"))), false), [2, 4, 1], "a row that is gone");
        list.reverse();
        assert_eq!(read(&list, Start::After(mark(1, None)), true), [4, 2, 3]);
        assert_eq!(read(&list, Start::Before(mark(4, Some("b"))), true), [1, 5]);
    }
}
