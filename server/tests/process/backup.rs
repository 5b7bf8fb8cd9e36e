//! Backups, while a server continues and while the command is killed.

use crate::{
    binary::{Server, fails, file, out, postern, run},
    browser::request,
    database::Database,
};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tempfile::TempDir;
use tokio::task::JoinSet;

/// A path for a backup in a new folder.
pub(crate) fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("postern backup.db");
    (folder, path)
}

/// Makes a backup and returns what the command printed.
pub(crate) async fn back_up(database: &Database, path: &Path) -> String {
    out(database.url(), &["backup", path.to_str().unwrap()]).await
}

/// One number from a database file.
pub(crate) async fn number(path: &Path, sql: &str) -> i64 {
    let mut connection = SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    let number = sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    number
}

pub(crate) fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// The files of a folder, by name.
fn names(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Eight clients that create users until the flag is cleared; returns how many were acknowledged.
async fn write_until(port: u16, token: String, on: Arc<AtomicBool>) -> usize {
    let mut writers = JoinSet::new();
    for writer in 0..8 {
        let (token, on) = (token.clone(), on.clone());
        writers.spawn(async move {
            let mut made = 0;
            while on.load(Ordering::SeqCst) {
                let user = json!({"userName": format!("user-{writer}-{made}")});
                let answer = request(port, "POST", "/scim/v2/Users", &token, Some(user)).await.unwrap();
                assert_eq!(answer.0, 201, "{answer:?}");
                made += 1;
            }
            made
        });
    }
    writers.join_all().await.into_iter().sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn r19_a_backup_beside_a_server_that_writes_is_whole_and_private() {
    let database = Database::sqlite().await;
    out(database.url(), &["scim", "enable"]).await;
    let token = out(database.url(), &["token", "create", "--name", "Entra"]).await.trim().to_owned();
    let server = Server::start(database.url()).await;
    let on = Arc::new(AtomicBool::new(true));
    let writers = tokio::spawn(write_until(server.port, token, on.clone()));
    let folder = tempfile::tempdir().unwrap();
    let mut last = 0;
    for number in 0..3 {
        let path = folder.path().join(format!("{number}.db"));
        let said = back_up(&database, &path).await;
        assert_eq!(mode(&path), 0o600);
        assert!(said.contains(&format!("{} bytes", fs::metadata(&path).unwrap().len())), "{said}");
        let users = holds(&path, &said).await;
        assert!(users >= last, "{users} after {last}");
        last = users;
    }
    on.store(false, Ordering::SeqCst);
    assert!(writers.await.unwrap() > 0);
    assert_eq!(names(folder.path()), ["0.db", "1.db", "2.db"], "nothing is left beside them");
    let export = out(database.url(), &["audit", "export"]).await;
    let noted = export.lines().filter(|line| line.contains("\"database.backed_up\"")).count();
    assert_eq!(noted, 3);
}

/// Checks that a backup is sound and its log ends as the command printed. Returns how many users are in it.
async fn holds(path: &Path, said: &str) -> i64 {
    assert_eq!(number(path, "SELECT COUNT(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'").await, 0);
    let ends = said.lines().find(|line| line.starts_with("Ends")).unwrap();
    let head = ends.rsplit(' ').next().unwrap();
    let url = format!("sqlite://{}", path.display());
    let export = path.with_extension("jsonl");
    fs::write(&export, out(&url, &["audit", "export"]).await).unwrap();
    out("", &["audit", "verify", export.to_str().unwrap(), "--head", head]).await;
    for end in ["jsonl", "db.mark", "db.turn", "db-wal", "db-shm"] {
        let _ = fs::remove_file(path.with_extension(end));
    }
    number(path, "SELECT COUNT(*) FROM users").await
}

#[tokio::test]
async fn r19_a_backup_takes_no_name_that_is_taken() {
    let database = Database::sqlite().await;
    let (folder, path) = place();
    let name = path.to_str().unwrap();
    assert!(fails(database.url(), &["backup", name]).await.contains("there is no database"));
    assert!(!file(&database).unwrap().exists(), "none was made");
    out(database.url(), &["migrate"]).await;
    fs::write(&path, "mine").unwrap();
    assert!(fails(database.url(), &["backup", name]).await.contains("is there already"));
    assert_eq!(fs::read(&path).unwrap(), b"mine");
    assert!(fails(database.url(), &["backup", folder.path().to_str().unwrap()]).await.contains("is there already"));
    let nowhere = folder.path().join("no/folder.db");
    assert!(fails(database.url(), &["backup", nowhere.to_str().unwrap()]).await.contains("cannot write"));
    fs::write(&path, "").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    back_up(&database, &path).await;
    assert_eq!((mode(&path), names(folder.path()).len()), (0o600, 1));
}

/// Whenever the command is killed, the backup is complete or absent.
#[tokio::test]
async fn r19_a_backup_that_is_killed_is_whole_or_not_there() {
    let database = Database::sqlite().await;
    out(database.url(), &["break-glass", "create", "gate"]).await;
    let (_folder, path) = place();
    for millis in (0..60).step_by(4) {
        let mut command = postern(database.url(), &["backup", path.to_str().unwrap()]);
        let mut process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        tokio::time::sleep(Duration::from_millis(millis)).await;
        process.kill().await.unwrap();
        if path.exists() {
            assert_eq!(number(&path, "SELECT COUNT(*) FROM break_glass_accounts").await, 1);
            fs::remove_file(&path).unwrap();
        }
    }
    back_up(&database, &path).await;
}

/// Before an upgrade the new version makes the backup, and leaves the tables unchanged.
#[tokio::test]
async fn r19_a_backup_takes_the_tables_as_they_are() {
    let database = Database::sqlite().await;
    out(database.url(), &["migrate"]).await;
    let version = "SELECT MAX(version) FROM _sqlx_migrations";
    let source = file(&database).unwrap();
    number(&source, "DELETE FROM _sqlx_migrations WHERE version > 4 RETURNING 1").await;
    let (_folder, path) = place();
    let made = run(database.url(), &["backup", path.to_str().unwrap()]).await;
    let said = String::from_utf8(made.stderr).unwrap();
    assert!(made.status.success() && said.contains("could not be recorded in the database"), "{said}");
    assert_eq!((number(&path, version).await, number(&source, version).await), (4, 4));
}

#[tokio::test]
async fn r19_postgres_is_left_to_its_own_tools() {
    let database = Database::postgres().await;
    let url = database.url().replacen("postgres@", "postgres:hunter2@", 1);
    let said = fails(&url, &["backup", "my backup"]).await;
    assert!(said.contains("pg_dump --format=custom --host=") && said.contains("--file 'my backup'"), "{said}");
    let restore = fails(&url, &["restore", "my backup"]).await;
    assert!(restore.contains("pg_restore --clean") && restore.contains("postern restore --finish"), "{restore}");
    assert!(!said.contains("hunter2") && !restore.contains("hunter2"));
}

/// The commands in the README's section do what it says.
#[tokio::test]
async fn r19_the_commands_of_the_readme_work() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")).unwrap();
    let section = readme.split("\n### Backup\n").nth(1).unwrap();
    let block = section.split("```").nth(1).unwrap().strip_prefix("sh\n").unwrap();
    let database = Database::sqlite().await;
    out(database.url(), &["break-glass", "create", "gate"]).await;
    let folder = tempfile::tempdir().unwrap();
    let mut ran = 0;
    for line in block.lines() {
        let line = line.split('#').next().unwrap().replace("/var/backups", folder.path().to_str().unwrap());
        let mut words = line.split_whitespace();
        assert_eq!(words.next(), Some("postern"), "{line}");
        out(database.url(), &words.collect::<Vec<_>>()).await;
        ran += 1;
    }
    assert_eq!(ran, 2);
    let accounts: Value = serde_json::from_str(&out(database.url(), &["break-glass", "list", "--json"]).await).unwrap();
    assert_eq!(accounts.as_array().unwrap().len(), 1);
}
