//! Runs the suites.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use super::report::{Finding, Row};
use super::suite::{Program, SUITES, Suite};
use super::target::Target;
use crate::project::{Project, output, run};
use crate::setup;

/// The public suites and everything that they need, with versions and the hashes of their files.
const REQUIREMENTS: &str = "end2end/requirements.txt";

/// The programs that run the suites.
pub(crate) struct Programs {
    python: PathBuf,
    script: PathBuf,
    own: PathBuf,
}

impl Programs {
    /// Installs the public suites and builds our own together with the packages in `beside`: built alone, it would need
    /// its dependencies with fewer features, so all of them would be built again.
    pub(crate) fn prepare(project: &Project, beside: &str) -> Result<Self> {
        let python = virtual_environment(project)?;
        run(&mut project.cargo(&format!("build -p conformance {beside}")))?;
        let (script, own) = (project.root.join("end2end/conformance.py"), project.target.join("debug/conformance"));
        Ok(Self { python, script, own })
    }

    /// Runs all suites, one after the other: some count all resources.
    pub(crate) fn run(&self, target: &Target) -> Result<Vec<Row>> {
        SUITES.iter().map(|suite| self.run_one(suite, target)).collect()
    }

    /// Address and token go through the environment: every user can read a command line.
    fn run_one(&self, suite: &Suite, target: &Target) -> Result<Row> {
        eprintln!("{} on {}", suite.name, target.name);
        let started = Instant::now();
        let mut command = self.command(&suite.program);
        command.env("SCIM_URL", &target.url).env("SCIM_TOKEN", target.token(suite.name)?).stderr(Stdio::inherit());
        let ran = command.output().with_context(|| format!("cannot run {}", suite.name))?;
        let findings = Finding::read(&ran.stdout)
            .with_context(|| format!("{} broke off on {} ({})", suite.name, target.name, ran.status))?;
        ensure!(!findings.is_empty(), "{} checked nothing on {}", suite.name, target.name);
        Ok(Row { suite: suite.name, target: target.name, findings, took: started.elapsed() })
    }

    fn command(&self, program: &Program) -> Command {
        let (program, arguments): (_, Vec<OsString>) = match program {
            Program::Public(name) => (&self.python, vec![self.script.clone().into(), name.into()]),
            Program::Own(arguments) => (&self.own, ["--json"].iter().chain(*arguments).map(OsString::from).collect()),
        };
        let mut command = Command::new(program);
        command.args(arguments);
        command
    }
}

/// Python with the public suites, made once and kept in the target folder.
fn virtual_environment(project: &Project) -> Result<PathBuf> {
    let folder = project.target.join("conformance");
    let (python, installed) = (folder.join("bin/python"), folder.join("installed"));
    let requirements = project.root.join(REQUIREMENTS);
    let wanted = fs::read_to_string(&requirements).with_context(|| requirements.display().to_string())?;
    if !fs::read_to_string(&installed).is_ok_and(|present| present == wanted) {
        eprintln!("installing {REQUIREMENTS}");
        output(Command::new(setup::python()?).args(["-m", "venv", "--clear"]).arg(&folder))?;
        output(Command::new(&python).args(INSTALL).arg(&requirements))
            .context("the public suites cannot be installed from the Python Package Index")?;
        fs::write(installed, wanted)?;
    }
    Ok(python)
}

/// Installs only what is listed, and runs no code of the packages while installing.
const INSTALL: [&str; 7] =
    ["-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary=:all:", "--requirement"];

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    #[test]
    fn r27_every_package_of_the_suites_has_a_version_and_hashes() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../end2end");
        let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
        let listed = read("requirements.txt");
        let packages: Vec<&str> = listed.lines().filter(|line| line.starts_with(char::is_alphabetic)).collect();
        for line in &packages {
            assert!(line.contains("==") && line.ends_with('\\'), "{line}");
        }
        assert!(listed.matches("--hash=sha256:").count() >= packages.len());
        for wanted in read("requirements.in").lines().filter(|line| line.starts_with(char::is_alphabetic)) {
            let (name, version) = wanted.split_once("==").unwrap();
            let name = name.split('[').next().unwrap();
            assert!(packages.iter().any(|line| line.starts_with(&format!("{name}=={version}"))), "{wanted}");
        }
    }
}
