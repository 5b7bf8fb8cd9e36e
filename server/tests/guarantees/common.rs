//! What several guarantees use: every row of every table, the audit log, and repeatable random numbers.

use crate::support::{Answer, TestApp, Value};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::{
    BreakGlassId, SessionId, Timestamp, TokenId, UserId,
    audit::{Entry, Verifier},
    break_glass::NewAccount,
    console::{Console, Principal},
    identity::{Person, PersonId},
    maintenance::Maintenance,
    role::Role,
    session::{Browser, SessionKey, SessionRecord},
};
use server::PeerAddress;
use sha2::{Digest, Sha256};
use sqlx::{Connection, PgConnection, QueryBuilder, SqliteConnection};
use std::{collections::BTreeMap, time::Duration};

/// Every row of every table, as JSON, in a fixed order.
pub(crate) type Tables = BTreeMap<String, Vec<Value>>;

/// Everything in the database, whichever component wrote it.
pub(crate) async fn tables(app: &TestApp) -> Tables {
    app.recorder.flush().await;
    app.env.store.settle().await.unwrap();
    let url = app.database.url();
    let mut tables = match url.starts_with("sqlite") {
        true => sqlite(url).await,
        false => postgres(url).await,
    };
    for rows in tables.values_mut() {
        rows.sort_by_cached_key(Value::to_string);
    }
    tables
}

async fn sqlite(url: &str) -> Tables {
    let mut connection = SqliteConnection::connect(url).await.unwrap();
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_%' ESCAPE '\\'",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let mut tables = Tables::new();
    for name in names {
        let columns = sqlx::query_scalar("SELECT name FROM pragma_table_info($1)").bind(&name);
        let columns: Vec<String> = columns.fetch_all(&mut connection).await.unwrap();
        let mut query = QueryBuilder::<sqlx::Sqlite>::new("SELECT json_object(");
        for (at, column) in columns.iter().enumerate() {
            query.push(if at == 0 { "'" } else { ", '" }).push(column).push("', quote(\"").push(column).push("\")");
        }
        query.push(") FROM \"").push(&name).push("\"");
        let rows: Vec<String> = query.build_query_scalar().fetch_all(&mut connection).await.unwrap();
        tables.insert(name, rows.iter().map(|row| serde_json::from_str(row).unwrap()).collect());
    }
    tables
}

async fn postgres(url: &str) -> Tables {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let names: Vec<String> =
        sqlx::query_scalar("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' AND tablename !~ '^_'")
            .fetch_all(&mut connection)
            .await
            .unwrap();
    let mut tables = Tables::new();
    for name in names {
        let mut query = QueryBuilder::<sqlx::Postgres>::new("SELECT to_jsonb(t)::text FROM \"");
        query.push(&name).push("\" AS t");
        let rows: Vec<String> = query.build_query_scalar().fetch_all(&mut connection).await.unwrap();
        tables.insert(name, rows.iter().map(|row| serde_json::from_str(row).unwrap()).collect());
    }
    tables
}

/// Runs a statement, bypassing the store.
pub(crate) async fn execute(app: &TestApp, statement: &'static str) {
    let url = app.database.url();
    if url.starts_with("sqlite") {
        sqlx::query(statement).execute(&mut SqliteConnection::connect(url).await.unwrap()).await.unwrap();
    } else {
        sqlx::query(statement).execute(&mut PgConnection::connect(url).await.unwrap()).await.unwrap();
    }
}

/// The number that a query returns, bypassing the store.
pub(crate) async fn number(app: &TestApp, query: &'static str) -> i64 {
    let url = app.database.url();
    if url.starts_with("sqlite") {
        sqlx::query_scalar(query).fetch_one(&mut SqliteConnection::connect(url).await.unwrap()).await.unwrap()
    } else {
        sqlx::query_scalar(query).fetch_one(&mut PgConnection::connect(url).await.unwrap()).await.unwrap()
    }
}

/// The rows without the columns that may change.
pub(crate) fn without(mut tables: Tables, columns: &[(&str, &str)]) -> Tables {
    for (table, column) in columns {
        for row in tables.get_mut(*table).unwrap_or_else(|| panic!("there is no table {table}")) {
            let removed = row.as_object_mut().unwrap().remove(*column);
            assert!(removed.is_some(), "{table} has no column {column}");
        }
    }
    tables
}

/// What a refusal may leave behind: lines of the log, the record of the call, when a session or token was last used,
/// what was counted for the token, and the kind that its client was taken for.
pub(crate) fn of_changes(mut tables: Tables) -> Tables {
    for table in ["audit_events", "activity", "sessions", "token_networks", "token_spending", "token_alerts"] {
        assert!(tables.remove(table).is_some(), "there is no table {table}");
    }
    without(tables, &[("tokens", "last_used"), ("tokens", "late_use"), ("tokens", "profile")])
}

/// The tables of the break-glass accounts.
pub(crate) fn of_break_glass(mut tables: Tables) -> Tables {
    tables.retain(|name, _| name.starts_with("break_glass"));
    assert_eq!(tables.len(), 3, "{tables:?}");
    tables
}

/// Fails, and shows which rows differ.
#[track_caller]
pub(crate) fn assert_same(before: &Tables, after: &Tables, when: &str) {
    assert!(before.keys().eq(after.keys()), "{when}: other tables");
    for (name, rows) in before {
        let now = &after[name];
        let gone: Vec<_> = rows.iter().filter(|row| !now.contains(row)).take(3).collect();
        let new: Vec<_> = now.iter().filter(|row| !rows.contains(row)).take(3).collect();
        assert!(rows == now, "{when}: table {name} has lost {gone:#?} and gained {new:#?}");
    }
}

/// All events, in their order.
pub(crate) async fn events(app: &TestApp) -> Vec<Entry> {
    let mut events: Vec<Entry> = Vec::new();
    loop {
        let page = app.host.events_after(events.last().map_or(0, |entry| entry.seq)).await.unwrap();
        if page.is_empty() {
            return events;
        }
        events.extend(page);
    }
}

/// How many events there are of an action.
pub(crate) async fn count(app: &TestApp, action: &str) -> usize {
    events(app).await.iter().filter(|entry| entry.event.action.as_str() == action).count()
}

/// Checks the chain of the audit log from its first entry to its head.
pub(crate) async fn verify_chain(app: &TestApp) {
    let mut verifier = Verifier::default();
    for entry in events(app).await {
        verifier.take(&entry).unwrap();
    }
    let head = app.host.audit_head().await.unwrap().map(|(_, hash)| hash);
    assert_eq!(verifier.finish(head).unwrap().unsealed, 0);
}

/// Creates a break-glass account that has just signed in and has a session, without hashing anything.
pub(crate) async fn proven(app: &TestApp, name: &str) -> Principal {
    const HASH: &str = "$argon2id$none";
    let new = NewAccount { name: name.to_owned(), secret_hash: HASH.to_owned(), codes: Vec::new() };
    let account = app.host.create_break_glass(new).await.unwrap().id;
    let now = app.env.now();
    let principal = Principal {
        person: Person { id: PersonId::BreakGlass(account), name: name.to_owned() },
        generation: Some(1),
        role: Role::Administrator,
        since: now,
        checked: now,
        reason: Some("keep the doors open".to_owned()),
        ends: now.plus_days(1),
        session: SessionId::new(&app.env, now),
    };
    let session = session(&principal, app.env.random());
    let work = app.env.store.write((account, session, now), |(account, session, now), tx| {
        Box::pin(async move {
            assert!(tx.prove_break_glass(*account, HASH, *now).await?);
            tx.insert_session(session).await
        })
    });
    work.await.unwrap();
    principal
}

/// The record of a principal's session under a key.
pub(crate) fn session(principal: &Principal, key: SessionKey) -> SessionRecord {
    SessionRecord { principal: principal.clone(), key, seen: principal.since, browser: Browser::default() }
}

/// The break-glass account of a principal.
pub(crate) fn account(console: &Console) -> BreakGlassId {
    console.principal().account().expect("no break-glass account")
}

/// How many accounts are known to work.
pub(crate) async fn proven_accounts(app: &TestApp) -> usize {
    let now: Timestamp = app.env.now();
    app.host.break_glass().await.unwrap().iter().filter(|found| found.account.is_proven(now)).count()
}

/// A number from the environment, or the usual one.
pub(crate) fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

/// Numbers that are the same for the same seed: SplitMix64 (Steele, Lea, Flood 2014).
pub(crate) struct Dice(u64);

impl Dice {
    /// From `POSTERN_SEED`, or a random seed; prints which.
    pub(crate) fn of_environment() -> Self {
        let any = u64::from(std::process::id()) ^ std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos() as u64;
        let seed = setting("POSTERN_SEED", any);
        println!("POSTERN_SEED={seed}");
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Less than `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }

    /// True once in `one_in` calls on average.
    pub(crate) fn once_in(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }

    /// One of these.
    pub(crate) fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// The id of the token that a [`TestApp`] uses for its calls.
pub(crate) async fn token_id(app: &TestApp) -> TokenId {
    app.host.tokens().await.unwrap().iter().find(|token| app.token.contains(&token.key)).unwrap().id
}

/// A read with a token, from an address.
pub(crate) async fn read_from(app: &TestApp, token: &str, address: &str) -> Answer {
    let request =
        Request::get("/scim/v2/ServiceProviderConfig").header(header::AUTHORIZATION, format!("Bearer {token}"));
    let mut request = request.body(Body::empty()).unwrap();
    request.extensions_mut().insert(PeerAddress(address.parse().unwrap()));
    app.send(request).await
}

/// Every resource at an endpoint, with a filter or without, page by page.
pub(crate) async fn list(app: &TestApp, endpoint: &str) -> Vec<Value> {
    let mut resources: Vec<Value> = Vec::new();
    loop {
        let mark = if endpoint.contains('?') { '&' } else { '?' };
        let answer = app.get(&format!("{endpoint}{mark}startIndex={}&count=200", resources.len() + 1)).await;
        let answer = answer.expect(StatusCode::OK);
        let page = answer.json()["Resources"].as_array().cloned().unwrap_or_default();
        if page.is_empty() {
            assert_eq!(answer.total(), resources.len() as u64);
            return resources;
        }
        resources.extend(page);
    }
}

/// Signs a user in as single sign-on will: a session of that role, by its cookie.
pub(crate) async fn user_session(app: &TestApp, id: UserId, role: Role) -> (Principal, String) {
    let now = app.env.now();
    let token: [u8; 16] = app.env.random();
    let principal = Principal {
        person: Person { id: PersonId::User(id), name: "ada@corp.example".to_owned() },
        generation: None,
        role,
        since: now,
        checked: now,
        reason: None,
        ends: now.plus_days(1),
        session: SessionId::new(&app.env, now),
    };
    let record = session(&principal, Sha256::digest(token).into());
    let work = app.env.store.write(record, |record, tx| Box::pin(async move { tx.insert_session(record).await }));
    work.await.unwrap();
    (principal, format!("__Host-postern={}", BASE64_URL_SAFE_NO_PAD.encode(token)))
}

/// Whether the console accepts this cookie.
pub(crate) async fn is_in(app: &TestApp, cookie: &str) -> bool {
    let status = app.page("/admin/users", Some(cookie)).await.status;
    assert!(matches!(status, StatusCode::OK | StatusCode::SEE_OTHER), "{status}");
    status == StatusCode::OK
}

/// Tries to sign in. Failures slow down others, so an hour passes after one.
pub(crate) async fn try_sign_in(app: &TestApp, name: &str, secret: &str) -> Option<String> {
    let answer = app.form("/login", None, &format!("name={name}&secret={secret}&next=")).await;
    if answer.status == StatusCode::SEE_OTHER {
        return answer.cookie();
    }
    answer.expect(StatusCode::UNPROCESSABLE_ENTITY);
    app.clock.advance_minutes(61);
    None
}

/// Does the hourly work, as a process that has run for years: it trusts a clock that two runs in a row have seen.
pub(crate) async fn maintain(app: &TestApp) {
    let years = Duration::from_secs(10 * 365 * 24 * 60 * 60);
    let mut process = Maintenance::new(app.env.clone());
    for uptime in [Duration::ZERO, years, years] {
        process.run(uptime).await.unwrap();
    }
}
