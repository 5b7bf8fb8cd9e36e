//! What can go wrong, in the product's words. The border turns it into a SCIM error, a page or a CLI line.

/// An error of another layer, kept as the source.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The result of a rule or of the store.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something did not happen. Whatever the variant, nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It does not exist.
    #[error("not found")]
    NotFound,
    /// Another row already holds a value that must be unique.
    #[error("{0} is already taken")]
    Conflict(Conflict),
    /// The caller wanted to change a version that is no longer the current one (RFC 7644 §3.14).
    #[error("the resource has changed since the version you named")]
    VersionMismatch,
    /// The input breaks a rule; the sentence says which, and what to do.
    #[error("{0}")]
    Invalid(&'static str),
    /// The value to replace does not exist; the sentence says what to do.
    #[error("{0}")]
    NoTarget(&'static str),
    /// A guard refused the change.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The protocol layer refused its own change; the border knows the type and unwraps it.
    #[error("the request was rejected")]
    Rejected(#[source] BoxError),
    /// The database failed to do its work; the request may be tried again.
    #[error("the database is unavailable")]
    Unavailable(#[source] BoxError),
    /// Disk space is low, and only administrators may change anything.
    #[error("there is too little disk space left for the database")]
    NoRoom,
    /// A stored row holds a value that this version does not write.
    #[error("table {table} holds a value in {column} that cannot be read")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
}

/// Which unique value is already taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// A user's `userName`, without regard to case.
    #[error("this userName")]
    UserName,
    /// A group's `displayName`, without regard to case.
    #[error("this group displayName")]
    GroupName,
    /// A break-glass account's name.
    #[error("this break-glass name")]
    BreakGlassName,
    /// A name or an id of the form that is reserved for break-glass accounts.
    #[error("a name of the form that is reserved for break-glass accounts")]
    Reserved,
}

impl Refusal {
    /// Whether it is recorded in the audit log: not if something only has to be done first.
    pub(crate) fn is_recorded(self) -> bool {
        match self {
            Self::StepUp
            | Self::ReasonNeeded
            | Self::SessionEnded
            | Self::WrongCode
            | Self::TestedLately
            | Self::BeingUndone => false,
            Self::NoProvenWayBack
            | Self::LastWayIn
            | Self::ReadOnly
            | Self::Held
            | Self::TokenPaused
            | Self::OutsideNetworks
            | Self::BudgetSpent { .. }
            | Self::RefusedTooOften { .. }
            | Self::WouldCutOff
            | Self::Decided
            | Self::ProvisioningOff
            | Self::BadToken
            | Self::WrongSecret => true,
        }
    }

    /// After how many seconds the same call may be tried again, if waiting is all that it takes.
    pub fn retry_after(self) -> Option<u32> {
        match self {
            Self::BudgetSpent { seconds, .. } | Self::RefusedTooOften { seconds, .. } => Some(seconds),
            Self::NoProvenWayBack
            | Self::LastWayIn
            | Self::ReadOnly
            | Self::SessionEnded
            | Self::StepUp
            | Self::ReasonNeeded
            | Self::Held
            | Self::TokenPaused
            | Self::OutsideNetworks
            | Self::WouldCutOff
            | Self::Decided
            | Self::BeingUndone
            | Self::WrongCode
            | Self::TestedLately
            | Self::ProvisioningOff
            | Self::BadToken
            | Self::WrongSecret => None,
        }
    }
}

/// A guard's refusal. Its sentence says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Provisioning cannot be turned on while there are not enough proven ways back in.
    #[error(
        "Two break-glass accounts must have signed in within the last 90 days. Sign in with each of them once, so that \
         a mistake in the directory can never lock you out."
    )]
    NoProvenWayBack,
    /// A way in cannot be removed if no proven one would be left.
    #[error(
        "This is the last break-glass account that is known to work. Sign in with another one first; then this one can \
         be removed."
    )]
    LastWayIn,
    /// An auditor reads everything and changes nothing.
    #[error("Your role is auditor: you can read everything here and change nothing.")]
    ReadOnly,
    /// The session has ended in the meantime.
    #[error("Your session has ended, so nothing was changed. Sign in again.")]
    SessionEnded,
    /// The secret was given too long ago for a change like this.
    #[error("Confirm with your secret first: it was last given more than five minutes ago.")]
    StepUp,
    /// The break-glass session has no reason yet.
    #[error("First say what you use the break-glass account for.")]
    ReasonNeeded,
    /// Too many people lost access at once, and no administrator has approved.
    #[error(
        "Postern holds this: more people lost access than its guard allows at once. An administrator must approve the \
         batch under Single sign-on, Guard."
    )]
    Held,
    /// The token is paused.
    #[error("This token is paused in Postern. Resume it under Single sign-on, SCIM.")]
    TokenPaused,
    /// The token may not be used from this network.
    #[error("This token may not be used from this network. Change its networks under Single sign-on, SCIM.")]
    OutsideNetworks,
    /// The token's changes have stored as much as its budget allows in an hour.
    #[error(
        "This token’s changes have stored {mib} MiB in this hour, which is its budget, so nothing was changed. Changes are \
         accepted again in {seconds} seconds. The budget is set on the token’s page under Single sign-on, SCIM."
    )]
    BudgetSpent {
        /// The budget.
        mib: u32,
        /// The seconds until the next hour.
        seconds: u32,
    },
    /// More calls are refused than are answered with the reason.
    #[error(
        "Calls with this token are refused, and there were more than {most} within a minute. Wait {seconds} seconds. The \
         token’s page under Single sign-on, SCIM says why they are refused, and has this limit."
    )]
    RefusedTooOften {
        /// The limit.
        most: u32,
        /// The seconds until the next minute.
        seconds: u32,
    },
    /// A list of networks would cut off a directory that calls now.
    #[error("Within the last day this token was used from outside these networks. Add those networks first.")]
    WouldCutOff,
    /// The batch is no longer what the page showed.
    #[error("This has been decided already. Reload the page to see how.")]
    Decided,
    /// The batch is being undone.
    #[error("This batch is being undone. Wait until that is done, then reload the page.")]
    BeingUndone,
    /// A code that was read from an alert is wrong.
    #[error("This is not the code in that alert. Read it again; each channel has a code of its own.")]
    WrongCode,
    /// A test alert was sent less than a minute ago.
    #[error("A test alert was sent less than a minute ago. Wait a minute, then send another.")]
    TestedLately,
    /// SCIM is turned off.
    #[error("SCIM provisioning is turned off in Postern. Turn it on under Single sign-on, SCIM.")]
    ProvisioningOff,
    /// The bearer token is missing, unknown, mistyped or revoked.
    #[error("The bearer token is missing or not valid. Create one under Single sign-on, SCIM.")]
    BadToken,
    /// The break-glass name or secret is wrong; which of the two is not revealed.
    #[error("This name and secret do not go together. Check both, or create a new secret on the host.")]
    WrongSecret,
}
