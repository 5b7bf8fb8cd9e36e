use super::Console;
use crate::{
    Refusal, Result,
    audit::{Action, Event},
    console::{Principal, idle},
    session::SessionKey,
    sign_in::{Keeps, Proved, check_reason, prove},
};

/// What a session is confirmed with.
#[derive(Clone, Debug)]
pub struct Confirmation {
    /// The secret of the session's account, given again.
    pub proved: Option<Proved>,
    /// What the session is for.
    pub reason: Option<String>,
    /// The hash of the cookie's content.
    pub key: SessionKey,
    /// The hash of its future content.
    pub next_key: SessionKey,
    /// The hash of the cookie by which the browser is known, if it has one.
    pub device: Option<[u8; 32]>,
}

impl Console {
    /// Records that the secret was given again, and what the session is for. From then on the session has its next key,
    /// and a one-time code is used up. `None` if there is nothing to confirm: then nothing happens, and the key stays.
    ///
    /// # Errors
    /// `Refused` when the secret or the reason is needed and missing, when the session has ended or was confirmed by
    /// another request, or as [`succeeded`](crate::sign_in::succeeded); `Invalid` for an empty reason.
    pub async fn confirm(&self, confirmation: Confirmation) -> Result<Option<Principal>> {
        if confirmation.proved.is_none() {
            if !self.is_fresh() {
                return Err(Refusal::StepUp.into());
            }
            if !self.needs_reason() {
                return Ok(None);
            }
        }
        let mut confirmed = self.principal.clone();
        match &confirmation.reason {
            Some(reason) => confirmed.reason = Some(check_reason(reason)?),
            None if self.needs_reason() => return Err(Refusal::ReasonNeeded.into()),
            None => {}
        }
        let now = self.now();
        if confirmation.proved.is_some() {
            confirmed.checked = now;
        }
        let event = Event::new(now, confirmed.actor(), self.address.clone(), Action::BreakGlassConfirmed);
        let event = Event { reason: confirmed.reason.clone(), ..event };
        let work = self.env.store.write((confirmed, confirmation, event), |(confirmed, confirmation, event), tx| {
            Box::pin(async move {
                let mut confirmed = confirmed.clone();
                if tx.session(confirmation.key, event.at, idle(event.at)).await?.is_none() {
                    return Err(Refusal::SessionEnded.into());
                }
                if let Some(proved) = &confirmation.proved {
                    let keeps = Keeps { session: Some(confirmed.session), device: confirmation.device };
                    let by = prove(tx, proved, keeps, event.at).await?;
                    confirmed.generation = Some(by.generation);
                }
                if !tx.replace_session_key(&confirmed, confirmation.key, confirmation.next_key).await? {
                    return Err(Refusal::SessionEnded.into());
                }
                tx.append_event(event).await?;
                Ok(Some(confirmed))
            })
        });
        work.await
    }
}
