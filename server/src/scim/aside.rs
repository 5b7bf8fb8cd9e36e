//! Changes that take long to compute: outside the unit of work, a few at a time, while the database serves others.

use super::Problem;
use domain::{
    Error,
    directory::{Edit, Recorded, Source, Tried},
};
use std::sync::Arc;
use tokio::{sync::Semaphore, task::spawn_blocking};

/// How many are under way at once, from the computation to the write, so that few of them overtake each other.
static TURNS: Semaphore = Semaphore::const_new(2);

/// How often a change is computed outside. One that has been overtaken that often is computed inside the unit of work,
/// so that no client starves.
const TRIES: usize = 5;

/// Makes a change. `attempt` is the unit of work that takes the new profile from a source; a change that takes long
/// waits for `own_slot` first.
pub(super) async fn change<R: Recorded, V, F, T>(
    edit: &Arc<Edit<R>>,
    own_slot: impl Future<Output = Result<T, Problem>>,
    attempt: impl Fn(Source<R::Profile>) -> F,
) -> Result<V, Problem>
where
    F: Future<Output = domain::Result<Tried<R, V>>>,
{
    let mut before = match attempt(Source::IfLight).await? {
        Tried::Done(view) => return Ok(view),
        Tried::Heavy(before) => before,
    };
    // One at a time for each token, so that changes of one token do not wait for all those of another.
    let _own = own_slot.await?;
    let failed = |error: &str| Error::Unavailable(error.into());
    let mut turn = TURNS.acquire().await.map_err(|error| Error::Unavailable(error.into()))?;
    for _ in 0..TRIES {
        let edit = edit.clone();
        // The computation continues even if the caller hangs up, so it keeps its turn.
        let computed = spawn_blocking(move || (edit.prepare(&before), turn)).await;
        let (prepared, kept) = computed.map_err(|_| failed("a change could not be computed"))?;
        match attempt(Source::Prepared(prepared?)).await? {
            Tried::Done(view) => return Ok(view),
            Tried::Heavy(newer) => (before, turn) = (newer, kept),
        }
    }
    match attempt(Source::Inside).await? {
        Tried::Done(view) => Ok(view),
        Tried::Heavy(_) => Err(failed("others changed the resource while a large change was computed").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        GroupId, Timestamp,
        group::{Group, GroupProfile},
    };
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn group(version: i64) -> Group {
        let moment = Timestamp::from_millis(0);
        let profile = GroupProfile { display_name: "Staff".into(), external_id: None, document: "{}".into() };
        Group { id: GroupId(Default::default()), version, created: moment, changed: moment, profile }
    }

    /// How often a change is computed outside if it is overtaken this often, and whether it is computed inside in the
    /// end.
    async fn computed(overtaken: usize) -> (usize, bool) {
        let computed = Arc::new(AtomicUsize::new(0));
        let counted = computed.clone();
        let edit = Arc::new(Edit::new(usize::MAX, move |group: &Group| {
            counted.fetch_add(1, Ordering::SeqCst);
            Ok(group.profile.clone())
        }));
        let tries = AtomicUsize::new(0);
        let inside = change(&edit, std::future::ready(Ok(())), |source| {
            let before = tries.fetch_add(1, Ordering::SeqCst);
            async move {
                Ok(match source {
                    Source::Inside => Tried::Done(true),
                    Source::Prepared(_) if before > overtaken => Tried::Done(false),
                    _ => Tried::Heavy(group(1)),
                })
            }
        });
        let inside = inside.await.unwrap();
        (computed.load(Ordering::SeqCst), inside)
    }

    #[tokio::test]
    async fn r03_a_change_is_computed_again_a_few_times() {
        assert_eq!(computed(0).await, (1, false));
        assert_eq!(computed(3).await, (4, false));
        assert_eq!(computed(4).await, (5, false));
        assert_eq!(computed(5).await, (5, true));
    }
}
