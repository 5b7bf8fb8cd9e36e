//! Queries over users and groups at once (RFC 7644 §3.4.2.1): first the users and then the groups, each in their order.

use super::{groups, *};
use crate::query::{GroupCondition, GroupKey, Meter, Predicate, Sort, UserCondition, UserKey, end_early};

/// What kind of resource something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceKind {
    /// A user.
    User,
    /// A group.
    Group,
}

/// A user or a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    /// A user.
    User(UserView),
    /// A group.
    Group(GroupView),
}

/// The place of a resource in the list of both kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootMark {
    /// Its kind.
    pub kind: ResourceKind,
    /// Its place among its kind.
    pub mark: Mark,
}

/// A query over users and groups.
#[derive(Clone, Debug)]
pub struct Search {
    /// Which users, in what order, and whether with their groups.
    pub users: (Predicate<UserCondition>, Sort<UserKey>, bool),
    /// Which groups, in what order, and whether with their members.
    pub groups: (Predicate<GroupCondition>, Sort<GroupKey>, bool),
    /// Whether the groups come first, as in a descending list.
    pub reversed: bool,
    /// Where the part begins.
    pub start: Start<RootMark>,
    /// How many resources to return at most.
    pub limit: u64,
    /// How many bytes they may have together.
    pub bytes: u64,
}

impl Directory {
    /// A part of the users and groups that match. It costs at most a page of users and one of groups.
    ///
    /// # Errors
    /// `Invalid` when a mark does not fit the order.
    pub async fn search(&self, mut search: Search) -> Result<Listing<Resource, RootMark>> {
        search.users.0 = search.users.0.simplified();
        search.groups.0 = search.groups.0.simplified();
        let work = self.env.store.look_up(search, |search, tx| {
            Box::pin(async move {
                let totals =
                    [search.count(tx, ResourceKind::User).await?, search.count(tx, ResourceKind::Group).await?];
                let (mut rows, limit) = search.rows(tx, totals).await?;
                if search.start.is_backward() {
                    rows.reverse();
                }
                Ok(Listing::cut(rows, &search.start, limit, totals[0] + totals[1]))
            })
        });
        work.await
    }
}

impl Search {
    async fn count(&self, tx: &mut dyn Tx, kind: ResourceKind) -> Result<u64> {
        match kind {
            ResourceKind::User if self.users.0.is_none() => Ok(0),
            ResourceKind::Group if self.groups.0.is_none() => Ok(0),
            ResourceKind::User => tx.count_users(&self.users.0).await,
            ResourceKind::Group => tx.count_groups(&self.groups.0).await,
        }
    }

    /// The rows, in the direction of reading, with an extra one where marks are used or the page ends early; and how
    /// many of them are shown at most.
    async fn rows(&self, tx: &mut dyn Tx, totals: [u64; 2]) -> Result<(Vec<Listed<Resource, RootMark>>, u64)> {
        let limit = if self.limit == 0 { 0 } else { self.start.rows(self.limit) };
        let (mut rows, mut meter) = (Vec::new(), Meter::new(self.bytes));
        for (kind, start) in self.parts(totals) {
            let before = u64::try_from(rows.len()).unwrap_or(u64::MAX);
            let wanted = limit.saturating_sub(before);
            if wanted > 0 {
                let (part, ended) = self.part(tx, kind, start, wanted, &mut meter).await?;
                rows.extend(part);
                if let Some(shown) = ended {
                    return Ok((rows, self.limit.min(before + shown)));
                }
            }
        }
        Ok((rows, self.limit))
    }

    /// Which kinds are read, in the direction of reading, and where each starts.
    fn parts(&self, totals: [u64; 2]) -> Vec<(ResourceKind, Start)> {
        let backward = self.start.is_backward();
        let kinds = [(ResourceKind::User, totals[0]), (ResourceKind::Group, totals[1])];
        let [first, second] = if self.reversed == backward { kinds } else { [kinds[1], kinds[0]] };
        let from_its_edge = if backward { Start::Last } else { Start::First };
        match &self.start {
            Start::Index(offset) => {
                vec![(first.0, Start::Index(*offset)), (second.0, Start::Index(offset.saturating_sub(first.1)))]
            }
            Start::First | Start::Last => vec![(first.0, from_its_edge.clone()), (second.0, from_its_edge)],
            Start::After(RootMark { kind, mark }) | Start::Before(RootMark { kind, mark }) => {
                let here = if backward { Start::Before(mark.clone()) } else { Start::After(mark.clone()) };
                if *kind == first.0 { vec![(first.0, here), (second.0, from_its_edge)] } else { vec![(second.0, here)] }
            }
        }
    }

    /// Up to `wanted` rows of one kind, in the direction of reading, and how many of them are shown if they end early.
    async fn part(
        &self,
        tx: &mut dyn Tx,
        kind: ResourceKind,
        start: Start,
        wanted: u64,
        meter: &mut Meter,
    ) -> Result<(Vec<Listed<Resource, RootMark>>, Option<u64>)> {
        let mut early = None;
        let backward = start.is_backward();
        let rows: Vec<_> = match kind {
            ResourceKind::User if self.users.0.is_none() => Vec::new(),
            ResourceKind::Group if self.groups.0.is_none() => Vec::new(),
            ResourceKind::User => {
                let (filter, sort, with_groups) = &self.users;
                let window = Window { sort: *sort, start, limit: wanted, bytes: meter.left() };
                let mut rows = tx.find_users(filter, &window, *with_groups).await?;
                if backward {
                    rows.reverse();
                }
                early = end_early(&mut rows, meter);
                rows.into_iter().map(|row| listed(kind, row.mark, Resource::User(row.item))).collect()
            }
            ResourceKind::Group => {
                let (filter, sort, with_members) = &self.groups;
                let window = Window { sort: *sort, start, limit: wanted, bytes: meter.left() };
                let mut rows = tx.find_groups(filter, &window).await?;
                if backward {
                    rows.reverse();
                }
                let (rows, ended) = groups::views(tx, rows, *with_members, meter).await?;
                early = ended;
                rows.into_iter().map(|row| listed(kind, row.mark, Resource::Group(row.item))).collect()
            }
        };
        Ok((rows, early))
    }
}

fn listed(kind: ResourceKind, mark: Mark, item: Resource) -> Listed<Resource, RootMark> {
    Listed { mark: RootMark { kind, mark }, item }
}
