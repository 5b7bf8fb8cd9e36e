//! The black-box suite against the real server on a socket, on both databases. Every case passes; none is skipped.

use crate::support::Database;
use conformance::{CaseOutcome, ServerUnderTest, run};
use domain::{Env, host::Host};
use server::{AppState, Hasher, Recorder, ServerLimits, SystemClock, SystemRandom, TrustedProxies, build, serve};
use std::sync::Arc;
use tokio::net::TcpListener;

#[tokio::test(flavor = "multi_thread")]
async fn sqlite() {
    every_case_passes(Database::sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres() {
    every_case_passes(Database::postgres().await).await;
}

async fn every_case_passes(database: Database) {
    let store = store::open(database.url()).await.unwrap();
    let env = Env { store: store.clone(), clock: Arc::new(SystemClock), random: Arc::new(SystemRandom) };
    let host = Host::new(env.clone());
    host.set_provisioning(true).await.unwrap();
    let token = host.create_token("Conformance", None).await.unwrap().secret;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let state = AppState::new(env, url.parse().unwrap(), Hasher::default(), Recorder::start(store));
    let never = std::future::pending();
    let serving =
        tokio::spawn(serve(listener, build(state), ServerLimits::default(), TrustedProxies::default(), never));
    let report = run(&ServerUnderTest::new(&format!("{url}/scim/v2"), &token).unwrap(), None, 8).await;
    serving.abort();
    let bad = report.verdicts.iter().filter_map(|verdict| match &verdict.outcome {
        CaseOutcome::Passed => None,
        CaseOutcome::Failed(failure) => Some(format!("{}: {}\n  {failure}", verdict.name, verdict.rule)),
        CaseOutcome::Skipped(reason) => Some(format!("{}: skipped: {reason}", verdict.name)),
    });
    let bad: Vec<String> = bad.collect();
    assert!(bad.is_empty() && report.passed() > 0, "{} of {}\n{}", bad.len(), report.verdicts.len(), bad.join("\n"));
}
