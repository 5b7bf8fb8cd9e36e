//! Continues undos after the requests that ordered them have ended. Every server on a database does this; they take
//! turns.

use domain::{Env, undo};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// How often to look for orders.
const PERIOD: Duration = Duration::from_secs(2);

/// Runs until the process ends; the next process continues.
pub(crate) async fn run(env: Env) {
    let mut turns = interval(PERIOD);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        turns.tick().await;
        if let Err(error) = undo::go_on_with_all(&env).await {
            tracing::error!(error = &error as &dyn std::error::Error, "an undo could not continue, and is tried again");
        }
    }
}
