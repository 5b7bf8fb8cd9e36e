//! What SQLite says otherwise than Postgres.

use sqlx::error::DatabaseError;
use uuid::Uuid;

/// The function that finds one text in another, counting from 1.
pub(crate) const POSITION: &str = "instr";

/// A column of the e-mail addresses of the user at hand, as JSON: `[[value, kind, is_primary], …]` in the order given.
pub(crate) const EMAILS: &str = "(SELECT json_group_array(json_array(value, kind, is_primary) ORDER BY position)
    FROM user_emails WHERE user_id = users.id) AS emails";

/// A column of the groups of the user at hand, as JSON: `[[id, display_name], …]`.
pub(crate) const GROUPS: &str = "(SELECT json_group_array(json_array(hex(groups.id), groups.display_name))
    FROM group_members JOIN groups ON groups.id = group_id WHERE user_id = users.id) AS groups";

/// Keeps the user of a SELECT from changing until the unit ends: nobody else can write.
pub(crate) const FOR_CHANGE: &str = "";

/// Keeps the user of a SELECT, which is to be deleted, from everything until the unit ends: nobody else can write.
pub(crate) const FOR_DELETION: &str = "";

/// Keeps the rows of a SELECT from being deleted until the unit ends: nobody else can write.
pub(crate) const KEEP_ROWS: &str = "";

/// `query_as!` for a row that nobody else may change until the unit ends: nobody else can write.
macro_rules! lock_as {
    ($row:ty, $sql:literal, $($argument:expr)?) => { sqlx::query_as!($row, $sql, $($argument)?) };
}
pub(crate) use lock_as;

/// `query_as!` for a row that nobody else may change until the unit ends: nobody else can write.
macro_rules! lock_for_change_as {
    ($row:ty, $sql:literal, $($argument:expr)?) => { sqlx::query_as!($row, $sql, $($argument)?) };
}
pub(crate) use lock_for_change_as;

/// The unique index that refused a row; each bears the name of its table and column.
pub(crate) fn taken(error: &dyn DatabaseError) -> Option<String> {
    let column = error.message().strip_prefix("UNIQUE constraint failed: ")?;
    Some(column.replace('.', "_"))
}

/// Keeps everybody else from adding to the audit log until the unit ends: nobody else can write.
pub(crate) async fn lock_chain(_: &mut sqlx::SqliteConnection) -> Result<(), sqlx::Error> {
    Ok(())
}

/// Keeps groups that a deletion changes from changing until the unit ends: nobody else can write.
pub(crate) async fn lock_groups_around(_: &mut sqlx::SqliteConnection, _: Uuid) -> Result<Vec<Uuid>, sqlx::Error> {
    Ok(Vec::new())
}

/// Whether somebody has come into another group meanwhile: nobody else can write.
pub(crate) async fn is_elsewhere(_: &mut sqlx::SqliteConnection, _: Uuid, _: &[Uuid]) -> Result<bool, sqlx::Error> {
    Ok(false)
}

/// Keeps groups that a return changes from changing until the unit ends: nobody else can write.
pub(crate) async fn lock_groups_of_return(_: &mut sqlx::SqliteConnection, _: &[Uuid]) -> Result<(), sqlx::Error> {
    Ok(())
}
