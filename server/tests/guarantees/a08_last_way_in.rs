//! A8, B3: whatever two administrators do at the same time, a proven way in is left.

use crate::{
    guarantees::common::{account, proven, proven_accounts, setting},
    support::TestApp,
};
use domain::{Error, Refusal, console::Console};
use std::time::Instant;

on_both!(a08_two_who_remove_each_other_leave_one, a08_the_last_proven_account_cannot_be_removed);

async fn a08_two_who_remove_each_other_leave_one(app: TestApp) {
    let other = app.another().await;
    let rounds = setting("POSTERN_ROUNDS", 100);
    let started = Instant::now();
    let mut left = app.console_of(proven(&app, "gate-0000").await);
    for round in 1..=rounds {
        let right = other.console_of(proven(&other, &format!("gate-{round}-0000")).await);
        assert_eq!(proven_accounts(&app).await, 2);
        let remove = |by: &Console, whom: &Console| {
            let (by, whom) = (by.clone(), account(whom));
            tokio::spawn(async move { by.remove_break_glass(whom).await })
        };
        // The first request has an advantage; both get it in turn.
        let (by_left, by_right) = if round % 2 == 0 {
            let (by_left, by_right) = (remove(&left, &right), remove(&right, &left));
            (by_left.await.unwrap(), by_right.await.unwrap())
        } else {
            let (by_right, by_left) = (remove(&right, &left), remove(&left, &right));
            (by_left.await.unwrap(), by_right.await.unwrap())
        };
        assert_eq!(proven_accounts(&app).await, 1, "round {round}: {by_left:?} {by_right:?}");
        left = match (&by_left, &by_right) {
            (Ok(()), Err(Error::Refused(Refusal::LastWayIn | Refusal::SessionEnded))) => left,
            (Err(Error::Refused(Refusal::LastWayIn | Refusal::SessionEnded)), Ok(())) => right,
            other => panic!("round {round}: {other:?}"),
        };
    }
    println!("{rounds} rounds in {:.1} s", started.elapsed().as_secs_f64());
}

async fn a08_the_last_proven_account_cannot_be_removed(app: TestApp) {
    let other = app.another().await;
    let console = app.console_of(proven(&app, "gate-0001").await);
    app.break_glass("gate-0002").await;
    let refused = |done| matches!(done, Err(Error::Refused(Refusal::LastWayIn)));
    let from_there = other.console_of(console.principal().clone());
    for console in [&console, &from_there] {
        assert!(refused(console.remove_break_glass(account(console)).await), "an unproven one is no way in");
    }
    let second = other.console_of(proven(&other, "gate-0003").await);
    second.remove_break_glass(account(&console)).await.unwrap();
    assert!(refused(second.remove_break_glass(account(&second)).await));
    // After 90 days nothing is proven; even then an account is left to be rescued.
    app.clock.advance_minutes(91 * 24 * 60);
    assert_eq!(proven_accounts(&app).await, 0);
    assert_eq!(app.host.break_glass().await.unwrap().len(), 2);
}
