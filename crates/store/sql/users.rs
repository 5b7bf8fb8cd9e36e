use super::{Connection, IDS, bounded, dialect, emails::push_ids, failed, indexed, page, query::Condition};
use crate::Db;
use async_trait::async_trait;
use domain::{
    Conflict, Error, GroupId, Result, Timestamp, UserId, fold,
    group::GroupRef,
    page::Place,
    query::{Filter, Listed, Mark, UserCondition, UserKey, Window},
    store::Users,
    user::{Deleted, Email, Profile, User, UserSummary},
};
use sqlx::QueryBuilder;
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct UserRow {
    id: Uuid,
    version: i64,
    created: i64,
    changed: i64,
    user_name: String,
    external_id: Option<String>,
    display_name: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    employee_number: Option<String>,
    manager: Option<String>,
    active: bool,
    document: String,
}

#[derive(sqlx::FromRow)]
struct SummaryRow {
    id: Uuid,
    name: String,
    user_name: String,
    email: Option<String>,
    active: bool,
    changed: i64,
}

struct NameRow {
    name: String,
}

#[derive(sqlx::FromRow)]
struct GroupRefRow {
    user_id: Uuid,
    id: Uuid,
    display_name: String,
}

impl UserRow {
    fn with(self, emails: Vec<Email>) -> User {
        User {
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
                emails,
                document: self.document,
            },
        }
    }
}

impl Connection<'_> {
    async fn with_emails(&mut self, rows: Vec<UserRow>) -> Result<Vec<User>> {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let mut emails = self.emails_of(&ids).await?;
        let users = rows.into_iter().map(|row| {
            let own = emails.remove(&row.id).unwrap_or_default();
            row.with(own)
        });
        Ok(users.collect())
    }
}

#[async_trait]
impl Users for Connection<'_> {
    async fn user(&mut self, id: UserId) -> Result<Option<User>> {
        let row = sqlx::query_as!(
            UserRow,
            "SELECT id, version, created, changed, user_name, external_id, display_name, given_name, family_name,
                employee_number, manager, active, document
            FROM users WHERE id = $1",
            id.0
        );
        let row = row.fetch_optional(&mut *self.0).await.map_err(failed)?;
        Ok(self.with_emails(row.into_iter().collect()).await?.pop())
    }

    async fn lock_user(&mut self, id: UserId) -> Result<Option<User>> {
        let row = dialect::lock_as!(
            UserRow,
            "SELECT id, version, created, changed, user_name, external_id, display_name, given_name, family_name,
                employee_number, manager, active, document
            FROM users WHERE id = $1",
            id.0
        );
        let row = row.fetch_optional(&mut *self.0).await.map_err(failed)?;
        Ok(self.with_emails(row.into_iter().collect()).await?.pop())
    }

    async fn insert_user(&mut self, user: &User) -> Result<()> {
        let profile = &user.profile;
        let keys = Keys::of(profile)?;
        let insert = sqlx::query!(
            "INSERT INTO users (id, version, created, changed, user_name, user_name_key, external_id, display_name,
                display_name_key, given_name, given_name_key, family_name, family_name_key, employee_number,
                employee_number_key, manager, active, document)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
            user.id.0,
            user.version,
            user.created.millis(),
            user.changed.millis(),
            profile.user_name,
            keys.user_name,
            profile.external_id,
            profile.display_name,
            keys.display_name,
            profile.given_name,
            keys.given_name,
            profile.family_name,
            keys.family_name,
            profile.employee_number,
            keys.employee_number,
            profile.manager,
            profile.active,
            profile.document,
        );
        insert.execute(&mut *self.0).await.map_err(failed)?;
        self.insert_emails(user.id, &profile.emails).await
    }

    async fn update_user(&mut self, user: &User) -> Result<()> {
        let profile = &user.profile;
        let keys = Keys::of(profile)?;
        let update = sqlx::query!(
            "UPDATE users SET version = $3, changed = $4, user_name = $5, user_name_key = $6, external_id = $7,
                display_name = $8, display_name_key = $9, given_name = $10, given_name_key = $11, family_name = $12,
                family_name_key = $13, employee_number = $14, employee_number_key = $15, manager = $16, active = $17,
                document = $18
            WHERE id = $1 AND version = $2",
            user.id.0,
            user.version - 1,
            user.version,
            user.changed.millis(),
            profile.user_name,
            keys.user_name,
            profile.external_id,
            profile.display_name,
            keys.display_name,
            profile.given_name,
            keys.given_name,
            profile.family_name,
            keys.family_name,
            profile.employee_number,
            keys.employee_number,
            profile.manager,
            profile.active,
            profile.document,
        );
        if update.execute(&mut *self.0).await.map_err(failed)?.rows_affected() == 0 {
            return Err(Error::VersionMismatch);
        }
        self.replace_emails(user.id, &profile.emails).await
    }

    async fn delete_user(&mut self, id: UserId, at: Timestamp) -> Result<()> {
        let groups = sqlx::query!(
            "UPDATE groups SET version = version + 1, changed = $2
            WHERE id IN (SELECT group_id FROM group_members WHERE user_id = $1)",
            id.0,
            at.millis()
        );
        groups.execute(&mut *self.0).await.map_err(failed)?;
        let keep = sqlx::query!(
            "INSERT INTO deleted_users (id, version, created, changed, user_name, user_name_key, external_id, display_name,
                display_name_key, given_name, given_name_key, family_name, family_name_key, employee_number,
                employee_number_key, manager, active, document, role, deleted)
            SELECT id, version, created, changed, user_name, user_name_key, external_id, display_name,
                display_name_key, given_name, given_name_key, family_name, family_name_key, employee_number,
                employee_number_key, manager, active, document, role, $2 FROM users WHERE id = $1",
            id.0,
            at.millis()
        );
        keep.execute(&mut *self.0).await.map_err(failed)?;
        let keep = sqlx::query!(
            "INSERT INTO deleted_user_emails (user_id, position, value, value_key, kind, kind_key, is_primary)
            SELECT user_id, position, value, value_key, kind, kind_key, is_primary FROM user_emails WHERE user_id = $1",
            id.0
        );
        keep.execute(&mut *self.0).await.map_err(failed)?;
        let keep = sqlx::query!(
            "INSERT INTO former_members (group_id, user_id, added, ended, cause)
            SELECT group_id, user_id, added, $2, 'user' FROM group_members WHERE user_id = $1
            ON CONFLICT (group_id, user_id, ended) DO UPDATE SET added = excluded.added, cause = excluded.cause",
            id.0,
            at.millis()
        );
        keep.execute(&mut *self.0).await.map_err(failed)?;
        let delete = sqlx::query!("DELETE FROM users WHERE id = $1", id.0);
        delete.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn restore_user(&mut self, id: UserId, at: Timestamp) -> Result<Option<String>> {
        let deleted = dialect::lock_as!(
            NameRow,
            r#"SELECT COALESCE(display_name, user_name) AS "name!" FROM deleted_users WHERE id = $1"#,
            id.0
        );
        let Some(deleted) = deleted.fetch_optional(&mut *self.0).await.map_err(failed)? else { return Ok(None) };
        let restore = sqlx::query!(
            "INSERT INTO users (id, version, created, changed, user_name, user_name_key, external_id, display_name,
                display_name_key, given_name, given_name_key, family_name, family_name_key, employee_number,
                employee_number_key, manager, active, document, role)
            SELECT id, version + 1, created, $2, user_name, user_name_key, external_id, display_name,
                display_name_key, given_name, given_name_key, family_name, family_name_key, employee_number,
                employee_number_key, manager, active, document, role FROM deleted_users WHERE id = $1
            ON CONFLICT (user_name_key) DO NOTHING",
            id.0,
            at.millis()
        );
        // Nothing was written yet, and nothing has failed: Postgres lets the unit go on.
        if restore.execute(&mut *self.0).await.map_err(failed)?.rows_affected() == 0 {
            return Err(Error::Conflict(Conflict::UserName));
        }
        let restore = sqlx::query!(
            "INSERT INTO user_emails (user_id, position, value, value_key, kind, kind_key, is_primary)
            SELECT user_id, position, value, value_key, kind, kind_key, is_primary FROM deleted_user_emails
            WHERE user_id = $1",
            id.0
        );
        restore.execute(&mut *self.0).await.map_err(failed)?;
        self.restore_memberships_of(id, at).await?;
        let forget = sqlx::query!("DELETE FROM deleted_users WHERE id = $1", id.0);
        forget.execute(&mut *self.0).await.map_err(failed)?;
        Ok(Some(deleted.name))
    }

    async fn deleted_users(&mut self, limit: u64) -> Result<Vec<Deleted>> {
        let rows = sqlx::query!(
            r#"SELECT id, COALESCE(display_name, user_name) AS "name!", deleted FROM deleted_users
            ORDER BY deleted DESC, id DESC LIMIT $1"#,
            bounded(limit)
        );
        let rows = rows.fetch_all(&mut *self.0).await.map_err(failed)?;
        let deleted = |at| Timestamp::from_millis(at);
        Ok(rows.into_iter().map(|row| Deleted { id: row.id, name: row.name, deleted: deleted(row.deleted) }).collect())
    }

    async fn find_users(
        &mut self,
        filter: &Filter<UserCondition>,
        window: &Window<UserKey>,
    ) -> Result<Vec<Listed<User>>> {
        let (marks, rows): (Vec<Mark>, Vec<UserRow>) =
            self.list(filter, window).await?.into_iter().map(|Listed { mark, item }| (mark, item)).unzip();
        let users = self.with_emails(rows).await?;
        Ok(marks.into_iter().zip(users).map(|(mark, item)| Listed { mark, item }).collect())
    }

    async fn count_users(&mut self, filter: &Filter<UserCondition>) -> Result<u64> {
        // What the blocks count needs no look at the rows.
        let sum = match filter {
            Filter::All => Some("SUM(total)"),
            Filter::Where(UserCondition::Active(true)) => Some("SUM(active)"),
            Filter::Where(UserCondition::Active(false)) => Some("SUM(total - active)"),
            _ => None,
        };
        let mut query = QueryBuilder::<Db>::new("SELECT ");
        if let Some(sum) = sum {
            query.push("COALESCE(CAST(").push(sum).push(" AS BIGINT), 0) FROM user_blocks");
        } else {
            query.push("COUNT(*) FROM users WHERE ");
            filter.push(&mut query);
        }
        let count: i64 = query.build_query_scalar().fetch_one(&mut *self.0).await.map_err(failed)?;
        Ok(count.unsigned_abs())
    }

    async fn page_users(
        &mut self,
        filter: &Filter<UserCondition>,
        place: Place,
        limit: u64,
    ) -> Result<Vec<UserSummary>> {
        let mut query = QueryBuilder::<Db>::new(
            "SELECT id, COALESCE(display_name, user_name) AS name, user_name, active, changed,
                (SELECT value FROM user_emails WHERE user_id = users.id ORDER BY is_primary DESC, position LIMIT 1)
                AS email
            FROM users WHERE ",
        );
        filter.push(&mut query);
        page::push(&mut query, place, limit);
        let rows: Vec<SummaryRow> = query.build_query_as().fetch_all(&mut *self.0).await.map_err(failed)?;
        let rows = rows.into_iter().map(|row| UserSummary {
            id: UserId(row.id),
            name: row.name,
            user_name: row.user_name,
            email: row.email,
            active: row.active,
            changed: Timestamp::from_millis(row.changed),
        });
        Ok(page::shown(rows.collect(), place))
    }

    async fn groups_of(&mut self, users: &[UserId]) -> Result<Vec<(UserId, GroupRef)>> {
        let mut groups = Vec::new();
        let users: Vec<Uuid> = users.iter().map(|id| id.0).collect();
        for part in users.chunks(IDS) {
            let mut query = QueryBuilder::<Db>::new(
                "SELECT user_id, id, display_name FROM group_members JOIN groups ON id = group_id WHERE user_id IN ",
            );
            push_ids(&mut query, part);
            query.push(" ORDER BY user_id, display_name_key");
            let rows: Vec<GroupRefRow> = query.build_query_as().fetch_all(&mut *self.0).await.map_err(failed)?;
            groups.extend(rows.into_iter().map(|row| {
                let group = GroupRef { id: GroupId(row.id), display_name: row.display_name };
                (UserId(row.user_id), group)
            }));
        }
        Ok(groups)
    }
}

/// The folded forms of what is looked up.
struct Keys {
    user_name: String,
    display_name: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    employee_number: Option<String>,
}

impl Keys {
    /// Folds; refuses what no index can hold.
    fn of(profile: &Profile) -> Result<Self> {
        let key = |value: &Option<String>| value.as_deref().map(fold);
        let keys = Self {
            user_name: fold(&profile.user_name),
            display_name: key(&profile.display_name),
            given_name: key(&profile.given_name),
            family_name: key(&profile.family_name),
            employee_number: key(&profile.employee_number),
        };
        let own = [&keys.display_name, &keys.employee_number, &profile.external_id, &profile.manager];
        indexed(own.map(Option::as_deref).into_iter().chain([Some(keys.user_name.as_str())]))?;
        Ok(keys)
    }
}
