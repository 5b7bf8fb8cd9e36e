//! The guard against mass deprovisioning: it counts who loses access to a directory's calls, and finds the batch that
//! looks like a mistake.

use crate::{
    Env, Refusal, Result, Timestamp, TokenId,
    audit::{Action, Event},
    settings::{GuardMode, Settings},
    store::Tx,
    text_enum::text_enum,
};
use serde_json::json;
use uuid::Uuid;

/// For how long something deleted can be restored.
pub const KEPT_DAYS: i64 = 30;

/// For how long a batch that was approved may go on.
const APPROVED_MINUTES: i64 = 120;

/// How old the number of active users may be that the threshold is made from.
const POPULATION_MILLIS: i64 = 60_000;

text_enum! {
    /// How somebody lost access.
    pub enum DepartureKind {
        /// A user was deactivated.
        Deactivated = "deactivated",
        /// A user was deleted.
        Deleted = "deleted",
        /// A group with members was deleted.
        GroupDeleted = "group_deleted",
        /// A group lost its last members.
        GroupEmptied = "group_emptied",
    }
}

text_enum! {
    /// What became of a batch.
    pub enum BatchState {
        /// Found, and not yet looked at.
        Open = "open",
        /// Held back: the departures that would have followed were refused.
        Held = "held",
        /// Approved: the departures may go on for two hours.
        Approved = "approved",
        /// Undone.
        Undone = "undone",
        /// Right as it is.
        Dismissed = "dismissed",
    }
}

/// One departure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departure {
    /// Its id, in the order of time.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// By which token.
    pub token: TokenId,
    /// How.
    pub kind: DepartureKind,
    /// The user or group.
    pub target: Uuid,
    /// Its name.
    pub target_name: String,
    /// How many people it concerns.
    pub weight: u64,
    /// What cannot be told from the rows: how a document said `active` before, as JSON.
    pub before: Option<String>,
    /// The batch that it belongs to.
    pub batch: Option<Uuid>,
}

/// Departures that came together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its id.
    pub id: Uuid,
    /// Whose they were.
    pub token: TokenId,
    /// When the first came.
    pub opened: Timestamp,
    /// When the last came.
    pub latest: Timestamp,
    /// What became of it.
    pub state: BatchState,
    /// Until when departures may go on.
    pub approved_until: Option<Timestamp>,
    /// When it was undone or dismissed.
    pub closed: Option<Timestamp>,
}

/// A batch as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchSummary {
    /// The batch.
    pub batch: Batch,
    /// The token's name.
    pub token_name: String,
    /// How many people it concerns, and were not brought back.
    pub weight: u64,
}

impl Batch {
    /// Until when an approval given now lasts.
    pub(crate) fn approval(now: Timestamp) -> Timestamp {
        now.plus_millis(APPROVED_MINUTES * 60_000)
    }
}

/// Counts a departure inside the unit that makes it, and opens a batch where it is one too many. `event` is made from
/// an action by whoever calls.
///
/// # Errors
/// `Refused` with [`Refusal::Held`] where the mode is to hold and nobody has approved.
pub(crate) async fn count(
    tx: &mut dyn Tx,
    env: &Env,
    settings: &Settings,
    departure: Departure,
    event: Event,
) -> Result<()> {
    // Two departures at once must see each other.
    tx.lock_settings().await?;
    let (guard, now) = (settings.guard, departure.at);
    let window = guard.since(now);
    let last = tx.last_batch(departure.token, window).await?;
    let since = match &last {
        Some(batch) if batch.approved_until.is_some_and(|until| until >= now) => {
            return join(tx, departure, batch.id).await;
        }
        Some(batch) if batch.closed.is_none() && matches!(batch.state, BatchState::Open | BatchState::Held) => {
            return match guard.mode {
                GuardMode::Alert => join(tx, departure, batch.id).await,
                GuardMode::Hold => Err(Refusal::Held.into()),
            };
        }
        // What an administrator has judged does not count again.
        Some(batch) => batch.closed.unwrap_or(batch.latest).max(window),
        None => window,
    };
    let before = tx.departed(departure.token, since).await?;
    if before + departure.weight <= guard.threshold(population(tx, now).await?) {
        return tx.insert_departure(&departure).await;
    }
    match guard.mode {
        GuardMode::Hold => Err(Refusal::Held.into()),
        GuardMode::Alert => {
            let batch = Batch {
                id: new_id(env, now),
                token: departure.token,
                opened: now,
                latest: now,
                state: BatchState::Open,
                approved_until: None,
                closed: None,
            };
            tx.insert_batch(&batch).await?;
            tx.gather_departures(departure.token, since, batch.id).await?;
            let people = before + departure.weight;
            join(tx, departure, batch.id).await?;
            tx.append_event(&event.with(&json!({"batch": batch.id.to_string(), "people": people}))).await
        }
    }
}

async fn join(tx: &mut dyn Tx, departure: Departure, batch: Uuid) -> Result<()> {
    tx.touch_batch(batch, departure.at).await?;
    tx.insert_departure(&Departure { batch: Some(batch), ..departure }).await
}

/// Notes, after the unit that refused, that departures are held.
pub(crate) async fn hold(env: &Env, settings: &Settings, token: TokenId, event: Event) -> Result<()> {
    debug_assert_eq!(event.action, Action::GuardHeld);
    let batch = Batch {
        id: new_id(env, event.at),
        token,
        opened: event.at,
        latest: event.at,
        state: BatchState::Held,
        approved_until: None,
        closed: None,
    };
    let work = env.store.write((*settings, batch, event), |(settings, batch, event), tx| {
        Box::pin(async move {
            tx.lock_settings().await?;
            let window = settings.guard.since(event.at);
            let last = tx.last_batch(batch.token, window).await?;
            if let Some(last) = last {
                // Somebody approved between the refusal and now: a new batch would take that back.
                if last.approved_until.is_some_and(|until| until >= event.at) {
                    return Ok(());
                }
                if last.state == BatchState::Held {
                    return tx.touch_batch(last.id, event.at).await;
                }
            }
            tx.insert_batch(batch).await?;
            tx.gather_departures(batch.token, window, batch.id).await?;
            tx.append_event(&event.clone().with(&json!({"batch": batch.id.to_string()}))).await
        })
    });
    work.await
}

/// How many active users there are, counted again only now and then: it takes longer the more there are.
pub(crate) async fn population(tx: &mut dyn Tx, now: Timestamp) -> Result<u64> {
    if let Some((population, counted)) = tx.population().await?
        && (now.plus_millis(-POPULATION_MILLIS)..=now).contains(&counted)
    {
        return Ok(population);
    }
    let active = crate::query::Filter::Where(crate::query::UserCondition::Active(true));
    let population = tx.count_users(&active).await?;
    tx.set_population(population, now).await?;
    Ok(population)
}

/// A fresh id, ordered by time.
pub(crate) fn new_id(env: &Env, now: Timestamp) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(now.millis().unsigned_abs(), &env.random()).into_uuid()
}
