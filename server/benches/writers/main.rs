//! How well writers on Postgres run in parallel: durable creates per second, from one connection and from many, and
//! from two servers on one database, with a slow commit.
//!
//! `cargo xtask bench --writers` starts a cluster that writes to the disk, as in production, and names it in
//! `POSTERN_BENCH_POSTGRES`. Each run has a database of its own; after it every acknowledged user must be there and the
//! audit log must verify. The table on standard output is Markdown.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on should stop")]

mod run;
#[path = "../support/mod.rs"]
mod support;

use run::{Run, measure};

/// The rate at many connections must be this many times the rate at one.
const MANY: f64 = 10.0;
/// The rate of two servers must be this many times the rate of one.
const TWO: f64 = 1.7;

#[tokio::main]
async fn main() {
    let cluster = std::env::var("POSTERN_BENCH_POSTGRES").expect("run this as `cargo xtask bench --writers`");
    println!("| commit | servers | connections each | creates a second | ÷ first |");
    println!("|--:|--:|--:|--:|--:|");
    let alone = measure(&cluster, Run { commit_millis: 10, servers: 1, connections: 1 }).await;
    row(10, 1, 1, alone, alone);
    for connections in [8, 64] {
        let rate = measure(&cluster, Run { commit_millis: 10, servers: 1, connections }).await;
        row(10, 1, connections, rate, alone);
        if connections == 64 {
            judge(rate / alone, MANY);
        }
    }
    let one = measure(&cluster, Run { commit_millis: 40, servers: 1, connections: 8 }).await;
    row(40, 1, 8, one, one);
    let two = measure(&cluster, Run { commit_millis: 40, servers: 2, connections: 8 }).await;
    row(40, 2, 8, two, one);
    judge(two / one, TWO);
}

fn row(commit_millis: u32, servers: u8, connections: usize, rate: f64, first: f64) {
    println!("| {commit_millis} ms | {servers} | {connections} | {rate:.0} | {:.2} |", rate / first);
}

/// Prints a warning if a figure is too low: the machine may be busy with something else.
fn judge(ratio: f64, wanted: f64) {
    if ratio < wanted {
        eprintln!("note: {ratio:.2} is less than {wanted}");
    }
}
