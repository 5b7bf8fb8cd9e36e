//! The yardstick: the statements that the calls need, in bare axum and sqlx, and nothing else. No token, no schema, no
//! limits, no log, no hash in the audit log.
//!
//! It writes the tables of the product's own migrations. Reads take one SELECT, writes a transaction, which requests that
//! wait share; a commit is as durable as the product's.

mod read;
mod write;

use axum::{
    Router,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
    routing::{get, patch},
};
use domain::Timestamp;
use serde_json::{Map, Value, json};
use sqlx::{
    ConnectOptions, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::sync::{Arc, atomic::AtomicU64};
use tokio::{net::TcpListener, sync::mpsc};
use uuid::Uuid;
use write::Job;

/// Makes the benchmark's program the bare server, on the database file that follows.
pub(crate) const FLAG: &str = "--bare";

/// What requests need.
#[derive(Clone)]
struct App {
    readers: SqlitePool,
    writer: mpsc::Sender<Job>,
    /// How many users there are: nobody counts a million rows for each page.
    users: Arc<AtomicU64>,
    base: Arc<str>,
}

/// Serves until it is killed.
pub(crate) async fn serve(file: &str) {
    let options = SqliteConnectOptions::new().filename(file).journal_mode(SqliteJournalMode::Wal);
    let writer = options.clone().foreign_keys(true).synchronous(SqliteSynchronous::Full).connect().await.unwrap();
    let readers = SqlitePoolOptions::new().max_connections(4).test_before_acquire(false);
    let readers = readers.connect_with(options.read_only(true)).await.unwrap();
    let users: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM users").fetch_one(&readers).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = App {
        readers,
        writer: write::start(writer),
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
struct Row {
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
