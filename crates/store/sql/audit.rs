use super::{Connection, Head, bounded, dialect, failed, page};
use crate::Db;
use async_trait::async_trait;
use domain::{
    Error, Result, Timestamp,
    audit::{Action, Actor, Entry, Event, EventQuery, Link},
    store::Audit,
};
use sqlx::QueryBuilder;
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct EventRow {
    seq: i64,
    at: i64,
    actor_kind: String,
    actor_id: Option<Uuid>,
    actor_name: Option<String>,
    address: Option<String>,
    action: String,
    target: Option<Uuid>,
    target_name: Option<String>,
    before: Option<String>,
    after: Option<String>,
    reason: Option<String>,
    previous: Option<Vec<u8>>,
    hash: Option<Vec<u8>>,
}

const COLUMNS: &str = "seq, at, actor_kind, actor_id, actor_name, address, action, target, target_name, before, after, \
                       reason, previous, hash";

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
            actor: Actor::of_parts(&row.actor_kind, row.actor_id, row.actor_name).ok_or(corrupt("actor_kind"))?,
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

/// How many events are removed at once: the log is shut while that goes on.
const PRUNED: i64 = 50_000;

fn digest(bytes: Vec<u8>) -> Result<[u8; 32]> {
    bytes.try_into().map_err(|_| Error::Corrupt { table: "audit_events", column: "hash" })
}

impl Connection<'_> {
    /// Adds an event after the last one. Gives false where the log has gone on since.
    async fn append_after(&mut self, (last, previous): Head, event: &Event) -> Result<bool> {
        let seq = last + 1;
        let link = Link::of(previous, seq, event);
        let (kind, id, name) = event.actor.parts();
        let insert = sqlx::query!(
            "INSERT INTO audit_events (seq, at, actor_kind, actor_id, actor_name, address, action, target, target_name,
                before, after, reason, alert, previous, hash)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
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
            event.action.alerts(),
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

#[async_trait]
impl Audit for Connection<'_> {
    async fn append_event(&mut self, event: &Event) -> Result<()> {
        dialect::lock_chain(&mut *self.0).await.map_err(failed)?;
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

    async fn count_events(&mut self) -> Result<u64> {
        let count = sqlx::query_scalar!(r#"SELECT COUNT(*) AS "count!: i64" FROM audit_events"#);
        Ok(count.fetch_one(&mut *self.0).await.map_err(failed)?.unsigned_abs())
    }

    async fn audit_head(&mut self) -> Result<Option<(i64, [u8; 32])>> {
        let row = sqlx::query!("SELECT seq, hash FROM audit_events ORDER BY seq DESC LIMIT 1");
        let Some(row) = row.fetch_optional(&mut *self.0).await.map_err(failed)? else { return Ok(None) };
        Ok(Some((row.seq, row.hash.map_or(Ok([0; 32]), digest)?)))
    }

    async fn find_events(&mut self, query: &EventQuery, before: Option<i64>, limit: u64) -> Result<Vec<Entry>> {
        let mut sql = QueryBuilder::<Db>::new("SELECT ");
        sql.push(COLUMNS).push(" FROM audit_events WHERE seq < ").push_bind(before.unwrap_or(i64::MAX));
        if let Some(action) = &query.action {
            // No range: Postgres sorts text as its locale does.
            sql.push(" AND substr(action, 1, length(").push_bind(action.clone());
            sql.push(")) = ").push_bind(action.clone());
        }
        if let Some(target) = query.target {
            sql.push(" AND target = ").push_bind(target);
        }
        if let Some(since) = query.since {
            sql.push(" AND at >= ").push_bind(since.millis());
        }
        if let Some(until) = query.until {
            sql.push(" AND at < ").push_bind(until.millis());
        }
        sql.push(" ORDER BY seq DESC");
        page::push_limit(&mut sql, limit);
        let rows: Vec<EventRow> = sql.build_query_as().fetch_all(&mut *self.0).await.map_err(failed)?;
        rows.into_iter().map(Entry::try_from).collect()
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

    async fn next_alert(&mut self, seq: i64) -> Result<Option<Entry>> {
        let row = sqlx::query_as!(
            EventRow,
            "SELECT seq, at, actor_kind, actor_id, actor_name, address, action, target, target_name, before, after,
                reason, previous, hash
            FROM audit_events WHERE seq > $1 AND alert ORDER BY seq LIMIT 1",
            seq
        );
        row.fetch_optional(&mut *self.0).await.map_err(failed)?.map(Entry::try_from).transpose()
    }

    async fn count_alerts(&mut self, seq: i64) -> Result<u64> {
        let count =
            sqlx::query_scalar!(r#"SELECT COUNT(*) AS "count!: i64" FROM audit_events WHERE seq > $1 AND alert"#, seq);
        Ok(count.fetch_one(&mut *self.0).await.map_err(failed)?.unsigned_abs())
    }

    async fn last_event_before(&mut self, moment: Timestamp, through: i64) -> Result<Option<(i64, [u8; 32])>> {
        // By number, not by time: clocks jump, and whatever comes before the first one to be kept goes with it.
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

    async fn delete_events_through(&mut self, seq: i64) -> Result<()> {
        let delete = sqlx::query!("DELETE FROM audit_events WHERE seq <= $1", seq);
        delete.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn set_audit_days(&mut self, days: u32) -> Result<()> {
        let update = sqlx::query!("UPDATE settings SET audit_days = $1 WHERE id = 1", i64::from(days));
        update.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }
}
