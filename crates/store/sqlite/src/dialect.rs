//! How SQLite differs from Postgres.

use sqlx::error::DatabaseError;
use uuid::Uuid;

/// The function that finds one text in another, counting from 1.
pub(crate) const POSITION: &str = "instr";

/// A column with the e-mail addresses of the user in the query, as JSON: `[[value, kind, is_primary], …]` in the order
/// given.
pub(crate) const EMAILS: &str = "(SELECT json_group_array(json_array(value, kind, is_primary) ORDER BY position)
    FROM user_emails WHERE user_id = users.id) AS emails";

/// A column with the further values of the user in the query, as JSON: `[[attribute, value_key], …]` in their order.
pub(crate) const VALUES: &str = "(SELECT json_group_array(json_array(attribute, value_key) ORDER BY attribute, place)
    FROM user_values WHERE user_id = users.id) AS indexed";

/// The groups of the user in the query, as JSON: `[[id, display_name], …]`.
pub(crate) const GROUPS: &str = "(SELECT json_group_array(json_array(hex(groups.id), groups.display_name))
    FROM group_members JOIN groups ON groups.id = group_id WHERE user_id = users.id)";

/// Adds a test whether the id before is one of these; the number of ids is not limited.
pub(crate) fn push_among(query: &mut sqlx::QueryBuilder<crate::Db>, ids: Vec<Uuid>) {
    // Text, since JSON has no bytes.
    let list: Vec<String> = ids.iter().map(|id| id.simple().to_string()).collect();
    let list = serde_json::to_string(&list).unwrap_or_default();
    query.push(" IN (SELECT unhex(value) FROM json_each(").push_bind(list).push("))");
}

/// Whether a SELECT also computes its columns for the rows that OFFSET skips; then a page finds its ids first.
pub(crate) const OFFSET_READS_COLUMNS: bool = false;

/// Keeps the user of a SELECT from changing until the unit ends. Nothing to do: no other unit can write.
pub(crate) const FOR_CHANGE: &str = "";

/// Keeps the user of a SELECT, which is to be deleted, from any use by others until the unit ends. Nothing to do: no
/// other unit can write.
pub(crate) const FOR_DELETION: &str = "";

/// Keeps the rows of a SELECT from being deleted until the unit ends. Nothing to do: no other unit can write.
pub(crate) const KEEP_ROWS: &str = "";

/// `query_as!` for a row that no other unit may change until this one ends; on SQLite no other unit can write anyway.
macro_rules! lock_as {
    ($row:ty, $sql:literal, $($argument:expr)?) => { sqlx::query_as!($row, $sql, $($argument)?) };
}
pub(crate) use lock_as;

/// `query_as!` for a row that no other unit may change until this one ends; on SQLite no other unit can write anyway.
macro_rules! lock_for_change_as {
    ($row:ty, $sql:literal, $($argument:expr)?) => { sqlx::query_as!($row, $sql, $($argument)?) };
}
pub(crate) use lock_for_change_as;

/// `query_scalar!` for a session that no other unit may end until this one ends; on SQLite no other unit can write
/// anyway.
macro_rules! hold_session {
    ($sql:literal, $($argument:expr),+) => { sqlx::query_scalar!($sql, $($argument),+) };
}
pub(crate) use hold_session;

/// The unique index that refused a row; each has the name of its table and column.
pub(crate) fn taken(error: &dyn DatabaseError) -> Option<String> {
    let column = error.message().strip_prefix("UNIQUE constraint failed: ")?;
    Some(column.replace('.', "_"))
}

/// Whether the disk is full: SQLITE_FULL, a quota that is used up, or no room for the shared memory of readers.
pub(crate) fn is_full(error: &dyn DatabaseError) -> bool {
    const FULL: u32 = 13;
    const IOERR_WRITE: u32 = 778;
    const IOERR_SHMSIZE: u32 = 4874;
    matches!(code(error), FULL | IOERR_WRITE | IOERR_SHMSIZE)
}

/// Whether the storage itself failed, so that the transaction is lost or its result cannot be trusted: READONLY, IOERR,
/// CORRUPT, FULL, CANTOPEN, NOTADB.
pub(crate) fn is_broken(error: &dyn DatabaseError) -> bool {
    // The higher bytes of the code are the reason.
    matches!(code(error) & 0xff, 8 | 10 | 11 | 13 | 14 | 26)
}

/// Whether the statement was interrupted. If it writes, the interruption also ended its transaction.
pub(crate) fn is_interrupted(error: &dyn DatabaseError) -> bool {
    code(error) & 0xff == 9
}

fn code(error: &dyn DatabaseError) -> u32 {
    error.code().and_then(|code| code.parse().ok()).unwrap_or_default()
}

/// Gives the statements of the unit enough time. Nothing to do: a statement that writes has no limit.
pub(crate) async fn allow_time(_: &mut sqlx::SqliteConnection) -> Result<(), sqlx::Error> {
    Ok(())
}

/// Keeps groups that a deletion changes from changing until the unit ends. Nothing to do: no other unit can write.
pub(crate) async fn lock_groups_around(_: &mut sqlx::SqliteConnection, _: Uuid) -> Result<Vec<Uuid>, sqlx::Error> {
    Ok(Vec::new())
}

/// Whether a locked user or group has joined another group meanwhile. It cannot have: no other unit can write.
pub(crate) async fn is_elsewhere(_: &mut sqlx::SqliteConnection, _: Uuid, _: &[Uuid]) -> Result<bool, sqlx::Error> {
    Ok(false)
}

/// Keeps groups that a restoration changes from changing until the unit ends. Nothing to do: no other unit can write.
pub(crate) async fn lock_groups_of_return(_: &mut sqlx::SqliteConnection, _: &[Uuid]) -> Result<(), sqlx::Error> {
    Ok(())
}
