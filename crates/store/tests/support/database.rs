//! Databases for tests: empty, separate, and removed when dropped. Other crates' tests mount this file by `#[path]`;
//! they need `sqlx`, `tempfile` and `tokio`.

use sqlx::{Connection, PgConnection, QueryBuilder};
use std::{
    env, process,
    sync::atomic::{AtomicU32, Ordering},
};
use tempfile::TempDir;

/// The address of a Postgres server where a superuser may create databases.
const SERVER: &str = "POSTERN_TEST_POSTGRES";

static COUNTER: AtomicU32 = AtomicU32::new(0);

/// An empty database: `store::open` makes the tables.
pub struct Database {
    url: String,
    place: Place,
}

enum Place {
    Folder { _removed_when_dropped: TempDir },
    Server { url: String, name: String },
}

impl Database {
    /// A file in a temporary folder; SQLite creates it when it is opened.
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let url = format!("sqlite://{}", folder.path().join("postern.db").display());
        let place = Place::Folder { _removed_when_dropped: folder };
        Self { url, place }
    }

    /// A new database on the server that the environment names. Panics if it names none: a test of Postgres that did
    /// not run must not look like one that passed.
    pub async fn postgres() -> Self {
        let server = env::var(SERVER).unwrap_or_else(|_| panic!("{SERVER} is not set: run `cargo xtask test`"));
        let name = format!("postern_{}_{}", process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
        execute(&server, "CREATE DATABASE ", &name, "").await;
        let (address, parameters) = server.split_once('?').unwrap_or((&server, ""));
        let (address, _) = address.rsplit_once('/').expect("the address names a database");
        let url = format!("{address}/{name}?{parameters}");
        let place = Place::Server { url: server, name };
        Self { url, place }
    }

    /// The address, for `store::open`.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Place::Server { url, name } = &self.place else { return };
        let (url, name) = (url.clone(), name.clone());
        // A thread of its own: the test's runtime cannot be waited for in here.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime starts").block_on(execute(&url, "DROP DATABASE ", &name, " WITH (FORCE)"));
        });
        if dropped.join().is_err() {
            eprintln!("a test's database was left behind");
        }
    }
}

async fn execute(server: &str, before: &str, name: &str, after: &str) {
    let mut connection = PgConnection::connect(server).await.expect("the test's Postgres answers");
    let mut statement = QueryBuilder::new(before);
    statement.push(name).push(after);
    statement.build().execute(&mut connection).await.expect("the test's Postgres obeys");
}
