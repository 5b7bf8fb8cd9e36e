//! The work that units leave for later, so that they need not wait for each other's commits: sealing events, and adding
//! changes to the counts of the blocks.

use crate::{
    sql::{self, Connection},
    unit::Transaction,
};
use domain::Result;
use sqlx::{PgConnection, PgPool};

/// How many changes are added to the counts at once.
const BATCH: i64 = 10_000;

/// Settles what was committed before this call, batch by batch, each in a transaction of its own.
pub(crate) async fn run(pool: &PgPool) -> Result<()> {
    let mut connection = pool.acquire().await.map_err(sql::failed)?;
    let last = Last::read(&mut connection).await?;
    // Later commits may wait: a flood of writes must not keep this from ending.
    while last.is_left(&mut connection).await? {
        let mut transaction = Transaction::begin(&mut connection).await?;
        let settled = batch(&mut transaction.connection()).await;
        transaction.end(settled).await?;
    }
    Ok(())
}

/// The greatest ids to settle.
struct Last {
    event: Option<i64>,
    user_change: Option<i64>,
    group_change: Option<i64>,
}

impl Last {
    async fn read(connection: &mut PgConnection) -> Result<Self> {
        let last = sqlx::query_as!(
            Self,
            "SELECT (SELECT MAX(id) FROM audit_pending) AS event,
                (SELECT MAX(id) FROM user_block_changes) AS user_change,
                (SELECT MAX(id) FROM group_block_changes) AS group_change"
        );
        last.fetch_one(connection).await.map_err(sql::failed)
    }

    async fn is_left(&self, connection: &mut PgConnection) -> Result<bool> {
        // Usually there is nothing to settle, and these ids already show that.
        if (self.event, self.user_change, self.group_change) == (None, None, None) {
            return Ok(false);
        }
        let any = sqlx::query_scalar!(
            r#"SELECT EXISTS (SELECT 1 FROM audit_pending WHERE id <= $1)
                OR EXISTS (SELECT 1 FROM user_block_changes WHERE id <= $2)
                OR EXISTS (SELECT 1 FROM group_block_changes WHERE id <= $3) AS "any!: bool""#,
            self.event,
            self.user_change,
            self.group_change
        );
        any.fetch_one(connection).await.map_err(sql::failed)
    }
}

async fn batch(tx: &mut Connection<'_>) -> Result<()> {
    tx.take_lease().await?;
    tx.seal_batch().await?;
    tx.count_user_changes().await?;
    tx.count_group_changes().await
}

/// A row is deleted after it was inserted, so its change has the greater id, and taking the smallest ids first never
/// brings a count below zero.
impl Connection<'_> {
    async fn count_user_changes(&mut self) -> Result<()> {
        let add = sqlx::query!(
            "WITH changes AS (
                DELETE FROM user_block_changes WHERE id IN (SELECT id FROM user_block_changes ORDER BY id LIMIT $1)
                RETURNING block, total, active
            )
            INSERT INTO user_block_sums AS known (block, total, active)
            SELECT block, SUM(total), SUM(active) FROM changes GROUP BY block
            ON CONFLICT (block) DO UPDATE SET total = known.total + excluded.total, active = known.active + excluded.active",
            BATCH
        );
        if add.execute(&mut *self.0).await.map_err(sql::failed)?.rows_affected() > 0 {
            let delete = sqlx::query!("DELETE FROM user_block_sums WHERE total = 0");
            delete.execute(&mut *self.0).await.map_err(sql::failed)?;
        }
        Ok(())
    }

    async fn count_group_changes(&mut self) -> Result<()> {
        let add = sqlx::query!(
            "WITH changes AS (
                DELETE FROM group_block_changes WHERE id IN (SELECT id FROM group_block_changes ORDER BY id LIMIT $1)
                RETURNING block, total
            )
            INSERT INTO group_block_sums AS known (block, total)
            SELECT block, SUM(total) FROM changes GROUP BY block
            ON CONFLICT (block) DO UPDATE SET total = known.total + excluded.total",
            BATCH
        );
        if add.execute(&mut *self.0).await.map_err(sql::failed)?.rows_affected() > 0 {
            let delete = sqlx::query!("DELETE FROM group_block_sums WHERE total = 0");
            delete.execute(&mut *self.0).await.map_err(sql::failed)?;
        }
        Ok(())
    }
}
