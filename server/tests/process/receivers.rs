//! Small receivers of alerts: a webhook, a mail server and a syslog server. Each keeps its port while it is down, and
//! stores what it receives.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream, UdpSocket},
    process::Command,
    task::JoinHandle,
    time::{Instant, sleep},
};

/// What was received, text by text.
type Came = Arc<Mutex<Vec<String>>>;

/// All three, which are up or down together.
pub(crate) struct Receivers {
    ports: [u16; 3],
    came: [Came; 3],
    tasks: Vec<JoinHandle<()>>,
}

/// The name of each, in their order.
pub(crate) const CHANNELS: [&str; 3] = ["webhook", "mail", "syslog"];
pub(crate) const MAIL_PASSWORD: &str = "Canary+mail/password=7f3kQ";
const WEBHOOK_KEY: &[u8; 32] = b"canary-webhook-key-0123456789abc";

pub(crate) fn webhook_secret() -> String {
    format!("whsec_{}", STANDARD.encode(WEBHOOK_KEY))
}

impl Receivers {
    /// Finds ports. Nothing listens on them yet.
    pub(crate) async fn new() -> Self {
        let tcp = async || TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (webhook, mail) = (tcp().await, tcp().await);
        let syslog = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let ports =
            [webhook.local_addr(), mail.local_addr(), syslog.local_addr()].map(|address| address.unwrap().port());
        Self { ports, came: Default::default(), tasks: Vec::new() }
    }

    /// Configures a server to use them.
    pub(crate) fn told_by<'a>(&self, server: &'a mut Command) -> &'a mut Command {
        let [webhook, mail, syslog] = self.ports;
        let password = percent_encoding::utf8_percent_encode(MAIL_PASSWORD, percent_encoding::NON_ALPHANUMERIC);
        server
            .args(["--alert-webhook", &format!("http://127.0.0.1:{webhook}/canary-path")])
            .env("POSTERN_ALERT_WEBHOOK_SECRET", webhook_secret())
            .env("POSTERN_ALERT_MAIL", format!("smtp://postern:{password}@127.0.0.1:{mail}"))
            .args(["--alert-mail-from", "postern@corp.example", "--alert-mail-to", "ops@corp.example"])
            .args(["--alert-syslog", &format!("udp://127.0.0.1:{syslog}")])
    }

    /// They listen from now on.
    pub(crate) async fn up(&mut self) {
        let [webhook, mail, syslog] = self.ports;
        let webhook = TcpListener::bind(("127.0.0.1", webhook)).await.unwrap();
        let mail = TcpListener::bind(("127.0.0.1", mail)).await.unwrap();
        let syslog = UdpSocket::bind(("127.0.0.1", syslog)).await.unwrap();
        let came = self.came.clone();
        self.tasks.push(tokio::spawn(accept(webhook, came[0].clone(), take_post)));
        self.tasks.push(tokio::spawn(accept(mail, came[1].clone(), take_mail)));
        self.tasks.push(tokio::spawn(datagrams(syslog, came[2].clone())));
    }

    /// They close, and nothing listens any more.
    pub(crate) async fn down(&mut self) {
        for task in self.tasks.drain(..) {
            task.abort();
            let _ = task.await;
        }
    }

    /// Everything that one of them received.
    pub(crate) fn came(&self, channel: usize) -> Vec<String> {
        self.came[channel].lock().unwrap().clone()
    }

    /// The ids of the alerts that one of them received.
    pub(crate) fn ids(&self, channel: usize) -> BTreeSet<String> {
        self.came(channel).iter().map(|text| id(text)).collect()
    }

    /// Waits until each of them has received something.
    pub(crate) async fn wait_for_one(&self, limit: Duration) {
        let deadline = Instant::now() + limit;
        for (channel, name) in CHANNELS.iter().enumerate() {
            while self.came(channel).is_empty() {
                assert!(Instant::now() < deadline, "{name} was told nothing in {limit:?}");
                sleep(Duration::from_millis(20)).await;
            }
        }
    }

    /// Waits until all of them have received these.
    pub(crate) async fn wait_for(&self, ids: &BTreeSet<String>, limit: Duration) {
        let deadline = Instant::now() + limit;
        for (channel, name) in CHANNELS.iter().enumerate() {
            while !self.ids(channel).is_superset(ids) {
                let missing: Vec<String> = ids.difference(&self.ids(channel)).cloned().collect();
                assert!(Instant::now() < deadline, "{name} was not told {missing:?} in {limit:?}");
                sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

/// The id of an exported event's alert.
pub(crate) fn id_of(event: &serde_json::Value) -> String {
    format!("postern-audit-{}-{}", event["seq"], &event["link"]["hash"].as_str().unwrap()[..8])
}

/// The alert's id, which each channel carries.
pub(crate) fn id(text: &str) -> String {
    let start = text.find("postern-audit-").expect("an alert carries its id");
    text[start..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect()
}

async fn accept<F: Future<Output = Option<String>> + Send + 'static>(
    listener: TcpListener,
    came: Came,
    take: fn(TcpStream) -> F,
) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        // A sender that was killed in the middle has sent nothing.
        if let Some(text) = take(stream).await {
            came.lock().unwrap().push(text);
        }
    }
}

async fn datagrams(socket: UdpSocket, came: Came) {
    let mut line = vec![0; 4096];
    loop {
        let length = socket.recv(&mut line).await.unwrap();
        came.lock().unwrap().push(String::from_utf8(line[..length].to_vec()).unwrap());
    }
}

/// One request, whose signature must be good: its head and body.
async fn take_post(stream: TcpStream) -> Option<String> {
    let mut stream = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).await.ok()? == 0 {
            return None;
        }
    }
    let field = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap();
    let mut body = vec![0; field("content-length").parse().unwrap()];
    stream.read_exact(&mut body).await.ok()?;
    let body = String::from_utf8(body).unwrap();
    let signed = format!("{}.{}.{body}", field("webhook-id"), field("webhook-timestamp"));
    let signature = STANDARD.decode(field("webhook-signature").strip_prefix("v1,").unwrap()).unwrap();
    let key = Hmac::<Sha256>::new_from_slice(WEBHOOK_KEY).unwrap();
    key.chain_update(signed).verify_slice(&signature).expect("the signature is good");
    assert!(body.contains(&format!("\"id\":\"{}\"", field("webhook-id"))), "{body}");
    stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.ok()?;
    Some(head + &body)
}

/// One mail with its header, after a session in which the password was right.
async fn take_mail(stream: TcpStream) -> Option<String> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 mail.corp.example\r\n").await.ok()?;
    let (mut mail, mut line, mut welcome) = (None, String::new(), false);
    loop {
        line.clear();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return mail;
        }
        let reply = match line.split([' ', ':', '\r']).next().unwrap() {
            "EHLO" => "250-mail.corp.example\r\n250 AUTH PLAIN",
            "AUTH" => {
                welcome = line.contains(&STANDARD.encode(format!("\0postern\0{MAIL_PASSWORD}")));
                "235 welcome"
            }
            "DATA" => {
                assert!(welcome, "the password is good");
                stream.write_all(b"354 go ahead\r\n").await.ok()?;
                mail = Some(data(&mut stream).await?);
                "250 queued"
            }
            "QUIT" => "221 bye",
            _ => "250 fine",
        };
        // After it was acknowledged, it counts, however the session ends.
        if stream.write_all(format!("{reply}\r\n").as_bytes()).await.is_err() {
            return mail;
        }
    }
}

async fn data(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let (mut mail, mut line) = (String::new(), String::new());
    while line != ".\r\n" {
        mail.push_str(&line);
        line.clear();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
    }
    Some(mail)
}
