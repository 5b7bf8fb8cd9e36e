//! Filters and orders, with and without an index, on the product alone, and the effect of the worst of them on other
//! calls.

use crate::{
    people::{self, People},
    subject::{Caller, Subject},
    table::Table,
};
use std::{
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

const CALLS: usize = 1_000;
const TIME: Duration = Duration::from_secs(5);
/// This many clients send filters that no index answers.
const CLIENTS: usize = 8;
/// The product allows each address 64 connections, and another one is open.
const ELSEWHERE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
/// A value that no user has: all users are read, up to the limit.
const WORST: &str = "/Users?filter=locale+eq+%22x%22";

/// Measures how long a call takes, alone and next to others.
pub(crate) async fn measure(subject: &mut Subject, people: &People, table: &mut Table) {
    let users = people.users;
    let named = |n| format!("%22Person%20{}%22", people::digits(people.somebody(n)));
    let name = |n| people::user_name(people.somebody(n));
    let calls: [(&str, &dyn Fn(usize) -> String); 6] = [
        ("filter by `name.formatted`, indexed", &|n| format!("/Users?filter=name.formatted+eq+{}", named(n))),
        ("the same with `locale eq null`, looked at", &|n| {
            format!("/Users?filter=name.formatted+eq+{}+and+locale+eq+null", named(n))
        }),
        ("`userName sw` of 1 in 1,000, with `locale eq null`", &|n| {
            format!("/Users?filter=userName+sw+%22{}%22+and+locale+eq+null&count=10", &name(n)[..9])
        }),
        ("filter by `locale`, all are looked at or `tooMany`", &|_| WORST.to_owned()),
        ("page of 100 sorted by `name.formatted`", &|_| "/Users?sortBy=name.formatted&count=100".to_owned()),
        ("page of 100 sorted by `emails`, or `tooMany`", &|_| "/Users?sortBy=emails&count=100".to_owned()),
    ];
    for (what, path) in calls {
        let found = times(subject, path).await;
        table.add_times(what, users, &found);
    }
    let get = |n| format!("/Users/{}", people.id(people.somebody(n)));
    let idle = times(subject, &get).await;
    table.add_times("GET by id, alone", users, &idle);
    let stop = Arc::new(AtomicBool::new(false));
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        clients.spawn(ask(subject.caller().clone(), stop.clone()));
    }
    let busy = times(subject, &get).await;
    stop.store(true, Ordering::Relaxed);
    let asked: usize = clients.join_all().await.into_iter().sum();
    table.add_times(&format!("GET by id, beside {CLIENTS} clients that filter by `locale`"), users, &busy);
    eprintln!("note: {asked} such filters were answered meanwhile");
}

async fn ask(caller: Caller, stop: Arc<AtomicBool>) -> usize {
    let (mut http, mut asked) = (caller.connect(ELSEWHERE).await, 0);
    while !stop.load(Ordering::Relaxed) {
        http.call(&caller.request(&("GET", WORST.to_owned(), None))).await.unwrap();
        asked += 1;
    }
    asked
}

/// Times of calls one after the other, the shortest first, and the status of the last.
pub(crate) struct Times {
    pub(crate) sorted: Vec<Duration>,
    pub(crate) status: u16,
}

async fn times(subject: &mut Subject, path: &dyn Fn(usize) -> String) -> Times {
    let (started, mut sorted, mut status) = (Instant::now(), Vec::new(), 0);
    while sorted.len() < CALLS && started.elapsed() < TIME {
        let request = subject.caller().request(&("GET", path(sorted.len()), None));
        let began = Instant::now();
        status = subject.status(&request).await;
        sorted.push(began.elapsed());
    }
    sorted.sort();
    Times { sorted, status }
}
