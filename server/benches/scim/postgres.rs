//! Postgres: two databases of a cluster, and how the bare server reads and writes one.

use crate::{databases::Databases, people::People, support};
use bare::{Job, Row};
use sqlx::{Connection, PgConnection, PgPool, postgres::PgPoolOptions};
use uuid::Uuid;

/// The ids and names of a user's groups, as JSON.
macro_rules! groups {
    () => {
        "COALESCE(json_agg(json_build_array(groups.id, groups.display_name) ORDER BY groups.display_name_key),
            '[]')::text"
    };
}
/// Keeps a row that is read from changing until the transaction ends.
macro_rules! for_change {
    () => {
        " FOR NO KEY UPDATE OF users"
    };
}

#[path = "bare/mod.rs"]
mod bare;
#[path = "fill.rs"]
mod fill;

type Db = sqlx::Postgres;

/// The audit event of a change, as a transaction of the product leaves it: numbering and hashing it later is not part
/// of the call.
const AUDIT: &str =
    "INSERT INTO audit_pending (at, actor_kind, actor_id, actor_name, address, action, target, target_name,
        before, after)
    VALUES ($1, 'scim', $2, 'bench', '127.0.0.1', $3, $4, $5, '{}', $6)";

/// The columns of a table, and their types.
const COLUMNS: &str = "SELECT column_name::text, upper(data_type) FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name = $1";

/// As many as the product has for directories.
const CONNECTIONS: u32 = 17;

/// A UUID of version 7, from milliseconds and a number, both SQL expressions.
fn uuid_in_sql(millis: &str, n: &str) -> String {
    format!("CAST(lpad(to_hex({millis}), 12, '0') || '70008' || lpad(to_hex({n}), 15, '0') AS uuid)")
}

/// Two databases of the cluster at this address.
pub(crate) struct InCluster<'a> {
    cluster: &'a str,
}

impl<'a> InCluster<'a> {
    pub(crate) async fn new(cluster: &'a str) -> Self {
        let databases = Self { cluster };
        databases.run("CREATE DATABASE product").await;
        databases
    }

    async fn run(&self, statement: &'static str) {
        let mut connection = PgConnection::connect(self.cluster).await.unwrap();
        sqlx::raw_sql(statement).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }
}

impl Databases for InCluster<'_> {
    fn product(&self) -> String {
        support::in_cluster(self.cluster, "product")
    }

    fn bare(&self) -> String {
        support::in_cluster(self.cluster, "bare")
    }

    async fn fill(&self, user_zero: Uuid, users: usize) -> People {
        let mut database = PgConnection::connect(&self.product()).await.unwrap();
        let people = fill::everybody(&mut database, user_zero, users).await;
        // Otherwise the first read of each row writes it again, and the planner has no statistics for a while.
        sqlx::raw_sql("VACUUM (ANALYZE)").execute(&mut database).await.unwrap();
        database.close().await.unwrap();
        // Copying the files starts and ends with a checkpoint.
        self.run("CREATE DATABASE bare TEMPLATE product STRATEGY file_copy").await;
        people
    }

    async fn check(&self, users: usize) {
        let mut database = PgConnection::connect(&self.product()).await.unwrap();
        let found: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM users").fetch_one(&mut database).await.unwrap();
        assert_eq!(found as usize, users);
    }

    async fn remove(self) {
        for statement in ["DROP DATABASE product WITH (FORCE)", "DROP DATABASE bare WITH (FORCE)"] {
            self.run(statement).await;
        }
    }
}

/// Turns this program into the bare server on a database, until it is killed.
pub(crate) async fn serve(url: &str) {
    let pool = PgPoolOptions::new().max_connections(CONNECTIONS).test_before_acquire(false);
    let pool = pool.connect(url).await.unwrap();
    bare::serve(pool.clone(), Writer(pool)).await;
}

/// Each job is a transaction on a connection of its own.
#[derive(Clone)]
struct Writer(PgPool);

impl Writer {
    async fn write(&self, job: Job) -> Option<Row> {
        let mut transaction = self.0.begin().await.unwrap();
        let outcome = job.apply(&mut transaction).await.unwrap();
        transaction.commit().await.unwrap();
        outcome
    }
}
