//! Counts what has happened, for the pages that show a day or a month.

use domain::{Env, store::Health, tally};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// How often to check for five minutes that have passed.
const PERIOD: Duration = Duration::from_secs(60);

/// Runs until the process ends. Every server on a database does this; a count that another has stored is left alone.
pub(crate) async fn run(env: Env) {
    let mut turns = interval(PERIOD);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        turns.tick().await;
        // While nothing can be written, there is an alert already, and what is missed is counted later.
        if env.store.health() == Health::Failing {
            continue;
        }
        if let Err(error) = tally::keep(&env).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "calls could not be counted; this is tried again"
            );
        }
    }
}
