use super::{Connection, failed};
use async_trait::async_trait;
use domain::{Result, Timestamp, alert::ChannelState, audit::Lane, store::Channels};

struct ChannelRow {
    channel: String,
    urgent: bool,
    cursor: i64,
    attempts: i64,
    next_try: i64,
    last_sent: Option<i64>,
    last_error: Option<String>,
}

impl From<ChannelRow> for ChannelState {
    fn from(row: ChannelRow) -> Self {
        Self {
            name: row.channel,
            lane: if row.urgent { Lane::Urgent } else { Lane::Ordinary },
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
        let known = sqlx::query_scalar!("SELECT DISTINCT channel FROM alert_lanes");
        let known = known.fetch_all(&mut *self.0).await.map_err(failed)?;
        for name in known.iter().filter(|name| !names.contains(name)) {
            let delete = sqlx::query!("DELETE FROM alert_lanes WHERE channel = $1", name);
            delete.execute(&mut *self.0).await.map_err(failed)?;
        }
        for name in names {
            for lane in Lane::ALL {
                let insert = sqlx::query!(
                    "INSERT INTO alert_lanes (channel, urgent, cursor, leased_until, attempts, next_try)
                    VALUES ($1, $2, (SELECT COALESCE(MAX(seq), 0) FROM audit_events), 0, 0, 0) ON CONFLICT DO NOTHING",
                    name,
                    lane.is_urgent()
                );
                insert.execute(&mut *self.0).await.map_err(failed)?;
            }
        }
        Ok(())
    }

    async fn claim_channel(
        &mut self,
        name: &str,
        lane: Lane,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<ChannelState>> {
        // A time that is further ahead was written before the clock was set back. Clocks that differ by less than a
        // lease respect each other's leases.
        let ahead = until.millis() + (until.millis() - now.millis());
        let row = sqlx::query_as!(
            ChannelRow,
            r#"UPDATE alert_lanes SET leased_until = $4
            WHERE channel = $1 AND urgent = $2
                AND (next_try <= $3 OR next_try > $5) AND (leased_until <= $3 OR leased_until > $5)
            RETURNING channel, urgent AS "urgent: bool", cursor, attempts, next_try, last_sent, last_error"#,
            name,
            lane.is_urgent(),
            now.millis(),
            until.millis(),
            ahead
        );
        Ok(row.fetch_optional(&mut *self.0).await.map_err(failed)?.map(ChannelState::from))
    }

    async fn update_channel(&mut self, channel: &ChannelState) -> Result<()> {
        let update = sqlx::query!(
            "UPDATE alert_lanes SET cursor = $3, leased_until = 0, attempts = $4, next_try = $5, last_sent = $6,
                last_error = $7
            WHERE channel = $1 AND urgent = $2 AND cursor <= $3",
            channel.name,
            channel.lane.is_urgent(),
            channel.cursor,
            i64::from(channel.attempts),
            channel.next_try.millis(),
            channel.last_sent.map(Timestamp::millis),
            channel.last_error,
        );
        update.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn claim_alert_test(&mut self, now: Timestamp, since: Timestamp) -> Result<bool> {
        let update = sqlx::query!(
            "UPDATE settings SET alert_tested = $1
            WHERE id = 1 AND (alert_tested IS NULL OR alert_tested <= $2 OR alert_tested > $1)",
            now.millis(),
            since.millis()
        );
        Ok(update.execute(&mut *self.0).await.map_err(failed)?.rows_affected() > 0)
    }

    async fn channels(&mut self) -> Result<Vec<ChannelState>> {
        let rows = sqlx::query_as!(
            ChannelRow,
            r#"SELECT channel, urgent AS "urgent: bool", cursor, attempts, next_try, last_sent, last_error
            FROM alert_lanes ORDER BY channel, urgent DESC"#
        );
        Ok(rows.fetch_all(&mut *self.0).await.map_err(failed)?.into_iter().map(ChannelState::from).collect())
    }
}
