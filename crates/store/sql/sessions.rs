use super::{Connection, failed};
use async_trait::async_trait;
use domain::{
    BreakGlassId, Result, Timestamp,
    session::{SessionKey, SessionRecord},
    store::Sessions,
};

#[async_trait]
impl Sessions for Connection<'_> {
    async fn session(&mut self, key: SessionKey, now: Timestamp) -> Result<Option<SessionRecord>> {
        let row = sqlx::query!(
            "SELECT account, signed_in, data, expires FROM sessions WHERE key = $1 AND expires > $2
                AND NOT EXISTS (
                    SELECT 1 FROM break_glass_accounts AS holder
                    WHERE holder.id = sessions.account AND holder.secret_changed >= sessions.signed_in
                )",
            key.as_slice(),
            now.millis()
        );
        let row = row.fetch_optional(&mut *self.0).await.map_err(failed)?;
        Ok(row.map(|row| SessionRecord {
            key,
            account: row.account.map(BreakGlassId),
            signed_in: row.signed_in.map(Timestamp::from_millis),
            data: row.data,
            expires: Timestamp::from_millis(row.expires),
        }))
    }

    async fn insert_session(&mut self, session: &SessionRecord) -> Result<bool> {
        let insert = sqlx::query!(
            "INSERT INTO sessions (key, account, signed_in, data, expires) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (key) DO NOTHING",
            session.key.as_slice(),
            session.account.map(|id| id.0),
            session.signed_in.map(Timestamp::millis),
            session.data,
            session.expires.millis()
        );
        Ok(insert.execute(&mut *self.0).await.map_err(failed)?.rows_affected() > 0)
    }

    async fn update_session(&mut self, session: &SessionRecord) -> Result<bool> {
        let update = sqlx::query!(
            "UPDATE sessions SET account = $2, signed_in = $3, data = $4, expires = $5 WHERE key = $1",
            session.key.as_slice(),
            session.account.map(|id| id.0),
            session.signed_in.map(Timestamp::millis),
            session.data,
            session.expires.millis()
        );
        Ok(update.execute(&mut *self.0).await.map_err(failed)?.rows_affected() > 0)
    }

    async fn delete_session(&mut self, key: SessionKey) -> Result<()> {
        let delete = sqlx::query!("DELETE FROM sessions WHERE key = $1", key.as_slice());
        delete.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn delete_sessions_of(&mut self, account: BreakGlassId) -> Result<()> {
        let delete = sqlx::query!("DELETE FROM sessions WHERE account = $1", account.0);
        delete.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn delete_sessions_before(&mut self, moment: Timestamp) -> Result<()> {
        let delete = sqlx::query!("DELETE FROM sessions WHERE expires < $1", moment.millis());
        delete.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }
}
