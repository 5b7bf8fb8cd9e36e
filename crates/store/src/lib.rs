//! Opens the database that a URL names.

use domain::{Error, Result, store::Store};
use std::path::{Path, PathBuf};
pub use store_sqlite::{Backup, Restore};

/// The kind and the place of a database.
enum Place<'a> {
    Sqlite(&'a Path),
    Postgres(&'a str),
}

/// Opens a database: `sqlite://postern.db` (also `sqlite:postern.db`, or `sqlite:///var/lib/postern.db`), whose file is
/// created if there is none, or `postgres://user:password@host:5432/database`. The tables are brought up to date, even
/// if several processes open the database at once.
///
/// # Errors
/// `Invalid` for any other URL and for a database that a newer version has written, `Unavailable` when the database
/// cannot be opened or refuses.
pub async fn open(url: &str) -> Result<Store> {
    match place(url)? {
        Place::Sqlite(file) => store_sqlite::open(file).await,
        Place::Postgres(url) => store_postgres::open(url).await,
    }
}

/// Opens a database as [`open`] does, for a command of the host: on SQLite, a command that writes gets its turn however
/// busy a server is.
///
/// # Errors
/// Those of [`open`].
pub async fn open_for_host(url: &str) -> Result<Store> {
    match place(url)? {
        Place::Sqlite(file) => store_sqlite::open_for_host(file).await,
        Place::Postgres(url) => store_postgres::open(url).await,
    }
}

/// Writes a backup of an SQLite database to a file.
///
/// # Errors
/// `Unavailable` with what to do; `Invalid` for a database of another kind.
pub async fn backup(url: &str, target: &Path) -> Result<Backup> {
    store_sqlite::backup(file(url)?, target).await
}

/// Copies a backup next to an SQLite database, ready to replace it.
///
/// # Errors
/// `Unavailable` with what to do; `Invalid` for a database of another kind and for a backup that a newer version wrote.
pub async fn restore(url: &str, backup: &Path) -> Result<Restore> {
    store_sqlite::restore(file(url)?, backup).await
}

/// The arguments of `pg_dump` and `pg_restore` that name the database, without its password. `None` if it is not
/// Postgres.
///
/// # Errors
/// `Invalid` when the URL cannot be read.
pub fn postgres_tools(url: &str) -> Result<Option<Vec<String>>> {
    match place(url)? {
        Place::Postgres(url) => store_postgres::tool_arguments(url).map(Some),
        Place::Sqlite(_) => Ok(None),
    }
}

fn file(url: &str) -> Result<&Path> {
    match place(url)? {
        Place::Sqlite(file) => Ok(file),
        Place::Postgres(_) => Err(Error::Invalid("Postgres is backed up with pg_dump.")),
    }
}

/// The SQLite file that [`open`] would create, because there is none.
pub fn missing_file(url: &str) -> Option<PathBuf> {
    match place(url) {
        Ok(Place::Sqlite(file)) if !file.exists() => Some(file.to_owned()),
        _ => None,
    }
}

fn place(url: &str) -> Result<Place<'_>> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(Place::Postgres(url));
    }
    let file = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"));
    match file {
        Some("" | ":memory:") => Err(Error::Invalid(
            "Postern keeps its data in a file. Write sqlite://postern.db, or sqlite:///path/to/postern.db.",
        )),
        Some(file) if file.contains('?') || file.starts_with("file:") => Err(Error::Invalid(
            "Postern sets the options of SQLite itself. Write sqlite://postern.db, without a question mark.",
        )),
        Some(file) => Ok(Place::Sqlite(Path::new(file))),
        None => Err(Error::Invalid(
            "A database URL starts with sqlite:// or postgres://, as in sqlite://postern.db or \
             postgres://user:password@host:5432/database.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(url: &str) -> Option<&Path> {
        match place(url) {
            Ok(Place::Sqlite(file)) => Some(file),
            _ => None,
        }
    }

    #[test]
    fn both_spellings_name_a_relative_file() {
        assert_eq!(named("sqlite://postern.db"), Some(Path::new("postern.db")));
        assert_eq!(named("sqlite:postern.db"), Some(Path::new("postern.db")));
        assert_eq!(named("sqlite:///var/lib/postern.db"), Some(Path::new("/var/lib/postern.db")));
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for url in ["", "postern.db", "mysql://localhost/postern", "sqlite::memory:", "sqlite://:memory:", "sqlite://"]
        {
            assert!(matches!(place(url), Err(Error::Invalid(_))), "{url}");
        }
        assert!(matches!(place("sqlite://postern.db?mode=memory"), Err(Error::Invalid(_))));
    }
}
