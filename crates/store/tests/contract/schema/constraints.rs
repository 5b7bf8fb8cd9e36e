//! What both databases hold rows to, and how Postgres compares texts.

use super::{POSTGRES_ONLY, SQLITE_ONLY, assert_same};
use crate::support::Database;
use sqlx::{Connection, PgConnection, SqliteConnection};
use std::collections::BTreeSet;

async fn sqlite(query: &'static str) -> BTreeSet<String> {
    let database = Database::sqlite().await;
    store::open(database.url()).await.unwrap();
    let mut connection = SqliteConnection::connect(database.url()).await.unwrap();
    let found: Vec<String> = sqlx::query_scalar(query).fetch_all(&mut connection).await.unwrap();
    common(found, &SQLITE_ONLY)
}

async fn postgres(query: &'static str) -> BTreeSet<String> {
    let database = Database::postgres().await;
    store::open(database.url()).await.unwrap();
    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    let found: Vec<String> = sqlx::query_scalar(query).fetch_all(&mut connection).await.unwrap();
    common(found, &POSTGRES_ONLY)
}

/// The lines about tables that both databases have.
fn common(lines: Vec<String>, alone: &[&str]) -> BTreeSet<String> {
    let is_alone = |line: &String| alone.iter().any(|table| line.starts_with(&format!("{table}:")));
    lines.into_iter().filter(|line| !is_alone(line)).collect()
}

#[tokio::test]
async fn both_databases_have_the_same_primary_keys() {
    let on_sqlite = sqlite(
        "SELECT name || ': ' || group_concat(column, ', ') FROM (
            SELECT tables.name AS name, columns.name AS column
            FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns
            WHERE tables.type = 'table' AND columns.pk > 0 AND tables.name NOT LIKE '\\_sqlx%' ESCAPE '\\'
                AND tables.name NOT LIKE '%\\_blocks' ESCAPE '\\'
            ORDER BY tables.name, columns.pk
        ) GROUP BY name",
    );
    let on_postgres = postgres(
        "SELECT conrelid::regclass || ': ' || string_agg(attname, ', ' ORDER BY place)
        FROM pg_constraint
        CROSS JOIN LATERAL unnest(conkey) WITH ORDINALITY AS part (attribute, place)
        JOIN pg_attribute ON attrelid = conrelid AND attnum = attribute
        WHERE contype = 'p' AND connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE '\\_sqlx%'
        GROUP BY conrelid",
    );
    let (on_sqlite, on_postgres) = (on_sqlite.await, on_postgres.await);
    assert!(on_sqlite.contains("user_values: user_id, attribute, place"), "{on_sqlite:?}");
    assert_same(&on_sqlite, &on_postgres);
}

#[tokio::test]
async fn both_databases_have_the_same_foreign_keys() {
    let on_sqlite = sqlite(
        "SELECT tables.name || ': ' || keys.\"from\" || ' to ' || keys.\"table\" || '.' || keys.\"to\" ||
            ' ' || keys.on_delete
        FROM sqlite_schema AS tables, pragma_foreign_key_list(tables.name) AS keys
        WHERE tables.type = 'table'",
    );
    let on_postgres = postgres(
        "SELECT conrelid::regclass || ': ' || here.attname || ' to ' || confrelid::regclass || '.' || there.attname ||
            ' ' || CASE confdeltype WHEN 'a' THEN 'NO ACTION' WHEN 'c' THEN 'CASCADE' ELSE confdeltype::text END
        FROM pg_constraint
        CROSS JOIN LATERAL unnest(conkey, confkey) AS pair (here, there)
        JOIN pg_attribute AS here ON here.attrelid = conrelid AND here.attnum = pair.here
        JOIN pg_attribute AS there ON there.attrelid = confrelid AND there.attnum = pair.there
        WHERE contype = 'f' AND connamespace = 'public'::regnamespace",
    );
    let (on_sqlite, on_postgres) = (on_sqlite.await, on_postgres.await);
    assert!(on_sqlite.contains("user_values: user_id to users.id CASCADE"), "{on_sqlite:?}");
    assert_same(&on_sqlite, &on_postgres);
}

/// Each table with the number of its booleans, each of which SQLite holds to 0 and 1, and of its other CHECKs.
#[tokio::test]
async fn both_databases_check_as_much() {
    let on_sqlite = sqlite(
        "SELECT name || ': ' || booleans || ' booleans, ' || (checks - booleans) || ' others' FROM (
            SELECT name, (length(sql) - length(replace(sql, 'CHECK', ''))) / length('CHECK') AS checks,
                (length(sql) - length(replace(sql, ' IN (0, 1))', ''))) / length(' IN (0, 1))') AS booleans
            FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_sqlx%' ESCAPE '\\'
                AND name NOT LIKE '%\\_blocks' ESCAPE '\\'
        )",
    );
    let on_postgres = postgres(
        "SELECT relname || ': ' || (
                SELECT COUNT(*) FROM pg_attribute
                WHERE attrelid = pg_class.oid AND atttypid = 'bool'::regtype AND NOT attisdropped
            ) || ' booleans, ' || (
                SELECT COUNT(*) FROM pg_constraint WHERE conrelid = pg_class.oid AND contype = 'c'
            ) || ' others'
        FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname NOT LIKE '\\_sqlx%'",
    );
    let (on_sqlite, on_postgres) = (on_sqlite.await, on_postgres.await);
    assert!(on_sqlite.contains("settings: 1 booleans, 1 others"), "{on_sqlite:?}");
    assert_same(&on_sqlite, &on_postgres);
}

/// Texts that are compared for equality at most, or sorted for people to read, but for nothing that must be the same on
/// SQLite. All others have COLLATE "C".
const COMPARED_BY_LOCALE: [(&str, &[&str]); 21] = [
    ("activity", &["address", "agent", "asked", "detail", "operation", "outcome", "reason", "request", "subject"]),
    ("alert_lanes", &["last_error"]),
    ("audit_events", &["action", "actor_kind", "actor_name", "address", "after", "before", "reason", "target_name"]),
    ("audit_pending", &["action", "actor_kind", "actor_name", "address", "after", "before", "reason", "target_name"]),
    ("batches", &["state"]),
    ("break_glass_accounts", &["name", "next_hash", "secret_hash"]),
    ("break_glass_codes", &["kind"]),
    ("deleted_groups", &["display_name", "document", "external_id", "role"]),
    ("deleted_user_emails", &["kind", "value"]),
    (
        "deleted_users",
        &[
            "display_name",
            "document",
            "employee_number",
            "external_id",
            "family_name",
            "given_name",
            "manager",
            "role",
            "user_name",
        ],
    ),
    ("departures", &["before", "kind", "target_name"]),
    ("drills", &["account_name", "address", "channels", "seen"]),
    ("former_members", &["cause"]),
    ("former_nested_groups", &["cause"]),
    ("groups", &["display_name", "document"]),
    ("sessions", &["address", "agent", "name", "reason", "role"]),
    ("settings", &["guard_mode"]),
    ("tokens", &["last_four", "name", "networks", "profile"]),
    ("undos", &["actor_kind", "actor_name", "address", "gathers", "people", "reason"]),
    ("user_emails", &["kind", "value"]),
    ("users", &["display_name", "document", "employee_number", "family_name", "given_name", "user_name"]),
];

#[tokio::test]
async fn what_is_not_compared_byte_by_byte_is_listed() {
    let found = postgres(
        "SELECT table_name || '.' || column_name FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name NOT LIKE '\\_sqlx%' AND data_type = 'text'
            AND collation_name IS DISTINCT FROM 'C'",
    );
    let listed = COMPARED_BY_LOCALE.iter();
    let listed = listed.flat_map(|(table, columns)| columns.iter().map(move |name| format!("{table}.{name}")));
    let (found, listed) = (found.await, listed.collect::<BTreeSet<String>>());
    let different: Vec<_> = found.symmetric_difference(&listed).collect();
    assert!(different.is_empty(), "COLLATE \"C\", or a name in COMPARED_BY_LOCALE, but not both: {different:?}");
}
