use super::{Console, Needs, idle};
use crate::{
    Error, Result,
    audit::Action,
    session::{SessionKey, SessionSummary},
};

impl Console {
    /// Sessions that are alive, the last used first.
    pub async fn sessions(&self) -> Result<Vec<SessionSummary>> {
        let work =
            self.env.store.read(self.now(), |now, tx| Box::pin(async move { tx.sessions(*now, idle(*now)).await }));
        work.await
    }

    /// Ends a session, the own one too: its next request is sent to the sign-in.
    ///
    /// # Errors
    /// `NotFound` when there is none that is alive.
    pub async fn revoke_session(&self, key: SessionKey) -> Result<()> {
        self.change(Needs::Session, Action::SessionRevoked, key, |change, tx| {
            Box::pin(async move {
                let (key, now) = (change.context, change.event.at);
                let sessions = tx.sessions(now, idle(now)).await?;
                let session = sessions.into_iter().find(|session| session.key == key).ok_or(Error::NotFound)?;
                tx.delete_session(key).await?;
                let event = change.event.clone().with(&serde_json::json!({
                    "signed in": session.signed_in.to_string(),
                    "from": session.address,
                }));
                tx.append_event(&crate::audit::Event { target_name: Some(session.name), ..event }).await
            })
        })
        .await
    }
}
