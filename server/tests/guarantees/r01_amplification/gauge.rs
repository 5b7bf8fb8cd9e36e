//! Measures how much is stored.

use sqlx::{Connection, PgConnection, QueryBuilder, SqliteConnection};
use std::collections::BTreeMap;

enum Backdoor {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Measures how many bytes of text and binary values all tables hold together. A row that moves to another table, such
/// as a deleted user, is no growth, and neither is a row that is written again.
pub(super) struct Gauge {
    backdoor: Backdoor,
    /// The sum over each table, all in one query.
    query: String,
    last: i64,
}

impl Gauge {
    pub(super) async fn new(url: &str) -> Self {
        let mut backdoor = open(url).await;
        let columns = match &mut backdoor {
            Backdoor::Sqlite(connection) => {
                let columns = sqlx::query_as(
                    "SELECT m.name, c.name, c.type FROM sqlite_master AS m, pragma_table_info(m.name) AS c
                    WHERE m.type = 'table' AND c.type IN ('TEXT', 'BLOB') AND m.name NOT LIKE '\\_%' ESCAPE '\\'",
                );
                columns.fetch_all(connection).await.unwrap()
            }
            Backdoor::Postgres(connection) => {
                let columns = sqlx::query_as(
                    "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns
                    WHERE table_schema = 'public' AND data_type IN ('text', 'bytea', 'uuid') AND table_name !~ '^_'",
                );
                columns.fetch_all(connection).await.unwrap()
            }
        };
        let mut gauge = Self { backdoor, query: sum(columns), last: 0 };
        gauge.last = gauge.total().await;
        gauge
    }

    /// How much has been added since the last measurement.
    pub(super) async fn growth(&mut self) -> i64 {
        let (before, now) = (self.last, self.total().await);
        self.last = now;
        now - before
    }

    async fn total(&mut self) -> i64 {
        match &mut self.backdoor {
            Backdoor::Sqlite(connection) => {
                QueryBuilder::<sqlx::Sqlite>::new(&self.query).build_query_scalar().fetch_one(connection).await.unwrap()
            }
            Backdoor::Postgres(connection) => QueryBuilder::<sqlx::Postgres>::new(&self.query)
                .build_query_scalar()
                .fetch_one(connection)
                .await
                .unwrap(),
        }
    }

    /// Removes what would only slow down the next measurements.
    pub(super) async fn forget(&mut self) {
        let statements = [
            "UPDATE audit_events SET before = NULL, after = NULL, target_name = NULL",
            "DELETE FROM users WHERE user_name NOT LIKE 'member%'",
            "DELETE FROM groups",
            "DELETE FROM deleted_users",
            "DELETE FROM deleted_groups",
            "DELETE FROM former_members",
            "DELETE FROM departures",
            "DELETE FROM activity",
        ];
        for statement in statements {
            match &mut self.backdoor {
                Backdoor::Sqlite(connection) => drop(sqlx::query(statement).execute(connection).await.unwrap()),
                Backdoor::Postgres(connection) => drop(sqlx::query(statement).execute(connection).await.unwrap()),
            }
        }
    }
}

async fn open(url: &str) -> Backdoor {
    match url.starts_with("sqlite") {
        true => Backdoor::Sqlite(SqliteConnection::connect(url).await.unwrap()),
        false => Backdoor::Postgres(PgConnection::connect(url).await.unwrap()),
    }
}

/// The sum over columns, each named by its table, its name and its type.
fn sum(columns: Vec<(String, String, String)>) -> String {
    assert!(columns.len() > 80, "{columns:?}");
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (table, column, kind) in columns {
        let length = match kind.as_str() {
            "uuid" => format!("CASE WHEN \"{column}\" IS NULL THEN 0 ELSE 16 END"),
            _ => format!("COALESCE(octet_length(\"{column}\"), 0)"),
        };
        tables.entry(table).or_default().push(length);
    }
    let part = |(table, lengths): (String, Vec<String>)| {
        format!("SELECT COALESCE(SUM({}), 0) AS bytes FROM \"{table}\"", lengths.join(" + "))
    };
    let parts: Vec<String> = tables.into_iter().map(part).collect();
    format!("SELECT CAST(SUM(bytes) AS BIGINT) FROM ({}) AS parts", parts.join(" UNION ALL "))
}

/// Gives every user a document with an attribute of this many bytes.
pub(super) async fn enlarge(url: &str, bytes: usize) {
    let pad = format!(",\"pad\":\"{}\"}}", "x".repeat(bytes));
    match open(url).await {
        Backdoor::Sqlite(mut connection) => {
            let sql = "UPDATE users SET document = substr(document, 1, length(document) - 1) || $1";
            sqlx::query(sql).bind(pad).execute(&mut connection).await.unwrap();
        }
        Backdoor::Postgres(mut connection) => {
            let sql = "UPDATE users SET document = substr(document, 1, length(document) - 1) || $1";
            sqlx::query(sql).bind(pad).execute(&mut connection).await.unwrap();
        }
    }
}
