//! Creates from many connections at once, for which group commit exists.

use crate::{
    compare::BEHIND,
    people,
    subject::{Caller, Subject},
};
use std::{
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

pub(crate) const CONNECTIONS: usize = 64;
/// The product allows each address 64 connections, and another one is open.
const ELSEWHERE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
const TIME: Duration = Duration::from_secs(5);

/// Durable creates.
pub(crate) struct Creates {
    pub(crate) made: usize,
    pub(crate) a_second: f64,
    /// Microseconds of the server's CPU time for each.
    pub(crate) cpu: f64,
}

/// Creates users from number `first` on, as fast as the server acknowledges them.
pub(crate) async fn creates(subject: &Subject, first: usize) -> Creates {
    let (next, cpu, started) = (Arc::new(AtomicUsize::new(first)), subject.server.cpu(), Instant::now());
    let mut callers = JoinSet::new();
    for _ in 0..CONNECTIONS {
        callers.spawn(create(subject.caller().clone(), next.clone(), started + TIME));
    }
    let made: usize = callers.join_all().await.into_iter().sum();
    let a_second = made as f64 / started.elapsed().as_secs_f64();
    tokio::time::sleep(BEHIND).await;
    Creates { made, a_second, cpu: (subject.server.cpu() - cpu) * 1e6 / made as f64 }
}

async fn create(caller: Caller, next: Arc<AtomicUsize>, end: Instant) -> usize {
    let (mut http, mut made) = (caller.connect(ELSEWHERE).await, 0);
    while Instant::now() < end {
        let user = people::user(next.fetch_add(1, Ordering::Relaxed));
        let answer = http.call(&caller.request(&("POST", "/Users".into(), Some(user)))).await.unwrap();
        assert_eq!(answer.status, 201);
        made += 1;
    }
    made
}
