//! Backups, restores, and the removal of old rows.

use super::{Connection, failed};
use async_trait::async_trait;
use domain::{Result, Timestamp, store::Upkeep, upkeep::DatabaseHistory};

#[async_trait]
impl Upkeep for Connection<'_> {
    async fn upkeep(&mut self) -> Result<DatabaseHistory> {
        let row = sqlx::query!("SELECT horizon, backed_up, restored FROM upkeep WHERE id = 1");
        let row = row.fetch_one(&mut *self.0).await.map_err(failed)?;
        Ok(DatabaseHistory {
            horizon: row.horizon.map(Timestamp::from_millis),
            backed_up: row.backed_up.map(Timestamp::from_millis),
            restored: row.restored.map(Timestamp::from_millis),
        })
    }

    async fn set_horizon(&mut self, at: Timestamp) -> Result<()> {
        let update = sqlx::query!("UPDATE upkeep SET horizon = $1 WHERE id = 1", at.millis());
        update.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn set_backed_up(&mut self, at: Timestamp) -> Result<()> {
        let update = sqlx::query!("UPDATE upkeep SET backed_up = $1 WHERE id = 1", at.millis());
        update.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn remind_of_backup(&mut self, since: Timestamp, at: Timestamp) -> Result<bool> {
        let update = sqlx::query!(
            "UPDATE upkeep SET backup_reminded = $2
            WHERE id = 1 AND (backup_reminded IS NULL OR backup_reminded < $1 OR backup_reminded > $2)",
            since.millis(),
            at.millis()
        );
        Ok(update.execute(&mut *self.0).await.map_err(failed)?.rows_affected() > 0)
    }

    async fn set_restored(&mut self, at: Timestamp) -> Result<()> {
        let update = sqlx::query!("UPDATE upkeep SET restored = $1 WHERE id = 1", at.millis());
        update.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn pause_tokens(&mut self, at: Timestamp) -> Result<u64> {
        let update = sqlx::query!(
            "UPDATE tokens SET paused = $1
            WHERE paused IS NULL AND revoked IS NULL AND (expires IS NULL OR expires > $1)",
            at.millis()
        );
        Ok(update.execute(&mut *self.0).await.map_err(failed)?.rows_affected())
    }

    async fn delete_all_sessions(&mut self) -> Result<u64> {
        let count = sqlx::query_scalar!(r#"SELECT COUNT(signed_in) AS "count!: i64" FROM sessions"#);
        let count = count.fetch_one(&mut *self.0).await.map_err(failed)?;
        sqlx::query!("DELETE FROM sessions").execute(&mut *self.0).await.map_err(failed)?;
        Ok(count.unsigned_abs())
    }

    async fn delete_all_codes(&mut self) -> Result<u64> {
        let count = sqlx::query_scalar!(r#"SELECT COUNT(*) - COUNT(used) AS "count!: i64" FROM break_glass_codes"#);
        let count = count.fetch_one(&mut *self.0).await.map_err(failed)?;
        sqlx::query!("DELETE FROM break_glass_codes").execute(&mut *self.0).await.map_err(failed)?;
        Ok(count.unsigned_abs())
    }
}
