//! Standard Webhooks (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>).

mod secret;

use crate::{Authorities, ConfigError, Message, SendError, net, net::Endpoint, text};
use http_body_util::Full;
use hyper::{
    Request, StatusCode, Uri,
    body::Bytes,
    client::conn::http1,
    header::{CONNECTION, CONTENT_TYPE, HOST, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use secret::Secret;
use serde_json::json;
use std::pin::pin;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use url::Url;

const FORM: &str = "give the webhook's URL in full, such as https://alerts.corp.example/postern";

/// The longest head of an answer, in bytes; its body is not read at all.
const HEAD: usize = 16 * 1024;

pub(crate) struct Webhook {
    endpoint: Endpoint,
    /// Host and port as written in the URL, for the `Host` header.
    authority: String,
    target: Uri,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    secret: Secret,
}

impl Webhook {
    pub(crate) fn new(url: &str, secret: &str, authorities: &Authorities) -> Result<Self, ConfigError> {
        let url = net::parse(url, FORM)?;
        if net::has_user(&url) {
            return Err(ConfigError(
                "leave user and password out of the webhook's URL; the signature proves who sent the alert",
            ));
        }
        let endpoint = Endpoint::read(&url, url.port_or_known_default().ok_or(ConfigError(FORM))?)?;
        let tls = match url.scheme() {
            "https" => {
                let name = ServerName::try_from(endpoint.host()).map_err(|_| ConfigError(FORM))?;
                Some((TlsConnector::from(authorities.http()?), name))
            }
            "http" if endpoint.is_loopback() => None,
            "http" => return Err(ConfigError("the webhook's URL must be https; http is only for this machine")),
            _ => return Err(ConfigError(FORM)),
        };
        let target = url[url::Position::BeforePath..url::Position::AfterQuery].parse();
        Ok(Self {
            authority: authority(&url),
            endpoint,
            target: target.map_err(|_| ConfigError(FORM))?,
            tls,
            secret: Secret::read(secret)?,
        })
    }

    pub(crate) fn describe(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.authority)
    }

    pub(crate) async fn send(&self, message: &Message, now_unix_seconds: i64) -> Result<(), SendError> {
        let request = self.request(message, now_unix_seconds)?;
        let stream = self.endpoint.connect().await?;
        let status = match &self.tls {
            Some((tls, name)) => exchange(tls.connect(name.clone(), stream).await?, request).await?,
            None => exchange(stream, request).await?,
        };
        match status.as_u16() {
            200..=299 => Ok(()),
            code @ 300..=399 => Err(SendError::Redirect(code)),
            code => Err(SendError::Status(code)),
        }
    }

    fn request(&self, message: &Message, now_unix_seconds: i64) -> Result<Request<Full<Bytes>>, SendError> {
        let id = text::key(&message.id);
        let body = body(message, &id);
        Request::post(self.target.clone())
            .header(HOST, &self.authority)
            .header(USER_AGENT, "Postern")
            .header(CONNECTION, "close")
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", now_unix_seconds)
            .header("webhook-signature", self.secret.sign(&id, now_unix_seconds, &body))
            .body(body.into())
            .map_err(|_| SendError::Protocol("no HTTP request can be made from the webhook's URL; configure another"))
    }
}

fn authority(url: &Url) -> String {
    url[url::Position::BeforeHost..url::Position::AfterPort].to_owned()
}

fn body(message: &Message, id: &str) -> String {
    json!({
        "type": message.kind,
        "timestamp": message.at(),
        "data": {
            "id": id,
            "title": text::one_line(&message.title),
            "text": text::lines(&message.text).join("\n"),
            "details": message.details,
        },
    })
    .to_string()
}

/// Sends one request on a connection of its own and reads the answer's head.
async fn exchange<S>(stream: S, request: Request<Full<Bytes>>) -> Result<StatusCode, SendError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (mut sender, connection) =
        http1::Builder::new().max_buf_size(HEAD).handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let mut answer = pin!(sender.send_request(request));
    let answer = tokio::select! {
        answer = &mut answer => answer,
        // The connection may end at the same moment as the answer arrives.
        _ = connection => answer.await,
    };
    Ok(answer.map_err(broken)?.status())
}

fn broken(error: hyper::Error) -> SendError {
    if error.is_parse() {
        return SendError::Protocol("the answer is not HTTP/1.1; check the URL's port");
    }
    let io = std::error::Error::source(&error).and_then(|source| source.downcast_ref::<std::io::Error>());
    match io {
        Some(error) => error.into(),
        None => SendError::Protocol("the connection was closed before an answer came"),
    }
}

#[cfg(test)]
mod tests;
