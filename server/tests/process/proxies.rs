//! Behind nginx, Caddy and HAProxy, where they are installed: every answer reaches the caller, whatever others do.

use crate::{
    binary::{PATIENCE, out, postern},
    browser::send,
    database::Database,
};
use http_body_util::BodyExt;
use hyper::{Request, body::Bytes, header};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::{
    net::TcpStream,
    process::{Child, Command},
    task::JoinSet,
    time::{sleep, timeout},
};

/// A proxy, and how it is told to stand before a server.
struct Kind {
    program: &'static str,
    /// Its arguments; `@` is the file with its configuration.
    arguments: &'static [&'static str],
    /// `$DIR`, `$PORT` and `$SERVER` are filled in.
    configuration: &'static str,
}

const NGINX: Kind = Kind {
    program: "nginx",
    arguments: &["-p", "$DIR", "-c", "@", "-g", "daemon off;"],
    configuration: "master_process off; pid $DIR/pid; error_log stderr warn; events {}
http {
    access_log off; client_body_temp_path $DIR/a; proxy_temp_path $DIR/b; fastcgi_temp_path $DIR/c;
    uwsgi_temp_path $DIR/d; scgi_temp_path $DIR/e;
    upstream postern { server 127.0.0.1:$SERVER; keepalive 32; }
    server {
        listen 127.0.0.1:$PORT; client_max_body_size 0;
        location / {
            proxy_pass http://postern; proxy_http_version 1.1; proxy_set_header Connection \"\";
            proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        }
    }
}",
};

const CADDY: Kind = Kind {
    program: "caddy",
    arguments: &["run", "--adapter", "caddyfile", "--config", "@"],
    configuration: "{
    admin off
    auto_https off
}
http://localhost:$PORT {
    bind 127.0.0.1
    reverse_proxy 127.0.0.1:$SERVER
}",
};

const HAPROXY: Kind = Kind {
    program: "haproxy",
    arguments: &["-db", "-f", "@"],
    configuration: "defaults
    mode http
    option forwardfor
    timeout connect 5s
    timeout client 60s
    timeout server 60s
frontend front
    bind 127.0.0.1:$PORT
    default_backend back
backend back
    server postern 127.0.0.1:$SERVER
",
};

#[tokio::test(flavor = "multi_thread")]
async fn answers_pass_nginx() {
    answers_pass(&NGINX).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_pass_caddy() {
    answers_pass(&CADDY).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_pass_haproxy() {
    answers_pass(&HAPROXY).await;
}

/// A server and a proxy in front of it.
struct Behind {
    port: u16,
    token: String,
    _processes: [Child; 2],
    _database: Database,
    _folder: tempfile::TempDir,
}

impl Behind {
    async fn start(kind: &Kind, program: &Path) -> Self {
        let database = Database::sqlite().await;
        let folder = tempfile::tempdir().unwrap();
        let (server, port) = (free_port(), free_port());
        out(database.url(), &["scim", "enable"]).await;
        let token = out(database.url(), &["token", "create", "--name", "Entra"]).await.trim().to_owned();
        let (listen, url) = (format!("127.0.0.1:{server}"), format!("http://localhost:{port}"));
        let arguments = ["serve", "--listen", &listen, "--public-url", &url, "--trusted-proxy", "127.0.0.1"];
        let server_process = spawn(&mut postern(database.url(), &arguments));
        let filled = |text: &str| {
            let text = text.replace("$DIR", &folder.path().display().to_string());
            text.replace("$PORT", &port.to_string()).replace("$SERVER", &server.to_string())
        };
        let file = folder.path().join("proxy.conf");
        std::fs::write(&file, filled(kind.configuration)).unwrap();
        let mut proxy = Command::new(program);
        proxy.args(kind.arguments.iter().map(|word| filled(&word.replace('@', &file.display().to_string()))));
        proxy.env("HOME", folder.path());
        let processes = [server_process, spawn(&mut proxy)];
        let started = Self { port, token, _processes: processes, _database: database, _folder: folder };
        let ready = timeout(PATIENCE, async {
            while started.call("GET", "/Users", "", 0).await != Some(401) {
                sleep(Duration::from_millis(50)).await;
            }
        });
        ready.await.expect("both start");
        started
    }

    /// The status of the answer, where one came; the body is blanks around an empty object.
    async fn call(&self, method: &str, path: &str, token: &str, blanks: usize) -> Option<u16> {
        let body = if method == "GET" { String::new() } else { format!("{{{}}}", " ".repeat(blanks)) };
        self.send(method, path, token, body).await
    }

    async fn send(&self, method: &str, path: &str, token: &str, body: String) -> Option<u16> {
        let request = Request::builder().method(method).uri(format!("/scim/v2{path}"));
        let request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        let request = request.header(header::CONTENT_TYPE, "application/scim+json");
        let answer = timeout(PATIENCE, send(self.port, request, Bytes::from(body))).await.ok()??;
        let status = answer.status().as_u16();
        answer.into_body().collect().await.ok()?;
        Some(status)
    }
}

fn spawn(command: &mut Command) -> Child {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap()
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Where a program is; /usr/sbin is not in everybody's PATH.
fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.push("/usr/sbin".into());
    folders.into_iter().map(|folder| folder.join(program)).find(|file| file.is_file())
}

async fn answers_pass(kind: &Kind) {
    let Some(program) = find(kind.program) else {
        println!("{} is not installed", kind.program);
        return;
    };
    let behind = std::sync::Arc::new(Behind::start(kind, &program).await);
    let token = behind.token.clone();

    // Refused before the body was read.
    for length in [300, 8_000, 20_000, 60_000, 1_000_000] {
        let mut answers: BTreeMap<Option<u16>, usize> = BTreeMap::new();
        for _ in 0..if length > 100_000 { 10 } else { 60 } {
            *answers.entry(behind.call("POST", "/Users", "postern_scim_wrong", length).await).or_default() += 1;
        }
        assert_eq!(answers.keys().collect::<Vec<_>>(), [&Some(401)], "{} {length}: {answers:?}", kind.program);
    }
    // Beyond the limit.
    for length in [1_100_000, 3_000_000] {
        assert_eq!(behind.call("POST", "/Users", &token, length).await, Some(413), "{} {length}", kind.program);
    }

    // Beside callers with bad tokens, on connections that the proxy keeps and that have been idle for long.
    let user = json!({"userName": "ada@corp.example"}).to_string();
    assert_eq!(behind.send("POST", "/Users", &token, user).await, Some(201));
    for pause in [0, 10_000] {
        sleep(Duration::from_millis(pause)).await;
        let mut calls = JoinSet::new();
        for caller in 0..12 {
            let (behind, token) = (behind.clone(), token.clone());
            calls.spawn(async move {
                let mut answers: BTreeMap<Option<u16>, usize> = BTreeMap::new();
                for round in 0..25 {
                    let answer = match caller % 3 {
                        0 => behind.call("POST", "/Users", "postern_scim_wrong", 40_000).await,
                        _ => {
                            let name = format!("{caller}.{round}.{pause}@corp.example");
                            let user: Value = json!({ "userName": name });
                            behind.send("POST", "/Users", &token, user.to_string()).await
                        }
                    };
                    *answers.entry(answer).or_default() += 1;
                }
                (caller, answers)
            });
        }
        for (caller, answers) in calls.join_all().await {
            let expected = if caller % 3 == 0 { 401 } else { 201 };
            assert_eq!(answers, BTreeMap::from([(Some(expected), 25)]), "{} {pause}", kind.program);
        }
    }
    assert!(TcpStream::connect(("127.0.0.1", behind.port)).await.is_ok());
}
