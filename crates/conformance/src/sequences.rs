//! What directories send, request by request: ordered exchanges in the shape and with the headers that each client is
//! known to send, and the answers that they must get. Unlike a [`Case`](crate::Case), a step needs the steps before it.

mod directory;
mod entra;
mod jumpcloud;
mod okta;
mod onelogin;
mod script;
mod sequence;

use crate::{Report, ServerUnderTest};
use futures_util::{StreamExt, stream};

pub use sequence::Sequence;

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
pub async fn run_sequences(target: &ServerUnderTest, filter: Option<&str>, concurrency: usize) -> Report {
    let chosen =
        sequences().into_iter().filter(|sequence| filter.is_none_or(|prefix| sequence.name.starts_with(prefix)));
    let runs = chosen.map(|sequence| sequence.play(target.clone()));
    let played: Vec<_> = stream::iter(runs).buffered(concurrency.max(1)).collect().await;
    Report { verdicts: played.into_iter().flatten().collect() }
}

#[cfg(test)]
mod tests {
    use super::{script::Values, *};
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
