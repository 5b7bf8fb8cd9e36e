//! The work that units leave for later: events to seal and changes to count, in whichever process and whenever they are
//! settled.

use crate::support::{Database, at, group, on_both_databases_bare, store, unit, user, user_name};
use domain::{
    Result,
    audit::{Action, Entry, Event, Lane, Verified, Verifier},
    identity::Who,
    query::{Predicate, Sort, Start, UserKey, Window},
    store::Store,
};
use sqlx::{Connection, PgConnection};
use std::{
    collections::HashMap,
    future::Future,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    sync::{
        Semaphore,
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    },
    task::{JoinHandle, JoinSet},
    time::{sleep, timeout},
};

on_both_databases_bare!(
    the_log_respects_what_was_acknowledged,
    events_survive_a_restart,
    many_events_are_sealed_in_batches,
    an_alert_waits_for_its_number,
);

/// How long a test waits for something that must happen.
const PATIENCE: Duration = Duration::from_secs(60);

fn event(number: i64, action: Action) -> Event {
    Event::new(at(number), Who::Host, None, action)
}

async fn append(store: &Store, number: i64) {
    let event = event(number, Action::UserCreated);
    unit!(store.write, |tx, event| tx.append_event(event)).unwrap();
}

async fn pending(store: &Store) -> u64 {
    unit!(store.read, |tx| tx.count_pending_events()).unwrap()
}

/// The log from its first event to its head, checked.
async fn sealed(store: &Store) -> (Vec<Entry>, Verified) {
    let (mut entries, mut verifier) = (Vec::<Entry>::new(), Verifier::default());
    loop {
        let last = entries.last().map_or(0, |entry| entry.seq);
        let page = unit!(store.read, |tx, last| tx.events_after(*last, 1_000)).unwrap();
        if page.is_empty() {
            break;
        }
        entries.extend(page);
    }
    for entry in &entries {
        verifier.take(entry).unwrap();
    }
    let (_, head) = unit!(store.read, |tx| tx.audit_head()).unwrap().unwrap();
    (entries, verifier.finish(Some(head)).unwrap())
}

/// The numbers with which the events were created, in the order of the log.
async fn numbers(store: &Store) -> Vec<i64> {
    sealed(store).await.0.iter().map(|entry| entry.event.at.millis()).collect()
}

/// Writers and two sealers at once: an event comes after those that were acknowledged before its unit began.
async fn the_log_respects_what_was_acknowledged(database: Database) {
    const WRITERS: i64 = 16;
    const EACH: i64 = 12;
    let stores = [store(&database).await, store(&database).await];
    let writing = Arc::new(AtomicBool::new(true));
    let mut sealers = JoinSet::new();
    for store in stores.clone() {
        let writing = writing.clone();
        sealers.spawn(async move {
            while writing.load(Ordering::SeqCst) {
                store.settle().await.unwrap();
                tokio::task::yield_now().await;
            }
        });
    }
    let acknowledged: Arc<Mutex<Vec<i64>>> = Arc::default();
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let (store, acknowledged) = (stores[usize::from(writer % 2 == 1)].clone(), acknowledged.clone());
        writers.spawn(async move {
            let mut begun = Vec::new();
            for number in writer * EACH..(writer + 1) * EACH {
                begun.push((number, acknowledged.lock().unwrap().len()));
                append(&store, number).await;
                acknowledged.lock().unwrap().push(number);
            }
            begun
        });
    }
    let begun: Vec<(i64, usize)> = writers.join_all().await.into_iter().flatten().collect();
    writing.store(false, Ordering::SeqCst);
    sealers.join_all().await;
    stores[0].settle().await.unwrap();

    let (entries, verified) = sealed(&stores[0]).await;
    assert_eq!((verified.entries, verified.seq), (192, WRITERS * EACH), "each once, without gaps");
    let places: HashMap<i64, i64> = entries.iter().map(|entry| (entry.event.at.millis(), entry.seq)).collect();
    let acknowledged = acknowledged.lock().unwrap();
    for (number, before) in begun {
        let late = acknowledged[..before].iter().find(|earlier| places[earlier] > places[&number]);
        assert_eq!(late, None, "it was acknowledged before {number} began, and stands behind it");
    }
}

async fn events_survive_a_restart(database: Database) {
    let first = store(&database).await;
    for number in 1..=3 {
        append(&first, number).await;
    }
    first.close().await;
    let second = store(&database).await;
    append(&second, 4).await;
    second.settle().await.unwrap();
    assert_eq!((numbers(&second).await, pending(&second).await), (vec![1, 2, 3, 4], 0));
}

async fn many_events_are_sealed_in_batches(database: Database) {
    let store = store(&database).await;
    let work = store.write((), |(), tx| {
        Box::pin(async move {
            for number in 1..=2_100 {
                tx.append_event(&event(number, Action::UserCreated)).await?;
            }
            // Larger together than a batch may be.
            for number in 2_101..=2_103 {
                let large = Some("x".repeat(5 * 1024 * 1024));
                tx.append_event(&Event { before: large, ..event(number, Action::UserChanged) }).await?;
            }
            tx.append_event(&event(2_104, Action::UserCreated)).await
        })
    });
    work.await.unwrap();
    store.settle().await.unwrap();
    assert_eq!(numbers(&store).await, (1..=2_104).collect::<Vec<_>>());
}

async fn an_alert_waits_for_its_number(database: Database) {
    let store = store(&database).await;
    for (number, action) in [(1, Action::UserCreated), (2, Action::TokenCreated), (3, Action::GuardTripped)] {
        let event = event(number, action);
        unit!(store.write, |tx, event| tx.append_event(event)).unwrap();
    }
    let next = async |seq: i64| {
        let entry = unit!(store.read, |tx, seq| tx.next_alert(Lane::Urgent, *seq)).unwrap();
        entry.map(|entry| (entry.seq, entry.event.action))
    };
    let before = next(0).await;
    assert_eq!(before.is_none(), pending(&store).await > 0);
    store.settle().await.unwrap();
    assert_eq!(next(0).await, Some((2, Action::TokenCreated)));
    assert_eq!((next(2).await, next(3).await), (Some((3, Action::GuardTripped)), None));
}

/// A unit that has created a user and a group and added its event, and is not committed until the test lets it.
struct Open {
    unit: JoinHandle<Result<()>>,
    written: UnboundedReceiver<()>,
    gate: Arc<Semaphore>,
}

type Context = (u32, UnboundedSender<()>, Arc<Semaphore>);

impl Open {
    async fn begin(store: &Store, number: u32) -> Self {
        let ((sender, written), gate) = (unbounded_channel(), Arc::new(Semaphore::new(0)));
        let (store, context) = (store.clone(), (number, sender, gate.clone()));
        let unit = tokio::spawn(async move {
            let work = store.write(context, |(number, written, gate): &Context, tx| {
                Box::pin(async move {
                    create(tx, *number).await?;
                    written.send(()).unwrap();
                    gate.acquire().await.unwrap().forget();
                    Ok(())
                })
            });
            work.await
        });
        let mut this = Self { unit, written, gate };
        soon(this.written.recv()).await.unwrap();
        this
    }

    async fn commit(self) {
        self.gate.add_permits(1);
        soon(self.unit).await.unwrap().unwrap();
    }
}

async fn create(tx: &mut dyn domain::store::Tx, number: u32) -> Result<()> {
    tx.append_event(&event(number.into(), Action::UserCreated)).await?;
    tx.insert_user(&user(number, &format!("u{number}"))).await?;
    tx.insert_group(&group(number, &format!("g{number}"))).await
}

async fn soon<T>(what: impl Future<Output = T>) -> T {
    timeout(PATIENCE, what).await.unwrap()
}

#[tokio::test]
async fn postgres_writers_do_not_wait_for_each_others_commit() {
    let database = Database::postgres().await;
    let store = store(&database).await;
    let slow = Open::begin(&store, 1).await;
    for number in 2..=4 {
        let work = store.write(number, |number, tx| Box::pin(create(tx, *number)));
        soon(work).await.unwrap();
    }
    assert_eq!(unit!(store.read, |tx| tx.count_users(&Predicate::All)).unwrap(), 3);
    store.settle().await.unwrap();
    slow.commit().await;
    assert_eq!(unit!(store.read, |tx| tx.count_groups(&Predicate::All)).unwrap(), 4);
    store.settle().await.unwrap();
    assert_eq!(numbers(&store).await, [2, 3, 4, 1], "no gap is left for whoever commits last, and nothing is skipped");
}

#[tokio::test]
async fn postgres_a_late_commit_hides_nobody_who_was_there() {
    let database = Database::postgres().await;
    let store = store(&database).await;
    let page = async |start: Start| {
        let window =
            Window { sort: Sort { by: UserKey::Position, descending: false }, start, limit: 2, bytes: u64::MAX };
        unit!(store.read, |tx, window| tx.find_users(&Predicate::All, window, false)).unwrap()
    };
    let insert = async |number: u32| {
        let user = user(number, &format!("u{number}"));
        unit!(store.write, |tx, user| tx.insert_user(user)).unwrap();
    };
    insert(1).await;
    let late = Open::begin(&store, 2).await;
    insert(3).await;
    insert(4).await;
    // A unit that commits late has an earlier place, before the cursor. It was not there when the walk began.
    let first = page(Start::First).await;
    late.commit().await;
    let rest = page(Start::After(first[1].mark.clone())).await;
    let names: Vec<String> = first.iter().chain(&rest).map(user_name).collect();
    assert_eq!(names, ["u1", "u3", "u4"]);
    assert_eq!(page(Start::First).await.iter().map(user_name).collect::<Vec<_>>(), ["u1", "u2"]);
    let rows = page(Start::Index(2)).await;
    assert_eq!(rows.iter().map(user_name).collect::<Vec<_>>(), ["u3", "u4"]);
}

/// A sealer that has numbered its events and waits to write them.
async fn stuck_sealer(store: &Store, blocker: &mut PgConnection) -> (JoinHandle<Result<()>>, i32) {
    sqlx::raw_sql("BEGIN; LOCK TABLE audit_events IN EXCLUSIVE MODE").execute(&mut *blocker).await.unwrap();
    let sealer = store.clone();
    let sealer = tokio::spawn(async move { sealer.settle().await });
    let begun = Instant::now();
    loop {
        let waiting: Option<i32> = sqlx::query_scalar(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
        )
        .fetch_optional(&mut *blocker)
        .await
        .unwrap();
        if let Some(pid) = waiting {
            return (sealer, pid);
        }
        assert!(begun.elapsed() < PATIENCE, "nobody seals");
        sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn postgres_a_sealer_that_dies_loses_and_doubles_nothing() {
    let database = Database::postgres().await;
    let store = store(&database).await;
    let mut blocker = PgConnection::connect(database.url()).await.unwrap();
    for number in 1..=20 {
        append(&store, number).await;
    }
    let (killed, pid) = stuck_sealer(&store, &mut blocker).await;
    sqlx::query("SELECT pg_terminate_backend($1)").bind(pid).execute(&mut blocker).await.unwrap();
    assert!(soon(killed).await.unwrap().is_err());
    sqlx::raw_sql("ROLLBACK").execute(&mut blocker).await.unwrap();
    assert_eq!(pending(&store).await, 20);
    append(&store, 21).await;

    let (dropped, _) = stuck_sealer(&store, &mut blocker).await;
    dropped.abort();
    assert!(soon(dropped).await.unwrap_err().is_cancelled());
    sqlx::raw_sql("ROLLBACK").execute(&mut blocker).await.unwrap();
    append(&store, 22).await;
    store.settle().await.unwrap();
    assert_eq!((numbers(&store).await, pending(&store).await), ((1..=22).collect(), 0));
}
