//! The console: what a signed-in administrator may see and do. Only a session yields a [`Console`].

mod activity;
mod alerts;
mod audit;
mod break_glass;
mod confirmation;
mod deleted;
mod drills;
mod guard;
mod lists;
mod lockout;
mod overview;
mod people;
mod provisioning;
mod roles;
mod sessions;
mod steady;
mod tokens;
mod undo;

pub use activity::{ActivityPage, CALLS_SHOWN, CallDetail};
pub use alerts::AlertStatus;
pub use audit::{AuditPage, EVENTS_SHOWN};
pub use break_glass::BreakGlassStatus;
pub use confirmation::Confirmation;
pub use deleted::{DELETED_SHOWN, DeletedLists, Tombstone};
pub use drills::DrillStatus;
pub use guard::{DEPARTURES_SHOWN, Departed, GuardStatus};
pub use lists::{GroupDetail, UserDetail, UserStatus};
pub use overview::{HOURS_SHOWN, Overview, POPULATION_DAYS, SinceLastSignIn};
pub use people::{PEOPLE_SORTED, PeopleFilter, UserListing};
pub use provisioning::ScimStatus;
pub(crate) use provisioning::{status, switch};
pub use roles::RoleStatus;
pub use steady::{SteadyState, SyncReport};
pub use tokens::{Expiry, TOKEN_NAME, TokenDetail};
pub(crate) use tokens::{check_token_name, revoke};

use crate::{
    BreakGlassId, Env, Error, Refusal, Result, SessionId, Timestamp,
    audit::{Action, Event, Topic},
    identity::{Person, PersonId, Who},
    role::Role,
    session::IDLE_MINUTES,
    sign_in::is_fresh,
    store::{Health, Tx},
};
use async_trait::async_trait;
use serde_json::json;
use std::sync::Arc;

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The person.
    pub person: Person,
    /// In a break-glass session the generation of the secret that it began or was confirmed with.
    pub generation: Option<i64>,
    /// What the person may do.
    pub role: Role,
    /// When the session began.
    pub since: Timestamp,
    /// When the secret was last confirmed.
    pub checked: Timestamp,
    /// What a break-glass session is for.
    pub reason: Option<String>,
    /// When the session ends at the latest.
    pub ends: Timestamp,
    /// The session.
    pub session: SessionId,
}

impl Principal {
    /// The break-glass account, in a session of one.
    pub fn account(&self) -> Option<BreakGlassId> {
        match self.person.id {
            PersonId::BreakGlass(account) => Some(account),
            PersonId::User(_) => None,
        }
    }

    pub(crate) fn actor(&self) -> Who {
        self.person.clone().into()
    }
}

/// What a change requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Needs {
    /// A session, and a reason if it is a break-glass session.
    Session,
    /// The secret as well, given within the last five minutes: for ways in and what guards them.
    Secret,
}

/// What a change locks before it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lock {
    /// Nothing but what it reads in order to change it.
    Nothing,
    /// The settings: such changes see each other, so that two concurrent ones cannot remove the last way in or do
    /// something twice.
    WaysIn,
}

/// Hashes secrets slowly, a few at a time.
#[async_trait]
pub trait SecretHash: Send + Sync {
    /// The argon2id hash of a secret, as a PHC string.
    ///
    /// # Errors
    /// `Unavailable` when too many secrets are waiting to be hashed.
    async fn hash(&self, secret: String) -> Result<String>;
}

/// The permission to administer, held by a session.
#[derive(Clone)]
pub struct Console {
    env: Env,
    hasher: Arc<dyn SecretHash>,
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
    /// without a trailing slash.
    pub fn new(
        env: Env,
        hasher: Arc<dyn SecretHash>,
        principal: Principal,
        address: Option<String>,
        public_url: String,
    ) -> Self {
        Self { env, hasher, principal, address, public_url }
    }

    /// Who is signed in.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The current time, for showing how long ago things happened.
    pub fn now(&self) -> Timestamp {
        self.env.now()
    }

    /// The URL for any SCIM client.
    pub fn scim_url(&self) -> String {
        format!("{}/scim/v2", self.public_url)
    }

    /// The URL for Entra: the flag makes it send standard SCIM (Postern accepts both dialects).
    pub fn entra_tenant_url(&self) -> String {
        format!("{}/scim/v2?aadOptscim062020", self.public_url)
    }

    /// Where administrators sign in.
    pub fn sign_in_url(&self) -> String {
        format!("{}/login", self.public_url)
    }

    /// How many of everything there are.
    pub async fn counts(&self) -> Result<Counts> {
        self.env.store.read((), |(), tx| Box::pin(counts(tx))).await
    }

    /// Whether changes can be written.
    pub fn health(&self) -> Health {
        self.env.store.health()
    }

    /// Whether the secret was given so recently that no change asks for it again.
    pub fn is_fresh(&self) -> bool {
        is_fresh(self.principal.checked, self.now())
    }

    /// Whether changes need neither the secret nor a reason first.
    pub fn is_confirmed(&self) -> bool {
        self.is_fresh() && !self.needs_reason()
    }

    /// Whether the session still lacks its reason.
    pub fn needs_reason(&self) -> bool {
        self.principal.account().is_some() && self.principal.reason.is_none()
    }

    /// Whether the principal may change anything.
    pub fn may_change(&self) -> bool {
        self.principal.role == Role::Administrator
    }

    /// Starts a change: checks that the principal may make it, and returns the event that records it.
    fn begin(&self, needs: Needs, action: Action) -> Result<Event> {
        let now = self.now();
        if !self.may_change() {
            return Err(Refusal::ReadOnly.into());
        }
        if needs == Needs::Secret && !is_fresh(self.principal.checked, now) {
            return Err(Refusal::StepUp.into());
        }
        if self.needs_reason() {
            return Err(Refusal::ReasonNeeded.into());
        }
        let event = Event::new(now, self.principal.actor(), self.address.clone(), action);
        Ok(Event { reason: self.principal.reason.clone(), ..event })
    }

    /// Makes a change in one unit of work. The session must still be alive in it, and a refusal is recorded in the
    /// audit log.
    async fn change<C, T>(
        &self,
        needs: Needs,
        lock: Lock,
        action: Action,
        context: C,
        work: for<'t> fn(&'t Change<C>, &'t mut dyn Tx) -> crate::store::Work<'t, T>,
    ) -> Result<T>
    where
        C: Send + Sync + 'static,
        T: Send + 'static,
    {
        debug_assert!(
            action.kind().intention.is_some(),
            "crates/domain/src/audit/catalogue.rs says that the console cannot request {action:?}"
        );
        let begun = self.begin(needs, action);
        let done = match begun {
            Ok(event) => {
                let change = Change { console: self.clone(), lock, event, context };
                self.env.store.write((change, work), |(change, work), tx| Box::pin(change.run(*work, tx))).await
            }
            Err(error) => Err(error),
        };
        if let Err(Error::Refused(refusal)) = &done
            && refusal.is_recorded()
        {
            self.refused(action, *refusal).await?;
        }
        done
    }

    async fn refused(&self, action: Action, refusal: Refusal) -> Result<()> {
        let event = Event::new(self.now(), self.principal.actor(), self.address.clone(), Action::Refused)
            .with(&json!({"refused": action.as_str(), "because": refusal.to_string()}));
        let event = Event { reason: self.principal.reason.clone(), ..event };
        self.env.store.write(event, |event, tx| Box::pin(async move { tx.append_event(event).await })).await
    }
}

/// A change in progress: its context, what it locks, and the event that records it.
struct Change<C> {
    console: Console,
    lock: Lock,
    event: Event,
    context: C,
}

impl<C: Send + Sync> Change<C> {
    async fn run<T>(
        &self,
        work: for<'t> fn(&'t Self, &'t mut dyn Tx) -> crate::store::Work<'t, T>,
        tx: &mut dyn Tx,
    ) -> Result<T> {
        let (principal, now) = (&self.console.principal, self.event.at);
        // Before the principal's own account and session are touched: otherwise two administrators who remove each
        // other, or end each other's session, would wait for one another for ever.
        if self.lock == Lock::WaysIn {
            tx.lock_settings().await?;
        }
        // The account before its session: a new secret ends sessions in that order, too.
        if let Some(account) = principal.account() {
            self.note_use(tx, account).await?;
        }
        if !tx.hold_session(principal.session, now, idle(now)).await? {
            return Err(Refusal::SessionEnded.into());
        }
        work(self, tx).await
    }

    /// Records that a break-glass account was used for a change, or that the change is the task of a drill.
    async fn note_use(&self, tx: &mut dyn Tx, account: BreakGlassId) -> Result<()> {
        if self.event.action.kind().topic == Topic::Drills {
            return Ok(());
        }
        match tx.open_drill(account, self.console.principal.since).await? {
            Some(drill) if drill.task.is_none() => {
                tx.update_drill(&crate::drill::Drill { task: Some(self.event.at), ..drill }).await
            }
            Some(_) => Ok(()),
            None => tx.mark_break_glass_used(account, self.event.at).await,
        }
    }
}

/// Sessions that were last used before this moment have ended.
pub fn idle(now: Timestamp) -> Timestamp {
    now.plus_millis(-IDLE_MINUTES * 60_000)
}

async fn counts(tx: &mut dyn Tx) -> Result<Counts> {
    use crate::query::Predicate::All;
    Ok(Counts { users: tx.count_users(&All).await?, groups: tx.count_groups(&All).await? })
}
