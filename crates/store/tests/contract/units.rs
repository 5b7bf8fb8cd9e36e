//! Units of work: all or nothing, whatever happens to them or in parallel.

use crate::support::{email, group, id, insert_groups, insert_users, on_both_databases, unit, user, user_name};
use domain::{
    Conflict, Error, Result, UserId,
    query::Predicate,
    store::{Store, Work},
    user::User,
};
use std::time::{Duration, Instant};
use tokio::{
    sync::mpsc::{UnboundedSender, unbounded_channel},
    time::{sleep, timeout},
};

on_both_databases!(
    a_unit_that_errs_leaves_nothing,
    neighbours_do_not_touch_each_other,
    a_name_goes_to_one_of_many,
    units_that_cross_both_succeed,
    who_has_waited_for_a_user_finds_all_of_it,
    a41_a_dropped_caller_cannot_cut_a_unit,
    a_lost_error_cannot_become_a_commit,
    closing_waits_for_units_under_way,
);

/// How much longer a late unit runs.
const LATE: Duration = Duration::from_millis(300);
/// How long a test waits for something that must happen.
const PATIENCE: Duration = Duration::from_secs(60);

async fn names(store: &Store) -> Vec<String> {
    let all = domain::query::Slice { offset: 0, limit: 1000 };
    let users = unit!(store.read, |tx, all| tx.find_users(&Predicate::All, &(*all).into(), false)).unwrap();
    let mut names: Vec<String> = users.iter().map(user_name).collect();
    names.sort();
    names
}

/// What a unit does after it has inserted its user.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Well,
    Refuse,
    Conflict,
    Panic,
    Late,
}

/// Inserts a user and ends as specified.
async fn insert(store: Store, number: u32, end: End) -> Result<()> {
    let context = (user(number, &format!("u{number:02}")), end);
    let work = store.write(context, |(new, end), tx| {
        Box::pin(async move {
            tx.insert_user(new).await?;
            match end {
                End::Well => Ok(()),
                End::Refuse => Err(Error::NotFound),
                End::Conflict => tx.insert_user(&User { id: UserId(id(999)), ..new.clone() }).await,
                End::Panic => panic!("a unit that panics, as the test wants it"),
                End::Late => {
                    sleep(LATE).await;
                    Ok(())
                }
            }
        })
    });
    work.await
}

async fn a_unit_that_errs_leaves_nothing(store: Store) {
    for (number, end) in [(1, End::Refuse), (2, End::Conflict), (3, End::Panic)] {
        assert!(insert(store.clone(), number, end).await.is_err());
        assert_eq!(names(&store).await, [""; 0]);
    }
    insert(store.clone(), 4, End::Well).await.unwrap();
    assert_eq!(names(&store).await, ["u04"]);
}

async fn neighbours_do_not_touch_each_other(store: Store) {
    // All of them wait before the first starts, so that SQLite folds them into one transaction.
    let ends = [End::Well, End::Refuse, End::Well, End::Conflict, End::Well, End::Panic, End::Well];
    let units: Vec<_> = (1..).zip(ends).map(|(number, end)| tokio::spawn(insert(store.clone(), number, end))).collect();
    for (unit, end) in units.into_iter().zip(ends) {
        let outcome = unit.await.unwrap();
        match end {
            End::Well | End::Late => assert!(outcome.is_ok(), "{outcome:?}"),
            End::Refuse => assert!(matches!(outcome, Err(Error::NotFound)), "{outcome:?}"),
            End::Conflict => assert!(matches!(outcome, Err(Error::Conflict(Conflict::UserName))), "{outcome:?}"),
            End::Panic => assert!(matches!(outcome, Err(Error::Unavailable(_))), "{outcome:?}"),
        }
    }
    assert_eq!(names(&store).await, ["u01", "u03", "u05", "u07"]);
}

async fn a_name_goes_to_one_of_many(store: Store) {
    let insert = |number| {
        let (store, user) = (store.clone(), user(number, "ada"));
        tokio::spawn(async move { unit!(store.write, |tx, user| tx.insert_user(user)) })
    };
    let units: Vec<_> = (1..=12).map(insert).collect();
    let (mut won, mut lost) = (0, 0);
    for unit in units {
        match unit.await.unwrap() {
            Ok(()) => won += 1,
            Err(Error::Conflict(Conflict::UserName)) => lost += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((won, lost), (1, 11));
    assert_eq!(names(&store).await, ["ada"]);
}

/// Locks two users one after the other, with time in between for another unit that locks them in reverse.
async fn rename_both(store: Store, first: u128, second: u128) -> Result<()> {
    let work = store.write([first, second], |users, tx| {
        Box::pin(async move {
            for number in users {
                let mut user = tx.lock_user(UserId(id(*number))).await?.ok_or(Error::NotFound)?;
                sleep(Duration::from_millis(50)).await;
                user.version += 1;
                tx.update_user(&user).await?;
            }
            Ok(())
        })
    });
    work.await
}

async fn units_that_cross_both_succeed(store: Store) {
    insert_users(&store, &[user(1, "a"), user(2, "b")]).await;
    let (one, other) = tokio::join!(rename_both(store.clone(), 1, 2), rename_both(store.clone(), 2, 1));
    one.unwrap();
    other.unwrap();
    for number in [1, 2] {
        let found = unit!(store.write, |tx, number| tx.lock_user(UserId(id(*number)))).unwrap().unwrap();
        assert_eq!(found.version, 3);
    }
}

async fn who_has_waited_for_a_user_finds_all_of_it(store: Store) {
    insert_users(&store, &[user(1, "ada")]).await;
    insert_groups(&store, &[group(1, "Staff")]).await;
    let change = |number: u128, locked: UnboundedSender<()>, wait: Duration| {
        store.write((number, locked, wait), |(number, locked, wait), tx| {
            Box::pin(async move {
                let ada = UserId(id(1));
                let (mut user, groups) = tx.lock_user_and_groups(ada).await?.ok_or(Error::NotFound)?;
                locked.send(()).unwrap();
                sleep(*wait).await;
                let before = user.profile.emails.clone();
                user.version += 1;
                tx.update_user(&user).await?;
                tx.replace_emails(ada, &[email(&format!("ada{number}@corp.example"), None, true)]).await?;
                tx.add_members(group(1, "").id, &[ada], user.changed).await?;
                Ok((before.len(), groups.all().map(<[_]>::len)))
            })
        })
    };
    let (locked, mut is_locked) = unbounded_channel();
    let second = async {
        timeout(PATIENCE, is_locked.recv()).await.unwrap().unwrap();
        change(2, locked.clone(), Duration::ZERO).await
    };
    let (first, second) = tokio::join!(change(1, locked.clone(), LATE), second);
    assert_eq!((first.unwrap(), second.unwrap()), ((0, Some(0)), (1, Some(1))));
}

async fn a41_a_dropped_caller_cannot_cut_a_unit(store: Store) {
    for number in 1..=20 {
        let unit = insert(store.clone(), number, if number == 1 { End::Late } else { End::Well });
        // Long enough to hand the unit over, or even to start it; never long enough for it to be the first.
        let patience = Duration::from_micros(u64::from(number) * 200);
        let _ = tokio::time::timeout(patience, unit).await;
    }
    insert(store.clone(), 21, End::Well).await.unwrap();
    let wanted: Vec<String> = (1..=21).map(|number| format!("u{number:02}")).collect();
    let begun = Instant::now();
    while names(&store).await.len() < wanted.len() && begun.elapsed() < PATIENCE {
        sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(names(&store).await, wanted);
}

async fn a_lost_error_cannot_become_a_commit(store: Store) {
    insert_groups(&store, &[group(1, "Staff")]).await;
    fn work<'t>(_: &'t (), tx: &'t mut dyn domain::store::Tx) -> Work<'t, ()> {
        Box::pin(async move {
            tx.insert_user(&user(1, "ada")).await?;
            let _ = tx.insert_group(&group(2, "staff")).await;
            Ok(())
        })
    }
    // Postgres has given up the transaction, SQLite has not: what matters is that the answer is true.
    let outcome = store.write((), work).await;
    assert_eq!(names(&store).await.len(), usize::from(outcome.is_ok()));
    assert_eq!(unit!(store.read, |tx| tx.group(group(1, "").id)).unwrap(), Some(group(1, "Staff")));
}

/// Sends a message when its unit has started, then takes its time, and sends another when it has ended.
async fn insert_and_linger(store: Store, says: UnboundedSender<()>) -> Result<()> {
    let work = store.write((user(1, "u01"), says), |(new, says), tx| {
        Box::pin(async move {
            tx.insert_user(new).await?;
            says.send(()).unwrap();
            sleep(LATE).await;
            says.send(()).unwrap();
            Ok(())
        })
    });
    work.await
}

async fn closing_waits_for_units_under_way(store: Store) {
    store.ping().await.unwrap();
    let (says, mut said) = unbounded_channel();
    let unit = tokio::spawn(insert_and_linger(store.clone(), says));
    said.recv().await.unwrap();
    store.close().await;
    said.try_recv().unwrap();
    unit.await.unwrap().unwrap();
    store.close().await;
    assert!(store.ping().await.is_err());
    let outcome = insert(store.clone(), 2, End::Well).await;
    assert!(matches!(outcome, Err(Error::Unavailable(_))), "{outcome:?}");
    let outcome = unit!(store.read, |tx| tx.settings());
    assert!(matches!(outcome, Err(Error::Unavailable(_))), "{outcome:?}");
}
