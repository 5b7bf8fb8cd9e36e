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

/// The texts that people are found by, beside their index. Without CROSS, the planner could read all texts instead.
pub(crate) const SEARCHED: &str =
    "user_grams AS grams CROSS JOIN user_search AS searched ON searched.position = grams.rowid";

/// The position in [`SEARCHED`] by which rows come in order.
pub(crate) const SEARCHED_POSITION: &str = "grams.rowid";

/// Adds a test whether a text contains all needles; each has three characters or more. The index finds the texts that
/// have the characters of a needle, three by three, anywhere; so each is then looked for as a whole.
pub(crate) fn push_needles(query: &mut sqlx::QueryBuilder<crate::Db>, needles: &[String]) {
    let mut grams = Vec::new();
    for needle in needles {
        let letters: Vec<char> = needle.chars().collect();
        let last = letters.len().saturating_sub(GRAM);
        for from in (0..last).step_by(GRAM).chain([last]) {
            let gram: String = letters[from..letters.len().min(from + GRAM)].iter().collect();
            grams.push(format!("\"{}\"", gram.replace('"', "\"\"")));
        }
    }
    query.push("grams.user_grams MATCH ").push_bind(grams.join(" AND "));
    push_contains(query, needles);
}

fn push_contains(query: &mut sqlx::QueryBuilder<crate::Db>, needles: &[String]) {
    for needle in needles {
        query.push(" AND instr(searched.text, ").push_bind(needle.clone()).push(") > 0");
    }
}

/// Adds the positions of texts that contain all needles and that the index does not have yet, and returns the column
/// that they are in. A text that has changed since is not found by what it was: each that the index finds is read.
pub(crate) fn push_unindexed(query: &mut sqlx::QueryBuilder<crate::Db>, needles: &[String]) -> Option<&'static str> {
    query.push(" UNION SELECT searched.position FROM user_search_changed AS changed");
    query.push(" CROSS JOIN user_search AS searched ON searched.position = changed.position WHERE TRUE");
    push_contains(query, needles);
    Some("searched.position")
}

/// How many characters an entry of the index has.
const GRAM: usize = 3;

/// Brings the index of texts up to date once 64 have changed; until then a search reads those one by one. FTS5 rewrites
/// parts of its index at every savepoint, and at every row that is not above the last one: in the order of the rows, and
/// for many of them at once, a change costs a thirtieth.
macro_rules! index_texts {
    () => {
        "DELETE FROM user_grams WHERE (SELECT COUNT(*) FROM user_search_changed) >= 64
            AND rowid IN (SELECT position FROM user_search_changed EXCEPT SELECT position FROM user_search);
        INSERT OR REPLACE INTO user_grams (rowid, text)
            SELECT position, text FROM user_search_changed JOIN user_search USING (position)
            WHERE (SELECT COUNT(*) FROM user_search_changed) >= 64 ORDER BY position;
        DELETE FROM user_search_changed WHERE (SELECT COUNT(*) FROM user_search_changed) >= 64;"
    };
}
pub(crate) use index_texts;

/// Has the planner learn how many texts there are. Nothing to do: the query leaves it no choice.
pub(crate) async fn analyze_search(_: &mut sqlx::SqliteConnection) -> Result<(), sqlx::Error> {
    Ok(())
}

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

/// Whether a locked user or group has joined another group since. It cannot have: no other unit can write.
pub(crate) async fn is_elsewhere(_: &mut sqlx::SqliteConnection, _: Uuid, _: &[Uuid]) -> Result<bool, sqlx::Error> {
    Ok(false)
}

/// Keeps groups that a restoration changes from changing until the unit ends. Nothing to do: no other unit can write.
pub(crate) async fn lock_groups_of_return(_: &mut sqlx::SqliteConnection, _: &[Uuid]) -> Result<(), sqlx::Error> {
    Ok(())
}
