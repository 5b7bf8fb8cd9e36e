//! The repositories, written once and compiled in two crates, one for each database: every `query!` is checked against
//! both while it is compiled. What differs between them is in the crate's `dialect`, and how an event joins the audit
//! log in its `log`.

pub(crate) mod activity;
pub(crate) mod audit;
pub(crate) mod audit_log;
mod break_glass;
mod channels;
mod cycles;
mod departures;
mod drills;
mod emails;
pub(crate) mod error;
mod former;
mod groups;
mod guards;
mod keys;
mod list;
mod members;
mod nesting;
mod page;
mod query;
mod roles;
mod search;
mod sessions;
mod system;
mod tokens;
mod undos;
mod upkeep;
mod user_groups;
mod users;
mod values;

use crate::dialect;
use domain::{Error, Result};

pub(crate) use crate::Connection;
pub(crate) use error::{failed, not_migrated};

/// How many values one list has at most: SQLite takes 32,766 parameters a statement, Postgres 65,535.
const IDS: usize = 5_000;

/// How many rows one statement inserts at most, regardless of the columns.
const ROWS: usize = 1_000;

/// How long an indexed value may be, in bytes: Postgres refuses 2,704.
const INDEXED: usize = 2_048;

/// Refuses a value that is too long for an index.
fn indexed<'v>(values: impl IntoIterator<Item = Option<&'v str>>) -> Result<()> {
    if values.into_iter().flatten().all(|value| value.len() <= INDEXED) {
        return Ok(());
    }
    Err(Error::Invalid("A name, an id or an e-mail address is longer than 2,048 bytes. Shorten it."))
}

/// A number for SQL; a larger number than SQL has means no limit.
fn bounded(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
