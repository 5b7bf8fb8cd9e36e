//! Tokens, break-glass accounts, settings, the audit log and the activity record.

use crate::support::{at, id, on_both_databases, unit};
use domain::{
    BreakGlassId, Conflict, Error, TokenId,
    activity::{Call, Operation, Outcome, Record, Subject, Summary},
    audit::{Action, Actor, Event},
    break_glass::{Account, Holdings},
    settings::{GuardMode, GuardSettings, Settings},
    store::Store,
    token::Token,
};

on_both_databases!(
    tokens_are_found_and_revoked,
    a_token_remembers_its_last_use,
    accounts_are_found_and_proven,
    the_switch_says_whether_it_moved,
    events_are_counted,
    activity_adds_up,
    many_records_at_once,
);

fn token(number: u8) -> Token {
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
    }
}

/// The settings of a new database.
fn settings() -> Settings {
    let guard = GuardSettings { mode: GuardMode::Alert, count: 10, percent: 20, minutes: 40 };
    Settings { provisioning: false, provisioning_changed: None, guard, audit_days: 400 }
}

async fn tokens_are_found_and_revoked(store: Store) {
    let used = Token { last_used: Some(at(5)), revoked: Some(at(6)), ..token(1) };
    for token in [&used, &token(3), &token(2)] {
        unit!(store.write, |tx, token| tx.insert_token(token)).unwrap();
    }
    assert_eq!(unit!(store.read, |tx| tx.tokens()).unwrap(), [token(3), token(2), used.clone()]);
    assert_eq!(unit!(store.read, |tx| tx.token(TokenId(id(1)))).unwrap(), Some(used.clone()));
    assert_eq!(unit!(store.read, |tx| tx.token(TokenId(id(9)))).unwrap(), None);
    let off = settings();
    assert_eq!(unit!(store.read, |tx| tx.token_and_settings("key1")).unwrap(), (Some(used), off));
    assert_eq!(unit!(store.read, |tx| tx.token_and_settings("KEY1")).unwrap(), (None, off));
    for moment in [7, 8] {
        unit!(store.write, |tx, moment| tx.revoke_token(TokenId(id(2)), at(*moment))).unwrap();
    }
    assert_eq!(unit!(store.read, |tx| tx.token(TokenId(id(2)))).unwrap().unwrap().revoked, Some(at(7)));
    let again = Token { id: TokenId(id(4)), ..token(3) };
    let outcome = unit!(store.write, |tx, again| tx.insert_token(again));
    assert!(matches!(outcome, Err(Error::Unavailable(_))), "{outcome:?}");
}

async fn a_token_remembers_its_last_use(store: Store) {
    let token = token(1);
    unit!(store.write, |tx, token| tx.insert_token(token)).unwrap();
    for (moment, wanted) in [(50, 50), (40, 50), (60, 60)] {
        unit!(store.write, |tx, moment| tx.touch_token(TokenId(id(1)), at(*moment))).unwrap();
        assert_eq!(unit!(store.read, |tx| tx.token(TokenId(id(1)))).unwrap().unwrap().last_used, Some(at(wanted)));
    }
}

async fn accounts_are_found_and_proven(store: Store) {
    let account = |number: u8, created| Account {
        id: BreakGlassId(id(number.into())),
        name: format!("Gate-{number}"),
        secret_hash: format!("hash {number}"),
        next_hash: None,
        generation: 1,
        created: at(created),
        secret_changed: at(created),
        proven: None,
        used: None,
        drilled: None,
    };
    let alone = |account: &Account| Holdings { account: account.clone(), codes: 0, devices: 0 };
    let (older, newer) = (account(2, 10), Account { proven: Some(at(21)), ..account(1, 20) });
    for account in [&newer, &older] {
        unit!(store.write, |tx, account| tx.insert_break_glass(account)).unwrap();
    }
    assert_eq!(unit!(store.read, |tx| tx.break_glass()).unwrap(), [alone(&older), alone(&newer)]);
    assert_eq!(unit!(store.read, |tx| tx.break_glass_by_key("gate-2")).unwrap(), Some(older.clone()));
    assert_eq!(unit!(store.read, |tx| tx.break_glass_by_key("Gate-2")).unwrap(), None);
    let same_name = Account { name: "GATE-2".into(), ..account(3, 30) };
    let outcome = unit!(store.write, |tx, same_name| tx.insert_break_glass(same_name));
    assert!(matches!(outcome, Err(Error::Conflict(Conflict::BreakGlassName))), "{outcome:?}");

    let prove = async |hash: &str, moment: i64| {
        let hash = hash.to_owned();
        unit!(store.write, |tx, hash, moment| tx.prove_break_glass(BreakGlassId(id(2)), hash, at(*moment))).unwrap()
    };
    let find = async || unit!(store.read, |tx| tx.break_glass_by_key("gate-2")).unwrap().unwrap();
    assert!(prove("hash 2", 40).await);
    assert_eq!(find().await, Account { proven: Some(at(40)), ..older.clone() });
    unit!(store.write, |tx| tx.set_break_glass_secret(BreakGlassId(id(2)), "new", at(50))).unwrap();
    let reset = Account { secret_hash: "new".into(), generation: 2, secret_changed: at(50), ..older };
    assert_eq!(find().await, reset);
    // The old secret was right when its check began, and proves nothing any more.
    assert!(!prove("hash 2", 60).await);
    assert_eq!(find().await, reset);
}

async fn the_switch_says_whether_it_moved(store: Store) {
    let since = |on, moment: i64| Settings { provisioning: on, provisioning_changed: Some(at(moment)), ..settings() };
    let switch = async |on: bool, moment: i64| {
        unit!(store.write, |tx, on, moment| tx.set_provisioning(*on, at(*moment))).unwrap()
    };
    let read = async || unit!(store.read, |tx| tx.settings()).unwrap();
    assert_eq!(read().await, settings());
    assert!(!switch(false, 1).await);
    assert!(switch(true, 2).await);
    assert!(!switch(true, 3).await);
    assert_eq!(read().await, since(true, 2));
    assert_eq!(unit!(store.read, |tx| tx.token_and_settings("none")).unwrap(), (None, since(true, 2)));
    assert!(switch(false, 4).await);
    unit!(store.write, |tx| tx.lock_settings()).unwrap();
    assert_eq!(read().await, since(false, 4));
}

async fn events_are_counted(store: Store) {
    let actors = [
        Actor::Scim { token: TokenId(id(1)), name: "Entra".into() },
        Actor::BreakGlass { account: BreakGlassId(id(2)), name: "gate".into() },
        Actor::Host,
        Actor::Nobody,
    ];
    for actor in actors {
        let target = (actor != Actor::Nobody).then(|| id(9));
        let event = Event {
            at: at(1),
            actor,
            address: target.map(|_| "::1".into()),
            action: Action::UserCreated,
            target,
            target_name: target.map(|_| "ada".into()),
            before: None,
            after: None,
            reason: None,
        };
        unit!(store.write, |tx, event| tx.append_event(event)).unwrap();
    }
    assert_eq!(unit!(store.read, |tx| tx.count_events()).unwrap(), 4);
}

fn record(moment: i64, token: Option<u128>, operation: Operation, subject: Subject, outcome: Outcome) -> Record {
    let token = token.map(|number| TokenId(id(number)));
    let call = Call { at: at(moment), token, address: None, operation, subject };
    Record { call, target: None, outcome, detail: Some("why".into()) }
}

async fn activity_adds_up(store: Store) {
    use {Operation::*, Outcome::*, Subject::*};
    let summary = async |since: i64| unit!(store.read, |tx, since| tx.summarise_records(at(*since))).unwrap();
    assert_eq!(summary(0).await, Summary::default());
    unit!(store.write, |tx| tx.append_records(&[])).unwrap();
    let records = [
        record(10, Some(1), LookUp, User, Done),
        record(20, Some(1), LookUp, User, Empty),
        record(30, Some(1), LookUp, Group, Empty),
        record(40, Some(1), Create, Group, Done),
        record(50, Some(1), Create, User, Refused),
        record(60, Some(1), Create, User, Done),
        record(70, Some(1), Create, User, Done),
        record(80, Some(1), Change, User, Failed),
        record(90, None, Read, User, Refused),
    ];
    unit!(store.write, |tx, records| tx.append_records(records)).unwrap();
    let (last_call, first_test, first_user) = (Some(at(80)), Some(at(20)), Some(at(60)));
    assert_eq!(summary(50).await, Summary { last_call, first_test, first_user, calls: 4, refused: 2, strangers: 1 });
    assert_eq!(summary(91).await, Summary { last_call, first_test, first_user, calls: 0, refused: 0, strangers: 0 });
    unit!(store.write, |tx| tx.delete_records_before(at(60))).unwrap();
    assert_eq!(summary(0).await, Summary { last_call, first_test, first_user, calls: 4, refused: 1, strangers: 1 });
    unit!(store.write, |tx| tx.delete_records_before(at(1_000))).unwrap();
    assert_eq!(summary(0).await, Summary { last_call, first_test, first_user, calls: 3, refused: 1, strangers: 0 });
}

async fn many_records_at_once(store: Store) {
    let records: Vec<Record> =
        (0..9_000).map(|moment| record(moment, None, Operation::List, Subject::User, Outcome::Done)).collect();
    unit!(store.write, |tx, records| tx.append_records(records)).unwrap();
    assert_eq!(unit!(store.read, |tx| tx.summarise_records(at(0))).unwrap().strangers, 9_000);
}
