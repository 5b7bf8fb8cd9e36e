//! Writing, moving and removing rows of users.

use crate::sql::{emails, keys, user_groups, values};
use domain::{
    Error, Result, Timestamp, UserId,
    directory::UserView,
    group::UserGroups,
    people::PersonRow,
    user::{Profile, User, UserSummary},
};
use uuid::Uuid;

#[derive(sqlx::FromRow)]
pub(super) struct UserRow {
    pub(super) id: Uuid,
    pub(super) version: i64,
    pub(super) created: i64,
    pub(super) changed: i64,
    pub(super) user_name: String,
    pub(super) external_id: Option<String>,
    pub(super) display_name: Option<String>,
    pub(super) given_name: Option<String>,
    pub(super) family_name: Option<String>,
    pub(super) employee_number: Option<String>,
    pub(super) manager: Option<String>,
    pub(super) active: bool,
    pub(super) document: String,
    pub(super) keys_version: i64,
    pub(super) emails: String,
    pub(super) indexed: String,
    pub(super) groups: Option<String>,
}

#[derive(sqlx::FromRow)]
pub(in crate::sql) struct SummaryRow {
    id: Uuid,
    name: String,
    user_name: String,
    email: Option<String>,
    active: bool,
    changed: i64,
}

impl SummaryRow {
    /// The columns, in a query over `users`.
    pub(in crate::sql) const COLUMNS: &str =
        "users.id, COALESCE(display_name, user_name) AS name, user_name, active, changed,
            (SELECT value FROM user_emails WHERE user_id = users.id AND value <> ''
            ORDER BY is_primary DESC, user_emails.position LIMIT 1) AS email";
}

impl From<SummaryRow> for UserSummary {
    fn from(row: SummaryRow) -> Self {
        Self {
            id: UserId(row.id),
            name: row.name,
            user_name: row.user_name,
            email: row.email,
            active: row.active,
            changed: Timestamp::from_millis(row.changed),
        }
    }
}

#[derive(sqlx::FromRow)]
pub(in crate::sql) struct ListedRow {
    #[sqlx(flatten)]
    user: SummaryRow,
    document: Option<String>,
    groups: i64,
}

/// The further columns of a [`ListedRow`]. A list does not read long documents, and does not count all groups.
pub(in crate::sql) const LISTED_COLUMNS: &str = ", CASE WHEN octet_length(document) <= 16384 THEN document END AS document,
    (SELECT COUNT(*) FROM (SELECT 1 AS one FROM group_members WHERE user_id = users.id LIMIT 1000) AS counted) AS groups";

impl From<ListedRow> for PersonRow {
    fn from(row: ListedRow) -> Self {
        Self { user: row.user.into(), document: row.document, groups: row.groups.unsigned_abs(), role: None }
    }
}

pub(super) struct NameRow {
    pub(super) name: String,
}

#[derive(sqlx::FromRow)]
pub(super) struct ViewRow {
    pub(super) id: Uuid,
    pub(super) version: i64,
    pub(super) created: i64,
    pub(super) changed: i64,
    pub(super) document: String,
    pub(super) groups: Option<String>,
}

impl UserRow {
    pub(super) fn whole(self) -> Result<(User, UserGroups)> {
        let groups = user_groups::read(self.groups)?;
        let is_known = self.keys_version >= keys::VERSION;
        let user = User {
            id: UserId(self.id),
            version: self.version,
            created: Timestamp::from_millis(self.created),
            changed: Timestamp::from_millis(self.changed),
            profile: Profile {
                user_name: self.user_name,
                external_id: self.external_id,
                display_name: self.display_name,
                given_name: self.given_name,
                family_name: self.family_name,
                employee_number: self.employee_number,
                manager: self.manager,
                active: self.active,
                emails: emails::from_json(&self.emails)?,
                values: is_known.then(|| values::from_json(&self.indexed)).transpose()?,
                document: self.document,
            },
        };
        Ok((user, groups))
    }
}

impl TryFrom<ViewRow> for UserView {
    type Error = Error;

    fn try_from(row: ViewRow) -> Result<Self> {
        Ok(Self {
            groups: user_groups::read(row.groups)?,
            id: UserId(row.id),
            version: row.version,
            created: Timestamp::from_millis(row.created),
            changed: Timestamp::from_millis(row.changed),
            document: row.document,
        })
    }
}
