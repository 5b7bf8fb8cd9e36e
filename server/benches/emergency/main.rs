//! An emergency on the real binary: how long the rescue takes after a crash, how a flood of guesses affects others, and
//! how people get in while a hostile caller does its worst.
//!
//! `cargo bench -p server --bench emergency -- rescue | flood | siege [--seconds 180] [--users 100000]`; with
//! `--profile dev` for a quick look. The binary is the one of the same build, or the one that `POSTERN_BIN` names.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark that cannot go on should stop")]

mod attackers;
mod flood;
mod guessers;
mod people;
mod rescue;
mod siege;
#[path = "../support/mod.rs"]
mod support;

use std::time::Duration;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let number = |name: &str| {
        let value = arguments.iter().skip_while(|argument| *argument != name).nth(1)?;
        Some(value.parse::<u32>().unwrap_or_else(|_| panic!("{name} takes a number")))
    };
    let seconds = number("--seconds");
    let asked = |name: &str| arguments.iter().any(|argument| argument == name);
    if asked("rescue") {
        rescue::run().await;
    }
    if asked("flood") {
        flood::run(Duration::from_secs(seconds.unwrap_or(180).into())).await;
    }
    if asked("siege") {
        let users = number("--users").unwrap_or(100_000).try_into().expect("a number of users");
        siege::run(users, Duration::from_secs(seconds.unwrap_or(30).into())).await;
    }
}
