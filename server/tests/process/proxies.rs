//! Behind nginx, Caddy and HAProxy, if they are installed: every answer reaches the caller, whatever others do.

mod behind;
mod kinds;

use behind::{Answers, Behind, object};
use kinds::{CADDY, HAPROXY, Kind, NGINX};
use serde_json::json;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{task::JoinSet, time::sleep};

const WRONG: &str = "postern_scim_wrong";

#[tokio::test(flavor = "multi_thread")]
async fn answers_pass_nginx() {
    answers_pass(&NGINX).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_pass_caddy() {
    answers_pass(&CADDY).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_pass_haproxy() {
    answers_pass(&HAPROXY).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_by_a_restart_behind_nginx() {
    nothing_is_lost_by_a_restart(&NGINX).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_by_a_restart_behind_caddy() {
    nothing_is_lost_by_a_restart(&CADDY).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_by_a_restart_behind_haproxy() {
    nothing_is_lost_by_a_restart(&HAPROXY).await;
}

async fn answers_pass(kind: &Kind) {
    let Some(behind) = Behind::start(kind).await else { return };
    refusals_arrive(kind, &behind).await;
    http2_is_served(kind, &behind).await;
    for pause in pauses() {
        sleep(pause).await;
        good_calls_pass_beside_bad_ones(kind, &behind, pause).await;
    }
}

/// How long the pauses without calls between the rounds are. `POSTERN_PAUSES` sets other lengths, in seconds:
/// `1,30,130`.
fn pauses() -> Vec<Duration> {
    let seconds = std::env::var("POSTERN_PAUSES").unwrap_or_else(|_| "0,10".to_owned());
    seconds.split(',').map(|word| Duration::from_secs(word.parse().expect("a number of seconds"))).collect()
}

/// Refusals arrive at the client, including those that are sent before the body was read.
async fn refusals_arrive(kind: &Kind, behind: &Behind) {
    for length in [300, 8_000, 20_000, 60_000, 1_000_000] {
        let mut answers = Answers::new();
        for _ in 0..if length > 100_000 { 10 } else { 60 } {
            *answers.entry(behind.call("POST", "/Users", WRONG, length).await).or_default() += 1;
        }
        assert_eq!(answers.keys().collect::<Vec<_>>(), [&Some(401)], "{} {length}: {answers:?}", kind.program);
    }
    for length in [1_100_000, 3_000_000] {
        assert_eq!(behind.call("POST", "/Users", &behind.token, length).await, Some(413), "{} {length}", kind.program);
    }
}

async fn http2_is_served(kind: &Kind, behind: &Behind) {
    let users = (0..100).map(|number| json!({"userName": format!("http2.{number}@corp.example")}).to_string());
    let made = behind.post_by_http2(&behind.token, users).await;
    assert_eq!(made, Answers::from([(Some(201), 100)]), "{}", kind.program);
    for (length, count) in [(300, 100), (60_000, 50), (1_000_000, 10)] {
        let refused = behind.post_by_http2(WRONG, (0..count).map(|_| object(length))).await;
        assert_eq!(refused, Answers::from([(Some(401), count)]), "{} {length}", kind.program);
    }
    let refused = behind.post_by_http2(&behind.token, [object(1_100_000)]).await;
    assert_eq!(refused, Answers::from([(Some(413), 1)]), "{}", kind.program);
}

/// On connections that the proxy keeps, after none was used for `pause`.
async fn good_calls_pass_beside_bad_ones(kind: &Kind, behind: &Arc<Behind>, pause: Duration) {
    let mut callers = JoinSet::new();
    for caller in 0..12 {
        let behind = behind.clone();
        let expected = if caller % 3 == 0 { 401 } else { 201 };
        callers.spawn(async move {
            let mut answers = Answers::new();
            for round in 0..25 {
                let answer = if expected == 401 {
                    behind.call("POST", "/Users", WRONG, 40_000).await
                } else {
                    create(&behind, &format!("{caller}.{round}.{}", pause.as_secs())).await
                };
                *answers.entry(answer).or_default() += 1;
            }
            (expected, answers)
        });
    }
    for (expected, answers) in callers.join_all().await {
        assert_eq!(answers, Answers::from([(Some(expected), 25)]), "{} {pause:?}", kind.program);
    }
}

async fn create(behind: &Behind, name: &str) -> Option<u16> {
    let user = json!({"userName": format!("{name}@corp.example")});
    behind.send("POST", "/Users", &behind.token, user.to_string()).await
}

/// Makes at least 3,600 calls while the server stops and starts three times; none is lost.
async fn nothing_is_lost_by_a_restart(kind: &Kind) {
    let Some(behind) = Behind::start(kind).await else { return };
    let is_over = Arc::new(AtomicBool::new(false));
    let mut callers = JoinSet::new();
    for caller in 0..12 {
        let (behind, is_over) = (behind.clone(), is_over.clone());
        callers.spawn(async move {
            let mut answers = Answers::new();
            for round in 0.. {
                if round >= 300 && is_over.load(Ordering::Relaxed) {
                    break;
                }
                *answers.entry(create(&behind, &format!("{caller}.{round}")).await).or_default() += 1;
            }
            answers
        });
    }
    for _ in 0..3 {
        sleep(Duration::from_millis(500)).await;
        behind.restart().await;
    }
    is_over.store(true, Ordering::Relaxed);
    for answers in callers.join_all().await {
        assert_eq!(answers.keys().collect::<Vec<_>>(), [&Some(201)], "{}: {answers:?}", kind.program);
    }
}
