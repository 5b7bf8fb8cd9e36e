//! The developer's commands: `cargo xtask run | watch | build | test | conformance | bench | prepare`.

mod bundle;
mod conformance;
mod files;
mod guarded;
mod postgres;
mod prepare;
mod project;
mod setup;
mod steps;
mod test;
mod watch;

use std::os::unix::process::CommandExt;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use crate::bundle::Profile;
use crate::postgres::Postgres;
use crate::project::Project;

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
    /// Like `run`, and again after every change of the sources.
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
    /// Everything that must hold before a change is done; stops at the first failure.
    Test {
        /// Only these steps, and what they need.
        #[arg(value_parser = test::step_names())]
        steps: Vec<String>,
    },
    /// Run every SCIM conformance suite against a fresh server on SQLite and one on Postgres, or against any server.
    Conformance {
        /// The SCIM base URL of a server to test instead. It gets test users and groups, which are removed again.
        #[arg(long, requires = "token")]
        url: Option<String>,
        /// A bearer token of that server.
        #[arg(long, requires = "url", env = "SCIM_TOKEN", hide_env_values = true)]
        token: Option<String>,
    },
    /// Measure what SCIM calls cost the server on SQLite, beside the same statements in bare axum and sqlx.
    Bench {
        /// How many users there are; 1,000, 100,000 and 1,000,000 if nothing is said.
        users: Vec<u32>,
        /// Measure an emergency instead: how long a rescue takes, and what three minutes of guessing do to others.
        #[arg(long, conflicts_with = "users")]
        emergency: bool,
    },
    /// Check the queries against both databases and store the result for builds without one.
    Prepare {
        /// Fail if the stored result is out of date instead of replacing it.
        #[arg(long)]
        check: bool,
    },
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
        Command::Bench { users, emergency } => bench(&project, users, *emergency),
        Command::Prepare { check } => prepare::prepare(&project, *check),
    }
}

/// Becomes the server, so that signals and the exit code are the server's own.
fn serve(project: &Project, args: &[String]) -> Result<()> {
    build(project, Profile::Dev)?;
    let error = project.serve(args).exec();
    Err(error).map_err(|error| anyhow::anyhow!("the server cannot be started: {error}"))
}

/// Tests the conformance of what the work tree holds.
fn conform(project: &Project) -> Result<()> {
    // What can be missing is known before the minutes that building takes.
    setup::python()?;
    setup::wasm_target(project)?;
    let cluster = Postgres::start()?;
    bundle::bundle(project, Profile::Dev)?;
    conformance::on_both(project, &cluster)
}

/// Measures the binary as it is shipped.
fn bench(project: &Project, users: &[u32], emergency: bool) -> Result<()> {
    build(project, Profile::Release)?;
    let users: String = users.iter().map(|users| format!(" {users}")).collect();
    let words = if emergency {
        // What measures need not be fast: the server's own time is what counts.
        "--bench emergency --profile dev --".to_owned()
    } else {
        // This one is the bare server too, which is built as the product is.
        format!("--bench scim --{users}")
    };
    let mut bench = project.cargo(&format!("bench -p server {words}"));
    project::run(bench.env("POSTERN_BIN", project.binary(Profile::Release)))
}

/// Builds the browser bundle and the binary that carries it.
fn build(project: &Project, profile: Profile) -> Result<()> {
    setup::wasm_target(project)?;
    bundle::bundle(project, profile)?;
    eprintln!("building the server");
    project.build_server(profile)?;
    let binary = project.binary(profile);
    if profile == Profile::Release {
        let size = std::fs::metadata(&binary)?.len();
        eprintln!("{}: {:.1} MB", binary.display(), size as f64 / 1e6);
    }
    Ok(())
}
