//! The host: what a person with a shell on the machine may do. The host can always rescue accounts, so the guards of
//! the console do not bind it.

use crate::{
    Env, Error, Result, Timestamp, TokenId,
    audit::{Action, Entry, Event, Pruned, Until, part, prune, waits_for},
    break_glass::{self, Account, Code, CodeKind, Holdings, NewAccount, RESCUE_MINUTES},
    console::ScimStatus,
    fold,
    identity::Who,
    query::{Predicate, Slice, Test, UserCondition, UserText},
    store::Tx,
    token::{NewToken, Token},
};
use serde_json::json;

/// The permission of the host.
#[derive(Clone)]
pub struct Host {
    env: Env,
}

impl Host {
    /// Grants the host's permission; only the command line may call this.
    pub fn new(env: Env) -> Self {
        Self { env }
    }

    /// Creates a break-glass account from the hashes of what was just generated.
    ///
    /// # Errors
    /// `Conflict` for a name that is taken.
    pub async fn create_break_glass(&self, new: NewAccount) -> Result<Account> {
        let work = self.env.store.write((self.clone(), new), |(this, new), tx| {
            Box::pin(async move {
                tx.lock_settings().await?;
                this.create(tx, new).await
            })
        });
        work.await
    }

    /// Creates the first break-glass accounts. If there is one already, does nothing and returns false.
    pub async fn create_first_break_glass(&self, new: Vec<NewAccount>) -> Result<bool> {
        let work = self.env.store.write((self.clone(), new), |(this, new), tx| {
            Box::pin(async move {
                tx.lock_settings().await?;
                if !tx.break_glass().await?.is_empty() {
                    return Ok(false);
                }
                for account in new {
                    this.create(tx, account).await?;
                }
                Ok(true)
            })
        });
        work.await
    }

    /// Gives an account a new secret at once, by its hash, and invalidates its sessions and recovery codes. The account
    /// is unproven until its next sign-in with the secret.
    ///
    /// # Errors
    /// `NotFound` when no account has this name.
    pub async fn reset_break_glass(&self, name: &str, secret_hash: &str) -> Result<()> {
        let context = (self.event(Action::BreakGlassReset), fold(name), secret_hash.to_owned());
        let work = self.env.store.write(context, |(event, key, hash), tx| {
            Box::pin(async move {
                tx.lock_settings().await?;
                let account = tx.break_glass_by_key(key).await?.ok_or(Error::NotFound)?;
                tx.set_break_glass_secret(account.id, hash, event.at).await?;
                tx.delete_sessions_of(account.id, None).await?;
                tx.delete_break_glass_devices(account.id, None).await?;
                // Recovery codes are on the lost sheet too, so a finder would have them.
                tx.delete_recovery_codes(account.id).await?;
                tx.append_event(&event.clone().on(account.id.0, &account.name)).await
            })
        });
        work.await
    }

    /// Creates a way in that works once, within [`RESCUE_MINUTES`] minutes, by the hash of its code: for the account
    /// with this name, or for the oldest account. If there is no account at all, creates `fallback`. Returns the name
    /// to sign in with.
    ///
    /// # Errors
    /// `NotFound` when a name is given and no account has it.
    pub async fn rescue(&self, name: Option<&str>, code: [u8; 32], fallback: NewAccount) -> Result<String> {
        let context = (self.clone(), name.map(fold), code, fallback);
        let work = self.env.store.write(context, |(this, name, code, fallback), tx| {
            Box::pin(async move {
                tx.lock_settings().await?;
                let mut accounts = tx.break_glass().await?.into_iter().map(|holdings| holdings.account);
                let account = match name {
                    Some(key) => Some(accounts.find(|account| fold(&account.name) == *key).ok_or(Error::NotFound)?),
                    None => accounts.next(),
                };
                let account = match account {
                    Some(account) => account,
                    None => this.create(tx, fallback).await?,
                };
                let event = this.event(Action::BreakGlassRescue);
                let code = Code {
                    hash: *code,
                    account: account.id,
                    kind: CodeKind::Rescue,
                    created: event.at,
                    expires: Some(event.at.plus_millis(RESCUE_MINUTES * 60_000)),
                };
                tx.insert_codes(&[code]).await?;
                tx.append_event(&event.on(account.id.0, &account.name)).await?;
                Ok(account.name)
            })
        });
        work.await
    }

    /// All break-glass accounts and their other ways in, in order of creation.
    pub async fn break_glass(&self) -> Result<Vec<Holdings>> {
        self.env.store.read((), |(), tx| Box::pin(async move { tx.break_glass().await })).await
    }

    /// Whether this account is proven now.
    pub fn is_proven(&self, account: &Account) -> bool {
        account.is_proven(self.env.now())
    }

    /// Everything that the SCIM tab shows.
    pub async fn scim(&self) -> Result<ScimStatus> {
        let now = self.env.now();
        self.env.store.read(now, |now, tx| Box::pin(crate::console::status(tx, *now))).await
    }

    /// Turns provisioning on or off, even without a proven way back in. Does nothing if it is in that state already.
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

    /// Creates a token. Its text is returned and stored nowhere. If a user is named, `/Me` is that user for this token.
    ///
    /// # Errors
    /// `Invalid` when the name is empty or too long, `NotFound` when no user has this user name.
    pub async fn create_token(&self, name: &str, user: Option<&str>) -> Result<NewToken> {
        let new = NewToken::generate(&self.env, crate::console::check_token_name(name)?, None);
        let event = self.event(Action::TokenCreated).on(new.token.id.0, &new.token.name);
        let context = (new.token.clone(), user.map(str::to_owned), event);
        let work = self.env.store.write(context, |(token, user, event), tx| {
            Box::pin(async move {
                let Some(user) = user else {
                    tx.insert_token(token).await?;
                    return tx.append_event(event).await.map(|()| None);
                };
                let named = Predicate::Where(UserCondition::Text(UserText::UserName, Test::Equals(user.clone())));
                let first = Slice { offset: 0, limit: 1 };
                let found = tx.find_users(&named, &first.into(), false).await?;
                let id = found.first().ok_or(Error::NotFound)?.item.id;
                tx.insert_token(&Token { user: Some(id), ..token.clone() }).await?;
                tx.append_event(&event.clone().with(&json!({"user": id.to_string()}))).await?;
                Ok(Some(id))
            })
        });
        let user = work.await?;
        Ok(NewToken { token: Token { user, ..new.token }, secret: new.secret })
    }

    /// All tokens, the newest first.
    pub async fn tokens(&self) -> Result<Vec<Token>> {
        self.env.store.read((), |(), tx| Box::pin(async move { tx.tokens().await })).await
    }

    /// Revokes a token.
    ///
    /// # Errors
    /// `NotFound` when no token has this id.
    pub async fn revoke_token(&self, id: TokenId) -> Result<()> {
        let event = self.event(Action::TokenRevoked);
        self.env.store.write((id, event), |(id, event), tx| Box::pin(crate::console::revoke(tx, *id, event))).await
    }

    /// The current time.
    pub fn now(&self) -> Timestamp {
        self.env.now()
    }

    /// How many lines the audit log has.
    pub async fn count_events(&self) -> Result<u64> {
        self.env.store.settle_to_read().await;
        self.env.store.read((), |(), tx| Box::pin(async move { tx.count_events().await })).await
    }

    /// How many events have no number yet, and are in no export.
    pub async fn count_pending_events(&self) -> Result<u64> {
        self.env.store.read((), |(), tx| Box::pin(async move { tx.count_pending_events().await })).await
    }

    /// The events of the audit log after a number, in order: as many as a part of an export holds.
    pub async fn events_after(&self, seq: i64) -> Result<Vec<Entry>> {
        self.env.store.settle_to_read().await;
        self.env.store.read(seq, |seq, tx| Box::pin(part(tx, *seq))).await
    }

    /// Removes some of the oldest events of the audit log, and adds one that records this. `None` once there are none
    /// left to remove. The console's setting for how long events are kept does not bind the host.
    ///
    /// # Errors
    /// `Invalid` for a moment in the future.
    pub async fn prune_audit(&self, until: Until) -> Result<Option<Pruned>> {
        let now = self.env.now();
        if until.moment > now {
            return Err(Error::Invalid("Future events cannot be removed; name a day in the past."));
        }
        let work = self.env.store.write((now, until), |(now, until), tx| Box::pin(prune(tx, *now, Who::Host, *until)));
        work.await
    }

    /// The number of the first alert that keeps older events in the audit log, because a channel still has to send it.
    pub async fn audit_waits_for(&self, until: Until) -> Result<Option<i64>> {
        self.env.store.read(until, |until, tx| Box::pin(waits_for(tx, *until))).await
    }

    /// The number and the hash of the last event.
    pub async fn audit_head(&self) -> Result<Option<(i64, [u8; 32])>> {
        self.env.store.settle_to_read().await;
        self.env.store.read((), |(), tx| Box::pin(async move { tx.audit_head().await })).await
    }

    async fn create(&self, tx: &mut dyn Tx, new: &NewAccount) -> Result<Account> {
        let account = break_glass::create(tx, &self.env, new).await?;
        tx.append_event(&self.event(Action::BreakGlassCreated).on(account.id.0, &account.name)).await?;
        Ok(account)
    }

    fn event(&self, action: Action) -> Event {
        Event::new(self.env.now(), Who::Host, None, action)
    }
}
