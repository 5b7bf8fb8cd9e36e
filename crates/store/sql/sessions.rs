use super::{Connection, failed};
use async_trait::async_trait;
use domain::{
    BreakGlassId, Error, Result, Timestamp, UserId,
    session::{Holder, SessionKey, SessionRecord, SessionSummary},
    store::Sessions,
};

#[async_trait]
impl Sessions for Connection<'_> {
    async fn session(&mut self, key: SessionKey, now: Timestamp, idle: Timestamp) -> Result<Option<SessionRecord>> {
        let row = sqlx::query!(
            r#"SELECT account, sessions.generation, user_id, signed_in, seen AS "seen!", address, agent, data, expires
            FROM sessions
            LEFT JOIN break_glass_accounts ON break_glass_accounts.id = account
            LEFT JOIN users ON users.id = user_id
            WHERE key = $1 AND expires > $2 AND seen > $3 AND seen <= $2 + 60000
                AND (account IS NULL OR sessions.generation = break_glass_accounts.generation)
                AND (user_id IS NULL OR users.active)"#,
            key.as_slice(),
            now.millis(),
            idle.millis()
        );
        let Some(row) = row.fetch_optional(&mut *self.0).await.map_err(failed)? else { return Ok(None) };
        let holder = match (row.account, row.generation, row.user_id) {
            (Some(account), Some(generation), None) => Some(Holder::BreakGlass(BreakGlassId(account), generation)),
            (None, None, Some(user)) => Some(Holder::User(UserId(user))),
            (None, None, None) => None,
            _ => return Err(Error::Corrupt { table: "sessions", column: "account" }),
        };
        Ok(Some(SessionRecord {
            key,
            holder,
            signed_in: row.signed_in.map(Timestamp::from_millis),
            seen: Timestamp::from_millis(row.seen),
            address: row.address,
            agent: row.agent,
            data: row.data,
            expires: Timestamp::from_millis(row.expires),
        }))
    }

    async fn insert_session(&mut self, session: &SessionRecord) -> Result<bool> {
        let (account, generation, user) = parts(session);
        let insert = sqlx::query!(
            "INSERT INTO sessions (key, account, generation, user_id, signed_in, seen, address, agent, data, expires)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (key) DO NOTHING",
            session.key.as_slice(),
            account,
            generation,
            user,
            session.signed_in.map(Timestamp::millis),
            session.seen.millis(),
            session.address,
            session.agent,
            session.data,
            session.expires.millis()
        );
        Ok(insert.execute(&mut *self.0).await.map_err(failed)?.rows_affected() > 0)
    }

    async fn update_session(&mut self, session: &SessionRecord) -> Result<bool> {
        let (account, generation, user) = parts(session);
        let update = sqlx::query!(
            "UPDATE sessions SET account = $2, generation = $3, user_id = $4, signed_in = $5, data = $6, expires = $7,
                address = $8, agent = $9
            WHERE key = $1",
            session.key.as_slice(),
            account,
            generation,
            user,
            session.signed_in.map(Timestamp::millis),
            session.data,
            session.expires.millis(),
            session.address,
            session.agent,
        );
        Ok(update.execute(&mut *self.0).await.map_err(failed)?.rows_affected() > 0)
    }

    async fn touch_session(&mut self, key: SessionKey, at: Timestamp) -> Result<()> {
        let update = sqlx::query!("UPDATE sessions SET seen = $2 WHERE key = $1", key.as_slice(), at.millis());
        update.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn sessions(&mut self, now: Timestamp, idle: Timestamp) -> Result<Vec<SessionSummary>> {
        let rows = sqlx::query!(
            r#"SELECT key, COALESCE(break_glass_accounts.name, users.display_name, users.user_name) AS "name!: String",
                account IS NOT NULL AS "break_glass!: bool", signed_in AS "signed_in!", seen AS "seen!", address, agent,
                expires
            FROM sessions
            LEFT JOIN break_glass_accounts ON break_glass_accounts.id = account
            LEFT JOIN users ON users.id = user_id
            WHERE expires > $1 AND seen > $2 AND seen <= $1 + 60000 AND signed_in IS NOT NULL
                AND (sessions.generation = break_glass_accounts.generation OR users.active)
            ORDER BY seen DESC, key"#,
            now.millis(),
            idle.millis()
        );
        let rows = rows.fetch_all(&mut *self.0).await.map_err(failed)?;
        let sessions = rows.into_iter().map(|row| {
            Ok(SessionSummary {
                key: row.key.try_into().map_err(|_| Error::Corrupt { table: "sessions", column: "key" })?,
                name: row.name,
                break_glass: row.break_glass,
                signed_in: Timestamp::from_millis(row.signed_in),
                seen: Timestamp::from_millis(row.seen),
                address: row.address,
                agent: row.agent,
                expires: Timestamp::from_millis(row.expires),
            })
        });
        sessions.collect()
    }

    async fn count_user_sessions(&mut self, now: Timestamp) -> Result<u64> {
        let count = sqlx::query_scalar!(
            r#"SELECT COUNT(*) AS "count!: i64" FROM sessions WHERE user_id IS NOT NULL AND expires > $1"#,
            now.millis()
        );
        Ok(count.fetch_one(&mut *self.0).await.map_err(failed)?.unsigned_abs())
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

    async fn delete_sign_in(&mut self, account: BreakGlassId, signed_in: Timestamp) -> Result<()> {
        let delete =
            sqlx::query!("DELETE FROM sessions WHERE account = $1 AND signed_in = $2", account.0, signed_in.millis());
        delete.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn delete_sessions_of_user(&mut self, user: UserId) -> Result<()> {
        let delete = sqlx::query!("DELETE FROM sessions WHERE user_id = $1", user.0);
        delete.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn delete_sessions_before(&mut self, moment: Timestamp) -> Result<()> {
        let delete = sqlx::query!("DELETE FROM sessions WHERE expires < $1", moment.millis());
        delete.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }
}

type Parts = (Option<uuid::Uuid>, Option<i64>, Option<uuid::Uuid>);

fn parts(session: &SessionRecord) -> Parts {
    match session.holder {
        Some(Holder::BreakGlass(account, generation)) => (Some(account.0), Some(generation), None),
        Some(Holder::User(user)) => (None, None, Some(user.0)),
        None => (None, None, None),
    }
}
