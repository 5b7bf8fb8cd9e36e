//! What the tests share.

#[path = "../support/database.rs"]
mod database;

pub(crate) use database::Database;
use domain::{
    BreakGlassId, GroupId, Random, SessionId, Timestamp, TokenId, UserId,
    break_glass::Account,
    console::Principal,
    directory::UserView,
    group::{Group, GroupProfile},
    identity::{Person, PersonId},
    query::Listed,
    role::Role,
    session::{Browser, SessionRecord},
    store::Store,
    token::{Budget, Token},
    user::{Email, Profile, User},
};
use sqlx::{
    AssertSqlSafe, Connection, PgConnection, SqliteConnection, migrate::Migrator, sqlite::SqliteConnectOptions,
};
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Randomness where none is needed.
pub(crate) struct Zeros;

impl Random for Zeros {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

/// Makes a test of each of these functions for each database. They get the database and an open store on it.
macro_rules! on_both_databases {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $test() {
                let database = crate::support::Database::sqlite().await;
                super::$test(crate::support::store(&database).await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test]
            async fn $test() {
                let database = crate::support::Database::postgres().await;
                super::$test(crate::support::store(&database).await).await;
            })+
        }
    };
}

/// The same for functions that look into the database directly, and open the store themselves.
macro_rules! on_both_databases_bare {
    ($($test:ident),+ $(,)?) => {
        mod sqlite_bare {
            $(#[tokio::test]
            async fn $test() {
                super::$test(crate::support::Database::sqlite().await).await;
            })+
        }
        mod postgres_bare {
            $(#[tokio::test]
            async fn $test() {
                super::$test(crate::support::Database::postgres().await).await;
            })+
        }
    };
}

/// A unit of work of one call: `unit!(store.write, |tx, user| tx.insert_user(user))`. The names after `tx` are cloned
/// into the unit and are references inside.
macro_rules! unit {
    ($store:ident.$kind:ident, |$tx:ident $(, $name:ident)*| $body:expr) => {
        $store.$kind(($($name.clone(),)*), |($($name,)*), $tx| Box::pin(async move { $body.await })).await
    };
}

pub(crate) use {on_both_databases, on_both_databases_bare, unit};

/// The store on a database.
pub(crate) async fn store(database: &Database) -> Store {
    store::open(database.url()).await.unwrap()
}

/// This many milliseconds after 1970-01-01.
pub(crate) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// The name in a user's document.
pub(crate) fn user_name(user: &Listed<UserView>) -> String {
    let document: serde_json::Value = serde_json::from_str(&user.item.document).unwrap();
    document["userName"].as_str().unwrap().to_owned()
}

/// The id of a number; ids are in the order of their numbers.
pub(crate) const fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// A user with a name and nothing else, created and changed at the time of its number.
pub(crate) fn user(number: u32, user_name: &str) -> User {
    User {
        id: UserId(id(number.into())),
        version: 1,
        created: at(number.into()),
        changed: at(number.into()),
        profile: Profile {
            user_name: user_name.into(),
            external_id: None,
            display_name: None,
            given_name: None,
            family_name: None,
            employee_number: None,
            manager: None,
            active: true,
            emails: Vec::new(),
            values: Some(Vec::new()),
            document: serde_json::json!({"userName": user_name}).to_string(),
        },
    }
}

/// An e-mail address.
pub(crate) fn email(value: &str, kind: Option<&str>, primary: bool) -> Email {
    Email { value: value.into(), kind: kind.map(Into::into), primary }
}

/// A group with a name and nothing else, created and changed at the time of its number.
pub(crate) fn group(number: u32, display_name: &str) -> Group {
    Group {
        id: GroupId(id(number.into())),
        version: 1,
        created: at(number.into()),
        changed: at(number.into()),
        profile: GroupProfile { display_name: display_name.into(), external_id: None, document: "{}".into() },
    }
}

/// Adds users.
pub(crate) async fn insert_users(store: &Store, users: &[User]) {
    let users = users.to_vec();
    let work = store.write(users, |users, tx| {
        Box::pin(async move {
            for user in users {
                tx.insert_user(user).await?;
            }
            Ok(())
        })
    });
    work.await.unwrap();
}

/// Adds groups.
pub(crate) async fn insert_groups(store: &Store, groups: &[Group]) {
    let groups = groups.to_vec();
    let work = store.write(groups, |groups, tx| {
        Box::pin(async move {
            for group in groups {
                tx.insert_group(group).await?;
            }
            Ok(())
        })
    });
    work.await.unwrap();
}

/// A token that works until it is revoked.
pub(crate) fn token(number: u8) -> Token {
    Token {
        id: TokenId(id(number.into())),
        key: format!("key{number}"),
        hash: [number; 32],
        last_four: "wxyz".into(),
        name: format!("Token {number}"),
        created: at(number.into()),
        last_used: None,
        revoked: None,
        expires: None,
        paused: None,
        replaces: None,
        networks: None,
        profile: None,
        profile_set: false,
        user: None,
        budget: Budget::default(),
        misuse_told: None,
    }
}

/// Adds a token.
pub(crate) async fn insert_token(store: &Store, token: &Token) {
    unit!(store.write, |tx, token| tx.insert_token(token)).unwrap();
}

/// A break-glass account with its first secret, created at the time of its number.
pub(crate) fn account(number: u8) -> Account {
    Account {
        id: BreakGlassId(id(number.into())),
        name: format!("Gate-{number}"),
        secret_hash: format!("hash {number}"),
        next_hash: None,
        generation: 1,
        created: at(number.into()),
        secret_changed: at(number.into()),
        proven: None,
        used: None,
        drilled: None,
    }
}

/// A session of a break-glass account, with the id and the key of its number.
pub(crate) fn session(number: u8, account: u128, expires: i64) -> SessionRecord {
    let principal = Principal {
        person: Person { id: PersonId::BreakGlass(BreakGlassId(id(account))), name: format!("Gate-{account}") },
        generation: Some(1),
        role: Role::Administrator,
        since: at(2),
        checked: at(2),
        reason: None,
        ends: at(expires),
        session: SessionId(id(number.into())),
    };
    SessionRecord { principal, key: [number; 32], seen: at(3), browser: Browser::default() }
}

/// Adds a break-glass account.
pub(crate) async fn insert_account(store: &Store, account: &Account) {
    unit!(store.write, |tx, account| tx.insert_break_glass(account)).unwrap();
}

/// The folder of a database's migrations: `sqlite` or `postgres`.
pub(crate) fn migrations(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").join(kind)
}

/// Creates the tables of a version, bypassing the store; tables of an earlier version are migrated.
pub(crate) async fn migrate(database: &Database, version: i64) {
    if database.url().starts_with("sqlite") {
        let options = database.url().parse::<SqliteConnectOptions>().unwrap().create_if_missing(true);
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        let migrator = Migrator::new(migrations("sqlite")).await.unwrap();
        migrator.run_to(version, &mut connection).await.unwrap();
    } else {
        let mut connection = PgConnection::connect(database.url()).await.unwrap();
        let migrator = Migrator::new(migrations("postgres")).await.unwrap();
        migrator.run_to(version, &mut connection).await.unwrap();
    }
}

/// Runs statements that both databases understand, bypassing the store. They are the tests' own or come from a
/// migration, and no `query!` can check them: the tables are not today's.
pub(crate) async fn execute(database: &Database, statements: &str) {
    let statements = sqlx::raw_sql(AssertSqlSafe(statements.to_owned()));
    if database.url().starts_with("sqlite") {
        let mut connection = SqliteConnection::connect(database.url()).await.unwrap();
        statements.execute(&mut connection).await.unwrap();
    } else {
        let mut connection = PgConnection::connect(database.url()).await.unwrap();
        statements.execute(&mut connection).await.unwrap();
    }
}

/// The numbers that a query returns, bypassing the store.
pub(crate) async fn numbers(database: &Database, query: &'static str) -> Vec<i64> {
    if database.url().starts_with("sqlite") {
        let mut connection = SqliteConnection::connect(database.url()).await.unwrap();
        sqlx::query_scalar(query).fetch_all(&mut connection).await.unwrap()
    } else {
        let mut connection = PgConnection::connect(database.url()).await.unwrap();
        sqlx::query_scalar(query).fetch_all(&mut connection).await.unwrap()
    }
}
