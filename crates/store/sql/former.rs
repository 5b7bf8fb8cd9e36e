//! What was deleted and which memberships ended, for the guard and its undo, and when this is forgotten.

use super::{Connection, bounded, failed, query::push_contains};
use crate::Db;
use domain::{GroupId, Result, Timestamp, UserId, fold, guard::Membership, user::Deleted};
use sqlx::QueryBuilder;
use uuid::Uuid;

impl Connection<'_> {
    /// Deleted rows that have a text in one of these columns, the most recent first.
    pub(super) async fn select_deleted(
        &mut self,
        from: &'static str,
        keys: &[&'static str],
        name: &str,
        limit: u64,
    ) -> Result<Vec<Deleted>> {
        let mut query = QueryBuilder::<Db>::new("SELECT id, ");
        query.push(from);
        for (at, key) in keys.iter().enumerate().filter(|_| !name.is_empty()) {
            query.push(if at == 0 { " WHERE " } else { " OR " });
            push_contains(&mut query, key, &fold(name));
        }
        query.push(" ORDER BY deleted DESC, id DESC LIMIT ").push_bind(bounded(limit));
        let rows: Vec<(Uuid, String, i64)> = query.build_query_as().fetch_all(&mut *self.0).await.map_err(failed)?;
        let deleted = |(id, name, at)| Deleted { id, name, deleted: Timestamp::from_millis(at) };
        Ok(rows.into_iter().map(deleted).collect())
    }

    /// Whether a group has more than this many members, including those who left since a moment. Stops counting there.
    pub(super) async fn counts_more(&mut self, group: GroupId, than: u64, since: Timestamp) -> Result<bool> {
        let enough = bounded(than) + 1;
        let count = sqlx::query_scalar!(
            r#"SELECT COUNT(*) AS "count!: i64" FROM (
                SELECT user_id FROM (SELECT user_id FROM group_members WHERE group_id = $1 LIMIT $2) AS members
                UNION
                SELECT user_id FROM (SELECT user_id FROM former_members WHERE group_id = $1 AND ended > $3 LIMIT $2)
                    AS former
            ) AS people"#,
            group.0,
            enough,
            since.millis()
        );
        Ok(count.fetch_one(&mut *self.0).await.map_err(failed)? >= enough)
    }

    /// Whether all who were in a group at a moment have left it, or it is empty; and those who have left since then, up
    /// to a limit.
    pub(super) async fn select_left(
        &mut self,
        group: GroupId,
        since: Timestamp,
        most: u64,
    ) -> Result<(bool, Vec<UserId>)> {
        let emptied = sqlx::query_scalar!(
            r#"SELECT NOT EXISTS (SELECT 1 FROM group_members WHERE group_id = $1)
                OR (EXISTS (SELECT 1 FROM former_members WHERE group_id = $1 AND ended > $2 AND added <= $2)
                    AND NOT EXISTS (SELECT 1 FROM group_members WHERE group_id = $1 AND added <= $2)) AS "emptied!: bool""#,
            group.0,
            since.millis()
        );
        let emptied = emptied.fetch_one(&mut *self.0).await.map_err(failed)?;
        let left = sqlx::query_scalar!(
            "SELECT DISTINCT user_id FROM former_members WHERE group_id = $1 AND ended > $2 AND cause = 'member'
                AND NOT EXISTS (
                    SELECT 1 FROM group_members AS now
                    WHERE now.group_id = former_members.group_id AND now.user_id = former_members.user_id
                ) LIMIT $3",
            group.0,
            since.millis(),
            bounded(most)
        );
        let left = left.fetch_all(&mut *self.0).await.map_err(failed)?;
        Ok((emptied, left.into_iter().map(UserId).collect()))
    }

    /// Restores the membership of a user who was in a group at `from`.
    pub(super) async fn insert_former_member(
        &mut self,
        group: GroupId,
        member: Uuid,
        from: Timestamp,
    ) -> Result<Membership> {
        let insert = sqlx::query!(
            "INSERT INTO group_members (group_id, user_id, added)
            SELECT group_id, user_id, added FROM former_members JOIN users ON users.id = user_id
                JOIN groups ON groups.id = group_id
            WHERE group_id = $1 AND user_id = $2 AND added < $3 AND ended >= $3
            ON CONFLICT DO NOTHING",
            group.0,
            member,
            from.millis()
        );
        insert.execute(&mut *self.0).await.map_err(failed)?;
        let found = sqlx::query_as!(
            Membership,
            r#"SELECT EXISTS (SELECT 1 FROM group_members WHERE group_id = $1 AND user_id = $2) AS "is_there!: bool",
                EXISTS (SELECT 1 FROM former_members WHERE group_id = $1 AND user_id = $2 AND added < $3 AND ended >= $3)
                    AS "was_there!: bool""#,
            group.0,
            member,
            from.millis()
        );
        found.fetch_one(&mut *self.0).await.map_err(failed)
    }

    /// The same for a group that was in another.
    pub(super) async fn insert_former_nesting(
        &mut self,
        group: GroupId,
        member: Uuid,
        from: Timestamp,
    ) -> Result<Membership> {
        let insert = sqlx::query!(
            "INSERT INTO nested_groups (group_id, member_id, added)
            SELECT group_id, member_id, added FROM former_nested_groups JOIN groups AS child ON child.id = member_id
                JOIN groups AS parent ON parent.id = group_id
            WHERE group_id = $1 AND member_id = $2 AND added < $3 AND ended >= $3
            ON CONFLICT DO NOTHING",
            group.0,
            member,
            from.millis()
        );
        insert.execute(&mut *self.0).await.map_err(failed)?;
        let found = sqlx::query_as!(
            Membership,
            r#"SELECT EXISTS (SELECT 1 FROM nested_groups WHERE group_id = $1 AND member_id = $2) AS "is_there!: bool",
                EXISTS (
                    SELECT 1 FROM former_nested_groups WHERE group_id = $1 AND member_id = $2 AND added < $3 AND ended >= $3
                ) AS "was_there!: bool""#,
            group.0,
            member,
            from.millis()
        );
        found.fetch_one(&mut *self.0).await.map_err(failed)
    }

    /// Ends the memberships that began at `from` or later, of a user (`user_id`) or in a group (`group_id`), but not
    /// those of users who were in the group at `from` too: they only left and came back. Returns the memberships that
    /// ended.
    pub(super) async fn end_late_memberships(
        &mut self,
        column: &'static str,
        of: Uuid,
        from: Timestamp,
        at: Timestamp,
    ) -> Result<Vec<(GroupId, UserId)>> {
        let push_late = |query: &mut QueryBuilder<Db>| {
            query.push(" FROM group_members WHERE ").push(column).push(" = ").push_bind(of);
            query.push(" AND added >= ").push_bind(from.millis());
            query.push(
                " AND NOT EXISTS (SELECT 1 FROM former_members AS earlier
                WHERE earlier.group_id = group_members.group_id AND earlier.user_id = group_members.user_id
                    AND earlier.added < ",
            );
            query.push_bind(from.millis()).push(" AND earlier.ended >= ").push_bind(from.millis()).push(")");
        };
        let mut keep = QueryBuilder::<Db>::new(
            "INSERT INTO former_members (group_id, user_id, added, ended, cause) SELECT group_id, user_id, added, ",
        );
        keep.push_bind(at.millis()).push(", 'member'");
        push_late(&mut keep);
        keep.push(" ON CONFLICT DO NOTHING");
        if keep.build().execute(&mut *self.0).await.map_err(failed)?.rows_affected() == 0 {
            return Ok(Vec::new());
        }
        let mut end = QueryBuilder::<Db>::new("DELETE");
        push_late(&mut end);
        end.push(" RETURNING group_id, user_id");
        let ended: Vec<(Uuid, Uuid)> = end.build_query_as().fetch_all(&mut *self.0).await.map_err(failed)?;
        Ok(ended.into_iter().map(|(group, user)| (GroupId(group), UserId(user))).collect())
    }

    /// Removes for good the deleted users and groups, and the former members, from before a moment, unless an undecided
    /// batch can still restore them; and departures from before another moment.
    pub(super) async fn delete_deleted(&mut self, before: Timestamp, departures: Timestamp) -> Result<()> {
        let (before, departures) = (before.millis(), departures.millis());
        let users = sqlx::query!(
            "DELETE FROM deleted_users WHERE deleted < $1 AND NOT EXISTS (
                SELECT 1 FROM departures JOIN batches ON batches.id = batch
                WHERE target = deleted_users.id AND state IN ('open', 'held') AND undone IS NULL)",
            before
        );
        users.execute(&mut *self.0).await.map_err(failed)?;
        let groups = sqlx::query!(
            "DELETE FROM deleted_groups WHERE deleted < $1 AND NOT EXISTS (
                SELECT 1 FROM departures JOIN batches ON batches.id = batch
                WHERE target = deleted_groups.id AND state IN ('open', 'held') AND undone IS NULL)",
            before
        );
        groups.execute(&mut *self.0).await.map_err(failed)?;
        let members = sqlx::query!(
            "DELETE FROM former_members WHERE ended < $1 AND NOT EXISTS (
                SELECT 1 FROM departures JOIN batches ON batches.id = batch
                WHERE target IN (user_id, former_members.group_id) AND state IN ('open', 'held') AND undone IS NULL)",
            before
        );
        members.execute(&mut *self.0).await.map_err(failed)?;
        let departures = sqlx::query!(
            "DELETE FROM departures WHERE at < $1 AND NOT EXISTS (
                SELECT 1 FROM batches WHERE batches.id = batch AND state IN ('open', 'held'))",
            departures
        );
        departures.execute(&mut *self.0).await.map_err(failed)?;
        self.delete_former_nested(Timestamp::from_millis(before)).await
    }
}
