//! Backups, restores, and removals by a clock that cannot be trusted.

use crate::support::{Zeros, at, id, insert_token, insert_users, on_both_databases, token, unit, user};
use domain::{
    Clock, Env, Timestamp, UserId,
    audit::{Action, Event},
    identity::Who,
    maintenance::Maintenance,
    store::Store,
    token::Token,
    upkeep::{RestoreNoticed, restored},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

on_both_databases!(
    r26_one_wrong_reading_removes_nothing,
    r26_a_wrong_clock_at_the_start_is_told_and_waited_for,
    r26_a_clock_that_is_right_again_removes_nothing_early,
    r19_a_restore_ends_what_it_has_revived,
    r19_a_backup_that_is_overdue_is_told_once_a_week,
);

const HOUR: Duration = Duration::from_secs(3_600);

/// A clock that a test sets, in days since 1970-01-01.
struct Days(AtomicI64);

impl Days {
    fn set(&self, days: i64) {
        self.0.store(days, Ordering::SeqCst);
    }
}

impl Clock for Days {
    fn now(&self) -> Timestamp {
        at(0).plus_days(self.0.load(Ordering::SeqCst))
    }
}

fn env(store: &Store, days: i64) -> (Arc<Days>, Env) {
    let clock = Arc::new(Days(AtomicI64::new(days)));
    (clock.clone(), Env { store: store.clone(), clock, random: Arc::new(Zeros) })
}

async fn append(store: &Store, days: i64) {
    let event = Event::new(at(0).plus_days(days), Who::Host, None, Action::UserCreated);
    unit!(store.write, |tx, event| tx.append_event(event)).unwrap();
}

async fn actions(store: &Store) -> Vec<Action> {
    store.settle().await.unwrap();
    let entries = unit!(store.read, |tx| tx.events_after(0, 1_000)).unwrap();
    entries.into_iter().map(|entry| entry.event.action).collect()
}

/// A person who was deleted on day 9, and an event on each of ten days.
async fn history(store: &Store) {
    insert_users(store, &[user(1, "ada")]).await;
    let (who, when) = (UserId(id(1)), at(0).plus_days(9));
    unit!(store.write, |tx, who, when| tx.delete_user(*who, *when)).unwrap();
    for days in 0..10 {
        append(store, days).await;
    }
}

/// Whether everything of [`history`] is there.
async fn is_whole(store: &Store) -> bool {
    let deleted = unit!(store.read, |tx| tx.deleted_users("", 9)).unwrap().len();
    let events = actions(store).await.iter().filter(|action| **action == Action::UserCreated).count();
    assert!(deleted == 1 || events < 10, "one is gone and the other is not: {deleted}, {events}");
    deleted == 1 && events >= 10
}

async fn r26_one_wrong_reading_removes_nothing(store: Store) {
    history(&store).await;
    let (clock, env) = env(&store, 10);
    let mut process = Maintenance::new(env);
    process.run(Duration::ZERO).await.unwrap();
    clock.set(10 + 730);
    for hours in 1..9 {
        process.run(HOUR * hours).await.unwrap();
        assert!(is_whole(&store).await, "after {hours} hours");
    }
}

/// The clock was wrong before the process started, so the last event is in the future too.
async fn r26_a_wrong_clock_at_the_start_is_told_and_waited_for(store: Store) {
    history(&store).await;
    Maintenance::new(env(&store, 10).1).run(Duration::ZERO).await.unwrap();
    append(&store, 740).await;
    let mut process = Maintenance::new(env(&store, 740).1);
    process.run(Duration::ZERO).await.unwrap();
    assert!(is_whole(&store).await);
    assert_eq!(actions(&store).await.last(), Some(&Action::RemovalDelayed));
    let event = Event::new(at(0), Who::System, None, Action::RemovalDelayed);
    assert!(event.alerts());
    process.run(HOUR).await.unwrap();
    assert!(!is_whole(&store).await, "two in a row say the same");
}

async fn r26_a_clock_that_is_right_again_removes_nothing_early(store: Store) {
    history(&store).await;
    Maintenance::new(env(&store, 10).1).run(Duration::ZERO).await.unwrap();
    append(&store, 740).await;
    let (clock, env) = env(&store, 740);
    let mut process = Maintenance::new(env);
    process.run(Duration::ZERO).await.unwrap();
    clock.set(10);
    for hours in 1..4 {
        process.run(HOUR * hours).await.unwrap();
        assert!(is_whole(&store).await, "after {hours} hours");
    }
    let told = actions(&store).await.into_iter().filter(|action| *action == Action::RemovalDelayed).count();
    assert_eq!(told, 1);
}

async fn r19_a_restore_ends_what_it_has_revived(store: Store) {
    let day = |days| Some(at(0).plus_days(days));
    insert_token(&store, &token(1)).await;
    insert_token(&store, &Token { revoked: day(1), ..token(2) }).await;
    insert_token(&store, &Token { expires: day(2), ..token(3) }).await;
    let (_, env) = env(&store, 3);
    let ended = restored(&env, RestoreNoticed::ByHost).await.unwrap();
    assert_eq!((ended.tokens, ended.sessions, ended.codes), (1, 0, 0));
    let tokens = unit!(store.read, |tx| tx.tokens()).unwrap();
    let paused: Vec<_> = tokens.iter().filter(|token| token.paused == day(3)).map(|token| token.id.0).collect();
    assert_eq!(paused, [id(1)]);
    assert_eq!(unit!(store.read, |tx| tx.upkeep()).unwrap().restored, day(3));
    assert_eq!(actions(&store).await, [Action::DatabaseRestored]);
    assert_eq!(restored(&env, RestoreNoticed::AtStart).await.unwrap().tokens, 0, "nothing is left to pause");
}

async fn r19_a_backup_that_is_overdue_is_told_once_a_week(store: Store) {
    let (clock, env) = env(&store, 100);
    let told = async |days: i64| {
        clock.set(days);
        Maintenance::new(env.clone()).run(Duration::ZERO).await.unwrap();
        actions(&store).await.into_iter().filter(|action| *action == Action::BackupOverdue).count()
    };
    assert_eq!(told(100).await, 0, "backups may be made in another way");
    let when = at(0).plus_days(100);
    unit!(store.write, |tx, when| tx.set_backed_up(*when)).unwrap();
    assert_eq!((told(106).await, told(107).await, told(113).await, told(115).await), (0, 1, 1, 2));
}
