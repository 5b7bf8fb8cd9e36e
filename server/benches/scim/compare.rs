//! Measures one kind of call on both servers, in turns.

use crate::{
    subject::{Call, Subject},
    support::http::Answer,
};
use std::time::{Duration, Instant};

/// A tick of the CPU clock takes 10 ms, so each measurement covers many ticks or many calls.
const CALLS: usize = 5_000;
const CPU_SECONDS: f64 = 1.0;
/// How long each server is measured at a time.
const TURN: Duration = Duration::from_millis(250);
const WARM_UP: usize = 50;
/// The product writes its record of reads, and on Postgres seals the audit log, within a second after the answers.
pub(crate) const BEHIND: Duration = Duration::from_millis(1_200);

/// Makes the nth call, and may read the answer to the one before.
pub(crate) type Make<'a> = Box<dyn FnMut(usize, Option<&Answer>) -> Call + 'a>;

/// What a call costs.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    /// Microseconds of the server's CPU time.
    pub(crate) cpu: f64,
    /// The median of the time until the answer arrived, in microseconds.
    pub(crate) median: f64,
}

struct Run<'a> {
    subject: &'a mut Subject,
    make: Make<'a>,
    last: Option<Answer>,
    made: usize,
    cpu: f64,
    times: Vec<Duration>,
}

/// The cost of a call on the product and on the bare server.
pub(crate) async fn compare<'a>(subjects: &'a mut [Subject; 2], make: impl Fn() -> Make<'a>) -> [Cost; 2] {
    let mut runs = Vec::new();
    for subject in subjects {
        let mut run = Run { subject, make: make(), last: None, made: 0, cpu: 0.0, times: Vec::new() };
        for _ in 0..WARM_UP {
            run.call().await;
        }
        runs.push(run);
    }
    // Work left over from the previous call must not count for this one.
    tokio::time::sleep(BEHIND).await;
    for run in &mut runs {
        run.times.clear();
        run.cpu = run.subject.server.cpu();
    }
    while !runs.iter().all(Run::is_enough) {
        for run in &mut runs {
            run.turn().await;
        }
    }
    tokio::time::sleep(BEHIND).await;
    [runs[0].cost(), runs[1].cost()]
}

impl Run<'_> {
    async fn call(&mut self) {
        let call = (self.make)(self.made, self.last.as_ref());
        let request = self.subject.caller().request(&call);
        let started = Instant::now();
        let answer = self.subject.send(&request).await;
        self.times.push(started.elapsed());
        (self.last, self.made) = (Some(answer), self.made + 1);
    }

    fn is_enough(&self) -> bool {
        self.times.len() >= CALLS || self.subject.server.cpu() - self.cpu >= CPU_SECONDS
    }

    async fn turn(&mut self) {
        let end = Instant::now() + TURN;
        while Instant::now() < end && !self.is_enough_calls() {
            self.call().await;
        }
    }

    /// Turns end here, so that calls with numbered people cannot run out of people.
    fn is_enough_calls(&self) -> bool {
        self.times.len() >= CALLS
    }

    fn cost(&mut self) -> Cost {
        self.times.sort();
        let cpu = (self.subject.server.cpu() - self.cpu) * 1e6 / self.times.len() as f64;
        Cost { cpu, median: self.times[self.times.len() / 2].as_secs_f64() * 1e6 }
    }
}
