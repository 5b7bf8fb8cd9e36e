//! What a SCIM call costs the server, beside what the same statements cost in bare axum and sqlx.
//!
//! `cargo xtask bench [USERS …]`. Both servers run as processes of their own, on databases of their own that are alike,
//! and take turns, so that whatever else the machine does concerns both. CPU time is that of all threads, user and
//! system. The table on standard output is Markdown.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on should stop")]

mod bare;
mod compare;
mod flood;
mod people;
mod rows;
mod seed;
mod subject;
#[path = "../support/mod.rs"]
mod support;
mod table;

use table::Table;

/// What is measured when nothing is said.
const SIZES: [usize; 3] = [1_000, 100_000, 1_000_000];

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(file) = arguments.iter().skip_while(|argument| *argument != bare::FLAG).nth(1) {
        return bare::serve(file).await;
    }
    let sizes: Vec<usize> = arguments.iter().filter_map(|argument| argument.parse().ok()).collect();
    let mut table = Table::default();
    for users in if sizes.is_empty() { SIZES.to_vec() } else { sizes } {
        rows::measure(users, &mut table).await;
    }
    print!("{table}");
}
