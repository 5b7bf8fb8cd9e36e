use super::{Connection, dialect, failed};
use async_trait::async_trait;
use domain::{
    Error, Result, Timestamp,
    settings::{GuardMode, GuardSettings, Settings},
    store::System,
};

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
}
