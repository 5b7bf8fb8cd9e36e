//! Makes databases of earlier versions.

use super::seeded;
use crate::support::{Database, execute, migrate, migrations};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// A version of the tables.
pub(super) struct Version {
    /// Its number.
    pub(super) number: i64,
    /// The name of its migration, such as `0001_init`.
    pub(super) name: String,
}

/// Every version, the first one first.
pub(super) fn versions() -> Vec<Version> {
    let number = |name: &String| name.split_once('_').unwrap().0.parse().unwrap();
    let names = stems(&migrations("sqlite"));
    names.into_iter().map(|name| Version { number: number(&name), name }).collect()
}

/// Makes a database of this version, with the content of all earlier ones.
pub(super) async fn make(database: &Database, version: &Version) {
    let is_sqlite = database.url().starts_with("sqlite");
    let kind = if is_sqlite { "sqlite" } else { "postgres" };
    for version in versions().iter().take_while(|earlier| earlier.number <= version.number) {
        migrate(database, version.number).await;
        for file in [format!("{}.sql", version.name), format!("{}.{kind}.sql", version.name)] {
            if let Ok(seed) = fs::read_to_string(folder().join(file)) {
                execute(database, &literals(&seed, is_sqlite)).await;
            }
        }
    }
}

/// A seed's ids and bytes, which the two databases spell differently, spelled for one of them: `{0001}` is the id that
/// ends with these digits, more digits are bytes. No JSON has such braces.
fn literals(seed: &str, is_sqlite: bool) -> String {
    let mut parts = seed.split('{');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('}') {
            Some((digits, rest)) if is_hexadecimal(digits) => {
                text.push_str(&literal(digits, is_sqlite));
                text.push_str(rest);
            }
            _ => {
                text.push('{');
                text.push_str(part);
            }
        }
    }
    text
}

fn is_hexadecimal(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn literal(digits: &str, is_sqlite: bool) -> String {
    let id = (digits.len() == 4).then(|| seeded(u16::from_str_radix(digits, 16).unwrap()).simple().to_string());
    match (id, is_sqlite) {
        (Some(id), true) => format!("X'{id}'"),
        (Some(id), false) => format!("'{id}'::uuid"),
        (None, true) => format!("X'{digits}'"),
        (None, false) => format!("'\\x{digits}'::bytea"),
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/seeds")
}

/// The names of the files in a folder, up to the first dot.
fn stems(folder: &Path) -> BTreeSet<String> {
    let names = fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    names.map(|name| name.split_once('.').unwrap().0.to_owned()).collect()
}

#[test]
fn every_migration_has_a_seed() {
    for version in versions() {
        let seed = folder().join(&version.name).with_extension("sql");
        assert!(seed.exists(), "write {}, as docs/recipes.md says under “A migration”", seed.display());
    }
    let unknown: Vec<_> = stems(&folder()).difference(&stems(&migrations("sqlite"))).cloned().collect();
    assert!(unknown.is_empty(), "no migration is called {unknown:?}");
}

#[test]
fn ids_and_bytes_are_spelled_for_each_database() {
    let seed = r#"VALUES ({0102}, {00ffee}, '{}', '{"a":{"b":1}}')"#;
    assert_eq!(
        literals(seed, true),
        r#"VALUES (X'0195a000000070008000000000000102', X'00ffee', '{}', '{"a":{"b":1}}')"#
    );
    assert_eq!(
        literals(seed, false),
        r#"VALUES ('0195a000000070008000000000000102'::uuid, '\x00ffee'::bytea, '{}', '{"a":{"b":1}}')"#
    );
}
