//! Sessions: what has ended stays ended.

use crate::support::{account, at, id, insert_account, insert_users, on_both_databases, unit, user};
use domain::{
    BreakGlassId, UserId,
    session::{Holder, SessionRecord, SessionSummary},
    store::Store,
    user::User,
};

on_both_databases!(
    a_session_comes_back_until_it_ends,
    a_key_is_taken_once,
    an_ended_session_is_never_revived,
    all_sessions_of_an_account_end,
    all_sessions_of_a_sign_in_end,
    a_new_secret_ends_what_began_with_another,
    what_has_ended_is_removed,
    a_session_comes_back_whole,
    an_unused_session_is_over,
    a_users_session_lives_while_the_user_may,
    all_sessions_of_a_user_end,
    those_that_are_alive_are_listed,
);

fn session(key: u8, account: Option<u128>, expires: i64) -> SessionRecord {
    let holder = account.map(|number| Holder::BreakGlass(BreakGlassId(id(number)), 1));
    SessionRecord {
        key: [key; 32],
        holder,
        signed_in: holder.map(|_| at(2)),
        seen: at(3),
        address: None,
        agent: None,
        data: format!("{{\"n\":{key}}}"),
        expires: at(expires),
    }
}

async fn insert(store: &Store, session: SessionRecord) -> bool {
    unit!(store.write, |tx, session| tx.insert_session(session)).unwrap()
}

async fn find(store: &Store, key: u8, now: i64) -> Option<SessionRecord> {
    unit!(store.read, |tx, key, now| tx.session([*key; 32], at(*now), at(0))).unwrap()
}

async fn a_session_comes_back_until_it_ends(store: Store) {
    insert_account(&store, &account(7)).await;
    insert(&store, session(1, Some(7), 100)).await;
    insert(&store, session(2, None, 100)).await;
    assert_eq!(find(&store, 1, 99).await, Some(session(1, Some(7), 100)));
    assert_eq!(find(&store, 2, 99).await, Some(session(2, None, 100)));
    assert_eq!(find(&store, 1, 100).await, None);
    assert_eq!(find(&store, 3, 0).await, None);
}

async fn a_key_is_taken_once(store: Store) {
    assert!(insert(&store, session(1, None, 100)).await);
    assert!(!insert(&store, session(1, None, 200)).await);
    assert_eq!(find(&store, 1, 99).await, Some(session(1, None, 100)));
}

async fn an_ended_session_is_never_revived(store: Store) {
    insert_account(&store, &account(7)).await;
    insert(&store, session(1, None, 100)).await;
    let after = SessionRecord { data: "{}".into(), ..session(1, Some(7), 200) };
    assert!(unit!(store.write, |tx, after| tx.update_session(after)).unwrap());
    assert_eq!(find(&store, 1, 150).await, Some(after.clone()));
    unit!(store.write, |tx| tx.delete_session([1; 32])).unwrap();
    // A request that was under way when somebody signed out writes its session back.
    assert!(!unit!(store.write, |tx, after| tx.update_session(after)).unwrap());
    assert_eq!(find(&store, 1, 0).await, None);
    unit!(store.write, |tx| tx.delete_session([1; 32])).unwrap();
}

async fn all_sessions_of_a_sign_in_end(store: Store) {
    insert_account(&store, &account(7)).await;
    for key in [1, 2] {
        insert(&store, session(key, Some(7), 100)).await;
    }
    insert(&store, SessionRecord { signed_in: Some(at(3)), ..session(3, Some(7), 100) }).await;
    unit!(store.write, |tx| tx.delete_sign_in(BreakGlassId(id(7)), at(2))).unwrap();
    let left = [find(&store, 1, 50).await, find(&store, 2, 50).await, find(&store, 3, 50).await];
    assert_eq!(left.map(|session| session.is_some()), [false, false, true]);
}

/// Whichever of the two is written first, and whatever the clock says.
async fn a_new_secret_ends_what_began_with_another(store: Store) {
    insert_account(&store, &account(7)).await;
    insert(&store, session(1, Some(7), 100)).await;
    unit!(store.write, |tx| tx.set_break_glass_secret(BreakGlassId(id(7)), "new", at(1))).unwrap();
    insert(&store, session(2, Some(7), 100)).await;
    assert_eq!((find(&store, 1, 0).await, find(&store, 2, 0).await), (None, None));
    let holder = Some(Holder::BreakGlass(BreakGlassId(id(7)), 2));
    let later = SessionRecord { holder, ..session(3, Some(7), 100) };
    insert(&store, later.clone()).await;
    assert_eq!(find(&store, 3, 0).await, Some(later));
}

async fn all_sessions_of_an_account_end(store: Store) {
    insert_account(&store, &account(7)).await;
    insert_account(&store, &account(8)).await;
    for (key, account) in [(1, Some(7)), (2, Some(7)), (3, Some(8)), (4, None)] {
        insert(&store, session(key, account, 100)).await;
    }
    unit!(store.write, |tx| tx.delete_sessions_of(BreakGlassId(id(7)))).unwrap();
    let mut left = Vec::new();
    for key in 1..=4 {
        left.extend(find(&store, key, 0).await.map(|session| session.key[0]));
    }
    assert_eq!(left, [3, 4]);
}

async fn what_has_ended_is_removed(store: Store) {
    insert(&store, session(1, None, 100)).await;
    insert(&store, session(2, None, 101)).await;
    unit!(store.write, |tx| tx.delete_sessions_before(at(101))).unwrap();
    assert_eq!(find(&store, 1, 0).await, None);
    assert!(find(&store, 2, 0).await.is_some());
}

fn of_user(key: u8, number: u128) -> SessionRecord {
    SessionRecord { holder: Some(Holder::User(UserId(id(number)))), signed_in: Some(at(2)), ..session(key, None, 100) }
}

async fn a_session_comes_back_whole(store: Store) {
    insert_account(&store, &account(7)).await;
    insert_users(&store, &[user(1, "ada")]).await;
    let (address, agent) = (Some("::1".to_owned()), Some("Firefox \u{1F98A}".to_owned()));
    let whole = SessionRecord { address: address.clone(), agent: agent.clone(), ..session(1, Some(7), 100) };
    insert(&store, whole.clone()).await;
    assert_eq!(find(&store, 1, 50).await, Some(whole.clone()));
    // The last request is noted by itself; a request that writes its session back does not set it back.
    unit!(store.write, |tx| tx.touch_session([1; 32], at(60))).unwrap();
    let other = SessionRecord { address: None, agent: None, data: "{}".into(), expires: at(90), ..of_user(1, 1) };
    for written in [other.clone(), SessionRecord { holder: None, signed_in: None, ..other }, whole] {
        assert!(unit!(store.write, |tx, written| tx.update_session(written)).unwrap());
        assert_eq!(find(&store, 1, 70).await, Some(SessionRecord { seen: at(60), ..written }));
    }
    unit!(store.write, |tx| tx.touch_session([9; 32], at(60))).unwrap();
}

async fn an_unused_session_is_over(store: Store) {
    insert(&store, session(1, None, 100)).await;
    let alive =
        async |idle: i64| unit!(store.read, |tx, idle| tx.session([1; 32], at(50), at(*idle))).unwrap().is_some();
    assert!(alive(2).await && !alive(3).await);
    unit!(store.write, |tx| tx.touch_session([1; 32], at(40))).unwrap();
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
    // Whoever comes back signs in anew.
    unit!(store.write, |tx| tx.restore_user(UserId(id(2)), at(10))).unwrap();
    assert_eq!(find(&store, 2, 50).await, None);
}

async fn all_sessions_of_a_user_end(store: Store) {
    insert_account(&store, &account(7)).await;
    insert_users(&store, &[user(1, "ada"), user(2, "bob")]).await;
    for session in [of_user(1, 1), of_user(2, 1), of_user(3, 2), session(4, Some(7), 100)] {
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
    let (mut named, mut away) = (user(1, "ada"), user(3, "carl"));
    named.profile.display_name = Some("Ada L.".into());
    away.profile.active = false;
    insert_users(&store, &[named, user(2, "bob"), away]).await;
    let seen = |session: SessionRecord, moment| SessionRecord { seen: at(moment), ..session };
    let old = Some(Holder::BreakGlass(BreakGlassId(id(7)), 0));
    for session in [
        seen(of_user(1, 1), 30),
        seen(of_user(2, 2), 40),
        seen(of_user(3, 3), 50),
        SessionRecord { address: Some("::1".into()), agent: Some("curl".into()), ..seen(session(4, Some(7), 80), 40) },
        SessionRecord { holder: old, ..seen(session(5, Some(7), 100), 50) },
        seen(session(6, None, 100), 50),
        seen(of_user(7, 1), 20),
        SessionRecord { expires: at(60), ..seen(of_user(8, 1), 50) },
    ] {
        insert(&store, session).await;
    }
    let summary = |key: u8, name: &str, moment| SessionSummary {
        key: [key; 32],
        name: name.into(),
        break_glass: false,
        signed_in: at(2),
        seen: at(moment),
        address: None,
        agent: None,
        expires: at(100),
    };
    let (address, agent) = (Some("::1".to_owned()), Some("curl".to_owned()));
    let gate = SessionSummary { break_glass: true, address, agent, expires: at(80), ..summary(4, "Gate-7", 40) };
    let listed = unit!(store.read, |tx| tx.sessions(at(60), at(20))).unwrap();
    assert_eq!(listed, [summary(2, "bob", 40), gate, summary(1, "Ada L.", 30)]);
}
