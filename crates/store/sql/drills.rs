use super::{Connection, bounded, failed};
use async_trait::async_trait;
use domain::{BreakGlassId, Error, Result, Timestamp, drill::Drill, store::Drills};
use uuid::Uuid;

struct DrillRow {
    id: Uuid,
    account: Uuid,
    account_name: String,
    signed_in: i64,
    started: i64,
    address: Option<String>,
    seed: Vec<u8>,
    task: Option<i64>,
    channels: String,
    seen: String,
    completed: Option<i64>,
}

impl TryFrom<DrillRow> for Drill {
    type Error = Error;

    fn try_from(row: DrillRow) -> Result<Self> {
        let list = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        Ok(Self {
            id: row.id,
            account: BreakGlassId(row.account),
            account_name: row.account_name,
            signed_in: Timestamp::from_millis(row.signed_in),
            started: Timestamp::from_millis(row.started),
            address: row.address,
            seed: row.seed.try_into().map_err(|_| Error::Corrupt { table: "drills", column: "seed" })?,
            task: row.task.map(Timestamp::from_millis),
            channels: list(&row.channels),
            seen: list(&row.seen),
            completed: row.completed.map(Timestamp::from_millis),
        })
    }
}

#[async_trait]
impl Drills for Connection<'_> {
    async fn insert_drill(&mut self, drill: &Drill) -> Result<()> {
        let insert = sqlx::query!(
            "INSERT INTO drills (id, account, account_name, signed_in, started, address, seed, task, channels, seen,
                completed)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            drill.id,
            drill.account.0,
            drill.account_name,
            drill.signed_in.millis(),
            drill.started.millis(),
            drill.address,
            drill.seed.as_slice(),
            drill.task.map(Timestamp::millis),
            drill.channels.join(" "),
            drill.seen.join(" "),
            drill.completed.map(Timestamp::millis),
        );
        insert.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn update_drill(&mut self, drill: &Drill) -> Result<()> {
        let update = sqlx::query!(
            "UPDATE drills SET task = $2, seen = $3, completed = $4 WHERE id = $1",
            drill.id,
            drill.task.map(Timestamp::millis),
            drill.seen.join(" "),
            drill.completed.map(Timestamp::millis),
        );
        update.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn drill(&mut self, id: Uuid) -> Result<Option<Drill>> {
        let row = sqlx::query_as!(
            DrillRow,
            "SELECT id, account, account_name, signed_in, started, address, seed, task, channels, seen, completed
            FROM drills WHERE id = $1",
            id
        );
        row.fetch_optional(&mut *self.0).await.map_err(failed)?.map(Drill::try_from).transpose()
    }

    async fn open_drill(&mut self, account: BreakGlassId, since: Timestamp) -> Result<Option<Drill>> {
        let row = sqlx::query_as!(
            DrillRow,
            "SELECT id, account, account_name, signed_in, started, address, seed, task, channels, seen, completed
            FROM drills WHERE account = $1 AND started >= $2 AND completed IS NULL ORDER BY started DESC LIMIT 1",
            account.0,
            since.millis()
        );
        row.fetch_optional(&mut *self.0).await.map_err(failed)?.map(Drill::try_from).transpose()
    }

    async fn drills(&mut self, limit: u64) -> Result<Vec<Drill>> {
        let rows = sqlx::query_as!(
            DrillRow,
            "SELECT id, account, account_name, signed_in, started, address, seed, task, channels, seen, completed
            FROM drills ORDER BY started DESC, id DESC LIMIT $1",
            bounded(limit)
        );
        rows.fetch_all(&mut *self.0).await.map_err(failed)?.into_iter().map(Drill::try_from).collect()
    }
}
