//! One table for all suites, and below it the checks that failed and those that were skipped.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Outcome {
    Passed,
    Failed,
    Skipped,
}

/// One check of a suite.
#[derive(Debug)]
pub(crate) struct Finding {
    name: String,
    outcome: Outcome,
    rule: String,
    expected: String,
    got: String,
}

impl Finding {
    /// Reads the output of a suite: an array of objects with the members `name`, `outcome` (`passed`, `failed` or
    /// `skipped`), `rule`, `expected` and `got`. For a skipped check, `got` says why.
    pub(crate) fn read(printed: &[u8]) -> Result<Vec<Self>> {
        let findings: Vec<Value> = serde_json::from_slice(printed).context("it printed no list of findings")?;
        findings.iter().map(Self::from_json).collect()
    }

    fn from_json(finding: &Value) -> Result<Self> {
        let text = |key: &str| finding[key].as_str().map(one_line).with_context(|| format!("a finding has no {key}"));
        let outcome = match finding["outcome"].as_str() {
            Some("passed") => Outcome::Passed,
            Some("failed") => Outcome::Failed,
            Some("skipped") => Outcome::Skipped,
            _ => anyhow::bail!("a finding has no outcome"),
        };
        Ok(Self { name: text("name")?, outcome, rule: text("rule")?, expected: text("expected")?, got: text("got")? })
    }
}

/// What one suite found on one server.
pub(crate) struct Row {
    pub(crate) suite: &'static str,
    pub(crate) target: &'static str,
    pub(crate) findings: Vec<Finding>,
    pub(crate) took: Duration,
}

impl Row {
    fn of(&self, outcome: Outcome) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.outcome == outcome)
    }
}

/// What all suites found on all servers.
pub(crate) struct Report(pub(crate) Vec<Row>);

impl Report {
    /// How many checks failed.
    pub(crate) fn failures(&self) -> usize {
        self.0.iter().map(|row| row.of(Outcome::Failed).count()).sum()
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<13} {:<9} {:>6} {:>6} {:>7} {:>8}", "suite", "server", "passed", "failed", "skipped", "time")?;
        for row in &self.0 {
            let count = |outcome| row.of(outcome).count();
            let (passed, failed, skipped) = (count(Outcome::Passed), count(Outcome::Failed), count(Outcome::Skipped));
            let seconds = row.took.as_secs_f64();
            writeln!(f, "{:<13} {:<9} {passed:>6} {failed:>6} {skipped:>7} {seconds:>6.1} s", row.suite, row.target)?;
        }
        for row in &self.0 {
            for finding in row.of(Outcome::Failed) {
                writeln!(f, "\nFAILED {} on {}: {}", row.suite, row.target, finding.name)?;
                for (label, text) in [("rule", &finding.rule), ("expected", &finding.expected), ("got", &finding.got)] {
                    writeln!(f, "  {label:<9} {text}")?;
                }
            }
        }
        let skipped = self.skipped();
        if !skipped.is_empty() {
            writeln!(f, "\nskipped:")?;
        }
        skipped.iter().try_for_each(|(reason, count)| writeln!(f, "  {count:>3} {reason}"))
    }
}

impl Report {
    /// How many checks were skipped for each reason.
    fn skipped(&self) -> BTreeMap<String, usize> {
        let mut reasons = BTreeMap::new();
        for row in &self.0 {
            for finding in row.of(Outcome::Skipped) {
                *reasons.entry(format!("{}: {}", row.suite, finding.got)).or_default() += 1;
            }
        }
        reasons
    }
}

/// Long answers are cut, so that the table can be read.
fn one_line(text: &str) -> String {
    const LONGEST: usize = 1000;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{} …", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOUND: &str = r#"[
        {"name": "get", "outcome": "passed", "rule": "", "expected": "", "got": ""},
        {"name": "patch", "outcome": "failed", "rule": "RFC 7644 §3.5.2", "expected": "200", "got": "500\nsorry"},
        {"name": "bulk", "outcome": "skipped", "rule": "", "expected": "", "got": "no bulk"},
        {"name": "bulk again", "outcome": "skipped", "rule": "", "expected": "", "got": "no bulk"}
    ]"#;

    #[test]
    fn the_table_counts_and_tells_what_failed() {
        let findings = Finding::read(FOUND.as_bytes()).unwrap();
        let report =
            Report(vec![Row { suite: "rules", target: "SQLite", findings, took: Duration::from_millis(1250) }]);
        assert_eq!(report.failures(), 1);
        assert_eq!(
            report.to_string(),
            "suite         server    passed failed skipped     time\n\
             rules         SQLite         1      1       2    1.2 s\n\
             \nFAILED rules on SQLite: patch\n  \
             rule      RFC 7644 §3.5.2\n  expected  200\n  got       500 sorry\n\
             \nskipped:\n    2 rules: no bulk\n"
        );
    }

    #[test]
    fn what_is_no_finding_is_refused() {
        for printed in ["", "{}", "[1]", r#"[{"name": "x", "outcome": "perhaps"}]"#] {
            assert!(Finding::read(printed.as_bytes()).is_err(), "{printed}");
        }
    }

    #[test]
    fn long_answers_are_cut() {
        assert_eq!(one_line("a \n b"), "a b");
        assert_eq!(one_line(&"é".repeat(1100)).chars().count(), 1002);
    }
}
