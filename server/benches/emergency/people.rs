//! The users of the server: the rescuer and the directory.

use crate::support::{
    Server,
    http::{Answer, Http, get, sign_in, with_body},
    postern,
};
use serde_json::json;
use std::{
    net::Ipv4Addr,
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// A break-glass account.
#[derive(Clone)]
pub(crate) struct Rescuer {
    pub(crate) name: String,
    pub(crate) secret: String,
}

impl Rescuer {
    /// Creates an account, or with the words `break-glass recover`, a way into one.
    pub(crate) fn by(url: &str, arguments: &[&str]) -> Self {
        let printed = postern(url, arguments);
        let field =
            |name: &str| printed.lines().find_map(|line| line.trim().strip_prefix(name)).unwrap().trim().to_owned();
        Self { name: field("Name"), secret: field("Secret") }
    }

    /// Signs in from an address and opens the console, with as many attempts as it takes and the pauses that the server
    /// asks for. Returns the device's cookie, and how many attempts were refused.
    pub(crate) async fn get_in(&self, port: u16, from: Ipv4Addr, device: Option<&str>) -> (String, u32) {
        let (mut refused, mut signed_in): (u32, Option<(String, String)>) = (0, None);
        loop {
            let answer = match &signed_in {
                None => self.try_once(port, from, device).await,
                Some((session, _)) => open(port, from, session).await,
            };
            match (answer.status, signed_in.take()) {
                (200, Some((_, device))) => return (device, refused),
                (303, None) => {
                    let cookie = |name| answer.cookie(name).expect("both cookies are set").to_owned();
                    signed_in = Some((cookie("postern"), cookie("postern-device")));
                }
                (429 | 503, before) => {
                    signed_in = before;
                    refused += 1;
                    let wait = answer.field("retry-after").map_or(1, |seconds| seconds.parse().unwrap());
                    sleep(Duration::from_secs(wait)).await;
                }
                (other, _) => panic!("the right secret was answered {other}"),
            }
        }
    }

    async fn try_once(&self, port: u16, from: Ipv4Addr, device: Option<&str>) -> Answer {
        let mut connection = Http::connect(from, port).await.unwrap();
        connection.call(&sign_in(port, &self.name, &self.secret, device)).await.unwrap()
    }
}

async fn open(port: u16, from: Ipv4Addr, session: &str) -> Answer {
    let request = get(port, "/admin/users", &format!("Cookie: postern={session}\r\n"));
    Http::connect(from, port).await.unwrap().call(&request).await.unwrap()
}

/// A directory with a token.
pub(crate) struct Directory {
    connection: Http,
    port: u16,
    fields: String,
}

impl Directory {
    pub(crate) async fn connect(server: &Server, token: &str) -> Self {
        let connection = Http::connect(Ipv4Addr::LOCALHOST, server.port).await.unwrap();
        let fields = format!("Authorization: Bearer {token}\r\nContent-Type: application/scim+json\r\n");
        Self { connection, port: server.port, fields }
    }

    /// Creates users.
    pub(crate) async fn create(&mut self, count: usize, is_active: bool) {
        self.create_some(0..count, is_active).await;
    }

    /// Creates the users with these numbers.
    pub(crate) async fn create_some(&mut self, numbers: impl Iterator<Item = usize>, is_active: bool) {
        for n in numbers {
            let user = json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": user_name(n),
                "displayName": format!("Person {n}"), "active": is_active,
            });
            let request = with_body("POST", self.port, "/scim/v2/Users", &self.fields, &user.to_string());
            assert_eq!(self.connection.call(&request).await.unwrap().status, 201);
        }
    }

    /// Looks one user up, and returns how long that took; `None` if it was refused.
    pub(crate) async fn look_up(&mut self, n: usize) -> Option<Duration> {
        let path = format!("/scim/v2/Users?filter=userName+eq+%22{}%22", user_name(n));
        let request = get(self.port, &path, &self.fields);
        let began = Instant::now();
        let answer = self.connection.call(&request).await.unwrap();
        (answer.status == 200).then(|| began.elapsed())
    }
}

fn user_name(n: usize) -> String {
    format!("person{n}@corp.example")
}
