use super::{Connection, ROWS, failed};
use crate::Db;
use domain::{Error, Result, UserId, fold, user::Email};
use sqlx::QueryBuilder;
use uuid::Uuid;

/// Reads the value of `dialect::EMAILS`.
pub(super) fn from_json(text: &str) -> Result<Vec<Email>> {
    /// SQLite has no booleans.
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Flag {
        Bool(bool),
        Number(i64),
    }
    let corrupt = |_| Error::Corrupt { table: "user_emails", column: "value" };
    let rows: Vec<(String, Option<String>, Flag)> = serde_json::from_str(text).map_err(corrupt)?;
    let email = |(value, kind, primary)| {
        let primary = matches!(primary, Flag::Bool(true) | Flag::Number(1));
        Email { value, kind, primary }
    };
    Ok(rows.into_iter().map(email).collect())
}

impl Connection<'_> {
    /// Adds the e-mail addresses of a user that has none; their keys have been checked.
    pub(super) async fn insert_emails(&mut self, table: &'static str, user: UserId, emails: &[Email]) -> Result<()> {
        let keys: Vec<String> = emails.iter().map(|email| fold(&email.value)).collect();
        let rows: Vec<_> = (0_i64..).zip(emails).zip(keys).collect();
        for part in rows.chunks(ROWS) {
            let mut query = QueryBuilder::<Db>::new("INSERT INTO ");
            query.push(table).push(" (user_id, position, value, value_key, kind, kind_key, is_primary) ");
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
}

/// Adds a list of ids, in parentheses.
pub(super) fn push_ids(query: &mut QueryBuilder<Db>, ids: &[Uuid]) {
    let mut list = query.push("(").separated(", ");
    for id in ids {
        list.push_bind(*id);
    }
    query.push(")");
}
