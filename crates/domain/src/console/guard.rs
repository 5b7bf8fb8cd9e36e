use super::{Console, Lock, Needs};
use crate::{
    Error, Refusal, Result,
    audit::Action,
    guard::{self, Batch, BatchState, BatchSummary, Chosen, Departure, Losses, Span},
    settings::GuardSettings,
    store::Tx,
    undo::Undo,
};
use serde_json::{Value, json};
use uuid::Uuid;

const SHOWN: u64 = 50;

/// How many departures are listed by name at most.
pub const DEPARTURES_SHOWN: usize = 200;

/// Everything that the guard's page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuardStatus {
    /// The guard's settings.
    pub guard: GuardSettings,
    /// Whether there is a channel for its alerts.
    pub has_channel: bool,
    /// Active users.
    pub active: u64,
    /// The number of active users that the threshold is computed from.
    pub population: u64,
    /// Batches, the newest first.
    pub batches: Vec<BatchSummary>,
    /// Batches that are being undone.
    pub undos: Vec<Undo>,
}

/// The departures in a stretch of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departed {
    /// What was lost in it and has not been restored.
    pub losses: Losses,
    /// The latest departures, at most 200.
    pub departures: Vec<Departure>,
}

impl Console {
    /// The undecided batch that grew most recently, of those that hold departures back if there are any.
    pub async fn waiting_batch(&self) -> Result<Option<Batch>> {
        self.env.store.read((), |(), tx| Box::pin(async move { tx.waiting_batch().await })).await
    }

    /// Everything that the guard's page shows.
    pub async fn guard(&self) -> Result<GuardStatus> {
        let work = self.env.store.read(self.now(), |now, tx| {
            Box::pin(async move {
                let (mut batches, undos) = (tx.batches(SHOWN).await?, tx.undos().await?);
                for undo in &undos {
                    // Its batch may be too old to be in the list.
                    if batches.iter().all(|found| found.batch.id != undo.batch) {
                        batches.extend(tx.batch_summary(undo.batch).await?);
                    }
                }
                let active = crate::query::Predicate::Where(crate::query::UserCondition::Active(true));
                Ok(GuardStatus {
                    guard: tx.settings().await?.guard,
                    has_channel: !tx.channels().await?.is_empty(),
                    active: tx.count_users(&active).await?,
                    population: guard::population(tx, *now).await?,
                    batches,
                    undos,
                })
            })
        });
        work.await
    }

    /// The departures of a batch that were not undone and have this text in their name, the most recent first, at most
    /// 200.
    pub async fn departures(&self, batch: Uuid, name: &str) -> Result<Vec<Departure>> {
        let work = self.env.store.read(Chosen { name: name.to_owned(), ..Chosen::all(batch) }, |chosen, tx| {
            Box::pin(async move {
                let departures = tx.departures(chosen, DEPARTURES_SHOWN as u64).await?;
                Ok(departures.into_iter().map(|(_, departure)| departure).collect())
            })
        });
        work.await
    }

    /// The departures in a stretch of time that were not undone, whether or not they are in a batch.
    pub async fn departed(&self, span: Span) -> Result<Departed> {
        let work = self.env.store.read(span, |span, tx| {
            Box::pin(async move {
                Ok(Departed {
                    losses: tx.losses(span).await?,
                    departures: tx.departures_in(span, "", DEPARTURES_SHOWN as u64).await?,
                })
            })
        });
        work.await
    }

    /// Those departures of a stretch of time that have this text in their name, the most recent first, at most 200.
    pub async fn departed_named(&self, span: Span, name: &str) -> Result<Vec<Departure>> {
        let work = self.env.store.read((span, name.to_owned()), |(span, name), tx| {
            Box::pin(async move { tx.departures_in(span, name, DEPARTURES_SHOWN as u64).await })
        });
        work.await
    }

    /// Sets the guard.
    ///
    /// # Errors
    /// `Invalid` for numbers out of their range.
    pub async fn set_guard(&self, guard: GuardSettings) -> Result<()> {
        let guard = guard.checked()?;
        self.change(Needs::Secret, Lock::WaysIn, Action::GuardChanged, guard, |change, tx| {
            Box::pin(async move {
                let before = tx.settings().await?.guard;
                if before == change.context {
                    return Ok(());
                }
                tx.set_guard(&change.context).await?;
                tx.append_event(&change.event.clone().before(&facts(&before)).with(&facts(&change.context))).await
            })
        })
        .await
    }

    /// Lets the held departures of a batch continue for two hours.
    ///
    /// # Errors
    /// `NotFound`; `Refused` when it is decided already.
    pub async fn approve_batch(&self, id: Uuid) -> Result<()> {
        self.change(Needs::Secret, Lock::Nothing, Action::GuardApproved, id, |change, tx| {
            Box::pin(async move {
                let batch = undecided(tx, change.context).await?;
                let until = Some(Batch::approval(change.event.at));
                let batch = Batch { state: BatchState::Approved, approved_until: until, ..batch };
                tx.update_batch(&batch).await?;
                tx.forget_departed().await?;
                tx.append_event(&change.event.clone().with(&json!({"batch": batch.id.to_string()}))).await
            })
        })
        .await
    }

    /// Declares a batch to be right as it is.
    ///
    /// # Errors
    /// `NotFound`; `Refused` when it is decided already.
    pub async fn dismiss_batch(&self, id: Uuid) -> Result<()> {
        self.change(Needs::Secret, Lock::Nothing, Action::GuardDismissed, id, |change, tx| {
            Box::pin(async move {
                let batch = undecided(tx, change.context).await?;
                let closed = Some(change.event.at);
                tx.update_batch(&Batch { state: BatchState::Dismissed, closed, ..batch }).await?;
                tx.forget_departed().await?;
                tx.append_event(&change.event.clone().with(&json!({"batch": change.context.to_string()}))).await
            })
        })
        .await
    }
}

/// Keeps directories from counting departures until the unit ends. It must not come before the account is touched: a
/// restore holds the account while it waits for groups, and a unit that holds those waits for the settings.
pub(super) async fn lock_counting(tx: &mut dyn Tx) -> Result<()> {
    tx.lock_settings().await
}

async fn undecided(tx: &mut dyn Tx, id: Uuid) -> Result<Batch> {
    lock_counting(tx).await?;
    let batch = tx.lock_batch(id).await?.ok_or(Error::NotFound)?;
    if tx.undos().await?.iter().any(|undo| undo.batch == id) {
        return Err(Refusal::BeingUndone.into());
    }
    if batch.is_waiting() { Ok(batch) } else { Err(Refusal::Decided.into()) }
}

fn facts(guard: &GuardSettings) -> Value {
    json!({
        "mode": guard.mode.as_str(), "count": guard.count, "percent": guard.percent, "cap": guard.cap,
        "minutes": guard.minutes,
    })
}
