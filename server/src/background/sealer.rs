//! Seals the audit log: concurrent units of work leave their events without a number and a hash, which follow within a
//! second. Every server on a database does this; the store ensures that they take turns.

use domain::Env;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval, sleep};

/// How often to look for events to seal.
const PERIOD: Duration = Duration::from_millis(250);

/// How long to wait after a failure.
const PAUSE: Duration = Duration::from_secs(2);

/// Seals until the process ends: any other process will seal what is left by then.
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

/// Seals what has been committed so far. Returns false if that failed.
pub(crate) async fn finish(env: &Env) -> bool {
    let settled = env.store.settle().await;
    if let Err(error) = &settled {
        tracing::error!(error = error as &dyn std::error::Error, "the audit log could not be sealed");
    }
    settled.is_ok()
}
