//! Orders to undo what a directory took away: a batch, some of the people in it, or any stretch of time.

use super::{Change, Console, Lock, Needs, guard::lock_counting};
use crate::{
    Error, Refusal, Result,
    audit::{Action, Event},
    guard::{Batch, BatchState, Span, Undone, new_id},
    store::Tx,
    token::{Token, with_rotations},
    undo::{self, Gathers, Progress, Undo},
};
use uuid::Uuid;

/// How many steps are taken before the request is answered: they undo up to a thousand departures.
const STEPS: u32 = 10;

impl Console {
    /// Undoes a batch: restores everybody who was deactivated, deleted or renamed and every membership that ended, as
    /// it was. `people` limits this to some users and groups; the batch then stays open for the others. `pause` pauses
    /// its tokens first, and those that they were rotated from or to, so that the directory does not do it all again at
    /// once. Of a large batch, most is undone after this has returned.
    ///
    /// # Errors
    /// `NotFound`; `Refused` when it was undone already, or is being undone.
    pub async fn undo_batch(&self, id: Uuid, pause: bool, people: Option<Vec<Uuid>>) -> Result<Progress> {
        self.change(Needs::Secret, Lock::Nothing, Action::GuardUndone, (id, pause, people), |change, tx| {
            Box::pin(async move {
                let (id, pause, people) = &change.context;
                lock_counting(tx).await?;
                let batch = tx.lock_batch(*id).await?.ok_or(Error::NotFound)?;
                if batch.state == BatchState::Undone {
                    return Err(Refusal::Decided.into());
                }
                let mut undo = Undo::new(*id, people.clone(), batch.opened, change.event.clone());
                if people.is_none() && batch.closed.is_none() {
                    // Departures that were too few to count, or too many to be moved when the batch was opened.
                    let span = Span { token: None, from: batch.opened, until: batch.latest };
                    undo.gathers = Some(Gathers { span, unbatched: true });
                    // Departures from now on belong to another batch, so that this one comes to an end.
                    let closed = Some(change.event.at);
                    tx.update_batch(&Batch { approved_until: None, closed, ..batch }).await?;
                }
                undo::order(tx, &undo).await?;
                if *pause { pause_tokens(change, tx, *id).await } else { Ok(()) }
            })
        })
        .await?;
        self.begin_to_undo(id).await
    }

    /// Undoes what one token, or all of them, took away in a stretch of time, whether or not it was in a batch, and
    /// ends memberships of the same people that began in that time. It becomes a batch of its own. Most of a large one
    /// is undone after this has returned.
    ///
    /// # Errors
    /// `NotFound` when nothing was taken away then.
    pub async fn undo_span(&self, span: Span, pause: bool, people: Option<Vec<Uuid>>) -> Result<Progress> {
        let id = new_id(&self.env, self.now());
        self.change(Needs::Secret, Lock::Nothing, Action::GuardUndone, (id, span, pause, people), |change, tx| {
            Box::pin(async move {
                let (id, span, pause, people) = &change.context;
                lock_counting(tx).await?;
                let (id, departures) = (*id, tx.departures_in(span, "", 1).await?);
                let token =
                    span.token.or(departures.first().map(|departure| departure.token)).ok_or(Error::NotFound)?;
                let batch = Batch::new(id, token, span.from, BatchState::Open);
                // It is closed from the start, so that no other departure joins it.
                tx.insert_batch(&Batch { latest: span.until, closed: Some(change.event.at), ..batch }).await?;
                let undo = Undo::new(id, people.clone(), span.from, change.event.clone());
                let gathers = Some(Gathers { span: *span, unbatched: false });
                if undo::order(tx, &Undo { gathers, ..undo }).await? == 0 {
                    return Err(Error::NotFound);
                }
                if *pause { pause_tokens(change, tx, id).await } else { Ok(()) }
            })
        })
        .await?;
        self.begin_to_undo(id).await
    }

    /// Takes the first steps of an order. Even if these fail, the order remains, and further steps are taken in the
    /// background.
    async fn begin_to_undo(&self, batch: Uuid) -> Result<Progress> {
        match undo::go_on(&self.env, batch, STEPS).await {
            Err(Error::Unavailable(_)) => Ok(Progress { undone: Undone::default(), is_over: false }),
            progress => progress,
        }
    }
}

/// Pauses the tokens of a batch that are not paused, and those that they were rotated from or to: a directory that has
/// both would continue with the other.
async fn pause_tokens<C>(change: &Change<C>, tx: &mut dyn Tx, batch: Uuid) -> Result<()> {
    let ids = tx.batch_tokens(batch).await?;
    for id in &ids {
        // From here on no token is created to replace one of them.
        tx.lock_token(*id).await?;
    }
    let all = tx.tokens().await?;
    for token in with_rotations(&all, &ids, change.event.at) {
        let Some(token) = tx.lock_token(token.id).await?.filter(|token| token.paused.is_none()) else { continue };
        let (id, name) = (token.id.0, token.name.clone());
        tx.update_token(&Token { paused: Some(change.event.at), ..token }).await?;
        tx.append_event(&Event { action: Action::TokenPaused, ..change.event.clone() }.on(id, &name)).await?;
    }
    Ok(())
}
