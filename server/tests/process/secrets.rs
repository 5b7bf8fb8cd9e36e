//! A30: a whole life at the finest log level, and then a search for every secret in everything that is stored or sent.

mod leaks;
mod life;

use crate::{
    binary::{Backdoor, Server, file},
    database::Database,
    receivers::{CHANNELS, Receivers},
};
use leaks::{Secret, find};
use life::Life;
use std::{fs::File, time::Duration};

on_both!(a30_no_secret_leaks);

async fn a30_no_secret_leaks(database: Database) {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let mut receivers = Receivers::new().await;
    receivers.up().await;
    let mut life = Life::begin(with_password(database.url())).await;
    let server = Server::start_with(&life.url, |command| {
        let stderr = File::create(&log).unwrap();
        receivers.told_by(command).args(["--log", "trace", "--log-format", "json"]).stderr(stderr)
    })
    .await;
    life.go_on(server.port).await;
    receivers.wait_for(&life.alerts().await, Duration::from_secs(60)).await;
    // While it runs, so that the write-ahead log exists.
    let mut places = vec![("the database", content(&database).await)];
    life.said += &server.stop().await;
    places.push(("the log", std::fs::read(&log).unwrap()));
    places.push(("what the commands said", life.said.clone().into_bytes()));
    places.push(("pages and answers", life.seen.clone().into_bytes()));
    places.push(("the export of the command line", life.export().await.into_bytes()));
    for (channel, name) in CHANNELS.iter().enumerate() {
        places.push((name, receivers.came(channel).join("\n").into_bytes()));
    }
    // The search works: a token's name, which is not secret, is in each of these places.
    let name = Secret::new("a token's name", life::NAME);
    for (place, content) in &places {
        assert!(find(content, &name).is_some(), "nothing was collected from {place}: {} bytes", content.len());
    }
    let mut hits = Vec::new();
    for secret in life.secrets() {
        for (place, content) in &places {
            hits.extend(find(content, &secret).map(|around| format!("{} in {place}: {around}", secret.what)));
        }
    }
    assert!(hits.is_empty(), "{} leaks:\n{}", hits.len(), hits.join("\n"));
}

/// The URL with a password, which the tests' Postgres does not check. SQLite has none.
fn with_password(url: &str) -> String {
    match url.strip_prefix("postgres://").and_then(|rest| rest.split_once('@')) {
        Some((user, rest)) => format!("postgres://{user}:{}@{rest}", life::DATABASE_PASSWORD),
        None => url.to_owned(),
    }
}

/// Every byte of an SQLite database and its companion files, or every row of a Postgres database as text.
async fn content(database: &Database) -> Vec<u8> {
    match file(database) {
        Some(file) => ["", "-wal", "-shm"]
            .iter()
            .flat_map(|end| std::fs::read(format!("{}{end}", file.display())).unwrap())
            .collect(),
        None => Backdoor::open(database).await.dump().await.into_bytes(),
    }
}
