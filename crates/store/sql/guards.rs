//! Departures, their batches, and the samples for the threshold.

use super::{
    Connection, IDS, ROWS, bounded,
    departures::{BatchRow, DEPARTURE, LOSSES, losses, push_key, push_name, push_span},
    dialect,
    emails::push_ids,
    failed,
};
use crate::Db;
use async_trait::async_trait;
use domain::{
    Result, Timestamp, TokenId, UserId,
    guard::{Batch, BatchSummary, Chosen, Departure, Losses, Sizes, Span, Taken},
    settings::GuardSettings,
    store::Guards,
};
use sqlx::QueryBuilder;
use uuid::Uuid;

const HOUR_MILLIS: i64 = 3_600_000;

#[async_trait]
impl Guards for Connection<'_> {
    async fn approved_batch(&mut self, token: TokenId, now: Timestamp) -> Result<Option<Uuid>> {
        let batch = sqlx::query_scalar!(
            "WITH RECURSIVE chain (id) AS (
                SELECT id FROM tokens WHERE id = $1
                UNION SELECT tokens.replaces FROM tokens JOIN chain ON tokens.id = chain.id
                WHERE tokens.replaces IS NOT NULL
            )
            SELECT id FROM batches WHERE approved_until >= $2 AND EXISTS (
                SELECT 1 FROM batch_tokens WHERE batch = batches.id AND token IN (SELECT id FROM chain)
            ) ORDER BY opened DESC, id DESC LIMIT 1",
            token.0,
            now.millis()
        );
        batch.fetch_optional(&mut *self.0).await.map_err(failed)
    }

    async fn waiting_batch(&mut self) -> Result<Option<Batch>> {
        let row = sqlx::query_as!(
            BatchRow,
            "SELECT id, token, opened, latest, state, approved_until, closed, restored, failed FROM batches
            WHERE state IN ('open', 'held') AND closed IS NULL ORDER BY state, latest DESC LIMIT 1"
        );
        row.fetch_optional(&mut *self.0).await.map_err(failed)?.map(Batch::try_from).transpose()
    }

    async fn note_departed(&mut self, people: &[Uuid], at: Timestamp) -> Result<()> {
        let mut people = people.to_vec();
        people.sort_unstable();
        people.dedup();
        for part in people.chunks(ROWS) {
            let mut query = QueryBuilder::<Db>::new("INSERT INTO departed_people (person, at) ");
            query.push_values(part, |mut row, person| {
                row.push_bind(*person).push_bind(at.millis());
            });
            query.push(" ON CONFLICT (person) DO UPDATE SET at = excluded.at");
            query.build().execute(&mut *self.0).await.map_err(failed)?;
        }
        Ok(())
    }

    async fn departed(&mut self, since: Timestamp) -> Result<u64> {
        let people = sqlx::query_scalar!(
            r#"SELECT COUNT(*) AS "people!: i64" FROM departed_people WHERE at > $1"#,
            since.millis()
        );
        Ok(people.fetch_one(&mut *self.0).await.map_err(failed)?.unsigned_abs())
    }

    async fn forget_departed(&mut self) -> Result<()> {
        sqlx::query!("DELETE FROM departed_people").execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn insert_departures(&mut self, departures: &[Departure]) -> Result<()> {
        for part in departures.chunks(ROWS) {
            let mut query = QueryBuilder::<Db>::new(
                "INSERT INTO departures (at, token, kind, target, target_name, target_key, group_id, weight, before, batch) ",
            );
            query.push_values(part, |mut row, departure| {
                row.push_bind(departure.at.millis()).push_bind(departure.token.0);
                row.push_bind(departure.kind.as_str()).push_bind(departure.target);
                row.push_bind(departure.target_name.clone());
                push_key(&mut row, departure);
                row.push_bind(departure.group.map(|group| group.0)).push_bind(bounded(departure.weight));
                row.push_bind(departure.before.clone()).push_bind(departure.batch);
            });
            query.build().execute(&mut *self.0).await.map_err(failed)?;
        }
        Ok(())
    }

    async fn deactivation(&mut self, user: UserId) -> Result<Option<Option<Uuid>>> {
        let batch = sqlx::query_scalar!(
            "SELECT batch FROM departures WHERE target = $1 AND kind = 'deactivated' AND undone IS NULL
            ORDER BY seq DESC LIMIT 1",
            user.0
        );
        batch.fetch_optional(&mut *self.0).await.map_err(failed)
    }

    async fn insert_batch(&mut self, batch: &Batch) -> Result<()> {
        let insert = sqlx::query!(
            "INSERT INTO batches (id, token, opened, latest, state, approved_until, closed)
            VALUES ($1, $2, $3, $4, $5, $6, $7)",
            batch.id,
            batch.token.0,
            batch.opened.millis(),
            batch.latest.millis(),
            batch.state.as_str(),
            batch.approved_until.map(Timestamp::millis),
            batch.closed.map(Timestamp::millis),
        );
        insert.execute(&mut *self.0).await.map_err(failed)?;
        let token = sqlx::query!("INSERT INTO batch_tokens (batch, token) VALUES ($1, $2)", batch.id, batch.token.0);
        token.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn grow_batch(&mut self, id: Uuid, token: TokenId, at: Timestamp, by: Sizes) -> Result<(Sizes, Sizes)> {
        let token =
            sqlx::query!("INSERT INTO batch_tokens (batch, token) VALUES ($1, $2) ON CONFLICT DO NOTHING", id, token.0);
        token.execute(&mut *self.0).await.map_err(failed)?;
        let update = sqlx::query!(
            "UPDATE batches SET latest = CASE WHEN latest < $2 THEN $2 ELSE latest END, size = size + $3,
                people = people + $4, renames = renames + $5
            WHERE id = $1 RETURNING size, people, renames, reported, people_reported, renames_reported",
            id,
            at.millis(),
            bounded(by.all),
            bounded(by.people),
            bounded(by.renames)
        );
        let row = update.fetch_one(&mut *self.0).await.map_err(failed)?;
        let sizes = |all: i64, people: i64, renames: i64| Sizes {
            all: all.unsigned_abs(),
            people: people.unsigned_abs(),
            renames: renames.unsigned_abs(),
        };
        Ok((sizes(row.size, row.people, row.renames), sizes(row.reported, row.people_reported, row.renames_reported)))
    }

    async fn report_batch(&mut self, id: Uuid) -> Result<()> {
        let update = sqlx::query!(
            "UPDATE batches SET reported = size, people_reported = people, renames_reported = renames WHERE id = $1",
            id
        );
        update.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn forget_departed_since(&mut self, since: Timestamp) -> Result<()> {
        let people = sqlx::query!("DELETE FROM departed_people WHERE at > $1", since.millis());
        people.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn take_departures(&mut self, span: &Span, taken: &Taken, batch: Uuid) -> Result<u64> {
        let open = " AND undone IS NULL";
        match taken {
            Taken::Unbatched => self.move_departures(span, " AND batch IS NULL", None, batch).await,
            Taken::All => self.move_departures(span, open, None, batch).await,
            Taken::Of(targets) => {
                let mut size = 0;
                for part in targets.chunks(IDS) {
                    size += self.move_departures(span, open, Some(part), batch).await?;
                }
                Ok(size)
            }
        }
    }

    async fn losses(&mut self, span: &Span) -> Result<Losses> {
        let mut query = QueryBuilder::<Db>::new(LOSSES);
        push_span(&mut query, span);
        query.push(" AND undone IS NULL");
        query.build_query_as().fetch_one(&mut *self.0).await.map(losses).map_err(failed)
    }

    async fn lock_batch(&mut self, id: Uuid) -> Result<Option<Batch>> {
        let row = dialect::lock_as!(
            BatchRow,
            "SELECT id, token, opened, latest, state, approved_until, closed, restored, failed FROM batches WHERE id = $1",
            id
        );
        row.fetch_optional(&mut *self.0).await.map_err(failed)?.map(Batch::try_from).transpose()
    }

    async fn update_batch(&mut self, batch: &Batch) -> Result<()> {
        let update = sqlx::query!(
            "UPDATE batches SET state = $2, approved_until = $3, closed = $4, restored = $5, failed = $6 WHERE id = $1",
            batch.id,
            batch.state.as_str(),
            batch.approved_until.map(Timestamp::millis),
            batch.closed.map(Timestamp::millis),
            batch.undone.map(|undone| bounded(undone.restored)),
            batch.undone.map(|undone| bounded(undone.failed)),
        );
        update.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn close_empty_batches(&mut self, at: Timestamp) -> Result<()> {
        let update = sqlx::query!(
            "UPDATE batches SET state = 'undone', closed = $1 WHERE state = 'open'
                AND NOT EXISTS (SELECT 1 FROM departures WHERE batch = batches.id AND undone IS NULL)",
            at.millis()
        );
        update.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn batch_tokens(&mut self, batch: Uuid) -> Result<Vec<TokenId>> {
        let tokens = sqlx::query_scalar!("SELECT token FROM batch_tokens WHERE batch = $1 ORDER BY token", batch);
        Ok(tokens.fetch_all(&mut *self.0).await.map_err(failed)?.into_iter().map(TokenId).collect())
    }

    async fn batches(&mut self, limit: u64) -> Result<Vec<BatchSummary>> {
        let rows = sqlx::query_as!(
            BatchRow,
            "SELECT id, token, opened, latest, state, approved_until, closed, restored, failed FROM batches
            ORDER BY opened DESC, id DESC LIMIT $1",
            bounded(limit)
        );
        let mut summaries = Vec::new();
        for row in rows.fetch_all(&mut *self.0).await.map_err(failed)? {
            summaries.push(self.summary(row).await?);
        }
        Ok(summaries)
    }

    async fn batch_summary(&mut self, id: Uuid) -> Result<Option<BatchSummary>> {
        let row = sqlx::query_as!(
            BatchRow,
            "SELECT id, token, opened, latest, state, approved_until, closed, restored, failed FROM batches WHERE id = $1",
            id
        );
        match row.fetch_optional(&mut *self.0).await.map_err(failed)? {
            Some(row) => self.summary(row).await.map(Some),
            None => Ok(None),
        }
    }

    async fn departures(&mut self, chosen: &Chosen, limit: u64) -> Result<Vec<(i64, Departure)>> {
        let mut query = QueryBuilder::<Db>::new("SELECT ");
        query.push(DEPARTURE).push(" FROM departures WHERE batch = ").push_bind(chosen.batch);
        if let Some(targets) = &chosen.targets {
            query.push(" AND target IN ");
            push_ids(&mut query, targets.get(..IDS).unwrap_or(targets));
        }
        if let Some(below) = chosen.below {
            query.push(" AND seq < ").push_bind(below);
        }
        push_name(&mut query, &chosen.name);
        self.select_departures(query, limit).await
    }

    async fn departures_in(&mut self, span: &Span, name: &str, limit: u64) -> Result<Vec<Departure>> {
        let mut query = QueryBuilder::<Db>::new("SELECT ");
        query.push(DEPARTURE).push(" FROM departures WHERE ");
        push_span(&mut query, span);
        push_name(&mut query, name);
        Ok(self.select_departures(query, limit).await?.into_iter().map(|(_, departure)| departure).collect())
    }

    async fn undo_departures(&mut self, seqs: &[i64], at: Timestamp) -> Result<()> {
        for part in seqs.chunks(IDS) {
            let mut query = QueryBuilder::<Db>::new("UPDATE departures SET undone = ");
            query.push_bind(at.millis()).push(" WHERE seq IN (");
            let mut list = query.separated(", ");
            for seq in part {
                list.push_bind(*seq);
            }
            query.push(")");
            query.build().execute(&mut *self.0).await.map_err(failed)?;
        }
        Ok(())
    }

    async fn population(&mut self, from: Timestamp, until: Timestamp) -> Result<u64> {
        let (from, until) = (from.millis() / HOUR_MILLIS, until.millis() / HOUR_MILLIS);
        let active = sqlx::query_scalar!(
            r#"SELECT COALESCE(
                (SELECT MIN(active) FROM population_samples WHERE hour >= $1 AND hour < $2),
                (SELECT active FROM population_samples WHERE hour < $1 ORDER BY hour DESC LIMIT 1),
                0
            ) AS "active!: i64""#,
            from,
            until
        );
        Ok(active.fetch_one(&mut *self.0).await.map_err(failed)?.unsigned_abs())
    }

    async fn population_samples(&mut self, since: Timestamp) -> Result<Vec<(Timestamp, u64)>> {
        let samples = sqlx::query!(
            "SELECT hour, active FROM population_samples WHERE hour >= $1 ORDER BY hour",
            since.millis() / HOUR_MILLIS
        );
        let samples = samples.fetch_all(&mut *self.0).await.map_err(failed)?;
        let sample =
            samples.into_iter().map(|row| (Timestamp::from_millis(row.hour * HOUR_MILLIS), row.active.unsigned_abs()));
        Ok(sample.collect())
    }

    async fn sample_population(&mut self, at: Timestamp, before: Timestamp) -> Result<()> {
        let (hour, before) = (at.millis() / HOUR_MILLIS, before.millis() / HOUR_MILLIS);
        let sample = sqlx::query!(
            "INSERT INTO population_samples (hour, active)
            SELECT CAST($1 AS BIGINT), CAST(COALESCE(SUM(active), 0) AS BIGINT) FROM user_blocks WHERE TRUE
            ON CONFLICT (hour) DO UPDATE SET active = excluded.active
                WHERE excluded.active < population_samples.active",
            hour
        );
        sample.execute(&mut *self.0).await.map_err(failed)?;
        let forget = sqlx::query!(
            "DELETE FROM population_samples WHERE hour < (SELECT MAX(hour) FROM population_samples WHERE hour < $1)",
            before
        );
        forget.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn set_guard(&mut self, guard: &GuardSettings) -> Result<()> {
        let update = sqlx::query!(
            "UPDATE settings SET guard_mode = $1, guard_count = $2, guard_percent = $3, guard_cap = $4,
                guard_minutes = $5 WHERE id = 1",
            guard.mode.as_str(),
            i64::from(guard.count),
            i64::from(guard.percent),
            i64::from(guard.cap),
            i64::from(guard.minutes),
        );
        update.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }
}
