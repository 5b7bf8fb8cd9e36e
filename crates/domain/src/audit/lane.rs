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
