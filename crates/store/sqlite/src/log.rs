//! The audit log. Units take turns, so their events get a number and a hash immediately.

use crate::sql::{Connection, failed};
use domain::{
    Error, Result,
    audit::{Event, Lane, Link},
    store::Audit,
};

pub(crate) use crate::connection::Head;

impl Connection<'_> {
    /// Adds an event to the end of the log.
    pub(crate) async fn add_event(&mut self, event: &Event) -> Result<()> {
        if let Some(head) = *self.1
            && self.append_after(head, event).await?
        {
            return Ok(());
        }
        let head = self.audit_head().await?.unwrap_or_default();
        if self.append_after(head, event).await? {
            return Ok(());
        }
        Err(Error::Unavailable("the audit log was written to by something that does not heed its lock".into()))
    }

    /// Seals events that have no number yet. Nothing to do: every event has one.
    pub(crate) async fn seal_events(&mut self) -> Result<()> {
        Ok(())
    }

    /// How many events have no number yet.
    pub(crate) async fn pending_events(&mut self) -> Result<u64> {
        Ok(0)
    }

    /// Adds an event after the last one. Returns false if the log has grown since.
    async fn append_after(&mut self, (last, previous): Head, event: &Event) -> Result<bool> {
        let seq = last + 1;
        let link = Link::of(previous, seq, event);
        let (kind, id, name) = event.actor.parts();
        let insert = sqlx::query!(
            "INSERT INTO audit_events (seq, at, actor_kind, actor_id, actor_name, address, action, target, target_name,
                before, after, reason, alert, urgent, previous, hash)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
            ON CONFLICT (seq) DO NOTHING",
            seq,
            event.at.millis(),
            kind,
            id,
            name,
            event.address,
            event.action.as_str(),
            event.target,
            event.target_name,
            event.before,
            event.after,
            event.reason,
            event.alerts(),
            event.lane().is_some_and(Lane::is_urgent),
            link.previous.as_slice(),
            link.hash.as_slice(),
        );
        let added = insert.execute(&mut *self.0).await.map_err(failed)?.rows_affected() > 0;
        if added {
            *self.1 = Some((seq, link.hash));
        }
        Ok(added)
    }
}
