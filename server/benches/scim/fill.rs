//! All users except user 0, in SQL: a million users through HTTP would take half an hour. Compiled for each database;
//! the differences are in the parent module.
//!
//! They are copies of the rows that the product wrote, with other digits, so that documents and key columns are what
//! the product writes. The audit log and the activity record stay as they are: both grow only at their ends, so their
//! length makes no difference.

use super::{COLUMNS, Db, uuid_in_sql};
use crate::people::{self, CROWD, DEPARTMENT, EMPTY_GROUPS, People};
use sqlx::{Connection as _, Database, QueryBuilder};
use uuid::Uuid;

type Connection = <Db as Database>::Connection;
type Sql = QueryBuilder<Db>;

/// Adds them in one transaction.
pub(crate) async fn everybody(database: &mut Connection, user_zero: Uuid, users: usize) -> People {
    let made: i64 = sqlx::query_scalar("SELECT created FROM users").fetch_one(&mut *database).await.unwrap();
    let outside = if users >= 2 * CROWD { users - CROWD } else { users };
    let people = People { users, outside, user_zero, since: made - users as i64 };
    let mut transaction = database.begin().await.unwrap();
    copy_users(&mut transaction, &people).await;
    copy_groups(&mut transaction, &people).await;
    add_members(&mut transaction, &people).await;
    transaction.commit().await.unwrap();
    people
}

async fn copy_users(database: &mut Connection, people: &People) {
    let mut sql = numbers(1, people.users);
    let id = uuid_in_sql(&format!("{} + n", people.since), "n");
    copy(database, &mut sql, "users", &id, &format!("{} + n", people.since)).await;
    sql.build().execute(&mut *database).await.unwrap();
    let mut sql = Sql::new(
        "INSERT INTO user_emails (user_id, position, value, value_key, kind, kind_key, is_primary)
        SELECT users.id, user_emails.position, user_name, user_name_key, kind, kind_key, is_primary
        FROM users JOIN user_emails ON user_id = ",
    );
    sql.push_bind(people.user_zero).push(" WHERE users.id <> user_id");
    sql.build().execute(&mut *database).await.unwrap();
    // The formatted name, which is the display name.
    let mut sql = Sql::new(
        "INSERT INTO user_values (user_id, attribute, place, value_key)
        SELECT users.id, attribute, place, display_name_key FROM users JOIN user_values ON user_id = ",
    );
    sql.push_bind(people.user_zero).push(" WHERE users.id <> user_id");
    sql.build().execute(database).await.unwrap();
}

async fn copy_groups(database: &mut Connection, people: &People) {
    let mut sql = numbers(0, people.departments() + EMPTY_GROUPS + 1);
    let id = uuid_in_sql(&people.since.to_string(), "n");
    // Group 0 exists already, with these digits.
    copy(database, &mut sql, "groups", &id, "created").await;
    sql.push(" WHERE n > 0");
    sql.build().execute(&mut *database).await.unwrap();
    let mut sql = Sql::new("UPDATE groups SET id = ");
    sql.push_bind(people.group_id(0)).push(" WHERE display_name = ").push_bind(format!("Group {}", people::digits(0)));
    sql.build().execute(database).await.unwrap();
}

/// Every user is in a department, and the last ones are in the large group too.
async fn add_members(database: &mut Connection, people: &People) {
    let mut sql = numbers(0, people.users);
    let user = uuid_in_sql(&format!("{} + n", people.since), "n");
    let department = uuid_in_sql(&people.since.to_string(), &format!("n / {DEPARTMENT}"));
    sql.push("INSERT INTO group_members (group_id, user_id, added) SELECT ").push(department);
    sql.push(", CASE n WHEN 0 THEN ").push_bind(people.user_zero).push(" ELSE ").push(user).push(" END, ");
    sql.push(people.since).push(" FROM numbers");
    sql.build().execute(&mut *database).await.unwrap();
    let Some(crowd) = people.crowd() else { return };
    let mut sql = Sql::new("INSERT INTO group_members (group_id, user_id, added) SELECT ");
    sql.push_bind(crowd).push(", id, created FROM users WHERE id <> ").push_bind(people.user_zero);
    sql.push(" ORDER BY id DESC LIMIT ").push_bind(CROWD as i64);
    sql.build().execute(database).await.unwrap();
}

/// The beginning of a statement with a table of numbers.
fn numbers(from: usize, to: usize) -> Sql {
    let mut sql = Sql::new("WITH RECURSIVE numbers (n) AS (SELECT CAST(");
    sql.push(from).push(" AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ").push(to).push(") ");
    sql
}

/// Copies the only row of a table for each number. Migrations may add columns: texts get the number's digits in place
/// of the first one's. The database assigns each row's position.
async fn copy(database: &mut Connection, sql: &mut Sql, table: &'static str, id: &str, made: &str) {
    let mut columns: Vec<(String, String)> = sqlx::query_as(COLUMNS).bind(table).fetch_all(database).await.unwrap();
    columns.retain(|(name, _)| name != "position");
    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    let value = |(name, kind): &(String, String)| match (name.as_str(), kind.as_str()) {
        ("id", _) => id.to_owned(),
        ("created" | "changed", _) => made.to_owned(),
        (_, "TEXT") => format!("replace({name}, '{}', {})", people::digits(0), people::digits_in_sql()),
        _ => name.clone(),
    };
    let values: Vec<String> = columns.iter().map(value).collect();
    sql.push("INSERT INTO ").push(table).push(" (").push(names.join(", ")).push(") SELECT ");
    sql.push(values.join(", ")).push(" FROM ").push(table).push(", numbers");
}
