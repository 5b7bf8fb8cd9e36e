mod rows;

use super::{
    Connection, dialect, failed,
    keys::{self, Keys},
    page,
    query::Condition,
    user_groups,
};
use crate::Db;
use async_trait::async_trait;
use domain::{
    Conflict, Error, Result, Timestamp, UserId,
    directory::UserView,
    fold,
    group::UserGroups,
    page::Place,
    people::PersonRow,
    query::{Listed, Predicate, UserCondition, UserKey, UserValue, Window},
    search,
    store::{PeopleSearch, Users},
    user::{Deleted, Email, User, UserSummary},
};
pub(super) use rows::{LISTED_COLUMNS, ListedRow, SummaryRow};
use rows::{NameRow, UserRow, ViewRow};
use sqlx::QueryBuilder;
use uuid::Uuid;

impl Connection<'_> {
    /// One user with its e-mail addresses, and its groups if they are wanted. A statement that has waited for a lock
    /// sees the row as it is now, but other tables as they were before, so the lock is a statement of its own.
    async fn select_user(
        &mut self,
        id: UserId,
        with_groups: bool,
        lock: &'static str,
    ) -> Result<Option<(User, UserGroups)>> {
        if !lock.is_empty() {
            let mut query = QueryBuilder::<Db>::new("SELECT id FROM users WHERE id = ");
            query.push_bind(id.0).push(lock);
            query.build().execute(&mut *self.0).await.map_err(failed)?;
        }
        let mut query = QueryBuilder::<Db>::new(
            "SELECT id, version, created, changed, user_name, external_id, display_name, given_name, family_name,
                employee_number, manager, active, document, keys_version, ",
        );
        query.push(dialect::EMAILS).push(", ").push(dialect::VALUES).push(", ").push(user_groups::column(with_groups));
        query.push(" FROM users WHERE id = ").push_bind(id.0);
        let row: Option<UserRow> = query.build_query_as().fetch_optional(&mut *self.0).await.map_err(failed)?;
        row.map(UserRow::whole).transpose()
    }
}

/// The columns for what a client sees of a user.
fn view_columns(with_groups: bool) -> [&'static str; 2] {
    ["id, version, created, changed, document, ", user_groups::column(with_groups)]
}

#[async_trait]
impl Users for Connection<'_> {
    async fn user_and_groups(&mut self, id: UserId) -> Result<Option<(User, UserGroups)>> {
        self.select_user(id, true, "").await
    }

    async fn view_user(&mut self, id: UserId, with_groups: bool) -> Result<Option<UserView>> {
        let [columns, groups] = view_columns(with_groups);
        let mut query = QueryBuilder::<Db>::new("SELECT ");
        query.push(columns).push(groups).push(" FROM users WHERE id = ").push_bind(id.0);
        let row: Option<ViewRow> = query.build_query_as().fetch_optional(&mut *self.0).await.map_err(failed)?;
        row.map(UserView::try_from).transpose()
    }

    async fn lock_user(&mut self, id: UserId) -> Result<Option<User>> {
        Ok(self.select_user(id, false, dialect::FOR_CHANGE).await?.map(|(user, _)| user))
    }

    async fn lock_user_for_deletion(&mut self, id: UserId) -> Result<Option<User>> {
        let groups = dialect::lock_groups_around(&mut *self.0, id.0).await.map_err(failed)?;
        let user = self.select_user(id, false, dialect::FOR_DELETION).await?.map(|(user, _)| user);
        self.refuse_elsewhere(id.0, &groups).await?;
        Ok(user)
    }

    async fn lock_user_and_groups(&mut self, id: UserId) -> Result<Option<(User, UserGroups)>> {
        self.select_user(id, true, dialect::FOR_CHANGE).await
    }

    async fn insert_user(&mut self, user: &User) -> Result<()> {
        let profile = &user.profile;
        let keys = Keys::of(profile)?;
        let insert = sqlx::query!(
            "INSERT INTO users (id, version, created, changed, user_name, user_name_key, external_id, display_name,
                display_name_key, given_name, given_name_key, family_name, family_name_key, employee_number,
                employee_number_key, manager, active, document, keys_version)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
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
            keys::version(profile),
        );
        insert.execute(&mut *self.0).await.map_err(failed)?;
        self.insert_values("user_values", user.id, profile.values.as_deref().unwrap_or_default()).await?;
        self.insert_emails("user_emails", user.id, &profile.emails).await?;
        self.replace_search_text(user.id, &search::text(profile)).await
    }

    async fn update_user(&mut self, user: &User) -> Result<()> {
        let profile = &user.profile;
        let keys = Keys::of(profile)?;
        let update = sqlx::query!(
            "UPDATE users SET version = $3, changed = $4, user_name = $5, user_name_key = $6, external_id = $7,
                display_name = $8, display_name_key = $9, given_name = $10, given_name_key = $11, family_name = $12,
                family_name_key = $13, employee_number = $14, employee_number_key = $15, manager = $16, active = $17,
                document = $18, keys_version = $19
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
            keys::version(profile),
        );
        if update.execute(&mut *self.0).await.map_err(failed)?.rows_affected() == 0 {
            return Err(Error::VersionMismatch);
        }
        Ok(())
    }

    async fn replace_emails(&mut self, id: UserId, emails: &[Email]) -> Result<()> {
        let delete = sqlx::query!("DELETE FROM user_emails WHERE user_id = $1", id.0);
        delete.execute(&mut *self.0).await.map_err(failed)?;
        self.insert_emails("user_emails", id, emails).await
    }

    async fn replace_values(
        &mut self,
        id: UserId,
        known: Option<&[(UserValue, String)]>,
        values: &[(UserValue, String)],
    ) -> Result<()> {
        let differs = |attribute: &UserValue| {
            let of = |values: &[(UserValue, String)]| {
                values.iter().filter(|value| value.0 == *attribute).cloned().collect::<Vec<_>>()
            };
            known.is_none_or(|known| of(known) != of(values))
        };
        for attribute in UserValue::ALL.iter().copied().filter(differs) {
            let delete =
                sqlx::query!("DELETE FROM user_values WHERE user_id = $1 AND attribute = $2", id.0, attribute.number());
            delete.execute(&mut *self.0).await.map_err(failed)?;
            let values: Vec<_> = values.iter().filter(|value| value.0 == attribute).cloned().collect();
            self.insert_values("user_values", id, &values).await?;
        }
        Ok(())
    }

    async fn delete_user(&mut self, id: UserId, at: Timestamp) -> Result<()> {
        dialect::allow_time(&mut *self.0).await.map_err(failed)?;
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
                employee_number_key, manager, active, document, keys_version, role, deleted)
            SELECT id, version, created, changed, user_name, user_name_key, external_id, display_name,
                display_name_key, given_name, given_name_key, family_name, family_name_key, employee_number,
                employee_number_key, manager, active, document, keys_version, role, $2 FROM users WHERE id = $1",
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
            "INSERT INTO deleted_user_values (user_id, attribute, place, value_key)
            SELECT user_id, attribute, place, value_key FROM user_values WHERE user_id = $1",
            id.0
        );
        keep.execute(&mut *self.0).await.map_err(failed)?;
        let keep = sqlx::query!(
            "INSERT INTO former_members (group_id, user_id, added, ended, cause)
            SELECT group_id, user_id, added, $2, 'user' FROM group_members WHERE user_id = $1
            ON CONFLICT (group_id, user_id, ended) DO UPDATE SET cause = excluded.cause",
            id.0,
            at.millis()
        );
        keep.execute(&mut *self.0).await.map_err(failed)?;
        let delete = sqlx::query!("DELETE FROM users WHERE id = $1", id.0);
        delete.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn restore_user(&mut self, id: UserId, at: Timestamp) -> Result<Option<String>> {
        dialect::allow_time(&mut *self.0).await.map_err(failed)?;
        let deleted = dialect::lock_as!(
            NameRow,
            r#"SELECT COALESCE(display_name, user_name) AS "name!" FROM deleted_users WHERE id = $1"#,
            id.0
        );
        let Some(deleted) = deleted.fetch_optional(&mut *self.0).await.map_err(failed)? else { return Ok(None) };
        let restore = sqlx::query!(
            "INSERT INTO users (id, version, created, changed, user_name, user_name_key, external_id, display_name,
                display_name_key, given_name, given_name_key, family_name, family_name_key, employee_number,
                employee_number_key, manager, active, document, keys_version, role)
            SELECT id, version + 1, created, $2, user_name, user_name_key, external_id, display_name,
                display_name_key, given_name, given_name_key, family_name, family_name_key, employee_number,
                employee_number_key, manager, active, document, keys_version, role FROM deleted_users WHERE id = $1
            ON CONFLICT (user_name_key) DO NOTHING",
            id.0,
            at.millis()
        );
        // Nothing has been written yet, and nothing has failed: Postgres lets the unit continue.
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
        let restore = sqlx::query!(
            "INSERT INTO user_values (user_id, attribute, place, value_key)
            SELECT user_id, attribute, place, value_key FROM deleted_user_values WHERE user_id = $1",
            id.0
        );
        restore.execute(&mut *self.0).await.map_err(failed)?;
        self.renew_search_text(id).await?;
        dialect::lock_groups_of_return(&mut *self.0, &[id.0]).await.map_err(failed)?;
        self.restore_memberships_of(id, at).await?;
        let forget = sqlx::query!("DELETE FROM deleted_users WHERE id = $1", id.0);
        forget.execute(&mut *self.0).await.map_err(failed)?;
        Ok(Some(deleted.name))
    }

    async fn user_named(&mut self, user_name: &str) -> Result<Option<UserId>> {
        let id = sqlx::query_scalar!("SELECT id FROM users WHERE user_name_key = $1", fold(user_name));
        Ok(id.fetch_optional(&mut *self.0).await.map_err(failed)?.map(UserId))
    }

    async fn deleted_user_name(&mut self, id: UserId) -> Result<Option<String>> {
        let name = sqlx::query_scalar!("SELECT user_name FROM deleted_users WHERE id = $1", id.0);
        name.fetch_optional(&mut *self.0).await.map_err(failed)
    }

    async fn deleted_users(&mut self, name: &str, limit: u64) -> Result<Vec<Deleted>> {
        let columns = "COALESCE(display_name, user_name), deleted FROM deleted_users";
        self.select_deleted(columns, &["user_name_key", "display_name_key"], name, limit).await
    }

    async fn find_users(
        &mut self,
        filter: &Predicate<UserCondition>,
        window: &Window<UserKey>,
        with_groups: bool,
    ) -> Result<Vec<Listed<UserView>>> {
        self.list(filter, window, view_columns(with_groups), |row: ViewRow| row.try_into()).await
    }

    async fn list_people(
        &mut self,
        filter: &Predicate<UserCondition>,
        window: &Window<UserKey>,
    ) -> Result<Vec<Listed<PersonRow>>> {
        self.list(filter, window, [SummaryRow::COLUMNS, LISTED_COLUMNS], |row: ListedRow| Ok(row.into())).await
    }

    async fn people_ids(&mut self, filter: &Predicate<UserCondition>, limit: u64) -> Result<Vec<UserId>> {
        let mut query = QueryBuilder::<Db>::new("SELECT users.id FROM users WHERE ");
        filter.push(&mut query);
        page::push_limit(&mut query, limit);
        let ids: Vec<Uuid> =
            query.build_query_scalar().persistent(false).fetch_all(&mut *self.0).await.map_err(failed)?;
        Ok(ids.into_iter().map(UserId).collect())
    }

    async fn count_users(&mut self, filter: &Predicate<UserCondition>) -> Result<u64> {
        // The blocks count these, so no rows need to be read.
        let sum = match filter {
            Predicate::All => Some("SUM(total)"),
            Predicate::Where(UserCondition::Active(true)) => Some("SUM(active)"),
            Predicate::Where(UserCondition::Active(false)) => Some("SUM(total - active)"),
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
        filter: &Predicate<UserCondition>,
        place: Place,
        limit: u64,
    ) -> Result<Vec<UserSummary>> {
        let mut query = QueryBuilder::<Db>::new("SELECT ");
        query.push(SummaryRow::COLUMNS).push(" FROM users WHERE ");
        filter.push(&mut query);
        page::push(&mut query, place, limit);
        let rows: Vec<SummaryRow> = query.build_query_as().fetch_all(&mut *self.0).await.map_err(failed)?;
        Ok(page::shown(rows.into_iter().map(UserSummary::from).collect(), place))
    }
}
