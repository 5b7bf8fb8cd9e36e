use super::{
    Connection, bounded, dialect, failed, indexed, page,
    query::{self, Condition},
};
use crate::Db;
use async_trait::async_trait;
use domain::{
    Conflict, Error, GroupId, Result, Timestamp, UserId, fold,
    group::{Group, GroupProfile, GroupSummary},
    guard::Membership,
    page::Place,
    query::{GroupCondition, GroupKey, Listed, Predicate, UserCondition, Window},
    store::{Groups, Users},
    user::{Deleted, UserSummary},
};
use sqlx::QueryBuilder;
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct GroupRow {
    id: Uuid,
    version: i64,
    created: i64,
    changed: i64,
    display_name: String,
    external_id: Option<String>,
    document: String,
}

struct NameRow {
    display_name: String,
}

#[derive(sqlx::FromRow)]
struct SummaryRow {
    id: Uuid,
    display_name: String,
    changed: i64,
    members: i64,
    nested: i64,
}

impl From<GroupRow> for Group {
    fn from(row: GroupRow) -> Self {
        Self {
            id: GroupId(row.id),
            version: row.version,
            created: Timestamp::from_millis(row.created),
            changed: Timestamp::from_millis(row.changed),
            profile: GroupProfile {
                display_name: row.display_name,
                external_id: row.external_id,
                document: row.document,
            },
        }
    }
}

#[async_trait]
impl Groups for Connection<'_> {
    async fn group(&mut self, id: GroupId) -> Result<Option<Group>> {
        let row = sqlx::query_as!(
            GroupRow,
            "SELECT id, version, created, changed, display_name, external_id, document FROM groups WHERE id = $1",
            id.0
        );
        Ok(row.fetch_optional(&mut *self.0).await.map_err(failed)?.map(Group::from))
    }

    async fn lock_group(&mut self, id: GroupId) -> Result<Option<Group>> {
        let row = dialect::lock_for_change_as!(
            GroupRow,
            "SELECT id, version, created, changed, display_name, external_id, document FROM groups WHERE id = $1",
            id.0
        );
        Ok(row.fetch_optional(&mut *self.0).await.map_err(failed)?.map(Group::from))
    }

    async fn lock_group_for_deletion(&mut self, id: GroupId) -> Result<Option<Group>> {
        let groups = dialect::lock_groups_around(&mut *self.0, id.0).await.map_err(failed)?;
        let row = dialect::lock_as!(
            GroupRow,
            "SELECT id, version, created, changed, display_name, external_id, document FROM groups WHERE id = $1",
            id.0
        );
        let group = row.fetch_optional(&mut *self.0).await.map_err(failed)?.map(Group::from);
        self.refuse_elsewhere(id.0, &groups).await?;
        Ok(group)
    }

    async fn lock_groups_of_return(&mut self, ids: &[Uuid]) -> Result<()> {
        dialect::lock_groups_of_return(&mut *self.0, ids).await.map_err(failed)
    }

    async fn insert_group(&mut self, group: &Group) -> Result<()> {
        let key = key(&group.profile)?;
        let insert = sqlx::query!(
            "INSERT INTO groups (id, version, created, changed, display_name, display_name_key, external_id, document)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            group.id.0,
            group.version,
            group.created.millis(),
            group.changed.millis(),
            group.profile.display_name,
            key,
            group.profile.external_id,
            group.profile.document,
        );
        insert.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn update_group(&mut self, group: &Group) -> Result<()> {
        let key = key(&group.profile)?;
        let update = sqlx::query!(
            "UPDATE groups SET version = $3, changed = $4, display_name = $5, display_name_key = $6, external_id = $7,
                document = $8
            WHERE id = $1 AND version = $2",
            group.id.0,
            group.version - 1,
            group.version,
            group.changed.millis(),
            group.profile.display_name,
            key,
            group.profile.external_id,
            group.profile.document,
        );
        match update.execute(&mut *self.0).await.map_err(failed)?.rows_affected() {
            0 => Err(Error::VersionMismatch),
            _ => Ok(()),
        }
    }

    async fn delete_group(&mut self, id: GroupId, at: Timestamp) -> Result<()> {
        dialect::allow_time(&mut *self.0).await.map_err(failed)?;
        let keep = sqlx::query!(
            "INSERT INTO deleted_groups (id, version, created, changed, display_name, display_name_key, external_id,
                document, role, deleted)
            SELECT id, version, created, changed, display_name, display_name_key, external_id, document, role, $2
            FROM groups WHERE id = $1",
            id.0,
            at.millis()
        );
        keep.execute(&mut *self.0).await.map_err(failed)?;
        let keep = sqlx::query!(
            "INSERT INTO former_members (group_id, user_id, added, ended, cause)
            SELECT group_id, user_id, added, $2, 'group' FROM group_members WHERE group_id = $1
            ON CONFLICT (group_id, user_id, ended) DO UPDATE SET cause = excluded.cause",
            id.0,
            at.millis()
        );
        keep.execute(&mut *self.0).await.map_err(failed)?;
        self.keep_nesting(id, at).await?;
        let delete = sqlx::query!("DELETE FROM groups WHERE id = $1", id.0);
        delete.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn restore_group(&mut self, id: GroupId, at: Timestamp) -> Result<Option<String>> {
        dialect::allow_time(&mut *self.0).await.map_err(failed)?;
        let deleted = dialect::lock_as!(NameRow, "SELECT display_name FROM deleted_groups WHERE id = $1", id.0);
        let Some(deleted) = deleted.fetch_optional(&mut *self.0).await.map_err(failed)? else { return Ok(None) };
        let restore = sqlx::query!(
            "INSERT INTO groups (id, version, created, changed, display_name, display_name_key, external_id, document,
                role)
            SELECT id, version + 1, created, $2, display_name, display_name_key, external_id, document, role
            FROM deleted_groups WHERE id = $1
            ON CONFLICT (display_name_key) DO NOTHING",
            id.0,
            at.millis()
        );
        // Nothing has been written yet, and nothing has failed: Postgres lets the unit continue.
        if restore.execute(&mut *self.0).await.map_err(failed)?.rows_affected() == 0 {
            return Err(Error::Conflict(Conflict::GroupName));
        }
        // Groups before users, as everywhere.
        dialect::lock_groups_of_return(&mut *self.0, &[id.0]).await.map_err(failed)?;
        self.restore_nesting(id, at).await?;
        self.restore_memberships_in(id).await?;
        let forget = sqlx::query!("DELETE FROM deleted_groups WHERE id = $1", id.0);
        forget.execute(&mut *self.0).await.map_err(failed)?;
        Ok(Some(deleted.display_name))
    }

    async fn group_named(&mut self, display_name: &str) -> Result<Option<GroupId>> {
        let id = sqlx::query_scalar!("SELECT id FROM groups WHERE display_name_key = $1", fold(display_name));
        Ok(id.fetch_optional(&mut *self.0).await.map_err(failed)?.map(GroupId))
    }

    async fn deleted_group_name(&mut self, id: GroupId) -> Result<Option<String>> {
        let name = sqlx::query_scalar!("SELECT display_name FROM deleted_groups WHERE id = $1", id.0);
        name.fetch_optional(&mut *self.0).await.map_err(failed)
    }

    async fn deleted_groups(&mut self, name: &str, limit: u64) -> Result<Vec<Deleted>> {
        self.select_deleted("display_name, deleted FROM deleted_groups", &["display_name_key"], name, limit).await
    }

    async fn find_groups(
        &mut self,
        filter: &Predicate<GroupCondition>,
        window: &Window<GroupKey>,
    ) -> Result<Vec<Listed<Group>>> {
        let columns = ["id, version, created, changed, display_name, external_id, document", ""];
        self.list(filter, window, columns, |row: GroupRow| Ok(row.into())).await
    }

    async fn count_groups(&mut self, filter: &Predicate<GroupCondition>) -> Result<u64> {
        let mut query = QueryBuilder::<Db>::new("SELECT ");
        if let Predicate::All = filter {
            query.push("COALESCE(CAST(SUM(total) AS BIGINT), 0) FROM group_blocks");
        } else {
            query.push("COUNT(*) FROM groups WHERE ");
            filter.push(&mut query);
        }
        let count: i64 = query.build_query_scalar().fetch_one(&mut *self.0).await.map_err(failed)?;
        Ok(count.unsigned_abs())
    }

    async fn page_groups(&mut self, search: &str, place: Place, limit: u64) -> Result<Vec<GroupSummary>> {
        let mut query = QueryBuilder::<Db>::new(
            "SELECT id, display_name, changed,
                (SELECT COUNT(*) FROM group_members WHERE group_id = groups.id) AS members,
                (SELECT COUNT(*) FROM nested_groups WHERE group_id = groups.id) AS nested
            FROM groups WHERE ",
        );
        query::push_contains(&mut query, "display_name_key", search);
        page::push(&mut query, place, limit);
        let rows: Vec<SummaryRow> = query.build_query_as().fetch_all(&mut *self.0).await.map_err(failed)?;
        let rows = rows.into_iter().map(|row| GroupSummary {
            id: GroupId(row.id),
            display_name: row.display_name,
            members: row.members.unsigned_abs(),
            nested: row.nested.unsigned_abs(),
            changed: Timestamp::from_millis(row.changed),
        });
        Ok(page::shown(rows.collect(), place))
    }

    async fn count_groups_named(&mut self, search: &str) -> Result<u64> {
        if search.is_empty() {
            return self.count_groups(&Predicate::All).await;
        }
        let mut query = QueryBuilder::<Db>::new("SELECT COUNT(*) FROM groups WHERE ");
        query::push_contains(&mut query, "display_name_key", search);
        let count: i64 = query.build_query_scalar().fetch_one(&mut *self.0).await.map_err(failed)?;
        Ok(count.unsigned_abs())
    }

    async fn members_of(&mut self, groups: &[GroupId]) -> Result<Vec<(GroupId, UserId)>> {
        self.select_members(groups).await
    }

    async fn sizes_of(&mut self, groups: &[GroupId], most: u64) -> Result<Vec<(GroupId, u64)>> {
        self.select_sizes(groups, most).await
    }

    async fn first_members(&mut self, group: GroupId, limit: u64) -> Result<Vec<UserId>> {
        let members = sqlx::query_scalar!(
            "SELECT user_id FROM group_members WHERE group_id = $1 ORDER BY user_id LIMIT $2",
            group.0,
            bounded(limit)
        );
        Ok(members.fetch_all(&mut *self.0).await.map_err(failed)?.into_iter().map(UserId).collect())
    }

    async fn page_members(&mut self, group: GroupId, place: Place, limit: u64) -> Result<Vec<UserSummary>> {
        let members = Predicate::Where(UserCondition::MemberOf(Some(group)));
        self.page_users(&members, place, limit).await
    }

    async fn count_members(&mut self, group: GroupId) -> Result<u64> {
        let count =
            sqlx::query_scalar!(r#"SELECT COUNT(*) AS "count!: i64" FROM group_members WHERE group_id = $1"#, group.0);
        Ok(count.fetch_one(&mut *self.0).await.map_err(failed)?.unsigned_abs())
    }

    async fn add_members(&mut self, group: GroupId, users: &[UserId], at: Timestamp) -> Result<Vec<UserId>> {
        self.insert_members(group, users, at).await
    }

    async fn remove_members(&mut self, group: GroupId, users: &[UserId], at: Timestamp) -> Result<Vec<UserId>> {
        self.delete_members(group, users, at).await
    }

    async fn retain_members(&mut self, group: GroupId, users: &[UserId], at: Timestamp) -> Result<Vec<UserId>> {
        let others = self.other_members(group, users).await?;
        self.delete_members(group, &others, at).await
    }

    async fn names_of(&mut self, users: &[UserId]) -> Result<Vec<(UserId, String)>> {
        self.select_names(users).await
    }

    async fn had_more_members(&mut self, group: GroupId, than: u64, since: Timestamp) -> Result<bool> {
        self.counts_more(group, than, since).await
    }

    async fn restore_member(&mut self, group: GroupId, member: Uuid, from: Timestamp) -> Result<Membership> {
        let user = self.insert_former_member(group, member, from).await?;
        if user.is_there || user.was_there { Ok(user) } else { self.insert_former_nesting(group, member, from).await }
    }

    async fn end_memberships_of(
        &mut self,
        user: UserId,
        from: Timestamp,
        at: Timestamp,
    ) -> Result<Vec<(GroupId, UserId)>> {
        self.end_late_memberships("user_id", user.0, from, at).await
    }

    async fn end_memberships_in(
        &mut self,
        group: GroupId,
        from: Timestamp,
        at: Timestamp,
    ) -> Result<Vec<(GroupId, UserId)>> {
        self.end_late_memberships("group_id", group.0, from, at).await
    }

    async fn restore_members(&mut self, group: GroupId, since: Timestamp) -> Result<u64> {
        Ok(self.insert_former_members(group, since).await? + self.restore_nested(group, since).await?)
    }

    async fn left_since(&mut self, group: GroupId, since: Timestamp, most: u64) -> Result<(bool, Vec<UserId>)> {
        self.select_left(group, since, most).await
    }

    async fn forget_deleted(&mut self, before: Timestamp, departures: Timestamp) -> Result<()> {
        self.delete_deleted(before, departures).await
    }
}

/// The folded form of the name; refuses a name that is too long for an index.
fn key(profile: &GroupProfile) -> Result<String> {
    let key = fold(&profile.display_name);
    indexed([Some(key.as_str()), profile.external_id.as_deref()])?;
    Ok(key)
}
