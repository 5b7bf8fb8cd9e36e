//! Runs the suite against a server and prints a table.

use clap::Parser;
use conformance::{CaseOutcome, Report, ServerUnderTest, Verdict};
use serde_json::{Value, json};
use std::{process::ExitCode, time::Instant};

/// Checks a SCIM 2.0 server against RFC 7643, RFC 7644, RFC 9865 and what directories actually send. It creates users
/// and groups under names of its own and deletes them again.
#[derive(Parser)]
struct Arguments {
    /// Base URL of the server, such as https://id.corp.example/scim/v2.
    #[arg(long, env = "SCIM_URL")]
    url: String,
    /// Bearer token that may change users and groups.
    #[arg(long, env = "SCIM_TOKEN", hide_env_values = true)]
    token: String,
    /// Runs only the cases whose name begins with this.
    #[arg(long, value_name = "PREFIX")]
    only: Option<String>,
    /// Runs only the cases, not the sequences that directories send.
    #[arg(long, conflicts_with = "sequences")]
    rules: bool,
    /// Runs only the sequences that directories send, not the cases.
    #[arg(long)]
    sequences: bool,
    /// Prints a JSON array with the result of each case and each step instead of the table.
    #[arg(long)]
    json: bool,
    /// How many cases run at the same time.
    #[arg(long, default_value_t = 8)]
    concurrency: usize,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let target = match ServerUnderTest::new(&arguments.url, &arguments.token) {
        Ok(target) => target,
        Err(failure) => {
            eprintln!("{failure}");
            return ExitCode::FAILURE;
        }
    };
    let start = Instant::now();
    let report = run(&target, &arguments).await;
    let (passed, failed, skipped) = (report.passed(), report.failed(), report.skipped());
    if arguments.json {
        println!("{}", Value::Array(report.verdicts.iter().map(to_json).collect()));
    } else {
        print(&report);
        println!("{passed} passed, {failed} failed, {skipped} skipped in {:.1} s", start.elapsed().as_secs_f64());
    }
    if failed == 0 && passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn run(target: &ServerUnderTest, arguments: &Arguments) -> Report {
    let (only, concurrency) = (arguments.only.as_deref(), arguments.concurrency);
    let mut report = Report::default();
    if !arguments.sequences {
        report.verdicts = conformance::run(target, only, concurrency).await.verdicts;
    }
    if !arguments.rules {
        report.verdicts.extend(conformance::run_sequences(target, only, concurrency).await.verdicts);
    }
    report
}

fn to_json(verdict: &Verdict) -> Value {
    let (outcome, expected, got) = match &verdict.outcome {
        CaseOutcome::Passed => ("passed", String::new(), String::new()),
        CaseOutcome::Skipped(reason) => ("skipped", String::new(), reason.clone()),
        CaseOutcome::Failed(failure) => {
            ("failed", failure.expected.clone(), format!("{}: {}", failure.request, failure.got))
        }
    };
    json!({"name": verdict.name, "outcome": outcome, "rule": verdict.rule, "expected": expected, "got": got})
}

fn print(report: &Report) {
    let width = report.verdicts.iter().map(|verdict| verdict.name.len()).max().unwrap_or_default();
    for verdict in &report.verdicts {
        let (word, note) = match &verdict.outcome {
            CaseOutcome::Passed => ("passed", String::new()),
            CaseOutcome::Skipped(reason) => ("skipped", format!("  {reason}")),
            CaseOutcome::Failed(failure) => (
                "FAILED",
                format!(
                    "\n    rule:     {}\n    request:  {}\n    expected: {}\n    got:      {}",
                    verdict.rule, failure.request, failure.expected, failure.got
                ),
            ),
        };
        println!("{:width$}  {word:7} {:>5} ms{note}", verdict.name, verdict.took.as_millis());
    }
}
