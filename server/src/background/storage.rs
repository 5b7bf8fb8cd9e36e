//! Looks after the database's disk while the server runs.

use domain::{Env, health::Watch};
use std::time::Duration;
use tokio::time::interval;

const PAUSE: Duration = Duration::from_secs(2);

/// Keeps a reserve if there is room for it, and alerts administrators when the database becomes read-only.
pub(crate) async fn watch(env: Env) {
    let (mut watch, mut ticks) = (Watch::default(), interval(PAUSE));
    loop {
        ticks.tick().await;
        env.store.keep_reserve().await;
        if let Err(error) = watch.look(&env).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the state of the database could not be announced"
            );
        }
    }
}
