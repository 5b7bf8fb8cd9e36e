//! A29 and A30: text from callers cannot add lines to the log, and no secret gets into it. Tested with the real binary,
//! whose standard error is the log.

use crate::{
    defences::listening::{Raw, ended},
    support::{Database, Value},
};
use std::process::Stdio;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    process::{Child, Command},
    task::JoinHandle,
};

/// Runs tests that take a database and the format of the log.
macro_rules! on_both_in_both_forms {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(mod $name {
                #[tokio::test] async fn json() { super::super::$name(crate::support::Database::sqlite().await, "json").await }
                #[tokio::test] async fn text() { super::super::$name(crate::support::Database::sqlite().await, "text").await }
            })*
        }
        mod postgres {
            $(mod $name {
                #[tokio::test] async fn json() { super::super::$name(crate::support::Database::postgres().await, "json").await }
                #[tokio::test] async fn text() { super::super::$name(crate::support::Database::postgres().await, "text").await }
            })*
        }
    };
}

on_both_in_both_forms!(
    a29_one_event_one_line,
    a29_a_flood_of_requests_is_no_flood_of_lines,
    a30_no_secret_is_logged,
    callers_are_named_as_the_proxy_says
);

struct Logged {
    process: Child,
    /// Read all the time: a full pipe would stop the server.
    log: JoinHandle<String>,
    port: u16,
}

impl Logged {
    async fn start(database: &Database, form: &str, more: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_postern"));
        command.args(["--log", "trace", "--log-format", form, "serve", "--listen", "127.0.0.1:0"]).args(more);
        command.env("POSTERN_DATABASE_URL", database.url()).stdin(Stdio::null());
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let mut stderr = process.stderr.take().unwrap();
        let log = tokio::spawn(async move {
            let mut bytes = Vec::new();
            stderr.read_to_end(&mut bytes).await.unwrap();
            String::from_utf8(bytes).expect("the log is UTF-8")
        });
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = loop {
            let line = lines.next_line().await.unwrap().expect("it starts");
            if let Some((_, port)) = line.split_once("Open http://127.0.0.1:") {
                break port.trim().parse().unwrap();
            }
        };
        Self { process, log, port }
    }

    async fn send(&self, head: &[u8], body: &[u8]) -> Raw {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        let own = format!("Host: 127.0.0.1:{0}\r\nOrigin: http://127.0.0.1:{0}\r\nConnection: close\r\n", self.port);
        let length = format!("Content-Length: {}\r\n\r\n", body.len());
        stream.write_all(&[head, b"\r\n", own.as_bytes(), length.as_bytes(), body].concat()).await.unwrap();
        ended(&mut stream).await
    }

    /// Stops the server and returns everything that it logged.
    async fn log(mut self) -> String {
        let id = self.process.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
        self.process.wait().await.unwrap();
        self.log.await.unwrap()
    }
}

const HOSTILE: [&str; 9] = [
    "\u{85}forged",
    "\u{2028}forged",
    "\u{2029}forged",
    "\u{202e}forged",
    "\u{2066}forged",
    "\u{feff}forged",
    "%0d%0aforged",
    "%1b[31mforged",
    "\u{9b}31mforged",
];

async fn a29_one_event_one_line(database: Database, form: &str) {
    let server = Logged::start(&database, form, &[]).await;
    for hostile in HOSTILE {
        for path in ["/", "/admin/users/", "/scim/v2/Users/", "/admin/api/"] {
            for method in ["GET", "POST", "\u{1b}[31m"] {
                let head = format!("{method} {path}{hostile}?{hostile} HTTP/1.1\r\nUser-Agent: a{hostile}");
                let _ = server.send(head.as_bytes(), b"").await;
            }
        }
        for (path, body) in [
            ("/login", format!("name={hostile}\r\n\u{1b}[31mforged&secret={hostile}&next={hostile}")),
            ("/scim/v2/Users", format!("{{\"userName\":\"{hostile}\\r\\nforged\"}}")),
        ] {
            let head = format!("POST {path} HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded");
            let _ = server.send(head.as_bytes(), body.as_bytes()).await;
        }
    }
    let log = server.log().await;
    assert!(log.contains("forged"), "what was asked for is logged");
    for line in log.lines() {
        let odd =
            line.chars().find(|c| c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}' | '\u{feff}'));
        assert_eq!(odd, None, "{line:?}");
        if form == "json" {
            let event: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
            assert!(event["timestamp"].is_string() && event["level"].is_string(), "{line:?}");
        } else {
            let stamp = line.split(' ').next().unwrap_or_default();
            assert!(stamp.starts_with("20") && stamp.ends_with('Z'), "a line begins with its time: {line:?}");
        }
    }
    let answered = log.lines().filter(|line| line.contains("answered")).count();
    assert!(answered >= HOSTILE.len() * 8, "{answered}");
}

async fn a29_a_flood_of_requests_is_no_flood_of_lines(database: Database, form: &str) {
    const REQUESTS: usize = 2_000;
    let server = Logged::start(&database, form, &[]).await;
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
    let requests = format!("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n", server.port).repeat(REQUESTS);
    let (mut answers, mut way) = stream.split();
    let send = way.write_all(requests.as_bytes());
    let read = async {
        let (mut buffer, mut text) = ([0; 65_536], String::new());
        while text.matches("HTTP/1.1 200").count() < REQUESTS {
            let read = answers.read(&mut buffer).await.unwrap();
            assert!(read > 0, "{}", text.matches("HTTP/1.1 200").count());
            text.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
        }
    };
    let (sent, ()) = tokio::join!(send, read);
    sent.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    let log = server.log().await;
    let answered = log.lines().filter(|line| line.contains("answered")).count();
    let left_out = log.lines().filter(|line| line.contains("lines were left out of the log"));
    let left_out: usize = left_out
        .map(|line| {
            let digits = line.split("left_out").nth(1).unwrap().chars().skip_while(|c| !c.is_ascii_digit());
            digits.take_while(char::is_ascii_digit).collect::<String>().parse::<usize>().unwrap()
        })
        .sum();
    assert!(answered < REQUESTS && answered + left_out >= REQUESTS, "{answered} and {left_out}");
}

/// An invalid token, a wrong secret and a cookie: even these must not be in the log, at the finest level.
async fn a30_no_secret_is_logged(database: Database, form: &str) {
    let server = Logged::start(&database, form, &[]).await;
    const CANARY: &str = "postern_scim_CANARYcanaryCANARYcanary";
    for head in [
        format!("GET /scim/v2/Users?access_token={CANARY} HTTP/1.1"),
        format!("GET /login?secret={CANARY} HTTP/1.1"),
        format!("GET /admin/users?q={CANARY} HTTP/1.1"),
        format!("GET /scim/v2/Users HTTP/1.1\r\nAuthorization: Bearer {CANARY}"),
        format!("GET /admin/users HTTP/1.1\r\nCookie: postern={CANARY}"),
    ] {
        let answer = server.send(head.as_bytes(), b"").await;
        let expected = if head.contains("access_token") { 400 } else { answer.status };
        assert_eq!(answer.status, expected, "{head}");
    }
    let head = b"POST /login HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded";
    let answer = server.send(head, format!("name=gate&secret={CANARY}").as_bytes()).await;
    assert_eq!(answer.status, 422, "{}", answer.text);
    let log = server.log().await;
    assert!(log.contains("answered"));
    for part in [CANARY, "CANARYcanary"] {
        assert!(!log.contains(part), "{}", log.lines().find(|line| line.contains(part)).unwrap_or_default());
    }
}

async fn callers_are_named_as_the_proxy_says(database: Database, form: &str) {
    let attempt = async |more: &[&str], forwarded: &str| {
        let server = Logged::start(&database, form, more).await;
        let head = format!("POST /login HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n{forwarded}");
        assert_eq!(server.send(head.as_bytes(), b"name=x&secret=y").await.status, 422);
        let log = server.log().await;
        log.lines().find(|line| line.contains("sign-in was refused")).unwrap().to_owned()
    };
    let forwarded = "X-Forwarded-For: 198.51.100.1, 203.0.113.7:4711";
    let believed = attempt(&["--trusted-proxy", "10.0.0.0/8,127.0.0.1"], forwarded).await;
    assert!(believed.contains("203.0.113.7\"") && !believed.contains("127.0.0.1"), "{believed}");
    let stranger = attempt(&[], forwarded).await;
    assert!(stranger.contains("127.0.0.1") && !stranger.contains("203.0.113.7"), "{stranger}");
}
