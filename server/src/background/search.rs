//! Writes the texts by which people are searched, for users from before an upgrade. Until all have one, a search reads
//! their names and e-mail addresses.

use domain::{Env, Error, search};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// How long to wait before the next try.
const PAUSE: Duration = Duration::from_secs(1);

/// Continues until all users have their texts, and leaves half of the time to others.
pub(crate) async fn fill(env: Env) {
    let mut users = 0;
    loop {
        let began = Instant::now();
        match search::fill(&env).await {
            Ok(None) if users == 0 => return,
            Ok(None) => return tracing::info!(users, "people can now be searched by all their details"),
            Ok(Some(some)) => {
                users += some;
                sleep(began.elapsed()).await;
            }
            // Writes of directories are refused, too, and that is reported elsewhere.
            Err(Error::NoRoom | Error::Unavailable(_)) => sleep(PAUSE).await,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the texts for searches cannot be written");
                sleep(PAUSE).await;
            }
        }
    }
}
