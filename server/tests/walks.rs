//! Walks through 20,000 users while others come and go: those who are there all along come exactly once.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should fail")]

mod support;

use axum::http::StatusCode;
use domain::{
    UserId,
    console::UserStatus,
    page::Place,
    user::{Profile, User},
};
use sqlx::{Connection, PgConnection, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet};
use support::{TestApp, Value};
use uuid::Uuid;

on_both!(a_walk_by_cursor_misses_nobody, a_walk_of_the_console_misses_nobody);

const USERS: u32 = 20_000;
/// So many leave, and as many come, while one page is read.
const FOR_EACH_PAGE: usize = 4;

/// The id of a number; one that ends in 3 is deleted during the walk.
fn id(number: u32) -> Uuid {
    Uuid::from_u128(number.into())
}

fn stays(number: u32) -> bool {
    number % 10 != 3
}

/// Fills the database past the store, which takes a fraction of the time; the triggers see it all the same.
async fn fill(app: &TestApp) {
    let url = app.database.url();
    if url.starts_with("sqlite") {
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        let fill = sqlx::query(
            "WITH RECURSIVE counter (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < $1)
            INSERT INTO users (id, version, created, changed, user_name, user_name_key, display_name, display_name_key,
                active, document)
            SELECT unhex(printf('%032x', n)), 1, n, n / 7, 'u' || n, 'u' || n, 'd' || n % 100, 'd' || n % 100, TRUE,
                '{\"userName\":\"u' || n || '\"}' FROM counter",
        );
        fill.bind(i64::from(USERS)).execute(&mut connection).await.unwrap();
    } else {
        let mut connection = PgConnection::connect(url).await.unwrap();
        let fill = sqlx::query(
            "INSERT INTO users (id, version, created, changed, user_name, user_name_key, display_name,
                display_name_key, active, document)
            SELECT lpad(to_hex(n), 32, '0')::uuid, 1, n, n / 7, 'u' || n, 'u' || n, 'd' || n % 100, 'd' || n % 100, TRUE,
                '{\"userName\":\"u' || n || '\"}' FROM generate_series(1, $1) AS n",
        );
        fill.bind(i64::from(USERS)).execute(&mut connection).await.unwrap();
    }
}

/// A user who comes during a walk.
fn newcomer(number: u32) -> User {
    let (name, at) = (format!("u{number}"), domain::Timestamp::from_millis(i64::from(number) / 7));
    let profile = Profile {
        display_name: Some(format!("d{}", number % 100)),
        user_name: name,
        external_id: None,
        given_name: None,
        family_name: None,
        employee_number: None,
        manager: None,
        active: true,
        emails: Vec::new(),
        document: "{}".into(),
    };
    User { id: UserId(id(number)), version: 1, created: at, changed: at, profile }
}

/// Those who leave during a walk, all over the list.
fn leavers() -> impl Iterator<Item = u32> {
    let leaving = USERS / 10;
    // A stride that has no factor in common with their number comes to each of them once.
    (0..leaving).map(move |turn| turn * 777 % leaving * 10 + 3)
}

/// While one page is read: some leave, and as many come.
async fn come_and_go(app: &TestApp, leavers: &mut impl Iterator<Item = u32>) -> u32 {
    let mut changes = tokio::task::JoinSet::new();
    for leaver in leavers.take(FOR_EACH_PAGE) {
        let store = app.env.store.clone();
        changes.spawn(async move {
            // The newcomer's keys come right after those of a user who stays.
            let work = store.write((leaver, newcomer(USERS * 10 + leaver)), |(leaver, newcomer), tx| {
                Box::pin(async move {
                    tx.delete_user(UserId(id(*leaver)), newcomer.changed).await?;
                    tx.insert_user(newcomer).await
                })
            });
            work.await.unwrap();
        });
    }
    u32::try_from(changes.join_all().await.len()).unwrap()
}

/// Those who stayed came once, and the others once at most.
fn check(found: &BTreeMap<Uuid, u32>, what: &str) {
    assert!(found.values().all(|times| *times == 1), "{what}: somebody came twice");
    let missed: BTreeSet<u32> =
        (1..=USERS).filter(|number| stays(*number) && !found.contains_key(&id(*number))).collect();
    assert!(missed.is_empty(), "{what}: {} of those who stayed were missed: {missed:?}", missed.len());
}

async fn a_walk_by_cursor_misses_nobody(app: TestApp) {
    fill(&app).await;
    let (mut leavers, mut changes) = (leavers(), 0);
    for order in ["", "&sortBy=displayName&sortOrder=descending"] {
        let (mut cursor, mut found) = (String::new(), BTreeMap::new());
        loop {
            let path = format!("/Users?count=200&excludedAttributes=groups&cursor={cursor}{order}");
            let (page, changed) = tokio::join!(app.get(&path), come_and_go(&app, &mut leavers));
            changes += changed;
            let page = page.expect(StatusCode::OK).json();
            for user in page["Resources"].as_array().unwrap() {
                *found.entry(user["id"].as_str().unwrap().parse().unwrap()).or_insert(0) += 1;
            }
            let Some(next) = page.get("nextCursor").and_then(Value::as_str) else { break };
            cursor = next.to_owned();
        }
        check(&found, order);
    }
    assert!(changes >= 800, "only {changes} came and went: the walk was not disturbed");
    assert_eq!(app.get("/Users?count=1").await.total(), u64::from(USERS), "one came for each that went");
}

async fn a_walk_of_the_console_misses_nobody(app: TestApp) {
    fill(&app).await;
    let console = app.console("gate").await;
    let (mut leavers, mut changes) = (leavers(), 0);
    let (mut place, mut found) = (Place::Start, BTreeMap::new());
    loop {
        let (page, changed) = tokio::join!(console.users("", UserStatus::Any, place), come_and_go(&app, &mut leavers));
        changes += changed;
        let page = page.unwrap().page;
        for user in &page.rows {
            *found.entry(user.id.0).or_insert(0) += 1;
        }
        let Some(next) = page.next else { break };
        place = Place::After(next);
    }
    check(&found, "the console");
    assert!(changes >= 800, "only {changes} came and went: the walk was not disturbed");
}
