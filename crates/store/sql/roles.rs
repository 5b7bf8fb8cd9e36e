use super::{Connection, IDS, emails::push_ids, failed};
use crate::Db;
use async_trait::async_trait;
use domain::{Error, GroupId, Result, UserId, group::GroupRef, role::Role, store::Roles};
use sqlx::QueryBuilder;
use uuid::Uuid;

#[async_trait]
impl Roles for Connection<'_> {
    async fn user_role(&mut self, id: UserId) -> Result<Option<Role>> {
        let role = sqlx::query_scalar!("SELECT role FROM users WHERE id = $1", id.0);
        role.fetch_optional(&mut *self.0).await.map_err(failed)?.flatten().map(|role| read("users", &role)).transpose()
    }

    async fn set_user_role(&mut self, id: UserId, role: Option<Role>) -> Result<()> {
        let update = sqlx::query!("UPDATE users SET role = $2 WHERE id = $1", id.0, role.map(Role::as_str));
        update.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn group_role(&mut self, id: GroupId) -> Result<Option<Role>> {
        let role = sqlx::query_scalar!("SELECT role FROM groups WHERE id = $1", id.0);
        role.fetch_optional(&mut *self.0).await.map_err(failed)?.flatten().map(|role| read("groups", &role)).transpose()
    }

    async fn set_group_role(&mut self, id: GroupId, role: Option<Role>) -> Result<()> {
        let update = sqlx::query!("UPDATE groups SET role = $2 WHERE id = $1", id.0, role.map(Role::as_str));
        update.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn roles_through_groups(&mut self, id: UserId) -> Result<Vec<(GroupRef, Role)>> {
        let rows = sqlx::query!(
            r#"SELECT id, display_name, role AS "role!" FROM groups JOIN group_members ON group_id = id
            WHERE user_id = $1 AND role IS NOT NULL ORDER BY display_name_key"#,
            id.0
        );
        let rows = rows.fetch_all(&mut *self.0).await.map_err(failed)?;
        rows.into_iter().map(|row| mapped(row.id, row.display_name, &row.role)).collect()
    }

    async fn mapped_groups(&mut self) -> Result<Vec<(GroupRef, Role)>> {
        let rows = sqlx::query!(
            r#"SELECT id, display_name, role AS "role!" FROM groups WHERE role IS NOT NULL ORDER BY display_name_key"#
        );
        let rows = rows.fetch_all(&mut *self.0).await.map_err(failed)?;
        rows.into_iter().map(|row| mapped(row.id, row.display_name, &row.role)).collect()
    }

    async fn roles_of(&mut self, users: &[UserId]) -> Result<Vec<(UserId, Role)>> {
        let mut roles = Vec::new();
        let users: Vec<Uuid> = users.iter().map(|id| id.0).collect();
        for part in users.chunks(IDS) {
            let mut query =
                QueryBuilder::<Db>::new("SELECT id, role FROM users WHERE active AND role IS NOT NULL AND id IN ");
            push_ids(&mut query, part);
            query.push(
                " UNION SELECT users.id, groups.role FROM users JOIN group_members ON user_id = users.id
                JOIN groups ON groups.id = group_id WHERE active AND groups.role IS NOT NULL AND users.id IN ",
            );
            push_ids(&mut query, part);
            let rows: Vec<(Uuid, String)> = query.build_query_as().fetch_all(&mut *self.0).await.map_err(failed)?;
            for (id, role) in rows {
                roles.push((UserId(id), read("users", &role)?));
            }
        }
        Ok(roles)
    }

    async fn count_role(&mut self, role: Role) -> Result<u64> {
        let count = sqlx::query_scalar!(
            r#"SELECT COUNT(*) AS "count!: i64" FROM users WHERE active AND id IN (
                SELECT id FROM users WHERE role = $1
                UNION SELECT user_id FROM group_members JOIN groups ON groups.id = group_id WHERE groups.role = $1
            )"#,
            role.as_str()
        );
        Ok(count.fetch_one(&mut *self.0).await.map_err(failed)?.unsigned_abs())
    }
}

fn mapped(id: Uuid, display_name: String, role: &str) -> Result<(GroupRef, Role)> {
    Ok((GroupRef { id: GroupId(id), display_name }, read("groups", role)?))
}

fn read(table: &'static str, role: &str) -> Result<Role> {
    Role::parse(role).ok_or(Error::Corrupt { table, column: "role" })
}
