/// The database of this crate.
pub(crate) type Db = sqlx::Sqlite;

/// A connection as the units of work see it, and the end of the audit log as far as it is known.
pub(crate) struct Connection<'c>(pub(crate) &'c mut sqlx::SqliteConnection, pub(crate) &'c mut Option<Head>);

/// The number and the hash of the last event, as a unit left it. It may be out of date, but must never be ahead of what
/// is committed or written in the same unit.
pub(crate) type Head = (i64, [u8; 32]);
