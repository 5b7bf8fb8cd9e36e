use super::{
    Batch, BatchState, Departure, Sizes, Span, Taken,
    rule::{self, Gone, GuardWindow, Standing},
};
use crate::{
    Env, Refusal, Result, Timestamp, TokenId,
    audit::{Action, Event},
    settings::{GuardMode, GuardSettings, Settings},
    store::Tx,
};
use serde_json::json;
use uuid::Uuid;

/// What is lost through one call of a directory.
pub(crate) struct Call<'a> {
    /// The token that it presented.
    pub(crate) token: TokenId,
    /// When it is made.
    pub(crate) at: Timestamp,
    /// Every departure in it.
    pub(crate) departures: &'a [Departure],
    /// The people among them who count.
    pub(crate) people: &'a [Uuid],
    /// The event to add if they are too many.
    pub(crate) event: Event,
}

/// Records departures inside the unit that makes them, and counts them: opens a batch if they are too many, or refuses.
///
/// # Errors
/// `Refused` with [`Refusal::Held`] if the mode is to hold and no administrator has approved.
pub(crate) async fn count(tx: &mut dyn Tx, env: &Env, settings: &Settings, call: Call<'_>) -> Result<()> {
    if call.people.is_empty() {
        return tx.insert_departures(call.departures).await;
    }
    // Concurrent departures must see each other.
    tx.lock_settings().await?;
    let (guard, now) = (settings.guard, call.at);
    let approved = tx.approved_batch(call.token, now).await?;
    let waiting = tx.waiting_batch().await?;
    match rule::standing(guard, now, approved.is_some(), waiting.as_ref().map(|batch| batch.latest)) {
        Standing::Held => return Err(Refusal::Held.into()),
        Standing::Approved | Standing::Waiting => {
            if let Some(batch) = approved.or(waiting.map(|batch| batch.id)) {
                return join(tx, call, batch).await;
            }
        }
        Standing::Counted => {}
    }
    tx.note_departed(call.people, now).await?;
    let population = population(tx, now).await?;
    let gone = Gone { quick: tx.departed(guard.since(now)).await?, slow: tx.departed(guard.since_slow(now)).await? };
    match (rule::exceeded(guard, population, gone), guard.mode) {
        (None, _) => tx.insert_departures(call.departures).await,
        (Some(_), GuardMode::Hold) => Err(Refusal::Held.into()),
        (Some(window), GuardMode::Alert) => open(tx, env, guard, call, (window, gone)).await,
    }
}

/// Refuses, before the work of a departure is done, what [`count`] would refuse after it in any case.
///
/// # Errors
/// `Refused` with [`Refusal::Held`] while a batch is held and not approved.
pub(crate) async fn check(tx: &mut dyn Tx, settings: &Settings, token: TokenId, now: Timestamp) -> Result<()> {
    if settings.guard.mode != GuardMode::Hold {
        return Ok(());
    }
    let approved = tx.approved_batch(token, now).await?.is_some();
    let waiting = tx.waiting_batch().await?.map(|batch| batch.latest);
    match rule::standing(settings.guard, now, approved, waiting) {
        Standing::Held => Err(Refusal::Held.into()),
        _ => Ok(()),
    }
}

async fn open(
    tx: &mut dyn Tx,
    env: &Env,
    guard: GuardSettings,
    call: Call<'_>,
    (window, gone): (GuardWindow, Gone),
) -> Result<()> {
    let (since, people) = match window {
        GuardWindow::Quick => (guard.since(call.at), gone.quick),
        GuardWindow::Slow => (guard.since_slow(call.at), gone.slow),
    };
    let batch = Batch::new(new_id(env, call.at), call.token, call.at, BatchState::Open);
    tx.insert_batch(&batch).await?;
    tx.insert_departures(call.departures).await?;
    gather(tx, since, call.at, batch.id).await?;
    tx.report_batch(batch.id).await?;
    let facts = json!({"batch": batch.id.to_string(), "people": people});
    tx.append_event(&call.event.with(&facts)).await
}

/// Moves the latest departures after a moment into a new batch, and takes all their people out of the count. What does
/// not fit into one statement is moved when the batch is undone: opening it must not take longer for more departures.
async fn gather(tx: &mut dyn Tx, since: Timestamp, now: Timestamp, batch: Uuid) -> Result<()> {
    let span = Span { token: None, from: since.plus_millis(1), until: now };
    tx.forget_departed_since(since).await?;
    tx.take_departures(&span, &Taken::Unbatched, batch).await.map(drop)
}

/// Adds the departures of a call to a batch, and reports it again if it has doubled.
async fn join(tx: &mut dyn Tx, call: Call<'_>, batch: Uuid) -> Result<()> {
    let departures: Vec<Departure> =
        call.departures.iter().map(|departure| Departure { batch: Some(batch), ..departure.clone() }).collect();
    tx.insert_departures(&departures).await?;
    let added = Sizes::of(departures.iter().map(|departure| departure.kind));
    let (sizes, reported) = tx.grow_batch(batch, call.token, call.at, added).await?;
    if rule::is_reported_again(sizes, reported) {
        tx.report_batch(batch).await?;
        let facts = json!({"batch": batch.to_string(), "departures": sizes.all});
        tx.append_event(&call.event.with(&facts)).await?;
    }
    Ok(())
}

/// Records, after the unit that refused, that departures are held.
pub(crate) async fn hold(env: &Env, settings: &Settings, token: TokenId, event: Event) -> Result<()> {
    debug_assert_eq!(event.action, Action::GuardHeld);
    let batch = Batch::new(new_id(env, event.at), token, event.at, BatchState::Held);
    let work = env.store.provision((*settings, batch, event), |(settings, batch, event), tx| {
        Box::pin(async move {
            tx.lock_settings().await?;
            let (guard, now) = (settings.guard, event.at);
            // An administrator has approved since the refusal: a new batch would revoke that.
            if tx.approved_batch(batch.token, now).await?.is_some() {
                return Ok(());
            }
            let waiting = tx.waiting_batch().await?.filter(|batch| batch.latest >= guard.since_slow(now));
            if let Some(last) = waiting.filter(|last| last.state == BatchState::Held) {
                return tx.grow_batch(last.id, batch.token, now, Sizes::default()).await.map(drop);
            }
            tx.insert_batch(batch).await?;
            let slow = tx.departed(guard.since_slow(now)).await?;
            let is_slow = slow >= guard.slow_threshold(population(tx, now).await?);
            let since = if is_slow { guard.since_slow(now) } else { guard.since(now) };
            gather(tx, since, now, batch.id).await?;
            tx.append_event(&event.clone().with(&json!({"batch": batch.id.to_string()}))).await
        })
    });
    work.await
}

/// The number of active users that the threshold is computed from: the smallest number in the last seven days,
/// excluding today, so that a token cannot raise its own threshold.
pub(crate) async fn population(tx: &mut dyn Tx, now: Timestamp) -> Result<u64> {
    let until = now.plus_days(-1);
    tx.population(until.plus_days(-7), until).await
}

/// A fresh id, ordered by time.
pub(crate) fn new_id(env: &Env, now: Timestamp) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(now.millis().unsigned_abs(), &env.random()).into_uuid()
}
