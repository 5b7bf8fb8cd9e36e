/// The entry of the navigation that a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Here {
    /// The overview.
    Overview,
    /// All users, or one of them.
    Users,
    /// All groups, or one of them.
    Groups,
    /// Deleted users and groups.
    Deleted,
    /// Single sign-on.
    SignOn,
    /// Break-glass accounts and drills.
    BreakGlass,
    /// Sessions.
    Sessions,
    /// The lock-out meter.
    Lockout,
    /// The activity record.
    Activity,
    /// The audit log.
    Audit,
    /// Alert channels.
    Alerts,
    /// None of our pages.
    Nowhere,
}
