//! Everything in a database, read without the store, to compare it with the content after an upgrade.

use super::seeds::Version;
use crate::support::Database;
use sqlx::{Connection, PgConnection, SqliteConnection};
use std::collections::BTreeMap;

/// Tables whose rows were removed by the upgrade to a version: all sessions ended.
const ENDED: [(&str, i64); 1] = [("sessions", 7)];

/// Tables and columns that no longer exist. Channels are rows of `alert_lanes`, departures have numbers, and the
/// population is sampled in a table of its own.
const GONE: [&str; 4] = ["alert_channels", "departures.id", "settings.population", "settings.population_counted"];

/// What no server writes: the database, the table and the column.
const UNUSED: [(&str, &str, &str); 1] = [("sqlite", "upkeep", "place")];

/// Separates the columns of a row.
const BETWEEN: char = '\u{1f}';

/// The tables and views of a database, by name.
pub(crate) struct Tables {
    kind: &'static str,
    tables: BTreeMap<String, Table>,
}

/// The columns of a table, and its rows: literals in the order of the columns.
struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// The rows, reduced to these columns, in an order that depends on nothing else.
    fn only(&self, columns: &[&String]) -> Vec<Vec<&str>> {
        let places = columns.iter().map(|name| self.columns.iter().position(|column| column == *name).unwrap());
        let places: Vec<usize> = places.collect();
        let cells = self.rows.iter().map(|row| places.iter().map(|place| row[*place].as_str()).collect());
        let mut rows: Vec<Vec<&str>> = cells.collect();
        rows.sort_unstable();
        rows
    }
}

impl Tables {
    /// Checks that the seeds are complete: an empty column would not be tested.
    pub(super) fn have_something_in_every_column(&self, version: &Version) {
        for (name, table) in &self.tables {
            for (place, column) in table.columns.iter().enumerate() {
                let is_seeded = table.rows.iter().any(|row| row[place] != "NULL");
                let is_unused = UNUSED.contains(&(self.kind, name, column));
                assert!(is_seeded || is_unused, "seed {}: no row of {name} has a {column}", version.name);
                assert!(!is_seeded || !is_unused, "{name}.{column} is used after all: take it out of UNUSED");
            }
        }
    }

    /// The rows of a table without some of its columns. Panics if one of the others is empty in all rows: it could be
    /// lost and nothing would show it.
    pub(crate) fn rows_without(&self, name: &str, columns: &[&str]) -> Vec<Vec<&str>> {
        let table = &self.tables[name];
        let kept: Vec<&String> = table.columns.iter().filter(|column| !columns.contains(&column.as_str())).collect();
        let rows = table.only(&kept);
        for (place, column) in kept.iter().enumerate() {
            assert!(rows.iter().any(|row| row[place] != "NULL"), "no row of {name} has a {column}");
        }
        rows
    }

    /// Checks that nothing is missing that was there before, except what was removed on purpose.
    pub(super) fn have_all_of(&self, before: &Self, version: &Version) {
        for (name, old) in &before.tables {
            if ENDED.iter().any(|(table, since)| table == name && version.number < *since) {
                continue;
            }
            let Some(new) = self.tables.get(name) else {
                assert!(GONE.contains(&name.as_str()), "there is no {name} any more");
                continue;
            };
            let (columns, gone): (Vec<_>, Vec<_>) = old.columns.iter().partition(|column| new.columns.contains(column));
            for column in gone {
                assert!(GONE.contains(&format!("{name}.{column}").as_str()), "{name} has no {column} any more");
            }
            assert_eq!(old.only(&columns), new.only(&columns), "{name}, {columns:?}, from {}", version.name);
        }
    }
}

/// Reads everything, except the index of what people are searched by, which only SQLite keeps in tables.
pub(crate) async fn read(database: &Database) -> Tables {
    let kind = if database.url().starts_with("sqlite") { "sqlite" } else { "postgres" };
    let columns = match kind {
        "sqlite" => {
            "SELECT tables.name || char(31) || columns.name
            FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns
            WHERE tables.type IN ('table', 'view') AND tables.name NOT LIKE '\\_sqlx%' ESCAPE '\\'
                AND tables.name NOT LIKE 'user\\_grams%' ESCAPE '\\' AND tables.name <> 'user_search_changed'"
        }
        _ => {
            "SELECT table_name || chr(31) || column_name FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name NOT LIKE '\\_sqlx%'"
        }
    };
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for column in texts(database, columns.to_owned()).await {
        let (table, column) = column.split_once(BETWEEN).unwrap();
        tables.entry(table.to_owned()).or_default().push(column.to_owned());
    }
    let mut read = BTreeMap::new();
    for (name, columns) in tables {
        let rows = rows(database, kind, &name, &columns).await;
        read.insert(name, Table { columns, rows });
    }
    Tables { kind, tables: read }
}

async fn rows(database: &Database, kind: &str, table: &str, columns: &[String]) -> Vec<Vec<String>> {
    let (between, start, end) = match kind {
        "sqlite" => (" || char(31) || ", "quote(\"", "\")"),
        _ => (" || chr(31) || ", "quote_nullable(\"", "\"::text)"),
    };
    let cells: Vec<String> = columns.iter().map(|column| format!("{start}{column}{end}")).collect();
    let rows = texts(database, format!("SELECT {} FROM {table}", cells.join(between))).await;
    rows.iter().map(|row| row.split(BETWEEN).map(str::to_owned).collect()).collect()
}

async fn texts(database: &Database, query: String) -> Vec<String> {
    let query = sqlx::AssertSqlSafe(query);
    if database.url().starts_with("sqlite") {
        let mut connection = SqliteConnection::connect(database.url()).await.unwrap();
        sqlx::query_scalar(query).fetch_all(&mut connection).await.unwrap()
    } else {
        let mut connection = PgConnection::connect(database.url()).await.unwrap();
        sqlx::query_scalar(query).fetch_all(&mut connection).await.unwrap()
    }
}
