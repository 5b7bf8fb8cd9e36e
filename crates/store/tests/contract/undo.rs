//! The guard in action: a directory that removes too many people, and an administrator who decides.

use crate::support::{Database, account, insert_account, insert_token, insert_users, store, unit, user};
use domain::{
    BreakGlassId, Clock, Env, Error, Random, Refusal, Result, SessionId, Timestamp, UserId,
    console::{Console, Principal, SecretHash},
    directory::{Directory, Edit, Expected, Source},
    guard::BatchState,
    identity::{Person, PersonId},
    role::Role,
    session::{Browser, SessionRecord},
    settings::{GuardMode, GuardSettings},
    store::Store,
    token::NewToken,
    user::{Profile, User},
};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU8, Ordering},
};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// What happens when the clock is read again, after being read this many times first.
type Interruption = Mutex<Option<(u8, Box<dyn FnOnce() + Send>)>>;

/// A clock that stands still, and at which something may happen.
#[derive(Default)]
struct Still(Interruption);

impl Clock for Still {
    fn now(&self) -> Timestamp {
        let mut waiting = self.0.lock().unwrap();
        match waiting.take() {
            Some((0, interruption)) => {
                drop(waiting);
                interruption();
            }
            Some((more, interruption)) => *waiting = Some((more - 1, interruption)),
            None => {}
        }
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

struct NoHash;

#[async_trait::async_trait]
impl SecretHash for NoHash {
    async fn hash(&self, _: String) -> Result<String> {
        Err(Error::Invalid("nothing is hashed here"))
    }
}

/// A company with six people, a directory and an administrator.
struct House {
    store: Store,
    clock: Arc<Still>,
    directory: Directory,
    console: Console,
}

async fn house(database: &Database, guard: GuardSettings) -> House {
    let store = store(database).await;
    let clock = Arc::new(Still::default());
    let env = Env { store: store.clone(), clock: clock.clone(), random: Arc::new(Counter::default()) };
    let people: Vec<User> = (1..=6).map(|number| user(number, &format!("u{number}"))).collect();
    insert_users(&store, &people).await;
    unit!(store.write, |tx, guard| tx.set_guard(guard)).unwrap();
    unit!(store.write, |tx| tx.set_provisioning(true, NOW)).unwrap();
    let new = NewToken::generate(&env, "Entra".into(), None);
    insert_token(&store, &new.token).await;
    let directory = Directory::open(&env, Some(&new.secret), None).await.unwrap();
    let console = sign_in(&store, env).await;
    House { store, clock, directory, console }
}

async fn sign_in(store: &Store, env: Env) -> Console {
    insert_account(store, &account(9)).await;
    let gate = BreakGlassId(crate::support::id(9));
    let principal = Principal {
        person: Person { id: PersonId::BreakGlass(gate), name: "gate".into() },
        generation: Some(1),
        role: Role::Administrator,
        since: NOW,
        checked: NOW,
        reason: Some("a test".into()),
        ends: NOW.plus_days(1),
        session: SessionId(crate::support::id(1)),
    };
    let session = SessionRecord { principal: principal.clone(), key: [1; 32], seen: NOW, browser: Browser::default() };
    unit!(store.write, |tx, session| tx.insert_session(session)).unwrap();
    Console::new(env, Arc::new(NoHash), principal, None, "https://postern.example".into())
}

fn person(number: u32) -> UserId {
    user(number, "").id
}

impl House {
    async fn deactivate(&self, number: u32) -> Result<()> {
        let change = Edit::new(1, |user: &User| {
            let document = r#"{"active":false}"#.to_owned();
            Ok(Profile { active: false, document, ..user.profile.clone() })
        });
        let (id, any) = (person(number), Expected::default());
        self.directory.change_user(id, any, false, Arc::new(change), Source::IfLight).await.map(drop)
    }

    async fn find(&self, number: u32) -> Option<User> {
        let store = &self.store;
        unit!(store.write, |tx, number| tx.lock_user(person(*number))).unwrap()
    }
}

async fn everybody_comes_back(database: Database) {
    let guard = GuardSettings { mode: GuardMode::Alert, count: 2, percent: 1, cap: 50, minutes: 40 };
    let house = house(&database, guard).await;
    for number in 1..=4 {
        house.deactivate(number).await.unwrap();
    }
    house.directory.delete_user(person(5), Expected::default()).await.unwrap();
    // Those who had left already are deleted for good, which is no departure of its own.
    house.directory.delete_user(person(1), Expected::default()).await.unwrap();
    // And one whose name another user has by now, who gets a new name.
    house.directory.delete_user(person(2), Expected::default()).await.unwrap();
    insert_users(&house.store, &[user(7, "u2")]).await;
    let batches = house.console.guard().await.unwrap().batches;
    assert_eq!((batches.len(), batches[0].losses.people, batches[0].batch.state), (1, 5, BatchState::Open));
    let undone = house.console.undo_batch(batches[0].batch.id, true, None).await.unwrap().undone;
    assert_eq!((undone.restored, undone.failed), (7, 0));
    for number in [1, 2, 3, 4, 5] {
        let found = house.find(number).await.unwrap();
        let document = if number == 5 { r#"{"userName":"u5"}"# } else { "{}" };
        assert_eq!((found.profile.active, found.profile.document.as_str()), (true, document), "{number}");
    }
    let newcomer = house.find(7).await.unwrap();
    assert!(newcomer.profile.user_name.starts_with("u2~") && newcomer.profile.active, "{newcomer:?}");
    let batches = house.console.guard().await.unwrap().batches;
    assert_eq!((batches[0].batch.state, batches[0].losses.people), (BatchState::Undone, 0));
    assert_eq!(batches[0].batch.undone, Some(undone));
    let refused = house.deactivate(1).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::TokenPaused))), "{refused:?}");
}

async fn an_approval_stands(database: Database) {
    let guard = GuardSettings { mode: GuardMode::Hold, count: 1, percent: 1, cap: 50, minutes: 40 };
    let house = house(&database, guard).await;
    house.deactivate(1).await.unwrap();
    let held = house.deactivate(2).await;
    assert!(matches!(held, Err(Error::Refused(Refusal::Held))), "{held:?}");
    let batches = house.console.guard().await.unwrap().batches;
    assert_eq!((batches.len(), batches[0].batch.state), (1, BatchState::Held));
    // The next is refused as well, and an administrator approves before that is recorded.
    let (console, id) = (house.console.clone(), batches[0].batch.id);
    let runtime = tokio::runtime::Handle::current();
    let approve = move || tokio::task::block_in_place(|| runtime.block_on(console.approve_batch(id))).unwrap();
    *house.clock.0.lock().unwrap() = Some((1, Box::new(approve)));
    let held = house.deactivate(3).await;
    assert!(matches!(held, Err(Error::Refused(Refusal::Held))), "{held:?}");
    let batches = house.console.guard().await.unwrap().batches;
    assert_eq!((batches.len(), batches[0].batch.state), (1, BatchState::Approved));
    for number in 2..=6 {
        house.deactivate(number).await.unwrap();
    }
    assert!(!house.find(6).await.unwrap().profile.active);
}

macro_rules! on_threads {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                super::$test(crate::support::Database::sqlite().await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                super::$test(crate::support::Database::postgres().await).await;
            })+
        }
    };
}

on_threads!(everybody_comes_back, an_approval_stands);
