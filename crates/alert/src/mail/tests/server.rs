//! A mail server for one session, on loopback.

use std::net::SocketAddr;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::TcpListener,
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

pub(super) enum Tls {
    Never,
    /// After `STARTTLS`.
    Offered(TlsAcceptor),
    /// From the first byte.
    Always(TlsAcceptor),
}

/// Any stream that carries the session.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

pub(super) struct Server {
    address: SocketAddr,
    task: JoinHandle<Session>,
}

/// What the client said.
#[derive(Default)]
pub(super) struct Session {
    pub(super) commands: Vec<String>,
    pub(super) mail: String,
    replies: Vec<(&'static str, &'static str)>,
}

impl Server {
    /// `replies` are (beginning of a command, answer instead of the usual one); `CONNECT` is the greeting and `.` the
    /// end of the mail. An empty answer means that the server stays silent.
    pub(super) async fn start(replies: &[(&'static str, &'static str)], tls: Tls) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut session = Session { replies: replies.to_vec(), ..Session::default() };
        let task = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            match tls {
                Tls::Never => _ = session.run(Box::new(stream), false).await,
                Tls::Always(tls) => _ = session.run(Box::new(tls.accept(stream).await.unwrap()), false).await,
                Tls::Offered(tls) => {
                    let stream = session.run(Box::new(stream), true).await.unwrap();
                    session.talk(&mut BufReader::new(Box::new(tls.accept(stream).await.unwrap())), false).await;
                }
            }
            session
        });
        Self { address, task }
    }

    /// The server's URL: `start` (a scheme and perhaps a user), host and port.
    pub(super) fn url(&self, start: &str) -> String {
        format!("{start}{}", self.address)
    }

    /// Everything that was said in the session, after the client has left.
    pub(super) async fn session(self) -> Session {
        self.task.await.unwrap()
    }
}

impl Session {
    /// Greets the client and talks to it; returns the stream if the client asked for TLS.
    async fn run(&mut self, stream: Box<dyn Stream>, offers_tls: bool) -> Option<Box<dyn Stream>> {
        let mut stream = BufReader::new(stream);
        self.say(&mut stream, "CONNECT", "220 mail.corp.example").await;
        self.talk(&mut stream, offers_tls).await.then(|| stream.into_inner())
    }

    /// Answers until the client leaves (`false`) or asks for TLS (`true`).
    async fn talk<S: Stream>(&mut self, stream: &mut BufReader<S>, offers_tls: bool) -> bool {
        let mut line = String::new();
        while stream.read_line(&mut line).await.unwrap_or(0) > 0 {
            let command = std::mem::take(&mut line).trim_end().to_owned();
            self.commands.push(command.clone());
            let usual = match command.split([' ', ':']).next().unwrap() {
                "EHLO" if offers_tls => "250-mail.corp.example\r\n250 STARTTLS",
                "EHLO" => "250-mail.corp.example\r\n250 AUTH PLAIN LOGIN",
                "AUTH" => "235 welcome",
                "STARTTLS" => "220 go ahead",
                "DATA" => "354 go ahead",
                "QUIT" => "221 bye",
                _ => "250 fine",
            };
            let said = self.say(stream, &command, usual).await;
            match command.as_str() {
                "STARTTLS" => return true,
                "DATA" if said == usual => self.take_mail(stream).await,
                _ => {}
            }
        }
        false
    }

    async fn take_mail<S: Stream>(&mut self, stream: &mut BufReader<S>) {
        let mut line = String::new();
        while stream.read_line(&mut line).await.unwrap() > 0 && line != ".\r\n" {
            // RFC 5321 §4.5.2: a full stop at the start of a line is escaped by another.
            self.mail.push_str(line.strip_prefix('.').unwrap_or(&line));
            line.clear();
        }
        self.say(stream, ".", "250 queued").await;
    }

    async fn say<S: Stream>(&self, stream: &mut BufReader<S>, command: &str, usual: &'static str) -> &'static str {
        let special = self.replies.iter().find(|(start, _)| command.starts_with(start));
        let reply = special.map_or(usual, |(_, reply)| reply);
        if reply.is_empty() {
            std::future::pending::<()>().await;
        }
        // It is not the server's fault if the client has left.
        let _ = stream.write_all(format!("{reply}\r\n").as_bytes()).await;
        let _ = stream.flush().await;
        reply
    }
}
