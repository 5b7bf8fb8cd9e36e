//! Clients that call the server over HTTP, with a connection for each request.

use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, StatusCode, body::Bytes, body::Incoming, client::conn::http1, header, http::request};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// A SCIM request; `None` if the server went away.
pub(crate) async fn request(
    port: u16,
    method: &str,
    path: &str,
    token: &str,
    body: Option<Value>,
) -> Option<(u16, Value)> {
    let body = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
    let request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {token}"));
    let response = send(port, request, body).await?;
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.ok()?.to_bytes();
    Some((status, serde_json::from_slice(&bytes).unwrap_or_default()))
}

pub(crate) async fn send(port: u16, request: request::Builder, body: Bytes) -> Option<Response<Incoming>> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
    let (mut client, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
    tokio::spawn(connection);
    let request = request.header(header::HOST, format!("localhost:{port}")).body(Full::new(body)).ok()?;
    client.send_request(request).await.ok()
}

/// A browser, with its cookies.
pub(crate) struct Browser {
    port: u16,
    cookies: Vec<(String, String)>,
}

/// The answer to a browser.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// The header fields, as received.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    /// Checks the status; prints the whole answer if it is another.
    #[track_caller]
    pub(crate) fn expect(self, status: StatusCode) -> Self {
        assert_eq!(self.status, status, "{}\n{}", self.head, self.body);
        self
    }
}

impl Browser {
    pub(crate) fn new(port: u16) -> Self {
        Self { port, cookies: Vec::new() }
    }

    /// The same browser, after the server has come back on another port.
    pub(crate) fn on(self, port: u16) -> Self {
        Self { port, ..self }
    }

    /// The value of a cookie.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.call(Request::get(path), Bytes::new()).await
    }

    /// Posts a form as one of our pages does.
    pub(crate) async fn post(&mut self, path: &str, form: &str) -> Answer {
        let request = Request::post(path)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.call(request, Bytes::from(form.to_owned())).await
    }

    pub(crate) async fn sign_in(&mut self, name: &str, secret: &str) -> Answer {
        self.post("/login", &format!("name={name}&secret={secret}&next=/admin/users")).await
    }

    /// Signs in, and checks that the console opens.
    pub(crate) async fn must_sign_in(&mut self, name: &str, secret: &str) {
        self.sign_in(name, secret).await.expect(StatusCode::SEE_OTHER);
        let page = self.get("/admin/users").await.expect(StatusCode::OK);
        assert!(page.body.contains(name), "the console knows who is there");
    }

    async fn call(&mut self, request: request::Builder, body: Bytes) -> Answer {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = if cookies.is_empty() { request } else { request.header(header::COOKIE, cookies.join("; ")) };
        let response = send(self.port, request, body).await.expect("the server answers");
        for set in response.headers().get_all(header::SET_COOKIE) {
            let (name, value) = set.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
        let (status, head) = (response.status(), format!("{:?}", response.headers()));
        let body = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, head, body: String::from_utf8_lossy(&body).into_owned() }
    }
}
