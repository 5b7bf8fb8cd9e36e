//! What directories send, request by request: ordered exchanges in the shape and with the headers that each client is
//! known to send, and what must come back. Unlike a [`Case`](crate::Case), a step needs the steps before it.

mod directory;
mod entra;
mod jumpcloud;
mod okta;
mod onelogin;
mod script;

use crate::{Outcome, Report, T, Target, Verdict};
use directory::Directory;
use futures_util::{StreamExt, stream};
use script::{Step, Values};
use std::time::{Duration, Instant};

/// A conversation of one directory with the server, from a clean start to an end that leaves nothing behind.
pub struct Sequence {
    /// The directory and what it does, such as `okta-group-push`; no two sequences have the same name.
    pub name: String,
    /// The source from which the steps are known.
    pub source: &'static str,
    directory: Directory,
    steps: Vec<Step>,
}

impl Sequence {
    fn new(name: impl Into<String>, source: &'static str, directory: Directory, steps: Vec<Step>) -> Self {
        Self { name: name.into(), source, directory, steps }
    }

    /// Plays the steps in their order. Once one has failed, the others are skipped: they would fail for the same
    /// reason.
    async fn play(self, target: Target) -> Vec<Verdict> {
        let t = T::new(target);
        let mut values = Values::new(t.tag());
        let mut failed = false;
        let mut verdicts = Vec::with_capacity(self.steps.len());
        for (index, step) in self.steps.iter().enumerate() {
            let start = Instant::now();
            let outcome = match failed {
                true => Outcome::Skipped("an earlier step has failed".into()),
                false => match step.play(&t, &self.directory, &mut values).await {
                    Ok(()) => Outcome::Passed,
                    Err(failure) => Outcome::Failed(failure),
                },
            };
            failed |= matches!(outcome, Outcome::Failed(_));
            verdicts.push(self.verdict(index, step, outcome, start.elapsed()));
        }
        t.clean_up().await;
        verdicts
    }

    fn verdict(&self, index: usize, step: &Step, outcome: Outcome, took: Duration) -> Verdict {
        let name = format!("{} {:02} {}", self.name, index + 1, step.name);
        Verdict { name, rule: self.source.into(), outcome, took }
    }
}

/// All sequences.
pub fn sequences() -> Vec<Sequence> {
    [entra::sequences(), okta::sequences(), onelogin::sequences(), jumpcloud::sequences()]
        .into_iter()
        .flatten()
        .collect()
}

/// Plays all sequences whose name begins with `filter` against a server, `concurrency` at a time (at least one).
/// Returns a verdict for each step, in order. A server that treats directories differently by token needs a token for
/// each of them.
pub async fn run_sequences(target: &Target, filter: Option<&str>, concurrency: usize) -> Report {
    let chosen =
        sequences().into_iter().filter(|sequence| filter.is_none_or(|prefix| sequence.name.starts_with(prefix)));
    let runs = chosen.map(|sequence| sequence.play(target.clone()));
    let played: Vec<_> = stream::iter(runs).buffered(concurrency.max(1)).collect().await;
    Report { verdicts: played.into_iter().flatten().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique() {
        let names: BTreeSet<_> = sequences().into_iter().map(|sequence| sequence.name).collect();
        assert_eq!(names.len(), sequences().len());
    }

    #[test]
    fn every_value_is_known_before_it_is_used() {
        for sequence in sequences() {
            let mut values = Values::new("tag");
            for step in &sequence.steps {
                let known = step.rehearse(&mut values);
                assert_eq!(known, Ok(()), "{}: {}", sequence.name, step.name);
            }
        }
    }
}
