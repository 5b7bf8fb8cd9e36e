use super::{Connection, bounded, dialect, failed};
use async_trait::async_trait;
use domain::{
    Error, Result, Timestamp, TokenId,
    guard::{Batch, BatchState, BatchSummary, Departure, DepartureKind},
    settings::GuardSettings,
    store::Guards,
};
use uuid::Uuid;

struct BatchRow {
    id: Uuid,
    token: Uuid,
    opened: i64,
    latest: i64,
    state: String,
    approved_until: Option<i64>,
    closed: Option<i64>,
}

impl TryFrom<BatchRow> for Batch {
    type Error = Error;

    fn try_from(row: BatchRow) -> Result<Self> {
        Ok(Self {
            id: row.id,
            token: TokenId(row.token),
            opened: Timestamp::from_millis(row.opened),
            latest: Timestamp::from_millis(row.latest),
            state: BatchState::parse(&row.state).ok_or(Error::Corrupt { table: "batches", column: "state" })?,
            approved_until: row.approved_until.map(Timestamp::from_millis),
            closed: row.closed.map(Timestamp::from_millis),
        })
    }
}

#[async_trait]
impl Guards for Connection<'_> {
    async fn last_batch(&mut self, token: TokenId, since: Timestamp) -> Result<Option<Batch>> {
        let row = sqlx::query_as!(
            BatchRow,
            "SELECT id, token, opened, latest, state, approved_until, closed FROM batches
            WHERE token = $1 AND (latest >= $2 OR approved_until >= $2) ORDER BY opened DESC, id DESC LIMIT 1",
            token.0,
            since.millis()
        );
        row.fetch_optional(&mut *self.0).await.map_err(failed)?.map(Batch::try_from).transpose()
    }

    async fn departed(&mut self, token: TokenId, since: Timestamp) -> Result<u64> {
        let people = sqlx::query_scalar!(
            r#"SELECT CAST(COALESCE(SUM(weight), 0) AS BIGINT) AS "people!: i64" FROM departures
            WHERE token = $1 AND at > $2"#,
            token.0,
            since.millis()
        );
        Ok(people.fetch_one(&mut *self.0).await.map_err(failed)?.unsigned_abs())
    }

    async fn insert_departure(&mut self, departure: &Departure) -> Result<()> {
        let insert = sqlx::query!(
            "INSERT INTO departures (id, at, token, kind, target, target_name, weight, before, batch)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            departure.id,
            departure.at.millis(),
            departure.token.0,
            departure.kind.as_str(),
            departure.target,
            departure.target_name,
            bounded(departure.weight),
            departure.before,
            departure.batch,
        );
        insert.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
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
        Ok(())
    }

    async fn touch_batch(&mut self, id: Uuid, at: Timestamp) -> Result<()> {
        let update = sqlx::query!("UPDATE batches SET latest = $2 WHERE id = $1 AND latest < $2", id, at.millis());
        update.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn gather_departures(&mut self, token: TokenId, since: Timestamp, batch: Uuid) -> Result<()> {
        let update = sqlx::query!(
            "UPDATE departures SET batch = $3 WHERE token = $1 AND at > $2 AND batch IS NULL",
            token.0,
            since.millis(),
            batch
        );
        update.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn lock_batch(&mut self, id: Uuid) -> Result<Option<Batch>> {
        let row = dialect::lock_as!(
            BatchRow,
            "SELECT id, token, opened, latest, state, approved_until, closed FROM batches WHERE id = $1",
            id
        );
        row.fetch_optional(&mut *self.0).await.map_err(failed)?.map(Batch::try_from).transpose()
    }

    async fn update_batch(&mut self, batch: &Batch) -> Result<()> {
        let update = sqlx::query!(
            "UPDATE batches SET state = $2, approved_until = $3, closed = $4 WHERE id = $1",
            batch.id,
            batch.state.as_str(),
            batch.approved_until.map(Timestamp::millis),
            batch.closed.map(Timestamp::millis),
        );
        update.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn batches(&mut self, limit: u64) -> Result<Vec<BatchSummary>> {
        let rows = sqlx::query!(
            r#"SELECT batches.id, batches.token, batches.opened, batches.latest, batches.state,
                batches.approved_until, batches.closed, COALESCE(tokens.name, '') AS "token_name!",
                (SELECT CAST(COALESCE(SUM(weight), 0) AS BIGINT) FROM departures
                WHERE batch = batches.id AND undone IS NULL) AS "weight!: i64"
            FROM batches LEFT JOIN tokens ON tokens.id = batches.token
            ORDER BY batches.opened DESC, batches.id DESC LIMIT $1"#,
            bounded(limit)
        );
        let rows = rows.fetch_all(&mut *self.0).await.map_err(failed)?;
        let summary = rows.into_iter().map(|row| {
            let (id, token, opened, latest, state) = (row.id, row.token, row.opened, row.latest, row.state);
            let (approved_until, closed) = (row.approved_until, row.closed);
            let batch = BatchRow { id, token, opened, latest, state, approved_until, closed }.try_into()?;
            Ok(BatchSummary { batch, token_name: row.token_name, weight: row.weight.unsigned_abs() })
        });
        summary.collect()
    }

    async fn departures(&mut self, batch: Uuid, limit: u64) -> Result<Vec<Departure>> {
        let rows = sqlx::query!(
            "SELECT id, at, token, kind, target, target_name, weight, before, batch FROM departures
            WHERE batch = $1 AND undone IS NULL ORDER BY id DESC LIMIT $2",
            batch,
            bounded(limit)
        );
        let rows = rows.fetch_all(&mut *self.0).await.map_err(failed)?;
        let departures = rows.into_iter().map(|row| {
            let kind = DepartureKind::parse(&row.kind).ok_or(Error::Corrupt { table: "departures", column: "kind" })?;
            Ok(Departure {
                id: row.id,
                at: Timestamp::from_millis(row.at),
                token: TokenId(row.token),
                kind,
                target: row.target,
                target_name: row.target_name,
                weight: row.weight.unsigned_abs(),
                before: row.before,
                batch: row.batch,
            })
        });
        departures.collect()
    }

    async fn undo_departure(&mut self, id: Uuid, at: Timestamp) -> Result<()> {
        let update = sqlx::query!("UPDATE departures SET undone = $2 WHERE id = $1", id, at.millis());
        update.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn population(&mut self) -> Result<Option<(u64, Timestamp)>> {
        let row = sqlx::query!("SELECT population, population_counted FROM settings WHERE id = 1");
        let row = row.fetch_one(&mut *self.0).await.map_err(failed)?;
        let counted = row.population_counted.map(Timestamp::from_millis);
        Ok(counted.map(|counted| (row.population.unsigned_abs(), counted)))
    }

    async fn set_population(&mut self, population: u64, at: Timestamp) -> Result<()> {
        let update = sqlx::query!(
            "UPDATE settings SET population = $1, population_counted = $2 WHERE id = 1",
            bounded(population),
            at.millis()
        );
        update.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn set_guard(&mut self, guard: &GuardSettings) -> Result<()> {
        let update = sqlx::query!(
            "UPDATE settings SET guard_mode = $1, guard_count = $2, guard_percent = $3, guard_minutes = $4 WHERE id = 1",
            guard.mode.as_str(),
            i64::from(guard.count),
            i64::from(guard.percent),
            i64::from(guard.minutes),
        );
        update.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }
}
