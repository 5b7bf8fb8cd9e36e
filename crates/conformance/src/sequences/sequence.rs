use super::{
    directory::Directory,
    script::{Step, Values},
};
use crate::{CaseOutcome, ServerUnderTest, T, Verdict};
use std::time::{Duration, Instant};

/// A conversation of one directory with the server, from a clean start to an end that leaves nothing behind.
pub struct Sequence {
    /// The directory and what it does, such as `okta-group-push`; no two sequences have the same name.
    pub name: String,
    /// The source from which the steps are known.
    pub source: &'static str,
    directory: Directory,
    pub(super) steps: Vec<Step>,
}

impl Sequence {
    pub(super) fn new(name: impl Into<String>, source: &'static str, directory: Directory, steps: Vec<Step>) -> Self {
        Self { name: name.into(), source, directory, steps }
    }

    /// Plays the steps in their order. After one has failed, the others are skipped: they would fail for the same
    /// reason.
    pub(super) async fn play(self, target: ServerUnderTest) -> Vec<Verdict> {
        let t = T::new(target);
        let mut values = Values::new(t.tag());
        let mut failed = false;
        let mut verdicts = Vec::with_capacity(self.steps.len());
        for (index, step) in self.steps.iter().enumerate() {
            let start = Instant::now();
            let outcome = match failed {
                true => CaseOutcome::Skipped("an earlier step has failed".into()),
                false => match step.play(&t, &self.directory, &mut values).await {
                    Ok(()) => CaseOutcome::Passed,
                    Err(failure) => CaseOutcome::Failed(failure),
                },
            };
            failed |= matches!(outcome, CaseOutcome::Failed(_));
            verdicts.push(self.verdict(index, step, outcome, start.elapsed()));
        }
        t.clean_up().await;
        verdicts
    }

    fn verdict(&self, index: usize, step: &Step, outcome: CaseOutcome, took: Duration) -> Verdict {
        let name = format!("{} {:02} {}", self.name, index + 1, step.name);
        Verdict { name, rule: self.source.into(), outcome, took }
    }
}
