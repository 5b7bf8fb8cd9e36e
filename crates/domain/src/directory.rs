//! Provisioning: what a SCIM client may do, and does.
//!
//! A [`Directory`] can only be opened with a live token while provisioning is on. Each method is one unit of work:
//! read, apply, guard, write, audit event and activity record, then commit. A change that takes long to compute is
//! spread over several: see [`Source`].

mod admission;
mod departures;
mod edit;
mod groups;
mod members;
mod metered;
mod names;
mod scan;
mod search;
mod usage;
mod users;

pub(crate) use admission::Admissions;
pub(crate) use metered::Meter;

pub use edit::{Edit, Prepared, Recorded, Source, Tried};
pub use groups::{GroupView, Members};
pub use scan::{Part, ScanPage};
pub use search::{Resource, ResourceKind, RootMark, Search};
pub(crate) use usage::{Usage, write_down};
pub use users::UserView;

use crate::{
    Env, Error, Refusal, Result, Timestamp,
    activity::{Call, CallKind, Outcome, Record, Request, Subject, Written},
    audit::{self, Action, Change, Event},
    guard::{self, Departure, DepartureKind},
    identity::Who,
    query::{Listed, Listing, Mark, Start, Window},
    role::{Role, RoleChange},
    settings::Settings,
    store::{Caller, Tx},
    token::{ClientProfile, Presented, Token},
    user::Profile,
};
use metered::{ASKED, MEMBER, RECORD};
use names::keep_reserved;
use serde_json::json;
use std::{collections::HashMap, hash::Hash, sync::Arc};
use uuid::Uuid;

/// The permission to provision, held by a client that presented a live token.
#[derive(Clone)]
pub struct Directory {
    env: Env,
    token: Arc<Token>,
    address: Option<String>,
    /// The request of the call, and the id in its URL.
    request: Option<Arc<Request>>,
    named: Option<Uuid>,
    /// How many bytes the call sent.
    sent: usize,
    /// Anything odd about the call.
    remark: Option<Arc<str>>,
    written: Option<Arc<Written>>,
    /// Counts what a unit of work stores; set only in the copy that is passed to the unit.
    meter: Option<Arc<Meter>>,
}

/// The versions of a resource that a client agrees to change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// Only these (`If-Match`, RFC 7644 §3.14); `None` means any.
    pub any_of: Option<Vec<i64>>,
    /// But not these (`If-None-Match`, RFC 9110 §13.1.2).
    pub none_of: Vec<i64>,
}

impl Directory {
    /// Opens the directory for a bearer token that came from `address`.
    ///
    /// # Errors
    /// `Refused` when the token is missing, mistyped, unknown or revoked, or when provisioning is off, which only
    /// callers with a valid token learn.
    pub async fn open(env: &Env, bearer: Option<&str>, address: Option<String>) -> Result<Self> {
        let presented = bearer.and_then(Presented::parse).ok_or(Refusal::BadToken)?;
        let known = admission::known(env, presented.key).await?;
        // An unknown id costs the same comparison as a known one.
        let matches = presented.matches(&known.as_ref().map_or([0; 32], |known| known.token.hash));
        let known = known.filter(|_| matches).ok_or(Refusal::BadToken)?;
        let (env, token) = (env.clone(), known.token);
        let this =
            Self { env, token, address, request: None, named: None, sent: 0, remark: None, written: None, meter: None };
        match this.admit(&this.token, &known.settings, this.env.now()) {
            Ok(()) => Ok(this),
            Err(refusal) => Err(this.refuse(refusal).await?.into()),
        }
    }

    /// Checks that an existing token may be used now, from this address.
    fn admit(&self, token: &Token, settings: &Settings, now: Timestamp) -> Result<(), Refusal> {
        if token.ended(now).is_some() {
            Err(Refusal::BadToken)
        } else if token.is_outside(self.address.as_deref()) {
            Err(Refusal::OutsideNetworks)
        } else if token.paused.is_some() {
            Err(Refusal::TokenPaused)
        } else if settings.provisioning {
            Ok(())
        } else {
            Err(Refusal::ProvisioningOff)
        }
    }

    /// The same for a call with this request, which names the user or group with this id.
    #[must_use]
    pub fn asked(self, request: Arc<Request>, named: Option<Uuid>) -> Self {
        Self { request: Some(request), named, ..self }
    }

    /// The same for a call that sent this many bytes, which bounds what it may add to the audit log.
    #[must_use]
    pub fn sent(self, bytes: usize) -> Self {
        Self { sent: bytes, ..self }
    }

    /// Adds a remark to the activity record of a call that is carried out.
    #[must_use]
    pub fn remarked(self, remark: Option<&str>) -> Self {
        Self { remark: remark.map(Into::into), ..self }
    }

    /// The same for a call that writes this.
    #[must_use]
    pub fn writing(self, written: Option<Written>) -> Self {
        Self { written: written.map(Arc::new), ..self }
    }

    /// The request of the call.
    pub fn request(&self) -> Option<&Request> {
        self.request.as_deref()
    }

    /// The token that opened this.
    pub fn token(&self) -> &Token {
        &self.token
    }

    /// Records the kind of the token's client, as detected, unless that is known or set. This happens before the call
    /// is carried out: the next call may follow at once, and the words in it may depend on the client.
    ///
    /// # Errors
    /// `Unavailable` when the database does not answer.
    pub async fn detected(&self, sign: ClientProfile) -> Result<()> {
        let context = (self.clone(), sign, self.env.now());
        let work = self.env.store.write_as(Caller::Directory, context, |(this, sign, at), tx| {
            Box::pin(async move {
                let Some(token) = tx.lock_token(this.token.id).await? else { return Ok(()) };
                let profile = token.profile_with(Some(*sign));
                if profile == token.profile {
                    return Ok(());
                }
                tx.update_token(&Token { profile, ..token.clone() }).await?;
                // The generic profile does not change what any call means, so it need not be recorded.
                if *sign == ClientProfile::Generic {
                    return Ok(());
                }
                let facts = json!({"client": sign.as_str(), "how": "detected"});
                let event = Event::new(*at, this.actor(), None, Action::TokenChanged);
                tx.append_event(&event.on(token.id.0, &token.name).with(&facts)).await
            })
        });
        work.await
    }

    /// The description of a call that this client makes now.
    pub fn call(&self, operation: CallKind, subject: Subject) -> Call {
        Call {
            at: self.env.now(),
            token: Some(self.token.id),
            address: self.address.clone(),
            request: self.request.clone(),
            operation,
            subject,
            named: self.named,
            remark: self.remark.as_deref().map(str::to_owned),
            written: self.written.clone(),
        }
    }

    /// Checks again, inside the unit that writes: a token that was revoked, or provisioning that was turned off, while
    /// the request was under way, is refused here.
    async fn recheck(&self, tx: &mut dyn Tx, at: Timestamp) -> Result<Settings> {
        if let Some(meter) = &self.meter {
            meter.start();
        }
        let (token, settings) = tx.token_and_settings(&self.token.key).await?;
        self.admit(&token.ok_or(Refusal::BadToken)?, &settings, at)?;
        Ok(settings)
    }

    /// The record of a call that was carried out.
    fn done(&self, call: &Call, target: Uuid) -> Record {
        Record {
            call: call.clone(),
            target: Some(target),
            outcome: Outcome::Done,
            status: None,
            reason: None,
            millis: Some(self.env.now().millis_since(call.at)),
            detail: call.remark.clone(),
        }
    }

    fn unchanged(&self, call: &Call, target: Uuid) -> Record {
        Record { outcome: Outcome::Unchanged, ..self.done(call, target) }
    }

    fn event(&self, at: Timestamp, action: Action) -> Event {
        Event::new(at, self.actor(), self.address.clone(), action)
    }

    fn actor(&self) -> Who {
        Who::Token { id: self.token.id, name: self.token.name.clone() }
    }

    /// If the guard refused, records that: the refused unit itself has changed nothing.
    async fn note_hold<T>(&self, done: Result<T>) -> Result<T> {
        if let Err(Error::Refused(Refusal::Held)) = &done {
            let settings = self.env.store.look_up((), |(), tx| Box::pin(async move { tx.settings().await })).await?;
            let event = self.event(self.env.now(), Action::GuardHeld).on(self.token.id.0, &self.token.name);
            guard::hold(&self.env, &settings, self.token.id, event).await?;
        }
        done
    }
}

fn check_version(expected: &Expected, version: i64) -> Result<()> {
    let wanted = expected.any_of.as_ref().is_none_or(|versions| versions.contains(&version));
    if wanted && !expected.none_of.contains(&version) { Ok(()) } else { Err(Error::VersionMismatch) }
}

/// Groups pairs by their key.
fn gather<K: Eq + Hash, V>(pairs: Vec<(K, V)>) -> HashMap<K, Vec<V>> {
    let mut gathered: HashMap<K, Vec<V>> = HashMap::new();
    for (key, value) in pairs {
        gathered.entry(key).or_default().push(value);
    }
    gathered
}

/// How many rows of a page are shown, if it may have ended early.
fn shown(limit: u64, ended: Option<u64>) -> u64 {
    ended.map_or(limit, |ended| ended.min(limit))
}

/// The total of a list, given that `found` rows were read, if it follows from that alone.
fn total_by_rows<M>(start: &Start<M>, limit: u64, found: usize) -> Option<u64> {
    let offset = match start {
        Start::Index(offset) => *offset,
        Start::First => 0,
        Start::After(_) | Start::Before(_) | Start::Last => return None,
    };
    let found = u64::try_from(found).unwrap_or(u64::MAX);
    let ends_here = limit > 0 && found < start.rows(limit) && (found > 0 || offset == 0);
    ends_here.then(|| offset + found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(start: Start<()>, limit: u64, found: usize) -> Option<u64> {
        total_by_rows(&start, limit, found)
    }

    #[test]
    fn a_short_page_tells_the_total() {
        assert_eq!(total(Start::Index(0), 2, 1), Some(1));
        assert_eq!(total(Start::Index(0), 2, 0), Some(0));
        assert_eq!(total(Start::Index(5), 5, 3), Some(8));
        assert_eq!(total(Start::First, 2, 2), Some(2));
    }

    #[test]
    fn a_full_or_overshot_page_does_not() {
        assert_eq!(total(Start::Index(0), 2, 2), None);
        assert_eq!(total(Start::Index(9), 5, 0), None);
        assert_eq!(total(Start::Index(0), 0, 0), None);
        assert_eq!(total(Start::First, 2, 3), None);
        assert_eq!(total(Start::First, 0, 0), None);
        assert_eq!(total(Start::After(()), 2, 1), None);
    }
}
