use super::{Connection, failed};
use async_trait::async_trait;
use domain::{Result, Timestamp, alert::ChannelState, store::Channels};

struct ChannelRow {
    name: String,
    cursor: i64,
    attempts: i64,
    next_try: i64,
    last_sent: Option<i64>,
    last_error: Option<String>,
}

impl From<ChannelRow> for ChannelState {
    fn from(row: ChannelRow) -> Self {
        Self {
            name: row.name,
            cursor: row.cursor,
            attempts: u32::try_from(row.attempts).unwrap_or(u32::MAX),
            next_try: Timestamp::from_millis(row.next_try),
            last_sent: row.last_sent.map(Timestamp::from_millis),
            last_error: row.last_error,
        }
    }
}

#[async_trait]
impl Channels for Connection<'_> {
    async fn register_channels(&mut self, names: &[String]) -> Result<()> {
        let known = sqlx::query_scalar!("SELECT name FROM alert_channels");
        let known = known.fetch_all(&mut *self.0).await.map_err(failed)?;
        for name in known.iter().filter(|name| !names.contains(name)) {
            let delete = sqlx::query!("DELETE FROM alert_channels WHERE name = $1", name);
            delete.execute(&mut *self.0).await.map_err(failed)?;
        }
        for name in names {
            let insert = sqlx::query!(
                "INSERT INTO alert_channels (name, cursor, leased_until, attempts, next_try)
                VALUES ($1, (SELECT COALESCE(MAX(seq), 0) FROM audit_events), 0, 0, 0) ON CONFLICT DO NOTHING",
                name
            );
            insert.execute(&mut *self.0).await.map_err(failed)?;
        }
        Ok(())
    }

    async fn claim_channel(&mut self, name: &str, now: Timestamp, until: Timestamp) -> Result<Option<ChannelState>> {
        // What lies further ahead was written by a clock that has been set back since. Clocks that differ by less than a
        // lease respect each other's leases.
        let ahead = until.millis() + (until.millis() - now.millis());
        let row = sqlx::query_as!(
            ChannelRow,
            r#"UPDATE alert_channels SET leased_until = $3
            WHERE name = $1 AND (next_try <= $2 OR next_try > $4) AND (leased_until <= $2 OR leased_until > $4)
            RETURNING name, cursor, attempts, next_try, last_sent, last_error"#,
            name,
            now.millis(),
            until.millis(),
            ahead
        );
        Ok(row.fetch_optional(&mut *self.0).await.map_err(failed)?.map(ChannelState::from))
    }

    async fn update_channel(&mut self, channel: &ChannelState) -> Result<()> {
        let update = sqlx::query!(
            "UPDATE alert_channels SET cursor = $2, leased_until = 0, attempts = $3, next_try = $4, last_sent = $5,
                last_error = $6
            WHERE name = $1 AND cursor <= $2",
            channel.name,
            channel.cursor,
            i64::from(channel.attempts),
            channel.next_try.millis(),
            channel.last_sent.map(Timestamp::millis),
            channel.last_error,
        );
        update.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn channels(&mut self) -> Result<Vec<ChannelState>> {
        let rows = sqlx::query_as!(
            ChannelRow,
            "SELECT name, cursor, attempts, next_try, last_sent, last_error FROM alert_channels ORDER BY name"
        );
        Ok(rows.fetch_all(&mut *self.0).await.map_err(failed)?.into_iter().map(ChannelState::from).collect())
    }
}
