use super::{Console, Lock, Needs};
use crate::{
    Refusal, Result,
    alert::ChannelState,
    audit::{Action, Lane},
};

/// The shortest time between two test alerts through every channel.
const TEST_MILLIS: i64 = 60_000;

/// An alert channel and what it still has to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertStatus {
    /// The state of the channel: that of the lane that failed, or of the urgent one if both did.
    pub channel: ChannelState,
    /// How many alerts wait for it.
    pub waiting: u64,
    /// How many of these are urgent.
    pub urgent: u64,
}

impl AlertStatus {
    /// The status of one lane of a channel, with what waits in it.
    fn of(channel: ChannelState, waiting: u64) -> Self {
        let urgent = if channel.lane == Lane::Urgent { waiting } else { 0 };
        Self { channel, waiting, urgent }
    }

    /// Combines both lanes of a channel.
    fn join(self, other: Self) -> Self {
        let last_sent = self.channel.last_sent.max(other.channel.last_sent);
        let (waiting, urgent) = (self.waiting + other.waiting, self.urgent + other.urgent);
        let failed = |status: &Self| status.channel.last_error.is_some();
        let channel = if failed(&other) && !failed(&self) { other.channel } else { self.channel };
        Self { channel: ChannelState { last_sent, ..channel }, waiting, urgent }
    }
}

impl Console {
    /// All channels that the server was given.
    pub async fn alerts(&self) -> Result<Vec<AlertStatus>> {
        self.env.store.settle_to_read().await;
        let work = self.env.store.read((), |(), tx| {
            Box::pin(async move {
                let mut statuses: Vec<AlertStatus> = Vec::new();
                for channel in tx.channels().await? {
                    let waiting = tx.count_alerts(channel.lane, channel.cursor).await?;
                    let status = AlertStatus::of(channel, waiting);
                    match statuses.pop_if(|last| last.channel.name == status.channel.name) {
                        Some(other) => statuses.push(other.join(status)),
                        None => statuses.push(status),
                    }
                }
                Ok(statuses)
            })
        });
        work.await
    }

    /// Sends a test alert through every channel.
    ///
    /// # Errors
    /// `Refused` when one was sent less than a minute ago.
    pub async fn test_alert(&self) -> Result<()> {
        self.change(Needs::Session, Lock::Nothing, Action::AlertTested, (), |change, tx| {
            Box::pin(async move {
                let now = change.event.at;
                if !tx.claim_alert_test(now, now.plus_millis(-TEST_MILLIS)).await? {
                    return Err(Refusal::TestedLately.into());
                }
                tx.append_event(&change.event).await
            })
        })
        .await
    }
}
