use super::{Connection, ROWS, bounded, dialect, failed};
use crate::Db;
use async_trait::async_trait;
use domain::{
    Error, Result, Timestamp,
    activity::{LATEST, Record, Summary},
    settings::{GuardMode, GuardSettings, Settings},
    store::System,
};
use sqlx::QueryBuilder;

struct IdRow {
    #[expect(dead_code, reason = "only the lock counts")]
    id: i64,
}

pub(super) struct SettingsRow {
    pub(super) provisioning: bool,
    pub(super) provisioning_changed: Option<i64>,
    pub(super) guard_mode: String,
    pub(super) guard_count: i64,
    pub(super) guard_percent: i64,
    pub(super) guard_cap: i64,
    pub(super) guard_minutes: i64,
    pub(super) audit_days: i64,
}

impl TryFrom<SettingsRow> for Settings {
    type Error = Error;

    fn try_from(row: SettingsRow) -> Result<Self> {
        let corrupt = |column| Error::Corrupt { table: "settings", column };
        let number = |value, column| u32::try_from(value).map_err(|_| corrupt(column));
        Ok(Self {
            provisioning: row.provisioning,
            provisioning_changed: row.provisioning_changed.map(Timestamp::from_millis),
            guard: GuardSettings {
                mode: GuardMode::parse(&row.guard_mode).ok_or(corrupt("guard_mode"))?,
                count: number(row.guard_count, "guard_count")?,
                percent: number(row.guard_percent, "guard_percent")?,
                cap: number(row.guard_cap, "guard_cap")?,
                minutes: number(row.guard_minutes, "guard_minutes")?,
            },
            audit_days: number(row.audit_days, "audit_days")?,
        })
    }
}

#[async_trait]
impl System for Connection<'_> {
    async fn settings(&mut self) -> Result<Settings> {
        let row = sqlx::query_as!(
            SettingsRow,
            "SELECT provisioning, provisioning_changed, guard_mode, guard_count, guard_percent, guard_cap, guard_minutes,
                audit_days FROM settings WHERE id = 1"
        );
        row.fetch_one(&mut *self.0).await.map_err(failed)?.try_into()
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
        let row = dialect::lock_as!(IdRow, "SELECT id FROM settings WHERE id = 1",);
        row.fetch_one(&mut *self.0).await.map_err(failed)?;
        Ok(())
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
                MAX(at) FILTER (WHERE token IS NULL) AS "last_stranger: i64",
                (SELECT MAX(at) FROM activity WHERE token IS NOT NULL) AS "last_call: i64",
                (SELECT MIN(at) FROM activity WHERE operation = 'look_up' AND outcome = 'empty')
                    AS "first_test: i64",
                (SELECT MIN(at) FROM activity WHERE operation = 'create' AND subject = 'user' AND outcome = 'done')
                    AS "first_user: i64"
            FROM activity WHERE at >= $1"#,
            since.millis()
        );
        let row = row.fetch_one(&mut *self.0).await.map_err(failed)?;
        let latest = sqlx::query!(
            r#"SELECT COUNT(*) AS "calls!: i64",
                COUNT(*) FILTER (WHERE outcome IN ('refused', 'failed')) AS "refused!: i64"
            FROM (SELECT outcome FROM activity WHERE token IS NOT NULL AND at >= $1 ORDER BY at DESC LIMIT $2) AS latest"#,
            since.millis(),
            bounded(LATEST)
        );
        let latest = latest.fetch_one(&mut *self.0).await.map_err(failed)?;
        Ok(Summary {
            last_call: row.last_call.map(Timestamp::from_millis),
            first_test: row.first_test.map(Timestamp::from_millis),
            first_user: row.first_user.map(Timestamp::from_millis),
            calls: row.calls.unsigned_abs(),
            refused: row.refused.unsigned_abs(),
            strangers: row.strangers.unsigned_abs(),
            last_stranger: row.last_stranger.map(Timestamp::from_millis),
            latest: latest.calls.unsigned_abs(),
            latest_refused: latest.refused.unsigned_abs(),
        })
    }

    async fn delete_records_before(&mut self, moment: Timestamp, limit: u64) -> Result<u64> {
        let delete = sqlx::query!(
            "DELETE FROM activity WHERE seq IN (SELECT seq FROM activity WHERE at < $1
                AND at <> COALESCE((SELECT MAX(at) FROM activity WHERE token IS NOT NULL), -1)
                AND at <> COALESCE(
                    (SELECT MIN(at) FROM activity WHERE operation = 'look_up' AND outcome = 'empty'), -1)
                AND at <> COALESCE(
                    (SELECT MIN(at) FROM activity
                    WHERE operation = 'create' AND subject = 'user' AND outcome = 'done'), -1)
                ORDER BY at LIMIT $2)",
            moment.millis(),
            bounded(limit)
        );
        Ok(delete.execute(&mut *self.0).await.map_err(failed)?.rows_affected())
    }
}
