//! The console: what a signed-in administrator may see and do. Only a session yields a [`Console`].

mod lists;
mod provisioning;

pub use lists::{GroupDetail, UserDetail, UserListing, UserStatus};
pub use provisioning::{ScimStatus, WayBack};
pub(crate) use provisioning::{check_token_name, revoke, status, switch};

use crate::{
    BreakGlassId, Env, Result, Timestamp,
    audit::{Action, Actor, Event},
    store::Tx,
};
use uuid::Uuid;

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The break-glass account.
    pub account: BreakGlassId,
    /// Its name.
    pub name: String,
    /// When the secret was checked.
    pub since: Timestamp,
    /// When the session ends, whatever happens.
    pub ends: Timestamp,
}

/// The permission to administer, held by a session.
#[derive(Clone)]
pub struct Console {
    env: Env,
    principal: Principal,
    address: Option<String>,
    public_url: String,
}

/// How many of everything there are, for the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// All users.
    pub users: u64,
    /// All groups.
    pub groups: u64,
}

impl Console {
    /// Opens the console for a principal whose session was just checked. `public_url` is the configured base URL
    /// without a slash at the end.
    pub fn new(env: Env, principal: Principal, address: Option<String>, public_url: String) -> Self {
        Self { env, principal, address, public_url }
    }

    /// Who is signed in.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The current time, for showing how long ago things happened.
    pub fn now(&self) -> Timestamp {
        self.env.now()
    }

    /// The URL that any SCIM client is given.
    pub fn scim_url(&self) -> String {
        format!("{}/scim/v2", self.public_url)
    }

    /// The URL that Entra is given: the flag makes it send standard SCIM (Postern takes both dialects).
    pub fn entra_tenant_url(&self) -> String {
        format!("{}/scim/v2?aadOptscim062020", self.public_url)
    }

    /// How many of everything there are.
    pub async fn counts(&self) -> Result<Counts> {
        self.env.store.read((), |(), tx| Box::pin(counts(tx))).await
    }

    fn event(&self, at: Timestamp, action: Action, target: Option<(Uuid, &str)>) -> Event {
        Event {
            at,
            actor: Actor::BreakGlass { account: self.principal.account, name: self.principal.name.clone() },
            address: self.address.clone(),
            action,
            target: target.map(|(id, _)| id),
            target_name: target.map(|(_, name)| name.to_owned()),
        }
    }
}

async fn counts(tx: &mut dyn Tx) -> Result<Counts> {
    use crate::query::Filter::All;
    Ok(Counts { users: tx.count_users(&All).await?, groups: tx.count_groups(&All).await? })
}
