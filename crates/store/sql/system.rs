use super::{Connection, ROWS, dialect, failed};
use crate::Db;
use async_trait::async_trait;
use domain::{
    Result, Timestamp,
    activity::{Record, Summary},
    audit::Event,
    settings::Settings,
    store::System,
};
use sqlx::QueryBuilder;

struct SettingsRow {
    provisioning: bool,
    provisioning_changed: Option<i64>,
}

impl From<SettingsRow> for Settings {
    fn from(row: SettingsRow) -> Self {
        Self {
            provisioning: row.provisioning,
            provisioning_changed: row.provisioning_changed.map(Timestamp::from_millis),
        }
    }
}

#[async_trait]
impl System for Connection<'_> {
    async fn settings(&mut self) -> Result<Settings> {
        let row = sqlx::query_as!(SettingsRow, "SELECT provisioning, provisioning_changed FROM settings WHERE id = 1");
        Ok(row.fetch_one(&mut *self.0).await.map_err(failed)?.into())
    }

    async fn set_provisioning(&mut self, on: bool, at: Timestamp) -> Result<bool> {
        let update = sqlx::query!(
            "UPDATE settings SET provisioning = $1, provisioning_changed = $2 WHERE id = 1 AND provisioning <> $1",
            on,
            at.millis()
        );
        Ok(update.execute(&mut *self.0).await.map_err(failed)?.rows_affected() > 0)
    }

    async fn lock_settings(&mut self) -> Result<()> {
        let row =
            dialect::lock_as!(SettingsRow, "SELECT provisioning, provisioning_changed FROM settings WHERE id = 1",);
        row.fetch_one(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn append_event(&mut self, event: &Event) -> Result<()> {
        let (kind, id, name) = event.actor.parts();
        let insert = sqlx::query!(
            "INSERT INTO audit_events (at, actor_kind, actor_id, actor_name, address, action, target, target_name)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            event.at.millis(),
            kind,
            id,
            name,
            event.address,
            event.action.as_str(),
            event.target,
            event.target_name,
        );
        insert.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn count_events(&mut self) -> Result<u64> {
        let count = sqlx::query_scalar!(r#"SELECT COUNT(*) AS "count!: i64" FROM audit_events"#);
        Ok(count.fetch_one(&mut *self.0).await.map_err(failed)?.unsigned_abs())
    }

    async fn append_records(&mut self, records: &[Record]) -> Result<()> {
        for part in records.chunks(ROWS) {
            let mut query = QueryBuilder::<Db>::new(
                "INSERT INTO activity (at, token, address, operation, subject, target, outcome, detail) ",
            );
            query.push_values(part, |mut row, record| {
                let call = &record.call;
                row.push_bind(call.at.millis()).push_bind(call.token.map(|id| id.0));
                row.push_bind(call.address.clone()).push_bind(call.operation.as_str());
                row.push_bind(call.subject.as_str()).push_bind(record.target);
                row.push_bind(record.outcome.as_str()).push_bind(record.detail.clone());
            });
            query.build().execute(&mut *self.0).await.map_err(failed)?;
        }
        Ok(())
    }

    async fn summarise_records(&mut self, since: Timestamp) -> Result<Summary> {
        let row = sqlx::query!(
            r#"SELECT COUNT(token) AS "calls!: i64",
                COUNT(token) FILTER (WHERE outcome IN ('refused', 'failed')) AS "refused!: i64",
                COUNT(*) - COUNT(token) AS "strangers!: i64",
                (SELECT MAX(at) FROM activity WHERE token IS NOT NULL) AS "last_call: i64",
                (SELECT MIN(at) FROM activity WHERE operation = 'look_up' AND outcome = 'empty')
                    AS "first_test: i64",
                (SELECT MIN(at) FROM activity WHERE operation = 'create' AND subject = 'user' AND outcome = 'done')
                    AS "first_user: i64"
            FROM activity WHERE at >= $1"#,
            since.millis()
        );
        let row = row.fetch_one(&mut *self.0).await.map_err(failed)?;
        Ok(Summary {
            last_call: row.last_call.map(Timestamp::from_millis),
            first_test: row.first_test.map(Timestamp::from_millis),
            first_user: row.first_user.map(Timestamp::from_millis),
            calls: row.calls.unsigned_abs(),
            refused: row.refused.unsigned_abs(),
            strangers: row.strangers.unsigned_abs(),
        })
    }

    async fn delete_records_before(&mut self, moment: Timestamp) -> Result<()> {
        let delete = sqlx::query!(
            "DELETE FROM activity WHERE at < $1
                AND at <> COALESCE((SELECT MAX(at) FROM activity WHERE token IS NOT NULL), -1)
                AND at <> COALESCE(
                    (SELECT MIN(at) FROM activity WHERE operation = 'look_up' AND outcome = 'empty'), -1)
                AND at <> COALESCE(
                    (SELECT MIN(at) FROM activity
                    WHERE operation = 'create' AND subject = 'user' AND outcome = 'done'), -1)",
            moment.millis()
        );
        delete.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }
}
