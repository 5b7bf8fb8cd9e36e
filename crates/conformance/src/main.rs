//! Runs the suite against a server and prints a table.

use clap::Parser;
use conformance::{Outcome, Report, Target};
use std::{process::ExitCode, time::Instant};

/// Holds a SCIM 2.0 server to RFC 7643, RFC 7644, RFC 9865 and to what directories really send. It makes users and
/// groups under names of its own and deletes them again.
#[derive(Parser)]
struct Arguments {
    /// Base URL of the server, such as https://id.corp.example/scim/v2.
    #[arg(long)]
    url: String,
    /// Bearer token that may change users and groups.
    #[arg(long, env = "SCIM_TOKEN", hide_env_values = true)]
    token: String,
    /// Runs only the cases whose name begins with this.
    #[arg(long, value_name = "PREFIX")]
    only: Option<String>,
    /// Cases at the same time.
    #[arg(long, default_value_t = 8)]
    concurrency: usize,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let target = match Target::new(&arguments.url, &arguments.token) {
        Ok(target) => target,
        Err(failure) => {
            eprintln!("{failure}");
            return ExitCode::FAILURE;
        }
    };
    let start = Instant::now();
    let report = conformance::run(&target, arguments.only.as_deref(), arguments.concurrency).await;
    print(&report);
    let (passed, failed, skipped) = (report.passed(), report.failed(), report.skipped());
    println!("{passed} passed, {failed} failed, {skipped} skipped in {:.1} s", start.elapsed().as_secs_f64());
    if failed == 0 && passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn print(report: &Report) {
    let width = report.verdicts.iter().map(|verdict| verdict.name.len()).max().unwrap_or_default();
    for verdict in &report.verdicts {
        let (word, note) = match &verdict.outcome {
            Outcome::Passed => ("passed", String::new()),
            Outcome::Skipped(reason) => ("skipped", format!("  {reason}")),
            Outcome::Failed(failure) => (
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
