//! A caller of the server under test: one connection, opened again when it ends.

use anyhow::{Context, Result};
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response, StatusCode,
    body::Bytes,
    client::conn::http1::{self, SendRequest},
    header::{AUTHORIZATION, CONTENT_TYPE, HOST},
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::{net::Ipv4Addr, time::Duration};
use tokio::{net::TcpSocket, time::timeout};

/// Longer than any directory waits.
const PATIENCE: Duration = Duration::from_secs(60);

/// A SCIM client.
pub(crate) struct Client {
    port: u16,
    token: String,
    sender: Option<SendRequest<Full<Bytes>>>,
}

/// An answer: its status and its JSON, null if there is none.
pub(crate) type Answer = (StatusCode, Value);

impl Client {
    /// A client of the server on this port of the loopback address.
    pub(crate) fn new(port: u16, token: &str) -> Self {
        Self { port, token: token.to_owned(), sender: None }
    }

    /// Sends a request below `/scim/v2` and reads the answer.
    ///
    /// # Errors
    /// If there is no answer: then it is not known whether the request was carried out.
    pub(crate) async fn call(&mut self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer> {
        let request = Request::builder()
            .method(method)
            .uri(format!("/scim/v2{path}"))
            .header(HOST, format!("127.0.0.1:{}", self.port))
            .header(AUTHORIZATION, format!("Bearer {}", self.token))
            .header(CONTENT_TYPE, "application/scim+json")
            .body(Full::new(body.map(|body| Bytes::from(body.to_string())).unwrap_or_default()))?;
        let mut sender = match self.sender.take() {
            Some(sender) => sender,
            None => connect(Ipv4Addr::LOCALHOST, self.port).await?,
        };
        let exchange = async {
            let answer = sender.send_request(request).await?;
            let status = answer.status();
            let body = answer.into_body().collect().await?.to_bytes();
            anyhow::Ok((status, serde_json::from_slice(&body).unwrap_or_default()))
        };
        let answer = timeout(PATIENCE, exchange).await.context("no answer within a minute")??;
        // A server that is about to stop announces that it closes the connection.
        if sender.ready().await.is_ok() {
            self.sender = Some(sender);
        }
        Ok(answer)
    }
}

/// Sends one request from an address of this machine, and returns the answer's head.
///
/// # Errors
/// If there is no answer.
pub(crate) async fn once(from: Ipv4Addr, port: u16, request: Request<Full<Bytes>>) -> Result<Response<()>> {
    let mut sender = connect(from, port).await?;
    let answer = timeout(PATIENCE, sender.send_request(request)).await.context("no answer within a minute")??;
    Ok(answer.map(drop))
}

async fn connect(from: Ipv4Addr, port: u16) -> Result<SendRequest<Full<Bytes>>> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((from, 0).into())?;
    let stream = socket.connect((Ipv4Addr::LOCALHOST, port).into()).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // The next request notices when the connection has ended.
    tokio::spawn(connection);
    Ok(sender)
}
