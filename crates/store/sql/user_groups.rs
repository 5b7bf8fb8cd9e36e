//! The groups of a user. What they weigh is asked first: with a name of any length, a user can be in any number of them.

use crate::dialect;
use domain::{
    Error, GroupId, Result, fold,
    group::{GroupRef, UserGroups},
};
use std::sync::LazyLock;
use uuid::Uuid;

/// What a column has in front that does not hold groups, since they are too many.
const TOO_MANY: char = '#';

/// Weighing ends where groups are too many whatever their names. What replaces them has no name in it, and differs when a
/// user joins or leaves a group, or when one gets another name: each of these is a version of the group.
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

/// The column `groups` of the user at hand; without them if they are not wanted.
pub(super) fn column(wanted: bool) -> &'static str {
    if wanted { &COLUMN } else { "NULL AS groups" }
}

/// Reads what the column gives, by name. Sorted here: SQLite would make a table for it, for each user.
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
