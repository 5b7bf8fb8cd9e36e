//! The disk reports an error, or is full, at the nth write, truncation or sync of SQLite, for every n; once, or from
//! then on.

use crate::{
    vfs::{self, Failure, Plan},
    workload::{Acknowledged, Workload},
};
use anyhow::{Context, Result};
use domain::store::Store;
use std::path::Path;

/// How many units a run has: enough for every kind, twice.
const UNITS: u64 = 8;

/// The outcome of all runs.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Outcome {
    /// Runs, each with the error at a different call.
    pub(crate) runs: u64,
    /// Runs in which the product refused to start, and reported it.
    pub(crate) no_start: u64,
    /// Units that were refused.
    pub(crate) refused: u64,
    /// Acknowledged units that were gone.
    pub(crate) lost: u64,
    /// Databases that did not open afterwards, were damaged, or held half a unit.
    pub(crate) damaged: u64,
    /// Runs after which the product did not recover although the disk worked again.
    pub(crate) stuck: u64,
}

/// Tries every `stride`th call, with each kind of failure.
pub(crate) async fn run(stride: u64) -> Result<Outcome> {
    vfs::install();
    let mut outcome = Outcome::default();
    for (failure, lasts) in [(Failure::Io, false), (Failure::Io, true), (Failure::Full, false), (Failure::Full, true)] {
        let mut after = 0;
        while one(Plan { after, failure, lasts }, &mut outcome).await? {
            after += stride;
        }
    }
    Ok(outcome)
}

/// One run. Returns false if the run makes fewer calls than the plan names.
async fn one(plan: Plan, outcome: &mut Outcome) -> Result<bool> {
    let folder = tempfile::tempdir()?;
    let database = folder.path().canonicalize()?.join("postern.db");
    vfs::watch(folder.path(), false);
    vfs::fail(Some(plan));
    outcome.runs += 1;
    let Ok(store) = store::open(&format!("sqlite://{}", database.display())).await else {
        outcome.no_start += 1;
        vfs::fail(None);
        // What it left behind must not prevent the next start.
        let store = store::open(&format!("sqlite://{}", database.display())).await.context("it never starts again")?;
        store.close().await;
        return Ok(true);
    };
    let Ok(workload) = Workload::begin(&store).await else {
        vfs::fail(None);
        outcome.stuck += u64::from(Workload::begin(&store).await.is_err());
        store.close().await;
        return Ok(true);
    };
    let acknowledged = write(&workload, &store, outcome).await;
    let (_, failed) = vfs::calls();
    vfs::fail(None);
    outcome.stuck += u64::from(!goes_on(&store).await);
    store.close().await;
    check(&workload, &database, &acknowledged, outcome).await;
    Ok(failed > 0)
}

async fn write(workload: &Workload, store: &Store, outcome: &mut Outcome) -> Acknowledged {
    let mut acknowledged = Acknowledged::new();
    for unit in 0..UNITS {
        match workload.unit(store, 0, unit).await {
            Ok(()) => drop(acknowledged.entry(0).or_default().insert(unit)),
            Err(_) => outcome.refused += 1,
        }
    }
    acknowledged
}

/// Whether an administrator is served after the disk works again. Directories are served a moment later.
async fn goes_on(store: &Store) -> bool {
    Workload::begin(store).await.is_ok()
}

async fn check(workload: &Workload, database: &Path, acknowledged: &Acknowledged, outcome: &mut Outcome) {
    match workload.examine(database, acknowledged).await {
        Ok(found) => {
            outcome.lost += found.lost;
            outcome.damaged += u64::from(found.half > 0 || !found.sound);
        }
        Err(_) => outcome.damaged += 1,
    }
}
