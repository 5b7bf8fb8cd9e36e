//! POST and PATCH.

use super::{AUDIT, App, Db, Row, answer, read::FOR_CHANGE};
use crate::people;
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value};
use sqlx::{Database, query};
use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};
use uuid::Uuid;

type Connection = <Db as Database>::Connection;

/// A change to be made in a transaction, and its time.
pub(crate) struct Job {
    change: Change,
    at: i64,
}

enum Change {
    Create(Uuid, Map<String, Value>),
    Rename(Uuid, String),
    Add { group: Uuid, user: Uuid },
}

/// `POST /Users`.
pub(super) async fn create(State(app): State<App>, Json(document): Json<Map<String, Value>>) -> Response {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let at = now();
    let id = people::uuid(at, NEXT.fetch_add(1, Ordering::Relaxed));
    let text = serde_json::to_string(&document).unwrap();
    app.writer.write(Job { change: Change::Create(id, document), at }).await;
    app.users.fetch_add(1, Ordering::Relaxed);
    let row = Row { id, version: 1, created: at, changed: at, document: text, groups: "[]".into() };
    (StatusCode::CREATED, answer(&app.resource(&row))).into_response()
}

/// `PATCH /Users/{id}` of the display name.
pub(super) async fn change(State(app): State<App>, Path(id): Path<String>, Json(patch): Json<Value>) -> Response {
    let name = patch["Operations"][0]["value"].as_str().unwrap().to_owned();
    let job = Job { change: Change::Rename(id.parse().unwrap(), name), at: now() };
    answer(&app.resource(&app.writer.write(job).await.unwrap()))
}

/// `PATCH /Groups/{id}` with one more member.
pub(super) async fn add(State(app): State<App>, Path(group): Path<String>, Json(patch): Json<Value>) -> StatusCode {
    let user = patch["Operations"][0]["value"][0]["value"].as_str().unwrap().parse().unwrap();
    let group = group.parse().unwrap();
    app.writer.write(Job { change: Change::Add { group, user }, at: now() }).await;
    StatusCode::NO_CONTENT
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64
}

impl Job {
    /// Makes the change, and returns the user if it has changed one.
    pub(crate) async fn apply(&self, tx: &mut Connection) -> sqlx::Result<Option<Row>> {
        match &self.change {
            Change::Create(id, document) => insert(tx, *id, document, self.at).await.map(|()| None),
            Change::Rename(id, name) => rename(tx, *id, name, self.at).await.map(Some),
            Change::Add { group, user } => join(tx, *group, *user, self.at).await.map(|()| None),
        }
    }
}

async fn insert(tx: &mut Connection, id: Uuid, document: &Map<String, Value>, at: i64) -> sqlx::Result<()> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let key = |value: &Value| value.as_str().map(str::to_lowercase);
    let (whole, name) = (Value::Object(document.clone()), &document["name"]);
    let insert = query(
        "INSERT INTO users (id, version, created, changed, user_name, user_name_key, external_id, display_name,
            display_name_key, given_name, given_name_key, family_name, family_name_key, active, document)
        VALUES ($1, 1, $2, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    );
    let insert = insert.bind(id).bind(at).bind(text(&whole["userName"])).bind(key(&whole["userName"]));
    let insert = insert.bind(text(&whole["externalId"])).bind(text(&whole["displayName"]));
    let insert = insert.bind(key(&whole["displayName"])).bind(text(&name["givenName"])).bind(key(&name["givenName"]));
    let insert = insert.bind(text(&name["familyName"])).bind(key(&name["familyName"]));
    insert.bind(whole["active"] == true).bind(whole.to_string()).execute(&mut *tx).await?;
    for (position, email) in (0_i64..).zip(whole["emails"].as_array().into_iter().flatten()) {
        let insert = query(
            "INSERT INTO user_emails (user_id, position, value, value_key, kind, kind_key, is_primary)
            VALUES ($1, $2, $3, $4, $5, $6, $7)",
        );
        let insert = insert.bind(id).bind(position).bind(text(&email["value"])).bind(key(&email["value"]));
        let insert = insert.bind(text(&email["type"])).bind(key(&email["type"]));
        insert.bind(email["primary"] == true).execute(&mut *tx).await?;
    }
    let formatted = query("INSERT INTO user_values (user_id, attribute, place, value_key) VALUES ($1, 4, 0, $2)");
    formatted.bind(id).bind(key(&name["formatted"])).execute(&mut *tx).await?;
    record(tx, id, ("create", "user", "user.created"), text(&whole["displayName"]), Some(whole.to_string()), at).await
}

async fn rename(tx: &mut Connection, id: Uuid, name: &str, at: i64) -> sqlx::Result<Row> {
    let mut row: Row = sqlx::query_as(FOR_CHANGE).bind(id).fetch_one(&mut *tx).await?;
    let mut document: Map<String, Value> = serde_json::from_str(&row.document).unwrap();
    document.insert("displayName".into(), name.into());
    row.document = serde_json::to_string(&document).unwrap();
    (row.version, row.changed) = (row.version + 1, at);
    let update = query(
        "UPDATE users SET version = $2, changed = $3, display_name = $4, display_name_key = $5, document = $6
        WHERE id = $1",
    );
    let update = update.bind(id).bind(row.version).bind(at).bind(name).bind(name.to_lowercase());
    update.bind(&row.document).execute(&mut *tx).await?;
    let words = ("change", "user", "user.changed");
    record(tx, id, words, Some(name.to_owned()), Some(format!("{{\"displayName\":\"{name}\"}}")), at).await?;
    Ok(row)
}

async fn join(tx: &mut Connection, group: Uuid, user: Uuid, at: i64) -> sqlx::Result<()> {
    let insert = query("INSERT INTO group_members (group_id, user_id, added) VALUES ($1, $2, $3)");
    insert.bind(group).bind(user).bind(at).execute(&mut *tx).await?;
    let update = sqlx::query_scalar(
        "UPDATE groups SET version = version + 1, changed = $2 WHERE id = $1 RETURNING display_name",
    );
    let name = update.bind(group).bind(at).fetch_one(&mut *tx).await?;
    let after = format!("{{\"added\":[\"{user}\"]}}");
    record(tx, group, ("change", "group", "group.changed"), Some(name), Some(after), at).await
}

/// The activity record and the audit event of a change.
async fn record(
    tx: &mut Connection,
    target: Uuid,
    (operation, subject, action): (&str, &str, &str),
    name: Option<String>,
    after: Option<String>,
    at: i64,
) -> sqlx::Result<()> {
    let activity = query(
        "INSERT INTO activity (at, token, address, operation, subject, target, outcome)
        VALUES ($1, $2, '127.0.0.1', $3, $4, $5, 'done')",
    );
    activity.bind(at).bind(Uuid::nil()).bind(operation).bind(subject).bind(target).execute(&mut *tx).await?;
    let audit = query(AUDIT).bind(at).bind(Uuid::nil()).bind(action).bind(target).bind(name).bind(after);
    audit.execute(tx).await.map(drop)
}
