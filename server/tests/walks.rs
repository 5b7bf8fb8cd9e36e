//! Walks through 20,000 users while others are added and deleted: those who are there all along appear exactly once.

use crate::support::{TestApp, Value};
use axum::http::StatusCode;
use domain::{
    UserId,
    console::PeopleFilter,
    keys::{self, KeySources},
    page::Place,
    query::UserValue,
    query::{Sort, UserKey},
    user::{Profile, User},
};
use sqlx::{Connection, PgConnection, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

on_both!(
    a_walk_by_cursor_misses_nobody,
    a_walk_of_the_console_misses_nobody,
    what_no_index_answers_is_bounded,
    keys_are_made_anew_part_by_part,
);

const USERS: u32 = 20_000;
/// How many are deleted, and how many are added, while one page is read.
const FOR_EACH_PAGE: usize = 4;

/// The id of a number; one that ends in 3 is deleted during the walk.
fn id(number: u32) -> Uuid {
    Uuid::from_u128(number.into())
}

fn stays(number: u32) -> bool {
    number % 10 != 3
}

/// Fills the database directly, which takes a fraction of the time; the triggers run all the same.
async fn fill(app: &TestApp) {
    let url = app.database.url();
    if url.starts_with("sqlite") {
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        let fill = sqlx::query(
            "WITH RECURSIVE counter (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < $1)
            INSERT INTO users (id, version, created, changed, user_name, user_name_key, display_name, display_name_key,
                active, document)
            SELECT unhex(printf('%032x', n)), 1, n, n / 7, 'u' || n, 'u' || n, 'd' || (n % 100), 'd' || (n % 100), TRUE,
                '{\"userName\":\"u' || n || '\"}' FROM counter",
        );
        fill.bind(i64::from(USERS)).execute(&mut connection).await.unwrap();
    } else {
        let mut connection = PgConnection::connect(url).await.unwrap();
        let fill = sqlx::query(
            "INSERT INTO users (id, version, created, changed, user_name, user_name_key, display_name,
                display_name_key, active, document)
            SELECT lpad(to_hex(n), 32, '0')::uuid, 1, n, n / 7, 'u' || n, 'u' || n, 'd' || (n % 100), 'd' || (n % 100), TRUE,
                '{\"userName\":\"u' || n || '\"}' FROM generate_series(1, $1) AS n",
        );
        fill.bind(i64::from(USERS)).execute(&mut connection).await.unwrap();
    }
}

/// A user who is added during a walk.
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
        values: Some(Vec::new()),
        document: "{}".into(),
    };
    User { id: UserId(id(number)), version: 1, created: at, changed: at, profile }
}

/// Those who are deleted during a walk, all over the list.
fn leavers() -> impl Iterator<Item = u32> {
    let leaving = USERS / 10;
    // A stride that is coprime to their number reaches each of them once.
    (0..leaving).map(move |turn| turn * 777 % leaving * 10 + 3)
}

/// While one page is read: some are deleted, and as many are added.
async fn come_and_go(app: &TestApp, leavers: &mut impl Iterator<Item = u32>) -> u32 {
    let mut changes = tokio::task::JoinSet::new();
    for leaver in leavers.take(FOR_EACH_PAGE) {
        let store = app.env.store.clone();
        changes.spawn(async move {
            // The new user's keys come right after those of a user who stays.
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

/// Those who stayed appear once, and the others at most once.
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
    let sort = Sort { by: UserKey::Changed, descending: true };
    loop {
        let (page, changed) =
            tokio::join!(console.people(PeopleFilter::default(), sort, place.clone()), come_and_go(&app, &mut leavers));
        changes += changed;
        let page = page.unwrap().page;
        for user in &page.rows {
            *found.entry(user.user.id.0).or_insert(0) += 1;
        }
        let Some(next) = page.next else { break };
        place = Place::After(next);
    }
    check(&found, "the console");
    assert!(changes >= 800, "only {changes} came and went: the walk was not disturbed");
}

async fn what_no_index_answers_is_bounded(app: TestApp) {
    fill(&app).await;
    app.user("one-more").await;
    for path in [
        "/Users?filter=locale+eq+%22x%22",
        "/Users?filter=locale+eq+%22x%22+or+userName+eq+%22u7%22",
        "/Users?filter=not+(locale+eq+%22x%22+and+userName+eq+%22u7%22)",
        "/Users?sortBy=locale",
        "/Users?sortBy=name.familyName&filter=active+eq+true",
        // Not known yet for those who were filled in.
        "/Users?filter=title+eq+%22x%22",
        "/Users?sortBy=title",
        "/?filter=locale+eq+%22x%22",
    ] {
        let answer = app.get(path).await.expect(StatusCode::BAD_REQUEST);
        assert_eq!(answer.json()["scimType"], "tooMany", "{path}");
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("Narrow the filter") && detail.contains("userName"), "{detail}");
    }
    for (filter, total) in [
        ("locale+eq+null+and+userName+sw+%22u1999%22", 11),
        ("userName+eq+%22u7%22+and+not+(locale+pr)", 1),
        ("displayName+eq+%22d5%22+and+title+eq+null", 200),
    ] {
        assert_eq!(app.get(&format!("/Users?count=1&filter={filter}")).await.total(), total, "{filter}");
    }
}

async fn keys_are_made_anew_part_by_part(app: TestApp) {
    fill(&app).await;
    let renew = async || {
        let renewed = keys::renew(&app.env, |document| {
            let document: Value = serde_json::from_str(document).unwrap();
            let title = UserValue::key(document["userName"].as_str().unwrap());
            KeySources { values: vec![(UserValue::Title, title)], ..KeySources::default() }
        });
        u32::try_from(renewed.await.unwrap()).unwrap()
    };
    // As many calls as it takes, each on its own: the next one continues where the last one ended.
    let (mut done, mut parts) = (renew().await, 1);
    assert!(done < 1_000, "others wait for {done} at once");
    let work = app.env.store.write((), |(), tx| {
        Box::pin(async move { tx.delete_user(UserId(id(USERS)), domain::Timestamp::from_millis(1)).await })
    });
    work.await.unwrap();
    loop {
        let part = renew().await;
        if part == 0 {
            break;
        }
        (done, parts) = (done + part, parts + 1);
    }
    assert_eq!(done, USERS, "deleted ones, too");
    assert!(parts >= 20);
    let total = async |filter: &str| app.get(&format!("/Users?count=1&filter={filter}")).await.total();
    assert_eq!(total("title+pr").await, u64::from(USERS) - 1);
    assert_eq!(total("title+eq+%22U77%22").await, 1);
    let work = app.env.store.write((), |(), tx| {
        Box::pin(async move { tx.restore_user(UserId(id(USERS)), domain::Timestamp::from_millis(2)).await })
    });
    work.await.unwrap();
    assert_eq!(total(&format!("title+eq+%22u{USERS}%22")).await, 1);
}
