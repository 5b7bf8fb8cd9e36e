//! What can go wrong, in the product's words. The border turns it into a SCIM error, a page or a CLI line.

/// An error of another layer, kept as the source.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The result of a rule or of the store.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something did not happen. Whatever the variant, nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The thing asked for does not exist.
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
    /// A guard refused the change.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The protocol above refused its own change; the border knows the type and takes it back out.
    #[error("the request was rejected")]
    Rejected(#[source] BoxError),
    /// The database did not do its work; the request may be tried again.
    #[error("the database is unavailable")]
    Unavailable(#[source] BoxError),
    /// A stored row is not what this version writes.
    #[error("table {table} holds a value in {column} that cannot be read")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
}

/// Which unique value was taken.
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
}

/// A guard's refusal. Its sentence says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Provisioning cannot be turned on while nobody has a proven way back in.
    #[error(
        "No break-glass account has signed in within the last 90 days. Sign in with one first, so that a mistake \
         in the directory can never lock you out."
    )]
    NoProvenWayBack,
    /// SCIM is turned off.
    #[error("SCIM provisioning is turned off in Postern. Turn it on under Single sign-on, SCIM.")]
    ProvisioningOff,
    /// The bearer token is missing, unknown, mistyped or revoked.
    #[error("The bearer token is missing or not valid. Create one under Single sign-on, SCIM.")]
    BadToken,
    /// The break-glass name or secret is wrong; which of the two is nobody's business.
    #[error("This name and secret do not go together. Check both, or make a new secret on the host.")]
    WrongSecret,
}
