//! An emergency on the real binary: how long the rescue takes after a crash, and what a flood of guesses does to others.
//!
//! `cargo bench -p server --bench emergency [-- rescue | flood] [--seconds 180]`; with `--profile dev` for a quick look.
//! The binary is the one of the same build, or the one that `POSTERN_BIN` names.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark that cannot go on should stop")]

mod flood;
mod guessers;
mod people;
mod rescue;
#[path = "../support/mod.rs"]
mod support;

use std::time::Duration;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let seconds = arguments.iter().skip_while(|argument| *argument != "--seconds").nth(1);
    let seconds = seconds.map_or(180, |seconds| seconds.parse().expect("--seconds takes a number"));
    let asked = |name: &str| arguments.iter().any(|argument| argument == name);
    let all = !asked("rescue") && !asked("flood");
    if all || asked("rescue") {
        rescue::run().await;
    }
    if all || asked("flood") {
        flood::run(Duration::from_secs(seconds)).await;
    }
}
