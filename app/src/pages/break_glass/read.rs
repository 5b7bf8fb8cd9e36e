use domain::{
    Timestamp,
    console::{BreakGlassStatus, Console, DrillStatus},
    identity::PersonId,
};

/// What the panels are made from.
pub(super) struct BreakGlass {
    pub(super) status: BreakGlassStatus,
    pub(super) drills: DrillStatus,
    pub(super) now: Timestamp,
    /// Who looks at it.
    pub(super) who: PersonId,
    pub(super) may_change: bool,
}

impl BreakGlass {
    pub(super) async fn read(console: Console) -> domain::Result<Self> {
        Ok(Self {
            status: console.break_glass().await?,
            drills: console.drills().await?,
            now: console.now(),
            who: console.principal().person.id,
            may_change: console.may_change(),
        })
    }
}
