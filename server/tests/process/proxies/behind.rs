//! A server with a proxy in front of it.

use super::kinds::Kind;
use crate::{
    binary::{PATIENCE, out},
    browser::send,
    database::Database,
};
use http_body_util::BodyExt;
use hyper::{Request, body::Bytes, header};
use std::{
    collections::BTreeMap, net::TcpListener, os::fd::OwnedFd, path::PathBuf, process::Stdio, sync::Arc, time::Duration,
};
use tokio::{
    io::AsyncWriteExt,
    process::{Child, Command},
    sync::Mutex,
    time::{sleep, timeout},
};

/// How often each answer was received; `None` means no answer.
pub(super) type Answers = BTreeMap<Option<u16>, usize>;

pub(super) struct Behind {
    pub(super) token: String,
    port: u16,
    http2: u16,
    /// The server's listening socket, which is passed to it.
    socket: TcpListener,
    server: Mutex<Child>,
    _proxy: Child,
    database: Database,
    folder: tempfile::TempDir,
}

impl Behind {
    /// Starts both, if the proxy is installed.
    pub(super) async fn start(kind: &Kind) -> Option<Arc<Self>> {
        let Some(program) = find(kind.program) else {
            println!("{} is not installed", kind.program);
            return None;
        };
        let database = Database::sqlite().await;
        let folder = tempfile::tempdir().unwrap();
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let (port, http2) = (free_port(), free_port());
        out(database.url(), &["scim", "enable"]).await;
        let token = out(database.url(), &["token", "create", "--name", "Entra"]).await.trim().to_owned();
        let filled = |text: &str| {
            let text = text.replace("$DIR", &folder.path().display().to_string());
            let server = socket.local_addr().unwrap().port();
            text.replace("$PORT", &port.to_string())
                .replace("$HTTP2", &http2.to_string())
                .replace("$SERVER", &server.to_string())
        };
        let file = folder.path().join("proxy.conf");
        std::fs::write(&file, filled(kind.configuration)).unwrap();
        let mut proxy = Command::new(program);
        proxy.args(kind.arguments.iter().map(|word| filled(&word.replace('@', &file.display().to_string()))));
        proxy.env("HOME", folder.path()).stdin(Stdio::null());
        let server = Mutex::new(serve(&database, &socket, port));
        let started = Self { token, port, http2, socket, server, _proxy: spawn(&mut proxy), database, folder };
        let ready = timeout(PATIENCE, async {
            while started.call("GET", "/Users", "", 0).await != Some(401) {
                sleep(Duration::from_millis(50)).await;
            }
        });
        ready.await.expect("both start");
        Some(Arc::new(started))
    }

    /// Stops the server as a system does, and then starts it again.
    pub(super) async fn restart(&self) {
        let mut server = self.server.lock().await;
        let id = server.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
        let status = timeout(PATIENCE, server.wait()).await.expect("it stops by itself").unwrap();
        assert!(status.success(), "{status}");
        *server = serve(&self.database, &self.socket, self.port);
    }

    /// The status of the answer, if there was one; the body is blanks around an empty object.
    pub(super) async fn call(&self, method: &str, path: &str, token: &str, blanks: usize) -> Option<u16> {
        let body = if method == "GET" { String::new() } else { object(blanks) };
        self.send(method, path, token, body).await
    }

    pub(super) async fn send(&self, method: &str, path: &str, token: &str, body: String) -> Option<u16> {
        let request = Request::builder().method(method).uri(format!("/scim/v2{path}"));
        let request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        let request = request.header(header::CONTENT_TYPE, "application/scim+json");
        let answer = timeout(PATIENCE, send(self.port, request, Bytes::from(body))).await.ok()??;
        let status = answer.status().as_u16();
        answer.into_body().collect().await.ok()?;
        Some(status)
    }

    /// The answers to POST requests with these bodies, as streams of an HTTP/2 connection.
    pub(super) async fn post_by_http2(&self, token: &str, bodies: impl IntoIterator<Item = String>) -> Answers {
        let mut calls = Vec::new();
        for (number, body) in bodies.into_iter().enumerate() {
            let file = self.folder.path().join(format!("body{number}"));
            std::fs::write(&file, body).unwrap();
            let (url, host) = (self.http2, self.port);
            calls.push(format!(
                "url = http://127.0.0.1:{url}/scim/v2/Users\nheader = \"Host: localhost:{host}\"\nheader = \
                 \"Authorization: Bearer {token}\"\nheader = \"Content-Type: application/scim+json\"\ndata-binary = \
                 @{}\noutput = /dev/null\nwrite-out = \"%{{http_version}} %{{http_code}}\\n\"\nmax-time = 60\n",
                file.display()
            ));
        }
        let arguments = ["--silent", "--http2-prior-knowledge", "--parallel", "--parallel-max", "100", "--config", "-"];
        let mut curl = Command::new("curl");
        let curl = curl.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut curl = curl.spawn().expect("curl is installed");
        curl.stdin.take().unwrap().write_all(calls.join("next\n").as_bytes()).await.unwrap();
        let said = String::from_utf8(curl.wait_with_output().await.unwrap().stdout).unwrap();
        let mut answers = Answers::new();
        for line in said.lines() {
            let status = line.strip_prefix("2 ").and_then(|status| status.parse().ok());
            *answers.entry(status).or_default() += 1;
        }
        answers
    }
}

/// An empty JSON object of this length.
pub(super) fn object(blanks: usize) -> String {
    format!("{{{}}}", " ".repeat(blanks))
}

/// A server on this socket, which is passed as its third file, as systemd does.
fn serve(database: &Database, socket: &TcpListener, port: u16) -> Child {
    let url = format!("http://localhost:{port}");
    let mut command = Command::new("sh");
    command.args(["-c", "exec \"$@\" 3<&0 0</dev/null", "sh", env!("CARGO_BIN_EXE_postern")]);
    command.args(["serve", "--public-url", &url, "--trusted-proxy", "127.0.0.1"]);
    command.env("POSTERN_DATABASE_URL", database.url()).env("LISTEN_FDS", "1");
    spawn(command.stdin(OwnedFd::from(socket.try_clone().unwrap())))
}

fn spawn(command: &mut Command) -> Child {
    command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap()
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Where a program is; /usr/sbin is not in every user's PATH.
fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.push("/usr/sbin".into());
    folders.into_iter().map(|folder| folder.join(program)).find(|file| file.is_file())
}
