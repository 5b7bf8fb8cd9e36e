//! Settings and the activity record.

use crate::support::{at, id, on_both_databases, unit};
use domain::{
    TokenId,
    activity::{Call, Operation, Outcome, Record, Subject, Summary},
    settings::{GuardMode, GuardSettings, Settings},
    store::Store,
};

on_both_databases!(
    the_switch_says_whether_it_moved,
    the_guard_and_the_days_are_set,
    activity_adds_up,
    many_records_at_once,
);

/// The settings of a new database.
pub(crate) fn settings() -> Settings {
    let guard = GuardSettings { mode: GuardMode::Alert, count: 10, percent: 20, cap: 50, minutes: 40 };
    Settings { provisioning: false, provisioning_changed: None, guard, audit_days: 400 }
}

async fn the_switch_says_whether_it_moved(store: Store) {
    let since = |on, moment: i64| Settings { provisioning: on, provisioning_changed: Some(at(moment)), ..settings() };
    let switch = async |on: bool, moment: i64| {
        unit!(store.write, |tx, on, moment| tx.set_provisioning(*on, at(*moment))).unwrap()
    };
    let read = async || unit!(store.read, |tx| tx.settings()).unwrap();
    assert_eq!(read().await, settings());
    assert!(!switch(false, 1).await);
    assert!(switch(true, 2).await);
    assert!(!switch(true, 3).await);
    assert_eq!(read().await, since(true, 2));
    assert_eq!(unit!(store.read, |tx| tx.token_and_settings("none")).unwrap(), (None, since(true, 2)));
    assert!(switch(false, 4).await);
    unit!(store.write, |tx| tx.lock_settings()).unwrap();
    assert_eq!(read().await, since(false, 4));
}

async fn the_guard_and_the_days_are_set(store: Store) {
    let guard = GuardSettings { mode: GuardMode::Hold, count: 3, percent: 100, cap: 7, minutes: 1_440 };
    unit!(store.write, |tx, guard| tx.set_guard(guard)).unwrap();
    unit!(store.write, |tx| tx.set_audit_days(3_650)).unwrap();
    let wanted = Settings { guard, audit_days: 3_650, ..settings() };
    assert_eq!(unit!(store.read, |tx| tx.settings()).unwrap(), wanted);
    assert_eq!(unit!(store.read, |tx| tx.token_and_settings("none")).unwrap(), (None, wanted));
}

fn record(moment: i64, token: Option<u128>, operation: Operation, subject: Subject, outcome: Outcome) -> Record {
    let token = token.map(|number| TokenId(id(number)));
    let call = Call { at: at(moment), token, address: None, operation, subject, remark: None };
    Record { call, target: None, outcome, detail: Some("why".into()) }
}

async fn activity_adds_up(store: Store) {
    use {Operation::*, Outcome::*, Subject::*};
    let summary = async |since: i64| unit!(store.read, |tx, since| tx.summarise_records(at(*since))).unwrap();
    assert_eq!(summary(0).await, Summary::default());
    unit!(store.write, |tx| tx.append_records(&[])).unwrap();
    let records = [
        record(10, Some(1), LookUp, User, Done),
        record(20, Some(1), LookUp, User, Empty),
        record(30, Some(1), LookUp, Group, Empty),
        record(40, Some(1), Create, Group, Done),
        record(50, Some(1), Create, User, Refused),
        record(60, Some(1), Create, User, Done),
        record(70, Some(1), Create, User, Done),
        record(80, Some(1), Change, User, Failed),
        record(90, None, Read, User, Refused),
    ];
    unit!(store.write, |tx, records| tx.append_records(records)).unwrap();
    let (last_call, first_test, first_user) = (Some(at(80)), Some(at(20)), Some(at(60)));
    let known = Summary { last_call, first_test, first_user, ..Summary::default() };
    let of = |calls, refused| Summary { calls, refused, latest: calls, latest_refused: refused, ..known };
    let one_stranger = |summary| Summary { strangers: 1, last_stranger: Some(at(90)), ..summary };
    assert_eq!(summary(50).await, one_stranger(of(4, 2)));
    assert_eq!(summary(91).await, of(0, 0));
    unit!(store.write, |tx| tx.delete_records_before(at(60), 100)).unwrap();
    assert_eq!(summary(0).await, one_stranger(of(4, 1)));
    unit!(store.write, |tx| tx.delete_records_before(at(1_000), 100)).unwrap();
    assert_eq!(summary(0).await, of(3, 1));
    // However many there were before.
    let good = (2_000..2_100).map(|moment| record(moment, Some(1), Change, User, Done));
    let bad = (3_000..3_040).map(|moment| record(moment, Some(1), Change, User, Refused));
    let records: Vec<Record> = bad.chain(good).collect();
    unit!(store.write, |tx, records| tx.append_records(records)).unwrap();
    let found = summary(1_500).await;
    assert_eq!((found.calls, found.latest, found.latest_refused), (140, 50, 40));
}

async fn many_records_at_once(store: Store) {
    let records: Vec<Record> =
        (0..9_000).map(|moment| record(moment, None, Operation::List, Subject::User, Outcome::Done)).collect();
    unit!(store.write, |tx, records| tx.append_records(records)).unwrap();
    assert_eq!(unit!(store.read, |tx| tx.summarise_records(at(0))).unwrap().strangers, 9_000);
}
