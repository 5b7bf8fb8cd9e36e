//! The guard against mass deprovisioning: departures, their batches, and what the threshold is made from.

use crate::support::{at, id, insert_token, on_both_databases, token, unit};
use domain::{
    TokenId,
    guard::{Batch, BatchState, BatchSummary, Departure, DepartureKind},
    store::Store,
};

on_both_databases!(
    departures_are_counted_by_people,
    departures_are_gathered_into_a_batch,
    departures_come_back_whole_until_undone,
    the_last_batch_is_found,
    a_batch_goes_on_and_is_decided,
    batches_are_listed,
    the_population_is_kept,
    old_departures_are_forgotten,
);

const ENTRA: TokenId = TokenId(id(1));

fn departure(number: u128, moment: i64, weight: u64) -> Departure {
    Departure {
        id: id(number),
        at: at(moment),
        token: ENTRA,
        kind: DepartureKind::Deactivated,
        target: id(100 + number),
        target_name: format!("u{number}"),
        weight,
        before: None,
        batch: None,
    }
}

fn batch(number: u128, opened: i64) -> Batch {
    let (opened, state) = (at(opened), BatchState::Open);
    Batch { id: id(number), token: ENTRA, opened, latest: opened, state, approved_until: None, closed: None }
}

async fn depart(store: &Store, departure: Departure) {
    unit!(store.write, |tx, departure| tx.insert_departure(departure)).unwrap();
}

async fn open(store: &Store, batch: Batch) {
    unit!(store.write, |tx, batch| tx.insert_batch(batch)).unwrap();
}

async fn departed(store: &Store, token: TokenId, since: i64) -> u64 {
    unit!(store.read, |tx, token, since| tx.departed(*token, at(*since))).unwrap()
}

async fn of_batch(store: &Store, number: u128) -> Vec<Departure> {
    unit!(store.read, |tx, number| tx.departures(id(*number), 99)).unwrap()
}

async fn departures_are_counted_by_people(store: Store) {
    let other = TokenId(id(2));
    assert_eq!(departed(&store, ENTRA, 0).await, 0);
    for departure in [
        departure(1, 10, 1),
        departure(2, 20, 40),
        Departure { batch: Some(id(9)), ..departure(3, 30, 1) },
        Departure { token: other, ..departure(4, 30, 7) },
    ] {
        depart(&store, departure).await;
    }
    assert_eq!((departed(&store, ENTRA, 0).await, departed(&store, other, 0).await), (42, 7));
    assert_eq!((departed(&store, ENTRA, 10).await, departed(&store, ENTRA, 30).await), (41, 0));
}

async fn departures_are_gathered_into_a_batch(store: Store) {
    for departure in [
        departure(1, 10, 1),
        departure(2, 11, 1),
        Departure { batch: Some(id(8)), ..departure(3, 12, 1) },
        Departure { token: TokenId(id(2)), ..departure(4, 12, 1) },
        departure(5, 13, 1),
    ] {
        depart(&store, departure).await;
    }
    unit!(store.write, |tx| tx.gather_departures(ENTRA, at(10), id(9))).unwrap();
    let gathered: Vec<u128> = of_batch(&store, 9).await.iter().map(|departure| departure.id.as_u128()).collect();
    assert_eq!(gathered, [5, 2]);
    assert_eq!(of_batch(&store, 8).await.len(), 1);
}

async fn departures_come_back_whole_until_undone(store: Store) {
    let kinds =
        [DepartureKind::Deactivated, DepartureKind::Deleted, DepartureKind::GroupDeleted, DepartureKind::GroupEmptied];
    let mut wanted = Vec::new();
    for (number, kind) in (1..).zip(kinds) {
        let before = (number == 1).then(|| "\"True\"".to_owned());
        wanted.push(Departure { kind, before, batch: Some(id(9)), ..departure(number, 10, 3) });
        depart(&store, wanted[wanted.len() - 1].clone()).await;
    }
    wanted.reverse();
    assert_eq!(of_batch(&store, 9).await, wanted);
    assert_eq!(unit!(store.read, |tx| tx.departures(id(9), 2)).unwrap(), wanted[..2]);
    unit!(store.write, |tx| tx.undo_departure(id(4), at(50))).unwrap();
    unit!(store.write, |tx| tx.undo_departure(id(2), at(50))).unwrap();
    assert_eq!(of_batch(&store, 9).await, [wanted[1].clone(), wanted[3].clone()]);
    // Undone or not, they have happened.
    assert_eq!(departed(&store, ENTRA, 0).await, 12);
}

async fn the_last_batch_is_found(store: Store) {
    let last = async |since: i64| {
        let batch = unit!(store.read, |tx, since| tx.last_batch(ENTRA, at(*since))).unwrap();
        batch.map(|batch| batch.id.as_u128())
    };
    assert_eq!(last(0).await, None);
    open(&store, batch(1, 10)).await;
    open(&store, Batch { state: BatchState::Approved, approved_until: Some(at(90)), ..batch(2, 20) }).await;
    open(&store, batch(4, 30)).await;
    open(&store, batch(3, 30)).await;
    open(&store, Batch { token: TokenId(id(2)), ..batch(5, 40) }).await;
    assert_eq!((last(0).await, last(30).await), (Some(4), Some(4)));
    assert_eq!((last(31).await, last(90).await, last(91).await), (Some(2), Some(2), None));
    unit!(store.write, |tx| tx.touch_batch(id(1), at(200))).unwrap();
    assert_eq!(last(91).await, Some(1));
}

async fn a_batch_goes_on_and_is_decided(store: Store) {
    let find = async || unit!(store.write, |tx| tx.lock_batch(id(1))).unwrap();
    assert_eq!(find().await, None);
    open(&store, batch(1, 10)).await;
    for (moment, latest) in [(20, 20), (15, 20), (30, 30)] {
        unit!(store.write, |tx, moment| tx.touch_batch(id(1), at(*moment))).unwrap();
        assert_eq!(find().await, Some(Batch { latest: at(latest), ..batch(1, 10) }));
    }
    let states = [BatchState::Held, BatchState::Approved, BatchState::Undone, BatchState::Dismissed, BatchState::Open];
    for state in states {
        let until = (state == BatchState::Approved).then(|| at(99));
        let closed = (state == BatchState::Undone).then(|| at(50));
        let wanted = Batch { state, approved_until: until, closed, latest: at(30), ..batch(1, 10) };
        unit!(store.write, |tx, wanted| tx.update_batch(wanted)).unwrap();
        assert_eq!(find().await, Some(wanted));
    }
}

async fn batches_are_listed(store: Store) {
    insert_token(&store, &token(1)).await;
    open(&store, batch(1, 10)).await;
    let other = Batch { token: TokenId(id(2)), closed: Some(at(50)), state: BatchState::Dismissed, ..batch(2, 20) };
    open(&store, other.clone()).await;
    for number in 1..=3 {
        depart(&store, Departure { batch: Some(id(1)), ..departure(number, 10, 5) }).await;
    }
    unit!(store.write, |tx| tx.undo_departure(id(1), at(50))).unwrap();
    let wanted = [
        BatchSummary { batch: other, token_name: String::new(), weight: 0 },
        BatchSummary { batch: batch(1, 10), token_name: "Token 1".into(), weight: 10 },
    ];
    assert_eq!(unit!(store.read, |tx| tx.batches(9)).unwrap(), wanted);
    assert_eq!(unit!(store.read, |tx| tx.batches(1)).unwrap(), wanted[..1]);
}

async fn the_population_is_kept(store: Store) {
    let find = async || unit!(store.read, |tx| tx.population()).unwrap();
    assert_eq!(find().await, None);
    for (population, moment) in [(0, 10), (70_000, 20), (3, 15)] {
        unit!(store.write, |tx, population, moment| tx.set_population(*population, at(*moment))).unwrap();
        assert_eq!(find().await, Some((population, at(moment))));
    }
}

async fn old_departures_are_forgotten(store: Store) {
    depart(&store, departure(1, 10, 1)).await;
    depart(&store, departure(2, 11, 1)).await;
    unit!(store.write, |tx| tx.forget_deleted(at(11))).unwrap();
    assert_eq!(departed(&store, ENTRA, 0).await, 1);
}
