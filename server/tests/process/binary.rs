//! The binary, run as from a shell.

use crate::database::Database;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use std::{
    path::PathBuf,
    process::{Output, Stdio},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A server on its own port, which ends with the test.
pub(crate) struct Server {
    pub(crate) process: Child,
    pub(crate) port: u16,
    /// What it printed until it was ready.
    pub(crate) said: String,
    rest: Lines<BufReader<ChildStdout>>,
}

impl Server {
    pub(crate) async fn start(url: &str) -> Self {
        Self::start_with(url, |command| command.stderr(Stdio::null())).await
    }

    /// `more` adds arguments and environment variables.
    pub(crate) async fn start_with(url: &str, more: impl FnOnce(&mut Command) -> &mut Command) -> Self {
        let mut command = postern(url, &["serve", "--listen", "127.0.0.1:0"]);
        let mut process = more(&mut command).stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let mut rest = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut said = String::new();
        loop {
            let line = timeout(PATIENCE, rest.next_line()).await.expect("it starts").unwrap().expect("it goes on");
            said += &line;
            if let Some((_, port)) = line.split_once("Open http://127.0.0.1:") {
                return Self { port: port.trim().parse().unwrap(), process, said, rest };
            }
        }
    }

    /// SIGKILL: nothing is flushed, finished or sent.
    pub(crate) async fn kill(mut self) {
        self.process.kill().await.unwrap();
    }

    /// SIGTERM. Returns everything that it printed.
    pub(crate) async fn stop(mut self) -> String {
        let id = self.process.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
        let status = timeout(PATIENCE, self.process.wait()).await.expect("it stops by itself").unwrap();
        assert!(status.success(), "{status}");
        while let Some(line) = self.rest.next_line().await.unwrap() {
            self.said += &line;
        }
        self.said
    }
}

pub(crate) fn postern(url: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postern"));
    command.args(arguments).env("POSTERN_DATABASE_URL", url).stdin(Stdio::null());
    command
}

pub(crate) async fn run(url: &str, arguments: &[&str]) -> Output {
    postern(url, arguments).output().await.unwrap()
}

pub(crate) async fn out(url: &str, arguments: &[&str]) -> String {
    let output = run(url, arguments).await;
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a command that must fail, and returns the one line that it prints.
pub(crate) async fn fails(url: &str, arguments: &[&str]) -> String {
    let output = run(url, arguments).await;
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success(), "{arguments:?} succeeded");
    assert!(output.stdout.is_empty() && said.lines().count() == 1, "{arguments:?}: {said}");
    said
}

/// A break-glass account as its sheet shows it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sheet {
    pub(crate) name: String,
    pub(crate) secret: String,
    pub(crate) codes: Vec<String>,
}

impl Sheet {
    /// Creates an account.
    pub(crate) async fn make(url: &str) -> Self {
        Self::read(&out(url, &["break-glass", "create", "gate", "--sheet"]).await)
    }

    /// Reads what `create --sheet` or `recover` printed.
    pub(crate) fn read(text: &str) -> Self {
        let field = |name: &str| {
            let line = text.lines().find_map(|line| line.trim().strip_prefix(name)).expect("the sheet has this field");
            line.trim().to_owned()
        };
        let codes = text.lines().filter_map(|line| line.strip_prefix("    ")?.split_once("  "));
        let codes = codes.map(|(_, code)| code.trim().to_owned()).collect();
        Self { name: field("Name"), secret: field("Secret"), codes }
    }
}

/// Direct access to the server's database, bypassing the server.
pub(crate) enum Backdoor {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Backdoor {
    /// Opens the database, which must exist.
    pub(crate) async fn open(database: &Database) -> Self {
        match file(database) {
            Some(file) => {
                Self::Sqlite(SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap())
            }
            None => Self::Postgres(PgConnection::connect(database.url()).await.unwrap()),
        }
    }

    /// Runs statements.
    pub(crate) async fn run(&mut self, sql: &str) {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        match self {
            Self::Sqlite(connection) => drop(sql.execute(connection).await.unwrap()),
            Self::Postgres(connection) => drop(sql.execute(connection).await.unwrap()),
        }
    }

    /// Every row of every table of a Postgres database, as text.
    pub(crate) async fn dump(&mut self) -> String {
        let Self::Postgres(connection) = self else { return String::new() };
        let tables = "SELECT tablename::TEXT FROM pg_tables WHERE schemaname = 'public'";
        let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut *connection).await.unwrap();
        let mut dump = String::new();
        for table in tables {
            let rows = AssertSqlSafe(format!("SELECT row_to_json(t)::TEXT FROM \"{table}\" t"));
            let rows: Vec<String> = sqlx::query_scalar(rows).fetch_all(&mut *connection).await.unwrap();
            dump += &format!("{table}\n{}\n", rows.join("\n"));
        }
        dump
    }
}

/// The file of an SQLite database.
pub(crate) fn file(database: &Database) -> Option<PathBuf> {
    database.url().strip_prefix("sqlite://").map(PathBuf::from)
}

#[tokio::test]
async fn extension_schemas_are_read_at_the_start() {
    let database = Database::sqlite().await;
    let file = std::env::temp_dir().join(format!("postern-schemas-{}.json", std::process::id()));
    let serve = ["serve", "--listen", "127.0.0.1:0", "--extension-schemas", file.to_str().unwrap()];
    let refused = run(database.url(), &serve).await;
    assert!(!refused.status.success(), "there is no such file yet");
    std::fs::write(
        &file,
        r#"{"resourceType": "User", "id": "urn:a:b", "attributes": [{"name": "a", "type": "text"}]}"#,
    )
    .unwrap();
    let refused = run(database.url(), &serve).await;
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(!refused.status.success() && said.contains(&format!("{}: attributes[0].type: ", file.display())), "{said}");
    std::fs::write(&file, r#"{"resourceType": "User", "id": "urn:a:b", "attributes": [{"name": "a"}]}"#).unwrap();
    let server = Server::start_with(database.url(), |command| {
        command.env("POSTERN_EXTENSION_SCHEMAS", &file).stderr(Stdio::null())
    })
    .await;
    server.stop().await;
    std::fs::remove_file(&file).unwrap();
}
