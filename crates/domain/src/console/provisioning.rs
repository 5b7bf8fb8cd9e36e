use super::{Console, Counts, counts};
use crate::{
    Error, Refusal, Result, Timestamp, TokenId,
    activity::Summary,
    audit::{Action, Event},
    break_glass::Account,
    settings::Settings,
    store::Tx,
    token::{NewToken, Token},
};

/// Everything that the SCIM tab says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScimStatus {
    /// Whether provisioning is on, and since when.
    pub settings: Settings,
    /// Who could still get in if the directory shut everybody out.
    pub way_back: WayBack,
    /// What the calls of the last 24 hours add up to.
    pub activity: Summary,
    /// How many of everything there are.
    pub counts: Counts,
    /// All tokens, the newest first.
    pub tokens: Vec<Token>,
}

/// The break-glass accounts, as far as they prove a way back in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WayBack {
    /// How many accounts there are.
    pub accounts: usize,
    /// The account that signed in last within the last 90 days, and when.
    pub proven: Option<(String, Timestamp)>,
}

impl WayBack {
    pub(crate) fn of(accounts: &[Account], now: Timestamp) -> Self {
        let proven = accounts.iter().filter(|account| account.is_proven(now)).max_by_key(|account| account.proven);
        let proven = proven.and_then(|account| Some((account.name.clone(), account.proven?)));
        Self { accounts: accounts.len(), proven }
    }
}

impl Console {
    /// Everything that the SCIM tab says.
    pub async fn scim(&self) -> Result<ScimStatus> {
        self.env.store.read(self.now(), |now, tx| Box::pin(status(tx, *now))).await
    }

    /// Turns provisioning on or off. Nothing happens where it is so already.
    ///
    /// # Errors
    /// `Refused` when it is to be turned on while no break-glass account is proven.
    pub async fn set_provisioning(&self, on: bool) -> Result<()> {
        let now = self.now();
        let action = if on { Action::ProvisioningEnabled } else { Action::ProvisioningDisabled };
        let work = self.env.store.write((on, self.event(now, action, None)), |(on, event), tx| {
            Box::pin(async move {
                tx.lock_settings().await?;
                if *on && WayBack::of(&tx.break_glass().await?, event.at).proven.is_none() {
                    return Err(Refusal::NoProvenWayBack.into());
                }
                switch(tx, *on, event).await
            })
        });
        work.await
    }

    /// Makes a token. Its text is in the answer and nowhere else.
    ///
    /// # Errors
    /// `Invalid` when the name is empty or too long.
    pub async fn create_token(&self, name: &str) -> Result<NewToken> {
        let new = NewToken::generate(&self.env, check_token_name(name)?);
        let event = self.event(new.token.created, Action::TokenCreated, Some((new.token.id.0, &new.token.name)));
        let work = self.env.store.write((new.token.clone(), event), |(token, event), tx| {
            Box::pin(async move {
                tx.insert_token(token).await?;
                tx.append_event(event).await
            })
        });
        work.await.map(|()| new)
    }

    /// Revokes a token; the next call with it is refused. Nothing happens where it is revoked already.
    ///
    /// # Errors
    /// `NotFound` when there is none of that id.
    pub async fn revoke_token(&self, id: TokenId) -> Result<()> {
        let event = self.event(self.now(), Action::TokenRevoked, None);
        self.env.store.write((id, event), |(id, event), tx| Box::pin(revoke(tx, *id, event))).await
    }
}

pub(crate) async fn status(tx: &mut dyn Tx, now: Timestamp) -> Result<ScimStatus> {
    Ok(ScimStatus {
        settings: tx.settings().await?,
        way_back: WayBack::of(&tx.break_glass().await?, now),
        activity: tx.summarise_records(now.plus_days(-1)).await?,
        counts: counts(tx).await?,
        tokens: tx.tokens().await?,
    })
}

pub(crate) async fn switch(tx: &mut dyn Tx, on: bool, event: &Event) -> Result<()> {
    if tx.set_provisioning(on, event.at).await? { tx.append_event(event).await } else { Ok(()) }
}

pub(crate) async fn revoke(tx: &mut dyn Tx, id: TokenId, event: &Event) -> Result<()> {
    let token = tx.token(id).await?.ok_or(Error::NotFound)?;
    if token.revoked.is_some() {
        return Ok(());
    }
    tx.revoke_token(id, event.at).await?;
    tx.append_event(&Event { target: Some(id.0), target_name: Some(token.name), ..event.clone() }).await
}

pub(crate) fn check_token_name(name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 60 || name.chars().any(char::is_control) {
        return Err(Error::Invalid("Give the token a name of 1 to 60 characters, for example “Entra production”."));
    }
    Ok(name.to_owned())
}
