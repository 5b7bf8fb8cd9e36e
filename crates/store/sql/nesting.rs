use super::{Connection, IDS, bounded, dialect, emails::push_ids, failed};
use crate::Db;
use async_trait::async_trait;
use domain::{GroupId, Result, Timestamp, group::GroupRef, store::Nesting};
use sqlx::QueryBuilder;
use std::collections::HashSet;
use uuid::Uuid;

struct FormerRow {
    #[expect(dead_code, reason = "only the lock counts")]
    group_id: Uuid,
}

#[async_trait]
impl Nesting for Connection<'_> {
    async fn nested_groups_of(&mut self, groups: &[GroupId]) -> Result<Vec<(GroupId, GroupId)>> {
        let mut nested = Vec::new();
        let groups: Vec<Uuid> = groups.iter().map(|id| id.0).collect();
        for part in groups.chunks(IDS) {
            let mut query = QueryBuilder::<Db>::new("SELECT group_id, member_id FROM nested_groups WHERE group_id IN ");
            push_ids(&mut query, part);
            query.push(" ORDER BY group_id, member_id");
            let rows: Vec<(Uuid, Uuid)> = query.build_query_as().fetch_all(&mut *self.0).await.map_err(failed)?;
            nested.extend(rows.into_iter().map(|(group, member)| (GroupId(group), GroupId(member))));
        }
        Ok(nested)
    }

    async fn first_nested_groups(&mut self, group: GroupId, limit: u64) -> Result<Vec<GroupId>> {
        let nested = sqlx::query_scalar!(
            "SELECT member_id FROM nested_groups WHERE group_id = $1 ORDER BY member_id LIMIT $2",
            group.0,
            bounded(limit)
        );
        Ok(nested.fetch_all(&mut *self.0).await.map_err(failed)?.into_iter().map(GroupId).collect())
    }

    async fn add_nested_groups(&mut self, group: GroupId, members: &[GroupId], at: Timestamp) -> Result<Vec<GroupId>> {
        let mut came = Vec::new();
        let members: Vec<Uuid> = members.iter().map(|id| id.0).filter(|id| *id != group.0).collect();
        for part in members.chunks(IDS) {
            let mut query = QueryBuilder::<Db>::new("INSERT INTO nested_groups (group_id, member_id, added) SELECT ");
            query.push_bind(group.0).push(", id, ").push_bind(at.millis());
            query.push(" FROM groups WHERE id IN ");
            push_ids(&mut query, part);
            query.push(dialect::KEEP_ROWS).push(" ON CONFLICT DO NOTHING RETURNING member_id");
            let rows: Vec<Uuid> = query.build_query_scalar().fetch_all(&mut *self.0).await.map_err(failed)?;
            came.extend(rows.into_iter().map(GroupId));
        }
        Ok(came)
    }

    async fn remove_nested_groups(
        &mut self,
        group: GroupId,
        members: &[GroupId],
        at: Timestamp,
    ) -> Result<Vec<GroupId>> {
        let mut left = Vec::new();
        let members: Vec<Uuid> = members.iter().map(|id| id.0).collect();
        for part in members.chunks(IDS) {
            let mut query = QueryBuilder::<Db>::new(
                "INSERT INTO former_nested_groups (group_id, member_id, added, ended, cause)
                SELECT group_id, member_id, added, ",
            );
            query.push_bind(at.millis()).push(", 'member' FROM nested_groups WHERE group_id = ").push_bind(group.0);
            query.push(" AND member_id IN ");
            push_ids(&mut query, part);
            query.push(" ON CONFLICT DO NOTHING");
            query.build().execute(&mut *self.0).await.map_err(failed)?;
            let mut query = QueryBuilder::<Db>::new("DELETE FROM nested_groups WHERE group_id = ");
            query.push_bind(group.0).push(" AND member_id IN ");
            push_ids(&mut query, part);
            query.push(" RETURNING member_id");
            let rows: Vec<Uuid> = query.build_query_scalar().fetch_all(&mut *self.0).await.map_err(failed)?;
            left.extend(rows.into_iter().map(GroupId));
        }
        Ok(left)
    }

    async fn retain_nested_groups(
        &mut self,
        group: GroupId,
        members: &[GroupId],
        at: Timestamp,
    ) -> Result<Vec<GroupId>> {
        // A long NOT IN cannot be split, so the other groups are listed.
        let nested = sqlx::query_scalar!("SELECT member_id FROM nested_groups WHERE group_id = $1", group.0);
        let nested = nested.fetch_all(&mut *self.0).await.map_err(failed)?;
        let members: HashSet<GroupId> = members.iter().copied().collect();
        let others: Vec<GroupId> = nested.into_iter().map(GroupId).filter(|id| !members.contains(id)).collect();
        self.remove_nested_groups(group, &others, at).await
    }

    async fn named_nested_groups(&mut self, group: GroupId, limit: u64) -> Result<Vec<GroupRef>> {
        let rows = sqlx::query!(
            "SELECT id, display_name FROM nested_groups JOIN groups ON id = member_id WHERE group_id = $1
            ORDER BY display_name_key LIMIT $2",
            group.0,
            bounded(limit)
        );
        let rows = rows.fetch_all(&mut *self.0).await.map_err(failed)?;
        Ok(rows.into_iter().map(|row| GroupRef { id: GroupId(row.id), display_name: row.display_name }).collect())
    }

    async fn count_nested_groups(&mut self, group: GroupId) -> Result<u64> {
        let count =
            sqlx::query_scalar!(r#"SELECT COUNT(*) AS "count!: i64" FROM nested_groups WHERE group_id = $1"#, group.0);
        Ok(count.fetch_one(&mut *self.0).await.map_err(failed)?.unsigned_abs())
    }

    async fn named_outer_groups(&mut self, group: GroupId, limit: u64) -> Result<Vec<GroupRef>> {
        let rows = sqlx::query!(
            "SELECT id, display_name FROM nested_groups JOIN groups ON id = group_id WHERE member_id = $1
            ORDER BY display_name_key LIMIT $2",
            group.0,
            bounded(limit)
        );
        let rows = rows.fetch_all(&mut *self.0).await.map_err(failed)?;
        Ok(rows.into_iter().map(|row| GroupRef { id: GroupId(row.id), display_name: row.display_name }).collect())
    }

    async fn count_outer_groups(&mut self, group: GroupId) -> Result<u64> {
        let count =
            sqlx::query_scalar!(r#"SELECT COUNT(*) AS "count!: i64" FROM nested_groups WHERE member_id = $1"#, group.0);
        Ok(count.fetch_one(&mut *self.0).await.map_err(failed)?.unsigned_abs())
    }
}

impl Connection<'_> {
    /// Stores the groups in a group that is about to be deleted, and the groups that it was in: those change too.
    pub(super) async fn keep_nesting(&mut self, group: GroupId, at: Timestamp) -> Result<()> {
        let parents = sqlx::query!(
            "UPDATE groups SET version = version + 1, changed = $2
            WHERE id IN (SELECT group_id FROM nested_groups WHERE member_id = $1)",
            group.0,
            at.millis()
        );
        parents.execute(&mut *self.0).await.map_err(failed)?;
        let keep = sqlx::query!(
            "INSERT INTO former_nested_groups (group_id, member_id, added, ended, cause)
            SELECT group_id, member_id, added, $2, 'group' FROM nested_groups WHERE group_id = $1 OR member_id = $1
            ON CONFLICT (group_id, member_id, ended) DO UPDATE SET cause = excluded.cause",
            group.0,
            at.millis()
        );
        keep.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    /// Restores the nestings that ended because this group or the other one was deleted, if both exist.
    pub(super) async fn restore_nesting(&mut self, group: GroupId, at: Timestamp) -> Result<()> {
        // A unit that restores the other group at the same time waits, and then finds this one.
        let pending = dialect::lock_as!(
            FormerRow,
            "SELECT group_id FROM former_nested_groups WHERE (group_id = $1 OR member_id = $1) AND cause <> 'member'
            ORDER BY group_id, member_id",
            group.0
        );
        if pending.fetch_all(&mut *self.0).await.map_err(failed)?.is_empty() {
            return Ok(());
        }
        let parents = sqlx::query!(
            "UPDATE groups SET version = version + 1, changed = $2
            WHERE id IN (SELECT group_id FROM former_nested_groups WHERE member_id = $1 AND cause <> 'member')",
            group.0,
            at.millis()
        );
        parents.execute(&mut *self.0).await.map_err(failed)?;
        self.insert_former_nested(group, None).await?;
        let forget = sqlx::query!(
            "DELETE FROM former_nested_groups WHERE (group_id = $1 OR member_id = $1) AND cause <> 'member'
                AND EXISTS (SELECT 1 FROM groups WHERE groups.id = former_nested_groups.group_id)
                AND EXISTS (SELECT 1 FROM groups WHERE groups.id = former_nested_groups.member_id)",
            group.0
        );
        forget.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    /// Restores the groups that were removed from a group since a moment.
    pub(super) async fn restore_nested(&mut self, group: GroupId, since: Timestamp) -> Result<u64> {
        self.insert_former_nested(group, Some(since)).await
    }

    /// Restores former nestings, the last of each: those removed from a group since a moment, or else those that a
    /// deletion ended. Keeps both groups from being deleted until the unit ends.
    async fn insert_former_nested(&mut self, group: GroupId, since: Option<Timestamp>) -> Result<u64> {
        let mut query = QueryBuilder::<Db>::new(
            "INSERT INTO nested_groups (group_id, member_id, added) SELECT group_id, member_id, added
            FROM former_nested_groups JOIN groups AS parent ON parent.id = group_id
                JOIN groups AS child ON child.id = member_id WHERE ",
        );
        match since {
            Some(since) => {
                query.push("group_id = ").push_bind(group.0).push(" AND ended >= ").push_bind(since.millis());
                query.push(" AND cause = 'member'");
            }
            None => {
                query.push("(group_id = ").push_bind(group.0).push(" OR member_id = ").push_bind(group.0);
                query.push(") AND cause <> 'member'");
            }
        }
        query.push(" ORDER BY ended DESC").push(dialect::KEEP_ROWS).push(" ON CONFLICT DO NOTHING");
        Ok(query.build().execute(&mut *self.0).await.map_err(failed)?.rows_affected())
    }

    /// Removes for good the nestings that ended before a moment.
    pub(super) async fn delete_former_nested(&mut self, before: Timestamp) -> Result<()> {
        let nested = sqlx::query!("DELETE FROM former_nested_groups WHERE ended < $1", before.millis());
        nested.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }
}
