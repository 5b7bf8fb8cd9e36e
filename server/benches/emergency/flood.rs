//! A flood of guesses: its effect on the directory, on the rescuer and on the server.

use crate::{
    guessers::{self, Tally},
    people::{Directory, Rescuer},
    support::{Server, postern, rss},
};
use std::{
    fs::{self, File},
    net::Ipv4Addr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::{
    task::JoinHandle,
    time::{MissedTickBehavior, interval, sleep},
};

const USERS: usize = 500;
/// Look-ups a second.
const LOOK_UPS: u32 = 20;
const KNOWN_EVERY: Duration = Duration::from_secs(10);
const FRESH_EVERY: Duration = Duration::from_secs(20);

pub(crate) async fn run(time: Duration) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/postern.db", folder.path().display());
    let rescuer = Rescuer::by(&url, &["break-glass", "create", "gate", "--sheet"]);
    postern(&url, &["scim", "enable"]);
    let token = postern(&url, &["token", "create", "--name", "bench"]);
    let log = folder.path().join("log");
    // As shipped: a log line for each request.
    let server = Server::start(&url, ("info", File::create(&log).unwrap().into()));
    let port = server.port;
    let mut directory = Directory::connect(&server, &token).await;
    directory.create(USERS, true).await;
    let (device, _) = rescuer.get_in(port, Ipv4Addr::LOCALHOST, None).await;
    let idle_time = (time / 6).clamp(Duration::from_secs(5), Duration::from_secs(30));
    let idle = look_ups(directory, idle_time).await;
    let (idle_rss, logged, cpu) = (server.rss(), size(&log), server.cpu());

    let (began, memory) = (Instant::now(), Memory::watch(server.id()));
    let guessers = guessers::start(port, &rescuer.name, time);
    let known = tokio::spawn(known(rescuer.clone(), port, device, time));
    let fresh = tokio::spawn(fresh(rescuer, port, time));
    let during = look_ups(Directory::connect(&server, &token).await, time).await;
    let (known, fresh) = (known.await.unwrap(), fresh.await.unwrap());
    let tally = tokio::task::spawn_blocking(|| guessers.join().unwrap()).await.unwrap();
    let elapsed = began.elapsed().as_secs_f64();
    let largest = memory.largest();

    print_tally(&tally, time);
    println!(
        "  memory: idle {idle_rss:.0} MiB, largest {largest:.0} MiB, {:+.0} MiB (46 MiB each hash)",
        largest - idle_rss
    );
    let (cpu, own) = ((server.cpu() - cpu) / elapsed, tally.cpu / elapsed);
    println!("  CPU: server {cpu:.2} cores, those who guess {own:.2} cores; log {:.1} MiB", size(&log) - logged);
    print_look_ups("look-up, idle", &idle);
    print_look_ups("look-up, flood", &during);
    let ratio = |part: f64| quantile(&during.times, part) / quantile(&idle.times, part);
    println!("  look-ups: p50 × {:.2}, p99 × {:.2}", ratio(0.5), ratio(0.99));
    print_people("known device", &known);
    print_people("new address", &fresh);
}

/// Watches a process's memory, until the largest value is requested.
struct Memory {
    largest: Arc<Mutex<f64>>,
    task: JoinHandle<()>,
}

impl Memory {
    fn watch(process: u32) -> Self {
        let largest = Arc::new(Mutex::new(0.0));
        let seen = largest.clone();
        let task = tokio::spawn(async move {
            loop {
                note(&seen, rss(process));
                sleep(Duration::from_millis(50)).await;
            }
        });
        Self { largest, task }
    }

    fn largest(self) -> f64 {
        self.task.abort();
        *self.largest.lock().unwrap()
    }
}

fn note(largest: &Mutex<f64>, now: f64) {
    let mut largest = largest.lock().unwrap();
    *largest = largest.max(now);
}

fn size(log: &std::path::Path) -> f64 {
    fs::metadata(log).unwrap().len() as f64 / 1024.0 / 1024.0
}

/// The time of each look-up, the quickest first, and how many were refused.
struct LookUps {
    times: Vec<Duration>,
    refused: usize,
}

async fn look_ups(mut directory: Directory, time: Duration) -> LookUps {
    let mut turns = interval(Duration::from_secs(1) / LOOK_UPS);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (began, mut done) = (Instant::now(), LookUps { times: Vec::new(), refused: 0 });
    for n in 0.. {
        turns.tick().await;
        if began.elapsed() >= time {
            break;
        }
        match directory.look_up(n * 7 % USERS).await {
            Some(time) => done.times.push(time),
            None => done.refused += 1,
        }
    }
    done.times.sort();
    done
}

/// The time of each sign-in, and how many answers were refusals.
type Ways = Vec<(Duration, u32)>;

async fn known(rescuer: Rescuer, port: u16, mut device: String, time: Duration) -> Ways {
    let (began, mut turns, mut ways) = (Instant::now(), interval(KNOWN_EVERY), Ways::new());
    while began.elapsed() < time {
        turns.tick().await;
        let start = Instant::now();
        let (cookie, refused) = rescuer.get_in(port, Ipv4Addr::new(127, 90, 0, 7), Some(&device)).await;
        ways.push((start.elapsed(), refused));
        device = cookie;
    }
    ways
}

/// Sign-ins from networks that are new to the server, at a fixed pace: one that waits does not hold up the next.
async fn fresh(rescuer: Rescuer, port: u16, time: Duration) -> Ways {
    let (began, mut turns, mut all) = (Instant::now(), interval(FRESH_EVERY), tokio::task::JoinSet::new());
    for n in 0.. {
        turns.tick().await;
        if began.elapsed() >= time {
            break;
        }
        let rescuer = rescuer.clone();
        all.spawn(async move {
            let start = Instant::now();
            let (_, refused) = rescuer.get_in(port, Ipv4Addr::new(127, 100, n, 7), None).await;
            (start.elapsed(), refused)
        });
    }
    all.join_all().await
}

fn print_tally(tally: &Tally, time: Duration) {
    let rate = tally.sent as f64 / time.as_secs_f64();
    println!("flood: {} tries in {time:?}, {rate:.0}/s; answers by status (0: none): {:?}", tally.sent, tally.answers);
    println!("  guesses that got in: {}", tally.answers.get(&303).unwrap_or(&0));
}

fn quantile(times: &[Duration], part: f64) -> f64 {
    times[((times.len() - 1) as f64 * part).round() as usize].as_secs_f64() * 1e3
}

fn print_look_ups(what: &str, LookUps { times, refused }: &LookUps) {
    let at = |part| quantile(times, part);
    let (median, high, most) = (at(0.5), at(0.99), at(1.0));
    println!(
        "  {what:<16} p50 {median:>7.1} ms   p99 {high:>7.1} ms   max {most:>7.1} ms   of {}, {refused} refused",
        times.len()
    );
}

fn print_people(who: &str, ways: &[(Duration, u32)]) {
    let slowest = ways.iter().map(|(time, _)| time.as_secs_f64()).fold(0.0, f64::max);
    let refused = ways.iter().map(|(_, refused)| *refused).max().unwrap_or_default();
    let at_once = ways.iter().filter(|(_, refused)| *refused == 0).count();
    println!(
        "  {who:<16} to a session: {slowest:.2} s at most, refused {refused} times at most, {at_once}/{} never",
        ways.len()
    );
}
