//! The further values of users, for filtering and sorting but not for display.

use super::{Connection, ROWS, failed};
use crate::Db;
use domain::{Error, Result, UserId, query::UserValue};
use sqlx::QueryBuilder;

/// Reads the value of `dialect::VALUES`.
pub(super) fn from_json(text: &str) -> Result<Vec<(UserValue, String)>> {
    let corrupt = || Error::Corrupt { table: "user_values", column: "attribute" };
    let rows: Vec<(i64, String)> = serde_json::from_str(text).map_err(|_| corrupt())?;
    let value = |(number, key)| Ok((UserValue::of(number).ok_or_else(corrupt)?, key));
    rows.into_iter().map(value).collect()
}

impl Connection<'_> {
    /// Adds the values of a user that has none.
    pub(super) async fn insert_values(
        &mut self,
        table: &'static str,
        user: UserId,
        values: &[(UserValue, String)],
    ) -> Result<()> {
        let place = |index: usize| values[..index].iter().rev().take_while(|other| other.0 == values[index].0).count();
        let rows: Vec<_> = values.iter().enumerate().map(|(index, value)| (place(index) as i64, value)).collect();
        for part in rows.chunks(ROWS) {
            let mut query = QueryBuilder::<Db>::new("INSERT INTO ");
            query.push(table).push(" (user_id, attribute, place, value_key) ");
            query.push_values(part, |mut row, (place, (attribute, key))| {
                row.push_bind(user.0).push_bind(attribute.number()).push_bind(*place).push_bind(key.clone());
            });
            query.build().execute(&mut *self.0).await.map_err(failed)?;
        }
        Ok(())
    }
}
