//! Provisioning: what a SCIM client may do, and does.
//!
//! A [`Directory`] is only had with a live token while provisioning is on. Each method is one unit of work: read, apply,
//! guard, write, audit event and activity record, then commit.

mod groups;
mod users;

pub use groups::{GroupChange, GroupView};
pub use users::{UserChange, UserView};

use crate::{
    Env, Error, Refusal, Result, Timestamp,
    activity::{Call, Operation, Outcome, Record, Subject},
    audit::{Action, Actor, Event},
    query::{Listing, Slice},
    store::Tx,
    token::{Presented, Token},
};
use std::{collections::HashMap, hash::Hash};
use uuid::Uuid;

/// The permission to provision, held by a client that presented a live token.
#[derive(Clone)]
pub struct Directory {
    env: Env,
    token: Token,
    address: Option<String>,
}

/// The versions of a resource that a client is willing to change (If-Match, RFC 7644 §3.14); `None` is any.
pub type Expected = Option<Vec<i64>>;

impl Directory {
    /// Opens the directory for a bearer token that came from `address`.
    ///
    /// # Errors
    /// `Refused` when the token is missing, mistyped, unknown or revoked, or when provisioning is off: the latter is
    /// told only to those with a valid token.
    pub async fn open(env: &Env, bearer: Option<&str>, address: Option<String>) -> Result<Self> {
        let presented = bearer.and_then(Presented::parse).ok_or(Refusal::BadToken)?;
        let (token, settings) = env
            .store
            .read(presented.key.to_owned(), |key, tx| Box::pin(async move { tx.token_and_settings(key).await }))
            .await?;
        // An unknown id costs the same comparison as a known one.
        let matches = presented.matches(&token.as_ref().map_or([0; 32], |token| token.hash));
        let token = token.filter(|token| matches && token.revoked.is_none()).ok_or(Refusal::BadToken)?;
        if !settings.provisioning {
            return Err(Refusal::ProvisioningOff.into());
        }
        Ok(Self { env: env.clone(), token, address })
    }

    /// The description of a call by this client, made now.
    pub fn call(&self, operation: Operation, subject: Subject) -> Call {
        Call { at: self.env.now(), token: Some(self.token.id), address: self.address.clone(), operation, subject }
    }

    /// Looks once more, inside the unit that writes: a token that was revoked, or provisioning that was turned off, while
    /// the request was on its way, ends here.
    async fn recheck(&self, tx: &mut dyn Tx) -> Result<()> {
        let (token, settings) = tx.token_and_settings(&self.token.key).await?;
        match token {
            Some(token) if token.revoked.is_none() && settings.provisioning => Ok(()),
            Some(token) if token.revoked.is_none() => Err(Refusal::ProvisioningOff.into()),
            _ => Err(Refusal::BadToken.into()),
        }
    }

    fn event(&self, at: Timestamp, action: Action, target: Uuid, name: &str) -> Event {
        Event {
            at,
            actor: Actor::Scim { token: self.token.id, name: self.token.name.clone() },
            address: self.address.clone(),
            action,
            target: Some(target),
            target_name: Some(name.to_owned()),
        }
    }
}

fn done(call: &Call, target: Uuid) -> Record {
    Record { call: call.clone(), target: Some(target), outcome: Outcome::Done, detail: None }
}

fn unchanged(call: &Call, target: Uuid) -> Record {
    Record { outcome: Outcome::Unchanged, ..done(call, target) }
}

fn check_version(expected: &Expected, version: i64) -> Result<()> {
    match expected {
        Some(versions) if !versions.contains(&version) => Err(Error::VersionMismatch),
        _ => Ok(()),
    }
}

/// What belongs to each key, from pairs.
fn gather<K: Eq + Hash, V>(pairs: Vec<(K, V)>) -> HashMap<K, Vec<V>> {
    let mut gathered: HashMap<K, Vec<V>> = HashMap::new();
    for (key, value) in pairs {
        gathered.entry(key).or_default().push(value);
    }
    gathered
}

/// The total of a list of which `found` rows came back, when the rows alone tell it.
fn total_by_rows(slice: Slice, found: usize) -> Option<u64> {
    let found = u64::try_from(found).unwrap_or(u64::MAX);
    let ends_here = found < slice.limit && (found > 0 || slice.offset == 0);
    ends_here.then(|| slice.offset + found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_page_tells_the_total() {
        assert_eq!(total_by_rows(Slice { offset: 0, limit: 2 }, 1), Some(1));
        assert_eq!(total_by_rows(Slice { offset: 0, limit: 2 }, 0), Some(0));
        assert_eq!(total_by_rows(Slice { offset: 5, limit: 5 }, 3), Some(8));
    }

    #[test]
    fn a_full_or_overshot_page_does_not() {
        assert_eq!(total_by_rows(Slice { offset: 0, limit: 2 }, 2), None);
        assert_eq!(total_by_rows(Slice { offset: 9, limit: 5 }, 0), None);
        assert_eq!(total_by_rows(Slice { offset: 0, limit: 0 }, 0), None);
    }
}
