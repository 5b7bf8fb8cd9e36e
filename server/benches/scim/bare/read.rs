//! GET.

use super::{App, Db, Row, answer};
use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use serde_json::json;
use sqlx::{Database, query::QueryAs};
use std::{collections::HashMap, sync::atomic::Ordering};
use uuid::Uuid;

/// A SELECT of users with their groups, with the given end.
macro_rules! select {
    ($($rest:expr),+) => {
        concat!(
            "SELECT id, version, created, changed, document, (SELECT ",
            groups!(),
            " FROM group_members JOIN groups ON groups.id = group_id WHERE user_id = users.id) AS groups
            FROM users ",
            $($rest),+
        )
    };
}
pub(super) const FOR_CHANGE: &str = select!("WHERE id = $1", for_change!());
const BY_ID: &str = select!("WHERE id = $1");
const BY_NAME: &str = select!("WHERE user_name_key = $1");
const AFTER: &str = select!("WHERE id > $1 ORDER BY id LIMIT $2");
const FROM: &str = select!("WHERE id >= (SELECT id FROM users ORDER BY id LIMIT 1 OFFSET $1) ORDER BY id LIMIT $2");

type Select<'q> = QueryAs<'q, Db, Row, <Db as Database>::Arguments>;

/// `GET /Users/{id}`.
pub(super) async fn user(State(app): State<App>, Path(id): Path<String>) -> Response {
    let id: Uuid = id.parse().unwrap();
    let row: Row = sqlx::query_as(BY_ID).bind(id).fetch_one(&app.readers).await.unwrap();
    answer(&app.resource(&row))
}

/// `GET /Users` with a filter for one name, a cursor, or a `startIndex`.
pub(super) async fn list(State(app): State<App>, Query(query): Query<HashMap<String, String>>) -> Response {
    let count: i64 = query.get("count").map_or(100, |count| count.parse().unwrap());
    let select = match (query.get("filter"), query.get("cursor")) {
        (Some(filter), _) => by_name(filter),
        (None, Some(cursor)) => sqlx::query_as(AFTER).bind(Uuid::parse_str(cursor).unwrap_or_default()).bind(count),
        (None, None) => {
            let start: i64 = query.get("startIndex").map_or(1, |start| start.parse().unwrap());
            sqlx::query_as(FROM).bind(start - 1).bind(count)
        }
    };
    let rows = select.fetch_all(&app.readers).await.unwrap();
    let total = if query.contains_key("filter") { rows.len() as u64 } else { app.users.load(Ordering::Relaxed) };
    let resources: Vec<_> = rows.iter().map(|row| app.resource(row)).collect();
    let next = rows.last().filter(|_| query.contains_key("cursor") && rows.len() as i64 == count);
    answer(&json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": total,
        "itemsPerPage": resources.len(),
        "nextCursor": next.map(|row| row.id.to_string()),
        "Resources": resources,
    }))
}

fn by_name(filter: &str) -> Select<'_> {
    let name = filter.strip_prefix("userName eq \"").unwrap().strip_suffix('"').unwrap();
    sqlx::query_as(BY_NAME).bind(name.to_lowercase())
}
