//! Rows that this version never wrote.

use crate::support::{Database, id, store, unit};
use domain::{Error, TokenId};
use sqlx::{Connection, PgConnection, SqliteConnection};

const SHORT: &str =
    "INSERT INTO tokens (id, key, hash, last_four, name, created) VALUES ($1, 'key', $2, 'wxyz', 'n', 0)";

async fn a_short_hash_is_told(database: Database) {
    let store = store(&database).await;
    let (token, hash) = (id(1), [1_u8; 31]);
    if database.url().starts_with("sqlite") {
        let mut connection = SqliteConnection::connect(database.url()).await.unwrap();
        sqlx::query(SHORT).bind(token).bind(hash.as_slice()).execute(&mut connection).await.unwrap();
    } else {
        let mut connection = PgConnection::connect(database.url()).await.unwrap();
        sqlx::query(SHORT).bind(token).bind(hash.as_slice()).execute(&mut connection).await.unwrap();
    }
    for outcome in [
        unit!(store.read, |tx| tx.token(TokenId(id(1)))).map(drop),
        unit!(store.read, |tx| tx.tokens()).map(drop),
        unit!(store.read, |tx| tx.token_and_settings("key")).map(drop),
    ] {
        assert!(matches!(outcome, Err(Error::Corrupt { table: "tokens", column: "hash" })), "{outcome:?}");
    }
}

#[tokio::test]
async fn sqlite_tells_of_a_short_hash() {
    a_short_hash_is_told(Database::sqlite().await).await;
}

#[tokio::test]
async fn postgres_tells_of_a_short_hash() {
    a_short_hash_is_told(Database::postgres().await).await;
}
