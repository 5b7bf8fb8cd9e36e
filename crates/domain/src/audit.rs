//! The audit log: one event for each change, written in the transaction of the change.

mod bounds;
mod catalogue;
mod chain;
mod change;
mod facts;
mod kind;
mod lane;
#[cfg(test)]
mod pinned;
mod prune;

pub use bounds::{LEFT_OUT, MOST, TextSummary, name, room};
pub use chain::{Broken, Link, Verified, Verifier, from_hex, to_hex};
pub use change::Change;
pub(crate) use facts::{JOINED, LEFT};
pub use facts::{Said, WORDS};
pub use kind::{About, AuditKind, Contents, NAME, Topic};
pub use lane::Lane;
pub use prune::{Pruned, Until};
pub(crate) use prune::{prune, waits_for};

use crate::{BreakGlassId, Result, Timestamp, TokenId, UserId, store::Tx, text_enum::text_enum};
use serde_json::Value;
use uuid::Uuid;

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A SCIM client, by its token.
    Scim {
        /// The token's id.
        token: TokenId,
        /// The token's name.
        name: String,
    },
    /// Somebody signed in with a break-glass account.
    BreakGlass {
        /// The account's id.
        account: BreakGlassId,
        /// The account's name.
        name: String,
    },
    /// Somebody signed in as a user.
    User {
        /// The user's id.
        user: UserId,
        /// The user's name.
        name: String,
    },
    /// Somebody with a shell on the host.
    Host,
    /// Postern itself, at its own time.
    System,
    /// Somebody who is not known.
    Nobody,
}

text_enum! {
    /// What was done. `audit/catalogue.rs` says the rest of each.
    pub enum Action {
        /// A user was made.
        UserCreated = "user.created",
        /// A user was changed.
        UserChanged = "user.changed",
        /// A user was made inactive.
        UserDeactivated = "user.deactivated",
        /// A user was made active again.
        UserReactivated = "user.reactivated",
        /// A user was deleted.
        UserDeleted = "user.deleted",
        /// A deleted user was brought back.
        UserRestored = "user.restored",
        /// A user was given a role by hand, or lost it.
        UserRoleChanged = "user.role_changed",
        /// A group was made.
        GroupCreated = "group.created",
        /// A group was changed, or its membership.
        GroupChanged = "group.changed",
        /// A group was deleted.
        GroupDeleted = "group.deleted",
        /// A deleted group was brought back.
        GroupRestored = "group.restored",
        /// A group was mapped to a role, or no longer is.
        GroupRoleChanged = "group.role_changed",
        /// Provisioning was turned on.
        ProvisioningEnabled = "provisioning.enabled",
        /// Provisioning was turned off.
        ProvisioningDisabled = "provisioning.disabled",
        /// So many departures came together that it looks like a mistake.
        GuardTripped = "guard.tripped",
        /// Departures are refused until an administrator approves them.
        GuardHeld = "guard.held",
        /// An administrator let the departures of a batch through.
        GuardApproved = "guard.approved",
        /// An administrator undid the departures of a batch.
        GuardUndone = "guard.undone",
        /// An administrator said that a batch is right as it is.
        GuardDismissed = "guard.dismissed",
        /// The guard's threshold or mode was changed.
        GuardChanged = "guard.changed",
        /// A SCIM token was made.
        TokenCreated = "token.created",
        /// A SCIM token was made in the place of another, which ends later.
        TokenRotated = "token.rotated",
        /// A SCIM token was revoked.
        TokenRevoked = "token.revoked",
        /// A SCIM token was paused.
        TokenPaused = "token.paused",
        /// A paused SCIM token was resumed.
        TokenResumed = "token.resumed",
        /// A SCIM token's networks, its expiry, its budget or its client were changed, or its client was detected.
        TokenChanged = "token.changed",
        /// A SCIM token was used for the first time.
        TokenFirstUsed = "token.first_used",
        /// A SCIM token was used from a network that it had not been used from.
        TokenNewNetwork = "token.new_network",
        /// A SCIM token was used from outside the networks that it may be used from.
        TokenOutsideNetworks = "token.outside_networks",
        /// A SCIM token was used after it had been revoked or had expired.
        TokenUsedLate = "token.used_late",
        /// A SCIM token expires soon, or is old enough to be replaced.
        TokenReminder = "token.reminder",
        /// A SCIM token's changes have used up half of what they may store in this hour.
        TokenHalfSpent = "token.half_spent",
        /// A SCIM token's changes have used up what they may store in this hour; more are refused.
        TokenSpent = "token.spent",
        /// A SCIM token asked for a name of the form that is kept for break-glass accounts.
        TokenNameRefused = "token.name_refused",
        /// A break-glass account was made.
        BreakGlassCreated = "break_glass.created",
        /// A break-glass account got a new secret at once.
        BreakGlassReset = "break_glass.reset",
        /// A break-glass account was given a new secret, which replaces the old one when it is first used.
        BreakGlassRotated = "break_glass.rotated",
        /// A break-glass account was removed.
        BreakGlassRemoved = "break_glass.removed",
        /// The host made a one-time way in.
        BreakGlassRescue = "break_glass.rescue",
        /// Somebody signed in with a break-glass account.
        BreakGlassSignedIn = "break_glass.signed_in",
        /// Somebody gave a wrong secret for a break-glass account that exists, once or more often.
        BreakGlassRefused = "break_glass.refused",
        /// Somebody confirmed a session with the secret, or said what it is for.
        BreakGlassConfirmed = "break_glass.confirmed",
        /// A drill began.
        DrillStarted = "drill.started",
        /// A drill was finished, with evidence.
        DrillCompleted = "drill.completed",
        /// Somebody signed out.
        SignedOut = "session.ended",
        /// An administrator ended somebody's session.
        SessionRevoked = "session.revoked",
        /// A guard refused a change.
        Refused = "change.refused",
        /// Somebody took the audit log out.
        AuditExported = "audit.exported",
        /// Old events were removed.
        AuditPruned = "audit.pruned",
        /// How long events are kept was changed.
        AuditChanged = "audit.changed",
        /// The host made a backup.
        BackupMade = "database.backed_up",
        /// There was no backup for long.
        BackupOverdue = "database.backup_overdue",
        /// An older state of the database was put back.
        DatabaseRestored = "database.restored",
        /// Old rows were not removed, for the clock seems to have jumped.
        RemovalDelayed = "database.removal_delayed",
        /// The database takes no more changes from directories, or none at all.
        StorageReadOnly = "storage.read_only",
        /// The database takes all changes again.
        StorageWritable = "storage.writable",
        /// An alert was sent to try the channels.
        AlertTested = "alert.tested",
    }
}

/// The fact that an event sends no alert of its own, but is counted in a summary.
pub const ONLY_COUNTED: &str = "only counted";

/// One line of the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// From which network address, where there is one.
    pub address: Option<String>,
    /// What.
    pub action: Action,
    /// On which user, group, token or account.
    pub target: Option<Uuid>,
    /// Its name at that time.
    pub target_name: Option<String>,
    /// What was so before, as a JSON object of what changed; never a secret.
    pub before: Option<String>,
    /// What is so after, likewise.
    pub after: Option<String>,
    /// Why, in the words of whoever acted.
    pub reason: Option<String>,
}

impl Event {
    /// An event without a target.
    pub fn new(at: Timestamp, actor: Actor, address: Option<String>, action: Action) -> Self {
        Self { at, actor, address, action, target: None, target_name: None, before: None, after: None, reason: None }
    }

    /// The lane of this event's alert; `None` where it sends none.
    pub fn lane(&self) -> Option<Lane> {
        let alert = self.action.kind().alert?;
        (alert.is_sent)(self).then_some(alert.lane)
    }

    /// Whether this sends an alert.
    pub fn alerts(&self) -> bool {
        self.lane().is_some()
    }

    /// Whether a token that was bound to networks is now bound to others, or to none.
    fn changes_enforced_networks(&self) -> bool {
        let facts = |text: &Option<String>| -> Value {
            text.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
        };
        let (before, after) = (facts(&self.before), facts(&self.after));
        before["enforced"] == true && ["networks", "enforced"].iter().any(|name| before[name] != after[name])
    }

    /// The same, but no alert: there were enough of its kind.
    pub(crate) fn only_counted(mut self) -> Self {
        let after = self.after.as_deref().and_then(|after| serde_json::from_str::<Value>(after).ok());
        if let Some(Value::Object(mut facts)) = after {
            facts.insert(ONLY_COUNTED.to_owned(), Value::Bool(true));
            self.after = Some(Value::Object(facts).to_string());
        }
        self
    }

    fn is_only_counted(&self) -> bool {
        self.fact(ONLY_COUNTED).is_some()
    }

    /// On this target.
    #[must_use]
    pub fn on(self, target: Uuid, name: &str) -> Self {
        Self { target: Some(target), target_name: Some(name.to_owned()), ..self }
    }

    /// From this to that.
    #[must_use]
    pub fn change(self, change: Change) -> Self {
        Self { before: change.before, after: change.after, ..self }
    }

    /// With these facts, under words from [`WORDS`].
    #[must_use]
    pub fn with(self, after: &Value) -> Self {
        debug_assert!(
            after.as_object().is_none_or(|facts| facts.keys().all(|word| facts::is_word(word))),
            "not all in WORDS of crates/domain/src/audit/facts.rs: {after}"
        );
        Self { after: Some(after.to_string()), ..self }
    }
}

/// Which events are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventQuery {
    /// Those with one of these actions; none means any.
    pub actions: Vec<Action>,
    /// Those on this user, group, token or account.
    pub target: Option<Uuid>,
    /// Those from this moment on.
    pub since: Option<Timestamp>,
    /// Those before this moment.
    pub until: Option<Timestamp>,
}

/// An event in its place in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number: from 1, without gaps.
    pub seq: i64,
    /// What happened.
    pub event: Event,
    /// The hash of the entry before and of this one. Entries from before there was a chain have none.
    pub link: Option<Link>,
}

/// An event as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventSummary {
    /// The event, without a `before` or `after` that is too long for a list.
    pub entry: Entry,
    /// Whether both are as they were written.
    pub is_whole: bool,
}

/// One event, as far as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventDetail {
    /// The event; of a `before` or `after` beyond [`MOST`], which only older versions wrote, the start.
    pub entry: Entry,
    /// How many bytes `before` and `after` have in the log.
    pub bytes: u64,
}

impl Actor {
    /// The kind, the id and the name, as they are stored.
    pub fn parts(&self) -> (&'static str, Option<Uuid>, Option<&str>) {
        match self {
            Self::Scim { token, name } => ("scim", Some(token.0), Some(name)),
            Self::BreakGlass { account, name } => ("break_glass", Some(account.0), Some(name)),
            Self::User { user, name } => ("user", Some(user.0), Some(name)),
            Self::Host => ("host", None, None),
            Self::System => ("system", None, None),
            Self::Nobody => ("nobody", None, None),
        }
    }

    /// The actor of stored parts; `None` when they do not go together.
    pub fn of_parts(kind: &str, id: Option<Uuid>, name: Option<String>) -> Option<Self> {
        match (kind, id, name) {
            ("scim", Some(id), Some(name)) => Some(Self::Scim { token: TokenId(id), name }),
            ("break_glass", Some(id), Some(name)) => Some(Self::BreakGlass { account: BreakGlassId(id), name }),
            ("user", Some(id), Some(name)) => Some(Self::User { user: UserId(id), name }),
            ("host", None, None) => Some(Self::Host),
            ("system", None, None) => Some(Self::System),
            ("nobody", None, None) => Some(Self::Nobody),
            _ => None,
        }
    }
}

/// Most events in a part of an export, and most bytes of `before` and `after` in it.
const PART_ROWS: u64 = 1_000;
const PART_BYTES: u64 = 4 * 1024 * 1024;

/// The events after a number that are read at once for an export: one at least, where there is one.
pub(crate) async fn part(tx: &mut dyn Tx, seq: i64) -> Result<Vec<Entry>> {
    let rows = tx.events_within(seq, PART_ROWS, PART_BYTES).await?;
    tx.events_after(seq, rows).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r25_a_token_that_is_bound_to_other_networks_is_an_alert() {
        let networks = |list: Option<&str>, enforced: bool| {
            let facts = serde_json::json!({"networks": list, "enforced": enforced});
            Some(facts.to_string())
        };
        let alerts = |before, after| {
            let event = Event::new(Timestamp::from_millis(0), Actor::Host, None, Action::TokenChanged);
            Event { before, after, ..event }.alerts()
        };
        let (bound, tried) = (|| networks(Some("192.0.2.0/24"), true), || networks(Some("192.0.2.0/24"), false));
        assert!(alerts(bound(), networks(None, false)));
        assert!(alerts(bound(), tried()));
        assert!(alerts(bound(), networks(Some("0.0.0.0/0"), true)));
        assert!(!alerts(bound(), bound()) && !alerts(tried(), bound()) && !alerts(networks(None, false), tried()));
        assert!(!alerts(None, Some("{\"client\":\"entra\"}".to_owned())));
    }
}
