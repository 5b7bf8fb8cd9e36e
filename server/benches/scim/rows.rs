//! The measurements at one size.

use crate::{
    compare::{Cost, Make, compare},
    databases::Databases,
    filters,
    flood::{self, CONNECTIONS},
    people::{self, EMPTY_GROUPS, People},
    seed,
    subject::{Call, Subject},
    support::{Server, postern},
    table::Table,
};
use serde_json::{Value, json};
use std::process::Stdio;

const PAGE: usize = 100;
/// How many creates per second the product should reach, as a share of the bare server's.
const CREATES: f64 = 0.6;

/// Puts this many users into two new databases, and measures every row on them.
pub(crate) async fn measure(databases: impl Databases, users: usize, table: &mut Table) {
    let url = databases.product();
    postern(&url, &["scim", "enable"]);
    let token = postern(&url, &["token", "create", "--name", "bench"]);
    let start = async || Subject::new(Server::start(&url, ("warn", Stdio::inherit())), &token).await;
    let user_zero = seed::begin(&mut start().await).await;
    let people = databases.fill(user_zero, users).await;
    let mut subjects = [start().await, Subject::bare(&databases.bare(), &token).await];
    let [ready, idle] =
        [|server: &Server| server.ready.as_secs_f64() * 1e3, Server::rss].map(|what| both(&subjects, what));
    table.add_other("start to ready", users, ready[0], ready[1], "ms");
    table.add_other("memory at start", users, idle[0], idle[1], "MiB");
    seed::check(&mut subjects, &people, &databases).await;
    reads(&mut subjects, people, table).await;
    filters::measure(&mut subjects[0], &people, table).await;
    writes(&mut subjects, people, table).await;
    let peak = both(&subjects, Server::peak);
    table.add_other("memory under load, at most", users, peak[0], peak[1], "MiB");
    drop(subjects);
    databases.remove().await;
}

fn both(subjects: &[Subject; 2], what: impl Fn(&Server) -> f64) -> [f64; 2] {
    [what(&subjects[0].server), what(&subjects[1].server)]
}

async fn reads(subjects: &mut [Subject; 2], people: People, table: &mut Table) {
    let users = people.users;
    let get = move |n| ("GET", format!("/Users/{}", people.id(people.somebody(n))), None);
    table.add("GET by id", users, Some(compare(subjects, || each(get)).await));
    let look_up = move |n| {
        let name = people::user_name(people.somebody(n));
        ("GET", format!("/Users?filter=userName+eq+%22{name}%22"), None)
    };
    table.add("look-up by `userName`", users, Some(compare(subjects, || each(look_up)).await));
    let first = page(subjects, 1).await;
    table.add("page of 100", users, first);
    let last = page(subjects, users - PAGE + 1).await;
    table.add("last page of 100, by `startIndex`", users, last);
    table.add_ratio("last page ÷ first page", users, last, first);
    let described = subjects[0].json("GET", "/ServiceProviderConfig", None).await;
    let offered = described["pagination"]["cursor"] == true;
    let walk = if offered { Some(compare(subjects, walk).await) } else { None };
    table.add("page of 100 of a walk, by `cursor`", users, walk);
}

async fn writes(subjects: &mut [Subject; 2], people: People, table: &mut Table) {
    let users = people.users;
    let patch = move |n| {
        let operations = json!([{"op": "Replace", "path": "displayName", "value": format!("Name {n}")}]);
        ("PATCH", format!("/Users/{}", people.id(people.somebody(n))), Some(json!({"Operations": operations})))
    };
    table.add("PATCH of `displayName`", users, Some(compare(subjects, || each(patch)).await));
    let into_empty = move |n| add(people.empty_group(n).to_string(), &people, n / EMPTY_GROUPS + n);
    let empty = Some(compare(subjects, || each(into_empty)).await);
    table.add("member added to an empty group", users, empty);
    let mut crowded = None;
    if let Some(crowd) = people.crowd() {
        let into_crowd = move |n| add(crowd.to_string(), &people, n);
        crowded = Some(compare(subjects, || each(into_crowd)).await);
        table.add("member added to a group of 50,000", users, crowded);
    }
    table.add_ratio("group of 50,000 ÷ empty group", users, crowded, empty);
    let create = move |n| ("POST", "/Users".to_owned(), Some(people::user(users + n)));
    table.add("create", users, Some(compare(subjects, || each(create)).await));
    at_once(subjects, users, table).await;
}

/// Creates from many connections, and checks that all acknowledged users are there.
async fn at_once(subjects: &mut [Subject; 2], users: usize, table: &mut Table) {
    let mut rates = Vec::new();
    for subject in subjects {
        let before = total(subject).await;
        // Numbers that the previous row has not used.
        let creates = flood::creates(subject, users + 1_000_000).await;
        assert_eq!(total(subject).await - before, creates.made as u64, "what was acknowledged is there");
        rates.push(creates);
    }
    let name = format!("durable creates a second, {CONNECTIONS} connections");
    table.add_other(&name, users, rates[0].a_second, rates[1].a_second, "/s");
    let ratio = rates[0].a_second / rates[1].a_second;
    if ratio < CREATES {
        eprintln!("note: {ratio:.2} of the bare server's creates a second is less than {CREATES}");
    }
    let name = format!("create, {CONNECTIONS} connections, CPU");
    table.add_other(&name, users, rates[0].cpu, rates[1].cpu, "µs");
}

async fn total(subject: &mut Subject) -> u64 {
    subject.json("GET", "/Users?count=0", None).await["totalResults"].as_u64().unwrap()
}

async fn page(subjects: &mut [Subject; 2], start: usize) -> Option<[Cost; 2]> {
    let call = move |_| ("GET", format!("/Users?startIndex={start}&count={PAGE}"), None);
    Some(compare(subjects, || each(call)).await)
}

/// RFC 9865: starts again at the beginning if the last answer has no further cursor.
fn walk<'a>() -> Make<'a> {
    Box::new(|_, last| {
        let last: Option<Value> = last.map(|answer| serde_json::from_slice(&answer.body).unwrap());
        let cursor = last.as_ref().and_then(|page| page["nextCursor"].as_str()).unwrap_or_default();
        ("GET", format!("/Users?cursor={cursor}&count={PAGE}"), None)
    })
}

fn add(group: String, people: &People, n: usize) -> Call {
    let member = json!([{"value": people.id(people.somebody(n)).to_string()}]);
    let operations = json!([{"op": "Add", "path": "members", "value": member}]);
    ("PATCH", format!("/Groups/{group}"), Some(json!({"Operations": operations})))
}

/// Calls that do not depend on one another.
fn each<'a>(call: impl Fn(usize) -> Call + 'a) -> Make<'a> {
    Box::new(move |n, _| call(n))
}
