//! From a crash, with every user deactivated, to an administrator's session.

use crate::{
    people::{Directory, Rescuer},
    support::{Server, postern},
};
use std::{
    net::Ipv4Addr,
    process::Stdio,
    time::{Duration, Instant},
};

const ROUNDS: usize = 20;
const USERS: usize = 200;
/// The goal.
const LIMIT: Duration = Duration::from_secs(60);

pub(crate) async fn run() {
    println!("rescue: {USERS} users, all deactivated; server killed; until /admin/users answers 200");
    let (mut by_secret, mut by_code) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        by_secret.push(rescue(false).await);
        by_code.push(rescue(true).await);
    }
    print("start, secret", &mut by_secret);
    print("recover, start, code", &mut by_code);
}

async fn rescue(by_code: bool) -> Duration {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/postern.db", folder.path().display());
    let mut rescuer = Rescuer::by(&url, &["break-glass", "create", "gate", "--sheet"]);
    postern(&url, &["scim", "enable"]);
    let token = postern(&url, &["token", "create", "--name", "bench"]);
    let server = start(&url);
    Directory::connect(&server, &token).await.create(USERS, false).await;
    server.kill();
    let began = Instant::now();
    if by_code {
        rescuer = Rescuer::by(&url, &["break-glass", "recover"]);
    }
    let server = start(&url);
    rescuer.get_in(server.port, Ipv4Addr::LOCALHOST, None).await;
    began.elapsed()
}

fn start(url: &str) -> Server {
    Server::start(url, ("warn", Stdio::inherit()))
}

fn print(how: &str, times: &mut [Duration]) {
    times.sort();
    let within = times.iter().filter(|time| **time <= LIMIT).count();
    let (median, max) = (times[times.len() / 2].as_secs_f64(), times[times.len() - 1].as_secs_f64());
    println!("  {how:<24} median {median:>6.2} s   max {max:>6.2} s   {within}/{} within {LIMIT:?}", times.len());
}
