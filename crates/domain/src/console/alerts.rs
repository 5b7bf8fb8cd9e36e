use super::{Console, Needs};
use crate::{Result, alert::ChannelState, audit::Action};

/// An alert channel and what it has still to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertStatus {
    /// The channel.
    pub channel: ChannelState,
    /// How many alerts wait for it.
    pub waiting: u64,
}

impl Console {
    /// All channels that the server was given.
    pub async fn alerts(&self) -> Result<Vec<AlertStatus>> {
        let work = self.env.store.read((), |(), tx| {
            Box::pin(async move {
                let mut statuses = Vec::new();
                for channel in tx.channels().await? {
                    let waiting = tx.count_alerts(channel.cursor).await?;
                    statuses.push(AlertStatus { channel, waiting });
                }
                Ok(statuses)
            })
        });
        work.await
    }

    /// Sends an alert that says that it is a test.
    pub async fn test_alert(&self) -> Result<()> {
        self.change(Needs::Session, Action::AlertTested, (), |change, tx| {
            Box::pin(async move { tx.append_event(&change.event).await })
        })
        .await
    }
}
