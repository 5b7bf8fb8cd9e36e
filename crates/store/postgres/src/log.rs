//! The audit log. A unit leaves its events in `audit_pending`, which takes no lock, and commits. Afterwards they are
//! sealed: a batch of them is numbered, hashed and moved to the end of `audit_events`, in one transaction.
//!
//! **One at a time.** Sealing starts by taking a lease, an advisory lock that ends with the transaction. If the process
//! or its connection dies, Postgres rolls the transaction back and releases the lock: every event is in exactly one of
//! the two tables, and the next batch starts over.
//!
//! **In order.** If a unit was acknowledged before another one began, its event gets the smaller number. Ids are drawn
//! one by one (CACHE 1) from a sequence when the event is inserted, so the earlier unit's id is the smaller one. A
//! batch is read by one statement after the lease was taken, so it sees what earlier batches moved, and it sees either
//! both units' commits or only the earlier one's. If it takes the later event, it therefore takes the earlier one too,
//! before it, unless an earlier batch did. Limiting a batch to the smallest ids keeps that true.
//!
//! **Without gaps.** Numbers follow the last event of the chain, not the ids. An event whose unit is still running is
//! not visible yet; a later batch seals it, whatever its id.

use crate::sql::{Connection, audit::EventRow, failed};
use domain::{
    Error, Result,
    audit::{Entry, Event, Lane, Link},
    store::Audit,
};

/// Any number that nothing else locks.
const LEASE: i64 = 0x706f_7374_6572_6e31;

/// How many events a batch has at most, and about how many bytes.
const BATCH: i64 = 1_000;
const BATCH_BYTES: i64 = 8 * 1024 * 1024;

impl Connection<'_> {
    /// Leaves an event to be sealed.
    pub(crate) async fn add_event(&mut self, event: &Event) -> Result<()> {
        let (kind, id, name) = event.actor.parts();
        let insert = sqlx::query!(
            "INSERT INTO audit_pending (at, actor_kind, actor_id, actor_name, address, action, target, target_name, before,
                after, reason)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
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
        );
        insert.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    /// How many events are not sealed yet.
    pub(crate) async fn pending_events(&mut self) -> Result<u64> {
        let count = sqlx::query_scalar!(r#"SELECT COUNT(*) AS "count!: i64" FROM audit_pending"#);
        Ok(count.fetch_one(&mut *self.0).await.map_err(failed)?.unsigned_abs())
    }

    /// Seals every event that is committed, or was added by this unit, and keeps the lease until the unit ends.
    pub(crate) async fn seal_events(&mut self) -> Result<()> {
        self.take_lease().await?;
        while self.seal_batch().await? {}
        Ok(())
    }

    /// Keeps other processes from settling until the transaction ends.
    pub(crate) async fn take_lease(&mut self) -> Result<()> {
        sqlx::query!("SELECT pg_advisory_xact_lock($1)", LEASE).execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    /// Seals a batch under the lease. Returns whether there was one.
    pub(crate) async fn seal_batch(&mut self) -> Result<bool> {
        let pending = self.first_pending().await?;
        if pending.is_empty() {
            return Ok(false);
        }
        let (last, mut previous) = self.audit_head().await?.unwrap_or_default();
        let mut chain = Chain::default();
        for (seq, entry) in (last + 1..).zip(&pending) {
            let link = Link::of(previous, seq, &entry.event);
            previous = link.hash;
            chain.push(entry, seq, link);
        }
        self.move_sealed(chain).await?;
        Ok(true)
    }

    /// The events with the smallest ids, in place of their numbers. At least one, if there is any.
    async fn first_pending(&mut self) -> Result<Vec<Entry>> {
        let rows = sqlx::query_as!(
            EventRow,
            r#"SELECT id AS seq, at, actor_kind, actor_id, actor_name, address, action, target, target_name, before, after,
                reason, NULL::bytea AS previous, NULL::bytea AS hash
            FROM (
                SELECT *, SUM(COALESCE(octet_length(before), 0) + COALESCE(octet_length(after), 0))
                    OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
                FROM (SELECT * FROM audit_pending ORDER BY id LIMIT $1) AS first
            ) AS measured
            WHERE COALESCE(bytes_before, 0) < $2
            ORDER BY id"#,
            BATCH,
            BATCH_BYTES,
        );
        rows.fetch_all(&mut *self.0).await.map_err(failed)?.into_iter().map(Entry::try_from).collect()
    }

    /// Moves events to the end of the log.
    async fn move_sealed(&mut self, chain: Chain) -> Result<()> {
        let moved = sqlx::query!(
            "WITH sealed AS (
                DELETE FROM audit_pending
                USING UNNEST($1::bigint[], $2::bigint[], $3::boolean[], $4::boolean[], $5::bytea[], $6::bytea[])
                    AS link (id, seq, alert, urgent, previous, hash)
                WHERE audit_pending.id = link.id
                RETURNING link.seq, at, actor_kind, actor_id, actor_name, address, action, target, target_name, before,
                    after, reason, link.alert, link.urgent, link.previous, link.hash
            )
            INSERT INTO audit_events (seq, at, actor_kind, actor_id, actor_name, address, action, target, target_name,
                before, after, reason, alert, urgent, previous, hash)
            SELECT seq, at, actor_kind, actor_id, actor_name, address, action, target, target_name,
                before, after, reason, alert, urgent, previous, hash FROM sealed",
            &chain.ids,
            &chain.seqs,
            &chain.alerts,
            &chain.urgent,
            &chain.previous,
            &chain.hashes,
        );
        let moved = moved.execute(&mut *self.0).await.map_err(failed)?.rows_affected();
        if moved != chain.ids.len() as u64 {
            return Err(Error::Unavailable("the audit log was written to by something that ignores its lock".into()));
        }
        Ok(())
    }
}

/// The places of events in the chain, column by column.
#[derive(Default)]
struct Chain {
    ids: Vec<i64>,
    seqs: Vec<i64>,
    alerts: Vec<bool>,
    urgent: Vec<bool>,
    previous: Vec<Vec<u8>>,
    hashes: Vec<Vec<u8>>,
}

impl Chain {
    /// Takes a pending event, whose id stands in for its number, and its place.
    fn push(&mut self, pending: &Entry, seq: i64, link: Link) {
        self.ids.push(pending.seq);
        self.seqs.push(seq);
        self.alerts.push(pending.event.alerts());
        self.urgent.push(pending.event.lane().is_some_and(Lane::is_urgent));
        self.previous.push(link.previous.to_vec());
        self.hashes.push(link.hash.to_vec());
    }
}
