//! The developer's commands: `cargo xtask run | watch | build | test | conformance | faults | bench | prepare |
//! advisories | sbom`.

mod bench;
mod build;
mod bundle;
mod circles;
mod conformance;
mod faults;
mod files;
mod guarded;
mod names;
mod postgres;
mod prepare;
mod project;
mod register;
mod setup;
mod steps;
mod supply;
mod test;
mod watch;

use std::os::unix::process::CommandExt;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use crate::build::build;
use crate::postgres::Postgres;
use crate::project::{Profile, Project};

/// The developer's commands for Postern.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Command {
    /// Build everything and serve it from the current folder on SQLite.
    Run {
        /// Arguments for `postern serve`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Like `run`, repeated after every change of the sources.
    Watch {
        /// Arguments for `postern serve`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Build the one binary, browser bundle included.
    Build {
        /// Optimised, compressed, as it is shipped.
        #[arg(long)]
        release: bool,
    },
    /// Check everything that must hold before a change is done; stop at the first failure.
    Test {
        /// Run only these steps, and those that they need.
        #[arg(value_parser = test::step_names())]
        steps: Vec<String>,
    },
    /// Run every SCIM conformance suite against a fresh server on SQLite and one on Postgres, or against any server.
    Conformance {
        /// The SCIM base URL of a server to test instead. Test users and groups are created there and removed again.
        #[arg(long, requires = "token")]
        url: Option<String>,
        /// A bearer token of that server.
        #[arg(long, requires = "url", env = "SCIM_TOKEN", hide_env_values = true)]
        token: Option<String>,
    },
    /// Kill the server and its database, cut the power, fail and fill the disk, set the clock and more, and count what
    /// was lost. Fails if anything acknowledged was lost.
    Faults {
        /// Run only experiments whose name contains one of these, such as `power` or `Postgres`.
        only: Vec<String>,
        /// How often processes are killed on each database; with 200 or more, the disk fails at every single call.
        #[arg(long, default_value_t = 200)]
        kills: u64,
    },
    /// Measure the cost of SCIM calls for the server on either database, next to the same statements in bare axum and
    /// sqlx.
    Bench(bench::Bench),
    /// Check the queries against both databases and store the result for builds without one.
    Prepare {
        /// Fail if the stored result is out of date instead of replacing it.
        #[arg(long)]
        check: bool,
    },
    /// Check the lock files against today's RustSec advisories. For a daily job, and before a release.
    Advisories,
    /// Write the bill of materials of the binary, as CycloneDX.
    Sbom,
}

fn main() -> ExitCode {
    match run(&Command::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command) -> Result<()> {
    let project = Project::find()?;
    match command {
        Command::Run { args } => serve(&project, args),
        Command::Watch { args } => watch::watch(&project, args),
        Command::Build { release } => build(&project, if *release { Profile::Release } else { Profile::Dev }),
        Command::Test { steps } => test::test(project, steps),
        Command::Conformance { url: Some(url), token: Some(token) } => {
            conformance::on(&project, &conformance::Target::given(url, token))
        }
        Command::Conformance { .. } => conform(&project),
        Command::Faults { only, kills } => faults(&project, only, *kills),
        Command::Bench(bench) => {
            build(&project, Profile::Release)?;
            bench.run(&project)
        }
        Command::Prepare { check } => prepare::prepare(&project, *check),
        Command::Advisories => supply::advisories(&project),
        Command::Sbom => supply::sbom(&project),
    }
}

/// Replaces this process with the server, so that signals and the exit code are the server's own.
fn serve(project: &Project, args: &[String]) -> Result<()> {
    build(project, Profile::Dev)?;
    let error = project.serve(args).exec();
    Err(error).map_err(|error| anyhow::anyhow!("the server cannot be started: {error}"))
}

/// Tests the conformance of the work tree.
fn conform(project: &Project) -> Result<()> {
    // Report what is missing before building, which takes minutes.
    setup::python()?;
    setup::wasm_target(project)?;
    let cluster = Postgres::start()?;
    bundle::bundle(project, Profile::Dev)?;
    conformance::on_both(project, &cluster)
}

/// Runs the experiments on the binary as it is shipped.
fn faults(project: &Project, only: &[String], kills: u64) -> Result<()> {
    // Report what is missing before building, which takes minutes.
    faults::set_up()?;
    build(project, Profile::Release)?;
    faults::start(project, Profile::Release, only, kills)
}
