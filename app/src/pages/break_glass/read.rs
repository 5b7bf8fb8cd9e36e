use domain::{
    Timestamp,
    console::{BreakGlassStatus, Console, DrillStatus},
    identity::PersonId,
};

/// The data of the panels.
pub(super) struct BreakGlass {
    pub(super) status: BreakGlassStatus,
    pub(super) drills: DrillStatus,
    pub(super) now: Timestamp,
    /// Who is viewing it.
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
