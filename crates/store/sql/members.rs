use super::{Connection, IDS, dialect, emails::push_ids, failed};
use crate::Db;
use domain::{GroupId, Result, Timestamp, UserId};
use sqlx::QueryBuilder;
use std::collections::HashSet;
use uuid::Uuid;

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

    pub(super) async fn insert_members(&mut self, group: GroupId, users: &[UserId], at: Timestamp) -> Result<u64> {
        let mut came = 0;
        let users: Vec<Uuid> = users.iter().map(|id| id.0).collect();
        for part in users.chunks(IDS) {
            let mut query = QueryBuilder::<Db>::new("INSERT INTO group_members (group_id, user_id, added) SELECT ");
            query.push_bind(group.0).push(", id, ").push_bind(at.millis());
            query.push(" FROM users WHERE id IN ");
            push_ids(&mut query, part);
            query.push(dialect::KEEP_ROWS).push(" ON CONFLICT DO NOTHING");
            came += query.build().execute(&mut *self.0).await.map_err(failed)?.rows_affected();
        }
        Ok(came)
    }

    pub(super) async fn delete_members(&mut self, group: GroupId, users: &[UserId]) -> Result<u64> {
        let mut left = 0;
        let users: Vec<Uuid> = users.iter().map(|id| id.0).collect();
        for part in users.chunks(IDS) {
            let mut query = QueryBuilder::<Db>::new("DELETE FROM group_members WHERE group_id = ");
            query.push_bind(group.0).push(" AND user_id IN ");
            push_ids(&mut query, part);
            left += query.build().execute(&mut *self.0).await.map_err(failed)?.rows_affected();
        }
        Ok(left)
    }

    /// The members of a group that are none of these. No statement takes so many ids as a group may have members, and
    /// a NOT IN cannot be taken apart.
    pub(super) async fn other_members(&mut self, group: GroupId, users: &[UserId]) -> Result<Vec<UserId>> {
        let members = sqlx::query_scalar!("SELECT user_id FROM group_members WHERE group_id = $1", group.0);
        let members = members.fetch_all(&mut *self.0).await.map_err(failed)?;
        let users: HashSet<UserId> = users.iter().copied().collect();
        Ok(members.into_iter().map(UserId).filter(|id| !users.contains(id)).collect())
    }
}
