use super::Action;

/// Which queue an alert waits in. Each channel sends the alerts of a lane in order, and neither lane waits for the
/// other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// Alerts to act on at once. Each takes authority to cause, or happens a few times an hour at most.
    Urgent,
    /// All others, which strangers and any client can cause.
    Ordinary,
}

impl Lane {
    /// Both, the urgent one first.
    pub const ALL: [Self; 2] = [Self::Urgent, Self::Ordinary];

    /// Whether it is the urgent one, which is how it is stored.
    pub fn is_urgent(self) -> bool {
        self == Self::Urgent
    }
}

impl Action {
    /// The lane in which such events are sent as alerts; `None` where the action alone makes no alert.
    pub(super) fn lane(self) -> Option<Lane> {
        match self {
            Self::ProvisioningEnabled
            | Self::ProvisioningDisabled
            | Self::UserRoleChanged
            | Self::GroupRoleChanged
            | Self::GuardTripped
            | Self::GuardHeld
            | Self::GuardApproved
            | Self::GuardUndone
            | Self::GuardDismissed
            | Self::GuardChanged
            | Self::TokenCreated
            | Self::TokenRotated
            | Self::TokenRevoked
            | Self::TokenPaused
            | Self::TokenResumed
            | Self::TokenHalfSpent
            | Self::TokenSpent
            | Self::BreakGlassCreated
            | Self::BreakGlassReset
            | Self::BreakGlassRotated
            | Self::BreakGlassRemoved
            | Self::BreakGlassRescue
            | Self::BreakGlassSignedIn
            | Self::DrillStarted
            | Self::AuditChanged
            | Self::DatabaseRestored
            | Self::StorageReadOnly
            | Self::StorageWritable => Some(Lane::Urgent),
            Self::BreakGlassRefused
            | Self::TokenFirstUsed
            | Self::TokenNewNetwork
            | Self::TokenOutsideNetworks
            | Self::TokenUsedLate
            | Self::TokenNameRefused
            | Self::TokenReminder
            | Self::SessionRevoked
            | Self::AuditExported
            | Self::BackupOverdue
            | Self::RemovalDelayed
            | Self::AlertTested => Some(Lane::Ordinary),
            Self::UserCreated
            | Self::UserChanged
            | Self::UserDeactivated
            | Self::UserReactivated
            | Self::UserDeleted
            | Self::UserRestored
            | Self::GroupCreated
            | Self::GroupChanged
            | Self::GroupDeleted
            | Self::GroupRestored
            | Self::TokenChanged
            | Self::BreakGlassConfirmed
            | Self::DrillCompleted
            | Self::SignedOut
            | Self::Refused
            | Self::AuditPruned
            | Self::BackupMade => None,
        }
    }
}
