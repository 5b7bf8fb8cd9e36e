//! One of the two servers, and a connection to it.

use crate::support::{
    Server,
    http::{Answer, Http, with_body},
};
use serde_json::Value;
use std::{net::Ipv4Addr, process::Command};

/// A server that is measured.
pub(crate) struct Subject {
    pub(crate) server: Server,
    http: Http,
    caller: Caller,
}

/// Writes requests for a server.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) port: u16,
    fields: String,
}

/// A SCIM call: method, path below the prefix, body.
pub(crate) type Call = (&'static str, String, Option<Value>);

impl Caller {
    /// The bytes of a call.
    pub(crate) fn request(&self, (method, path, body): &Call) -> Vec<u8> {
        let body = body.as_ref().map_or_else(String::new, Value::to_string);
        with_body(method, self.port, &format!("/scim/v2{path}"), &self.fields, &body)
    }

    /// A new connection from an address of this machine.
    pub(crate) async fn connect(&self, from: Ipv4Addr) -> Http {
        Http::connect(from, self.port).await.unwrap()
    }
}

impl Subject {
    /// Connects to a server.
    pub(crate) async fn new(server: Server, token: &str) -> Self {
        let fields = format!("Authorization: Bearer {token}\r\nContent-Type: application/scim+json\r\n");
        let caller = Caller { port: server.port, fields };
        Self { http: caller.connect(Ipv4Addr::LOCALHOST).await, server, caller }
    }

    /// The bare server on its own copy of a database: this program again.
    pub(crate) async fn bare(url: &str, token: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args([crate::BARE, url]);
        Self::new(Server::run(command), token).await
    }

    /// The writer of requests for it.
    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Makes a call from its bytes.
    pub(crate) async fn send(&mut self, request: &[u8]) -> Answer {
        let answer = self.http.call(request).await.unwrap();
        let line = request.split(|byte| *byte == b'\r').next().unwrap_or_default();
        let what = || (String::from_utf8_lossy(line), String::from_utf8_lossy(&answer.body));
        assert!((200..300).contains(&answer.status), "{}: {:?}", answer.status, what());
        answer
    }

    /// Makes a call that may be refused, and returns the status.
    pub(crate) async fn status(&mut self, request: &[u8]) -> u16 {
        self.http.call(request).await.unwrap().status
    }

    /// Makes a call and reads its answer.
    pub(crate) async fn json(&mut self, method: &'static str, path: &str, body: Option<Value>) -> Value {
        let request = self.caller.request(&(method, path.to_owned(), body));
        serde_json::from_slice(&self.send(&request).await.body).unwrap()
    }
}
