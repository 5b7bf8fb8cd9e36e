//! Counts of what happened, for pages that show a day or a month. Each five minutes are counted once, shortly after they
//! have passed; a page adds these up and counts only what came later.

use crate::{
    Env, Result, Timestamp,
    activity::RECORD_DAYS,
    audit::{Action, Topic},
    cycle,
    session::SKEW_MILLIS,
    store::Tx,
};
use std::{collections::BTreeMap, iter::Sum, ops::AddAssign};

/// The time that one stored tally covers, in milliseconds.
pub const TALLY_MILLIS: i64 = 5 * 60_000;

/// For how long after its end a tally can still miss something, since calls are recorded after their answers.
const SETTLED_MILLIS: i64 = 2 * 60_000;

/// How many tallies are counted in one run: after an upgrade or an outage there are many to count.
const AT_ONCE: usize = 1_000;

/// What happened in some time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Calls with a valid token.
    pub calls: u64,
    /// How many of these were refused or failed.
    pub refused: u64,
    /// Calls without a valid token, as far as they were recorded.
    pub strangers: u64,
    /// Users who were created, reactivated or restored.
    pub joined: u64,
    /// Users who were deactivated or deleted. A user to whom both happens counts twice.
    pub departed: u64,
    /// Other changes of users, and all changes of groups.
    pub changed: u64,
    /// Changes of roles.
    pub roles: u64,
}

impl Tally {
    /// Adds events of a kind.
    pub fn add_events(&mut self, action: Action, events: u64) {
        let counted = match action {
            Action::UserCreated | Action::UserReactivated | Action::UserRestored => &mut self.joined,
            Action::UserDeactivated | Action::UserDeleted => &mut self.departed,
            Action::UserRoleChanged | Action::GroupRoleChanged => &mut self.roles,
            other if matches!(other.kind().topic, Topic::Users | Topic::Groups) => &mut self.changed,
            _ => return,
        };
        *counted += events;
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        let Self { calls, refused, strangers, joined, departed, changed, roles } = other;
        self.calls += calls;
        self.refused += refused;
        self.strangers += strangers;
        self.joined += joined;
        self.departed += departed;
        self.changed += changed;
        self.roles += roles;
    }
}

impl Sum for Tally {
    fn sum<I: Iterator<Item = Self>>(tallies: I) -> Self {
        tallies.fold(Self::default(), |mut sum, tally| {
            sum += tally;
            sum
        })
    }
}

/// Counts and stores the tallies that are due. Does nothing while nothing happens.
///
/// # Errors
/// `Unavailable` when the database does not answer, `NoRoom` when it takes no more.
pub async fn keep(env: &Env) -> Result<()> {
    // An event that is not in the log yet would be missed for good.
    env.store.settle().await?;
    for _ in 0..AT_ONCE {
        if !env.store.write(env.now(), |now, tx| Box::pin(keep_next(tx, *now))).await? {
            break;
        }
    }
    Ok(())
}

/// Counts and stores the next tally that is due and not empty. Returns whether there was one.
async fn keep_next(tx: &mut dyn Tx, now: Timestamp) -> Result<bool> {
    // Counted while the clock was ahead, and counted again when their time has come.
    tx.delete_tallies_after(now.plus_millis(SKEW_MILLIS)).await?;
    tx.delete_cycles_after(now.plus_millis(SKEW_MILLIS)).await?;
    // What is older is removed soon.
    let from = end_of_last(tx, now).await?.max(now.plus_days(-RECORD_DAYS));
    let Some(next) = tx.next_happening(from).await? else { return Ok(false) };
    let start = Timestamp::from_millis(next.millis().div_euclid(TALLY_MILLIS) * TALLY_MILLIS);
    let end = start.plus_millis(TALLY_MILLIS);
    if end.plus_millis(SETTLED_MILLIS) > now {
        return Ok(false);
    }
    let tally = tx.count_by_hour(start, end).await?.into_iter().map(|(_, tally)| tally).sum();
    // Another server may have counted it.
    if tx.insert_tally(start, &tally).await? {
        cycle::count(tx, start, end).await?;
    }
    Ok(true)
}

/// Until when tallies are stored, as of now.
async fn end_of_last(tx: &mut dyn Tx, now: Timestamp) -> Result<Timestamp> {
    Ok(tx.last_tally(now).await?.map_or(Timestamp::from_millis(0), |start| start.plus_millis(TALLY_MILLIS)))
}

/// What happened since a moment.
pub(crate) async fn since(tx: &mut dyn Tx, moment: Timestamp, now: Timestamp) -> Result<Tally> {
    Ok(by_hour(tx, moment, now).await?.into_iter().map(|(_, tally)| tally).sum())
}

/// What happened since a moment, by hour of the clock; hours in which nothing happened are left out.
pub(crate) async fn by_hour(tx: &mut dyn Tx, moment: Timestamp, now: Timestamp) -> Result<Vec<(Timestamp, Tally)>> {
    // Read first: what is stored while this runs is counted here.
    let stored_until = end_of_last(tx, now).await?;
    let boundary = Timestamp::from_millis((moment.millis() + TALLY_MILLIS - 1).div_euclid(TALLY_MILLIS) * TALLY_MILLIS);
    let (end, mut hours) = (now.plus_millis(1), BTreeMap::<i64, Tally>::new());
    let first = tx.count_by_hour(moment, boundary.min(end)).await?;
    let stored = tx.tallies_by_hour(boundary, stored_until).await?;
    let rest = tx.count_by_hour(stored_until.max(boundary), end).await?;
    for (hour, tally) in first.into_iter().chain(stored).chain(rest) {
        *hours.entry(hour.millis()).or_default() += tally;
    }
    Ok(hours.into_iter().map(|(hour, tally)| (Timestamp::from_millis(hour), tally)).collect())
}
