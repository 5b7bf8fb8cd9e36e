//! The audit log: one event for each change, written in the transaction of the change.

mod chain;

pub(crate) use chain::pruned;
pub use chain::{Broken, Link, Verified, Verifier, from_hex, to_hex};

use crate::{BreakGlassId, Timestamp, TokenId, UserId, text_enum::text_enum};
use serde_json::{Map, Value};
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
    /// What was done.
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
        /// A SCIM token's networks, its expiry or its client were changed, or its client was detected.
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
        /// An alert was sent to try the channels.
        AlertTested = "alert.tested",
    }
}

impl Action {
    /// Whether this is told through the alert channels.
    pub fn alerts(self) -> bool {
        matches!(
            self,
            Self::ProvisioningEnabled
                | Self::ProvisioningDisabled
                | Self::UserRoleChanged
                | Self::GroupRoleChanged
                | Self::GuardTripped
                | Self::GuardHeld
                | Self::GuardChanged
                | Self::TokenCreated
                | Self::TokenRotated
                | Self::TokenFirstUsed
                | Self::TokenNewNetwork
                | Self::TokenOutsideNetworks
                | Self::TokenUsedLate
                | Self::TokenReminder
                | Self::BreakGlassCreated
                | Self::BreakGlassReset
                | Self::BreakGlassRotated
                | Self::BreakGlassRemoved
                | Self::BreakGlassRescue
                | Self::BreakGlassSignedIn
                | Self::BreakGlassRefused
                | Self::DrillStarted
                | Self::AuditChanged
                | Self::AlertTested
        )
    }
}

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

    /// With these facts.
    #[must_use]
    pub fn with(self, after: &Value) -> Self {
        Self { after: Some(after.to_string()), ..self }
    }
}

/// What an event says of the state before and after, each as a JSON object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Before.
    pub before: Option<String>,
    /// After.
    pub after: Option<String>,
}

impl Change {
    /// The attributes in which two documents differ; a document that cannot be read counts as empty.
    pub fn between(before: &str, after: &str) -> Self {
        let read = |text| serde_json::from_str::<Map<String, Value>>(text).unwrap_or_default();
        let (mut before, mut after) = (read(before), read(after));
        before.retain(|name, value| {
            let same = after.get(name) == Some(value);
            if same {
                after.shift_remove(name);
            }
            !same
        });
        let text = |map: Map<String, Value>| (!map.is_empty()).then(|| Value::Object(map).to_string());
        Self { before: text(before), after: text(after) }
    }
}

/// Which events are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventQuery {
    /// Those whose action starts with this, such as `break_glass.` or `token.created`.
    pub action: Option<String>,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_names_only_what_differs() {
        let change = Change::between(r#"{"a":1,"b":2,"c":3}"#, r#"{"a":1,"b":4,"d":5}"#);
        assert_eq!(change.before.as_deref(), Some(r#"{"b":2,"c":3}"#));
        assert_eq!(change.after.as_deref(), Some(r#"{"b":4,"d":5}"#));
        assert_eq!(Change::between("{}", "{}"), Change::default());
    }
}
