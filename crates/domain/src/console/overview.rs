use super::{Console, ScimStatus, status};
use crate::{
    Result, Timestamp,
    activity::RECORD_DAYS,
    audit::{Action, EventQuery, EventSummary},
    drill::Drill,
    query::{Predicate, UserCondition},
    store::Tx,
    tally::{self, Tally},
};
use std::collections::HashSet;

/// How many hours of calls and changes the overview shows.
pub const HOURS_SHOWN: i64 = 48;

/// For how many days the overview shows the number of active users.
pub const POPULATION_DAYS: i64 = 90;

/// How many of the latest events of kinds that send alerts the overview shows.
const EVENTS_SHOWN: u64 = 5;

/// How many drills are read to find the last one that was finished.
const DRILLS_READ: u64 = 50;

/// Everything that the overview shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overview {
    /// What the SCIM tab shows.
    pub scim: ScimStatus,
    /// What happened in the last [`HOURS_SHOWN`] hours, by hour; hours in which nothing happened are left out.
    pub hours: Vec<(Timestamp, Tally)>,
    /// How many users were active, by hour, in the last [`POPULATION_DAYS`] days.
    pub population: Vec<(Timestamp, u64)>,
    /// How many users are active now.
    pub active: u64,
    /// What happened since the previous sign-in with the same account.
    pub since: Option<SinceLastSignIn>,
    /// When the last drill was finished.
    pub drilled: Option<Timestamp>,
    /// How many channels there are for alerts, and how many of them failed last.
    pub channels: (usize, usize),
    /// The latest events of kinds that send alerts, the newest first.
    pub events: Vec<EventSummary>,
}

/// What happened since an earlier sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SinceLastSignIn {
    /// When that was; the counts go back [`RECORD_DAYS`] days at most.
    pub at: Timestamp,
    /// The counts.
    pub tally: Tally,
}

impl Console {
    /// Everything that the overview shows.
    pub async fn overview(&self) -> Result<Overview> {
        self.env.store.settle_to_read().await;
        let account = self.principal.account().map(|account| account.0);
        let context = (account, self.principal.since, self.now());
        let work = self.env.store.read(context, |(account, signed_in, now), tx| {
            Box::pin(async move {
                let last = match account {
                    Some(account) => {
                        let actions = vec![Action::BreakGlassSignedIn];
                        let query = EventQuery {
                            actions,
                            target: Some(*account),
                            until: Some(*signed_in),
                            ..EventQuery::default()
                        };
                        tx.find_events(&query, None, 1).await?.pop()
                    }
                    None => None,
                };
                let since = match last.map(|row| row.entry.event.at) {
                    Some(at) => {
                        let counted = at.max(now.plus_days(-RECORD_DAYS));
                        Some(SinceLastSignIn { at, tally: tally::since(tx, counted, *now).await? })
                    }
                    None => None,
                };
                let notable = Action::ALL.iter().copied().filter(|action| action.kind().alert.is_some());
                let notable = EventQuery { actions: notable.collect(), ..EventQuery::default() };
                Ok(Overview {
                    scim: status(tx, *now).await?,
                    hours: tally::by_hour(tx, now.plus_millis(-HOURS_SHOWN * 3_600_000), *now).await?,
                    population: tx.population_samples(now.plus_days(-POPULATION_DAYS)).await?,
                    active: tx.count_users(&Predicate::Where(UserCondition::Active(true))).await?,
                    since,
                    drilled: last_drill(tx).await?,
                    channels: channels(tx).await?,
                    events: tx.find_events(&notable, None, EVENTS_SHOWN).await?,
                })
            })
        });
        work.await
    }
}

async fn last_drill(tx: &mut dyn Tx) -> Result<Option<Timestamp>> {
    Ok(tx.drills(DRILLS_READ).await?.iter().filter_map(|drill: &Drill| drill.completed).max())
}

/// A channel has a row for each of its lanes.
async fn channels(tx: &mut dyn Tx) -> Result<(usize, usize)> {
    let lanes = tx.channels().await?;
    let names = |failed: bool| -> HashSet<&str> {
        let lanes = lanes.iter().filter(|lane| !failed || lane.last_error.is_some());
        lanes.map(|lane| lane.name.as_str()).collect()
    };
    Ok((names(false).len(), names(true).len()))
}
