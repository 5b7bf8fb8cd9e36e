//! A provisioning storm: several callers create, change, look up and delete people and fill groups, as a directory does
//! in its first cycle, and record the answers.

use crate::{
    client::Client,
    ledger::{Ledger, State},
};
use anyhow::{Result, ensure};
use hyper::StatusCode;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};

/// How many people join a group in one call.
const JOINING: usize = 20;

/// How long the server may take to recover once its database works again. Connections wait for up to three seconds.
pub(crate) const RECOVERY: Duration = Duration::from_secs(30);

/// What the callers do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manners {
    /// They wait for every answer.
    Patient,
    /// They hang up before every third answer.
    Rude,
}

/// Callers at work.
pub(crate) struct Storm {
    stop: Arc<AtomicBool>,
    callers: JoinSet<()>,
}

impl Storm {
    /// Starts this many callers. Names contain the round, so that no two rounds share one.
    pub(crate) fn start(
        port: u16,
        token: &str,
        ledger: &Ledger,
        (round, seed): (u64, u64),
        callers: u64,
        manners: Manners,
    ) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let mut all = JoinSet::new();
        for number in 0..callers {
            let caller = Caller {
                client: Client::new(port, token),
                ledger: ledger.clone(),
                random: StdRng::seed_from_u64(seed ^ (round << 8) ^ number),
                prefix: format!("{round}-{number}"),
                tried: 0,
                people: Vec::new(),
                loose: Vec::new(),
                joined: 0,
                manners,
            };
            all.spawn(caller.run(stop.clone()));
        }
        Self { stop, callers: all }
    }

    /// Asks the callers to stop after their present call, and waits for them.
    pub(crate) async fn end(self) {
        self.stop.store(true, Ordering::Relaxed);
        self.callers.join_all().await;
    }
}

struct Caller {
    client: Client,
    ledger: Ledger,
    random: StdRng,
    prefix: String,
    /// How many people it has tried to create.
    tried: u64,
    /// The people that it has created.
    people: Vec<String>,
    /// Those who are in no group yet.
    loose: Vec<String>,
    joined: u64,
    manners: Manners,
}

impl Caller {
    /// Calls until it is asked to stop. A patient caller that gets no answer ends; a rude one no longer touches a
    /// person or group whose state it does not know.
    async fn run(mut self, stop: Arc<AtomicBool>) {
        if self.make_group().await.is_none() && self.manners == Manners::Patient {
            return;
        }
        while !stop.load(Ordering::Relaxed) {
            let went_on = match self.random.random_range(0..100) {
                _ if self.people.is_empty() => self.create().await,
                0..60 => self.change().await,
                60..80 => self.create().await,
                80..93 => self.look_up().await,
                93..95 => self.delete().await,
                _ => self.join().await,
            };
            if went_on.is_none() && self.manners == Manners::Patient {
                return;
            }
        }
    }

    fn group(&self) -> String {
        format!("group-{}", self.prefix)
    }

    async fn make_group(&mut self) -> Option<()> {
        let name = self.group();
        let body = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": name});
        self.write(&name, State::At(0), "POST", "/Groups", Some(&body)).await.map(drop)
    }

    async fn create(&mut self) -> Option<()> {
        let name = format!("person-{}-{}", self.prefix, self.tried);
        self.tried += 1;
        if self.write(&name, State::At(0), "POST", "/Users", Some(&person(&name, 0))).await? {
            self.people.push(name.clone());
            self.loose.push(name);
        }
        Some(())
    }

    /// Changes three attributes at once, all to the same number.
    async fn change(&mut self) -> Option<()> {
        let name = self.one()?;
        let State::At(before) = self.ledger.state(&name) else { return Some(()) };
        let path = format!("/Users/{}", self.ledger.id(&name)?);
        let n = (before + 1).to_string();
        let replace = |path: &str, value: &str| json!({"op": "replace", "path": path, "value": value});
        let operations = [
            replace("title", &n),
            replace("nickName", &n),
            replace("emails[type eq \"work\"].value", &format!("{n}@corp.example")),
        ];
        let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations});
        self.write(&name, State::At(before + 1), "PATCH", &path, Some(&body)).await.map(drop)
    }

    async fn look_up(&mut self) -> Option<()> {
        let path = format!("/Users?filter=userName+eq+%22{}%22", self.one()?);
        self.client.call("GET", &path, None).await.ok().map(drop)
    }

    async fn delete(&mut self) -> Option<()> {
        let Some(name) = self.loose.pop().filter(|name| self.ledger.is_certain(name)) else { return Some(()) };
        let path = format!("/Users/{}", self.ledger.id(&name)?);
        self.write(&name, State::Absent, "DELETE", &path, None).await.map(drop)
    }

    /// Puts the next people into the group, all at once.
    async fn join(&mut self) -> Option<()> {
        self.loose.retain(|name| self.ledger.is_certain(name));
        if self.loose.len() < JOINING || !self.ledger.is_certain(&self.group()) {
            return Some(());
        }
        let joining = self.loose.split_off(self.loose.len() - JOINING);
        let members: Vec<Value> = joining.iter().map(|name| json!({"value": self.ledger.id(name)})).collect();
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{"op": "add", "path": "members", "value": members}],
        });
        let (name, state) = (self.group(), State::At(self.joined + 1));
        let path = format!("/Groups/{}", self.ledger.id(&name)?);
        if self.write(&name, state, "PATCH", &path, Some(&body)).await? {
            self.joined += 1;
        }
        Some(())
    }

    /// One of the people whose state is known.
    fn one(&mut self) -> Option<String> {
        self.people.retain(|name| self.ledger.is_certain(name));
        let at = self.random.random_range(0..self.people.len().max(1));
        self.people.get(at).cloned()
    }

    /// Sends a call that changes something. Returns whether the server acknowledged it; `None` if there was no answer.
    async fn write(&mut self, name: &str, to: State, method: &str, path: &str, body: Option<&Value>) -> Option<bool> {
        self.ledger.sent(name, to);
        let hangs_up = self.manners == Manners::Rude && self.random.random_range(0..3) == 0;
        let patience = Duration::from_micros(self.random.random_range(0..6_000));
        let answer = if hangs_up {
            timeout(patience, self.client.call(method, path, body)).await.ok()
        } else {
            Some(self.client.call(method, path, body).await)
        };
        match answer {
            Some(Ok((status, answer))) if status.is_success() => {
                self.ledger.acknowledged(name, answer["id"].as_str());
                Some(true)
            }
            // The database is gone: whether the commit succeeded before that is not known.
            Some(Ok((StatusCode::SERVICE_UNAVAILABLE | StatusCode::INTERNAL_SERVER_ERROR, _)) | Err(_)) | None => {
                self.ledger.unanswered();
                None
            }
            Some(Ok(_)) => {
                self.ledger.refused(name);
                Some(false)
            }
        }
    }
}

fn person(name: &str, n: u64) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name, "externalId": format!("x-{name}"),
        "displayName": format!("Person {name}"), "active": true, "title": n.to_string(), "nickName": n.to_string(),
        "emails": [{"type": "work", "primary": true, "value": format!("{n}@corp.example")}],
    })
}

/// What the server has under a name: its id, and its state. The outer `None` means no answer, the inner one a partial
/// change.
pub(crate) async fn find(client: &mut Client, name: &str) -> Option<(Option<String>, Option<State>)> {
    let is_group = name.starts_with("group-");
    let path = if is_group {
        format!("/Groups?filter=displayName+eq+%22{name}%22")
    } else {
        format!("/Users?filter=userName+eq+%22{name}%22")
    };
    let (status, list) = client.call("GET", &path, None).await.ok()?;
    let found = &list["Resources"][0];
    match (status, list["totalResults"].as_u64()?) {
        (StatusCode::OK, 0) => Some((None, Some(State::Absent))),
        (StatusCode::OK, 1) => {
            let state = if is_group { filled(found) } else { changed(found) };
            Some((found["id"].as_str().map(str::to_owned), state))
        }
        _ => None,
    }
}

/// The same, retried while the server gives up connections to a database that has gone.
pub(crate) async fn ask(client: &mut Client, name: &str) -> Result<(Option<String>, Option<State>)> {
    let began = Instant::now();
    loop {
        match find(client, name).await {
            Some(found) => return Ok(found),
            None => ensure!(began.elapsed() < RECOVERY, "no answer about {name}"),
        }
        sleep(Duration::from_millis(50)).await;
    }
}

/// How often people have joined a group; `None` where some of a call's people are there and some are not.
fn filled(group: &Value) -> Option<State> {
    let members = group["members"].as_array().map_or(0, Vec::len);
    members.is_multiple_of(JOINING).then(|| State::At(u64::try_from(members / JOINING).unwrap_or_default()))
}

/// How often a person was changed; `None` if the attributes disagree.
fn changed(person: &Value) -> Option<State> {
    let n: u64 = person["title"].as_str()?.parse().ok()?;
    let agree = person["nickName"] == person["title"]
        && person["emails"][0]["value"].as_str() == Some(&format!("{n}@corp.example"));
    agree.then_some(State::At(n))
}
