//! Five hundred guessers, from as many networks, on connections that they keep: one thread, and requests that were
//! prepared beforehand.

use crate::support::{
    cpu,
    http::{Http, sign_in},
};
use std::{
    collections::BTreeMap,
    net::Ipv4Addr,
    sync::{Arc, Mutex},
    thread::JoinHandle,
    time::Duration,
};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, sleep_until, timeout_at},
};

const NETWORKS: u16 = 500;
/// Guesses per second, all guessers together.
const RATE: u32 = 1_000;

/// The answers that they got.
#[derive(Clone, Default)]
pub(crate) struct Tally {
    pub(crate) sent: u64,
    /// Answers by status; 0 means no answer.
    pub(crate) answers: BTreeMap<u16, u64>,
    /// Seconds of CPU.
    pub(crate) cpu: f64,
}

/// Starts them. They guess for an account that exists as often as for one that does not, and every fourth sends the
/// cookie of an unknown device.
pub(crate) fn start(port: u16, known: &str, time: Duration) -> JoinHandle<Tally> {
    let known = known.to_owned();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut tally = runtime.block_on(guess(port, &known, time));
        tally.cpu = cpu("/proc/thread-self/stat");
        tally
    })
}

async fn guess(port: u16, known: &str, time: Duration) -> Tally {
    let tally = Arc::new(Mutex::new(Tally::default()));
    let (began, mut all) = (Instant::now(), JoinSet::new());
    let each = Duration::from_secs(1) * u32::from(NETWORKS) / RATE;
    for n in 0..NETWORKS {
        let from = Ipv4Addr::new(127, 1 + (n / 250) as u8, (n % 250) as u8, 7);
        let name = if n % 2 == 0 { known } else { "gate-0000" };
        let device = (n % 4 < 2 && n % 8 < 4).then_some("0123456789abcdef0123456789abcdef");
        let request = sign_in(port, name, "ABCDE-FGHJK-MNPQR-STVWX-YZ012-34567", device);
        let (tally, first) = (tally.clone(), began + each * u32::from(n) / u32::from(NETWORKS));
        all.spawn(async move {
            // A guesser that is kept waiting stops at the end.
            let _ = timeout_at(began + time, one(port, from, request, first, each, tally)).await;
        });
    }
    while all.join_next().await.is_some() {}
    let tally = tally.lock().unwrap();
    tally.clone()
}

async fn one(port: u16, from: Ipv4Addr, request: Vec<u8>, first: Instant, each: Duration, tally: Arc<Mutex<Tally>>) {
    let mut kept = None;
    for turn in 0.. {
        // At a random moment of its turn: a guesser in step with the throttle would leave gaps for others.
        sleep_until(first + each * turn + each.mul_f64(rand::random())).await;
        let mut connection = match kept.take() {
            Some(connection) => connection,
            None => match Http::connect(from, port).await {
                Ok(connection) => connection,
                Err(_) => {
                    sleep(each).await;
                    continue;
                }
            },
        };
        tally.lock().unwrap().sent += 1;
        let answer = connection.call(&request).await.ok();
        let status = answer.as_ref().map_or(0, |answer| answer.status);
        *tally.lock().unwrap().answers.entry(status).or_default() += 1;
        kept = answer.filter(|answer| answer.field("connection").is_none()).map(|_| connection);
    }
}
