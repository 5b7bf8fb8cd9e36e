//! B11: the way in that the host creates, whatever the state of the database.

use crate::{
    binary::{Backdoor, Server, Sheet, fails, file, out},
    browser::Browser,
    database::Database,
};
use hyper::StatusCode;
use sqlx::{
    Connection, PgConnection, SqliteConnection,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};
use std::{
    path::Path,
    time::{Duration, Instant},
};
use tokio::{task::JoinHandle, time::sleep};

on_both!(
    b11_recover_with_the_server_down_and_no_account,
    b11_recover_beside_a_server_three_times_in_a_row,
    b11_recover_while_somebody_holds_the_database,
    b11_recover_on_the_oldest_schema,
);

async fn recover(url: &str) -> Sheet {
    Sheet::read(&out(url, &["break-glass", "recover"]).await)
}

/// The code opens the console, once.
async fn works_once(server: &Server, way_in: &Sheet) {
    Browser::new(server.port).must_sign_in(&way_in.name, &way_in.secret).await;
    let again = Browser::new(server.port).sign_in(&way_in.name, &way_in.secret).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "a code works once");
}

async fn b11_recover_with_the_server_down_and_no_account(database: Database) {
    out(database.url(), &["migrate"]).await;
    let way_in = recover(database.url()).await;
    assert!(way_in.name.starts_with("gate-"), "an account was made: {way_in:?}");
    let server = Server::start(database.url()).await;
    works_once(&server, &way_in).await;
}

/// In the wrong folder, a way into a database that no server uses would be worse than none.
#[tokio::test]
async fn b11_a_command_for_a_database_that_is_not_there_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("postern.db").display());
    for command in [
        &["break-glass", "recover"][..],
        &["break-glass", "reset", "gate-7f3k"],
        &["break-glass", "list"],
        &["scim", "status"],
        &["scim", "disable"],
        &["token", "list"],
        &["token", "revoke", "01a1ee56-5e08-7a39-ab84-51f20757e6bb"],
        &["audit", "export"],
        &["audit", "prune", "--before", "2026-01-01"],
    ] {
        let said = fails(&url, command).await;
        assert!(said.contains("there is no database") && said.contains("--database-url"), "{command:?}: {said}");
        assert_eq!(folder.path().read_dir().unwrap().count(), 0, "{command:?} left something");
    }
    out(&url, &["scim", "enable"]).await;
    assert!(Sheet::read(&out(&url, &["break-glass", "recover"]).await).name.starts_with("gate-"));
}

async fn b11_recover_beside_a_server_three_times_in_a_row(database: Database) {
    let sheet = Sheet::make(database.url()).await;
    let server = Server::start(database.url()).await;
    let mut ways_in = Vec::new();
    for _ in 0..3 {
        ways_in.push(recover(database.url()).await);
    }
    for way_in in &ways_in {
        assert_eq!(way_in.name, sheet.name, "the account that there is");
        works_once(&server, way_in).await;
    }
    Browser::new(server.port).must_sign_in(&sheet.name, &sheet.secret).await;
}

/// Three seconds are within SQLite's own patience and beyond Postgres' lock time-out; seven are beyond both.
async fn b11_recover_while_somebody_holds_the_database(database: Database) {
    Sheet::make(database.url()).await;
    let server = Server::start(database.url()).await;
    for seconds in [3, 7] {
        let (began, held) = (Instant::now(), hold(&database, seconds).await);
        let way_in = recover(database.url()).await;
        assert!(began.elapsed() >= Duration::from_secs(seconds), "the lock was no lock");
        held.await.unwrap();
        works_once(&server, &way_in).await;
    }
    server.kill().await;
    let held = hold(&database, 3).await;
    let way_in = recover(database.url()).await;
    held.await.unwrap();
    works_once(&Server::start(database.url()).await, &way_in).await;
}

/// Holds the lock that every writer needs.
async fn hold(database: &Database, seconds: u64) -> JoinHandle<()> {
    let mut held = Backdoor::open(database).await;
    held.run(match held {
        Backdoor::Sqlite(_) => "BEGIN IMMEDIATE",
        Backdoor::Postgres(_) => "BEGIN; SELECT * FROM settings FOR UPDATE",
    })
    .await;
    tokio::spawn(async move {
        sleep(Duration::from_secs(seconds)).await;
        held.run("ROLLBACK").await;
    })
}

/// A database that the first version created, with an account, and that has not been opened since.
async fn b11_recover_on_the_oldest_schema(database: Database) {
    let secret = "ABCDE-FGHJK-MNPQR-STVWX-YZ012-34567";
    first_version(&database, secret).await;
    let way_in = recover(database.url()).await;
    assert_eq!(way_in.name, "gate-7f3k");
    let server = Server::start(database.url()).await;
    works_once(&server, &way_in).await;
    Browser::new(server.port).must_sign_in("gate-7f3k", secret).await;
    assert!(out(database.url(), &["break-glass", "list", "--json"]).await.contains("\"proven\": true"));
}

async fn first_version(database: &Database, secret: &str) {
    let kind = if database.url().starts_with("sqlite") { "sqlite" } else { "postgres" };
    let first = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../migrations/{kind}/0001_init.sql"));
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(first, folder.path().join("0001_init.sql")).unwrap();
    let migrator = Migrator::new(folder.path()).await.unwrap();
    let hash = server::Hasher::default().hash(secret.to_owned()).await.unwrap();
    let insert = "INSERT INTO break_glass_accounts (id, name, name_key, secret_hash, created, secret_changed)
        VALUES ($1, 'gate-7f3k', 'gate-7f3k', $2, 1795000000000, 1795000000000)";
    let id = uuid::Uuid::from_u128(7);
    match file(database) {
        Some(file) => {
            let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
            let options = options.journal_mode(SqliteJournalMode::Wal);
            let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
            migrator.run(&mut connection).await.unwrap();
            sqlx::query(insert).bind(id).bind(hash).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }
        None => {
            let mut connection = PgConnection::connect(database.url()).await.unwrap();
            migrator.run(&mut connection).await.unwrap();
            sqlx::query(insert).bind(id).bind(hash).execute(&mut connection).await.unwrap();
        }
    }
}
