//! Fills a database that the product has made: a million users through HTTP would take half an hour.
//!
//! The product makes user 0 and a group through SCIM. All others are copies of their rows with other digits, so that
//! documents and key columns are what the product writes. The audit log and the activity record stay as they are: both
//! grow at their ends only, so their length is not felt.

use crate::{
    people::{self, CROWD, DEPARTMENT, EMPTY_GROUPS, People},
    subject::Subject,
};
use serde_json::Value;
use sqlx::{
    ConnectOptions, Connection, QueryBuilder, Sqlite, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::path::Path;
use uuid::Uuid;

type Sql = QueryBuilder<Sqlite>;

/// Makes user 0 and a group through SCIM, and gives user 0's id.
pub(crate) async fn begin(product: &mut Subject) -> Uuid {
    let user = product.json("POST", "/Users", Some(people::user(0))).await;
    product.json("POST", "/Groups", Some(people::group(0))).await;
    user["id"].as_str().unwrap().parse().unwrap()
}

/// Adds everybody else, in one transaction.
pub(crate) async fn fill(file: &Path, user_zero: Uuid, users: usize) -> People {
    let mut database = open(file).await;
    let made: i64 = sqlx::query_scalar("SELECT created FROM users").fetch_one(&mut database).await.unwrap();
    let outside = if users >= 2 * CROWD { users - CROWD } else { users };
    let people = People { users, outside, user_zero, since: made - users as i64 };
    let mut transaction = database.begin().await.unwrap();
    copy_users(&mut transaction, &people).await;
    copy_groups(&mut transaction, &people).await;
    add_members(&mut transaction, &people).await;
    transaction.commit().await.unwrap();
    database.close().await.unwrap();
    people
}

/// Has the system write a file to the disk: what the load has left to write is not the servers' to wait for.
pub(crate) fn settle(file: &Path) {
    std::fs::File::open(file).unwrap().sync_all().unwrap();
}

/// A connection for which only speed counts: a run that breaks off starts anew.
async fn open(file: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(file).foreign_keys(false);
    let options = options.journal_mode(SqliteJournalMode::Memory).synchronous(SqliteSynchronous::Off);
    options.pragma("cache_size", "-1000000").pragma("temp_store", "memory").connect().await.unwrap()
}

async fn copy_users(database: &mut SqliteConnection, people: &People) {
    let mut sql = numbers(1, people.users);
    let id = people::uuid_in_sql(&format!("{} + n", people.since));
    copy(database, &mut sql, "users", &id, &format!("{} + n", people.since)).await;
    sql.build().execute(&mut *database).await.unwrap();
    let mut sql = Sql::new(
        "INSERT INTO user_emails (user_id, position, value, value_key, kind, kind_key, is_primary)
        SELECT users.id, user_emails.position, user_name, user_name_key, kind, kind_key, is_primary
        FROM users JOIN user_emails ON user_id = ",
    );
    sql.push_bind(people.user_zero).push(" WHERE users.id <> user_id");
    sql.build().execute(database).await.unwrap();
}

async fn copy_groups(database: &mut SqliteConnection, people: &People) {
    let mut sql = numbers(0, people.departments() + EMPTY_GROUPS + 1);
    let id = people::uuid_in_sql(&people.since.to_string());
    // The digits of group 0 are those of the group that is there.
    copy(database, &mut sql, "groups", &id, "created").await;
    sql.push(" WHERE n > 0");
    sql.build().execute(&mut *database).await.unwrap();
    let mut sql = Sql::new("UPDATE groups SET id = ");
    sql.push_bind(people.group_id(0)).push(" WHERE display_name = ").push_bind(format!("Group {}", people::digits(0)));
    sql.build().execute(database).await.unwrap();
}

/// Everybody is in a department, and the last ones are in the large group too.
async fn add_members(database: &mut SqliteConnection, people: &People) {
    let mut sql = numbers(0, people.users);
    let user = people::uuid_in_sql(&format!("{} + n", people.since));
    let department = format!("unhex(printf('%012x70008%015x', {}, n / {DEPARTMENT}))", people.since);
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

/// The beginning of a statement that has a table of numbers.
fn numbers(from: usize, to: usize) -> Sql {
    let mut sql = Sql::new("WITH RECURSIVE numbers (n) AS (SELECT ");
    sql.push(from).push(" UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ").push(to).push(") ");
    sql
}

/// Copies the one row that a table has for each number. Migrations may add columns: texts get the number's digits in
/// place of the first one's. A trigger gives each row its position.
async fn copy(database: &mut SqliteConnection, sql: &mut Sql, table: &'static str, id: &str, made: &str) {
    let mut query = Sql::new("SELECT name, type FROM pragma_table_info(");
    query.push_bind(table).push(")");
    let mut columns: Vec<(String, String)> = query.build_query_as().fetch_all(database).await.unwrap();
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

/// Asks both servers for some of the people, and the database for their number, and compares.
pub(crate) async fn check(subjects: &mut [Subject; 2], people: &People, file: &Path) {
    let mut database = SqliteConnectOptions::new().filename(file).read_only(true).connect().await.unwrap();
    let users: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM users").fetch_one(&mut database).await.unwrap();
    let integrity: String = sqlx::query_scalar("PRAGMA quick_check").fetch_one(&mut database).await.unwrap();
    let orphan = sqlx::query("PRAGMA foreign_key_check").fetch_optional(&mut database).await.unwrap();
    assert!(users as usize == people.users && integrity == "ok" && orphan.is_none(), "{users} users, {integrity}");
    for n in [0, 1, people.users / 2, people.users - 1] {
        let path = format!("/Users?filter=userName+eq+%22{}%22", people::user_name(n));
        let [ours, bare] = both(subjects, &path).await;
        assert_eq!(ours["totalResults"], 1, "{path}");
        let (found, expected) = (&ours["Resources"][0], people::user(n));
        assert_eq!(found["id"], people.id(n).to_string());
        assert!(expected.as_object().unwrap().iter().all(|(name, value)| &found[name] == value), "{found}");
        assert_eq!(core(found), core(&bare["Resources"][0]), "the bare server does the same work");
    }
    let [ours, bare] = both(subjects, "/Users?count=0").await;
    assert_eq!((&ours["totalResults"], &bare["totalResults"]), (&people.users.into(), &people.users.into()));
    if let Some(crowd) = people.crowd() {
        let group = subjects[0].json("GET", &format!("/Groups/{crowd}"), None).await;
        assert_eq!(group["members"].as_array().unwrap().len(), CROWD);
    }
}

async fn both(subjects: &mut [Subject; 2], path: &str) -> [Value; 2] {
    let [ours, bare] = subjects;
    [ours.json("GET", path, None).await, bare.json("GET", path, None).await]
}

/// What two servers say alike: everything but where they are, and the tag that follows from that.
fn core(user: &Value) -> Value {
    let mut user = user.clone();
    let meta = user["meta"].as_object_mut().unwrap();
    meta.retain(|name, _| name != "location" && name != "version");
    for group in user["groups"].as_array_mut().unwrap() {
        group.as_object_mut().unwrap().remove("$ref");
    }
    user
}
