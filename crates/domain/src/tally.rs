//! Counts of what happened, for pages that show a day or a month. Each five minutes are counted once, shortly after they
//! have passed; a page adds these up and counts only what came later.

use crate::{
    Env, Result, Timestamp,
    audit::{Action, Topic},
    store::Tx,
};
use std::{iter::Sum, ops::AddAssign};

/// The time that one stored tally covers, in milliseconds.
pub const TALLY_MILLIS: i64 = 5 * 60_000;

/// For how long after its end a tally can still miss something, since calls are recorded after their answers.
const SETTLED_MILLIS: i64 = 2 * 60_000;

/// How many tallies are counted in one run: after an upgrade or an outage there are many to count.
const AT_ONCE: usize = 1_000;

const HOUR_MILLIS: i64 = 3_600_000;

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
    env.store.settle_to_read().await;
    for _ in 0..AT_ONCE {
        if !env.store.write(env.now(), |now, tx| Box::pin(keep_next(tx, *now))).await? {
            break;
        }
    }
    Ok(())
}

/// Counts and stores the next tally that is due and not empty. Returns whether there was one.
async fn keep_next(tx: &mut dyn Tx, now: Timestamp) -> Result<bool> {
    let from = end_of_last(tx).await?;
    let Some(next) = tx.next_happening(from).await? else { return Ok(false) };
    let start = Timestamp::from_millis(next.millis().div_euclid(TALLY_MILLIS) * TALLY_MILLIS);
    let end = start.plus_millis(TALLY_MILLIS);
    if end.plus_millis(SETTLED_MILLIS) > now {
        return Ok(false);
    }
    let tally = tx.tally(start, end).await?;
    tx.insert_tally(start, &tally).await?;
    Ok(true)
}

async fn end_of_last(tx: &mut dyn Tx) -> Result<Timestamp> {
    Ok(tx.last_tally().await?.map_or(Timestamp::from_millis(0), |start| start.plus_millis(TALLY_MILLIS)))
}

/// What happened since a moment, to five minutes.
pub(crate) async fn since(tx: &mut dyn Tx, moment: Timestamp, now: Timestamp) -> Result<Tally> {
    Ok(by_hour(tx, moment, now).await?.into_iter().map(|(_, tally)| tally).sum())
}

/// What happened since a moment, to five minutes, by hour of the clock; hours in which nothing happened are left out.
pub(crate) async fn by_hour(tx: &mut dyn Tx, moment: Timestamp, now: Timestamp) -> Result<Vec<(Timestamp, Tally)>> {
    let mut hours = tx.tallies_by_hour(moment).await?;
    let this_hour = Timestamp::from_millis(now.millis().div_euclid(HOUR_MILLIS) * HOUR_MILLIS);
    let from = end_of_last(tx).await?.max(moment);
    // What is not counted yet has just happened; at most a part of it before this hour began.
    for (start, end) in [(from, this_hour), (from.max(this_hour), now.plus_millis(1))] {
        if start >= end {
            continue;
        }
        let hour = if end == this_hour { this_hour.plus_millis(-HOUR_MILLIS) } else { this_hour };
        let tally = tx.tally(start, end).await?;
        match hours.last_mut().filter(|(last, _)| *last == hour) {
            Some((_, sum)) => *sum += tally,
            None if tally != Tally::default() => hours.push((hour, tally)),
            None => {}
        }
    }
    Ok(hours)
}
