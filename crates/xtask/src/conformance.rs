//! `cargo xtask conformance`: every SCIM suite that we have, against fresh servers or any server.

mod report;
mod suites;
mod target;

use anyhow::{Result, ensure};

use crate::postgres::Postgres;
use crate::project::Project;
use report::Report;
use suites::Suites;
pub(crate) use target::Target;

/// Runs all suites against a fresh server on SQLite and one on a new database of the cluster. The server must be built.
pub(crate) fn on_both(project: &Project, cluster: &Postgres) -> Result<()> {
    let suites = Suites::prepare(project)?;
    let mut rows = suites.run(&Target::sqlite(project)?)?;
    rows.extend(suites.run(&Target::postgres(project, cluster)?)?);
    conclude(&Report(rows))
}

/// Runs all suites against a server that is there. They make users and groups of their own and remove them.
pub(crate) fn on(project: &Project, target: &Target) -> Result<()> {
    conclude(&Report(Suites::prepare(project)?.run(target)?))
}

fn conclude(report: &Report) -> Result<()> {
    println!("{report}");
    ensure!(report.failures() == 0, "{} checks failed", report.failures());
    Ok(())
}
