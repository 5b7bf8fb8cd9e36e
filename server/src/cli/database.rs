//! The database as commands open it.

use super::print::line;
use crate::{SystemClock, SystemRandom};
use domain::{Env, host::Host, store::Store};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// `patience` is how often to retry a database that another process holds, `makes` whether to create one if there is
/// none.
pub(super) async fn with_host<F>(
    url: &str,
    patience: u32,
    makes: bool,
    work: impl FnOnce(Host, Env) -> F,
) -> Result<(), String>
where
    F: Future<Output = Result<(), String>>,
{
    if let Some(file) = missing(url).filter(|_| !makes) {
        return Err(no_database(&file));
    }
    let mut tries = 0;
    let env = loop {
        match open_for_host(url).await {
            Ok(env) => break env,
            Err(said) if tries < patience => {
                eprintln!("note: {said}; trying again");
                tries += 1;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            Err(said) => return Err(said),
        }
    };
    let result = work(Host::new(env.clone()), env.clone()).await;
    // No server may be running that would do it.
    if let Err(error) = env.store.settle().await {
        eprintln!("note: the audit log is not sealed yet: {}", line(&error));
    }
    env.store.close().await;
    result
}

/// The full path of the database file, if it does not exist.
pub(super) fn missing(url: &str) -> Option<PathBuf> {
    store::missing_file(url).map(|file| std::path::absolute(&file).unwrap_or(file))
}

/// Only a command that sets Postern up creates a database: in the wrong folder, any other would print a way in that no
/// server knows.
pub(super) fn no_database(file: &Path) -> String {
    format!("there is no database {}; run this in the server's folder, or with its --database-url", file.display())
}

/// Opens the database for a command of the host, and says where it is if it had to be created.
pub(super) async fn open_for_host(url: &str) -> Result<Env, String> {
    let missing = missing(url);
    let env = open(url).await?;
    if let Some(file) = missing {
        eprintln!("note: there was no database, so a new one was created: {}", file.display());
    }
    Ok(env)
}

/// Opens the database for a command of the host, creating and migrating it if needed.
pub(super) async fn open(url: &str) -> Result<Env, String> {
    store::open_for_host(url).await.map(env).map_err(|error| line(&error))
}

/// The rules' environment, with this database.
pub(super) fn env(store: Store) -> Env {
    Env { store, clock: Arc::new(SystemClock), random: Arc::new(SystemRandom) }
}
