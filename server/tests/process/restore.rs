//! What a restore restores, and what it must not.

use crate::{
    backup::{back_up, mode, number, place},
    binary::{Backdoor, Server, Sheet, fails, file, out, run},
    browser::{Browser, request},
    database::Database,
};
use hyper::StatusCode;
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

on_both!(
    r19_what_was_put_back_by_hand_is_seen_at_the_start,
    r19_what_was_put_back_by_hand_can_be_finished_by_hand,
    r19_a_server_that_starts_again_ends_nothing,
);

/// Turns provisioning on, and creates a token.
async fn token(database: &Database) -> String {
    out(database.url(), &["scim", "enable"]).await;
    out(database.url(), &["token", "create", "--name", "Entra"]).await.trim().to_owned()
}

async fn list(server: &Server, token: &str) -> u16 {
    request(server.port, "GET", "/scim/v2/Users", token, None).await.unwrap().0
}

/// The events of that kind.
async fn events(database: &Database, action: &str) -> Vec<Value> {
    let export = out(database.url(), &["audit", "export"]).await;
    let events = export.lines().skip(1).map(|line| serde_json::from_str::<Value>(line).unwrap());
    events.filter(|event| event["action"] == action).collect()
}

fn restore(path: &Path) -> [&str; 2] {
    ["restore", path.to_str().unwrap()]
}

/// The files next to the database whose names contain this.
fn beside(database: &Database, part: &str) -> Vec<PathBuf> {
    let folder = file(database).unwrap().parent().unwrap().to_owned();
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files.filter(|path| path.to_str().unwrap().contains(part)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn r19_a_restore_revives_no_token_code_or_session() {
    let database = Database::sqlite().await;
    let sheet = Sheet::make(database.url()).await;
    let token = token(&database).await;
    let server = Server::start(database.url()).await;
    let mut browser = Browser::new(server.port);
    browser.must_sign_in(&sheet.name, &sheet.secret).await;
    let (_folder, path) = place();
    let made = back_up(&database, &path).await;

    // All of them end after the backup.
    assert_eq!(list(&server, &token).await, 200);
    Browser::new(server.port).must_sign_in(&sheet.name, &sheet.codes[0]).await;
    let tokens: Value = serde_json::from_str(&out(database.url(), &["token", "list", "--json"]).await).unwrap();
    out(database.url(), &["token", "revoke", tokens[0]["id"].as_str().unwrap()]).await;
    assert!(fails(database.url(), &restore(&path)).await.contains("stop the server"));
    server.stop().await;

    let said = out(database.url(), &restore(&path)).await;
    for part in ["1 token is paused", "1 session is ended", "8 one-time codes are removed", "403", "404"] {
        assert!(said.contains(part), "{part} in {said}");
    }
    let kept = beside(&database, ".before-");
    assert!(kept.len() == 1 && said.contains(kept[0].to_str().unwrap()), "{kept:?} {said}");
    assert_eq!(number(&kept[0], "SELECT COUNT(*) FROM tokens WHERE revoked IS NOT NULL").await, 1);
    for path in beside(&database, "postern.db") {
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }

    let server = Server::start(database.url()).await;
    assert!(!server.said.contains("older database"), "it is done already: {}", server.said);
    assert_eq!(list(&server, &token).await, 403);
    let mut browser = browser.on(server.port);
    browser.get("/admin/users").await.expect(StatusCode::SEE_OTHER);
    for code in &sheet.codes[..2] {
        let refused = Browser::new(server.port).sign_in(&sheet.name, code).await;
        assert_ne!(refused.status, StatusCode::SEE_OTHER, "{code}");
    }
    // A known browser, so that the failures just now do not slow it down.
    browser.must_sign_in(&sheet.name, &sheet.secret).await;
    let page = browser.get("/admin/sso/scim").await.expect(StatusCode::OK);
    assert!(page.body.contains("Restored: replace"), "the token says so");

    let restored = events(&database, "database.restored").await;
    let end: Value = serde_json::from_str(restored[0]["after"].as_str().unwrap()).unwrap();
    assert!(made.contains(end["hash"].as_str().unwrap()), "{made}, {end}");
    assert_eq!((restored.len(), &end["tokens paused"]), (1, &json!(1)));
    let status: Value = serde_json::from_str(&out(database.url(), &["scim", "status", "--json"]).await).unwrap();
    assert_eq!((&status["live_tokens"], &status["paused_tokens"]), (&json!(0), &json!(1)));
    let tokens: Value = serde_json::from_str(&out(database.url(), &["token", "list", "--json"]).await).unwrap();
    assert!(tokens[0]["works"] == false && tokens[0]["paused"].is_string(), "{tokens}");
    assert!(out(database.url(), &["token", "list"]).await.contains("paused 20"));
}

/// A copy of the file, or a dump in new tables.
async fn r19_what_was_put_back_by_hand_is_seen_at_the_start(database: Database) {
    let token = token(&database).await;
    let server = Server::start(database.url()).await;
    assert_eq!(list(&server, &token).await, 200);
    server.stop().await;
    match file(&database) {
        Some(file) => {
            let copy = file.with_extension("copy");
            fs::copy(&file, &copy).unwrap();
            out(database.url(), &["scim", "disable"]).await;
            let server = Server::start(database.url()).await;
            assert_eq!(list(&server, &token).await, 403);
            server.stop().await;
            fs::copy(&copy, &file).unwrap();
        }
        None => dumped_and_restored(&database).await,
    }
    let server = Server::start(database.url()).await;
    assert!(
        server.said.contains("An older database was restored") && server.said.contains("1 token"),
        "{}",
        server.said
    );
    assert_eq!(list(&server, &token).await, 403);
    server.stop().await;
    assert_eq!(events(&database, "database.restored").await.len(), 1);
    let server = Server::start(database.url()).await;
    assert!(!server.said.contains("older database"), "once is enough: {}", server.said);
}

/// What `pg_restore` leaves: the same rows in new tables.
async fn dumped_and_restored(database: &Database) {
    let sql = "CREATE TABLE dumped (LIKE upkeep INCLUDING ALL); INSERT INTO dumped SELECT * FROM upkeep;
        DROP TABLE upkeep; ALTER TABLE dumped RENAME TO upkeep";
    Backdoor::open(database).await.run(sql).await;
}

async fn r19_what_was_put_back_by_hand_can_be_finished_by_hand(database: Database) {
    let token = token(&database).await;
    let server = Server::start(database.url()).await;
    assert_eq!(list(&server, &token).await, 200);
    let said = out(database.url(), &["restore", "--finish"]).await;
    assert!(said.contains("1 token is paused"), "{said}");
    // The server remembers a token for half a second, unless it is the one that pauses it.
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(list(&server, &token).await, 403);
}

async fn r19_a_server_that_starts_again_ends_nothing(database: Database) {
    let token = token(&database).await;
    for round in 0..3 {
        let server = Server::start(database.url()).await;
        assert_eq!(list(&server, &token).await, 200, "{}", server.said);
        out(database.url(), &["token", "create", "--name", "Another"]).await;
        // A kill leaves no time to write the mark.
        if round == 1 { server.kill().await } else { drop(server.stop().await) }
    }
    assert_eq!(events(&database, "database.restored").await.len(), 0);
}

/// A file that cannot be restored leaves the database unchanged.
#[tokio::test]
async fn r19_what_is_no_backup_is_refused() {
    let database = Database::sqlite().await;
    out(database.url(), &["break-glass", "create", "gate"]).await;
    let live = file(&database).unwrap();
    let before = fs::read(&live).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let mut damaged = before.clone();
    let half = damaged.len() / 2;
    damaged[half..half + 4_096].fill(0x5a);
    let newer = put("newer.db", &before);
    number(&newer, "UPDATE _sqlx_migrations SET version = 9999 WHERE version = 1 RETURNING 1").await;
    let other = put("other.db", b"");
    number(&other, "SELECT 1 FROM pragma_user_version").await;
    put("copied.db-wal", &[1; 64]);
    for (path, why) in [
        (put("text", b"no database at all, whatever its name says"), "not a database"),
        (put("damaged.db", &damaged), "damaged"),
        (put("copied.db", &before), "copied from a live database"),
        (newer, "newer version"),
        (other, "not a database of Postern"),
        (live.clone(), "the database itself"),
        (folder.path().join("gone"), "there is no file"),
    ] {
        let said = fails(database.url(), &restore(&path)).await;
        assert!(said.contains(why), "{why}: {said}");
        assert!(fs::read(&live).unwrap() == before, "{why}: the database was changed");
    }
    assert!(beside(&database, "restoring").is_empty() && beside(&database, "before").is_empty());
}

/// A killed server leaves a write-ahead log, which belongs to the old database.
#[tokio::test(flavor = "multi_thread")]
async fn r19_a_log_that_was_left_behind_is_not_taken_for_the_backups() {
    let database = Database::sqlite().await;
    let token = token(&database).await;
    let (_folder, path) = place();
    back_up(&database, &path).await;
    let server = Server::start(database.url()).await;
    let user = json!({"userName": "after"});
    assert_eq!(request(server.port, "POST", "/scim/v2/Users", &token, Some(user)).await.unwrap().0, 201);
    server.kill().await;
    assert!(beside(&database, "-wal").len() == 1);
    out(database.url(), &restore(&path)).await;
    let live = file(&database).unwrap();
    assert_eq!(number(&live, "SELECT COUNT(*) FROM users").await, 0);
    let kept = beside(&database, ".before-");
    let is_log = |path: &&PathBuf| ["-wal", "-shm"].iter().any(|end| path.to_str().unwrap().ends_with(end));
    let kept = kept.iter().find(|path| !is_log(path)).unwrap();
    assert_eq!(number(kept, "SELECT COUNT(*) FROM users").await, 1, "the kept one is whole");
}

/// A database that cannot be opened any more, or is missing, is the usual reason for a restore.
#[tokio::test]
async fn r19_a_database_that_is_damaged_or_gone_is_replaced() {
    let database = Database::sqlite().await;
    out(database.url(), &["break-glass", "create", "gate"]).await;
    let (_folder, path) = place();
    back_up(&database, &path).await;
    let live = file(&database).unwrap();
    fs::write(&live, [0x5a; 9_000]).unwrap();
    assert!(!run(database.url(), &["break-glass", "list"]).await.status.success());
    let said = out(database.url(), &restore(&path)).await;
    assert!(said.contains("is kept as"), "{said}");
    assert!(out(database.url(), &["break-glass", "list"]).await.starts_with("gate-"));
    for path in beside(&database, "postern.db") {
        fs::remove_file(path).unwrap();
    }
    let said = out(database.url(), &restore(&path)).await;
    assert!(!said.contains("is kept as"), "{said}");
    assert!(out(database.url(), &["break-glass", "list"]).await.starts_with("gate-"));
}
