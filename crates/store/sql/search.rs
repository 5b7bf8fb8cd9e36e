//! The search of people: the text that each user is found by, and the people whose texts contain all needles.

use super::{
    Connection, ROWS, bounded, emails, failed, page, query,
    users::{LISTED_COLUMNS, ListedRow, SummaryRow},
    values,
};
use crate::{Db, dialect};
use async_trait::async_trait;
use domain::{
    Result, UserId,
    page::{Place, Position},
    search::{self, FoundPerson, PeopleQuery},
    store::PeopleSearch,
    user::Profile,
};
use sqlx::QueryBuilder;
use uuid::Uuid;

/// What the text of a user is made from.
#[derive(sqlx::FromRow)]
struct SourceRow {
    position: i64,
    user_name: String,
    display_name: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    employee_number: Option<String>,
    active: bool,
    emails: String,
    indexed: String,
}

impl SourceRow {
    fn text(self) -> Result<(i64, String)> {
        let profile = Profile {
            user_name: self.user_name,
            external_id: None,
            display_name: self.display_name,
            given_name: self.given_name,
            family_name: self.family_name,
            employee_number: self.employee_number,
            manager: None,
            active: self.active,
            emails: emails::from_json(&self.emails)?,
            values: Some(values::from_json(&self.indexed)?),
            document: String::new(),
        };
        Ok((self.position, search::text(&profile)))
    }
}

#[derive(sqlx::FromRow)]
struct FoundRow {
    position: i64,
    #[sqlx(flatten)]
    row: ListedRow,
}

struct BacklogRow {
    position: i64,
}

#[async_trait]
impl PeopleSearch for Connection<'_> {
    async fn replace_search_text(&mut self, id: UserId, text: &str) -> Result<()> {
        let write = sqlx::query!(
            "INSERT INTO user_search (position, text) SELECT position, CAST($2 AS TEXT) FROM users WHERE id = $1
            ON CONFLICT (position) DO UPDATE SET text = excluded.text",
            id.0,
            text
        );
        write.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn fill_search(&mut self, limit: u64) -> Result<Option<u64>> {
        let backlog = dialect::lock_for_change_as!(BacklogRow, "SELECT position FROM search_backlog",);
        let backlog = backlog.fetch_optional(&mut *self.0).await.map_err(failed)?;
        let Some(BacklogRow { position: after }) = backlog else { return Ok(None) };
        let limit = bounded(limit);
        let next =
            sqlx::query!("SELECT id, position FROM users WHERE position > $1 ORDER BY position LIMIT $2", after, limit);
        let next = next.fetch_all(&mut *self.0).await.map_err(failed)?;
        let users: Vec<Uuid> = next.iter().map(|row| row.id).collect();
        self.lock_users(&users).await?;
        self.write_search_texts(users).await?;
        match next.last() {
            Some(last) => {
                let advance = sqlx::query!("UPDATE search_backlog SET position = $1", last.position);
                advance.execute(&mut *self.0).await.map_err(failed)?;
            }
            None => {
                let end = sqlx::query!("DELETE FROM search_backlog");
                end.execute(&mut *self.0).await.map_err(failed)?;
                dialect::analyze_search(&mut *self.0).await.map_err(failed)?;
                return Ok(None);
            }
        }
        Ok(Some(next.len() as u64))
    }

    async fn find_people(
        &mut self,
        query: &PeopleQuery,
        place: Place<Position>,
        limit: u64,
    ) -> Result<Vec<FoundPerson>> {
        let mut sql = QueryBuilder::<Db>::new("SELECT users.position AS position, ");
        sql.push(SummaryRow::COLUMNS).push(LISTED_COLUMNS).push(" FROM (");
        self.push_positions(&mut sql, query, place, limit).await?;
        sql.push(") AS found JOIN users ON users.position = found.position");
        push_order(&mut sql, "users.position", place);
        page::push_limit(&mut sql, limit);
        // A statement with a name would get one plan for common words and for rare ones.
        let rows: Vec<FoundRow> =
            sql.build_query_as().persistent(false).fetch_all(&mut *self.0).await.map_err(failed)?;
        let rows = rows.into_iter().map(|found| FoundPerson { position: found.position, person: found.row.into() });
        Ok(page::shown(rows.collect(), place))
    }

    async fn found_people(&mut self, query: &PeopleQuery, limit: u64) -> Result<Vec<UserId>> {
        let mut sql = QueryBuilder::<Db>::new("SELECT users.id FROM (");
        self.push_positions(&mut sql, query, Place::Start, limit).await?;
        sql.push(") AS found JOIN users ON users.position = found.position");
        push_order(&mut sql, "users.position", Place::Start);
        page::push_limit(&mut sql, limit);
        let ids: Vec<Uuid> =
            sql.build_query_scalar().persistent(false).fetch_all(&mut *self.0).await.map_err(failed)?;
        Ok(ids.into_iter().map(UserId).collect())
    }

    async fn count_people(&mut self, query: &PeopleQuery, most: u64) -> Result<u64> {
        let mut sql = QueryBuilder::<Db>::new("SELECT COUNT(*) FROM (");
        self.push_positions(&mut sql, query, Place::Start, most).await?;
        page::push_limit(&mut sql, most);
        sql.push(") AS counted");
        let count: i64 = sql.build_query_scalar().persistent(false).fetch_one(&mut *self.0).await.map_err(failed)?;
        Ok(count.unsigned_abs())
    }
}

impl Connection<'_> {
    /// Writes the text of a user from what is stored.
    pub(super) async fn renew_search_text(&mut self, id: UserId) -> Result<()> {
        self.write_search_texts(vec![id.0]).await
    }

    /// Keeps users from changing until the unit ends, in the order of their ids.
    async fn lock_users(&mut self, users: &[Uuid]) -> Result<()> {
        if dialect::FOR_CHANGE.is_empty() {
            return Ok(());
        }
        let mut sql = QueryBuilder::<Db>::new("SELECT id FROM users WHERE id");
        dialect::push_among(&mut sql, users.to_vec());
        sql.push(" ORDER BY id").push(dialect::FOR_CHANGE);
        sql.build().execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn write_search_texts(&mut self, users: Vec<Uuid>) -> Result<()> {
        let mut sql = QueryBuilder::<Db>::new(
            "SELECT position, user_name, display_name, given_name, family_name, employee_number, active, ",
        );
        sql.push(dialect::EMAILS).push(", ").push(dialect::VALUES).push(" FROM users WHERE id");
        dialect::push_among(&mut sql, users);
        let rows: Vec<SourceRow> = sql.build_query_as().fetch_all(&mut *self.0).await.map_err(failed)?;
        let texts = rows.into_iter().map(SourceRow::text).collect::<Result<Vec<_>>>()?;
        for part in texts.chunks(ROWS) {
            let mut sql = QueryBuilder::<Db>::new("INSERT INTO user_search (position, text) ");
            sql.push_values(part, |mut row, (position, text)| {
                row.push_bind(*position).push_bind(text.clone());
            });
            sql.push(" ON CONFLICT (position) DO UPDATE SET text = excluded.text");
            sql.build().execute(&mut *self.0).await.map_err(failed)?;
        }
        Ok(())
    }

    /// The positions of people who match, at most `limit` of those whose texts do. They are limited before rows of
    /// users are read.
    async fn push_positions(
        &mut self,
        sql: &mut QueryBuilder<Db>,
        query: &PeopleQuery,
        place: Place<Position>,
        limit: u64,
    ) -> Result<()> {
        let waits = sqlx::query_scalar!("SELECT position FROM search_backlog LIMIT 1");
        let waits = waits.fetch_optional(&mut *self.0).await.map_err(failed)?.is_some();
        let column = if waits { "users.position" } else { dialect::SEARCHED_POSITION };
        sql.push("SELECT position FROM (SELECT ").push(column).push(" AS position FROM ");
        if waits {
            sql.push("users WHERE ");
            query::push_search(sql, &domain::fold(&query.entered));
        } else {
            sql.push(dialect::SEARCHED).push(" WHERE ");
            dialect::push_needles(sql, &query.needles);
        }
        push_rest(sql, column, query, place);
        push_order(sql, column, place);
        page::push_limit(sql, limit);
        sql.push(") AS matching");
        if !waits && let Some(column) = dialect::push_unindexed(sql, &query.needles) {
            push_rest(sql, column, query, place);
        }
        // Ids have indexes of their own.
        sql.push(" UNION SELECT users.position FROM users WHERE (external_id = ");
        sql.push_bind(query.entered.clone());
        if let Ok(id) = query.entered.parse::<UserId>() {
            sql.push(" OR id = ").push_bind(id.0);
        }
        sql.push(")");
        push_rest(sql, "users.position", query, place);
        Ok(())
    }
}

/// Adds the conditions that no text answers: the status and the place.
fn push_rest(sql: &mut QueryBuilder<Db>, column: &str, query: &PeopleQuery, place: Place<Position>) {
    if let Some(active) = query.active {
        sql.push(if active { " AND " } else { " AND NOT " });
        sql.push("(SELECT persons.active FROM users AS persons WHERE persons.position = ").push(column).push(")");
    }
    match place {
        Place::Start => {}
        Place::After(Position(position)) => drop(sql.push(" AND ").push(column).push(" < ").push_bind(position)),
        Place::Before(Position(position)) => drop(sql.push(" AND ").push(column).push(" > ").push_bind(position)),
    }
}

/// The newest first; away from a row, the page before it is read backwards.
fn push_order(sql: &mut QueryBuilder<Db>, column: &str, place: Place<Position>) {
    sql.push(" ORDER BY ").push(column);
    if !matches!(place, Place::Before(_)) {
        sql.push(" DESC");
    }
}
