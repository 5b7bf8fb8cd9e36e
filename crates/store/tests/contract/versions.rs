//! A database of every earlier version, opened by this one: everything in it is still there, and work continues.
//!
//! Every migration has a seed of the same name in `tests/seeds`: rows as they were written from that version on, added
//! right after it. So the first seven migrations and the first seven seeds make a database of version 7.

mod guard;
mod people;
mod records;
mod seeds;
pub(crate) mod tables;
mod ways_in;
mod work;

use crate::support::{Database, store};
use domain::{Clock, Env, Random, Timestamp, store::Store};
use seeds::Version;
use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};
use uuid::Uuid;

/// The start of a version's day, by which its seed has been written.
const fn day(version: i64) -> i64 {
    1_742_198_400_000 + version * 86_400_000
}

/// More than a year after all seeds.
const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

/// The id that a seed names by its last four digits.
const fn seeded(digits: u16) -> Uuid {
    Uuid::from_u128(0x0195_a000_0000_7000_8000_0000_0000_0000 | digits as u128)
}

/// A clock that stands still.
struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        NOW
    }
}

/// Bytes that never repeat.
#[derive(Default)]
struct Counter(AtomicU8);

impl Random for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0.fetch_add(1, Ordering::Relaxed));
    }
}

fn env(store: &Store) -> Env {
    Env { store: store.clone(), clock: Arc::new(Still), random: Arc::new(Counter::default()) }
}

#[tokio::test]
async fn sqlite_is_upgraded_from_every_version() {
    for version in seeds::versions() {
        is_upgraded(&Database::sqlite().await, &version).await;
    }
}

#[tokio::test]
async fn postgres_is_upgraded_from_every_version() {
    for version in seeds::versions() {
        is_upgraded(&Database::postgres().await, &version).await;
    }
}

async fn is_upgraded(database: &Database, version: &Version) {
    // Shows which version failed.
    eprintln!("from {}", version.name);
    seeds::make(database, version).await;
    let before = tables::read(database).await;
    before.have_something_in_every_column(version);
    let store = store(database).await;
    tables::read(database).await.have_all_of(&before, version);
    let env = env(&store);
    people::are_there(&env, version.number).await;
    guard::knows_its_batches(&store, version.number).await;
    records::are_there(&store, version.number).await;
    ways_in::are_open(&env, version.number).await;
    work::goes_on(&env, version.number).await;
    store.close().await;
}
