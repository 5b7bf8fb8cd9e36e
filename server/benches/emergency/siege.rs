//! A hostile caller does its worst, one attack after the other, while people need to get in.

use crate::{
    attackers::{self, Attack},
    people::{Directory, Rescuer},
    support::{Server, postern, rss},
};
use std::{
    net::Ipv4Addr,
    process::Stdio,
    time::{Duration, Instant},
};
use tokio::{task::JoinSet, time::sleep};

/// How often an administrator signs in from a browser that has signed in before, and from one that has not.
const KNOWN_EVERY: Duration = Duration::from_secs(1);
const FRESH_EVERY: Duration = Duration::from_secs(3);
/// How long memory use may take to return to normal.
const CALM: Duration = Duration::from_secs(60);
/// The goals.
const KNOWN: Duration = Duration::from_secs(2);
const FRESH: Duration = Duration::from_secs(10);

/// Runs every attack for this long on a fresh database with this many users: SQLite, or the Postgres that
/// `POSTERN_BENCH_POSTGRES` names, which must be empty.
pub(crate) async fn run(users: usize, time: Duration) {
    let folder = tempfile::tempdir().unwrap();
    let postgres = std::env::var("POSTERN_BENCH_POSTGRES").ok();
    let name = if postgres.is_some() { "Postgres" } else { "SQLite" };
    let url = postgres.unwrap_or_else(|| format!("sqlite://{}/postern.db", folder.path().display()));
    let rescuer = Rescuer::by(&url, &["break-glass", "create", "gate", "--sheet"]);
    postern(&url, &["scim", "enable"]);
    let token = postern(&url, &["token", "create", "--name", "honest"]);
    let mut server = start(&url);
    println!("siege on {name}: {users} users, each attack for {time:?}");
    create(&server, &token, users).await;
    let (mut device, _) = rescuer.get_in(server.port, Ipv4Addr::LOCALHOST, None).await;
    for attack in Attack::ALL {
        // A token of its own: one that has used up its budget does no more harm.
        let token = postern(&url, &["token", "create", "--name", attack.name()]);
        let prepared = attackers::prepare(attack, server.port, &token).await;
        let began = Instant::now();
        let attackers = attackers::start(prepared, time);
        let (known, fresh, peak) = tokio::join!(
            sign_ins(&rescuer, server.port, Some(device.clone()), KNOWN_EVERY, time),
            sign_ins(&rescuer, server.port, None, FRESH_EVERY, time),
            peak(&server, time),
        );
        let answers = tokio::task::spawn_blocking(|| attackers.join().unwrap()).await.unwrap();
        println!("{}: {:.0} s; answers by status (0: none): {answers:?}", attack.name(), began.elapsed().as_secs_f64());
        print("known browser", &known, KNOWN);
        print("new browser", &fresh, FRESH);
        sleep(CALM).await;
        println!("  memory: {peak:.0} MiB at most, {:.0} MiB a minute later", rss(server.id()));
        // The next attack finds the server in the same state as the first.
        server.kill();
        server = start(&url);
        device = rescuer.get_in(server.port, Ipv4Addr::LOCALHOST, Some(&device)).await.0;
    }
}

fn start(url: &str) -> Server {
    let proxy = format!("{}/32", attackers::PROXY);
    Server::start_with(url, ("warn", Stdio::null()), &["--trusted-proxy", &proxy])
}

async fn create(server: &Server, token: &str, users: usize) {
    let mut all = JoinSet::new();
    for part in 0..16 {
        let mut directory = Directory::connect(server, token).await;
        all.spawn(async move { directory.create_some((part..users).step_by(16), true).await });
    }
    all.join_all().await;
}

/// The time of each sign-in, with as many attempts as it takes, until the console answers. One that waits does not hold
/// up the next.
async fn sign_ins(
    rescuer: &Rescuer,
    port: u16,
    device: Option<String>,
    every: Duration,
    time: Duration,
) -> Vec<Duration> {
    let (began, mut all) = (Instant::now(), JoinSet::new());
    // The attack reaches its height after a moment.
    sleep(Duration::from_secs(2)).await;
    for n in 0.. {
        if began.elapsed() >= time {
            break;
        }
        let (rescuer, device) = (rescuer.clone(), device.clone());
        all.spawn(async move {
            let (start, from) = (Instant::now(), Ipv4Addr::new(127, if device.is_some() { 90 } else { 100 }, n, 7));
            rescuer.get_in(port, from, device.as_deref()).await;
            start.elapsed()
        });
        sleep(every).await;
    }
    let mut times = all.join_all().await;
    times.sort();
    times
}

async fn peak(server: &Server, time: Duration) -> f64 {
    let (began, mut peak) = (Instant::now(), 0.0_f64);
    while began.elapsed() < time {
        peak = peak.max(rss(server.id()));
        sleep(Duration::from_millis(50)).await;
    }
    peak
}

fn print(who: &str, times: &[Duration], goal: Duration) {
    let at = |part: f64| times[((times.len() - 1) as f64 * part).round() as usize].as_secs_f64();
    let verdict = if at(0.99) <= goal.as_secs_f64() { "met" } else { "MISSED" };
    println!(
        "  {who:<14} p50 {:>6.2} s   p99 {:>6.2} s   of {}   goal {goal:?}: {verdict}",
        at(0.5),
        at(0.99),
        times.len()
    );
}
