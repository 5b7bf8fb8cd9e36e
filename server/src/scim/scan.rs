//! Filters and orders that no index can answer: resources are read and examined one by one, within bounds.

use super::{Problem, mapping, request::Call};
use crate::http::shares::Share;
use domain::{
    GroupId, TokenId, UserId,
    directory::{ScanPage, UserView},
    group::Group,
    query::{GroupCondition, Mark, MarkKey, Predicate, Start, UserCondition},
};
use scim::{
    filter::{Filter, SortBy},
    path::AttributePath,
    schema::ResourceType,
};
use serde_json::{Map, Value};
use std::time::{Duration, Instant};
use tokio::{sync::Semaphore, task::yield_now, time::sleep};

/// How many resources are read at most, and for how long.
const ROWS: usize = 20_000;
const TIME: Duration = Duration::from_millis(250);
/// A small directory gets more time, so that load does not decide whether its filters are served.
const SMALL: usize = 1_000;
const SLOWEST: Duration = Duration::from_secs(1);

/// How many resources are read at once, and how many bytes of them. Larger batches take no less time, and make other
/// calls wait longer.
const BATCH: (u64, u64) = (50, 1024 * 1024);

/// How long a scan runs before it yields to other tasks.
const SLICE: Duration = Duration::from_micros(100);

/// How many comparisons a filter may make with one resource, which may have many values.
const TERMS: usize = 20;

/// How often a query that waits for a place checks for one.
const ASK_AGAIN: Duration = Duration::from_millis(20);

/// One scan at a time: a scan keeps a processor busy.
static TURN: Semaphore = Semaphore::const_new(1);

/// What to look for in each resource.
pub(super) struct Look<'c> {
    /// What it must satisfy.
    pub(super) filter: Option<&'c Filter>,
    /// What the list is sorted by, and whether it descends.
    pub(super) sort: Option<(SortBy, bool)>,
}

/// What was found.
pub(super) struct Scanned {
    /// What matches, in its order.
    pub(super) marks: Vec<Mark>,
    /// The refusal of an attribute that no schema declares, if all resources of a kind were examined and none has it.
    pub(super) unknown: Option<scim::Error>,
    /// The place among the scans, kept as long as the marks are.
    _share: Share<TokenId>,
}

impl Look<'_> {
    fn paths(&self) -> Vec<&AttributePath> {
        let sort = self.sort.iter().map(|(sort, _)| sort.path());
        self.filter.iter().flat_map(|filter| filter.paths()).chain(sort).collect()
    }

    fn names(&self, types: &ResourceType, name: &str) -> bool {
        let is_named =
            |path: &&AttributePath| types.resolve(path).extension.is_none() && types.resolve(path).name == name;
        self.paths().iter().any(is_named)
    }

    /// The attributes that no schema declares, each with its refusal, which must not repeat what was sent.
    fn undeclared(&self, types: &ResourceType) -> Vec<(AttributePath, scim::Error)> {
        let filter = self.filter.iter().flat_map(|filter| filter.undeclared(types));
        let sort = self.sort.iter().map(|(sort, _)| sort.path()).filter(|path| path.is_undeclared(types));
        let in_filter = "The filter names an attribute that no schema and no resource has.";
        let in_order = "sortBy names an attribute that no schema and no resource has.";
        let filter = filter.map(|path| (path, scim::Error::invalid_filter(in_filter)));
        filter.chain(sort.map(|path| (path.clone(), scim::Error::invalid_value(in_order)))).collect()
    }

    /// The place of a resource in the list; `None` if it is not in it.
    fn mark(&self, resource: &Map<String, Value>, types: &ResourceType, id: uuid::Uuid) -> Option<Mark> {
        if self.filter.is_some_and(|filter| !filter.matches(resource, types)) {
            return None;
        }
        let key = self.sort.as_ref().and_then(|(sort, _)| sort.key(resource, types));
        Some(Mark { key: key.map(MarkKey::Evaluated), id })
    }

    /// The list in its order.
    fn sorted(&self, mut marks: Vec<Mark>) -> Vec<Mark> {
        if let Some((_, descending)) = self.sort {
            marks.sort_by(|a, b| if descending { b.order(a) } else { a.order(b) });
        }
        marks
    }
}

impl Scanned {
    /// What was found, in a search of a single kind. Refuses an attribute that no schema declares and no resource has.
    pub(super) fn known(self) -> Result<Self, Problem> {
        match self.unknown {
            Some(refusal) => Err(refusal.into()),
            None => Ok(self),
        }
    }
}

/// The users that match, among those that `narrowed` finds.
pub(super) async fn users(
    call: &Call,
    narrowed: Predicate<UserCondition>,
    look: &Look<'_>,
) -> Result<Scanned, Problem> {
    let (types, narrowed) = (call.schemas.user, narrowed.simplified());
    // A user's entity tag depends on the groups.
    let with_groups = look.names(types, "groups") || look.names(types, "meta");
    let read = |start| call.directory.scan_users(&narrowed, start, BATCH, with_groups);
    let whole = |view: &UserView| Ok((mapping::whole_user(call, view)?, view.id.0));
    scan(call, read, whole, look, (types, narrowed == Predicate::All, mapping::USER_ATTRIBUTES)).await
}

/// The groups that match, among those that `narrowed` finds.
pub(super) async fn groups(
    call: &Call,
    narrowed: Predicate<GroupCondition>,
    look: &Look<'_>,
) -> Result<Scanned, Problem> {
    let (types, narrowed) = (call.schemas.group, narrowed.simplified());
    if look.names(types, "members") {
        return Err(scim::Error::invalid_value("Groups cannot be sorted by their members.").into());
    }
    let read = |start| call.directory.scan_groups(&narrowed, start, BATCH);
    let whole = |group: &Group| Ok((mapping::whole_group(call, group)?, group.id.0));
    scan(call, read, whole, look, (types, narrowed == Predicate::All, mapping::GROUP_ATTRIBUTES)).await
}

/// The condition that finds these users and no others.
pub(super) fn among_users(found: &Scanned) -> Predicate<UserCondition> {
    Predicate::Where(UserCondition::Among(found.marks.iter().map(|mark| UserId(mark.id)).collect()))
}

/// The condition that finds these groups and no others.
pub(super) fn among_groups(found: &Scanned) -> Predicate<GroupCondition> {
    Predicate::Where(GroupCondition::Among(found.marks.iter().map(|mark| GroupId(mark.id)).collect()))
}

async fn scan<T, F>(
    call: &Call,
    read: impl Fn(Start) -> F,
    whole: impl Fn(&T) -> domain::Result<(Map<String, Value>, uuid::Uuid)>,
    look: &Look<'_>,
    (types, is_all, attributes): (&ResourceType, bool, &str),
) -> Result<Scanned, Problem>
where
    F: Future<Output = domain::Result<ScanPage<T>>>,
{
    if look.filter.map_or(0, Filter::terms) > TERMS {
        let detail = format!("A filter may make at most {TERMS} comparisons that no index answers.");
        return Err(scim::Error::invalid_filter(detail).into());
    }
    let share = place(call).await?;
    let _turn = TURN.acquire().await.map_err(|error| domain::Error::Unavailable(error.into()))?;
    let (began, mut seen, mut marks, mut start) = (Instant::now(), 0, Vec::new(), Start::First);
    let mut undeclared = look.undeclared(types);
    loop {
        let ScanPage { rows, next } = read(start).await?;
        let mut yielded = Instant::now();
        for row in &rows {
            seen += 1;
            let allowed = if seen <= SMALL { SLOWEST } else { TIME };
            if seen > ROWS || began.elapsed() >= allowed {
                return Err(too_many(attributes).into());
            }
            let (resource, id) = whole(row)?;
            undeclared.retain(|(path, _)| !Filter::is_found(path, &resource, types));
            marks.extend(look.mark(&resource, types, id));
            if yielded.elapsed() >= SLICE {
                yield_now().await;
                yielded = Instant::now();
            }
        }
        let Some(next) = next else {
            let unknown = undeclared.into_iter().next().filter(|_| is_all).map(|(_, refusal)| refusal);
            return Ok(Scanned { marks: look.sorted(marks), unknown, _share: share });
        };
        start = next;
    }
}

/// A place among the scans. A token that has used all of its places waits for one.
async fn place(call: &Call) -> Result<Share<TokenId>, Problem> {
    let until = Instant::now() + call.scan_turn;
    loop {
        match call.scans.take(call.directory.token().id, 1) {
            Err(_) if Instant::now() < until => sleep(ASK_AGAIN).await,
            taken => return taken.map_err(Problem::no_scan),
        }
    }
}

fn too_many(attributes: &str) -> scim::Error {
    scim::Error::too_many(format!(
        "Too many resources would have to be examined one by one. Narrow the filter with and, by one of {attributes}."
    ))
}
