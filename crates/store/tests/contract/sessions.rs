//! Sessions: an ended session stays ended.

use crate::support::{account, at, id, insert_account, insert_users, on_both_databases, session, unit, user};
use domain::{
    BreakGlassId, SessionId, UserId,
    console::Principal,
    identity::{Person, PersonId},
    role::Role,
    session::{Browser, SKEW_MILLIS, SessionRecord, SessionSummary},
    store::Store,
    user::User,
};

on_both_databases!(
    a_session_comes_back_whole_until_it_ends,
    a_key_is_taken_once,
    r09_a_session_keeps_its_id_under_another_key,
    r09_an_ended_session_is_never_revived,
    r09_whoever_signs_out_with_a_replaced_key_ends_the_session,
    r09_a_session_is_held_while_it_is_alive,
    all_sessions_of_an_account_end,
    a_new_secret_ends_what_began_with_another,
    a_session_is_over_when_the_clock_is_set_back,
    what_has_ended_is_removed,
    an_unused_session_is_over,
    a_users_session_lives_while_the_user_may,
    all_sessions_of_a_user_end,
    those_that_are_alive_are_listed,
);

async fn insert(store: &Store, session: SessionRecord) {
    unit!(store.write, |tx, session| tx.insert_session(session)).unwrap();
}

async fn find(store: &Store, key: u8, now: i64) -> Option<SessionRecord> {
    unit!(store.read, |tx, key, now| tx.session([*key; 32], at(*now), at(0))).unwrap()
}

async fn delete(store: &Store, number: u8) -> bool {
    unit!(store.write, |tx, number| tx.delete_session(SessionId(id((*number).into())))).unwrap()
}

/// Confirms the session with that number, with a reason.
async fn confirm(store: &Store, number: u8, key: u8, next_key: u8) -> bool {
    let principal = confirmed(session(number, 7, 100).principal);
    let work = unit!(store.write, |tx, principal, key, next_key| {
        tx.replace_session_key(principal, [*key; 32], [*next_key; 32])
    });
    work.unwrap()
}

fn confirmed(principal: Principal) -> Principal {
    Principal { checked: at(8), reason: Some("set up Entra".into()), ..principal }
}

fn of_user(number: u8, user: u128) -> SessionRecord {
    let session = session(number, 7, 100);
    let person = Person { id: PersonId::User(UserId(id(user))), ..session.principal.person };
    let principal = Principal { person, generation: None, role: Role::Auditor, ..session.principal };
    SessionRecord { principal, ..session }
}

async fn a_session_comes_back_whole_until_it_ends(store: Store) {
    insert_account(&store, &account(7)).await;
    insert_users(&store, &[user(1, "ada")]).await;
    let browser = Browser { address: Some("::1".into()), agent: Some("Firefox \u{1F98A}".into()) };
    let whole = session(1, 7, 100);
    let whole = SessionRecord { principal: confirmed(whole.principal), browser, ..whole };
    insert(&store, whole.clone()).await;
    insert(&store, of_user(2, 1)).await;
    assert_eq!(find(&store, 1, 99).await, Some(whole.clone()));
    assert_eq!(find(&store, 2, 99).await, Some(of_user(2, 1)));
    assert_eq!((find(&store, 1, 100).await, find(&store, 3, 0).await), (None, None));
    let own = whole.principal.session;
    unit!(store.write, |tx, own| tx.touch_session(*own, at(60))).unwrap();
    assert_eq!(find(&store, 1, 70).await, Some(SessionRecord { seen: at(60), ..whole }));
    unit!(store.write, |tx| tx.touch_session(SessionId(id(9)), at(60))).unwrap();
}

async fn a_key_is_taken_once(store: Store) {
    insert_account(&store, &account(7)).await;
    insert(&store, session(1, 7, 100)).await;
    let other = SessionRecord { key: [1; 32], ..session(2, 7, 100) };
    assert!(unit!(store.write, |tx, other| tx.insert_session(other)).is_err());
    assert_eq!(find(&store, 1, 99).await, Some(session(1, 7, 100)));
}

async fn r09_a_session_keeps_its_id_under_another_key(store: Store) {
    insert_account(&store, &account(7)).await;
    insert(&store, session(1, 7, 100)).await;
    assert!(confirm(&store, 1, 1, 11).await);
    let before = session(1, 7, 100);
    let after = SessionRecord { principal: confirmed(before.principal), key: [11; 32], ..before };
    assert_eq!((find(&store, 1, 50).await, find(&store, 11, 50).await), (None, Some(after)));
    assert!(!confirm(&store, 1, 1, 12).await, "another confirmation was first");
    assert!(delete(&store, 1).await);
    assert!(find(&store, 11, 50).await.is_none());
}

async fn r09_an_ended_session_is_never_revived(store: Store) {
    insert_account(&store, &account(7)).await;
    insert(&store, session(1, 7, 100)).await;
    assert!(delete(&store, 1).await && !delete(&store, 1).await);
    assert!(!confirm(&store, 1, 1, 11).await);
    unit!(store.write, |tx| tx.touch_session(SessionId(id(1)), at(60))).unwrap();
    assert_eq!((find(&store, 1, 0).await, find(&store, 11, 0).await), (None, None));
}

async fn r09_whoever_signs_out_with_a_replaced_key_ends_the_session(store: Store) {
    insert_account(&store, &account(7)).await;
    let sign_out = async |key: u8| {
        let ended = unit!(store.write, |tx, key| tx.delete_session_with([*key; 32])).unwrap();
        ended.map(|session| session.principal.session)
    };
    for (number, key) in [(1, 11), (2, 2), (3, 33)] {
        insert(&store, session(number, 7, 100)).await;
        assert!(confirm(&store, number, number, number * 11).await);
        assert_eq!(sign_out(key).await, Some(SessionId(id(number.into()))));
        assert_eq!((sign_out(key).await, find(&store, number * 11, 50).await), (None, None));
    }
    assert_eq!(sign_out(9).await, None);
}

async fn r09_a_session_is_held_while_it_is_alive(store: Store) {
    insert_account(&store, &account(7)).await;
    insert_users(&store, &[user(1, "ada")]).await;
    insert(&store, session(1, 7, 100)).await;
    insert(&store, of_user(2, 1)).await;
    let held = async |number: u128, now: i64, idle: i64| {
        let id = SessionId(id(number));
        unit!(store.write, |tx, id, now, idle| tx.hold_session(*id, at(*now), at(*idle))).unwrap()
    };
    assert!(held(1, 99, 0).await && held(2, 99, 0).await);
    assert!(!held(1, 100, 0).await && !held(1, 50, 3).await && !held(9, 50, 0).await);
    unit!(store.write, |tx| tx.set_break_glass_secret(BreakGlassId(id(7)), "new", at(1))).unwrap();
    assert!(!held(1, 50, 0).await);
}

/// In either order of the two writes, and for any clock.
async fn a_new_secret_ends_what_began_with_another(store: Store) {
    insert_account(&store, &account(7)).await;
    insert(&store, session(1, 7, 100)).await;
    unit!(store.write, |tx| tx.set_break_glass_secret(BreakGlassId(id(7)), "new", at(1))).unwrap();
    insert(&store, session(2, 7, 100)).await;
    assert_eq!((find(&store, 1, 0).await, find(&store, 2, 0).await), (None, None));
    let later = session(3, 7, 100);
    let principal = Principal { generation: Some(2), ..later.principal };
    let later = SessionRecord { principal, ..later };
    insert(&store, later.clone()).await;
    assert_eq!(find(&store, 3, 0).await, Some(later));
}

async fn a_session_is_over_when_the_clock_is_set_back(store: Store) {
    insert_account(&store, &account(7)).await;
    insert(&store, session(1, 7, 100)).await;
    // It was last used at 3.
    for (now, lives) in [(3 - SKEW_MILLIS, true), (2 - SKEW_MILLIS, false)] {
        assert_eq!(find(&store, 1, now).await.is_some(), lives);
        let all: Vec<SessionSummary> = unit!(store.read, |tx, now| tx.sessions(at(*now), at(0))).unwrap();
        assert_eq!(all.len(), usize::from(lives));
        let id = SessionId(id(1));
        assert_eq!(unit!(store.write, |tx, id, now| tx.hold_session(*id, at(*now), at(0))).unwrap(), lives);
    }
}

async fn all_sessions_of_an_account_end(store: Store) {
    insert_account(&store, &account(7)).await;
    insert_account(&store, &account(8)).await;
    for (number, account) in [(1, 7), (2, 7), (3, 8), (4, 7)] {
        insert(&store, session(number, account, 100)).await;
    }
    let end = async |kept: Option<u128>| {
        let kept = kept.map(|number| SessionId(id(number)));
        unit!(store.write, |tx, kept| tx.delete_sessions_of(BreakGlassId(id(7)), *kept)).unwrap();
        let mut left = Vec::new();
        for key in 1..=4 {
            left.extend(find(&store, key, 0).await.map(|session| session.key[0]));
        }
        left
    };
    assert_eq!(end(Some(4)).await, [3, 4]);
    assert_eq!(end(None).await, [3]);
}

async fn what_has_ended_is_removed(store: Store) {
    insert_account(&store, &account(7)).await;
    insert(&store, session(1, 7, 100)).await;
    insert(&store, session(2, 7, 101)).await;
    unit!(store.write, |tx| tx.delete_sessions_before(at(101))).unwrap();
    assert_eq!(find(&store, 1, 0).await, None);
    assert!(find(&store, 2, 0).await.is_some());
}

async fn an_unused_session_is_over(store: Store) {
    insert_account(&store, &account(7)).await;
    insert(&store, session(1, 7, 100)).await;
    let alive =
        async |idle: i64| unit!(store.read, |tx, idle| tx.session([1; 32], at(50), at(*idle))).unwrap().is_some();
    assert!(alive(2).await && !alive(3).await);
    unit!(store.write, |tx| tx.touch_session(SessionId(id(1)), at(40))).unwrap();
    assert!(alive(39).await && !alive(40).await);
}

async fn a_users_session_lives_while_the_user_may(store: Store) {
    insert_users(&store, &[user(1, "ada"), user(2, "bob")]).await;
    insert(&store, of_user(1, 1)).await;
    insert(&store, of_user(2, 2)).await;
    assert_eq!(find(&store, 1, 50).await, Some(of_user(1, 1)));
    let mut away = User { version: 2, ..user(1, "ada") };
    away.profile.active = false;
    unit!(store.write, |tx, away| tx.update_user(away)).unwrap();
    assert_eq!(find(&store, 1, 50).await, None);
    assert_eq!(find(&store, 2, 50).await, Some(of_user(2, 2)));
    unit!(store.write, |tx| tx.delete_user(UserId(id(2)), at(9))).unwrap();
    assert_eq!(find(&store, 2, 50).await, None);
    // A restored user has to sign in again.
    unit!(store.write, |tx| tx.restore_user(UserId(id(2)), at(10))).unwrap();
    assert_eq!(find(&store, 2, 50).await, None);
}

async fn all_sessions_of_a_user_end(store: Store) {
    insert_account(&store, &account(7)).await;
    insert_users(&store, &[user(1, "ada"), user(2, "bob")]).await;
    for session in [of_user(1, 1), of_user(2, 1), of_user(3, 2), session(4, 7, 100)] {
        insert(&store, session).await;
    }
    let count = async |now: i64| unit!(store.read, |tx, now| tx.count_user_sessions(at(*now))).unwrap();
    assert_eq!((count(99).await, count(100).await), (3, 0));
    unit!(store.write, |tx| tx.delete_sessions_of_user(UserId(id(1)))).unwrap();
    assert_eq!(count(99).await, 1);
    assert!(find(&store, 1, 50).await.is_none() && find(&store, 2, 50).await.is_none());
    assert!(find(&store, 3, 50).await.is_some() && find(&store, 4, 50).await.is_some());
}

async fn those_that_are_alive_are_listed(store: Store) {
    insert_account(&store, &account(7)).await;
    let mut away = user(3, "carl");
    away.profile.active = false;
    insert_users(&store, &[user(1, "ada"), user(2, "bob"), away]).await;
    let seen = |session: SessionRecord, moment| SessionRecord { seen: at(moment), ..session };
    let browser = Browser { address: Some("::1".into()), agent: Some("curl".into()) };
    let old = session(5, 7, 100);
    let old = SessionRecord { principal: Principal { generation: Some(0), ..old.principal }, ..old };
    let ended = of_user(8, 1);
    let ended = SessionRecord { principal: Principal { ends: at(60), ..ended.principal }, ..ended };
    for session in [
        seen(of_user(1, 1), 30),
        seen(of_user(2, 2), 40),
        seen(of_user(3, 3), 50),
        SessionRecord { browser: browser.clone(), ..seen(session(4, 7, 80), 40) },
        seen(old, 50),
        seen(of_user(7, 1), 20),
        seen(ended, 50),
    ] {
        insert(&store, session).await;
    }
    let summary = |number: u128, moment| SessionSummary {
        id: SessionId(id(number)),
        name: "Gate-7".into(),
        break_glass: false,
        signed_in: at(2),
        seen: at(moment),
        browser: Browser::default(),
        expires: at(100),
    };
    let gate = SessionSummary { break_glass: true, browser, expires: at(80), ..summary(4, 40) };
    let listed = unit!(store.read, |tx| tx.sessions(at(60), at(20))).unwrap();
    assert_eq!(listed, [summary(2, 40), gate, summary(1, 30)]);
}
