//! What SQLite says otherwise than Postgres.

use sqlx::error::DatabaseError;

/// The function that finds one text in another, counting from 1.
pub(crate) const POSITION: &str = "instr";

/// Keeps the rows of a SELECT from being deleted until the unit ends: nobody else can write.
pub(crate) const KEEP_ROWS: &str = "";

/// `query_as!` for a row that nobody else may change until the unit ends: nobody else can write.
macro_rules! lock_as {
    ($row:ty, $sql:literal, $($argument:expr)?) => { sqlx::query_as!($row, $sql, $($argument)?) };
}
pub(crate) use lock_as;

/// The unique index that refused a row; each bears the name of its table and column.
pub(crate) fn taken(error: &dyn DatabaseError) -> Option<String> {
    let column = error.message().strip_prefix("UNIQUE constraint failed: ")?;
    Some(column.replace('.', "_"))
}

/// Keeps everybody else from adding to the audit log until the unit ends: nobody else can write.
pub(crate) async fn lock_chain(_: &mut sqlx::SqliteConnection) -> Result<(), sqlx::Error> {
    Ok(())
}
