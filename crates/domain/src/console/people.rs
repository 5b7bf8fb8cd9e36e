use super::{Console, UserStatus};
use crate::{
    GroupId, Result, Timestamp, UserId,
    audit::{Action, Event},
    page::{Page, Place, Position},
    people::PersonRow,
    query::{Listed, Mark, Order, Predicate, Sort, SortKey, Start, Test, UserCondition, UserKey, UserValue, Window},
    role::Role,
    search::{FoundPerson, PeopleQuery},
    store::Tx,
};
use serde_json::json;
use std::collections::HashMap;

/// Up to how many people a filter finds exactly. More are only counted as more, and sorted along an index.
pub const PEOPLE_SORTED: u64 = 5_000;

/// Up to how many people a search counts exactly. To count all who match a common word would take a second.
const COUNTED: u64 = 1_000;

const ROWS: usize = 50;

/// How many people, and how many bytes of documents, one part of an export has at most.
const EXPORTED: u64 = 500;
const EXPORTED_BYTES: u64 = 4 * 1024 * 1024;

/// Which people a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PeopleFilter {
    /// Those whom a search finds.
    pub words: Option<PeopleQuery>,
    /// By status.
    pub status: UserStatus,
    /// Those who are active and have the role, by hand or through a group.
    pub role: Option<Role>,
    /// The members of this group.
    pub group: Option<GroupId>,
    /// Those of this department, without regard to case.
    pub department: Option<String>,
    /// Those who were changed at this time or later.
    pub since: Option<Timestamp>,
}

/// A page of the list of people, by keys `K`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserListing<K = Mark> {
    /// The page of those who match.
    pub page: Page<PersonRow, K>,
    /// How many users there are, matching or not.
    pub all: u64,
    /// How many of all users are suspended.
    pub suspended: u64,
    /// The name of the group that is asked for.
    pub group: Option<String>,
}

/// The people who match: a filter that an index of the order serves, and how many they are.
struct Found {
    filter: Predicate<UserCondition>,
    total: u64,
    has_more: bool,
}

impl PeopleFilter {
    /// Whether it leaves anything out.
    pub fn is_set(&self) -> bool {
        *self != Self::default()
    }

    /// All but the search. `probe` is for a list that is read along the index of its order, and looks at each row.
    fn others(&self, probe: bool) -> Predicate<UserCondition> {
        let mut parts = Vec::new();
        let mut add = |condition| parts.push(Predicate::Where(condition));
        if let Some(active) = self.status.active() {
            add(UserCondition::Active(active));
        }
        match self.role {
            Some(role) if probe => add(UserCondition::HoldsRole(role)),
            Some(role) => add(UserCondition::HasRole(role)),
            None => {}
        }
        match self.group {
            Some(group) if probe => add(UserCondition::IsIn(group)),
            Some(group) => add(UserCondition::MemberOf(Some(group))),
            None => {}
        }
        match self.department.clone() {
            Some(name) if probe => add(UserCondition::HasValue(UserValue::Department, UserValue::key(&name))),
            Some(name) => add(UserCondition::Value(UserValue::Department, Test::Equals(UserValue::key(&name)))),
            None => {}
        }
        if let Some(since) = self.since {
            add(UserCondition::Changed(Order::GreaterOrEqual, since));
        }
        Predicate::And(parts).simplified()
    }

    /// All conditions, for a list that is read row by row.
    fn whole(&self) -> Predicate<UserCondition> {
        let words = self.words.as_ref().map(|words| Predicate::Where(UserCondition::HasWords(words.needles.clone())));
        Predicate::And(words.into_iter().chain([self.others(true)]).collect()).simplified()
    }

    /// Finds the people who match: by their ids if they are few, and otherwise by a filter that so many match that
    /// reading along an index finds the next page soon.
    async fn find(&self, tx: &mut dyn Tx) -> Result<Found> {
        let others = self.others(false);
        let Some(words) = &self.words else {
            if matches!(others, Predicate::All | Predicate::Where(UserCondition::Active(true))) {
                let total = tx.count_users(&others).await?;
                return Ok(Found { filter: others, total, has_more: false });
            }
            let ids = tx.people_ids(&others, PEOPLE_SORTED + 1).await?;
            return Ok(if ids.len() as u64 > PEOPLE_SORTED {
                Found { filter: self.others(true), total: PEOPLE_SORTED, has_more: true }
            } else {
                Found::these(ids)
            });
        };
        let mut found = tx.found_people(words, PEOPLE_SORTED + 1).await?;
        let is_cut = found.len() as u64 > PEOPLE_SORTED;
        if others == Predicate::All {
            found.truncate(usize::try_from(PEOPLE_SORTED).unwrap_or(usize::MAX));
            return Ok(Found { has_more: is_cut, ..Found::these(found) });
        }
        let among = match is_cut {
            // A common word: all texts of those who match the rest are read.
            true => UserCondition::HasWords(words.needles.clone()),
            false => UserCondition::Among(found),
        };
        let mut ids = tx.people_ids(&Predicate::And(vec![others, Predicate::Where(among)]), PEOPLE_SORTED + 1).await?;
        let has_more = ids.len() as u64 > PEOPLE_SORTED;
        ids.truncate(usize::try_from(PEOPLE_SORTED).unwrap_or(usize::MAX));
        Ok(Found { has_more, ..Found::these(ids) })
    }
}

impl Found {
    fn these(ids: Vec<UserId>) -> Self {
        let total = ids.len() as u64;
        Self { filter: Predicate::Where(UserCondition::Among(ids)), total, has_more: false }
    }
}

impl Console {
    /// A page of the people who match, in an order; the first one if the place is none of this order.
    pub async fn people(&self, filter: PeopleFilter, sort: Sort<UserKey>, place: Place<Mark>) -> Result<UserListing> {
        let work = self.env.store.read((filter, sort, place), |(filter, sort, place), tx| {
            Box::pin(async move {
                let found = filter.find(tx).await?;
                let fits = |mark: &Mark| mark.fits(sort.by.kind());
                let (place, start) = match place {
                    Place::After(mark) if fits(mark) => (Place::After(mark.clone()), Start::After(mark.clone())),
                    Place::Before(mark) if fits(mark) => (Place::Before(mark.clone()), Start::Before(mark.clone())),
                    _ => (Place::Start, Start::First),
                };
                let window = Window { sort: *sort, start, limit: ROWS as u64 + 1, bytes: u64::MAX };
                let rows = tx.list_people(&found.filter, &window).await?;
                let page = Page::cut(rows, ROWS, found.total, place, |row| row.mark.clone());
                let page = Page { has_more: found.has_more, ..page.map(|row| row.item) };
                listing(tx, page, filter.group).await
            })
        });
        work.await
    }

    /// A page of the people whom a search finds, the newest first: then nobody changes places while pages are turned.
    pub async fn find_people(&self, query: PeopleQuery, place: Place<Position>) -> Result<UserListing<Position>> {
        let work = self.env.store.read((query, place), |(query, place), tx| {
            Box::pin(async move {
                let rows = tx.find_people(query, *place, ROWS as u64 + 1).await?;
                let found = tx.count_people(query, COUNTED + 1).await?;
                let page = Page::cut(rows, ROWS, found.min(COUNTED), *place, |row| Position::from(row));
                let page = Page { has_more: found > COUNTED, ..page.map(|FoundPerson { person, .. }| person) };
                listing(tx, page, None).await
            })
        });
        work.await
    }

    /// Records that a list of people is exported. Its rows come from [`Console::exported_people`].
    pub async fn start_people_export(&self, form: &'static str, is_filtered: bool) -> Result<()> {
        let event = Event::new(self.now(), self.principal.actor(), self.address.clone(), Action::UsersExported);
        let event = event.with(&json!({"as": form, "filtered": is_filtered}));
        let event = Event { reason: self.principal.reason.clone(), ..event };
        self.env.store.write(event, |event, tx| Box::pin(async move { tx.append_event(event).await })).await
    }

    /// The part of an export after a place, in the order in which people were created, which no change disturbs; empty at the
    /// end.
    pub async fn exported_people(&self, filter: PeopleFilter, after: Option<Mark>) -> Result<Vec<Listed<PersonRow>>> {
        let start = after.map_or(Start::First, Start::After);
        let window = Window { sort: Sort::default(), start, limit: EXPORTED, bytes: EXPORTED_BYTES };
        let work = self.env.store.read((filter, window), |(filter, window), tx| {
            Box::pin(async move {
                let found = filter.find(tx).await?;
                let filter = if found.has_more { filter.whole() } else { found.filter };
                let mut rows = tx.list_people(&filter, window).await?;
                add_roles(tx, rows.iter_mut().map(|row| &mut row.item)).await?;
                Ok(rows)
            })
        });
        work.await
    }
}

/// A page with the roles of its people, and what the page says of all users.
async fn listing<K>(tx: &mut dyn Tx, mut page: Page<PersonRow, K>, group: Option<GroupId>) -> Result<UserListing<K>> {
    add_roles(tx, page.rows.iter_mut()).await?;
    let all = tx.count_users(&Predicate::All).await?;
    let suspended = tx.count_users(&Predicate::Where(UserCondition::Active(false))).await?;
    let group = match group {
        Some(group) => tx.group(group).await?.map(|group| group.profile.display_name),
        None => None,
    };
    Ok(UserListing { page, all, suspended, group })
}

async fn add_roles(tx: &mut dyn Tx, rows: impl Iterator<Item = &mut PersonRow>) -> Result<()> {
    let mut rows: HashMap<UserId, &mut PersonRow> = rows.map(|row| (row.user.id, row)).collect();
    let ids: Vec<UserId> = rows.keys().copied().collect();
    for (id, role) in tx.roles_of(&ids).await? {
        if let Some(row) = rows.get_mut(&id) {
            row.role = Some(row.role.map_or(role, |known| known.or(role)));
        }
    }
    Ok(())
}
