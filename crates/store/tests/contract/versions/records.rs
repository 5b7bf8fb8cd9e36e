//! The audit log and the alerts that were sent, the activity record, settings and upkeep.

use super::{NOW, day};
use crate::support::{at, unit};
use domain::{
    activity::RecordQuery,
    audit::{Action, Entry, Lane, Link, Verified, Verifier, to_hex},
    settings::{GuardMode, GuardSettings, Settings},
    store::Store,
    upkeep::DatabaseHistory,
};

/// How many events have no hash, because there were no hashes yet.
const UNSEALED: i64 = 4;

pub(super) async fn are_there(store: &Store, version: i64) {
    let log = log(store).await;
    // On Postgres, the events that were not sealed yet.
    let pending = log.iter().filter(|entry| entry.event.action == Action::GroupCreated).count();
    assert_eq!(log.len() - pending, events(version));
    let names: Vec<_> = log.iter().map(|entry| entry.event.action.as_str()).collect();
    assert_eq!(names[..4], ["break_glass.created", "provisioning.enabled", "user.created", "break_glass.refused"]);
    channels_go_on_where_they_were(store, version).await;
    settings_are_as_they_were(store, version).await;
    let summary = unit!(store.read, |tx| tx.summarise_records(at(day(1)), NOW)).unwrap();
    assert_eq!((summary.first_test, summary.first_user), (Some(at(day(1) + 8_500)), Some(at(day(1) + 9_000))));
    // From the version on that keeps tallies, they are what is counted.
    let counted = match version {
        ..14 => (2, 0, 1),
        14 => (2, 0, 2),
        15 | 16 => (70, 3, 1),
        _ => (71, 3, 1),
    };
    assert_eq!((summary.calls, summary.refused, summary.strangers), counted);
    calls_are_listed(store, version).await;
    let upkeep = unit!(store.read, |tx| tx.upkeep()).unwrap();
    let since = |moment| (version >= 10).then_some(at(day(10) + moment));
    assert_eq!(upkeep, DatabaseHistory { horizon: since(0), backed_up: since(1_000), restored: since(3_000) });
    let counts = unit!(store.write, |tx| tx.take_alert_counts(day(8) / 3_600_000 + 1)).unwrap();
    assert_eq!(counts.len(), usize::from(version >= 8));
}

/// Calls of every version; their requests only from the version that records them.
async fn calls_are_listed(store: &Store, version: i64) {
    let query = RecordQuery::default();
    let rows = unit!(store.read, |tx, query| tx.find_records(query, None, 100)).unwrap();
    let wanted: &[&str] = match version {
        ..14 => &[],
        14..17 => &["POST /Users"],
        _ => &["PATCH /Users/{id}", "POST /Users"],
    };
    assert_eq!(rows.len(), 3 + wanted.len());
    let asked: Vec<_> =
        rows.iter().map(|row| row.record.call.request.as_deref().map(|request| &*request.asked)).collect();
    assert_eq!(asked.into_iter().flatten().collect::<Vec<_>>(), wanted);
}

/// The number of the last event that the seeds up to a version add.
fn events(version: i64) -> usize {
    match version {
        1 => 4,
        2..5 => 8,
        5..8 => 9,
        8 => 11,
        9..12 => 12,
        _ => 13,
    }
}

/// The audit log, with the events that were not sealed yet.
pub(super) async fn log(store: &Store) -> Vec<Entry> {
    store.settle().await.unwrap();
    unit!(store.read, |tx| tx.events_after(0, 999)).unwrap()
}

/// Checks the chain, as `postern audit verify` does.
pub(super) async fn verify(store: &Store) -> Verified {
    let mut verifier = Verifier::default();
    for entry in &log(store).await {
        let fitting = entry.link.map(|link| to_hex(&Link::of(link.previous, entry.seq, &entry.event).hash));
        verifier.take(entry).unwrap_or_else(|broken| panic!("{broken}; a hash that fits is {fitting:?}"));
    }
    let (seq, head) = unit!(store.read, |tx| tx.audit_head()).unwrap().unwrap();
    let verified = verifier.finish(Some(head)).unwrap();
    assert_eq!((verified.unsealed as i64, verified.seq), (UNSEALED, seq));
    assert_eq!(verified.entries as i64, seq - UNSEALED);
    verified
}

async fn channels_go_on_where_they_were(store: &Store, version: i64) {
    let channels = unit!(store.read, |tx| tx.channels()).unwrap();
    let channels: Vec<_> = channels.iter().map(|of| (of.name.as_str(), of.lane, of.cursor)).collect();
    let urgent = if version >= 8 { 10 } else { 5 };
    let wanted = [
        ("mail", Lane::Urgent, urgent),
        ("mail", Lane::Ordinary, 5),
        ("webhook", Lane::Urgent, 7),
        ("webhook", Lane::Ordinary, 7),
    ];
    assert_eq!(channels, if version >= 2 { wanted.to_vec() } else { Vec::new() });
    // Each waiting alert is in its lane, whichever version wrote it.
    let urgent = u64::from(version >= 8) + u64::from(version >= 12);
    let ordinary = u64::from(version >= 5) + u64::from(version >= 8);
    for (lane, wanted) in [(Lane::Urgent, urgent), (Lane::Ordinary, ordinary)] {
        let waiting = unit!(store.read, |tx, lane| tx.count_alerts(*lane, 8)).unwrap();
        assert_eq!(waiting, wanted, "{lane:?}");
    }
}

async fn settings_are_as_they_were(store: &Store, version: i64) {
    let new = crate::records::settings();
    let guard = GuardSettings { mode: GuardMode::Hold, count: 7, percent: 15, cap: 50, minutes: 30 };
    let guard = match version {
        1 => new.guard,
        2..6 => guard,
        _ => GuardSettings { cap: 25, ..guard },
    };
    let wanted = Settings {
        provisioning: true,
        provisioning_changed: Some(at(day(1) + 8_000)),
        guard,
        audit_days: if version >= 2 { 500 } else { new.audit_days },
    };
    assert_eq!(unit!(store.read, |tx| tx.settings()).unwrap(), wanted);
}
