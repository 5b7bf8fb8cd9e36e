//! The audit log: one event for each change, written in the transaction of the change.

use crate::{BreakGlassId, Timestamp, TokenId, text_enum::text_enum};
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
    /// Somebody with a shell on the host.
    Host,
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
        /// A group was made.
        GroupCreated = "group.created",
        /// A group was changed, or its membership.
        GroupChanged = "group.changed",
        /// A group was deleted.
        GroupDeleted = "group.deleted",
        /// Provisioning was turned on.
        ProvisioningEnabled = "provisioning.enabled",
        /// Provisioning was turned off.
        ProvisioningDisabled = "provisioning.disabled",
        /// A SCIM token was made.
        TokenCreated = "token.created",
        /// A SCIM token was revoked.
        TokenRevoked = "token.revoked",
        /// A break-glass account was made.
        BreakGlassCreated = "break_glass.created",
        /// A break-glass account got a new secret.
        BreakGlassReset = "break_glass.reset",
        /// Somebody signed in with a break-glass account.
        BreakGlassSignedIn = "break_glass.signed_in",
        /// Somebody gave a wrong secret for a break-glass account that exists.
        BreakGlassRefused = "break_glass.refused",
        /// Somebody signed out.
        SignedOut = "session.ended",
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
}

impl Actor {
    /// The kind, the id and the name, as they are stored.
    pub fn parts(&self) -> (&'static str, Option<Uuid>, Option<&str>) {
        match self {
            Self::Scim { token, name } => ("scim", Some(token.0), Some(name)),
            Self::BreakGlass { account, name } => ("break_glass", Some(account.0), Some(name)),
            Self::Host => ("host", None, None),
            Self::Nobody => ("nobody", None, None),
        }
    }
}
