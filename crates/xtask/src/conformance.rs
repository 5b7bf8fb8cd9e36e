//! `cargo xtask conformance`: every SCIM suite that we have, against fresh servers or any server.

mod report;
mod suite;
mod suites;
mod target;

use anyhow::{Result, ensure};

use crate::postgres::Postgres;
use crate::project::Project;
use report::Report;
use suites::Programs;
pub(crate) use target::Target;

/// Builds the server with the existing bundle and runs all suites against two fresh servers: one on SQLite and one on a
/// new database of the cluster. Fails if a check fails.
pub(crate) fn on_both(project: &Project, cluster: &Postgres) -> Result<()> {
    let programs = Programs::prepare(project, "-p server")?;
    let mut rows = programs.run(&Target::sqlite(project)?)?;
    rows.extend(programs.run(&Target::postgres(project, cluster)?)?);
    conclude(&Report(rows))
}

/// Runs all suites against an existing server. They create users and groups of their own and delete them.
pub(crate) fn on(project: &Project, target: &Target) -> Result<()> {
    conclude(&Report(Programs::prepare(project, "")?.run(target)?))
}

fn conclude(report: &Report) -> Result<()> {
    println!("{report}");
    ensure!(report.failures() == 0, "{} checks failed", report.failures());
    Ok(())
}
