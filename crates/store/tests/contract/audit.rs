//! The audit log: a chain without gaps, for any writers and removals.

use crate::support::{
    Database, Zeros, at, execute, id, insert_token, numbers, on_both_databases, on_both_databases_bare, store, token,
    unit,
};
use domain::{
    BreakGlassId, Clock, Env, Error, Result, Timestamp, TokenId, UserId,
    audit::{Action, Entry, Event, EventQuery, LEFT_OUT, Lane, MOST, Until, Verified, Verifier},
    host::Host,
    identity::{Person, PersonId, Who},
    maintenance::Maintenance,
    store::Store,
    token::Token,
};
use std::{sync::Arc, time::Duration};

on_both_databases!(
    events_come_back_whole,
    many_at_once_make_one_chain,
    a_unit_that_fails_leaves_no_gap,
    events_are_found,
    an_event_is_stored_within_its_bounds,
    a_list_leaves_long_events_out,
    a_part_has_so_many_bytes,
    the_host_removes_events,
    alerts_are_found_in_order,
    a_cut_is_by_number_whatever_the_clock_said,
    what_is_old_is_removed_and_the_rest_holds,
    what_a_channel_has_still_to_tell_stays,
    a_log_that_is_old_throughout_goes_on,
    tokens_that_are_due_are_told_once,
);

on_both_databases_bare!(a_changed_line_is_found, a_long_log_is_removed_in_parts);

fn event(moment: i64, action: Action) -> Event {
    Event::new(at(moment), Who::Host, None, action)
}

async fn append(store: &Store, event: Event) {
    unit!(store.write, |tx, event| tx.append_event(event)).unwrap();
    store.settle().await.unwrap();
}

async fn log(store: &Store) -> Vec<Entry> {
    store.settle().await.unwrap();
    unit!(store.read, |tx| tx.events_after(0, 1_000)).unwrap()
}

/// Checks the whole log against its head.
async fn verify(store: &Store) -> Verified {
    let mut verifier = Verifier::default();
    for entry in log(store).await {
        verifier.take(&entry).unwrap();
    }
    let (seq, head) = unit!(store.read, |tx| tx.audit_head()).unwrap().unwrap();
    let verified = verifier.finish(Some(head)).unwrap();
    assert_eq!((verified.seq, verified.head), (seq, head));
    verified
}

async fn events_come_back_whole(store: Store) {
    assert_eq!(unit!(store.read, |tx| tx.audit_head()).unwrap(), None);
    let actors = [
        Who::Token { id: TokenId(id(1)), name: "Entra".into() },
        Who::Person(Person { id: PersonId::BreakGlass(BreakGlassId(id(2))), name: "gate".into() }),
        Who::Person(Person { id: PersonId::User(UserId(id(3))), name: "Ada".into() }),
        Who::Host,
        Who::System,
        Who::Nobody,
    ];
    let whole = Event {
        address: Some("::1".into()),
        target: Some(id(9)),
        target_name: Some("ada \u{1F600}".into()),
        before: Some(r#"{"a":"\u0000"}"#.into()),
        after: Some("{}".into()),
        reason: Some("set up “Entra”".into()),
        ..event(7, Action::UserChanged)
    };
    let mut wanted = vec![event(-1, Action::SignedOut), Event { target_name: Some(String::new()), ..whole.clone() }];
    wanted.extend(actors.map(|actor| Event { actor, ..whole.clone() }));
    for event in &wanted {
        append(&store, event.clone()).await;
    }
    let found = log(&store).await;
    assert_eq!(found.iter().map(|entry| entry.event.clone()).collect::<Vec<_>>(), wanted);
    assert_eq!(found.iter().map(|entry| entry.seq).collect::<Vec<_>>(), (1..=8).collect::<Vec<_>>());
    assert_eq!(unit!(store.read, |tx| tx.count_events()).unwrap(), 8);
    assert_eq!(verify(&store).await.entries, 8);
    assert_eq!(unit!(store.read, |tx| tx.events_after(6, 1)).unwrap(), found[6..7]);
}

/// Appends, does something else, and then fails if `fails` is set.
async fn one_of_many(store: Store, number: i64, fails: bool) -> Result<()> {
    let work = store.write((event(number, Action::UserCreated), fails), |(event, fails), tx| {
        Box::pin(async move {
            tx.append_event(event).await?;
            tx.count_events().await?;
            if *fails { Err(Error::NotFound) } else { Ok(()) }
        })
    });
    work.await
}

async fn many_at_once_make_one_chain(store: Store) {
    let units: Vec<_> = (0..200).map(|number| tokio::spawn(one_of_many(store.clone(), number, false))).collect();
    for unit in units {
        unit.await.unwrap().unwrap();
    }
    let verified = verify(&store).await;
    assert_eq!((verified.entries, verified.seq, verified.unsealed), (200, 200, 0));
}

async fn a_unit_that_fails_leaves_no_gap(store: Store) {
    let units: Vec<_> =
        (0..100).map(|number| tokio::spawn(one_of_many(store.clone(), number, number % 3 == 0))).collect();
    let mut kept = 0;
    for unit in units {
        kept += u64::from(unit.await.unwrap().is_ok());
    }
    assert_eq!(kept, 66);
    let verified = verify(&store).await;
    assert_eq!((verified.entries, verified.seq), (66, 66));
}

async fn events_are_found(store: Store) {
    let on = |moment, action, target| event(moment, action).on(id(target), "it");
    for event in [
        on(10, Action::BreakGlassCreated, 1),
        on(20, Action::BreakGlassSignedIn, 2),
        on(30, Action::TokenCreated, 1),
        on(40, Action::UserCreated, 3),
        on(50, Action::BreakGlassReset, 1),
        event(60, Action::GroupCreated),
    ] {
        append(&store, event).await;
    }
    let found = async |query: EventQuery, before: Option<i64>, limit: u64| {
        let entries = unit!(store.read, |tx, query, before, limit| tx.find_events(query, *before, *limit)).unwrap();
        entries.into_iter().map(|row| row.entry.seq).collect::<Vec<_>>()
    };
    let kind = |start: &str| {
        let actions = Action::ALL.iter().copied().filter(|action| action.as_str().starts_with(start)).collect();
        EventQuery { actions, ..EventQuery::default() }
    };
    assert_eq!(found(EventQuery::default(), None, 9).await, [6, 5, 4, 3, 2, 1]);
    assert_eq!(found(EventQuery::default(), None, 2).await, [6, 5]);
    assert_eq!(found(EventQuery::default(), Some(3), 9).await, [2, 1]);
    assert_eq!(found(kind("break_glass."), None, 9).await, [5, 2, 1]);
    assert_eq!(found(kind("break_glass."), None, 2).await, [5, 2]);
    assert_eq!(found(kind("break_glass."), Some(5), 1).await, [2]);
    assert_eq!(found(kind("break_glass.reset"), None, 9).await, [5]);
    assert_eq!(found(kind("guard."), None, 9).await, [0; 0]);
    assert_eq!(found(EventQuery { target: Some(id(1)), ..kind("") }, None, 9).await, [5, 3, 1]);
    assert_eq!(found(EventQuery { target: Some(id(1)), ..kind("break_glass.") }, None, 9).await, [5, 1]);
    let (since, until) = (Some(at(20)), Some(at(50)));
    assert_eq!(found(EventQuery { since, until, ..EventQuery::default() }, None, 9).await, [4, 3, 2]);
    assert_eq!(found(EventQuery { since, until, target: Some(id(1)), ..kind("token") }, Some(9), 9).await, [3]);
}

/// A change of this many bytes, as versions without bounds wrote it.
fn long(bytes: usize) -> Event {
    let after = serde_json::json!({"title": "x".repeat(1_000), "pad": vec!["y".repeat(1_000); bytes / 1_003]});
    Event { after: Some(after.to_string()), ..event(1, Action::UserChanged) }
}

async fn an_event_is_stored_within_its_bounds(store: Store) {
    let before = serde_json::json!({"active": true, "pad": "\u{1}".repeat(1_000_000)}).to_string();
    let name = "n".repeat(100_000);
    let event = Event { before: Some(before), ..long(4_000_000).on(id(1), &name) };
    append(&store, event).await;
    append(&store, long(1_000)).await;
    let log = log(&store).await;
    let kept = &log[0].event;
    let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    assert!(length(&kept.before) + length(&kept.after) <= MOST);
    assert!(length(&kept.target_name) <= 256);
    assert!(kept.before.as_ref().unwrap().starts_with(r#"{"active":true,"pad":{"bytes":1000000,"sha256":""#));
    assert!(kept.after.as_ref().unwrap().contains(&format!("\"{LEFT_OUT}\":")));
    assert_eq!(log[1].event, long(1_000));
    assert_eq!(verify(&store).await.entries, 2);
}

async fn a_list_leaves_long_events_out(store: Store) {
    for event in [long(10_000), long(1_000)] {
        append(&store, event).await;
    }
    let (query, whole) = (EventQuery::default(), long(10_000).after.unwrap());
    let found = unit!(store.read, |tx, query| tx.find_events(query, None, 9)).unwrap();
    assert_eq!(found.iter().map(|row| row.is_whole).collect::<Vec<_>>(), [true, false]);
    assert_eq!((found[0].entry.clone(), found[1].entry.event.after.as_ref()), (log(&store).await[1].clone(), None));
    let detail = unit!(store.read, |tx| tx.event(1)).unwrap().unwrap();
    assert_eq!((detail.bytes, detail.entry.event.after), (whole.len() as u64, Some(whole)));
    assert_eq!(unit!(store.read, |tx| tx.event(3)).unwrap(), None);
}

async fn a_part_has_so_many_bytes(store: Store) {
    let within = async |seq: i64, limit: u64, bytes: u64| {
        unit!(store.read, |tx, seq, limit, bytes| tx.events_within(*seq, *limit, *bytes)).unwrap()
    };
    assert_eq!(within(0, 9, 9).await, 0);
    for bytes in [0, 10_000, 10_000, 1_000, 0] {
        append(&store, long(bytes)).await;
    }
    assert_eq!(
        (within(0, 9, 1_000_000).await, within(0, 3, 1_000_000).await, within(2, 9, 1_000_000).await),
        (5, 3, 3)
    );
    assert_eq!((within(1, 9, 10).await, within(1, 9, 15_000).await, within(1, 9, 30_000).await), (1, 1, 4));
    assert_eq!((within(4, 9, 10).await, within(5, 9, 10).await), (1, 0));
}

async fn the_host_removes_events(store: Store) {
    let names = ["mail".to_owned()];
    unit!(store.write, |tx, names| tx.register_channels(names)).unwrap();
    on_days(&store, 0..3, Action::UserCreated).await;
    on_days(&store, 3..4, Action::TokenCreated).await;
    on_days(&store, 4..8, Action::UserCreated).await;
    let clock = Arc::new(Still(at(0).plus_days(8)));
    let host = Host::new(Env { store: store.clone(), clock, random: Arc::new(Zeros) });
    let until = |days: i64, with_unsent: bool| Until { moment: at(0).plus_days(days), with_unsent };
    assert!(matches!(host.prune_audit(until(9, true)).await, Err(Error::Invalid(_))));
    let pruned = host.prune_audit(until(6, false)).await.unwrap().unwrap();
    assert_eq!((pruned.events, pruned.through, pruned.unsent), (3, 3, 0));
    assert_eq!(host.prune_audit(until(6, false)).await.unwrap(), None, "an alert waits");
    assert_eq!(host.audit_waits_for(until(6, false)).await.unwrap(), Some(4));
    assert_eq!(host.audit_waits_for(until(3, false)).await.unwrap(), None, "it is not old enough");
    let pruned = host.prune_audit(until(6, true)).await.unwrap().unwrap();
    assert_eq!((pruned.events, pruned.through, pruned.unsent), (3, 6, 1));
    assert_eq!((numbers_of(&store).await, verify(&store).await.entries), (vec![7, 8, 9, 10], 4));
    let last = &log(&store).await[3].event;
    assert_eq!((last.action, &last.actor), (Action::AuditPruned, &Who::Host));
    assert!(last.after.as_ref().unwrap().contains("alerts that were not sent"));
    store.shrink().await.unwrap();
    assert_eq!(verify(&store).await.entries, 4);
}

async fn alerts_are_found_in_order(store: Store) {
    for action in [Action::UserCreated, Action::TokenCreated, Action::UserChanged, Action::GuardTripped] {
        append(&store, event(1, action)).await;
    }
    append(&store, event(1, Action::TokenNewNetwork)).await;
    let next = async |seq: i64| unit!(store.read, |tx, seq| tx.next_alert(Lane::Urgent, *seq)).unwrap();
    let count = async |seq: i64| unit!(store.read, |tx, seq| tx.count_alerts(Lane::Urgent, *seq)).unwrap();
    let log = log(&store).await;
    let ordinary = unit!(store.read, |tx| tx.next_alert(Lane::Ordinary, 0)).unwrap();
    assert_eq!(
        (ordinary.as_ref(), unit!(store.read, |tx| tx.count_alerts(Lane::Ordinary, 0)).unwrap()),
        (Some(&log[4]), 1)
    );
    assert_eq!((next(0).await.as_ref(), next(1).await.as_ref()), (Some(&log[1]), Some(&log[1])));
    assert_eq!((next(2).await.as_ref(), next(4).await), (Some(&log[3]), None));
    assert_eq!((count(0).await, count(2).await, count(4).await), (2, 1, 0));
}

async fn a_cut_is_by_number_whatever_the_clock_said(store: Store) {
    let last = async |moment: i64, through: i64| {
        unit!(store.read, |tx, moment, through| tx.last_event_before(at(*moment), *through)).unwrap()
    };
    assert_eq!(last(100, i64::MAX).await, None);
    // The third comes from a clock that was an hour slow.
    for moment in [10, 50, 20, 60] {
        append(&store, event(moment, Action::UserCreated)).await;
    }
    let log = log(&store).await;
    let entry = |number: usize| Some((log[number - 1].seq, log[number - 1].link.unwrap().hash));
    assert_eq!((last(10, i64::MAX).await, last(30, i64::MAX).await), (None, entry(1)));
    assert_eq!((last(60, i64::MAX).await, last(61, i64::MAX).await), (entry(3), entry(4)));
    assert_eq!((last(61, 2).await, last(61, 0).await), (entry(2), None));
    unit!(store.write, |tx| tx.delete_events_through(2)).unwrap();
    assert_eq!(unit!(store.read, |tx| tx.events_after(0, 9)).unwrap(), log[2..]);
}

/// A clock that stands still, and randomness that is fixed.
struct Still(Timestamp);

impl Clock for Still {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// The hourly work of a process that starts now.
pub(crate) fn maintenance(store: &Store, now: Timestamp) -> Maintenance {
    Maintenance::new(Env { store: store.clone(), clock: Arc::new(Still(now)), random: Arc::new(Zeros) })
}

/// The maintenance of a day, counted from 1970-01-01.
async fn maintain(store: &Store, days: i64) {
    let now = at(0).plus_days(days);
    // As the previous run, an hour ago, left it.
    unit!(store.write, |tx, now| tx.set_horizon(*now)).unwrap();
    maintenance(store, now).run(Duration::ZERO).await.unwrap();
}

async fn on_days(store: &Store, days: std::ops::Range<i64>, action: Action) {
    for day in days {
        append(store, event(at(0).plus_days(day).millis(), action)).await;
    }
}

async fn numbers_of(store: &Store) -> Vec<i64> {
    log(store).await.iter().map(|entry| entry.seq).collect()
}

async fn what_is_old_is_removed_and_the_rest_holds(store: Store) {
    on_days(&store, 0..10, Action::UserCreated).await;
    maintain(&store, 400).await;
    assert_eq!(numbers_of(&store).await, (1..=10).collect::<Vec<_>>());
    maintain(&store, 404).await;
    assert_eq!(numbers_of(&store).await, (5..=11).collect::<Vec<_>>());
    assert_eq!(verify(&store).await.entries, 7);
    assert_eq!(log(&store).await[6].event.action, Action::AuditPruned);
    // Nothing more to remove, so nothing to record.
    maintain(&store, 404).await;
    assert_eq!(numbers_of(&store).await, (5..=11).collect::<Vec<_>>());
    append(&store, event(at(0).plus_days(405).millis(), Action::UserCreated)).await;
    maintain(&store, 407).await;
    assert_eq!(numbers_of(&store).await, (8..=13).collect::<Vec<_>>());
    assert_eq!(verify(&store).await.entries, 6);
}

async fn what_a_channel_has_still_to_tell_stays(store: Store) {
    let names = ["mail".to_owned(), "webhook".to_owned()];
    unit!(store.write, |tx, names| tx.register_channels(names)).unwrap();
    on_days(&store, 0..2, Action::UserCreated).await;
    on_days(&store, 2..3, Action::TokenCreated).await;
    on_days(&store, 3..5, Action::UserCreated).await;
    maintain(&store, 500).await;
    assert_eq!(numbers_of(&store).await, [3, 4, 5, 6]);
    assert_eq!(verify(&store).await.entries, 4);
    for (name, lane) in names.iter().flat_map(|name| Lane::ALL.map(|lane| (name.clone(), lane))) {
        let now = at(0).plus_days(500);
        let work = unit!(store.write, |tx, name, lane, now| tx.claim_channel(name, *lane, *now, now.plus_millis(1)));
        let told = domain::alert::ChannelState { cursor: 3, ..work.unwrap().unwrap() };
        unit!(store.write, |tx, told| tx.update_channel(told)).unwrap();
    }
    // Nothing waits, so the age of the last alert does not matter.
    maintain(&store, 501).await;
    assert_eq!(numbers_of(&store).await, [6, 7]);
    assert_eq!(verify(&store).await.entries, 2);
}

async fn a_log_that_is_old_throughout_goes_on(store: Store) {
    on_days(&store, 0..5, Action::UserCreated).await;
    maintain(&store, 5_000).await;
    assert_eq!(numbers_of(&store).await, [6]);
    append(&store, event(1, Action::UserCreated)).await;
    assert_eq!((verify(&store).await.entries, numbers_of(&store).await), (2, vec![6, 7]));
}

async fn tokens_that_are_due_are_told_once(store: Store) {
    for (number, expires) in [(1, 20), (2, 300), (3, 24)] {
        insert_token(&store, &Token { expires: Some(at(0).plus_days(expires)), ..token(number) }).await;
    }
    for days in [10, 11] {
        maintain(&store, days).await;
        let told: Vec<_> =
            log(&store).await.into_iter().map(|entry| (entry.event.action, entry.event.target)).collect();
        assert_eq!(told, [(Action::TokenReminder, Some(id(3))), (Action::TokenReminder, Some(id(1)))]);
    }
    maintain(&store, 13).await;
    assert_eq!(numbers_of(&store).await, [1, 2, 3]);
    assert_eq!(verify(&store).await.entries, 3);
}

async fn a_changed_line_is_found(database: Database) {
    let store = store(&database).await;
    on_days(&store, 0..5, Action::UserCreated).await;
    execute(&database, "UPDATE audit_events SET address = '192.0.2.7' WHERE seq = 3").await;
    let mut verifier = Verifier::default();
    let broken = log(&store).await.iter().find_map(|entry| verifier.take(entry).err()).unwrap();
    assert_eq!(broken, domain::audit::Broken::Changed(3));
}

async fn a_long_log_is_removed_in_parts(database: Database) {
    let store = store(&database).await;
    append(&store, event(0, Action::UserCreated)).await;
    let many = "INSERT INTO audit_events (seq, at, actor_kind, action, previous, hash)
        WITH RECURSIVE numbers (seq) AS (SELECT 2 UNION ALL SELECT seq + 1 FROM numbers WHERE seq < 60000)
        SELECT numbers.seq, 1, 'host', 'user.created', previous, hash FROM numbers, audit_events
        WHERE audit_events.seq = 1";
    execute(&database, many).await;
    let shape = "SELECT COUNT(*) FROM audit_events UNION ALL SELECT MIN(seq) FROM audit_events";
    maintain(&store, 500).await;
    assert_eq!(numbers(&database, shape).await, [10_001, 50_001]);
    maintain(&store, 500).await;
    assert_eq!(numbers(&database, shape).await, [2, 60_001]);
}
