/// Which queue an alert waits in. Each channel sends the alerts of a lane in order, and neither lane waits for the
/// other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// Alerts that need action at once. Causing one requires authority, or it happens at most a few times an hour.
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
