//! SQLite: two files, and how the bare server reads and writes one.

use crate::{databases::Databases, people::People};
use bare::{Job, Row};
use sqlx::{
    ConnectOptions, Connection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{fs, fs::File, path::PathBuf};
use tempfile::TempDir;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// The ids and names of a user's groups, as JSON.
macro_rules! groups {
    () => {
        "json_group_array(json_array(lower(hex(groups.id)), groups.display_name) ORDER BY groups.display_name_key)"
    };
}
/// Keeps a row that is read from changing: nothing to do, because the transaction has the write lock from its start.
macro_rules! for_change {
    () => {
        ""
    };
}

#[path = "bare/mod.rs"]
mod bare;
#[path = "fill.rs"]
mod fill;

type Db = sqlx::Sqlite;

/// The audit event of a change.
const AUDIT: &str =
    "INSERT INTO audit_events (at, actor_kind, actor_id, actor_name, address, action, target, target_name,
        before, after, alert, previous, hash)
    VALUES ($1, 'scim', $2, 'bench', '127.0.0.1', $3, $4, $5, '{}', $6, 0, zeroblob(32), zeroblob(32))";

/// The columns of a table, and their types.
const COLUMNS: &str = "SELECT name, type FROM pragma_table_info($1)";

/// As many jobs as share a transaction in the product.
const FOLD: usize = 128;

/// A UUID of version 7, from milliseconds and a number, both SQL expressions.
fn uuid_in_sql(millis: &str, n: &str) -> String {
    format!("unhex(printf('%012x70008%015x', {millis}, {n}))")
}

/// Two files in a folder of their own.
pub(crate) struct Files(TempDir);

impl Files {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

impl Databases for Files {
    fn product(&self) -> String {
        format!("sqlite://{}", self.path("postern.db").display())
    }

    fn bare(&self) -> String {
        format!("sqlite://{}", self.path("bare.db").display())
    }

    async fn fill(&self, user_zero: Uuid, users: usize) -> People {
        let [product, copy] = ["postern.db", "bare.db"].map(|name| self.path(name));
        // Only speed matters: a run that fails is started again.
        let options = SqliteConnectOptions::new().filename(&product).foreign_keys(false);
        let options = options.journal_mode(SqliteJournalMode::Memory).synchronous(SqliteSynchronous::Off);
        let options = options.pragma("cache_size", "-1000000").pragma("temp_store", "memory");
        let mut database = options.connect().await.unwrap();
        let people = fill::everybody(&mut database, user_zero, users).await;
        database.close().await.unwrap();
        fs::copy(&product, &copy).unwrap();
        for file in [product, copy] {
            File::open(file).unwrap().sync_all().unwrap();
        }
        people
    }

    async fn check(&self, users: usize) {
        let options = SqliteConnectOptions::new().filename(self.path("postern.db")).read_only(true);
        let mut database = options.connect().await.unwrap();
        let found: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM users").fetch_one(&mut database).await.unwrap();
        let integrity: String = sqlx::query_scalar("PRAGMA quick_check").fetch_one(&mut database).await.unwrap();
        let orphan = sqlx::query("PRAGMA foreign_key_check").fetch_optional(&mut database).await.unwrap();
        assert!(found as usize == users && integrity == "ok" && orphan.is_none(), "{found} users, {integrity}");
    }

    async fn remove(self) {
        self.0.close().unwrap();
    }
}

/// Turns this program into the bare server on a database, until it is killed.
pub(crate) async fn serve(url: &str) {
    let options: SqliteConnectOptions = url.parse().unwrap();
    let options = options.journal_mode(SqliteJournalMode::Wal);
    let writer = options.clone().foreign_keys(true).synchronous(SqliteSynchronous::Full).connect().await.unwrap();
    let readers = SqlitePoolOptions::new().max_connections(4).test_before_acquire(false);
    let readers = readers.connect_with(options.read_only(true)).await.unwrap();
    bare::serve(readers, Writer::start(writer)).await;
}

/// One task writes; waiting jobs share a transaction and its sync of the disk.
#[derive(Clone)]
struct Writer(mpsc::Sender<(Job, Done)>);

/// Where to send the outcome of a job.
type Done = oneshot::Sender<Option<Row>>;

impl Writer {
    fn start(mut connection: SqliteConnection) -> Self {
        let (jobs, mut waiting) = mpsc::channel(1024);
        tokio::spawn(async move {
            let mut jobs = Vec::with_capacity(FOLD);
            while waiting.recv_many(&mut jobs, FOLD).await > 0 {
                write(&mut connection, &mut jobs).await;
            }
        });
        Self(jobs)
    }

    async fn write(&self, job: Job) -> Option<Row> {
        let (done, outcome) = oneshot::channel();
        self.0.send((job, done)).await.unwrap();
        outcome.await.unwrap()
    }
}

async fn write(connection: &mut SqliteConnection, jobs: &mut Vec<(Job, Done)>) {
    sqlx::query("BEGIN IMMEDIATE").execute(&mut *connection).await.unwrap();
    let mut outcomes = Vec::with_capacity(jobs.len());
    for (job, _) in &*jobs {
        outcomes.push(job.apply(connection).await.unwrap());
    }
    sqlx::query("COMMIT").execute(connection).await.unwrap();
    for ((_, done), outcome) in jobs.drain(..).zip(outcomes) {
        let _ = done.send(outcome);
    }
}
