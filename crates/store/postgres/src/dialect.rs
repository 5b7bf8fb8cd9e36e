//! How Postgres differs from SQLite.

use sqlx::error::DatabaseError;
use uuid::Uuid;

/// The function that finds one text in another, counting from 1.
pub(crate) const POSITION: &str = "strpos";

/// A column with the e-mail addresses of the user in the query, as JSON: `[[value, kind, is_primary], …]` in the order
/// given.
pub(crate) const EMAILS: &str =
    "(SELECT COALESCE(json_agg(json_build_array(value, kind, is_primary) ORDER BY position), '[]')::text
    FROM user_emails WHERE user_id = users.id) AS emails";

/// A column with the further values of the user in the query, as JSON: `[[attribute, value_key], …]` in their order.
pub(crate) const VALUES: &str =
    "(SELECT COALESCE(json_agg(json_build_array(attribute, value_key) ORDER BY attribute, place), '[]')::text
    FROM user_values WHERE user_id = users.id) AS indexed";

/// The groups of the user in the query, as JSON: `[[id, display_name], …]`.
pub(crate) const GROUPS: &str =
    "(SELECT COALESCE(json_agg(json_build_array(groups.id, groups.display_name)), '[]')::text
    FROM group_members JOIN groups ON groups.id = group_id WHERE user_id = users.id)";

/// The texts that people are found by.
pub(crate) const SEARCHED: &str = "user_search AS searched";

/// The position in [`SEARCHED`] by which rows come in order.
pub(crate) const SEARCHED_POSITION: &str = "searched.position";

/// Adds a test whether a text contains all needles. The index of three characters answers LIKE, and nothing else that
/// finds a text inside another.
pub(crate) fn push_needles(query: &mut sqlx::QueryBuilder<crate::Db>, needles: &[String]) {
    query.push("TRUE");
    for needle in needles {
        let needle = needle.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
        query.push(" AND searched.text LIKE ").push_bind(format!("%{needle}%"));
    }
}

/// The index has every text, so nothing is added.
pub(crate) fn push_unindexed(_: &mut sqlx::QueryBuilder<crate::Db>, _: &[String]) -> Option<&'static str> {
    None
}

/// Has the planner learn how many texts there are, once all have been written.
pub(crate) async fn analyze_search(connection: &mut sqlx::PgConnection) -> Result<(), sqlx::Error> {
    sqlx::raw_sql("ANALYZE user_search").execute(connection).await.map(drop)
}

/// Adds a test whether the id before is one of these; the number of ids is not limited.
pub(crate) fn push_among(query: &mut sqlx::QueryBuilder<crate::Db>, ids: Vec<Uuid>) {
    query.push(" = ANY(").push_bind(ids).push(")");
}

/// Whether a SELECT also computes its columns for the rows that OFFSET skips; then a page finds its ids first.
pub(crate) const OFFSET_READS_COLUMNS: bool = true;

/// Keeps the user of a SELECT from changing until the unit ends. Adding the user to a group need not wait for that.
pub(crate) const FOR_CHANGE: &str = " FOR NO KEY UPDATE OF users";

/// Keeps the user of a SELECT, which is to be deleted, from any use by others until the unit ends.
pub(crate) const FOR_DELETION: &str = " FOR UPDATE OF users";

/// Keeps the rows of a SELECT from being deleted until the unit ends.
pub(crate) const KEEP_ROWS: &str = " FOR KEY SHARE";

/// `query_as!` for a row that no other unit may change until this one ends.
macro_rules! lock_as {
    ($row:ty, $sql:literal, $($argument:expr)?) => { sqlx::query_as!($row, $sql + " FOR UPDATE", $($argument)?) };
}
pub(crate) use lock_as;

/// `query_as!` for a row that no other unit may change until this one ends; others may refer to it.
macro_rules! lock_for_change_as {
    ($row:ty, $sql:literal, $($argument:expr)?) => { sqlx::query_as!($row, $sql + " FOR NO KEY UPDATE", $($argument)?) };
}
pub(crate) use lock_for_change_as;

/// `query_scalar!` for a session that no other unit may end until this one ends.
macro_rules! hold_session {
    ($sql:literal, $($argument:expr),+) => {
        sqlx::query_scalar!($sql + " FOR KEY SHARE OF sessions", $($argument),+)
    };
}
pub(crate) use hold_session;

/// The unique index that refused a row; each has the name of its table and column.
pub(crate) fn taken(error: &dyn DatabaseError) -> Option<String> {
    error.is_unique_violation().then(|| error.constraint()).flatten().map(str::to_owned)
}

/// Whether the server's disk is full.
pub(crate) fn is_full(error: &dyn DatabaseError) -> bool {
    error.code().as_deref() == Some("53100")
}

/// Whether the server cannot write: its disk is full, it is read-only (a standby), or its storage fails.
pub(crate) fn is_broken(error: &dyn DatabaseError) -> bool {
    matches!(error.code().as_deref(), Some("53100" | "25006" | "58030"))
}

/// Gives the statements of the unit enough time to delete or restore a user or group with hundreds of thousands of
/// memberships.
pub(crate) async fn allow_time(connection: &mut sqlx::PgConnection) -> Result<(), sqlx::Error> {
    sqlx::raw_sql("SET LOCAL statement_timeout = '20s'").execute(connection).await.map(drop)
}

/// Locks a group, and the groups that a user or group is in, against changes by others until the unit ends, and returns
/// their ids. All are locked at once, in the order of the ids, so that two units that lock their groups in this way do
/// not deadlock.
pub(crate) async fn lock_groups_around(
    connection: &mut sqlx::PgConnection,
    id: Uuid,
) -> Result<Vec<Uuid>, sqlx::Error> {
    let groups = sqlx::query_scalar!(
        "SELECT id FROM groups WHERE id IN (
            SELECT group_id FROM group_members WHERE user_id = $1
            UNION ALL SELECT group_id FROM nested_groups WHERE member_id = $1
            UNION ALL SELECT $1
        ) ORDER BY id FOR NO KEY UPDATE",
        id
    );
    groups.fetch_all(connection).await
}

/// Whether a locked user or group has joined a group that is not among these.
pub(crate) async fn is_elsewhere(
    connection: &mut sqlx::PgConnection,
    id: Uuid,
    groups: &[Uuid],
) -> Result<bool, sqlx::Error> {
    let elsewhere = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM group_members WHERE user_id = $1 AND group_id <> ALL ($2))
            OR EXISTS (SELECT 1 FROM nested_groups WHERE member_id = $1 AND group_id <> ALL ($2)) AS "elsewhere!: bool""#,
        id,
        groups
    );
    elsewhere.fetch_one(connection).await
}

/// Locks the groups that the restoration of these users and groups will change, likewise.
pub(crate) async fn lock_groups_of_return(
    connection: &mut sqlx::PgConnection,
    ids: &[Uuid],
) -> Result<(), sqlx::Error> {
    let groups = sqlx::query!(
        "SELECT id FROM groups WHERE id IN (
            SELECT group_id FROM former_members WHERE user_id = ANY ($1) AND cause <> 'member'
            UNION ALL SELECT group_id FROM former_nested_groups WHERE member_id = ANY ($1) AND cause <> 'member'
            UNION ALL SELECT group_id FROM group_members WHERE user_id = ANY ($1)
            UNION ALL SELECT UNNEST($1)
        ) ORDER BY id FOR NO KEY UPDATE",
        ids
    );
    groups.fetch_all(connection).await?;
    Ok(())
}
