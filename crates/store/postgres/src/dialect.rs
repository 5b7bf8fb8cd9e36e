//! What Postgres says otherwise than SQLite.

use sqlx::error::DatabaseError;

/// The function that finds one text in another, counting from 1.
pub(crate) const POSITION: &str = "strpos";

/// A column of the e-mail addresses of the user at hand, as JSON: `[[value, kind, is_primary], …]` in the order given.
pub(crate) const EMAILS: &str =
    "(SELECT COALESCE(json_agg(json_build_array(value, kind, is_primary) ORDER BY position), '[]')::text
    FROM user_emails WHERE user_id = users.id) AS emails";

/// A column of the groups of the user at hand, as JSON: `[[id, display_name], …]` by name.
pub(crate) const GROUPS: &str = "(SELECT COALESCE(
        json_agg(json_build_array(groups.id, groups.display_name) ORDER BY groups.display_name_key), '[]')::text
    FROM group_members JOIN groups ON groups.id = group_id WHERE user_id = users.id) AS groups";

/// Keeps the one row of a SELECT from changing until the unit ends.
pub(crate) const FOR_UPDATE: &str = " FOR UPDATE OF users";

/// Keeps the rows of a SELECT from being deleted until the unit ends.
pub(crate) const KEEP_ROWS: &str = " FOR KEY SHARE";

/// `query_as!` for a row that nobody else may change until the unit ends.
macro_rules! lock_as {
    ($row:ty, $sql:literal, $($argument:expr)?) => { sqlx::query_as!($row, $sql + " FOR UPDATE", $($argument)?) };
}
pub(crate) use lock_as;

/// The unique index that refused a row; each bears the name of its table and column.
pub(crate) fn taken(error: &dyn DatabaseError) -> Option<String> {
    error.is_unique_violation().then(|| error.constraint()).flatten().map(str::to_owned)
}

/// Any number will do that nothing else locks.
const CHAIN: i64 = 0x706f_7374_6572_6e31;

/// Keeps everybody else from adding to the audit log until the unit ends.
pub(crate) async fn lock_chain(connection: &mut sqlx::PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("SELECT pg_advisory_xact_lock($1)", CHAIN).execute(connection).await?;
    Ok(())
}
