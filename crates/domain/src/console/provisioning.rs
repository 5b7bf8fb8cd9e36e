use super::{Console, Counts, Lock, Needs, counts, steady::syncs};
use crate::{
    Refusal, Result, Timestamp, TokenId, UserId,
    activity::CallSummary,
    audit::{Action, Event},
    cycle::Sync,
    guard::Batch,
    lockout::{Doors, NEEDED},
    settings::Settings,
    store::Tx,
    token::Token,
    upkeep::DatabaseHistory,
};

/// Everything that the SCIM tab shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScimStatus {
    /// Whether provisioning is on, and since when.
    pub settings: Settings,
    /// Who could still get in if the directory deactivated all users.
    pub doors: Doors,
    /// A summary of the calls of the last 24 hours.
    pub activity: CallSummary,
    /// How many of everything there are.
    pub counts: Counts,
    /// All tokens, the newest first.
    pub tokens: Vec<Token>,
    /// How the sync of each token is that works and has been used lately.
    pub syncs: Vec<Sync>,
    /// The users that tokens are bound to, if they still exist.
    pub token_users: Vec<(TokenId, UserId, String)>,
    /// Backups and restores.
    pub upkeep: DatabaseHistory,
    /// The batch that waits for a decision.
    pub waiting: Option<Batch>,
}

impl Console {
    /// Everything that the SCIM tab shows.
    pub async fn scim(&self) -> Result<ScimStatus> {
        self.env.store.read(self.now(), |now, tx| Box::pin(status(tx, *now))).await
    }

    /// Turns provisioning on or off. Does nothing if it is in that state already.
    ///
    /// # Errors
    /// `Refused` when it is to be turned on while fewer than [`NEEDED`] break-glass accounts are proven.
    pub async fn set_provisioning(&self, on: bool) -> Result<()> {
        let action = if on { Action::ProvisioningEnabled } else { Action::ProvisioningDisabled };
        self.change(Needs::Secret, Lock::WaysIn, action, on, |change, tx| {
            Box::pin(async move {
                let on = change.context;
                if on && Doors::of(&tx.break_glass().await?, change.event.at).proven() < NEEDED {
                    return Err(Refusal::NoProvenWayBack.into());
                }
                switch(tx, on, &change.event).await
            })
        })
        .await
    }
}

pub(crate) async fn status(tx: &mut dyn Tx, now: Timestamp) -> Result<ScimStatus> {
    let tokens = tx.tokens().await?;
    Ok(ScimStatus {
        settings: tx.settings().await?,
        doors: Doors::of(&tx.break_glass().await?, now),
        activity: tx.summarise_records(now.plus_days(-1), now).await?,
        counts: counts(tx).await?,
        syncs: syncs(tx, &tokens, now).await?,
        tokens,
        token_users: tx.token_users().await?,
        upkeep: tx.upkeep().await?,
        waiting: tx.waiting_batch().await?,
    })
}

pub(crate) async fn switch(tx: &mut dyn Tx, on: bool, event: &Event) -> Result<()> {
    if tx.set_provisioning(on, event.at).await? { tx.append_event(event).await } else { Ok(()) }
}
