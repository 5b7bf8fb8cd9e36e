use super::{Console, Lock, Needs, idle};
use crate::{
    Error, Result, SessionId,
    audit::{Action, Event},
    session::SessionSummary,
};
use serde_json::json;

impl Console {
    /// Sessions that are alive, the most recently used first.
    pub async fn sessions(&self) -> Result<Vec<SessionSummary>> {
        let work =
            self.env.store.read(self.now(), |now, tx| Box::pin(async move { tx.sessions(*now, idle(*now)).await }));
        work.await
    }

    /// Ends a session: its next request is redirected to the sign-in. Ending another person's session needs the secret.
    ///
    /// # Errors
    /// `NotFound` when no live session has this id.
    pub async fn revoke_session(&self, id: SessionId) -> Result<()> {
        let needs = if id == self.principal.session { Needs::Session } else { Needs::Secret };
        self.change(needs, Lock::WaysIn, Action::SessionRevoked, id, |change, tx| {
            Box::pin(async move {
                let (id, now) = (change.context, change.event.at);
                let sessions = tx.sessions(now, idle(now)).await?;
                let session = sessions.into_iter().find(|session| session.id == id).ok_or(Error::NotFound)?;
                if !tx.delete_session(id).await? {
                    return Err(Error::NotFound);
                }
                let facts = json!({"signed in": session.signed_in.to_string(), "from": session.browser.address});
                tx.append_event(&Event { target_name: Some(session.name), ..change.event.clone().with(&facts) }).await
            })
        })
        .await
    }
}
