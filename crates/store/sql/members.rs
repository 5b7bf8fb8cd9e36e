use super::{Connection, IDS, dialect, emails::push_ids, error::OutOfOrder, failed, page};
use crate::Db;
use domain::{GroupId, Result, Timestamp, UserId};
use sqlx::QueryBuilder;
use std::collections::HashSet;
use uuid::Uuid;

struct FormerRow {
    #[expect(dead_code, reason = "only the lock counts")]
    group_id: Uuid,
}

impl Connection<'_> {
    pub(super) async fn select_members(&mut self, groups: &[GroupId]) -> Result<Vec<(GroupId, UserId)>> {
        let mut members = Vec::new();
        let groups: Vec<Uuid> = groups.iter().map(|id| id.0).collect();
        for part in groups.chunks(IDS) {
            let mut query = QueryBuilder::<Db>::new("SELECT group_id, user_id FROM group_members WHERE group_id IN ");
            push_ids(&mut query, part);
            query.push(" ORDER BY group_id, user_id");
            let rows: Vec<(Uuid, Uuid)> = query.build_query_as().fetch_all(&mut *self.0).await.map_err(failed)?;
            members.extend(rows.into_iter().map(|(group, user)| (GroupId(group), UserId(user))));
        }
        Ok(members)
    }

    /// Counts the members of each group, both kinds, up to a limit.
    pub(super) async fn select_sizes(&mut self, groups: &[GroupId], most: u64) -> Result<Vec<(GroupId, u64)>> {
        let mut sizes = Vec::new();
        let groups: Vec<Uuid> = groups.iter().map(|id| id.0).collect();
        for part in groups.chunks(IDS) {
            let mut query = QueryBuilder::<Db>::new("SELECT id");
            let mut between = ", ";
            for table in ["group_members", "nested_groups"] {
                query.push(between).push("(SELECT COUNT(*) FROM (SELECT 1 FROM ").push(table);
                query.push(" WHERE group_id = groups.id");
                page::push_limit(&mut query, most);
                query.push(") AS counted)");
                between = " + ";
            }
            query.push(" AS size FROM groups WHERE id IN ");
            push_ids(&mut query, part);
            let rows: Vec<(Uuid, i64)> = query.build_query_as().fetch_all(&mut *self.0).await.map_err(failed)?;
            sizes.extend(rows.into_iter().map(|(group, size)| (GroupId(group), size.unsigned_abs())));
        }
        Ok(sizes)
    }

    pub(super) async fn insert_members(
        &mut self,
        group: GroupId,
        users: &[UserId],
        at: Timestamp,
    ) -> Result<Vec<UserId>> {
        let mut came = Vec::new();
        let users: Vec<Uuid> = users.iter().map(|id| id.0).collect();
        for part in users.chunks(IDS) {
            let mut query = QueryBuilder::<Db>::new("INSERT INTO group_members (group_id, user_id, added) SELECT ");
            query.push_bind(group.0).push(", id, ").push_bind(at.millis());
            query.push(" FROM users WHERE id IN ");
            push_ids(&mut query, part);
            query.push(dialect::KEEP_ROWS).push(" ON CONFLICT DO NOTHING RETURNING user_id");
            let rows: Vec<Uuid> = query.build_query_scalar().fetch_all(&mut *self.0).await.map_err(failed)?;
            came.extend(rows.into_iter().map(UserId));
        }
        Ok(came)
    }

    pub(super) async fn select_names(&mut self, users: &[UserId]) -> Result<Vec<(UserId, String)>> {
        let mut names = Vec::new();
        let users: Vec<Uuid> = users.iter().map(|id| id.0).collect();
        for part in users.chunks(IDS) {
            let mut query =
                QueryBuilder::<Db>::new("SELECT id, COALESCE(display_name, user_name) FROM users WHERE id IN ");
            push_ids(&mut query, part);
            query.push(" ORDER BY id");
            let rows: Vec<(Uuid, String)> = query.build_query_as().fetch_all(&mut *self.0).await.map_err(failed)?;
            names.extend(rows.into_iter().map(|(id, name)| (UserId(id), name)));
        }
        Ok(names)
    }

    pub(super) async fn delete_members(
        &mut self,
        group: GroupId,
        users: &[UserId],
        at: Timestamp,
    ) -> Result<Vec<UserId>> {
        let mut left = Vec::new();
        let users: Vec<Uuid> = users.iter().map(|id| id.0).collect();
        for part in users.chunks(IDS) {
            let mut query = QueryBuilder::<Db>::new(
                "INSERT INTO former_members (group_id, user_id, added, ended, cause) SELECT group_id, user_id, added, ",
            );
            query.push_bind(at.millis()).push(", 'member' FROM group_members WHERE group_id = ").push_bind(group.0);
            query.push(" AND user_id IN ");
            push_ids(&mut query, part);
            query.push(" ON CONFLICT DO NOTHING");
            query.build().execute(&mut *self.0).await.map_err(failed)?;
            let mut query = QueryBuilder::<Db>::new("DELETE FROM group_members WHERE group_id = ");
            query.push_bind(group.0).push(" AND user_id IN ");
            push_ids(&mut query, part);
            query.push(" RETURNING user_id");
            let rows: Vec<Uuid> = query.build_query_scalar().fetch_all(&mut *self.0).await.map_err(failed)?;
            left.extend(rows.into_iter().map(UserId));
        }
        Ok(left)
    }

    /// Restores the memberships that ended because the user or the group was deleted, in those groups that still exist.
    pub(super) async fn restore_memberships_of(&mut self, user: UserId, at: Timestamp) -> Result<()> {
        // A unit that restores one of these groups at the same time waits, and then finds the user.
        let pending = dialect::lock_as!(
            FormerRow,
            "SELECT group_id FROM former_members WHERE user_id = $1 AND cause <> 'member' ORDER BY group_id, user_id",
            user.0
        );
        pending.fetch_all(&mut *self.0).await.map_err(failed)?;
        // The groups first, which keeps them from being deleted.
        let groups = sqlx::query!(
            "UPDATE groups SET version = version + 1, changed = $2
            WHERE id IN (SELECT group_id FROM former_members WHERE user_id = $1 AND cause <> 'member')",
            user.0,
            at.millis()
        );
        groups.execute(&mut *self.0).await.map_err(failed)?;
        let restore = sqlx::query!(
            "INSERT INTO group_members (group_id, user_id, added)
            SELECT group_id, user_id, added FROM former_members
            WHERE user_id = $1 AND cause <> 'member'
                AND EXISTS (SELECT 1 FROM groups WHERE groups.id = former_members.group_id)
            ON CONFLICT DO NOTHING",
            user.0
        );
        restore.execute(&mut *self.0).await.map_err(failed)?;
        // A restored membership must not be restored again after it has ended in another way.
        let forget = sqlx::query!(
            "DELETE FROM former_members WHERE user_id = $1 AND cause <> 'member'
                AND EXISTS (SELECT 1 FROM groups WHERE groups.id = former_members.group_id)",
            user.0
        );
        forget.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    /// Restores the memberships that ended because the user or the group was deleted, of those users who still exist.
    pub(super) async fn restore_memberships_in(&mut self, group: GroupId) -> Result<()> {
        let pending = dialect::lock_as!(
            FormerRow,
            "SELECT group_id FROM former_members WHERE group_id = $1 AND cause <> 'member' ORDER BY group_id, user_id",
            group.0
        );
        pending.fetch_all(&mut *self.0).await.map_err(failed)?;
        self.insert_former(group, " AND cause <> 'member'", None).await?;
        let forget = sqlx::query!(
            "DELETE FROM former_members WHERE group_id = $1 AND cause <> 'member'
                AND EXISTS (SELECT 1 FROM users WHERE users.id = former_members.user_id)",
            group.0
        );
        forget.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    /// Restores the members that were removed from a group since a moment.
    pub(super) async fn insert_former_members(&mut self, group: GroupId, since: Timestamp) -> Result<u64> {
        self.insert_former(group, " AND cause = 'member'", Some(since)).await
    }

    /// Restores former members of a group, with the last membership of each, and keeps them from being deleted
    /// until the unit ends.
    async fn insert_former(&mut self, group: GroupId, cause: &str, since: Option<Timestamp>) -> Result<u64> {
        let mut query = QueryBuilder::<Db>::new(
            "INSERT INTO group_members (group_id, user_id, added) SELECT group_id, user_id, added
            FROM former_members JOIN users ON users.id = user_id WHERE group_id = ",
        );
        query.push_bind(group.0).push(cause);
        if let Some(since) = since {
            query.push(" AND ended >= ").push_bind(since.millis());
        }
        query.push(" ORDER BY ended DESC").push(dialect::KEEP_ROWS).push(" ON CONFLICT DO NOTHING");
        Ok(query.build().execute(&mut *self.0).await.map_err(failed)?.rows_affected())
    }

    /// Has the unit run again if a locked user or group has joined a group that is not among these locked ones: waiting
    /// for that group now would be out of order.
    pub(super) async fn refuse_elsewhere(&mut self, id: Uuid, groups: &[Uuid]) -> Result<()> {
        if dialect::is_elsewhere(&mut *self.0, id, groups).await.map_err(failed)? {
            return Err(domain::Error::Unavailable(Box::new(OutOfOrder)));
        }
        Ok(())
    }

    /// The members of a group other than these. No statement takes as many ids as a group may have members, and a NOT
    /// IN cannot be split.
    pub(super) async fn other_members(&mut self, group: GroupId, users: &[UserId]) -> Result<Vec<UserId>> {
        let members = sqlx::query_scalar!("SELECT user_id FROM group_members WHERE group_id = $1", group.0);
        let members = members.fetch_all(&mut *self.0).await.map_err(failed)?;
        let users: HashSet<UserId> = users.iter().copied().collect();
        Ok(members.into_iter().map(UserId).filter(|id| !users.contains(id)).collect())
    }
}
