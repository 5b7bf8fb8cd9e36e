//! What stays as it was released, and what a conflict is recognised by.

use super::{names, sqlite_indexes};
use crate::support::migrations;
use sqlx::migrate::Migrator;
use std::collections::BTreeMap;

/// Versions of Postern, and the SHA-384 of the migrations that each brought, in the form of `sha384sum`.
const PINNED: &str = include_str!("migrations.txt");

/// How to go on after a difference.
const ADVICE: &str = "A migration that was released stays as it is: sqlx compares it with what an installed database \
    has, and refuses to open that. Undo the change and write another migration. One that is new since the last version \
    of crates/store/tests/contract/schema/migrations.txt has this line there";

#[tokio::test]
async fn migrations_stay_as_they_were_released() {
    let lines = PINNED.lines().filter_map(|line| line.split_once("  "));
    let pinned: BTreeMap<&str, &str> = lines.map(|(hash, file)| (file, hash)).collect();
    let mut found = 0;
    for kind in ["sqlite", "postgres"] {
        let migrator = Migrator::new(migrations(kind)).await.unwrap();
        for (migration, name) in migrator.iter().zip(names(kind)) {
            let hash: String = migration.checksum.iter().map(|byte| format!("{byte:02x}")).collect();
            let file = format!("{kind}/{name}");
            assert_eq!(pinned.get(file.as_str()), Some(&hash.as_str()), "{ADVICE}: {hash}  {file}");
            found += 1;
        }
    }
    assert_eq!(pinned.len(), found, "a migration of migrations.txt is gone");
}

/// So that what was added since the last version is not taken for a part of it.
#[test]
fn migrations_are_pinned_under_the_version_that_brings_them() {
    let version = PINNED.lines().rfind(|line| !line.contains(' '));
    let wanted = Some(env!("CARGO_PKG_VERSION"));
    assert_eq!(version, wanted, "end crates/store/tests/contract/schema/migrations.txt with a line of this version");
}

/// Unique indexes whose conflict no caller can cause: random keys, and places that the database itself counts.
const NEVER_TAKEN: [&str; 4] = ["groups_position", "sessions_key", "tokens_key", "users_position"];

/// Without an arm the caller would get a 503 for a name that is taken.
#[tokio::test]
async fn a_conflict_of_every_unique_index_has_its_words() {
    let arms = include_str!("../../../sql/error.rs");
    for index in sqlite_indexes().await {
        let Some((name, columns)) = index.split_once(" unique (") else { continue };
        let column = columns.split_once(')').unwrap().0;
        assert!(name.ends_with(&format!("_{column}")), "SQLite names table and column, not the index {name}");
        let has_arm = arms.contains(&format!("Some(\"{name}\") =>"));
        let is_listed = NEVER_TAKEN.contains(&name);
        assert!(has_arm != is_listed, "{name} has an arm in `failed` of crates/store/sql/error.rs, or is listed here");
    }
}
