//! Settings and the activity record.

use crate::support::{
    Zeros, at, group, id, insert_groups, insert_token, insert_users, on_both_databases, token, unit, user,
};
use domain::{
    Clock, Env, Timestamp, TokenId, UserId,
    activity::{
        Call, CallKind, CallSummary, Outcome, Record, RecordKey, RecordQuery, RecordRow, Request, Show, Subject,
    },
    audit::{Action, Event},
    identity::Who,
    settings::{GuardMode, GuardSettings, Settings},
    store::Store,
    tally::{self, Tally},
};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

on_both_databases!(
    the_switch_says_whether_it_moved,
    the_guard_and_the_days_are_set,
    activity_adds_up,
    many_records_at_once,
    what_happened_is_counted_once,
    what_is_due_is_counted,
    calls_are_found,
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

fn record(moment: i64, token: Option<u128>, operation: CallKind, subject: Subject, outcome: Outcome) -> Record {
    let token = token.map(|number| TokenId(id(number)));
    let (at, detail) = (at(moment), Some("why".into()));
    let call =
        Call { at, token, address: None, request: None, operation, subject, named: None, remark: None, written: None };
    Record { call, target: None, outcome, status: None, reason: None, millis: None, detail }
}

async fn activity_adds_up(store: Store) {
    use {CallKind::*, Outcome::*, Subject::*};
    let summary =
        async |since: i64| unit!(store.read, |tx, since| tx.summarise_records(at(*since), at(i64::MAX))).unwrap();
    assert_eq!(summary(0).await, CallSummary::default());
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
    let known = CallSummary { last_call, first_test, first_user, ..CallSummary::default() };
    let of = |calls, refused| CallSummary { calls, refused, latest: calls, latest_refused: refused, ..known };
    let one_stranger = |summary| CallSummary { strangers: 1, last_stranger: Some(at(90)), ..summary };
    assert_eq!(summary(50).await, one_stranger(of(4, 2)));
    assert_eq!(summary(91).await, of(0, 0));
    unit!(store.write, |tx| tx.delete_records_before(at(60), 100)).unwrap();
    assert_eq!(summary(0).await, one_stranger(of(4, 1)));
    unit!(store.write, |tx| tx.delete_records_before(at(1_000), 100)).unwrap();
    assert_eq!(summary(0).await, of(3, 1));
    // For any number before.
    let good = (2_000..2_100).map(|moment| record(moment, Some(1), Change, User, Done));
    let bad = (3_000..3_040).map(|moment| record(moment, Some(1), Change, User, Refused));
    let records: Vec<Record> = bad.chain(good).collect();
    unit!(store.write, |tx, records| tx.append_records(records)).unwrap();
    let found = summary(1_500).await;
    assert_eq!((found.calls, found.latest, found.latest_refused), (140, 50, 40));
}

/// Twenty-four minutes to midnight on 17 November 2026.
const EVENING: i64 = 1_794_958_560_000;
const MINUTE: i64 = 60_000;

async fn append_event(store: &Store, moment: i64, action: Action) {
    let event = Event::new(at(moment), Who::Host, None, action).on(id(1), "x");
    unit!(store.write, |tx, event| tx.append_event(event)).unwrap();
}

async fn what_happened_is_counted_once(store: Store) {
    use {CallKind::*, Outcome::*, Subject::*};
    let records = [
        record(10, Some(1), LookUp, User, Done),
        record(20, Some(1), Create, User, Failed),
        record(30, Some(1), Create, User, Refused),
        record(40, None, Read, User, Refused),
        record(50, Some(1), LookUp, User, Done),
    ];
    unit!(store.write, |tx, records| tx.append_records(records)).unwrap();
    for (moment, action) in [
        (20, Action::UserCreated),
        (21, Action::UserRestored),
        (22, Action::UserReactivated),
        (23, Action::UserDeactivated),
        (24, Action::UserDeleted),
        (25, Action::UserChanged),
        (26, Action::GroupDeleted),
        (27, Action::UserRoleChanged),
        (28, Action::TokenCreated),
        (50, Action::UserCreated),
    ] {
        append_event(&store, moment, action).await;
    }
    store.settle().await.unwrap();
    let counted = Tally { calls: 2, refused: 2, strangers: 1, joined: 3, departed: 2, changed: 2, roles: 1 };
    let count = async |from: i64, until: i64| {
        unit!(store.read, |tx, from, until| tx.count_by_hour(at(*from), at(*until))).unwrap()
    };
    assert_eq!(count(20, 50).await, [(at(0), counted)]);
    assert_eq!((count(51, 60 * MINUTE).await, count(50, 20).await), (vec![], vec![]));
    let next = async |from: i64| unit!(store.read, |tx, from| tx.next_happening(at(*from))).unwrap();
    assert_eq!((next(0).await, next(41).await, next(51).await), (Some(at(10)), Some(at(50)), None));

    let insert = async |start: i64, tally: Tally| {
        unit!(store.write, |tx, start, tally| tx.insert_tally(at(*start), tally)).unwrap();
    };
    let last = async || unit!(store.read, |tx| tx.last_tally(at(i64::MAX))).unwrap();
    assert_eq!(last().await, None);
    let one = Tally { calls: 1, ..Tally::default() };
    for start in [EVENING, EVENING + 20 * MINUTE, EVENING + 25 * MINUTE] {
        insert(start, counted).await;
        insert(start, one).await;
    }
    assert_eq!(last().await, Some(at(EVENING + 25 * MINUTE)));
    let by = unit!(store.read, |tx| tx.last_tally(at(EVENING + 25 * MINUTE - 1))).unwrap();
    assert_eq!(by, Some(at(EVENING + 20 * MINUTE)));
    let by_hour =
        async |since: i64| unit!(store.read, |tx, since| tx.tallies_by_hour(at(*since), at(i64::MAX))).unwrap();
    let two: Tally = [counted, counted].into_iter().sum();
    let (before, after) = (at(EVENING - 36 * MINUTE), at(EVENING + 24 * MINUTE));
    assert_eq!(by_hour(0).await, [(before, two), (after, counted)]);
    assert_eq!(by_hour(EVENING + 1).await, [(before, counted), (after, counted)]);
    let first = unit!(store.read, |tx| tx.tallies_by_hour(at(0), at(EVENING + 20 * MINUTE))).unwrap();
    assert_eq!(first, [(before, counted)]);
    // Calls of a time that has a tally are not counted again.
    let records =
        [record(EVENING + MINUTE, Some(1), List, User, Done), record(EVENING + 31 * MINUTE, None, List, User, Refused)];
    unit!(store.write, |tx, records| tx.append_records(records)).unwrap();
    let summary = unit!(store.read, |tx| tx.summarise_records(at(EVENING), at(EVENING + 31 * MINUTE))).unwrap();
    assert_eq!((summary.calls, summary.refused, summary.strangers), (6, 6, 4));
    unit!(store.write, |tx| tx.delete_tallies_before(at(EVENING + 20 * MINUTE))).unwrap();
    assert_eq!(by_hour(0).await, [(before, counted), (after, counted)]);
}

/// The clock of a test, in milliseconds since 1970.
struct Fixed(AtomicI64);

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        at(self.0.load(Ordering::Relaxed))
    }
}

/// The tallies are those of whole five minutes that have settled; pages count the rest.
async fn what_is_due_is_counted(store: Store) {
    use {CallKind::*, Outcome::*, Subject::*};
    let clock = Arc::new(Fixed(AtomicI64::new(EVENING)));
    let env = Env { store: store.clone(), clock: clock.clone(), random: Arc::new(Zeros) };
    let last = async || unit!(store.read, |tx| tx.last_tally(at(i64::MAX))).unwrap();
    let keep = async |moment: i64| {
        clock.0.store(moment, Ordering::Relaxed);
        tally::keep(&env).await.unwrap();
        last().await.map(|start| (start.millis() - EVENING) / MINUTE)
    };
    assert_eq!(keep(EVENING).await, None, "nothing has ever happened");
    append_event(&store, EVENING - 31 * 24 * 60 * MINUTE, Action::UserCreated).await;
    assert_eq!(keep(EVENING).await, None, "what is about to be removed is not counted");
    let call = |minute: i64| record(EVENING + minute * MINUTE, Some(1), LookUp, User, Done);
    let calls = [call(-3_000), call(-2_999), call(2), call(20), call(34)];
    unit!(store.write, |tx, calls| tx.append_records(calls)).unwrap();
    // It is 23:36; tallies begin at 23:35, 23:40 and so on.
    assert_eq!(keep(EVENING + 6 * MINUTE - 1).await, Some(-3_001), "the last one can still miss something");
    assert_eq!(keep(EVENING + 6 * MINUTE).await, Some(-1));
    assert_eq!(keep(EVENING + 20 * MINUTE).await, Some(-1), "times without calls have none");
    assert_eq!(keep(EVENING + 35 * MINUTE).await, Some(19));
    let summary =
        unit!(store.read, |tx| tx.summarise_records(at(EVENING - MINUTE), at(EVENING + 35 * MINUTE))).unwrap();
    assert_eq!(summary.calls, 3, "the call that is not in a tally yet counts");
    // The clock was a day ahead.
    unit!(store.write, |tx| tx.insert_tally(at(EVENING + 1_440 * MINUTE), &Tally::default())).unwrap();
    let summary =
        unit!(store.read, |tx| tx.summarise_records(at(EVENING - MINUTE), at(EVENING + 35 * MINUTE))).unwrap();
    assert_eq!(summary.calls, 3);
    assert_eq!(keep(EVENING + 41 * MINUTE).await, Some(34), "and is right again");
}

async fn many_records_at_once(store: Store) {
    let records: Vec<Record> =
        (0..9_000).map(|moment| record(moment, None, CallKind::List, Subject::User, Outcome::Done)).collect();
    unit!(store.write, |tx, records| tx.append_records(records)).unwrap();
    assert_eq!(unit!(store.read, |tx| tx.summarise_records(at(0), at(i64::MAX))).unwrap().strangers, 9_000);
}

async fn find(store: &Store, query: RecordQuery, before: Option<RecordKey>, limit: u64) -> Vec<RecordRow> {
    unit!(store.read, |tx, query, before, limit| tx.find_records(query, *before, *limit)).unwrap()
}

fn moments(rows: &[RecordRow]) -> Vec<i64> {
    rows.iter().map(|row| row.record.call.at.millis()).collect()
}

async fn calls_are_found(store: Store) {
    use {CallKind::*, Outcome::*, Subject::*};
    insert_token(&store, &token(1)).await;
    insert_users(&store, &[user(1, "ada"), user(2, "grace")]).await;
    insert_groups(&store, &[group(7, "Team")]).await;
    let about = |record: Record, target: u128| Record { target: Some(id(target)), ..record };
    let request = Request { id: "7f".into(), asked: "PATCH /Users/{id}".into(), agent: Some("Okta".into()) };
    let changed = about(record(30, Some(1), Change, User, Done), 1);
    let call = Call { request: Some(Arc::new(request)), address: Some("192.0.2.1".into()), ..changed.call };
    let changed = Record { call, millis: Some(12), status: Some(200), ..changed };
    let refused = Record { reason: Some("uniqueness".into()), ..record(50, None, Create, User, Refused) };
    let records = [
        record(10, Some(1), LookUp, User, Empty),
        about(record(20, Some(2), Delete, User, Done), 2),
        changed.clone(),
        about(record(40, Some(1), Change, Group, Unchanged), 7),
        refused.clone(),
        record(60, Some(1), List, User, Failed),
    ];
    unit!(store.write, |tx, records| tx.append_records(records)).unwrap();
    let events = [(Action::UserDeactivated, 30, 1), (Action::UserRoleChanged, 30, 1), (Action::GroupChanged, 40, 7)];
    for (action, moment, target) in events {
        let event = Event::new(at(moment), Who::Host, None, action).on(id(target), "x");
        unit!(store.write, |tx, event| tx.append_event(event)).unwrap();
    }
    store.settle().await.unwrap();
    let delete = store.write((), |(), tx| {
        Box::pin(async move {
            tx.lock_user_for_deletion(UserId(id(2))).await?;
            tx.delete_user(UserId(id(2)), at(20)).await
        })
    });
    delete.await.unwrap();

    let all = find(&store, RecordQuery::default(), None, 10).await;
    assert_eq!(moments(&all), [60, 50, 40, 30, 20, 10]);
    let names: Vec<_> = all.iter().map(|row| row.target_name.as_deref()).collect();
    assert_eq!(names, [None, None, Some("Team"), Some("ada"), Some("grace"), None], "one of them was deleted");
    // The first event of a change belongs to it; a call that changed nothing has none.
    let event = all[3].event.map(|(_, action)| action);
    assert_eq!((event, all[2].event, all[4].event), (Some(Action::UserDeactivated), None, None));
    assert_eq!((all[3].token_name.as_deref(), all[4].token_name.as_deref()), (Some("Token 1"), None));
    assert_eq!((&all[3].record, &all[1].record), (&changed, &refused));
    let (seq, late) = (all[3].seq, record(45, Some(1), CallKind::LookUp, User, Empty));
    assert_eq!(unit!(store.read, |tx, seq| tx.record(*seq)).unwrap().as_ref(), Some(&all[3]));
    assert_eq!(unit!(store.read, |tx| tx.record(i64::MAX)).unwrap(), None);

    for (query, wanted) in [
        (RecordQuery { show: Show::Changes, ..RecordQuery::default() }, vec![30, 20]),
        (RecordQuery { show: Show::Unchanged, ..RecordQuery::default() }, vec![40]),
        (RecordQuery { show: Show::Refused, ..RecordQuery::default() }, vec![60, 50]),
        (RecordQuery { token: Some(TokenId(id(1))), ..RecordQuery::default() }, vec![60, 40, 30, 10]),
        (RecordQuery { target: Some(id(7)), ..RecordQuery::default() }, vec![40]),
        (RecordQuery { until: Some(at(40)), ..RecordQuery::default() }, vec![30, 20, 10]),
        (RecordQuery { until: Some(at(10)), ..RecordQuery::default() }, vec![]),
        (RecordQuery { show: Show::Refused, token: Some(TokenId(id(1))), ..RecordQuery::default() }, vec![60]),
    ] {
        assert_eq!(moments(&find(&store, query.clone(), None, 10).await), wanted, "{query:?}");
    }
    assert_eq!(moments(&find(&store, RecordQuery::default(), Some(all[2].key()), 2).await), [30, 20]);
    // Reads are recorded after the changes of the same time.
    unit!(store.write, |tx, late| tx.append_records(std::slice::from_ref(late))).unwrap();
    assert_eq!(moments(&find(&store, RecordQuery::default(), Some(all[1].key()), 3).await), [45, 40, 30]);
}
