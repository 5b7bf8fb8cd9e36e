//! The host: what somebody with a shell on the machine may do. It can always rescue, so the guards of the console do
//! not bind it.

use crate::{
    Env, Error, Result, TokenId,
    audit::{Action, Actor, Event},
    break_glass::{self, Account},
    console::ScimStatus,
    fold,
    store::Tx,
    token::{NewToken, Token},
};

/// The permission of the host.
#[derive(Clone)]
pub struct Host {
    env: Env,
}

impl Host {
    /// Takes the host's permission; only the command line may.
    pub fn new(env: Env) -> Self {
        Self { env }
    }

    /// Makes a break-glass account with the hash of a secret that was just generated.
    ///
    /// # Errors
    /// `Invalid` for a name of the wrong form, `Conflict` for one that is taken.
    pub async fn create_break_glass(&self, name: &str, secret_hash: &str) -> Result<Account> {
        break_glass::check_name(name)?;
        let context = (self.env.clone(), name.to_owned(), secret_hash.to_owned());
        let work = self.env.store.write(context, |(env, name, hash), tx| {
            Box::pin(async move {
                tx.lock_settings().await?;
                create(tx, env, name, hash).await
            })
        });
        work.await
    }

    /// Makes the first break-glass account, unless there is one already: then `None`, and nothing happens.
    pub async fn create_first_break_glass(&self, name: &str, secret_hash: &str) -> Result<Option<Account>> {
        let context = (self.env.clone(), name.to_owned(), secret_hash.to_owned());
        let work = self.env.store.write(context, |(env, name, hash), tx| {
            Box::pin(async move {
                tx.lock_settings().await?;
                if tx.break_glass().await?.is_empty() { create(tx, env, name, hash).await.map(Some) } else { Ok(None) }
            })
        });
        work.await
    }

    /// Gives an account a new secret, by its hash, and ends its sessions. The account is unproven until somebody signs
    /// in with it.
    ///
    /// # Errors
    /// `NotFound` when there is none of that name.
    pub async fn reset_break_glass(&self, name: &str, secret_hash: &str) -> Result<()> {
        let context = (self.env.now(), fold(name), secret_hash.to_owned());
        let work = self.env.store.write(context, |(now, key, hash), tx| {
            Box::pin(async move {
                tx.lock_settings().await?;
                let account = tx.break_glass_by_key(key).await?.ok_or(Error::NotFound)?;
                tx.set_break_glass_secret(account.id, hash, *now).await?;
                tx.delete_sessions_of(account.id).await?;
                tx.append_event(&break_glass::event(&account, Actor::Host, *now, None, Action::BreakGlassReset)).await
            })
        });
        work.await
    }

    /// All break-glass accounts, in order of creation.
    pub async fn break_glass(&self) -> Result<Vec<Account>> {
        self.env.store.read((), |(), tx| Box::pin(async move { tx.break_glass().await })).await
    }

    /// Whether this account is proven now.
    pub fn is_proven(&self, account: &Account) -> bool {
        account.is_proven(self.env.now())
    }

    /// Everything that the SCIM tab says.
    pub async fn scim(&self) -> Result<ScimStatus> {
        let now = self.env.now();
        self.env.store.read(now, |now, tx| Box::pin(crate::console::status(tx, *now))).await
    }

    /// Turns provisioning on or off, proven way back or not. Nothing happens where it is so already.
    pub async fn set_provisioning(&self, on: bool) -> Result<()> {
        let action = if on { Action::ProvisioningEnabled } else { Action::ProvisioningDisabled };
        let work = self.env.store.write((on, self.event(action)), |(on, event), tx| {
            Box::pin(async move {
                tx.lock_settings().await?;
                crate::console::switch(tx, *on, event).await
            })
        });
        work.await
    }

    /// Makes a token. Its text is in the answer and nowhere else.
    ///
    /// # Errors
    /// `Invalid` when the name is empty or too long.
    pub async fn create_token(&self, name: &str) -> Result<NewToken> {
        let new = NewToken::generate(&self.env, crate::console::check_token_name(name)?);
        let mut event = self.event(Action::TokenCreated);
        event.target = Some(new.token.id.0);
        event.target_name = Some(new.token.name.clone());
        let work = self.env.store.write((new.token.clone(), event), |(token, event), tx| {
            Box::pin(async move {
                tx.insert_token(token).await?;
                tx.append_event(event).await
            })
        });
        work.await.map(|()| new)
    }

    /// All tokens, the newest first.
    pub async fn tokens(&self) -> Result<Vec<Token>> {
        self.env.store.read((), |(), tx| Box::pin(async move { tx.tokens().await })).await
    }

    /// Revokes a token.
    ///
    /// # Errors
    /// `NotFound` when there is none of that id.
    pub async fn revoke_token(&self, id: TokenId) -> Result<()> {
        let event = self.event(Action::TokenRevoked);
        self.env.store.write((id, event), |(id, event), tx| Box::pin(crate::console::revoke(tx, *id, event))).await
    }

    /// How many lines the audit log has.
    pub async fn count_events(&self) -> Result<u64> {
        self.env.store.read((), |(), tx| Box::pin(async move { tx.count_events().await })).await
    }

    fn event(&self, action: Action) -> Event {
        Event { at: self.env.now(), actor: Actor::Host, address: None, action, target: None, target_name: None }
    }
}

async fn create(tx: &mut dyn Tx, env: &Env, name: &str, secret_hash: &str) -> Result<Account> {
    let account = break_glass::create(tx, env, name, secret_hash).await?;
    let event = break_glass::event(&account, Actor::Host, account.created, None, Action::BreakGlassCreated);
    tx.append_event(&event).await?;
    Ok(account)
}
