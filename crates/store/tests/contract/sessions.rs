//! Sessions: what has ended stays ended.

use crate::support::{at, id, on_both_databases, unit};
use domain::{
    BreakGlassId,
    break_glass::Account,
    session::{Holder, SessionRecord},
    store::Store,
};

on_both_databases!(
    a_session_comes_back_until_it_ends,
    a_key_is_taken_once,
    an_ended_session_is_never_revived,
    all_sessions_of_an_account_end,
    a_new_secret_ends_what_began_with_another,
    what_has_ended_is_removed,
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

async fn insert_account(store: &Store, number: u128) {
    let account = Account {
        id: BreakGlassId(id(number)),
        name: format!("gate-{number}"),
        secret_hash: "hash".into(),
        next_hash: None,
        generation: 1,
        created: at(1),
        secret_changed: at(1),
        proven: None,
        used: None,
        drilled: None,
    };
    unit!(store.write, |tx, account| tx.insert_break_glass(account)).unwrap();
}

async fn insert(store: &Store, session: SessionRecord) -> bool {
    unit!(store.write, |tx, session| tx.insert_session(session)).unwrap()
}

async fn find(store: &Store, key: u8, now: i64) -> Option<SessionRecord> {
    unit!(store.read, |tx, key, now| tx.session([*key; 32], at(*now), at(0))).unwrap()
}

async fn a_session_comes_back_until_it_ends(store: Store) {
    insert_account(&store, 7).await;
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
    insert_account(&store, 7).await;
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

/// Whichever of the two is written first, and whatever the clock says.
async fn a_new_secret_ends_what_began_with_another(store: Store) {
    insert_account(&store, 7).await;
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
    insert_account(&store, 7).await;
    insert_account(&store, 8).await;
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
