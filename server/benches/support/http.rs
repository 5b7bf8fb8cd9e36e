//! HTTP/1.1 with as little work as possible: the client shares the machine with the server that it measures.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

/// A connection that stays open.
pub(crate) struct Http {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// The part of an answer that matters.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// As received; still in chunks if it was sent in chunks.
    pub(crate) body: Vec<u8>,
    head: String,
}

impl Http {
    /// Connects from an address of this machine's 127.0.0.0/8.
    pub(crate) async fn connect(from: Ipv4Addr, port: u16) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from((from, 0)))?;
        let stream = socket.connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 * 1024) })
    }

    /// Sends a request and reads its answer to the end.
    pub(crate) async fn call(&mut self, request: &[u8]) -> io::Result<Answer> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(answer) = whole(&self.buffer) {
                return Ok(answer);
            }
        }
    }
}

/// The answer, if its body is complete.
fn whole(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&bytes[..end]).expect("a head is text");
    let ended = match field(head, "content-length") {
        Some(length) => bytes.len() - end >= length.parse().expect("a length is a number"),
        None if field(head, "transfer-encoding").is_some() => bytes.ends_with(b"\r\n0\r\n\r\n"),
        None => true,
    };
    let status = head[9..12].parse().expect("an answer has a status");
    ended.then(|| Answer { status, body: bytes[end..].to_vec(), head: head.to_owned() })
}

/// The first header field of that name, which is in lower case as the server sends it.
fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

impl Answer {
    /// The first header field of that name, which is in lower case as the server sends it.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        field(&self.head, name)
    }

    /// The value of a cookie that was set.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        let set = self.head.lines().filter_map(|line| line.strip_prefix("set-cookie: "));
        set.filter_map(|set| set.split(';').next()?.split_once('='))
            .find(|(found, _)| *found == name)
            .map(|(_, value)| value)
    }
}

/// A request to sign in, as the form of the page sends it.
pub(crate) fn sign_in(port: u16, name: &str, secret: &str, device: Option<&str>) -> Vec<u8> {
    let cookie = device.map_or_else(String::new, |device| format!("Cookie: postern-device={device}\r\n"));
    let form = format!("name={name}&secret={secret}&next=");
    format!(
        "POST /login HTTP/1.1\r\nHost: localhost:{port}\r\nSec-Fetch-Site: same-origin\r\n{cookie}\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    )
    .into_bytes()
}

/// A request without a body; `fields` are header lines with their ends.
pub(crate) fn get(port: u16, path: &str, fields: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n{fields}\r\n").into_bytes()
}

/// A request with a body.
pub(crate) fn with_body(method: &str, port: u16, path: &str, fields: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\n{fields}Content-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}
