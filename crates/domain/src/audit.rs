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

pub use bounds::{MOST, TextSummary, name, room};
pub use chain::{Broken, Link, Verified, Verifier, from_hex, to_hex};
pub use change::Change;
pub(crate) use facts::{JOINED, LEFT};
pub use facts::{LEFT_OUT, Said, WORDS};
pub use kind::{About, AuditKind, Contents, NAME, Topic};
pub use lane::Lane;
pub use prune::{Pruned, Until};
pub(crate) use prune::{prune, waits_for};

use crate::{Result, Timestamp, identity::Who, store::Tx, text_enum::text_enum};
use serde_json::Value;
use uuid::Uuid;

text_enum! {
    /// What was done. `audit/catalogue.rs` has everything else about each.
    pub enum Action {
        /// A user was created.
        UserCreated = "user.created",
        /// A user was changed.
        UserChanged = "user.changed",
        /// A user was deactivated.
        UserDeactivated = "user.deactivated",
        /// A user was reactivated.
        UserReactivated = "user.reactivated",
        /// A user was deleted.
        UserDeleted = "user.deleted",
        /// A deleted user was restored.
        UserRestored = "user.restored",
        /// A user was given a role by hand, or lost it.
        UserRoleChanged = "user.role_changed",
        /// A group was created.
        GroupCreated = "group.created",
        /// A group was changed, or its membership.
        GroupChanged = "group.changed",
        /// A group was deleted.
        GroupDeleted = "group.deleted",
        /// A deleted group was restored.
        GroupRestored = "group.restored",
        /// A group was mapped to a role, or no longer is.
        GroupRoleChanged = "group.role_changed",
        /// Provisioning was turned on.
        ProvisioningEnabled = "provisioning.enabled",
        /// Provisioning was turned off.
        ProvisioningDisabled = "provisioning.disabled",
        /// Enough departures came together to look like a mistake.
        GuardTripped = "guard.tripped",
        /// Departures are refused until an administrator approves them.
        GuardHeld = "guard.held",
        /// An administrator let the departures of a batch through.
        GuardApproved = "guard.approved",
        /// An administrator undid the departures of a batch.
        GuardUndone = "guard.undone",
        /// An administrator declared a batch to be right as it is.
        GuardDismissed = "guard.dismissed",
        /// The guard's threshold or mode was changed.
        GuardChanged = "guard.changed",
        /// A SCIM token was created.
        TokenCreated = "token.created",
        /// A SCIM token was created to replace another, which ends later.
        TokenRotated = "token.rotated",
        /// A SCIM token was revoked.
        TokenRevoked = "token.revoked",
        /// A SCIM token was paused.
        TokenPaused = "token.paused",
        /// A paused SCIM token was resumed.
        TokenResumed = "token.resumed",
        /// The networks, expiry, budget or client of a SCIM token were changed, or its client was detected.
        TokenChanged = "token.changed",
        /// A SCIM token was used for the first time.
        TokenFirstUsed = "token.first_used",
        /// A SCIM token was used from a network from which it had not been used before.
        TokenNewNetwork = "token.new_network",
        /// A SCIM token was used from outside its allowed networks.
        TokenOutsideNetworks = "token.outside_networks",
        /// A SCIM token was used after it had been revoked or had expired.
        TokenUsedLate = "token.used_late",
        /// A SCIM token expires soon, or is old enough to be replaced.
        TokenReminder = "token.reminder",
        /// A SCIM token's changes have used up half of what they may store in this hour.
        TokenHalfSpent = "token.half_spent",
        /// A SCIM token's changes have used up what they may store in this hour; more are refused.
        TokenSpent = "token.spent",
        /// A SCIM token tried to use a name of the form that is reserved for break-glass accounts.
        TokenNameRefused = "token.name_refused",
        /// A break-glass account was created.
        BreakGlassCreated = "break_glass.created",
        /// A break-glass account got a new secret at once.
        BreakGlassReset = "break_glass.reset",
        /// A break-glass account was given a new secret, which replaces the old one when it is first used.
        BreakGlassRotated = "break_glass.rotated",
        /// A break-glass account was removed.
        BreakGlassRemoved = "break_glass.removed",
        /// The host created a one-time way in.
        BreakGlassRescue = "break_glass.rescue",
        /// A person signed in with a break-glass account.
        BreakGlassSignedIn = "break_glass.signed_in",
        /// A wrong secret was given for an existing break-glass account, once or more often.
        BreakGlassRefused = "break_glass.refused",
        /// A session was confirmed with the secret, or given a reason.
        BreakGlassConfirmed = "break_glass.confirmed",
        /// A drill began.
        DrillStarted = "drill.started",
        /// A drill was finished, with evidence.
        DrillCompleted = "drill.completed",
        /// A person signed out.
        SignedOut = "session.ended",
        /// An administrator ended a person's session.
        SessionRevoked = "session.revoked",
        /// A guard refused a change.
        Refused = "change.refused",
        /// A list of users was exported.
        UsersExported = "users.exported",
        /// The audit log was exported.
        AuditExported = "audit.exported",
        /// Old events were removed.
        AuditPruned = "audit.pruned",
        /// How long events are kept was changed.
        AuditChanged = "audit.changed",
        /// The host made a backup.
        BackupMade = "database.backed_up",
        /// There has been no backup for too long.
        BackupOverdue = "database.backup_overdue",
        /// An older state of the database was restored.
        DatabaseRestored = "database.restored",
        /// Old rows were not removed, because the clock seems to have jumped.
        RemovalDelayed = "database.removal_delayed",
        /// The database takes no more changes from directories, or none at all.
        StorageReadOnly = "storage.read_only",
        /// The database takes all changes again.
        StorageWritable = "storage.writable",
        /// An alert was sent to try the channels.
        AlertTested = "alert.tested",
    }
}

/// The fact that an event sends no alert of its own but is counted in a summary.
pub const ONLY_COUNTED: &str = "only counted";

/// One line of the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When it happened.
    pub at: Timestamp,
    /// Who acted.
    pub actor: Who,
    /// The network address that the call came from, if there was one.
    pub address: Option<String>,
    /// What was done.
    pub action: Action,
    /// The user, group, token or account that it was done to.
    pub target: Option<Uuid>,
    /// Its name at that time.
    pub target_name: Option<String>,
    /// The state before, as a JSON object of what changed; never a secret.
    pub before: Option<String>,
    /// The state after, likewise.
    pub after: Option<String>,
    /// The reason, in the words of the person who acted.
    pub reason: Option<String>,
}

impl Event {
    /// An event without a target.
    pub fn new(at: Timestamp, actor: Who, address: Option<String>, action: Action) -> Self {
        Self { at, actor, address, action, target: None, target_name: None, before: None, after: None, reason: None }
    }

    /// The lane of this event's alert; `None` if it sends none.
    pub fn lane(&self) -> Option<Lane> {
        let alert = self.action.kind().alert?;
        (alert.is_sent)(self).then_some(alert.lane)
    }

    /// Whether this sends an alert.
    pub fn alerts(&self) -> bool {
        self.lane().is_some()
    }

    /// Whether a token that was restricted to networks is now restricted to others, or to none.
    fn changes_enforced_networks(&self) -> bool {
        let facts = |text: &Option<String>| -> Value {
            text.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
        };
        let (before, after) = (facts(&self.before), facts(&self.after));
        before["enforced"] == true && ["networks", "enforced"].iter().any(|name| before[name] != after[name])
    }

    /// The same event without an alert: there were enough alerts of its kind.
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

    /// With this target.
    #[must_use]
    pub fn on(self, target: Uuid, name: &str) -> Self {
        Self { target: Some(target), target_name: Some(name.to_owned()), ..self }
    }

    /// With the state before and after.
    #[must_use]
    pub fn change(self, change: Change) -> Self {
        Self { before: change.before, after: change.after, ..self }
    }

    /// With these facts, under words from [`WORDS`].
    #[must_use]
    pub fn with(self, after: &Value) -> Self {
        Self { after: Some(facts::stated(after)), ..self }
    }

    /// With these facts about the state before, under the same words as in [`Event::with`].
    #[must_use]
    pub fn before(self, before: &Value) -> Self {
        Self { before: Some(facts::stated(before)), ..self }
    }
}

/// Selects events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventQuery {
    /// Those with one of these actions; if empty, with any action.
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
    /// The hash of the entry before and of this one. Entries older than the chain have none.
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

/// One event, in the detail that a page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventDetail {
    /// The event. A `before` or `after` beyond [`MOST`], which only older versions wrote, is cut off there.
    pub entry: Entry,
    /// How many bytes `before` and `after` have in the log.
    pub bytes: u64,
}

/// Most events in a part of an export, and most bytes of `before` and `after` in it.
const PART_ROWS: u64 = 1_000;
const PART_BYTES: u64 = 4 * 1024 * 1024;

/// The events after a number that are read at once for an export: at least one, if there is any.
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
            let event = Event::new(Timestamp::from_millis(0), Who::Host, None, Action::TokenChanged);
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
