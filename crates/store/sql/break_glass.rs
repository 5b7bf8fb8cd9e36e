use super::{Connection, failed};
use async_trait::async_trait;
use domain::{BreakGlassId, Result, Timestamp, break_glass::Account, fold, store::BreakGlass};
use uuid::Uuid;

struct AccountRow {
    id: Uuid,
    name: String,
    secret_hash: String,
    created: i64,
    secret_changed: i64,
    proven: Option<i64>,
}

impl From<AccountRow> for Account {
    fn from(row: AccountRow) -> Self {
        Self {
            id: BreakGlassId(row.id),
            name: row.name,
            secret_hash: row.secret_hash,
            created: Timestamp::from_millis(row.created),
            secret_changed: Timestamp::from_millis(row.secret_changed),
            proven: row.proven.map(Timestamp::from_millis),
        }
    }
}

#[async_trait]
impl BreakGlass for Connection<'_> {
    async fn break_glass(&mut self) -> Result<Vec<Account>> {
        let rows = sqlx::query_as!(
            AccountRow,
            "SELECT id, name, secret_hash, created, secret_changed, proven FROM break_glass_accounts
            ORDER BY created, id"
        );
        let rows = rows.fetch_all(&mut *self.0).await.map_err(failed)?;
        Ok(rows.into_iter().map(Account::from).collect())
    }

    async fn break_glass_by_key(&mut self, key: &str) -> Result<Option<Account>> {
        let row = sqlx::query_as!(
            AccountRow,
            "SELECT id, name, secret_hash, created, secret_changed, proven FROM break_glass_accounts
            WHERE name_key = $1",
            key
        );
        Ok(row.fetch_optional(&mut *self.0).await.map_err(failed)?.map(Account::from))
    }

    async fn insert_break_glass(&mut self, account: &Account) -> Result<()> {
        let insert = sqlx::query!(
            "INSERT INTO break_glass_accounts (id, name, name_key, secret_hash, created, secret_changed, proven)
            VALUES ($1, $2, $3, $4, $5, $6, $7)",
            account.id.0,
            account.name,
            fold(&account.name),
            account.secret_hash,
            account.created.millis(),
            account.secret_changed.millis(),
            account.proven.map(Timestamp::millis),
        );
        insert.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn set_break_glass_secret(&mut self, id: BreakGlassId, hash: &str, at: Timestamp) -> Result<()> {
        let update = sqlx::query!(
            "UPDATE break_glass_accounts SET secret_hash = $2, secret_changed = $3, proven = NULL WHERE id = $1",
            id.0,
            hash,
            at.millis()
        );
        update.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
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
}
