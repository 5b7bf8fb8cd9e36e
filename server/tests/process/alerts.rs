//! B7: each use of a break-glass account causes an alert through every channel, whatever dies in between.

use crate::{
    binary::{Server, Sheet, out},
    browser::Browser,
    database::Database,
    receivers::{CHANNELS, Receivers, id, id_of},
};
use domain::audit::Lane;
use hyper::StatusCode;
use serde_json::Value;
use std::{
    collections::BTreeSet,
    process::Stdio,
    time::{Duration, Instant},
};
use tokio::time::sleep;

on_both!(
    b07_a_sign_in_reaches_every_channel,
    b07_alerts_survive_receivers_that_are_down_and_a_kill,
    b07_five_kills_among_twenty_sign_ins_lose_nothing,
);

const MINUTE: Duration = Duration::from_secs(60);

async fn start(database: &Database, receivers: &Receivers) -> Server {
    Server::start_with(database.url(), |server| receivers.told_by(server).stderr(Stdio::null())).await
}

/// The ids of the alerts of all recorded sign-ins.
async fn sign_ins(database: &Database) -> BTreeSet<String> {
    let export = out(database.url(), &["audit", "export"]).await;
    let events = export.lines().skip(1).map(|line| serde_json::from_str::<Value>(line).unwrap());
    let events = events.filter(|event| event["action"] == "break_glass.signed_in");
    events.map(|event| id_of(&event)).collect()
}

async fn b07_a_sign_in_reaches_every_channel(database: Database) {
    let sheet = Sheet::make(database.url()).await;
    let mut receivers = Receivers::new().await;
    receivers.up().await;
    let server = start(&database, &receivers).await;
    Browser::new(server.port).must_sign_in(&sheet.name, &sheet.secret).await;
    let told = sign_ins(&database).await;
    assert_eq!(told.len(), 1);
    receivers.wait_for(&told, MINUTE).await;
    for (channel, name) in CHANNELS.iter().enumerate() {
        let came = receivers.came(channel);
        let title = format!("Break-glass sign-in with “{}”", sheet.name);
        assert!(came.len() == 1 && came[0].contains("break_glass.signed_in"), "{name}: {came:?}");
        // A mail's body is encoded; its subject has the same text.
        assert!(*name == "mail" || came[0].contains(&title), "{name}: {came:?}");
    }
}

/// Waits until each channel has tried and failed.
async fn until_all_failed(database: &Database) {
    let store = store::open(database.url()).await.unwrap();
    let begun = Instant::now();
    loop {
        let mut channels = store.read((), |(), tx| Box::pin(async move { tx.channels().await })).await.unwrap();
        // A sign-in is urgent.
        channels.retain(|channel| channel.lane == Lane::Urgent);
        if channels.len() == CHANNELS.len() && channels.iter().all(|channel| channel.attempts > 0) {
            break;
        }
        assert!(begun.elapsed() < MINUTE, "{channels:?}");
        sleep(Duration::from_millis(50)).await;
    }
    store.close().await;
}

async fn b07_alerts_survive_receivers_that_are_down_and_a_kill(database: Database) {
    let sheet = Sheet::make(database.url()).await;
    let mut receivers = Receivers::new().await;
    let server = start(&database, &receivers).await;
    Browser::new(server.port).must_sign_in(&sheet.name, &sheet.secret).await;
    until_all_failed(&database).await;
    server.kill().await;
    receivers.up().await;
    let _server = start(&database, &receivers).await;
    let told = sign_ins(&database).await;
    assert_eq!(told.len(), 1);
    receivers.wait_for(&told, MINUTE).await;
}

/// The server is killed while alerts are being sent: at once after a sign-in, or a little later.
async fn b07_five_kills_among_twenty_sign_ins_lose_nothing(database: Database) {
    let sheet = Sheet::make(database.url()).await;
    let mut receivers = Receivers::new().await;
    let mut acknowledged = 0;
    for round in 0..5_u64 {
        let server = start(&database, &receivers).await;
        if round % 2 == 0 {
            receivers.up().await;
        }
        let mut browser = Browser::new(server.port);
        for _ in 0..4 {
            browser.sign_in(&sheet.name, &sheet.secret).await.expect(StatusCode::SEE_OTHER);
            acknowledged += 1;
        }
        sleep(Duration::from_millis(290 * round)).await;
        server.kill().await;
        receivers.down().await;
    }
    let told = sign_ins(&database).await;
    assert!(acknowledged == 20 && told.len() == 20, "each is recorded once: {told:?}");
    receivers.up().await;
    let _server = start(&database, &receivers).await;
    receivers.wait_for(&told, 2 * MINUTE).await;
    for (channel, name) in CHANNELS.iter().enumerate() {
        let came = receivers.came(channel);
        let order: Vec<String> = came.iter().map(|text| id(text)).collect();
        let mut sorted = order.clone();
        sorted.sort_by_key(|id| id.split('-').nth(2).and_then(|number| number.parse::<u64>().ok()));
        assert_eq!(order, sorted, "{name} was told in the order of the log, some twice perhaps");
    }
}
