//! A receiver of one request, on loopback.

use std::net::SocketAddr;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

/// What the receiver does after it has answered.
#[derive(Clone, Copy)]
pub(super) enum After {
    Close,
    /// Sends nothing more, and keeps the connection open.
    Hang,
    /// Sends this again and again.
    Endless(&'static str),
}

pub(super) struct Receiver {
    address: SocketAddr,
    task: JoinHandle<Request>,
}

pub(super) struct Request {
    pub(super) head: String,
    pub(super) body: String,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(found, _)| *found == name).unwrap().1
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Receiver {
    pub(super) async fn start(answer: &str, after: After) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let answer = answer.to_owned();
        let task = tokio::spawn(async move { converse(listener.accept().await.unwrap().0, &answer, after).await });
        Self { address, task }
    }

    pub(super) async fn start_tls(answer: &'static str, acceptor: TlsAcceptor) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            let stream = acceptor.accept(listener.accept().await.unwrap().0).await.unwrap();
            converse(stream, answer, After::Close).await
        });
        Self { address, task }
    }

    pub(super) fn host(&self) -> String {
        self.address.to_string()
    }

    pub(super) fn url(&self, scheme: &str) -> String {
        format!("{scheme}://{}/", self.address)
    }

    /// The request, after it has been answered.
    pub(super) async fn request(mut self) -> Request {
        (&mut self.task).await.unwrap()
    }
}

async fn converse<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, answer: &str, after: After) -> Request {
    let request = read(&mut stream).await;
    stream.write_all(answer.as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
    match after {
        After::Close => stream.shutdown().await.unwrap(),
        After::Hang => std::future::pending().await,
        After::Endless(more) => while stream.write_all(more.as_bytes()).await.is_ok() {},
    }
    request
}

async fn read<S: AsyncRead + Unpin>(stream: &mut S) -> Request {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        head.push(char::from(stream.read_u8().await.unwrap()));
    }
    let mut request = Request { head, body: String::new() };
    let length = request.header("content-length").parse().unwrap();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
    request.body = String::from_utf8(body).unwrap();
    request
}
