use super::{Console, Lock, Needs};
use crate::{
    Error, Refusal, Result, Timestamp, TokenId, UserId,
    audit::{Action, Event},
    store::Tx,
    token::{Budget, ClientProfile, Networks, NewToken, OVERLAP_DAYS, SeenNetwork, Token, hour},
};
use serde_json::json;

/// How long a token works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expiry {
    /// Until it is revoked. This suits Entra, which puts a job whose token has expired into quarantine.
    #[default]
    Never,
    /// For this many days.
    Days(u32),
}

/// A token's page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenDetail {
    /// The token.
    pub token: Token,
    /// The networks that it was used from, the most recently used first.
    pub seen: Vec<SeenNetwork>,
    /// The user that it is bound to, if there still is one: id and name.
    pub user: Option<(UserId, String)>,
    /// The bytes that its changes have stored in this hour, as far as they have been recorded.
    pub stored: u64,
}

impl TokenDetail {
    /// The places that are outside the token's networks.
    pub fn outside(&self) -> Vec<&SeenNetwork> {
        let outside =
            |seen: &&SeenNetwork| self.token.networks.as_ref().is_some_and(|networks| !networks.contain_seen(seen));
        self.seen.iter().filter(outside).collect()
    }
}

impl Console {
    /// One token and where it was used from.
    ///
    /// # Errors
    /// `NotFound` when no token has this id.
    pub async fn token(&self, id: TokenId) -> Result<TokenDetail> {
        let work = self.env.store.read((id, hour(self.now())), |(id, hour), tx| {
            Box::pin(async move {
                let token = tx.token(*id).await?.ok_or(Error::NotFound)?;
                let user = match token.user {
                    Some(user) => tx.user_and_groups(user).await?.map(|(user, _)| (user.id, user.name().to_owned())),
                    None => None,
                };
                let stored = tx.spent(*id, *hour).await?;
                Ok(TokenDetail { token, seen: tx.token_networks(*id).await?, user, stored })
            })
        });
        work.await
    }

    /// Creates a token. Its text is returned and stored nowhere.
    ///
    /// # Errors
    /// `Invalid` when the name is empty or too long, or the expiry is longer than ten years.
    pub async fn create_token(&self, name: &str, expiry: Expiry) -> Result<NewToken> {
        let new = NewToken::generate(&self.env, check_token_name(name)?, expires(self.now(), expiry)?);
        let context = new.token.clone();
        self.change(Needs::Secret, Lock::Nothing, Action::TokenCreated, context, |change, tx| {
            Box::pin(async move {
                let token = &change.context;
                tx.insert_token(token).await?;
                tx.append_event(&change.event.clone().on(token.id.0, &token.name).with(&facts(token))).await
            })
        })
        .await
        .map(|()| new)
    }

    /// Replaces a token, which keeps working for [`OVERLAP_DAYS`] days. The new one has all settings of the old one,
    /// including a pause, and works as long as the old one was meant to, or as long as `expiry` says. Its text is
    /// returned and stored nowhere.
    ///
    /// # Errors
    /// `NotFound` when no working token has this id; `Invalid` when the expiry is longer than ten years.
    pub async fn rotate_token(&self, id: TokenId, expiry: Option<Expiry>) -> Result<NewToken> {
        let chosen = expiry.map(|expiry| expires(self.now(), expiry)).transpose()?;
        let new = NewToken::generate(&self.env, String::new(), None);
        let context = (id, new.token.clone(), chosen);
        let made = self.change(Needs::Secret, Lock::Nothing, Action::TokenRotated, context, |change, tx| {
            Box::pin(async move {
                let (id, own, chosen) = &change.context;
                let old = tx.lock_token(*id).await?.filter(|old| old.ended(change.event.at).is_none());
                let old = old.ok_or(Error::NotFound)?;
                let as_before = || old.lifetime().map(|millis| change.event.at.plus_millis(millis));
                let token = old.successor(own.clone(), chosen.unwrap_or_else(as_before));
                let overlap = change.event.at.plus_days(OVERLAP_DAYS);
                let ends = old.expires.map_or(overlap, |expires| expires.min(overlap));
                tx.update_token(&Token { expires: Some(ends), ..old.clone() }).await?;
                tx.insert_token(&token).await?;
                let mut told = json!({"replaces": old.id.to_string(), "old token expires": ends.to_string()});
                told["expires"] = json!(token.expires.map(|at| at.to_string()));
                told["paused"] = json!(token.paused.is_some());
                tx.append_event(&change.event.clone().on(token.id.0, &token.name).with(&told)).await?;
                Ok(token)
            })
        });
        Ok(NewToken { token: made.await?, secret: new.secret })
    }

    /// Revokes a token; the next call with it is refused. Does nothing if it is revoked already.
    ///
    /// # Errors
    /// `NotFound` when no token has this id.
    pub async fn revoke_token(&self, id: TokenId) -> Result<()> {
        self.change(Needs::Secret, Lock::Nothing, Action::TokenRevoked, id, |change, tx| {
            Box::pin(revoke(tx, change.context, &change.event))
        })
        .await
    }

    /// Pauses a token, or resumes it, for which the secret is needed. While it is paused its calls are refused with
    /// 403.
    ///
    /// # Errors
    /// `NotFound` when no token has this id.
    pub async fn pause_token(&self, id: TokenId, paused: bool) -> Result<()> {
        let (needs, action) =
            if paused { (Needs::Session, Action::TokenPaused) } else { (Needs::Secret, Action::TokenResumed) };
        self.change(needs, Lock::Nothing, action, (id, paused), |change, tx| {
            Box::pin(async move {
                let (id, paused) = change.context;
                let token = tx.lock_token(id).await?.ok_or(Error::NotFound)?;
                if token.paused.is_some() == paused {
                    return Ok(());
                }
                tx.update_token(&Token { paused: paused.then_some(change.event.at), ..token.clone() }).await?;
                tx.append_event(&change.event.clone().on(id.0, &token.name)).await
            })
        })
        .await
    }

    /// Sets the kind of a token's client; `None` leaves it to be detected.
    ///
    /// # Errors
    /// `NotFound` when no token has this id.
    pub async fn set_token_client(&self, id: TokenId, profile: Option<ClientProfile>) -> Result<()> {
        self.change(Needs::Secret, Lock::Nothing, Action::TokenChanged, (id, profile), |change, tx| {
            Box::pin(async move {
                let (id, profile) = change.context;
                let token = tx.lock_token(id).await?.ok_or(Error::NotFound)?;
                // Leaving it to be detected keeps what was detected before.
                let kept = if token.profile_set { None } else { token.profile };
                let after = Token { profile: profile.or(kept), profile_set: profile.is_some(), ..token.clone() };
                if after == token {
                    return Ok(());
                }
                tx.update_token(&after).await?;
                let event = change.event.clone().on(id.0, &token.name);
                tx.append_event(&event.before(&client(&token)).with(&client(&after))).await
            })
        })
        .await
    }

    /// Sets a token's budget.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` for a budget that is too small or too large.
    pub async fn set_token_budget(&self, id: TokenId, mib: u32, refusals: u32) -> Result<()> {
        let budget = Budget::new(mib, refusals)?;
        self.change(Needs::Secret, Lock::Nothing, Action::TokenChanged, (id, budget), |change, tx| {
            Box::pin(async move {
                let (id, budget) = change.context;
                let token = tx.lock_token(id).await?.ok_or(Error::NotFound)?;
                if token.budget == budget {
                    return Ok(());
                }
                tx.update_token(&Token { budget, ..token.clone() }).await?;
                let facts = |budget: Budget| json!({"budget": budget.mib, "refusals": budget.refusals});
                let event = change.event.clone().on(id.0, &token.name);
                tx.append_event(&event.before(&facts(token.budget)).with(&facts(budget))).await
            })
        })
        .await
    }

    /// Sets the networks that a token may be used from: the list is only tried out at first, and calls from elsewhere
    /// are refused once it is enforced.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` for a text that is not a network; `Refused` when the list is to be enforced and the token
    /// was used from outside it within the last day: that would cut the directory off.
    pub async fn set_token_networks(&self, id: TokenId, list: &str, enforced: bool) -> Result<()> {
        let networks = Networks::parse(list, enforced)?;
        self.change(Needs::Secret, Lock::Nothing, Action::TokenChanged, (id, networks), |change, tx| {
            Box::pin(async move {
                let (id, networks) = &change.context;
                let token = tx.lock_token(*id).await?.ok_or(Error::NotFound)?;
                let day_ago = change.event.at.plus_days(-1);
                if let Some(networks) = networks.as_ref().filter(|networks| networks.enforced) {
                    let seen = tx.token_networks(*id).await?;
                    if seen.iter().any(|seen| seen.last >= day_ago && !networks.contain_seen(seen)) {
                        return Err(Refusal::WouldCutOff.into());
                    }
                }
                let after = Token { networks: networks.clone(), ..token.clone() };
                tx.update_token(&after).await?;
                let event = change.event.clone().on(id.0, &token.name);
                tx.append_event(&event.before(&facts(&token)).with(&facts(&after))).await
            })
        })
        .await
    }
}

pub(crate) async fn revoke(tx: &mut dyn Tx, id: TokenId, event: &Event) -> Result<()> {
    let token = tx.lock_token(id).await?.ok_or(Error::NotFound)?;
    if token.revoked.is_some() {
        return Ok(());
    }
    tx.revoke_token(id, event.at).await?;
    tx.append_event(&event.clone().on(id.0, &token.name)).await
}

/// Most characters of a token's name.
pub const TOKEN_NAME: usize = 60;

pub(crate) fn check_token_name(name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > TOKEN_NAME || name.chars().any(char::is_control) {
        return Err(Error::Invalid("Give the token a name of 1 to 60 characters, for example “Entra production”."));
    }
    Ok(name.to_owned())
}

fn expires(now: Timestamp, expiry: Expiry) -> Result<Option<Timestamp>> {
    match expiry {
        Expiry::Never => Ok(None),
        Expiry::Days(days @ 1..=3_650) => Ok(Some(now.plus_days(i64::from(days)))),
        Expiry::Days(_) => Err(Error::Invalid("A token works for 1 to 3,650 days, or until it is revoked.")),
    }
}

/// The kind of a token's client and how it is known, for the audit log.
fn client(token: &Token) -> serde_json::Value {
    let how = if token.profile_set { "set" } else { "detected" };
    json!({"client": token.profile.map(ClientProfile::as_str), "how": token.profile.map(|_| how)})
}

/// What the audit log may say about a token.
fn facts(token: &Token) -> serde_json::Value {
    let networks = token.networks.as_ref();
    json!({
        "token": token.masked(),
        "expires": token.expires.map(|at| at.to_string()),
        "networks": networks.map(|networks| networks.list.as_str()),
        "enforced": networks.is_some_and(|networks| networks.enforced),
    })
}
