//! The repositories, written once and compiled in two crates, one for each database: every `query!` is checked against
//! both while it is compiled. What differs between them stands in the crate's `dialect`.

mod audit;
mod break_glass;
mod channels;
mod drills;
mod emails;
pub(crate) mod error;
mod groups;
mod guards;
mod keys;
mod list;
mod members;
mod nesting;
mod page;
mod query;
mod roles;
mod sessions;
mod system;
mod tokens;
mod users;

use crate::{Db, dialect};
use domain::{Error, Result};
pub(crate) use error::{failed, not_migrated};

/// A connection as the units of work see it, and the end of the audit log as far as it is known.
pub(crate) struct Connection<'c>(
    pub(crate) &'c mut <Db as sqlx::Database>::Connection,
    pub(crate) &'c mut Option<Head>,
);

/// The number and the hash of the last event of the audit log, as somebody left it. It may be out of date, but must never
/// be ahead of what is committed or written in the same unit.
pub(crate) type Head = (i64, [u8; 32]);

/// How many values go into one list: SQLite takes 32,766 parameters a statement, Postgres 65,535.
const IDS: usize = 5_000;

/// How many rows go into one statement, whatever the columns.
const ROWS: usize = 1_000;

/// How long a value may be that an index holds, in bytes: Postgres takes no 2,704.
const INDEXED: usize = 2_048;

/// Refuses a value that no index can hold.
fn indexed<'v>(values: impl IntoIterator<Item = Option<&'v str>>) -> Result<()> {
    if values.into_iter().flatten().all(|value| value.len() <= INDEXED) {
        return Ok(());
    }
    Err(Error::Invalid("A name, an id or an e-mail address is longer than 2,048 bytes. Shorten it."))
}

/// A number for SQL, where anything beyond is as good as no limit.
fn bounded(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
