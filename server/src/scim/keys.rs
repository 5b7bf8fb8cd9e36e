//! Renews the keys of users, by which filters find them, after an upgrade or an undo.

use super::mapping;
use domain::{Env, Error};
use std::time::{Duration, Instant};
use tokio::time::{interval, sleep};

/// How often to check whether any are outdated.
const EVERY: Duration = Duration::from_secs(1);

/// Renews keys whenever some are outdated.
pub(crate) async fn keep(env: Env) {
    let mut ticks = interval(EVERY);
    loop {
        ticks.tick().await;
        match renew(&env).await {
            Ok(0) => {}
            Ok(users) => tracing::info!(users, "the keys of users were renewed"),
            // Writes of directories are refused, too, and that is reported elsewhere.
            Err(Error::NoRoom | Error::Unavailable(_)) => {}
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the keys of users could not be renewed");
            }
        }
    }
}

/// Continues until none are left, and leaves half of the time to others.
async fn renew(env: &Env) -> domain::Result<u64> {
    let mut users = 0;
    loop {
        let began = Instant::now();
        match domain::keys::renew(env, mapping::found).await? {
            0 => return Ok(users),
            some => users += some,
        }
        sleep(began.elapsed()).await;
    }
}
