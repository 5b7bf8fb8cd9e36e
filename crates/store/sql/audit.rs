use super::{Connection, bounded, failed};
use async_trait::async_trait;
use domain::{
    Error, Result, Timestamp,
    audit::{Action, Entry, Event, Lane, Link, MOST},
    identity::Who,
    store::Audit,
};
use uuid::Uuid;

/// An event, and its place in the chain, if it has one.
#[derive(sqlx::FromRow)]
pub(crate) struct EventRow {
    pub(crate) seq: i64,
    pub(crate) at: i64,
    pub(crate) actor_kind: String,
    pub(crate) actor_id: Option<Uuid>,
    pub(crate) actor_name: Option<String>,
    pub(crate) address: Option<String>,
    pub(crate) action: String,
    pub(crate) target: Option<Uuid>,
    pub(crate) target_name: Option<String>,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) previous: Option<Vec<u8>>,
    pub(crate) hash: Option<Vec<u8>>,
}

impl TryFrom<EventRow> for Entry {
    type Error = Error;

    fn try_from(row: EventRow) -> Result<Self> {
        let corrupt = |column| Error::Corrupt { table: "audit_events", column };
        let link = match (row.previous, row.hash) {
            (Some(previous), Some(hash)) => Some(Link { previous: digest(previous)?, hash: digest(hash)? }),
            _ => None,
        };
        let event = Event {
            at: Timestamp::from_millis(row.at),
            actor: Who::of_parts(&row.actor_kind, row.actor_id, row.actor_name).ok_or(corrupt("actor_kind"))?,
            address: row.address,
            action: Action::parse(&row.action).ok_or(corrupt("action"))?,
            target: row.target,
            target_name: row.target_name,
            before: row.before,
            after: row.after,
            reason: row.reason,
        };
        Ok(Self { seq: row.seq, event, link })
    }
}

/// How many events are removed at once. No event is added to the log until they are gone.
const PRUNED: i64 = 50_000;

fn digest(bytes: Vec<u8>) -> Result<[u8; 32]> {
    bytes.try_into().map_err(|_| Error::Corrupt { table: "audit_events", column: "hash" })
}

#[async_trait]
impl Audit for Connection<'_> {
    async fn append_event(&mut self, event: &Event) -> Result<()> {
        self.add_event(&event.bounded(MOST)).await
    }

    async fn count_pending_events(&mut self) -> Result<u64> {
        self.pending_events().await
    }

    async fn count_events(&mut self) -> Result<u64> {
        let count = sqlx::query_scalar!(r#"SELECT COUNT(*) AS "count!: i64" FROM audit_events"#);
        Ok(count.fetch_one(&mut *self.0).await.map_err(failed)?.unsigned_abs())
    }

    async fn audit_head(&mut self) -> Result<Option<(i64, [u8; 32])>> {
        let row = sqlx::query!("SELECT seq, hash FROM audit_events ORDER BY seq DESC LIMIT 1");
        let Some(row) = row.fetch_optional(&mut *self.0).await.map_err(failed)? else { return Ok(None) };
        Ok(Some((row.seq, row.hash.map_or(Ok([0; 32]), digest)?)))
    }

    async fn events_after(&mut self, seq: i64, limit: u64) -> Result<Vec<Entry>> {
        let rows = sqlx::query_as!(
            EventRow,
            "SELECT seq, at, actor_kind, actor_id, actor_name, address, action, target, target_name, before, after,
                reason, previous, hash
            FROM audit_events WHERE seq > $1 ORDER BY seq LIMIT $2",
            seq,
            bounded(limit)
        );
        rows.fetch_all(&mut *self.0).await.map_err(failed)?.into_iter().map(Entry::try_from).collect()
    }

    async fn next_alert(&mut self, lane: Lane, seq: i64) -> Result<Option<Entry>> {
        let row = sqlx::query_as!(
            EventRow,
            "SELECT seq, at, actor_kind, actor_id, actor_name, address, action, target, target_name, before, after,
                reason, previous, hash
            FROM audit_events WHERE seq > $1 AND alert AND urgent = $2 ORDER BY seq LIMIT 1",
            seq,
            lane.is_urgent()
        );
        row.fetch_optional(&mut *self.0).await.map_err(failed)?.map(Entry::try_from).transpose()
    }

    async fn count_alerts(&mut self, lane: Lane, seq: i64) -> Result<u64> {
        let count = sqlx::query_scalar!(
            r#"SELECT COUNT(*) AS "count!: i64" FROM audit_events WHERE seq > $1 AND alert AND urgent = $2"#,
            seq,
            lane.is_urgent()
        );
        Ok(count.fetch_one(&mut *self.0).await.map_err(failed)?.unsigned_abs())
    }

    async fn last_event_before(&mut self, moment: Timestamp, through: i64) -> Result<Option<(i64, [u8; 32])>> {
        // By number, not by time: clocks jump, and everything before the first event to keep is removed.
        let row = sqlx::query!(
            "SELECT seq, hash FROM audit_events
            WHERE seq < COALESCE((SELECT MIN(seq) FROM audit_events WHERE at >= $1), 9223372036854775807)
                AND seq <= $2 AND seq <= (SELECT MIN(seq) FROM audit_events WHERE hash IS NOT NULL) + $3
                AND hash IS NOT NULL
            ORDER BY seq DESC LIMIT 1",
            moment.millis(),
            through,
            PRUNED
        );
        let Some(row) = row.fetch_optional(&mut *self.0).await.map_err(failed)? else { return Ok(None) };
        Ok(Some((row.seq, row.hash.map_or(Ok([0; 32]), digest)?)))
    }

    async fn delete_events_through(&mut self, seq: i64) -> Result<u64> {
        // The next number and hash come from the last event, so the log must not become empty, and the event that
        // accounts for the removal may be the only one to stay.
        self.seal_events().await?;
        let delete = sqlx::query!("DELETE FROM audit_events WHERE seq <= $1", seq);
        Ok(delete.execute(&mut *self.0).await.map_err(failed)?.rows_affected())
    }

    async fn set_audit_days(&mut self, days: u32) -> Result<()> {
        let update = sqlx::query!("UPDATE settings SET audit_days = $1 WHERE id = 1", i64::from(days));
        update.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }
}
