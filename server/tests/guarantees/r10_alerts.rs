//! Alerts cannot be drowned: the holder of a token can cause only a limited number, and urgent ones wait for none of
//! them.

use crate::{
    guarantees::common::{count, events, maintain, proven, read_from, token_id},
    support::TestApp,
};
use axum::http::StatusCode;
use domain::{
    alert::{next, register, tried},
    audit::{Action, Entry, Event, Lane},
    identity::Who,
};

on_both!(
    r10_new_networks_are_told_five_times_an_hour_and_then_summed_up,
    r10_a_summary_comes_by_itself,
    r10_a_48_is_one_neighbourhood_and_few_places_are_kept,
    r10_places_are_forgotten_after_90_days,
    r10_what_is_urgent_waits_for_nothing_else,
    r10_a_lane_is_told_in_order_and_at_least_once,
);

async fn call(app: &TestApp, address: &str) {
    read_from(app, &app.token, address).await.expect(StatusCode::OK);
}

async fn told(app: &TestApp) -> Vec<Entry> {
    app.recorder.flush().await;
    let mut told = events(app).await;
    told.retain(|entry| entry.event.action == Action::TokenNewNetwork);
    told
}

fn further(entry: &Entry) -> Option<u64> {
    serde_json::from_str::<serde_json::Value>(entry.event.after.as_deref()?).ok()?["further"].as_u64()
}

/// Calls from this many networks, none near another.
async fn wander(app: &TestApp, from: u32, to: u32) {
    for number in from..to {
        call(app, &format!("2001:db8:{number:x}::1")).await;
    }
}

async fn r10_new_networks_are_told_five_times_an_hour_and_then_summed_up(app: TestApp) {
    call(&app, "192.0.2.1").await;
    app.recorder.flush().await;
    wander(&app, 0, 40).await;
    let first = told(&app).await;
    assert_eq!((first.len(), first.iter().filter_map(further).count()), (5, 0));
    app.clock.advance_minutes(60);
    wander(&app, 100, 101).await;
    let next: Vec<Option<u64>> = told(&app).await[5..].iter().map(further).collect();
    assert_eq!(next, [Some(35), None]);
    assert_eq!(count(&app, "token.first_used").await, 1);
}

async fn r10_a_summary_comes_by_itself(app: TestApp) {
    call(&app, "192.0.2.1").await;
    app.recorder.flush().await;
    wander(&app, 0, 12).await;
    assert_eq!(told(&app).await.len(), 5);
    maintain(&app).await;
    assert_eq!(told(&app).await.len(), 5, "the hour has not ended");
    app.clock.advance_minutes(60);
    for _ in 0..2 {
        maintain(&app).await;
        let told = told(&app).await;
        assert_eq!((told.len(), told.last().and_then(further)), (6, Some(7)));
    }
}

async fn r10_a_48_is_one_neighbourhood_and_few_places_are_kept(app: TestApp) {
    call(&app, "192.0.2.1").await;
    app.recorder.flush().await;
    for number in 0..250 {
        call(&app, &format!("2001:db8:7:{number:x}::1")).await;
    }
    assert_eq!(told(&app).await.len(), 1, "all of them are in one /48");
    let console = app.console_of(proven(&app, "gate-0001").await);
    let id = token_id(&app).await;
    let seen = console.token(id).await.unwrap().seen;
    assert_eq!((seen.len(), seen[0].network.as_str()), (200, "2001:db8:7:f9::/64"));
    let cookie = app.administrator("gate-0002").await;
    let page = app.page(&format!("/admin/sso/tokens/{id}"), Some(&cookie)).await.expect(StatusCode::OK).text;
    assert!(page.matches("2001:db8:7:").count() <= 30, "{}", page.matches("2001:db8:7:").count());
    assert!(page.contains("And 175 networks before these."), "{page}");
}

async fn r10_places_are_forgotten_after_90_days(app: TestApp) {
    let console = app.console_of(proven(&app, "gate-0001").await);
    let seen = async || console.token(token_id(&app).await).await.unwrap().seen.len();
    call(&app, "192.0.2.1").await;
    app.recorder.flush().await;
    app.clock.advance_minutes(80 * 24 * 60);
    call(&app, "198.51.100.1").await;
    app.recorder.flush().await;
    maintain(&app).await;
    assert_eq!(seen().await, 2);
    app.clock.advance_minutes(11 * 24 * 60);
    maintain(&app).await;
    assert_eq!(seen().await, 1);
}

/// An event, and its number.
async fn append(app: &TestApp, action: Action) -> i64 {
    let event = Event::new(app.env.now(), Who::System, None, action);
    app.env.store.write(event, |event, tx| Box::pin(async move { tx.append_event(event).await })).await.unwrap();
    events(app).await.last().unwrap().seq
}

async fn with_mail(app: &TestApp) {
    register(&app.env, vec!["mail".to_owned()]).await.unwrap();
}

async fn r10_what_is_urgent_waits_for_nothing_else(app: TestApp) {
    with_mail(&app).await;
    for _ in 0..40 {
        append(&app, Action::TokenNewNetwork).await;
    }
    // The receiver refuses the first of these, so their lane pauses; and one is being sent.
    let (state, entry) = next(&app.env, "mail", Lane::Ordinary).await.unwrap().unwrap();
    tried(&app.env, state, &entry, Some("no such mailbox".to_owned())).await.unwrap();
    assert!(next(&app.env, "mail", Lane::Ordinary).await.unwrap().is_none(), "it pauses");
    let tripped = append(&app, Action::GuardTripped).await;
    let (state, entry) = next(&app.env, "mail", Lane::Urgent).await.unwrap().unwrap();
    assert_eq!((entry.seq, entry.event.action, state.attempts), (tripped, Action::GuardTripped, 0));
    tried(&app.env, state, &entry, None).await.unwrap();
    // An alert that is sent from another lane does not skip any of these.
    app.clock.advance_minutes(1);
    let (_, entry) = next(&app.env, "mail", Lane::Ordinary).await.unwrap().unwrap();
    assert_eq!(entry.event.action, Action::TokenNewNetwork);
    let console = app.console_of(proven(&app, "gate-0001").await);
    let status = console.alerts().await.unwrap();
    // The account that views the page was just created, which is urgent too.
    assert_eq!((status.len(), status[0].waiting, status[0].urgent), (1, 41, 1));
    assert_eq!(status[0].channel.last_error.as_deref(), Some("no such mailbox"));
}

async fn r10_a_lane_is_told_in_order_and_at_least_once(app: TestApp) {
    with_mail(&app).await;
    let mut wanted = [Vec::new(), Vec::new()];
    for number in 0..12 {
        let urgent = number % 3 == 0;
        let action = if urgent { Action::GuardHeld } else { Action::TokenUsedLate };
        wanted[usize::from(!urgent)].push(append(&app, action).await);
    }
    for (lane, wanted) in Lane::ALL.into_iter().zip(wanted) {
        // A process that dies while it sends has not sent: after its lease the same alert is next.
        let (_, lost) = next(&app.env, "mail", lane).await.unwrap().unwrap();
        assert!(next(&app.env, "mail", lane).await.unwrap().is_none());
        app.clock.advance_minutes(1);
        let mut told = Vec::new();
        while let Some((state, entry)) = next(&app.env, "mail", lane).await.unwrap() {
            told.push(entry.seq);
            tried(&app.env, state, &entry, None).await.unwrap();
        }
        assert_eq!((lost.seq, told), (wanted[0], wanted));
    }
}
