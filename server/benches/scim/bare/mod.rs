//! The yardstick: the statements that the calls need, in bare axum and sqlx, and nothing else. No token, no schema, no
//! limits, no log, no hash in the audit log.
//!
//! It writes the tables of the product's own migrations. Reads take one SELECT, writes a transaction; a commit is as
//! durable as the product's. These files are compiled for each database; the differences are in the parent module.

mod read;
mod write;

pub(crate) use write::Job;

use super::{AUDIT, Db, Writer};
use axum::{
    Router,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
    routing::{get, patch},
};
use domain::Timestamp;
use serde_json::{Map, Value, json};
use sqlx::Pool;
use std::sync::{Arc, atomic::AtomicU64};
use tokio::net::TcpListener;
use uuid::Uuid;

/// The data that requests need.
#[derive(Clone)]
struct App {
    readers: Pool<Db>,
    writer: Writer,
    /// How many users there are: no server counts a million rows for each page.
    users: Arc<AtomicU64>,
    base: Arc<str>,
}

/// Serves until it is killed.
pub(crate) async fn serve(readers: Pool<Db>, writer: Writer) {
    let users: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM users").fetch_one(&readers).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = App {
        readers,
        writer,
        users: Arc::new(AtomicU64::new(users.unsigned_abs())),
        base: format!("http://{address}/scim/v2").into(),
    };
    let router = Router::new()
        .route("/scim/v2/Users", get(read::list).post(write::create))
        .route("/scim/v2/Users/{id}", get(read::user).patch(write::change))
        .route("/scim/v2/Groups/{id}", patch(write::add))
        .with_state(app);
    println!("Open http://{address}");
    axum::serve(listener, router).await.unwrap();
}

/// A user as it is stored.
#[derive(sqlx::FromRow)]
pub(crate) struct Row {
    id: Uuid,
    version: i64,
    created: i64,
    changed: i64,
    document: String,
    /// Ids and names of its groups, as JSON.
    groups: String,
}

impl App {
    /// A user as a client sees it.
    fn resource(&self, row: &Row) -> Value {
        let document: Map<String, Value> = serde_json::from_str(&row.document).unwrap();
        let groups: Vec<(String, String)> = serde_json::from_str(&row.groups).unwrap();
        let groups = groups.into_iter().map(|(id, name)| {
            let id: Uuid = id.parse().unwrap();
            let place = format!("{}/Groups/{id}", self.base);
            json!({"value": id.to_string(), "$ref": place, "display": name, "type": "direct"})
        });
        let mut resource = Map::new();
        resource.insert("schemas".into(), json!(["urn:ietf:params:scim:schemas:core:2.0:User"]));
        resource.insert("id".into(), row.id.to_string().into());
        resource.extend(document);
        resource.insert("groups".into(), groups.collect());
        let meta = json!({
            "resourceType": "User",
            "created": Timestamp::from_millis(row.created).to_string(),
            "lastModified": Timestamp::from_millis(row.changed).to_string(),
            "location": format!("{}/Users/{}", self.base, row.id),
            "version": format!("W/\"{}\"", row.version),
        });
        resource.insert("meta".into(), meta);
        resource.into()
    }
}

/// An answer in SCIM's media type.
fn answer(body: &Value) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/scim+json"));
    (headers, body.to_string()).into_response()
}
