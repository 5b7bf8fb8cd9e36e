//! `cargo xtask test`: runs the steps one after the other, up to the first that fails, and prints the time of each.

use std::time::Instant;

use anyhow::{Result, bail};
use clap::builder::PossibleValuesParser;

use crate::project::Project;
use crate::steps::{Context, Outcome, STEPS, Step};

/// The names that the command line accepts.
pub(crate) fn step_names() -> PossibleValuesParser {
    STEPS.iter().map(|step| step.name).collect::<Vec<_>>().into()
}

/// Runs the named steps and what they need, or all; stops at the first failure.
pub(crate) fn test(project: Project, names: &[String]) -> Result<()> {
    let steps = select(names);
    let mut summary = Summary::new();
    let set_up = || steps.iter().try_for_each(|step| (step.set_up)(&project)).map(|()| Outcome::Passed);
    summary.step("set-up", set_up)?;
    let mut context = Context::new(project);
    for step in steps {
        summary.step(step.name, || (step.run)(&mut context))?;
    }
    summary.print("passed");
    Ok(())
}

/// The named steps and those that they need, in the order of the list.
fn select(names: &[String]) -> Vec<&'static Step> {
    let asked = |step: &&Step| names.is_empty() || names.iter().any(|name| name == step.name);
    let needed: Vec<&str> = STEPS.iter().filter(asked).flat_map(|step| step.needs).copied().collect();
    STEPS.iter().filter(|step| asked(step) || needed.contains(&step.name)).collect()
}

/// One line for each step that ran.
struct Summary {
    started: Instant,
    lines: Vec<String>,
}

impl Summary {
    fn new() -> Self {
        Self { started: Instant::now(), lines: Vec::new() }
    }

    fn step(&mut self, name: &str, run: impl FnOnce() -> Result<Outcome>) -> Result<()> {
        eprintln!("== {name}");
        let started = Instant::now();
        let result = run();
        let word = match &result {
            Ok(Outcome::Passed) => "passed".to_owned(),
            Ok(Outcome::Skipped(reason)) => format!("skipped: {reason}"),
            Err(_) => "FAILED".to_owned(),
        };
        self.lines.push(format!("{name:<12}{:>7.1} s  {word}", started.elapsed().as_secs_f64()));
        if let Err(error) = result {
            self.print("FAILED");
            bail!("{name}: {error:#}");
        }
        Ok(())
    }

    fn print(&self, word: &str) {
        eprintln!("== summary");
        for line in &self.lines {
            eprintln!("{line}");
        }
        eprintln!("{:<12}{:>7.1} s  {word}", "test", self.started.elapsed().as_secs_f64());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selected(names: &[&str]) -> Vec<&'static str> {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        select(&names).iter().map(|step| step.name).collect()
    }

    #[test]
    fn nothing_asked_is_everything() {
        assert_eq!(selected(&[]).len(), STEPS.len());
    }

    #[test]
    fn what_a_step_needs_comes_before_it() {
        assert_eq!(selected(&["browser", "fmt"]), ["fmt", "bundle", "postgres", "browser"]);
        for (position, step) in STEPS.iter().enumerate() {
            for need in step.needs {
                assert!(STEPS[..position].iter().any(|earlier| earlier.name == *need), "{} before {}", need, step.name);
            }
        }
    }

    #[test]
    fn a_failure_stops_and_names_the_step() {
        let mut summary = Summary::new();
        summary.step("one", || Ok(Outcome::Skipped("no reason"))).unwrap();
        let error = summary.step("two", || bail!("broken")).unwrap_err();
        assert_eq!(error.to_string(), "two: broken");
        assert_eq!(summary.lines.len(), 2);
    }
}
