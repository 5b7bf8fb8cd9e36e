//! Host commands next to a server that its directories keep busy. On Postgres units commit in parallel, so this is
//! about SQLite.

use crate::{
    binary::{Backdoor, Sheet, out},
    database::Database,
};
use domain::store::{Caller, Store};
use serde_json::Value;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{task::JoinSet, time::sleep};

/// How long a command may take, even on a slow machine.
const SOON: Duration = Duration::from_secs(15);

/// How long a unit of a directory takes.
const UNIT: Duration = Duration::from_millis(100);

/// Directories, as a server serves them, whose units follow each other without a pause.
struct Directories {
    callers: JoinSet<()>,
    done: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
}

impl Directories {
    fn start(store: &Store) -> Self {
        let (done, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let mut callers = JoinSet::new();
        for _ in 0..8 {
            let (store, done, stop) = (store.clone(), done.clone(), stop.clone());
            callers.spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    let unit = store.write_as(Caller::Directory, (), |(), tx| {
                        Box::pin(async move {
                            tx.settings().await?;
                            sleep(UNIT).await;
                            Ok(())
                        })
                    });
                    unit.await.unwrap();
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        Self { callers, done, stop }
    }

    /// Waits until this many more units are done.
    async fn go_on(&self, units: usize) {
        let (began, wanted) = (Instant::now(), self.done.load(Ordering::Relaxed) + units);
        while self.done.load(Ordering::Relaxed) < wanted {
            assert!(began.elapsed() < SOON, "directories do not go on");
            sleep(UNIT).await;
        }
    }

    async fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        self.callers.join_all().await;
    }
}

async fn soon(url: &str, arguments: &[&str]) -> String {
    let began = Instant::now();
    let printed = out(url, arguments).await;
    println!("{arguments:?} took {:?}", began.elapsed());
    assert!(began.elapsed() < SOON, "{arguments:?} took {:?}", began.elapsed());
    printed
}

/// The ids of this many new tokens.
async fn tokens(url: &str, number: usize) -> Vec<String> {
    for _ in 0..number {
        out(url, &["token", "create", "--name", "Entra"]).await;
    }
    let tokens: Vec<Value> = serde_json::from_str(&out(url, &["token", "list", "--json"]).await).unwrap();
    tokens.iter().map(|token| token["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn r33_commands_have_their_turn_beside_a_busy_server() {
    let database = Database::sqlite().await;
    let url = database.url();
    Sheet::make(url).await;
    let tokens = tokens(url, 3).await;
    let store = store::open(url).await.unwrap();
    let directories = Directories::start(&store);
    directories.go_on(3).await;
    for token in &tokens {
        soon(url, &["scim", "status"]).await;
        soon(url, &["token", "list"]).await;
        soon(url, &["token", "revoke", token]).await;
        soon(url, &["break-glass", "recover"]).await;
        soon(url, &["migrate"]).await;
        directories.go_on(3).await;
    }
    directories.stop().await;
    store.close().await;
}

/// A command that only reads does not wait for writers, and a change waits for longer than SQLite alone would.
#[tokio::test(flavor = "multi_thread")]
async fn r33_commands_wait_for_whoever_writes_and_only_where_they_write() {
    let database = Database::sqlite().await;
    let url = database.url();
    let token = tokens(url, 1).await.remove(0);
    let mut held = Backdoor::open(&database).await;
    held.run("BEGIN IMMEDIATE").await;
    soon(url, &["scim", "status"]).await;
    soon(url, &["token", "list"]).await;
    let revoked = tokio::spawn({
        let url = url.to_owned();
        async move { soon(&url, &["token", "revoke", &token]).await }
    });
    sleep(Duration::from_secs(8)).await;
    assert!(!revoked.is_finished(), "the lock was no lock");
    held.run("ROLLBACK").await;
    revoked.await.unwrap();
}
