//! Undoing what a directory took away. An administrator orders it, and the order is kept in the database: it outlives
//! the request, the session and the process. It is carried out in steps, each a unit of work, so that others get their
//! turn. Several tasks may take steps of one order; its lock makes them take turns.

mod part;

pub(crate) use part::gained;

use crate::{
    Env, Error, Refusal, Result, Timestamp,
    audit::Event,
    guard::{Batch, BatchState, Chosen, Span, Taken, Undone},
    store::Tx,
};
use part::Part;
use serde_json::json;
use uuid::Uuid;

/// How many departures one step undoes.
const PART: u64 = 100;

/// How often a step is tried if a client takes a name just as it is being restored.
const TRIES: u32 = 5;

/// How often a departure may meet an error that may be temporary.
const FAILURES: u64 = 5;

/// An order whose last step is this long ago is continued by another task.
const LEFT_MILLIS: i64 = 2_000;

/// An order to undo departures, and its progress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undo {
    /// The batch; there is one order at a time for each batch.
    pub batch: Uuid,
    /// Limits it to some users and groups; the batch then stays open for the others.
    pub people: Option<Vec<Uuid>>,
    /// Memberships that began at this moment or later are ended.
    pub from: Timestamp,
    /// What is put into the batch first, until there is no more of it.
    pub gathers: Option<Gathers>,
    /// Departures with a smaller number are still to be undone; `None` means all.
    pub below: Option<i64>,
    /// What it has done so far.
    pub undone: Undone,
    /// Departures that could not be undone because of an error. They stay in the batch.
    pub skipped: u64,
    /// How often the next departure has met an error that may be temporary.
    pub failures: u64,
    /// When the last step was taken.
    pub continued: Timestamp,
    /// Who ordered it, when, from where and why.
    pub ordered: Event,
}

/// Which departures of a span an order puts into its batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gathers {
    /// The stretch of time.
    pub span: Span,
    /// Only those that are in no batch.
    pub unbatched: bool,
}

/// The progress of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What it has done so far; departures that it had to skip count as failed.
    pub undone: Undone,
    /// Whether there is nothing left to do.
    pub is_over: bool,
}

impl Undo {
    /// An order that was just given.
    pub(crate) fn new(batch: Uuid, people: Option<Vec<Uuid>>, from: Timestamp, ordered: Event) -> Self {
        let (undone, continued) = (Undone::default(), ordered.at);
        Self { batch, people, from, gathers: None, below: None, undone, skipped: 0, failures: 0, continued, ordered }
    }

    /// The departures that it puts into the batch first.
    fn taken(&self) -> Option<(Span, Taken)> {
        let gathers = self.gathers?;
        let taken = match (&self.people, gathers.unbatched) {
            (_, true) => Taken::Unbatched,
            (None, false) => Taken::All,
            (Some(people), false) => Taken::Of(people.clone()),
        };
        Some((gathers.span, taken))
    }

    /// What is still to be undone.
    fn chosen(&self) -> Chosen {
        Chosen { targets: self.people.clone(), below: self.below, ..Chosen::all(self.batch) }
    }

    fn progress(&self, is_over: bool) -> Progress {
        let Undone { restored, failed } = self.undone;
        Progress { undone: Undone { restored, failed: failed + self.skipped }, is_over }
    }
}

/// Adds an order inside a unit that has locked the settings, and puts the first departures into its batch. Returns how
/// many.
///
/// # Errors
/// `Refused` while the same batch is being undone.
pub(crate) async fn order(tx: &mut dyn Tx, undo: &Undo) -> Result<u64> {
    if tx.undos().await?.iter().any(|other| other.batch == undo.batch) {
        return Err(Refusal::BeingUndone.into());
    }
    tx.insert_undo(undo).await?;
    match undo.taken() {
        Some((span, taken)) => tx.take_departures(&span, &taken, undo.batch).await,
        None => Ok(0),
    }
}

/// Carries out every order that has had no step for two seconds, to its end.
///
/// # Errors
/// An error of the store for one of them, after the others had their turn. The next call continues with what is left.
pub async fn go_on_with_all(env: &Env) -> Result<()> {
    let mut outcome = Ok(());
    for undo in env.store.read((), |(), tx| tx.undos()).await? {
        let (now, left) = (env.now(), undo.continued.plus_millis(LEFT_MILLIS));
        // A time in the future means that the clock was set back.
        if left <= now || undo.continued > now {
            outcome = go_on(env, undo.batch, u32::MAX).await.map(drop).and(outcome);
        }
    }
    outcome
}

/// Takes at most `steps` steps of an order. A departure that cannot be undone does not prevent others from being
/// undone: it is skipped.
///
/// # Errors
/// Those of the store. `Unavailable` may be temporary, so a departure that has met it is skipped only after
/// [`FAILURES`] times.
pub(crate) async fn go_on(env: &Env, batch: Uuid, steps: u32) -> Result<Progress> {
    let (mut one_by_one, mut taken) = (0, 0);
    loop {
        // Read before the step fails: by then another task may have taken further steps.
        let next = if one_by_one > 0 { next(env, batch).await? } else { None };
        match (try_step(env, batch, if next.is_some() { 1 } else { PART }).await, next) {
            (Ok(progress), _) if progress.is_over => return Ok(progress),
            (Ok(progress), _) => {
                taken += 1;
                one_by_one = u64::saturating_sub(one_by_one, 1);
                if taken >= steps && one_by_one == 0 {
                    return Ok(progress);
                }
            }
            (Err(error), None) if may_be_of_one(&error) && one_by_one == 0 => one_by_one = PART,
            (Err(error), Some(next)) if may_be_of_one(&error) => {
                let may_pass = matches!(error, Error::Unavailable(_));
                if !fail(env, batch, next, may_pass).await? {
                    return Err(error);
                }
                one_by_one = 0;
            }
            (Err(error), _) => return Err(error),
        }
    }
}

/// Whether an error may come from one departure among several.
fn may_be_of_one(error: &Error) -> bool {
    matches!(error, Error::Conflict(_) | Error::Invalid(_) | Error::Corrupt { .. } | Error::Unavailable(_))
}

/// The number of the departure that is next to be undone.
async fn next(env: &Env, batch: Uuid) -> Result<Option<i64>> {
    env.store.read(batch, |batch, tx| Box::pin(next_of(tx, *batch))).await
}

async fn next_of(tx: &mut dyn Tx, batch: Uuid) -> Result<Option<i64>> {
    let undo = tx.undos().await?.into_iter().find(|undo| undo.batch == batch && undo.gathers.is_none());
    let Some(undo) = undo else { return Ok(None) };
    Ok(tx.departures(&undo.chosen(), 1).await?.first().map(|(seq, _)| *seq))
}

/// Takes a step; tries again if a client takes a name just as it is being restored.
async fn try_step(env: &Env, batch: Uuid, limit: u64) -> Result<Progress> {
    let mut tries = 1;
    loop {
        let stepped = env.store.write((env.clone(), batch, env.now(), limit), |(env, batch, now, limit), tx| {
            Box::pin(step(env, *batch, *now, *limit, tx))
        });
        match stepped.await {
            Err(Error::Conflict(_)) if tries < TRIES => tries += 1,
            stepped => return stepped,
        }
    }
}

/// One step: puts departures into the batch, undoes some, or ends the order once there are none.
async fn step(env: &Env, batch: Uuid, now: Timestamp, limit: u64, tx: &mut dyn Tx) -> Result<Progress> {
    let Some(mut undo) = tx.lock_undo(batch).await? else {
        // Another task has taken the last step.
        let undone = tx.lock_batch(batch).await?.and_then(|batch| batch.undone).unwrap_or_default();
        return Ok(Progress { undone, is_over: true });
    };
    undo.continued = now;
    undo.failures = 0;
    if let Some((span, taken)) = undo.taken() {
        tx.lock_settings().await?;
        if tx.take_departures(&span, &taken, batch).await? == 0 {
            undo.gathers = None;
        }
        tx.update_undo(&undo).await?;
        return Ok(undo.progress(false));
    }
    let event = Event { at: now, ..undo.ordered.clone() };
    let departures = tx.departures(&undo.chosen(), limit).await?;
    let Some((last, _)) = departures.last() else {
        finish(tx, &undo, event).await?;
        return Ok(undo.progress(true));
    };
    undo.below = Some(*last);
    let part = Part { env, event, batch, from: undo.from };
    let done = part.undo(tx, &departures).await?;
    undo.undone.restored += done.undone.restored;
    undo.undone.failed += done.undone.failed;
    tx.update_undo(&undo).await?;
    part.tell(tx, done).await?;
    Ok(undo.progress(false))
}

/// Records that this departure, if it is still the next one, could not be undone, and skips it unless the error may be
/// temporary. Returns whether another one is next.
async fn fail(env: &Env, batch: Uuid, seq: i64, may_pass: bool) -> Result<bool> {
    let work = env.store.write((batch, seq, may_pass, env.now()), |(batch, seq, may_pass, now), tx| {
        Box::pin(async move {
            let Some(undo) = tx.lock_undo(*batch).await? else { return Ok(true) };
            if tx.departures(&undo.chosen(), 1).await?.first().is_none_or(|(next, _)| next != seq) {
                return Ok(true);
            }
            let failures = undo.failures + 1;
            if *may_pass && failures < FAILURES {
                tx.update_undo(&Undo { failures, continued: *now, ..undo }).await?;
                return Ok(false);
            }
            let skipped = undo.skipped + 1;
            tx.update_undo(&Undo { below: Some(*seq), skipped, failures: 0, continued: *now, ..undo }).await?;
            Ok(true)
        })
    });
    work.await
}

/// Stores the outcome with the batch, and closes the batch once nothing in it is left to undo.
async fn finish(tx: &mut dyn Tx, undo: &Undo, event: Event) -> Result<()> {
    tx.lock_settings().await?;
    let batch = tx.lock_batch(undo.batch).await?.ok_or(Error::NotFound)?;
    let is_over = tx.departures(&Chosen::all(undo.batch), 1).await?.is_empty();
    let before = batch.undone.unwrap_or_default();
    let (restored, failed) = (before.restored + undo.undone.restored, before.failed + undo.undone.failed);
    let batch = Batch { undone: Some(Undone { restored, failed }), ..batch };
    let batch = match is_over {
        true => Batch { state: BatchState::Undone, closed: batch.closed.or(Some(event.at)), ..batch },
        false => batch,
    };
    tx.update_batch(&batch).await?;
    tx.close_empty_batches(event.at).await?;
    tx.forget_departed().await?;
    tx.delete_undo(undo.batch).await?;
    let Undone { restored, failed } = undo.progress(true).undone;
    let facts = json!({"batch": undo.batch.to_string(), "restored": restored, "failed": failed});
    tx.append_event(&event.with(&facts)).await
}
