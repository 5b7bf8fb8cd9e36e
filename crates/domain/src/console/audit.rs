use super::{Console, Lock, Needs};
use crate::{
    Error, Result, Timestamp,
    audit::{Action, Entry, Event, EventDetail, EventQuery, EventSummary, part},
    settings::check_audit_days,
};
use serde_json::json;

/// How many events a page of the audit log has.
pub const EVENTS_SHOWN: usize = 50;

/// A page of the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditPage {
    /// The events, the most recent first.
    pub entries: Vec<EventSummary>,
    /// Where the next page starts, if there is one.
    pub next: Option<i64>,
    /// The number and the hash of the last event in the log.
    pub head: Option<(i64, [u8; 32])>,
    /// How many days events are kept.
    pub days: u32,
    /// How many newer events have no number yet, which takes a moment.
    pub pending: u64,
    /// The last backup with Postern's own command.
    pub backed_up: Option<Timestamp>,
}

impl Console {
    /// A page of events, the most recent first, before a number if one is given.
    pub async fn audit(&self, query: EventQuery, before: Option<i64>) -> Result<AuditPage> {
        self.env.store.settle_to_read().await;
        let work = self.env.store.read((query, before), |(query, before), tx| {
            Box::pin(async move {
                let mut entries = tx.find_events(query, *before, EVENTS_SHOWN as u64 + 1).await?;
                let more = entries.len() > EVENTS_SHOWN;
                entries.truncate(EVENTS_SHOWN);
                let next = entries.last().filter(|_| more).map(|row| row.entry.seq);
                let (head, days) = (tx.audit_head().await?, tx.settings().await?.audit_days);
                let (pending, backed_up) = (tx.count_pending_events().await?, tx.upkeep().await?.backed_up);
                Ok(AuditPage { entries, next, head, days, pending, backed_up })
            })
        });
        work.await
    }

    /// One event.
    ///
    /// # Errors
    /// `NotFound` when no event has this number.
    pub async fn event(&self, seq: i64) -> Result<EventDetail> {
        self.env.store.settle_to_read().await;
        let work =
            self.env.store.read(seq, |seq, tx| Box::pin(async move { tx.event(*seq).await?.ok_or(Error::NotFound) }));
        work.await
    }

    /// Records that the log is exported. The events come from [`Console::events_after`].
    pub async fn start_audit_export(&self, form: &'static str) -> Result<()> {
        let event = Event::new(self.now(), self.principal.actor(), self.address.clone(), Action::AuditExported);
        let event = Event { reason: self.principal.reason.clone(), ..event.with(&json!({"as": form})) };
        self.env.store.write(event, |event, tx| Box::pin(async move { tx.append_event(event).await })).await
    }

    /// The number and the hash of the last event, and how many newer ones have no number yet.
    pub async fn audit_end(&self) -> Result<(Option<(i64, [u8; 32])>, u64)> {
        self.env.store.settle_to_read().await;
        let work = self
            .env
            .store
            .read((), |(), tx| Box::pin(async move { Ok((tx.audit_head().await?, tx.count_pending_events().await?)) }));
        work.await
    }

    /// The events after a number, in order: as many as one part of an export holds.
    pub async fn events_after(&self, seq: i64) -> Result<Vec<Entry>> {
        self.env.store.read(seq, |seq, tx| Box::pin(part(tx, *seq))).await
    }

    /// Sets how many days events are kept.
    ///
    /// # Errors
    /// `Invalid` outside of [`AUDIT_DAYS`](crate::settings::AUDIT_DAYS).
    pub async fn set_audit_days(&self, days: u32) -> Result<()> {
        let days = check_audit_days(days)?;
        self.change(Needs::Secret, Lock::Nothing, Action::AuditChanged, days, |change, tx| {
            Box::pin(async move {
                let before = tx.settings().await?.audit_days;
                if before == change.context {
                    return Ok(());
                }
                tx.set_audit_days(change.context).await?;
                let facts = |days: u32| json!({"days": days});
                let event = change.event.clone().before(&facts(before)).with(&facts(change.context));
                tx.append_event(&event).await
            })
        })
        .await
    }
}
