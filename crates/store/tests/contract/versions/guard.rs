//! What people lost, and the batches that look like a mistake.

use super::{NOW, day, seeded};
use crate::support::{at, unit};
use domain::{
    TokenId,
    guard::{BatchState, Losses, Sizes, Span},
    store::Store,
};

pub(super) async fn knows_its_batches(store: &Store, version: i64) {
    let batches = [
        (2, 0x0601, BatchState::Open, Losses { people: 2, renamed: 0, groups: 1, memberships: 2 }),
        (2, 0x0602, BatchState::Dismissed, Losses::default()),
        (6, 0x0603, BatchState::Held, Losses { people: 0, renamed: 1, groups: 0, memberships: 1 }),
        (6, 0x0604, BatchState::Undone, Losses::default()),
        (11, 0x06b1, BatchState::Approved, Losses::default()),
    ];
    for (since, batch, state, losses) in batches {
        let found = unit!(store.read, |tx, batch| tx.batch_summary(seeded(*batch))).unwrap();
        let found = found.map(|found| (found.batch.state, found.losses, found.tokens[0].1.clone()));
        let token = if batch == 0x0604 { "Expired" } else { "Entra" };
        assert_eq!(found, (since <= version).then(|| (state, losses, token.to_owned())), "{batch:x}");
    }
    let entra = TokenId(seeded(0x0201));
    let approved = unit!(store.read, |tx, entra| tx.approved_batch(*entra, at(day(11) + 1))).unwrap();
    assert_eq!(approved, (version >= 11).then_some(seeded(0x06b1)));
    departures_are_found_by_name(store, version).await;
    sizes_are_counted(store, version).await;
    // Before there were samples, the upgrade takes one, which no directory can raise.
    let population = unit!(store.read, |tx| tx.population(NOW.plus_days(-1), NOW)).unwrap();
    assert_eq!(population, if (3..6).contains(&version) { 7 } else { 6 });
}

async fn departures_are_found_by_name(store: &Store, version: i64) {
    let all = Span { token: None, from: at(0), until: NOW };
    for (name, wanted) in [("GRACE", i64::from(version >= 2)), ("ÅSA", i64::from(version >= 12))] {
        let found = unit!(store.read, |tx, all, name| tx.departures_in(all, name, 9)).unwrap();
        assert_eq!(found.len() as i64, wanted, "{name}");
    }
}

/// The sizes of batches, and those at which they were last reported, as counted today.
async fn sizes_are_counted(store: &Store, version: i64) {
    let reported = [
        (6, 0x0603, Sizes { all: 2, people: 0, renames: 1 }, Sizes { all: 1, people: 0, renames: 1 }),
        (11, 0x06b1, Sizes { all: 30, people: 20, renames: 10 }, Sizes { all: 16, people: 16, renames: 8 }),
    ];
    for (_, batch, size, told) in reported.into_iter().filter(|(since, ..)| *since <= version) {
        let (entra, none) = (TokenId(seeded(0x0201)), Sizes::default());
        let grown = unit!(store.write, |tx, batch, entra, none| tx.grow_batch(seeded(*batch), *entra, at(0), *none));
        assert_eq!(grown.unwrap(), (size, told), "{batch:x}");
    }
}
