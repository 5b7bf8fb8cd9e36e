//! Alert channels: one of many processes sends, in order, whatever the clocks show.

use crate::support::{at, on_both_databases, unit};
use domain::{
    alert::ChannelState,
    audit::{Action, Event, Lane},
    identity::Who,
    store::Store,
};

on_both_databases!(
    a_new_channel_tells_what_comes,
    a_channel_goes_to_one_of_many,
    a_lease_runs_out,
    clocks_that_differ_respect_each_other,
    a_pause_is_kept,
    a_clock_that_was_set_back_silences_nobody,
    a_cursor_never_goes_back,
    r10_lanes_do_not_wait_for_each_other,
    r25_test_alerts_keep_their_distance,
);

async fn r25_test_alerts_keep_their_distance(store: Store) {
    let claim = async |now: i64| unit!(store.write, |tx, now| tx.claim_alert_test(at(*now), at(now - 10))).unwrap();
    assert!(claim(100).await && !claim(100).await && !claim(109).await);
    assert!(claim(110).await && !claim(119).await);
    assert!(claim(50).await, "a clock that was set back");
    assert!(!claim(51).await);
}

/// The urgent lane of a channel.
fn channel(name: &str, cursor: i64) -> ChannelState {
    let (next_try, last_sent, last_error) = (at(0), None, None);
    ChannelState { name: name.into(), lane: Lane::Urgent, cursor, attempts: 0, next_try, last_sent, last_error }
}

fn ordinary(channel: ChannelState) -> ChannelState {
    ChannelState { lane: Lane::Ordinary, ..channel }
}

async fn register(store: &Store, names: &[&str]) {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    unit!(store.write, |tx, names| tx.register_channels(names)).unwrap();
}

async fn claim(store: &Store, name: &str, now: i64, until: i64) -> Option<ChannelState> {
    claim_lane(store, name, Lane::Urgent, now, until).await
}

async fn claim_lane(store: &Store, name: &str, lane: Lane, now: i64, until: i64) -> Option<ChannelState> {
    let name = name.to_owned();
    unit!(store.write, |tx, name, lane, now, until| tx.claim_channel(name, *lane, at(*now), at(*until))).unwrap()
}

async fn update(store: &Store, channel: ChannelState) {
    unit!(store.write, |tx, channel| tx.update_channel(channel)).unwrap();
}

/// The urgent lanes.
async fn channels(store: &Store) -> Vec<ChannelState> {
    let mut lanes = lanes(store).await;
    lanes.retain(|channel| channel.lane == Lane::Urgent);
    lanes
}

async fn lanes(store: &Store) -> Vec<ChannelState> {
    unit!(store.read, |tx| tx.channels()).unwrap()
}

async fn a_new_channel_tells_what_comes(store: Store) {
    register(&store, &["webhook", "mail"]).await;
    let [mail, webhook] = [channel("mail", 0), channel("webhook", 0)];
    assert_eq!(lanes(&store).await, [mail.clone(), ordinary(mail), webhook.clone(), ordinary(webhook)]);
    for _ in 0..3 {
        let event = Event::new(at(1), Who::Host, None, Action::AlertTested);
        unit!(store.write, |tx, event| tx.append_event(event)).unwrap();
    }
    store.settle().await.unwrap();
    update(&store, ChannelState { attempts: 2, last_error: Some("no".into()), ..channel("mail", 1) }).await;
    register(&store, &["Syslog", "mail"]).await;
    let mail = ChannelState { attempts: 2, last_error: Some("no".into()), ..channel("mail", 1) };
    assert_eq!(channels(&store).await, [channel("Syslog", 3), mail]);
    assert_eq!(claim(&store, "webhook", 10, 20).await, None);
    register(&store, &[]).await;
    assert_eq!(channels(&store).await, []);
}

async fn a_channel_goes_to_one_of_many(store: Store) {
    register(&store, &["mail", "webhook"]).await;
    let units: Vec<_> = (0..20)
        .map(|late: i64| {
            let store = store.clone();
            // Each read the clock a moment before the one that precedes it.
            tokio::spawn(async move { claim(&store, "mail", 1_000 - late, 31_000 - late).await })
        })
        .collect();
    let mut claimed = Vec::new();
    for unit in units {
        claimed.extend(unit.await.unwrap());
    }
    assert_eq!(claimed, [channel("mail", 0)]);
    assert!(claim(&store, "webhook", 1_000, 31_000).await.is_some());
}

async fn a_lease_runs_out(store: Store) {
    register(&store, &["mail"]).await;
    assert!(claim(&store, "mail", 1_000, 31_000).await.is_some());
    assert!(claim(&store, "mail", 30_999, 60_999).await.is_none());
    assert!(claim(&store, "mail", 31_000, 61_000).await.is_some());
    update(&store, channel("mail", 0)).await;
    assert!(claim(&store, "mail", 31_001, 61_001).await.is_some());
}

async fn clocks_that_differ_respect_each_other(store: Store) {
    register(&store, &["mail"]).await;
    assert!(claim(&store, "mail", 1_000_000, 1_030_000).await.is_some());
    for behind in [1, 1_000, 29_999, 30_000] {
        assert!(claim(&store, "mail", 1_000_000 - behind, 1_030_000 - behind).await.is_none(), "{behind}");
    }
}

async fn a_pause_is_kept(store: Store) {
    register(&store, &["mail"]).await;
    let (last_sent, last_error) = (Some(at(7)), Some("no answer".to_owned()));
    let failed = ChannelState { attempts: 6, next_try: at(41_000), last_sent, last_error, ..channel("mail", 0) };
    update(&store, failed.clone()).await;
    assert_eq!(channels(&store).await, std::slice::from_ref(&failed));
    assert_eq!(claim(&store, "mail", 40_999, 70_999).await, None);
    assert_eq!(claim(&store, "mail", 41_000, 71_000).await, Some(failed));
}

async fn a_clock_that_was_set_back_silences_nobody(store: Store) {
    register(&store, &["mail", "webhook"]).await;
    let day = 86_400_000;
    assert!(claim(&store, "mail", day, day + 30_000).await.is_some());
    update(&store, ChannelState { next_try: at(day), last_sent: Some(at(day)), ..channel("webhook", 0) }).await;
    for name in ["mail", "webhook"] {
        assert!(claim(&store, name, 1_000, 31_000).await.is_some(), "{name}");
        assert!(claim(&store, name, 1_000, 31_000).await.is_none(), "{name}");
    }
}

async fn a_cursor_never_goes_back(store: Store) {
    register(&store, &["mail"]).await;
    assert!(claim(&store, "mail", 1_000, 31_000).await.is_some());
    let told = ChannelState { last_sent: Some(at(31_500)), ..channel("mail", 5) };
    assert!(claim(&store, "mail", 31_000, 61_000).await.is_some());
    update(&store, told.clone()).await;
    assert!(claim(&store, "mail", 31_600, 61_600).await.is_some());
    // A process that exceeded its lease neither takes the channel back nor releases it.
    update(&store, ChannelState { attempts: 1, last_error: Some("late".into()), ..channel("mail", 0) }).await;
    assert_eq!(channels(&store).await, [told]);
    assert!(claim(&store, "mail", 31_700, 61_700).await.is_none());
    update(&store, channel("syslog", 9)).await;
    assert_eq!(channels(&store).await.len(), 1);
}

async fn r10_lanes_do_not_wait_for_each_other(store: Store) {
    register(&store, &["mail"]).await;
    assert!(claim_lane(&store, "mail", Lane::Ordinary, 1_000, 31_000).await.is_some());
    assert!(claim_lane(&store, "mail", Lane::Urgent, 1_000, 31_000).await.is_some());
    let failed = ChannelState { attempts: 6, next_try: at(41_000), ..ordinary(channel("mail", 0)) };
    update(&store, failed.clone()).await;
    update(&store, channel("mail", 9)).await;
    assert_eq!(lanes(&store).await, [channel("mail", 9), failed]);
    assert!(claim_lane(&store, "mail", Lane::Ordinary, 1_001, 31_001).await.is_none());
    assert_eq!(claim_lane(&store, "mail", Lane::Urgent, 1_001, 31_001).await, Some(channel("mail", 9)));
}
