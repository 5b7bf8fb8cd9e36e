use super::{Connection, IDS, ROWS, failed, indexed};
use crate::Db;
use domain::{Result, UserId, fold, user::Email};
use sqlx::QueryBuilder;
use std::collections::HashMap;
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct EmailRow {
    user_id: Uuid,
    value: String,
    kind: Option<String>,
    is_primary: bool,
}

impl Connection<'_> {
    /// The e-mail addresses of each of these users, in the order given.
    pub(super) async fn emails_of(&mut self, users: &[Uuid]) -> Result<HashMap<Uuid, Vec<Email>>> {
        let mut emails = HashMap::<Uuid, Vec<Email>>::new();
        for part in users.chunks(IDS) {
            let mut query =
                QueryBuilder::<Db>::new("SELECT user_id, value, kind, is_primary FROM user_emails WHERE user_id IN ");
            push_ids(&mut query, part);
            query.push(" ORDER BY user_id, position");
            let rows: Vec<EmailRow> = query.build_query_as().fetch_all(&mut *self.0).await.map_err(failed)?;
            for row in rows {
                emails.entry(row.user_id).or_default().push(Email {
                    value: row.value,
                    kind: row.kind,
                    primary: row.is_primary,
                });
            }
        }
        Ok(emails)
    }

    /// Adds the e-mail addresses of a user that has none.
    pub(super) async fn insert_emails(&mut self, user: UserId, emails: &[Email]) -> Result<()> {
        let keys: Vec<String> = emails.iter().map(|email| fold(&email.value)).collect();
        indexed(keys.iter().map(|key| Some(key.as_str())))?;
        let rows: Vec<_> = (0_i64..).zip(emails).zip(keys).collect();
        for part in rows.chunks(ROWS) {
            let mut query = QueryBuilder::<Db>::new(
                "INSERT INTO user_emails (user_id, position, value, value_key, kind, kind_key, is_primary) ",
            );
            query.push_values(part, |mut row, ((position, email), key)| {
                row.push_bind(user.0).push_bind(*position);
                row.push_bind(email.value.clone()).push_bind(key.clone());
                row.push_bind(email.kind.clone()).push_bind(email.kind.as_deref().map(fold));
                row.push_bind(email.primary);
            });
            query.build().execute(&mut *self.0).await.map_err(failed)?;
        }
        Ok(())
    }

    /// Writes the e-mail addresses of a user, where they are not what is stored.
    pub(super) async fn replace_emails(&mut self, user: UserId, emails: &[Email]) -> Result<()> {
        let stored = self.emails_of(&[user.0]).await?.remove(&user.0).unwrap_or_default();
        if stored == emails {
            return Ok(());
        }
        sqlx::query!("DELETE FROM user_emails WHERE user_id = $1", user.0)
            .execute(&mut *self.0)
            .await
            .map_err(failed)?;
        self.insert_emails(user, emails).await
    }
}

/// Adds a list of ids, in parentheses.
pub(super) fn push_ids(query: &mut QueryBuilder<Db>, ids: &[Uuid]) {
    let mut list = query.push("(").separated(", ");
    for id in ids {
        list.push_bind(*id);
    }
    query.push(")");
}
