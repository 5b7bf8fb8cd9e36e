use super::*;
use crate::{fold::run, open, queue::QUEUE};
use domain::{
    BreakGlassId, SessionId, Timestamp, TokenId,
    audit::{Action, Event},
    console::Principal,
    guard::{Departure, DepartureKind},
    identity::{Person, PersonId, Who},
    role::Role,
    session::{Browser, SessionRecord},
    store::{Tx, Work},
};
use std::path::Path;
use tokio::sync::{Semaphore, mpsc};

/// Adds this many lines to the audit log.
struct Lines(usize);

impl Unit for Lines {
    fn run<'t>(&'t self, tx: &'t mut dyn Tx) -> Work<'t, ()> {
        let event = Event::new(Timestamp::from_millis(0), Who::Host, None, Action::SignedOut);
        let event = event.on(uuid::Uuid::nil(), &"x".repeat(1000));
        Box::pin(async move {
            for _ in 0..self.0 {
                tx.append_event(&event).await?;
            }
            Ok(())
        })
    }
}

/// Adds a session of an account that does not exist.
struct Orphan;

impl Unit for Orphan {
    fn run<'t>(&'t self, tx: &'t mut dyn Tx) -> Work<'t, ()> {
        let start = Timestamp::from_millis(0);
        let principal = Principal {
            person: Person { id: PersonId::BreakGlass(BreakGlassId(uuid::Uuid::nil())), name: "gate".into() },
            generation: Some(1),
            role: Role::Administrator,
            since: start,
            checked: start,
            reason: None,
            ends: start,
            session: SessionId(uuid::Uuid::nil()),
        };
        let session = SessionRecord { principal, key: [0; 32], seen: start, browser: Browser::default() };
        Box::pin(async move { tx.insert_session(&session).await })
    }
}

/// Runs these units in one transaction, which fails as a whole, and then two lines; only these two must be kept.
async fn all_fail_together(trouble: &'static str, units: Vec<Arc<dyn Unit>>) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("postern.db");
    let mut connection = open::writer(&file).await.unwrap();
    open::migrate_now(&mut connection).await.unwrap();
    run(&mut connection, trouble).await.unwrap();
    let writer = start(&file, connection).await;
    // All of them wait before the first starts.
    for outcome in futures_util::future::join_all(units.into_iter().map(|unit| writer.run(unit, Caller::Other))).await {
        assert!(matches!(outcome, Err(Error::Unavailable(_))), "{outcome:?}");
    }
    writer.run(Arc::new(Lines(2)), Caller::Other).await.unwrap();
    writer.close().await;
    assert_eq!(lines(&file).await, 2);
}

async fn start(file: &Path, connection: SqliteConnection) -> Writer {
    let readers = open::readers(file).await.unwrap();
    let wal = Wal::of(file, readers.of_directories());
    Writer::start(connection, Arc::new(Disk::of(file)), wal, Turns::of_server(file)).await.unwrap()
}

async fn lines(file: &Path) -> i64 {
    let readers = open::readers(file).await.unwrap();
    let mut reader = readers.acquire(Caller::Other).await.unwrap();
    sqlx::query_scalar("SELECT COUNT(*) FROM audit_events").fetch_one(reader.connection().unwrap()).await.unwrap()
}

#[tokio::test]
async fn a_full_disk_costs_a_transaction_and_no_more() {
    // SQLite rolls the whole transaction back when the second unit fills the disk.
    let units: Vec<Arc<dyn Unit>> = vec![Arc::new(Lines(1)), Arc::new(Lines(1_000))];
    all_fail_together("PRAGMA max_page_count = 60", units).await;
}

#[tokio::test]
async fn a_commit_that_fails_costs_a_transaction_and_no_more() {
    // The missing account is seen at the commit, which leaves the transaction open.
    let units: Vec<Arc<dyn Unit>> = vec![Arc::new(Lines(1)), Arc::new(Orphan), Arc::new(Lines(1))];
    all_fail_together("PRAGMA defer_foreign_keys = ON", units).await;
}

/// Sends a message when it starts, and ends when permitted.
struct Parked(mpsc::UnboundedSender<Caller>, Caller, Option<Arc<Semaphore>>);

impl Unit for Parked {
    fn run<'t>(&'t self, _: &'t mut dyn Tx) -> Work<'t, ()> {
        Box::pin(async move {
            self.0.send(self.1).unwrap();
            if let Some(go) = &self.2 {
                go.acquire().await.unwrap().forget();
            }
            Ok(())
        })
    }
}

#[tokio::test]
async fn r03_others_wait_for_one_unit_of_a_directory() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("postern.db");
    let writer = Arc::new(start(&file, open::migrated(&file, &mut Turns::Alone).await.unwrap()).await);
    let (begun, mut has_begun) = mpsc::unbounded_channel();
    let go = Arc::new(Semaphore::new(0));
    let run = |caller, go| {
        let (writer, unit) = (writer.clone(), Arc::new(Parked(begun.clone(), caller, go)));
        tokio::spawn(async move { writer.run(unit, caller).await })
    };
    let directories: Vec<_> = (0..300).map(|_| run(Caller::Directory, Some(go.clone()))).collect();
    for _ in 0..3 {
        assert_eq!(has_begun.recv().await, Some(Caller::Directory));
        let other = run(Caller::Other, None);
        while lock(&writer.queues).as_ref().unwrap().others.capacity() == QUEUE {
            tokio::task::yield_now().await;
        }
        go.add_permits(1);
        assert_eq!(has_begun.recv().await, Some(Caller::Other), "it goes before all that wait");
        // It is committed without any other unit of a directory.
        other.await.unwrap().unwrap();
    }
    go.add_permits(300);
    for unit in directories {
        unit.await.unwrap().unwrap();
    }
}

/// Sends a message when it starts, and records departures without end.
struct Endless(mpsc::UnboundedSender<Caller>);

impl Unit for Endless {
    fn run<'t>(&'t self, tx: &'t mut dyn Tx) -> Work<'t, ()> {
        let departure = Departure {
            at: Timestamp::from_millis(0),
            token: TokenId(uuid::Uuid::nil()),
            kind: DepartureKind::Deleted,
            target: uuid::Uuid::nil(),
            target_name: "u".into(),
            group: None,
            weight: 1,
            before: None,
            batch: None,
        };
        Box::pin(async move {
            self.0.send(Caller::Directory).unwrap();
            loop {
                tx.insert_departures(&vec![departure.clone(); 1_000]).await?;
            }
        })
    }
}

/// The unit that takes too long is abandoned, and those that share its transaction are kept.
#[tokio::test]
async fn r38_a_directory_does_not_keep_others_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("postern.db");
    let writer = Arc::new(start(&file, open::migrated(&file, &mut Turns::Alone).await.unwrap()).await);
    let run = |unit: Arc<dyn Unit>, caller| {
        let writer = writer.clone();
        tokio::spawn(async move { writer.run(unit, caller).await })
    };
    let (begun, mut has_begun) = mpsc::unbounded_channel();
    let go = Arc::new(Semaphore::new(0));
    let parked = run(Arc::new(Parked(begun.clone(), Caller::Directory, Some(go.clone()))), Caller::Directory);
    assert_eq!(has_begun.recv().await, Some(Caller::Directory));
    let short = run(Arc::new(Lines(1)), Caller::Directory);
    tokio::task::yield_now().await;
    let long = run(Arc::new(Endless(begun)), Caller::Directory);
    tokio::task::yield_now().await;
    // It may run again, with the others that are kept.
    go.add_permits(2);
    assert_eq!(has_begun.recv().await, Some(Caller::Directory));
    let other = run(Arc::new(Lines(1)), Caller::Other);
    let long = long.await.unwrap();
    assert!(matches!(long, Err(Error::Unavailable(_))), "{long:?}");
    for kept in [parked, short, other] {
        kept.await.unwrap().unwrap();
    }
    assert_eq!(writer.health(), Health::Writable);
    assert_eq!(lines(&file).await, 2);
}

/// The effect of a directory's unit on a transaction is not the others' loss.
#[tokio::test]
async fn r03_a_directory_cannot_fail_the_units_of_others() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("postern.db");
    let mut connection = open::migrated(&file, &mut Turns::Alone).await.unwrap();
    run(&mut connection, "PRAGMA defer_foreign_keys = ON").await.unwrap();
    let writer = start(&file, connection).await;
    let (directory, other) =
        tokio::join!(writer.run(Arc::new(Orphan), Caller::Directory), writer.run(Arc::new(Lines(1)), Caller::Other));
    assert!(matches!(directory, Err(Error::Unavailable(_))), "{directory:?}");
    other.unwrap();
    assert_eq!(writer.health(), Health::Writable);
    writer.close().await;
    assert_eq!(lines(&file).await, 1);
}

/// While a command has its turn, a server does what administrators request and lets directories wait.
#[tokio::test]
async fn r33_only_directories_make_way_for_a_command() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("postern.db");
    let writer = Arc::new(start(&file, open::migrated(&file, &mut Turns::Alone).await.unwrap()).await);
    let mut command = Turns::of_host(&file);
    let turn = command.take().await;
    let directory = tokio::spawn({
        let writer = writer.clone();
        async move { writer.run(Arc::new(Lines(1)), Caller::Directory).await }
    });
    for _ in 0..30 {
        writer.run(Arc::new(Lines(1)), Caller::Other).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    assert_eq!(lines(&file).await, 30);
    drop(turn);
    directory.await.unwrap().unwrap();
    assert_eq!(lines(&file).await, 31);
}
