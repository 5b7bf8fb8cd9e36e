//! The suites: two public ones in Python, and our own.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use super::report::{Finding, Row};
use super::target::Target;
use crate::project::{Project, output, run};
use crate::setup;

/// The public suites and what decides their verdicts.
const PUBLIC: [&str; 4] =
    ["scim2-tester==0.5.2", "scim2-client[httpx2]==0.13.2", "scim2-models==0.12.3", "scim-sanity==0.7.4"];

/// The programs that run the suites.
pub(crate) struct Suites {
    python: PathBuf,
    script: PathBuf,
    own: PathBuf,
}

impl Suites {
    /// Installs the public suites and builds our own.
    pub(crate) fn prepare(project: &Project) -> Result<Self> {
        run(&mut project.cargo("build -p conformance"))?;
        Ok(Self {
            python: virtual_environment(project)?,
            script: project.root.join("end2end/conformance.py"),
            own: project.target.join("debug/conformance"),
        })
    }

    /// Runs them all, one after the other: some count what is there.
    pub(crate) fn run(&self, target: &Target) -> Result<Vec<Row>> {
        let python = |suite: &str| {
            let mut command = Command::new(&self.python);
            command.arg(&self.script).arg(suite);
            command
        };
        let own = |part: &str| {
            let mut command = Command::new(&self.own);
            command.args(["--json", part]);
            command
        };
        let suites = [
            ("scim2-tester", python("scim2-tester")),
            ("scim-sanity", python("scim-sanity")),
            ("rules", own("--rules")),
            ("directories", own("--sequences")),
        ];
        suites.into_iter().map(|(suite, command)| one(suite, command, target)).collect()
    }
}

/// Runs one suite. The address and the token go through the environment: a command line can be read by everybody.
fn one(suite: &'static str, mut command: Command, target: &Target) -> Result<Row> {
    eprintln!("{suite} on {}", target.name);
    let started = Instant::now();
    command.env("SCIM_URL", &target.url).env("SCIM_TOKEN", &target.token);
    let ran = command.stderr(Stdio::inherit()).output().with_context(|| format!("cannot run {suite}"))?;
    let findings =
        Finding::read(&ran.stdout).with_context(|| format!("{suite} broke off on {} ({})", target.name, ran.status))?;
    ensure!(!findings.is_empty(), "{suite} has checked nothing on {}", target.name);
    Ok(Row { suite, target: target.name, findings, took: started.elapsed() })
}

/// Python with the public suites, made once and kept in the target folder.
fn virtual_environment(project: &Project) -> Result<PathBuf> {
    let folder = project.target.join("conformance");
    let (python, installed) = (folder.join("bin/python"), folder.join("installed"));
    if !fs::read_to_string(&installed).is_ok_and(|packages| packages == PUBLIC.join(" ")) {
        eprintln!("installing {}", PUBLIC.join(" "));
        output(Command::new(setup::python()?).args(["-m", "venv", "--clear"]).arg(&folder))?;
        output(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PUBLIC))
            .context("the public suites come from PyPI, which is not reached")?;
        fs::write(installed, PUBLIC.join(" "))?;
    }
    Ok(python)
}
