//! The two folders of migrations create the same tables.

mod constraints;
mod copies;
mod pinned;

use crate::support::{Database, insert_users, migrations, numbers, on_both_databases_bare, store, user};
use sqlx::{Connection, PgConnection, SqliteConnection};
use std::{collections::BTreeSet, fmt::Debug, fs};

/// Checks that both databases have the same, and says what only one of them has.
fn assert_same<T: Ord + Debug>(sqlite: &BTreeSet<T>, postgres: &BTreeSet<T>) {
    let (here, there): (Vec<_>, Vec<_>) =
        (sqlite.difference(postgres).collect(), postgres.difference(sqlite).collect());
    assert!(here.is_empty() && there.is_empty(), "only on SQLite: {here:?}\nonly on Postgres: {there:?}");
}

fn names(kind: &str) -> BTreeSet<String> {
    let files = fs::read_dir(migrations(kind)).unwrap();
    files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn both_folders_have_the_same_migrations() {
    let sqlite = names("sqlite");
    assert!(!sqlite.is_empty());
    assert_eq!(sqlite, names("postgres"));
}

on_both_databases_bare!(the_indexes_of_outdated_keys_find_all_older_versions);

/// The index of users with outdated keys has the condition that the query uses.
async fn the_indexes_of_outdated_keys_find_all_older_versions(database: Database) {
    let store = store(&database).await;
    insert_users(&store, &[user(1, "ada")]).await;
    let found = match database.url().starts_with("sqlite") {
        true => {
            "SELECT COUNT(*) FROM sqlite_schema, users
            WHERE type = 'index' AND sql LIKE '%WHERE keys_version < ' || keys_version"
        }
        false => {
            "SELECT COUNT(*) FROM pg_indexes, users
            WHERE schemaname = 'public' AND indexdef LIKE '%WHERE (keys_version < ' || keys_version || ')'"
        }
    };
    assert_eq!(numbers(&database, found).await, [2], "for users and for deleted ones");
}

/// Only Postgres has writers that run in parallel and leave these to be settled; the views `user_blocks` and
/// `group_blocks` combine them.
const POSTGRES_ONLY: [&str; 5] =
    ["audit_pending", "user_block_sums", "user_block_changes", "group_block_sums", "group_block_changes"];

/// The index of the texts that people are searched by is tables on SQLite, and an index on Postgres.
const SQLITE_ONLY: [&str; 6] = [
    "user_search_changed",
    "user_grams",
    "user_grams_config",
    "user_grams_data",
    "user_grams_docsize",
    "user_grams_idx",
];
const POSTGRES_INDEX: &str = "user_search_grams";

/// A column: its table, its name, whether it may be empty, and its type and default as SQLite would have them.
type Column = (String, String, bool, String, String);

async fn sqlite_columns() -> BTreeSet<Column> {
    let database = Database::sqlite().await;
    store::open(database.url()).await.unwrap();
    let mut connection = SqliteConnection::connect(database.url()).await.unwrap();
    let columns: Vec<Column> = sqlx::query_as(
        "SELECT tables.name, columns.name, columns.\"notnull\" = 0, columns.type, COALESCE(columns.dflt_value, '')
        FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns
        WHERE tables.type = 'table' AND tables.name NOT LIKE '\\_sqlx%' ESCAPE '\\'",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let known: BTreeSet<&str> = columns.iter().map(|column| column.0.as_str()).collect();
    assert!(SQLITE_ONLY.iter().all(|table| known.contains(table)), "{known:?}");
    columns.iter().filter(|column| !SQLITE_ONLY.contains(&column.0.as_str())).cloned().collect()
}

async fn postgres_columns() -> BTreeSet<Column> {
    let database = Database::postgres().await;
    store::open(database.url()).await.unwrap();
    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    let columns: Vec<Column> = sqlx::query_as(
        "SELECT table_name::text, column_name::text, is_nullable = 'YES' AND table_name NOT LIKE '%\\_blocks',
            CASE data_type WHEN 'bigint' THEN 'INTEGER' WHEN 'boolean' THEN 'INTEGER' WHEN 'uuid' THEN 'BLOB'
                WHEN 'bytea' THEN 'BLOB' WHEN 'text' THEN 'TEXT' ELSE data_type END,
            CASE column_default WHEN 'false' THEN '0' WHEN 'true' THEN '1' WHEN '''\\x''::bytea' THEN 'x'''''
                ELSE COALESCE(replace(column_default, '::text', ''), '') END
        FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name NOT LIKE '\\_sqlx%'",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let known: BTreeSet<&str> = columns.iter().map(|column| column.0.as_str()).collect();
    assert!(POSTGRES_ONLY.iter().all(|table| known.contains(table)), "{known:?}");
    let as_on_sqlite = |(table, name, may_be_empty, kind, default): Column| {
        // On SQLite a trigger numbers the rows, on Postgres a sequence does.
        let default = if default.starts_with("nextval(") { "0".to_owned() } else { default };
        (table, name, may_be_empty, kind, default)
    };
    let others = columns.iter().filter(|column| !POSTGRES_ONLY.contains(&column.0.as_str()));
    others.cloned().map(as_on_sqlite).collect()
}

#[tokio::test]
async fn both_databases_have_the_same_tables_and_columns() {
    let sqlite = sqlite_columns().await;
    assert!(sqlite.contains(&("users".into(), "external_id".into(), true, "TEXT".into(), "".into())), "{sqlite:?}");
    assert!(sqlite.iter().any(|column| column.4 == "'alert'"), "{sqlite:?}");
    assert_same(&sqlite, &postgres_columns().await);
}

/// An index that covers more on Postgres than on SQLite, where `seq` is the row's own number, with which every entry
/// ends.
const COVERS_MORE: [(&str, &str, &str); 1] = [("audit_events_at", "(at, seq)", "(at)")];

/// An index as both databases would describe it, from the statement that makes it: its name, whether it is unique, its
/// columns and its condition. Brackets are left out of conditions, because each database writes them where it likes.
fn index((name, statement): (String, String)) -> String {
    let statement = statement.replace('"', "").split_whitespace().collect::<Vec<_>>().join(" ");
    let (head, condition) = statement.split_once(" WHERE ").unwrap_or((&statement, ""));
    let unique = if head.to_uppercase().contains(" UNIQUE ") { " unique" } else { "" };
    let columns = &head[head.find('(').unwrap()..];
    let more = COVERS_MORE.iter().find(|(index, on_postgres, _)| (name.as_str(), columns) == (*index, *on_postgres));
    let columns = more.map_or(columns, |(.., on_sqlite)| on_sqlite);
    let condition = condition.replace(['(', ')'], "").replace("::text", "");
    let condition = condition.replace("= ANY ARRAY[", "IN ").replace(']', "");
    format!("{name}{unique} {columns} {condition}")
}

async fn sqlite_indexes() -> BTreeSet<String> {
    let database = Database::sqlite().await;
    store::open(database.url()).await.unwrap();
    let mut connection = SqliteConnection::connect(database.url()).await.unwrap();
    let indexes: Vec<(String, String)> =
        sqlx::query_as("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")
            .fetch_all(&mut connection)
            .await
            .unwrap();
    indexes.into_iter().map(index).collect()
}

async fn postgres_indexes() -> BTreeSet<String> {
    let database = Database::postgres().await;
    store::open(database.url()).await.unwrap();
    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    let indexes: Vec<(String, String)> = sqlx::query_as(
        "SELECT indexname::text, indexdef FROM pg_indexes
        WHERE schemaname = 'public' AND indexname NOT LIKE '%\\_pkey'",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert!(indexes.iter().any(|(name, _)| name == POSTGRES_INDEX), "{indexes:?}");
    indexes.into_iter().filter(|(name, _)| name != POSTGRES_INDEX).map(index).collect()
}

#[tokio::test]
async fn both_databases_have_the_same_indexes() {
    let sqlite = sqlite_indexes().await;
    assert!(sqlite.contains("users_user_name_key unique (user_name_key) "), "{sqlite:?}");
    assert!(sqlite.contains("activity_refused (at, seq) outcome IN 'refused', 'failed'"), "{sqlite:?}");
    assert_same(&sqlite, &postgres_indexes().await);
}

/// A text without COLLATE "C" would sort in another order than on SQLite, and its index would not serve a range.
#[tokio::test]
async fn what_postgres_compares_it_compares_byte_by_byte() {
    let database = Database::postgres().await;
    store::open(database.url()).await.unwrap();
    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    let others: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT table_name || '.' || column_name
        FROM information_schema.columns
        JOIN pg_index ON indrelid = table_name::regclass
        JOIN pg_attribute ON attrelid = indexrelid AND attname = column_name
        WHERE table_schema = 'public' AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'
        UNION
        SELECT table_name || '.' || column_name FROM information_schema.columns
        WHERE table_schema = 'public' AND (column_name LIKE '%\\_key' OR column_name = 'key')
            AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    // It is only ever compared for equality.
    assert_eq!(others, ["audit_events.action"]);
}
