use super::{Connection, dialect, failed};
use async_trait::async_trait;
use domain::{
    BreakGlassId, Error, Result, SessionId, Timestamp, UserId,
    console::Principal,
    identity::{Person, PersonId},
    role::Role,
    session::{Browser, SessionKey, SessionRecord, SessionSummary},
    store::Sessions,
};
use uuid::Uuid;

struct SessionRow {
    id: Uuid,
    key: Vec<u8>,
    account: Option<Uuid>,
    generation: Option<i64>,
    user_id: Option<Uuid>,
    name: String,
    role: String,
    signed_in: i64,
    checked: i64,
    reason: Option<String>,
    seen: i64,
    address: Option<String>,
    agent: Option<String>,
    expires: i64,
}

impl TryFrom<SessionRow> for SessionRecord {
    type Error = Error;

    fn try_from(row: SessionRow) -> Result<Self> {
        let corrupt = |column| Error::Corrupt { table: "sessions", column };
        let id = match (row.account, row.generation, row.user_id) {
            (Some(account), Some(_), None) => PersonId::BreakGlass(BreakGlassId(account)),
            (None, None, Some(user)) => PersonId::User(UserId(user)),
            _ => return Err(corrupt("account")),
        };
        let principal = Principal {
            person: Person { id, name: row.name },
            generation: row.generation,
            role: Role::parse(&row.role).ok_or(corrupt("role"))?,
            since: Timestamp::from_millis(row.signed_in),
            checked: Timestamp::from_millis(row.checked),
            reason: row.reason,
            ends: Timestamp::from_millis(row.expires),
            session: SessionId(row.id),
        };
        Ok(Self {
            principal,
            key: row.key.try_into().map_err(|_| corrupt("key"))?,
            seen: Timestamp::from_millis(row.seen),
            browser: Browser { address: row.address, agent: row.agent },
        })
    }
}

#[async_trait]
impl Sessions for Connection<'_> {
    async fn session(&mut self, key: SessionKey, now: Timestamp, idle: Timestamp) -> Result<Option<SessionRecord>> {
        let row = sqlx::query_as!(
            SessionRow,
            r#"SELECT sessions.id AS "id!: Uuid", key AS "key!", account, sessions.generation, user_id,
                sessions.name AS "name!", sessions.role AS "role!", signed_in AS "signed_in!", checked AS "checked!",
                reason, seen AS "seen!", address, agent, expires AS "expires!"
            FROM sessions
            LEFT JOIN break_glass_accounts ON break_glass_accounts.id = account
            LEFT JOIN users ON users.id = user_id
            WHERE key = $1 AND expires > $2 AND seen > $3 AND seen <= $2 + 60000
                AND (sessions.generation = break_glass_accounts.generation OR users.active)"#,
            key.as_slice(),
            now.millis(),
            idle.millis()
        );
        row.fetch_optional(&mut *self.0).await.map_err(failed)?.map(SessionRecord::try_from).transpose()
    }

    async fn hold_session(&mut self, id: SessionId, now: Timestamp, idle: Timestamp) -> Result<bool> {
        let held = dialect::hold_session!(
            r#"SELECT sessions.id AS "id!: Uuid" FROM sessions
            LEFT JOIN break_glass_accounts ON break_glass_accounts.id = account
            LEFT JOIN users ON users.id = user_id
            WHERE sessions.id = $1 AND expires > $2 AND seen > $3 AND seen <= $2 + 60000
                AND (sessions.generation = break_glass_accounts.generation OR users.active)"#,
            id.0,
            now.millis(),
            idle.millis()
        );
        Ok(held.fetch_optional(&mut *self.0).await.map_err(failed)?.is_some())
    }

    async fn insert_session(&mut self, session: &SessionRecord) -> Result<()> {
        let principal = &session.principal;
        let (account, user) = match principal.person.id {
            PersonId::BreakGlass(account) => (Some(account.0), None),
            PersonId::User(user) => (None, Some(user.0)),
        };
        let insert = sqlx::query!(
            "INSERT INTO sessions (id, key, account, generation, user_id, name, role, signed_in, checked, reason, seen,
                address, agent, expires)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
            principal.session.0,
            session.key.as_slice(),
            account,
            principal.generation,
            user,
            principal.person.name,
            principal.role.as_str(),
            principal.since.millis(),
            principal.checked.millis(),
            principal.reason,
            session.seen.millis(),
            session.browser.address,
            session.browser.agent,
            principal.ends.millis()
        );
        insert.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn replace_session_key(
        &mut self,
        confirmed: &Principal,
        key: SessionKey,
        next_key: SessionKey,
    ) -> Result<bool> {
        let update = sqlx::query!(
            "UPDATE sessions SET key = $3, previous_key = $2, generation = $4, checked = $5, reason = $6
            WHERE id = $1 AND key = $2",
            confirmed.session.0,
            key.as_slice(),
            next_key.as_slice(),
            confirmed.generation,
            confirmed.checked.millis(),
            confirmed.reason
        );
        Ok(update.execute(&mut *self.0).await.map_err(failed)?.rows_affected() > 0)
    }

    async fn touch_session(&mut self, id: SessionId, at: Timestamp) -> Result<()> {
        let update = sqlx::query!("UPDATE sessions SET seen = $2 WHERE id = $1", id.0, at.millis());
        update.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn sessions(&mut self, now: Timestamp, idle: Timestamp) -> Result<Vec<SessionSummary>> {
        let rows = sqlx::query!(
            r#"SELECT sessions.id AS "id!: Uuid", sessions.name AS "name!", account IS NOT NULL AS "break_glass!: bool",
                signed_in AS "signed_in!", seen AS "seen!", address, agent, expires AS "expires!"
            FROM sessions
            LEFT JOIN break_glass_accounts ON break_glass_accounts.id = account
            LEFT JOIN users ON users.id = user_id
            WHERE expires > $1 AND seen > $2 AND seen <= $1 + 60000
                AND (sessions.generation = break_glass_accounts.generation OR users.active)
            ORDER BY seen DESC, sessions.id"#,
            now.millis(),
            idle.millis()
        );
        let rows = rows.fetch_all(&mut *self.0).await.map_err(failed)?;
        let sessions = rows.into_iter().map(|row| SessionSummary {
            id: SessionId(row.id),
            name: row.name,
            break_glass: row.break_glass,
            signed_in: Timestamp::from_millis(row.signed_in),
            seen: Timestamp::from_millis(row.seen),
            browser: Browser { address: row.address, agent: row.agent },
            expires: Timestamp::from_millis(row.expires),
        });
        Ok(sessions.collect())
    }

    async fn count_user_sessions(&mut self, now: Timestamp) -> Result<u64> {
        let count = sqlx::query_scalar!(
            r#"SELECT COUNT(*) AS "count!: i64" FROM sessions WHERE user_id IS NOT NULL AND expires > $1"#,
            now.millis()
        );
        Ok(count.fetch_one(&mut *self.0).await.map_err(failed)?.unsigned_abs())
    }

    async fn delete_session(&mut self, id: SessionId) -> Result<bool> {
        let delete = sqlx::query!("DELETE FROM sessions WHERE id = $1", id.0);
        Ok(delete.execute(&mut *self.0).await.map_err(failed)?.rows_affected() > 0)
    }

    async fn delete_session_with(&mut self, key: SessionKey) -> Result<Option<SessionRecord>> {
        let row = sqlx::query_as!(
            SessionRow,
            r#"DELETE FROM sessions WHERE key = $1 OR previous_key = $1
            RETURNING id AS "id!: Uuid", key AS "key!", account, generation, user_id, name AS "name!", role AS "role!",
                signed_in AS "signed_in!", checked AS "checked!", reason, seen AS "seen!", address, agent,
                expires AS "expires!""#,
            key.as_slice()
        );
        row.fetch_optional(&mut *self.0).await.map_err(failed)?.map(SessionRecord::try_from).transpose()
    }

    async fn delete_sessions_of(&mut self, account: BreakGlassId, kept: Option<SessionId>) -> Result<()> {
        let kept = kept.map_or(Uuid::nil(), |id| id.0);
        let delete = sqlx::query!("DELETE FROM sessions WHERE account = $1 AND id <> $2", account.0, kept);
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
