use super::{Change, Console, Needs};
use crate::{
    Error, GroupId, Refusal, Result, Timestamp, UserId,
    audit::{Action, Event},
    group::Group,
    guard::{Batch, BatchState, BatchSummary, Departure, DepartureKind},
    settings::GuardSettings,
    store::Tx,
    token::Token,
    user::User,
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

const SHOWN: u64 = 50;

/// So many departures are undone in one unit of work, so that others get their turn.
const PART: usize = 100;

/// Everything that the guard's page says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuardStatus {
    /// How it is set.
    pub guard: GuardSettings,
    /// Active users.
    pub active: u64,
    /// Batches, the newest first.
    pub batches: Vec<BatchSummary>,
}

/// What undoing a batch did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Undone {
    /// Departures that were undone, or that somebody had undone already.
    pub restored: u64,
    /// Departures that could not be, as when a name was taken meanwhile.
    pub failed: u64,
}

impl Console {
    /// Everything that the guard's page says.
    pub async fn guard(&self) -> Result<GuardStatus> {
        let work = self.env.store.read((), |(), tx| {
            Box::pin(async move {
                let active = crate::query::Filter::Where(crate::query::UserCondition::Active(true));
                Ok(GuardStatus {
                    guard: tx.settings().await?.guard,
                    active: tx.count_users(&active).await?,
                    batches: tx.batches(SHOWN).await?,
                })
            })
        });
        work.await
    }

    /// The departures of a batch that were not undone, the last first, 200 at most.
    pub async fn departures(&self, batch: Uuid) -> Result<Vec<Departure>> {
        self.env.store.read(batch, |batch, tx| Box::pin(async move { tx.departures(*batch, 200).await })).await
    }

    /// Sets the guard.
    ///
    /// # Errors
    /// `Invalid` for numbers out of their range.
    pub async fn set_guard(&self, guard: GuardSettings) -> Result<()> {
        let guard = guard.checked()?;
        self.change(Needs::Secret, Action::GuardChanged, guard, |change, tx| {
            Box::pin(async move {
                let before = tx.settings().await?.guard;
                if before == change.context {
                    return Ok(());
                }
                tx.set_guard(&change.context).await?;
                let event = change.event.clone().with(&facts(&change.context));
                tx.append_event(&Event { before: Some(facts(&before).to_string()), ..event }).await
            })
        })
        .await
    }

    /// Lets the departures of a batch that are held go on for two hours.
    ///
    /// # Errors
    /// `NotFound`; `Refused` when somebody has decided already.
    pub async fn approve_batch(&self, id: Uuid) -> Result<()> {
        self.change(Needs::Secret, Action::GuardApproved, id, |change, tx| {
            Box::pin(async move {
                let batch = undecided(tx, change.context).await?;
                let until = Some(Batch::approval(change.event.at));
                let batch = Batch { state: BatchState::Approved, approved_until: until, ..batch };
                tx.update_batch(&batch).await?;
                tx.append_event(&change.event.clone().with(&json!({"batch": batch.id.to_string()}))).await
            })
        })
        .await
    }

    /// Says that a batch is right as it is.
    ///
    /// # Errors
    /// `NotFound`; `Refused` when somebody has decided already.
    pub async fn dismiss_batch(&self, id: Uuid) -> Result<()> {
        self.change(Needs::Secret, Action::GuardDismissed, id, |change, tx| {
            Box::pin(async move {
                let batch = undecided(tx, change.context).await?;
                let closed = Some(change.event.at);
                tx.update_batch(&Batch { state: BatchState::Dismissed, closed, ..batch }).await?;
                tx.append_event(&change.event.clone().with(&json!({"batch": change.context.to_string()}))).await
            })
        })
        .await
    }

    /// Undoes a batch: brings back whoever was deactivated or deleted and every membership that ended, as it was. `pause`
    /// pauses the token first, so that the directory does not do it all again meanwhile.
    ///
    /// # Errors
    /// `NotFound`; `Refused` when it was undone already.
    pub async fn undo_batch(&self, id: Uuid, pause: bool) -> Result<Undone> {
        self.change(Needs::Secret, Action::GuardUndone, (id, pause), |change, tx| {
            Box::pin(async move {
                let (id, pause) = change.context;
                let batch = tx.lock_batch(id).await?.ok_or(Error::NotFound)?;
                if batch.state == BatchState::Undone {
                    return Err(Refusal::Decided.into());
                }
                // Whoever departs from now on belongs to another batch, so that this one comes to an end.
                let closed = Some(change.event.at);
                tx.update_batch(&Batch { approved_until: None, closed, ..batch.clone() }).await?;
                let token = tx.lock_token(batch.token).await?.filter(|token| pause && token.paused.is_none());
                if let Some(token) = token {
                    let (id, name) = (token.id.0, token.name.clone());
                    tx.update_token(&Token { paused: Some(change.event.at), ..token }).await?;
                    tx.append_event(&Event { action: Action::TokenPaused, ..change.event.clone() }.on(id, &name))
                        .await?;
                }
                Ok(())
            })
        })
        .await?;
        let mut undone = Undone::default();
        loop {
            let departures =
                self.env.store.read(id, |id, tx| Box::pin(async move { tx.departures(*id, u64::MAX).await }));
            let departures = in_order_of_return(departures.await?);
            if departures.is_empty() {
                break;
            }
            for part in departures.chunks(PART) {
                let part = self.change(Needs::Session, Action::GuardUndone, part.to_vec(), |change, tx| {
                    Box::pin(undo_part(change, tx))
                });
                let part = part.await?;
                undone.restored += part.restored;
                undone.failed += part.failed;
            }
        }
        self.change(Needs::Session, Action::GuardUndone, (id, undone), |change, tx| {
            Box::pin(async move {
                let (id, undone) = change.context;
                let batch = tx.lock_batch(id).await?.ok_or(Error::NotFound)?;
                tx.update_batch(&Batch { state: BatchState::Undone, ..batch }).await?;
                let facts = json!({"batch": id.to_string(), "restored": undone.restored, "failed": undone.failed});
                tx.append_event(&change.event.clone().with(&facts)).await
            })
        })
        .await?;
        Ok(undone)
    }
}

async fn undecided(tx: &mut dyn Tx, id: Uuid) -> Result<Batch> {
    let batch = tx.lock_batch(id).await?.ok_or(Error::NotFound)?;
    if matches!(batch.state, BatchState::Open | BatchState::Held) { Ok(batch) } else { Err(Refusal::Decided.into()) }
}

/// The last departures first, and the members of groups that were emptied when everybody is back who was deleted.
fn in_order_of_return(mut departures: Vec<Departure>) -> Vec<Departure> {
    departures.sort_by_key(|departure| departure.kind == DepartureKind::GroupEmptied);
    departures
}

async fn undo_part(change: &Change<Vec<Departure>>, tx: &mut dyn Tx) -> Result<Undone> {
    let (mut undone, mut events) = (Undone::default(), Vec::new());
    let targets: Vec<Uuid> = change.context.iter().map(|departure| departure.target).collect();
    tx.lock_groups_of_return(&targets).await?;
    for departure in &change.context {
        let (done, actions) = undo(tx, departure, change.event.at).await?;
        if done {
            undone.restored += 1
        } else {
            undone.failed += 1
        }
        let facts = json!({"undone batch": departure.batch.map(|id| id.to_string())});
        let event = change.event.clone().on(departure.target, &departure.target_name).with(&facts);
        events.extend(actions.into_iter().map(|action| Event { action, ..event.clone() }));
        tx.undo_departure(departure.id, change.event.at).await?;
    }
    // At the end: from the first one on nobody else can change anything.
    for event in &events {
        tx.append_event(event).await?;
    }
    Ok(undone)
}

/// Undoes one departure. Gives whether somebody is back, and what was done for it.
async fn undo(tx: &mut dyn Tx, departure: &Departure, at: Timestamp) -> Result<(bool, Vec<Action>)> {
    let mut actions = Vec::new();
    // Whoever was deactivated, or emptied, and deleted then has departed once.
    let there = match departure.kind {
        DepartureKind::Deactivated | DepartureKind::Deleted => {
            let user = UserId(departure.target);
            if restored(tx.restore_user(user, at).await)? {
                actions.push(Action::UserRestored);
            }
            match tx.lock_user(user).await? {
                Some(user) if departure.kind == DepartureKind::Deactivated && !user.profile.active => {
                    tx.update_user(&reactivated(user, departure.before.as_deref(), at)?).await?;
                    actions.push(Action::UserReactivated);
                    true
                }
                user => user.is_some(),
            }
        }
        DepartureKind::GroupDeleted | DepartureKind::GroupEmptied => {
            let group = GroupId(departure.target);
            if restored(tx.restore_group(group, at).await)? {
                actions.push(Action::GroupRestored);
            }
            match tx.lock_group(group).await? {
                Some(found) if departure.kind == DepartureKind::GroupEmptied => {
                    let since = tx.settings().await?.guard.since(departure.at);
                    tx.restore_members(group, since).await?;
                    tx.update_group(&Group { version: found.version + 1, changed: at, ..found }).await?;
                    actions.push(Action::GroupChanged);
                    true
                }
                group => group.is_some(),
            }
        }
    };
    Ok((there, actions))
}

/// Whether something came back; a name that was taken meanwhile keeps it away.
fn restored(outcome: Result<Option<String>>) -> Result<bool> {
    match outcome {
        Ok(name) => Ok(name.is_some()),
        Err(Error::Conflict(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The user as it was before it was deactivated; `active` is what the document said then.
fn reactivated(user: User, active: Option<&str>, at: Timestamp) -> Result<User> {
    let mut document: Map<String, Value> = serde_json::from_str(&user.profile.document)
        .map_err(|_| Error::Corrupt { table: "users", column: "document" })?;
    match active.and_then(|active| serde_json::from_str(active).ok()) {
        Some(active) => document.insert("active".to_owned(), active),
        None => document.shift_remove("active"),
    };
    let document = Value::Object(document).to_string();
    let profile = crate::user::Profile { active: true, document, ..user.profile };
    Ok(User { version: user.version + 1, changed: at, profile, ..user })
}

fn facts(guard: &GuardSettings) -> Value {
    json!({"mode": guard.mode.as_str(), "count": guard.count, "percent": guard.percent, "minutes": guard.minutes})
}
