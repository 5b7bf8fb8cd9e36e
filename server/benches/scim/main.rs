//! The cost of a SCIM call for the server, next to the cost of the same statements in bare axum and sqlx.
//!
//! `cargo xtask bench [USERS …]`. Both servers run as separate processes on separate but equal databases, and take
//! turns, so that other load on the machine affects both. The databases are SQLite files, or are in the Postgres
//! cluster whose address is in `POSTERN_BENCH_POSTGRES`. CPU time is that of the server's process, all threads, user
//! and system; the time of Postgres itself is included only in the medians. The table on standard output is Markdown.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on should stop")]
#![expect(clippy::duplicate_mod, reason = "what talks SQL is written once and compiled for each database")]

mod compare;
mod databases;
mod filters;
mod flood;
mod people;
mod postgres;
mod rows;
mod seed;
mod sqlite;
mod subject;
#[path = "../support/mod.rs"]
mod support;
mod table;

use table::Table;

/// The sizes that are measured by default.
const SIZES: [usize; 3] = [1_000, 100_000, 1_000_000];

/// Turns this program into the bare server, on the database whose address follows.
const BARE: &str = "--bare";

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(url) = arguments.iter().skip_while(|argument| *argument != BARE).nth(1) {
        return if url.starts_with("postgres:") { postgres::serve(url).await } else { sqlite::serve(url).await };
    }
    let sizes: Vec<usize> = arguments.iter().filter_map(|argument| argument.parse().ok()).collect();
    let cluster = std::env::var("POSTERN_BENCH_POSTGRES").ok();
    let mut table = Table::default();
    for users in if sizes.is_empty() { SIZES.to_vec() } else { sizes } {
        match &cluster {
            Some(cluster) => rows::measure(postgres::InCluster::new(cluster).await, users, &mut table).await,
            None => rows::measure(sqlite::Files::new(), users, &mut table).await,
        }
    }
    println!("{}\n\n{table}", if cluster.is_some() { "Postgres" } else { "SQLite" });
}
