/// Where in the navigation a page stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Here {
    /// Users, or one of them.
    Users,
    /// Groups, or one of them.
    Groups,
    /// What was deleted.
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
    /// No page of ours.
    Nowhere,
}
