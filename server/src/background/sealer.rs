//! Seals the audit log: units of work that run side by side leave their events without a number and a hash, which follow
//! within a second. Every server on a database does it; the store sees to it that they take turns.

use domain::Env;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval, sleep};

/// How often it looks for events to seal.
const PERIOD: Duration = Duration::from_millis(250);

/// How long it waits after a failure.
const PAUSE: Duration = Duration::from_secs(2);

/// Seals until the process ends: what it has not sealed by then, any other process will.
pub(crate) async fn run(env: Env) {
    let mut turns = interval(PERIOD);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        turns.tick().await;
        if !finish(&env).await {
            sleep(PAUSE).await;
        }
    }
}

/// Seals what was committed before. Returns false if that failed.
pub(crate) async fn finish(env: &Env) -> bool {
    let settled = env.store.settle().await;
    if let Err(error) = &settled {
        tracing::error!(error = error as &dyn std::error::Error, "the audit log could not be sealed");
    }
    settled.is_ok()
}
