//! Opening and migrating, and the errors when that fails.

use crate::support::{Database, insert_users, store, unit, user};
use domain::{Error, query::Predicate, store::Store};
use sqlx::{Connection, PgConnection, SqliteConnection};
use std::error::Error as _;

async fn twice(database: Database) {
    let store = store(&database).await;
    insert_users(&store, &[user(1, "ada")]).await;
    store.close().await;
    let again = crate::support::store(&database).await;
    assert_eq!(unit!(again.read, |tx| tx.count_users(&Predicate::All)).unwrap(), 1);
    again.close().await;
}

#[tokio::test]
async fn sqlite_is_migrated_once() {
    twice(Database::sqlite().await).await;
}

#[tokio::test]
async fn postgres_is_migrated_once() {
    twice(Database::postgres().await).await;
}

async fn together(database: Database) {
    let opened: Vec<_> = (0..8)
        .map(|_| {
            let url = database.url().to_owned();
            tokio::spawn(async move { store::open(&url).await.map(drop) })
        })
        .collect();
    for outcome in opened {
        outcome.await.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_is_migrated_by_several_at_once() {
    for _ in 0..10 {
        together(Database::sqlite().await).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_is_migrated_by_several_at_once() {
    together(Database::postgres().await).await;
}

/// Two processes on one database, such as a command while a server runs.
async fn side_by_side(database: Database) {
    let (one, other) = (store(&database).await, store(&database).await);
    let write = |store: &Store, number: u32| {
        let (store, user) = (store.clone(), user(number, &format!("u{number}")));
        tokio::spawn(async move { unit!(store.write, |tx, user| tx.insert_user(user)) })
    };
    let units: Vec<_> = (0..40).flat_map(|number| [write(&one, number * 2), write(&other, number * 2 + 1)]).collect();
    for unit in units {
        unit.await.unwrap().unwrap();
    }
    for store in [one, other] {
        assert_eq!(unit!(store.read, |tx| tx.count_users(&Predicate::All)).unwrap(), 80);
    }
}

#[tokio::test]
async fn sqlite_takes_two_processes() {
    side_by_side(Database::sqlite().await).await;
}

#[tokio::test]
async fn postgres_takes_two_processes() {
    side_by_side(Database::postgres().await).await;
}

const NEWER: &str = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                     VALUES (9999, 'newer', true, 'x', 0)";

/// Neither the server nor a command of the host opens it.
async fn is_refused(database: &Database) {
    let outcomes = [store::open(database.url()).await.map(drop), store::open_for_host(database.url()).await.map(drop)];
    for outcome in outcomes {
        assert!(matches!(outcome, Err(Error::Invalid(text)) if text.contains("newer version")), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_newer_sqlite_is_refused() {
    let database = Database::sqlite().await;
    store::open(database.url()).await.unwrap();
    let mut connection = SqliteConnection::connect(database.url()).await.unwrap();
    sqlx::query(NEWER).execute(&mut connection).await.unwrap();
    is_refused(&database).await;
}

#[tokio::test]
async fn a_newer_postgres_is_refused() {
    let database = Database::postgres().await;
    store::open(database.url()).await.unwrap();
    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    sqlx::query(NEWER).execute(&mut connection).await.unwrap();
    is_refused(&database).await;
}

/// An error and its sources in one line, as the command line shows it.
fn line(error: &Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        line = format!("{line}: {error}");
        source = error.source();
    }
    line
}

#[tokio::test]
async fn a_file_that_cannot_be_opened_is_named() {
    let error = store::open("sqlite:///no/such/folder/postern.db").await.err().unwrap();
    let wanted = "the database is unavailable: cannot open the database file /no/such/folder/postern.db: No such file";
    assert!(line(&error).starts_with(wanted), "{}", line(&error));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_without_the_password() {
    let error = store::open("postgres://gate:s3cret@127.0.0.1:1/postern").await.err().unwrap();
    let line = line(&error);
    assert!(line.starts_with("the database is unavailable: cannot connect to Postgres at 127.0.0.1:1: "), "{line}");
    assert!(!line.contains("s3cret") && !format!("{error:?}").contains("s3cret"), "{line}");
}

#[tokio::test]
async fn a_url_that_cannot_be_read_is_not_repeated() {
    let error = store::open("postgres://gate:s3cret@host:port/postern").await.err().unwrap();
    assert!(matches!(error, Error::Invalid(text) if text.contains("postgres://user:password@host:5432/")), "{error:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn r20_what_others_could_read_is_tightened() {
    use std::{fs, os::unix::fs::PermissionsExt};
    let database = Database::sqlite().await;
    let store = store(&database).await;
    insert_users(&store, &[user(1, "ada")]).await;
    store.keep_reserve().await;
    let file = database.url().strip_prefix("sqlite://").unwrap();
    let files = ["", "-wal", "-shm", ".reserve", ".mark", ".turn"].map(|suffix| format!("{file}{suffix}"));
    for (mode, tightened) in [(0o644, 0o600), (0o660, 0o600), (0o400, 0o400)] {
        for file in &files {
            fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
        }
        // As root, who may write to any file.
        let opened = store::open(database.url()).await;
        for file in &files {
            let mode = fs::metadata(file).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, tightened, "{file}");
        }
        drop(opened);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let database = Database::sqlite().await;
    let store = store(&database).await;
    insert_users(&store, &[user(1, "ada")]).await;
    let file = database.url().strip_prefix("sqlite://").unwrap();
    for suffix in ["", "-wal", "-shm"] {
        let mode = std::fs::metadata(format!("{file}{suffix}")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{suffix}");
    }
    store.close().await;
    // Closing empties the write-ahead log into the file and removes it.
    assert!(!std::fs::exists(format!("{file}-wal")).unwrap());
}
