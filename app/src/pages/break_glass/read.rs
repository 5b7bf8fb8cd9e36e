use domain::{
    Timestamp,
    console::{BreakGlassStatus, Console, DrillStatus, Who},
};

/// What the panels are made from.
pub(super) struct BreakGlass {
    pub(super) status: BreakGlassStatus,
    pub(super) drills: DrillStatus,
    pub(super) now: Timestamp,
    /// Who looks at it.
    pub(super) who: Who,
    pub(super) may_change: bool,
}

impl BreakGlass {
    pub(super) async fn read(console: Console) -> domain::Result<Self> {
        Ok(Self {
            status: console.break_glass().await?,
            drills: console.drills().await?,
            now: console.now(),
            who: console.principal().who,
            may_change: console.may_change(),
        })
    }
}
