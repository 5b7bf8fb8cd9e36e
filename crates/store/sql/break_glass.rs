use super::{Connection, bounded, failed};
use async_trait::async_trait;
use domain::{
    BreakGlassId, Error, Result, Timestamp,
    break_glass::{Account, Code, CodeKind, Holdings},
    fold,
    store::BreakGlass,
};
use uuid::Uuid;

struct AccountRow {
    id: Uuid,
    name: String,
    secret_hash: String,
    next_hash: Option<String>,
    generation: i64,
    created: i64,
    secret_changed: i64,
    proven: Option<i64>,
    used: Option<i64>,
    drilled: Option<i64>,
}

impl From<AccountRow> for Account {
    fn from(row: AccountRow) -> Self {
        Self {
            id: BreakGlassId(row.id),
            name: row.name,
            secret_hash: row.secret_hash,
            next_hash: row.next_hash,
            generation: row.generation,
            created: Timestamp::from_millis(row.created),
            secret_changed: Timestamp::from_millis(row.secret_changed),
            proven: row.proven.map(Timestamp::from_millis),
            used: row.used.map(Timestamp::from_millis),
            drilled: row.drilled.map(Timestamp::from_millis),
        }
    }
}

#[async_trait]
impl BreakGlass for Connection<'_> {
    async fn break_glass(&mut self) -> Result<Vec<Holdings>> {
        let rows = sqlx::query!(
            r#"SELECT id, name, secret_hash, next_hash, generation, created, secret_changed, proven, used, drilled,
                (SELECT COUNT(*) FROM break_glass_codes
                WHERE account = break_glass_accounts.id AND kind = 'recovery' AND used IS NULL) AS "codes!: i64",
                (SELECT COUNT(*) FROM break_glass_devices
                WHERE account = break_glass_accounts.id) AS "devices!: i64"
            FROM break_glass_accounts ORDER BY created, id"#
        );
        let rows = rows.fetch_all(&mut *self.0).await.map_err(failed)?;
        let holdings = rows.into_iter().map(|row| {
            let account = AccountRow {
                id: row.id,
                name: row.name,
                secret_hash: row.secret_hash,
                next_hash: row.next_hash,
                generation: row.generation,
                created: row.created,
                secret_changed: row.secret_changed,
                proven: row.proven,
                used: row.used,
                drilled: row.drilled,
            };
            Holdings { account: account.into(), codes: row.codes.unsigned_abs(), devices: row.devices.unsigned_abs() }
        });
        Ok(holdings.collect())
    }

    async fn break_glass_account(&mut self, id: BreakGlassId) -> Result<Option<Account>> {
        let row = sqlx::query_as!(
            AccountRow,
            "SELECT id, name, secret_hash, next_hash, generation, created, secret_changed, proven, used, drilled
            FROM break_glass_accounts WHERE id = $1",
            id.0
        );
        Ok(row.fetch_optional(&mut *self.0).await.map_err(failed)?.map(Account::from))
    }

    async fn break_glass_by_key(&mut self, key: &str) -> Result<Option<Account>> {
        let row = sqlx::query_as!(
            AccountRow,
            "SELECT id, name, secret_hash, next_hash, generation, created, secret_changed, proven, used, drilled
            FROM break_glass_accounts WHERE name_key = $1",
            key
        );
        Ok(row.fetch_optional(&mut *self.0).await.map_err(failed)?.map(Account::from))
    }

    async fn insert_break_glass(&mut self, account: &Account) -> Result<()> {
        let insert = sqlx::query!(
            "INSERT INTO break_glass_accounts (id, name, name_key, secret_hash, next_hash, generation, created,
                secret_changed, proven, used, drilled)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            account.id.0,
            account.name,
            fold(&account.name),
            account.secret_hash,
            account.next_hash,
            account.generation,
            account.created.millis(),
            account.secret_changed.millis(),
            account.proven.map(Timestamp::millis),
            account.used.map(Timestamp::millis),
            account.drilled.map(Timestamp::millis),
        );
        insert.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn delete_break_glass(&mut self, id: BreakGlassId) -> Result<()> {
        let delete = sqlx::query!("DELETE FROM break_glass_accounts WHERE id = $1", id.0);
        delete.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn set_break_glass_secret(&mut self, id: BreakGlassId, hash: &str, at: Timestamp) -> Result<()> {
        let update = sqlx::query!(
            "UPDATE break_glass_accounts SET secret_hash = $2, next_hash = NULL, generation = generation + 1,
                secret_changed = $3, proven = NULL, used = NULL
            WHERE id = $1",
            id.0,
            hash,
            at.millis()
        );
        update.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn set_next_break_glass_secret(&mut self, id: BreakGlassId, hash: &str) -> Result<()> {
        let update = sqlx::query!("UPDATE break_glass_accounts SET next_hash = $2 WHERE id = $1", id.0, hash);
        update.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn promote_break_glass(&mut self, id: BreakGlassId, next_hash: &str, at: Timestamp) -> Result<bool> {
        let update = sqlx::query!(
            "UPDATE break_glass_accounts SET secret_hash = next_hash, next_hash = NULL, generation = generation + 1,
                secret_changed = $3, proven = $3, used = NULL
            WHERE id = $1 AND next_hash = $2",
            id.0,
            next_hash,
            at.millis()
        );
        Ok(update.execute(&mut *self.0).await.map_err(failed)?.rows_affected() > 0)
    }

    async fn prove_break_glass(&mut self, id: BreakGlassId, hash: &str, at: Timestamp) -> Result<bool> {
        let update = sqlx::query!(
            "UPDATE break_glass_accounts SET proven = $3 WHERE id = $1 AND secret_hash = $2",
            id.0,
            hash,
            at.millis()
        );
        Ok(update.execute(&mut *self.0).await.map_err(failed)?.rows_affected() > 0)
    }

    async fn mark_break_glass_used(&mut self, id: BreakGlassId, at: Timestamp) -> Result<()> {
        let update = sqlx::query!("UPDATE break_glass_accounts SET used = $2 WHERE id = $1", id.0, at.millis());
        update.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn mark_break_glass_drilled(&mut self, id: BreakGlassId, at: Timestamp) -> Result<()> {
        let update = sqlx::query!("UPDATE break_glass_accounts SET drilled = $2 WHERE id = $1", id.0, at.millis());
        update.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn insert_codes(&mut self, codes: &[Code]) -> Result<()> {
        for code in codes {
            let insert = sqlx::query!(
                "INSERT INTO break_glass_codes (hash, account, kind, created, expires) VALUES ($1, $2, $3, $4, $5)",
                code.hash.as_slice(),
                code.account.0,
                code.kind.as_str(),
                code.created.millis(),
                code.expires.map(Timestamp::millis),
            );
            insert.execute(&mut *self.0).await.map_err(failed)?;
        }
        Ok(())
    }

    async fn delete_recovery_codes(&mut self, id: BreakGlassId) -> Result<()> {
        let delete = sqlx::query!("DELETE FROM break_glass_codes WHERE account = $1 AND kind = 'recovery'", id.0);
        delete.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn use_code(&mut self, id: BreakGlassId, hash: [u8; 32], now: Timestamp) -> Result<Option<CodeKind>> {
        let kind = sqlx::query_scalar!(
            "UPDATE break_glass_codes SET used = $3
            WHERE hash = $2 AND account = $1 AND used IS NULL
                AND (expires IS NULL OR (expires > $3 AND created <= $3 + 60000))
            RETURNING kind",
            id.0,
            hash.as_slice(),
            now.millis()
        );
        let kind = kind.fetch_optional(&mut *self.0).await.map_err(failed)?;
        let corrupt = Error::Corrupt { table: "break_glass_codes", column: "kind" };
        kind.map(|kind| CodeKind::parse(&kind).ok_or(corrupt)).transpose()
    }

    async fn account_of_code(&mut self, hash: [u8; 32], now: Timestamp) -> Result<Option<BreakGlassId>> {
        let account = sqlx::query_scalar!(
            r#"SELECT account AS "account: Uuid" FROM break_glass_codes
            WHERE hash = $1 AND used IS NULL AND (expires IS NULL OR (expires > $2 AND created <= $2 + 60000))"#,
            hash.as_slice(),
            now.millis()
        );
        Ok(account.fetch_optional(&mut *self.0).await.map_err(failed)?.map(BreakGlassId))
    }

    async fn insert_break_glass_device(&mut self, key: [u8; 32], id: BreakGlassId, at: Timestamp) -> Result<()> {
        let insert = sqlx::query!(
            "INSERT INTO break_glass_devices (key, account, created) VALUES ($1, $2, $3)
            ON CONFLICT (key, account) DO UPDATE SET created = excluded.created",
            key.as_slice(),
            id.0,
            at.millis()
        );
        insert.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn has_break_glass_device(&mut self, key: [u8; 32]) -> Result<bool> {
        let known = sqlx::query_scalar!(
            r#"SELECT EXISTS (SELECT 1 FROM break_glass_devices WHERE key = $1) AS "known!: bool""#,
            key.as_slice()
        );
        known.fetch_one(&mut *self.0).await.map_err(failed)
    }

    async fn break_glass_devices(&mut self, limit: u64) -> Result<Vec<[u8; 32]>> {
        let keys = sqlx::query_scalar!(
            r#"SELECT key AS "key!" FROM break_glass_devices GROUP BY key ORDER BY MAX(created) DESC LIMIT $1"#,
            bounded(limit)
        );
        let keys = keys.fetch_all(&mut *self.0).await.map_err(failed)?;
        let corrupt = |_| Error::Corrupt { table: "break_glass_devices", column: "key" };
        keys.into_iter().map(|key| key.try_into().map_err(corrupt)).collect()
    }

    async fn delete_break_glass_devices(&mut self, id: BreakGlassId, kept: Option<[u8; 32]>) -> Result<()> {
        let delete = sqlx::query!(
            "DELETE FROM break_glass_devices WHERE account = $1 AND key <> $2",
            id.0,
            kept.as_ref().map_or(&[][..], |key| key.as_slice())
        );
        delete.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn delete_break_glass_devices_before(&mut self, moment: Timestamp) -> Result<()> {
        let delete = sqlx::query!("DELETE FROM break_glass_devices WHERE created < $1", moment.millis());
        delete.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }
}
