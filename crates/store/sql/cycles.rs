//! Cycles of clients, and changes that they send again and again.

use super::{Connection, bounded, failed};
use async_trait::async_trait;
use domain::{
    Error, Result, Timestamp, TokenId,
    activity::Subject,
    cycle::{Cycle, Noise, Pauses, Provisioned},
    store::Cycles,
};
use uuid::Uuid;

#[async_trait]
impl Cycles for Connection<'_> {
    async fn count_by_token(&mut self, from: Timestamp, until: Timestamp) -> Result<Vec<Cycle>> {
        let rows = sqlx::query!(
            r#"SELECT token AS "token!: Uuid", MIN(at) AS "start!: i64", MAX(at) AS "last!: i64", COUNT(*) AS "calls!: i64",
                COUNT(*) FILTER (WHERE operation IN ('create', 'change', 'delete') AND outcome = 'done')
                    AS "changes!: i64",
                COUNT(*) FILTER (WHERE outcome = 'unchanged') AS "unchanged!: i64",
                COUNT(*) FILTER (WHERE outcome IN ('refused', 'failed')) AS "refused!: i64"
            FROM activity WHERE token IS NOT NULL AND at >= $1 AND at < $2 GROUP BY token"#,
            from.millis(),
            until.millis()
        );
        let rows = rows.fetch_all(&mut *self.0).await.map_err(failed)?.into_iter();
        let read = rows.map(|row| Cycle {
            token: TokenId(row.token),
            start: Timestamp::from_millis(row.start),
            last: Timestamp::from_millis(row.last),
            calls: row.calls.unsigned_abs(),
            changes: row.changes.unsigned_abs(),
            unchanged: row.unchanged.unsigned_abs(),
            refused: row.refused.unsigned_abs(),
            repeated: 0,
        });
        Ok(read.collect())
    }

    async fn count_repeats(
        &mut self,
        token: TokenId,
        cycle: Timestamp,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<()> {
        let insert = sqlx::query!(
            "INSERT INTO repeats (token, target, digest, subject, attributes, first, last, cycle, cycles, changes)
            SELECT token, target, digest, MIN(subject), MIN(attributes), MIN(at), MAX(at), CAST($2 AS BIGINT), 1,
                MAX(CASE outcome WHEN 'done' THEN 1 ELSE 0 END)
            FROM activity
            WHERE token = $1 AND at >= $3 AND at < $4 AND digest IS NOT NULL AND target IS NOT NULL
                AND outcome IN ('done', 'unchanged')
            GROUP BY token, target, digest
            ON CONFLICT (token, target, digest) DO UPDATE SET
                last = excluded.last,
                cycle = excluded.cycle,
                cycles = repeats.cycles + CASE WHEN excluded.cycle > repeats.cycle THEN 1 ELSE 0 END,
                changes = repeats.changes + CASE WHEN excluded.cycle > repeats.cycle THEN excluded.changes ELSE 0 END",
            token.0,
            cycle.millis(),
            from.millis(),
            until.millis()
        );
        insert.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn count_repeated(&mut self, token: TokenId, cycle: Timestamp) -> Result<u64> {
        let count = sqlx::query_scalar!(
            r#"SELECT COUNT(DISTINCT target) AS "targets!: i64" FROM repeats
            WHERE token = $1 AND cycle = $2 AND cycles >= 3"#,
            token.0,
            cycle.millis()
        );
        Ok(count.fetch_one(&mut *self.0).await.map_err(failed)?.unsigned_abs())
    }

    async fn put_cycle(&mut self, cycle: &Cycle) -> Result<()> {
        let insert = sqlx::query!(
            "INSERT INTO cycles (token, start, last, calls, changes, unchanged, refused, repeated)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (token, start) DO UPDATE SET last = excluded.last, calls = excluded.calls,
                changes = excluded.changes, unchanged = excluded.unchanged, refused = excluded.refused,
                repeated = excluded.repeated",
            cycle.token.0,
            cycle.start.millis(),
            cycle.last.millis(),
            bounded(cycle.calls),
            bounded(cycle.changes),
            bounded(cycle.unchanged),
            bounded(cycle.refused),
            bounded(cycle.repeated)
        );
        insert.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn cycles(&mut self, token: TokenId, limit: u64) -> Result<Vec<Cycle>> {
        let rows = sqlx::query!(
            r#"SELECT start AS "start!: i64", last AS "last!: i64", calls AS "calls!: i64", changes AS "changes!: i64",
                unchanged AS "unchanged!: i64", refused AS "refused!: i64", repeated AS "repeated!: i64"
            FROM cycles WHERE token = $1 ORDER BY start DESC LIMIT $2"#,
            token.0,
            bounded(limit)
        );
        let rows = rows.fetch_all(&mut *self.0).await.map_err(failed)?.into_iter();
        let read = rows.map(|row| Cycle {
            token,
            start: Timestamp::from_millis(row.start),
            last: Timestamp::from_millis(row.last),
            calls: row.calls.unsigned_abs(),
            changes: row.changes.unsigned_abs(),
            unchanged: row.unchanged.unsigned_abs(),
            refused: row.refused.unsigned_abs(),
            repeated: row.repeated.unsigned_abs(),
        });
        Ok(read.collect())
    }

    async fn pauses(&mut self, token: TokenId) -> Result<Option<Pauses>> {
        let row = sqlx::query!(
            r#"SELECT MIN(start) AS "since: i64", MAX(start - before) AS "longest: i64"
            FROM (SELECT start, LAG(last) OVER (ORDER BY start) AS before FROM cycles WHERE token = $1) AS pairs"#,
            token.0
        );
        let row = row.fetch_one(&mut *self.0).await.map_err(failed)?;
        let longest = row.longest.unwrap_or_default();
        Ok(row.since.map(|since| Pauses { since: Timestamp::from_millis(since), longest }))
    }

    async fn noise(&mut self, token: TokenId, cycle: Timestamp, limit: u64) -> Result<Vec<Noise>> {
        let rows = sqlx::query!(
            r#"SELECT subject AS "subject!", attributes AS "attributes!", COUNT(DISTINCT target) AS "resources!: i64",
                COUNT(DISTINCT CASE WHEN changes * 2 > cycles THEN target END) AS "undone!: i64",
                MIN(first) AS "first!: i64", MAX(cycles) AS "cycles!: i64"
            FROM (
                SELECT subject, attributes, target, changes, cycles, first FROM repeats
                WHERE token = $1 AND cycle >= $2 AND cycles >= 3 ORDER BY cycle, subject, attributes LIMIT $3
            ) AS found
            GROUP BY subject, attributes ORDER BY 3 DESC, 2"#,
            token.0,
            cycle.millis(),
            bounded(limit)
        );
        let rows = rows.fetch_all(&mut *self.0).await.map_err(failed)?.into_iter();
        let read = rows.map(|row| {
            Ok(Noise {
                subject: Subject::parse(&row.subject).ok_or(Error::Corrupt { table: "repeats", column: "subject" })?,
                attributes: row.attributes,
                resources: row.resources.unsigned_abs(),
                undone: row.undone.unsigned_abs(),
                first: Timestamp::from_millis(row.first),
                cycles: row.cycles.unsigned_abs(),
                example: None,
            })
        });
        read.collect()
    }

    async fn noisiest(
        &mut self,
        token: TokenId,
        cycle: Timestamp,
        (subject, attributes): (Subject, &str),
    ) -> Result<Option<Uuid>> {
        let target = sqlx::query_scalar!(
            r#"SELECT target AS "target!: Uuid" FROM repeats
            WHERE token = $1 AND cycle >= $2 AND subject = $3 AND attributes = $4 AND cycles >= 3
            ORDER BY cycles DESC, target LIMIT 1"#,
            token.0,
            cycle.millis(),
            subject.as_str(),
            attributes
        );
        target.fetch_optional(&mut *self.0).await.map_err(failed)
    }

    async fn target_name(&mut self, target: Uuid) -> Result<Option<String>> {
        let name = sqlx::query_scalar!(
            r#"SELECT COALESCE(
                (SELECT COALESCE(display_name, user_name) FROM users WHERE id = $1),
                (SELECT display_name FROM groups WHERE id = $1),
                (SELECT COALESCE(display_name, user_name) FROM deleted_users WHERE id = $1),
                (SELECT display_name FROM deleted_groups WHERE id = $1)
            ) AS "name: String""#,
            target
        );
        name.fetch_one(&mut *self.0).await.map_err(failed)
    }

    async fn provisioned(&mut self, limit: u64) -> Result<Provisioned> {
        let rows = sqlx::query!(
            r#"SELECT external_id, display_name, (EXISTS (SELECT 1 FROM user_emails WHERE user_id = users.id)) AS "email!: bool"
            FROM users ORDER BY id DESC LIMIT $1"#,
            bounded(limit)
        );
        let mut found = Provisioned::default();
        for row in rows.fetch_all(&mut *self.0).await.map_err(failed)? {
            found.users += 1;
            found.no_display_name += u64::from(row.display_name.is_none());
            found.no_email += u64::from(!row.email);
            found.no_external_id += u64::from(row.external_id.is_none());
            found.no_guid += u64::from(row.external_id.is_some_and(|id| Uuid::try_parse(&id).is_err()));
        }
        Ok(found)
    }

    async fn delete_cycles_before(&mut self, moment: Timestamp) -> Result<()> {
        let delete = sqlx::query!("DELETE FROM cycles WHERE start < $1", moment.millis());
        delete.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn delete_cycles_after(&mut self, moment: Timestamp) -> Result<()> {
        let cycles = sqlx::query!("DELETE FROM cycles WHERE start > $1", moment.millis());
        cycles.execute(&mut *self.0).await.map_err(failed)?;
        let repeats = sqlx::query!("DELETE FROM repeats WHERE last > $1", moment.millis());
        repeats.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn delete_repeats_before(&mut self, moment: Timestamp, limit: u64) -> Result<u64> {
        let delete = sqlx::query!(
            "DELETE FROM repeats WHERE (token, target, digest) IN
                (SELECT token, target, digest FROM repeats WHERE last < $1 ORDER BY last LIMIT $2)",
            moment.millis(),
            bounded(limit)
        );
        Ok(delete.execute(&mut *self.0).await.map_err(failed)?.rows_affected())
    }
}
