use crate::{Answer, Case, Failure, Result, ServerUnderTest, T, capability, cases};
use futures_util::{StreamExt, stream};
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// Longer than any case takes on a server that works.
const LONGEST: Duration = Duration::from_secs(60);

/// How a case ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseOutcome {
    /// The server keeps the rule.
    Passed,
    /// It breaks the rule.
    Failed(Failure),
    /// The server says that it does not offer the feature that the rule is about.
    Skipped(String),
}

/// A case that has run.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Its name.
    pub name: String,
    /// Its rule.
    pub rule: String,
    /// How it ended.
    pub outcome: CaseOutcome,
    /// How long it took, without cleaning up.
    pub took: Duration,
}

/// How all cases ended, in the order of [`cases`](crate::cases()).
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Each case.
    pub verdicts: Vec<Verdict>,
}

impl Report {
    /// How many passed.
    pub fn passed(&self) -> usize {
        self.count(|outcome| matches!(outcome, CaseOutcome::Passed))
    }

    /// How many failed.
    pub fn failed(&self) -> usize {
        self.count(|outcome| matches!(outcome, CaseOutcome::Failed(_)))
    }

    /// How many were skipped.
    pub fn skipped(&self) -> usize {
        self.count(|outcome| matches!(outcome, CaseOutcome::Skipped(_)))
    }

    fn count(&self, is: impl Fn(&CaseOutcome) -> bool) -> usize {
        self.verdicts.iter().filter(|verdict| is(&verdict.outcome)).count()
    }
}

/// Runs all cases whose name begins with `filter` against a server, `concurrency` at a time (at least one).
pub async fn run(target: &ServerUnderTest, filter: Option<&str>, concurrency: usize) -> Report {
    let chosen = cases().into_iter().filter(|case| filter.is_none_or(|prefix| case.name.starts_with(prefix)));
    run_cases(target, chosen.collect(), concurrency).await
}

/// Runs these cases; see [`run`].
pub async fn run_cases(target: &ServerUnderTest, cases: Vec<Case>, concurrency: usize) -> Report {
    let config = capability::config(&T::new(target.clone())).await;
    let runs = cases.into_iter().map(|case| one(target.clone(), case, config.as_ref()));
    Report { verdicts: stream::iter(runs).buffered(concurrency.max(1)).collect().await }
}

async fn one(target: ServerUnderTest, case: Case, config: Option<&Answer>) -> Verdict {
    let Case { name, rule, needs, body } = case;
    let start = Instant::now();
    let outcome = match needs.and_then(|capability| capability.missing(config)) {
        Some(reason) => CaseOutcome::Skipped(reason),
        None => {
            let t = T::new(target);
            let outcome = outcome(body(t.clone())).await;
            t.clean_up().await;
            outcome
        }
    };
    Verdict { name, rule, outcome, took: start.elapsed() }
}

/// The outcome of a case; a panic, or an answer that never comes, counts as a failure.
async fn outcome(body: impl Future<Output = Result<()>> + Send + 'static) -> CaseOutcome {
    let mut running = tokio::spawn(body);
    let failed = |got: String| CaseOutcome::Failed(Failure::new("the case", "an end", got));
    match timeout(LONGEST, &mut running).await {
        Ok(Ok(Ok(()))) => CaseOutcome::Passed,
        Ok(Ok(Err(failure))) if failure.is_absence => CaseOutcome::Skipped(failure.got),
        Ok(Ok(Err(failure))) => CaseOutcome::Failed(failure),
        Ok(Err(error)) => failed(error.to_string()),
        Err(_) => {
            running.abort();
            failed(format!("none within {} seconds", LONGEST.as_secs()))
        }
    }
}
