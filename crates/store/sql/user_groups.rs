//! The groups of a user. Their weight is computed first: their names may be long, and a user can be in any number of
//! groups.

use crate::dialect;
use domain::{
    Error, GroupId, Result, fold,
    group::{GroupRef, UserGroups},
};
use std::sync::LazyLock;
use uuid::Uuid;

/// The prefix of the column if it does not hold groups, because they are too many.
const TOO_MANY: char = '#';

/// Counting the weight stops when there are too many groups for any names. The text that replaces them contains no
/// names, and changes when the user joins or leaves a group, or when a group is renamed: each of these is a new version
/// of a group.
static COLUMN: LazyLock<String> = LazyLock::new(|| {
    let (most, each, name_byte) = (UserGroups::MOST, UserGroups::EACH, UserGroups::NAME_BYTE);
    format!(
        "CASE WHEN (SELECT SUM(weight) FROM (
            SELECT {each} + {name_byte} * octet_length(groups.display_name) AS weight
            FROM group_members JOIN groups ON groups.id = group_id WHERE user_id = users.id LIMIT {limit}
        ) AS weighed) > {most}
        THEN (SELECT '{TOO_MANY}' || COUNT(*) || ' ' || SUM(groups.version) || ' ' || MAX(groups.changed)
            FROM group_members JOIN groups ON groups.id = group_id WHERE user_id = users.id)
        ELSE {groups} END AS groups",
        limit = most / each + 1,
        groups = dialect::GROUPS,
    )
});

/// The column `groups` of the user in the query, or an empty one if the groups are not wanted.
pub(super) fn column(wanted: bool) -> &'static str {
    if wanted { &COLUMN } else { "NULL AS groups" }
}

/// Reads the column, sorted by name. Sorted here: SQLite would build a temporary table for each user.
pub(super) fn read(column: Option<String>) -> Result<UserGroups> {
    let corrupt = || Error::Corrupt { table: "groups", column: "display_name" };
    let Some(text) = column else { return Ok(UserGroups::default()) };
    if text.starts_with(TOO_MANY) {
        return Ok(UserGroups::TooMany(text));
    }
    let mut groups: Vec<(&str, String)> = serde_json::from_str(&text).map_err(|_| corrupt())?;
    groups.sort_by_cached_key(|(_, display_name)| fold(display_name));
    let group = |(id, display_name)| {
        let id = Uuid::try_parse(id).map_err(|_| corrupt())?;
        Ok(GroupRef { id: GroupId(id), display_name })
    };
    groups.into_iter().map(group).collect::<Result<_>>().map(UserGroups::All)
}
