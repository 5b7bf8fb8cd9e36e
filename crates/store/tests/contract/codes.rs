//! Break-glass accounts and what opens them: secrets, codes that work once, and browsers.

use crate::support::{account, at, id, insert_account, on_both_databases, session, unit};
use domain::{
    BreakGlassId, Conflict, Error,
    break_glass::{Account, Code, CodeKind, Holdings},
    session::SKEW_MILLIS,
    store::Store,
};

on_both_databases!(
    accounts_are_found_and_proven,
    a_waiting_secret_takes_over_once,
    uses_and_drills_are_noted,
    a_code_works_once_for_its_account,
    a_code_is_used_by_one_of_many,
    a_code_expires,
    recovery_codes_are_replaced,
    r17_a_browser_is_known_with_every_account_that_it_signed_in_to,
    r17_browsers_that_stay_away_are_forgotten,
    a_removed_account_leaves_nothing,
);

const GATE: BreakGlassId = BreakGlassId(id(1));

async fn accounts_are_found_and_proven(store: Store) {
    let alone = |account: &Account| Holdings { account: account.clone(), codes: 0, devices: 0 };
    let older = Account { next_hash: Some("next".into()), ..account(2) };
    let newer =
        Account { generation: 7, proven: Some(at(21)), used: Some(at(22)), drilled: Some(at(23)), ..account(3) };
    for account in [&newer, &older] {
        unit!(store.write, |tx, account| tx.insert_break_glass(account)).unwrap();
    }
    assert_eq!(unit!(store.read, |tx| tx.break_glass()).unwrap(), [alone(&older), alone(&newer)]);
    assert_eq!(unit!(store.read, |tx| tx.break_glass_by_key("gate-2")).unwrap(), Some(older.clone()));
    assert_eq!(unit!(store.read, |tx| tx.break_glass_by_key("Gate-2")).unwrap(), None);
    let same_name = Account { name: "GATE-2".into(), ..account(4) };
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
    // A secret that waited for its first use no longer does.
    let reset = Account { secret_hash: "new".into(), next_hash: None, generation: 2, secret_changed: at(50), ..older };
    assert_eq!(find().await, reset);
    // The old secret was right when its check began, but proves nothing any more.
    assert!(!prove("hash 2", 60).await);
    assert_eq!(find().await, reset);
}

async fn find(store: &Store) -> Account {
    unit!(store.read, |tx| tx.break_glass_account(GATE)).unwrap().unwrap()
}

async fn a_waiting_secret_takes_over_once(store: Store) {
    let before = Account { proven: Some(at(5)), used: Some(at(6)), drilled: Some(at(7)), ..account(1) };
    insert_account(&store, &before).await;
    let promote = async |hash: &str, moment: i64| {
        let hash = hash.to_owned();
        unit!(store.write, |tx, hash, moment| tx.promote_break_glass(GATE, hash, at(*moment))).unwrap()
    };
    let wait = async |hash: &str| {
        let hash = hash.to_owned();
        unit!(store.write, |tx, hash| tx.set_next_break_glass_secret(GATE, hash)).unwrap();
    };
    assert!(!promote("next", 10).await);
    wait("other").await;
    wait("next").await;
    assert!(!promote("other", 10).await);
    // Until then the present secret stays as it is, and can be proven.
    assert_eq!(find(&store).await, Account { next_hash: Some("next".into()), ..before.clone() });
    assert!(unit!(store.write, |tx| tx.prove_break_glass(GATE, "hash 1", at(9))).unwrap());
    assert!(promote("next", 10).await);
    let after = Account {
        secret_hash: "next".into(),
        next_hash: None,
        generation: 2,
        secret_changed: at(10),
        proven: Some(at(10)),
        used: None,
        ..before
    };
    assert_eq!(find(&store).await, after);
    assert!(!promote("next", 11).await);
    assert_eq!(find(&store).await, after);
    assert_eq!(unit!(store.read, |tx| tx.break_glass_account(BreakGlassId(id(404)))).unwrap(), None);
}

async fn uses_and_drills_are_noted(store: Store) {
    insert_account(&store, &account(1)).await;
    unit!(store.write, |tx| tx.mark_break_glass_used(GATE, at(20))).unwrap();
    unit!(store.write, |tx| tx.mark_break_glass_drilled(GATE, at(30))).unwrap();
    assert_eq!(find(&store).await, Account { used: Some(at(20)), drilled: Some(at(30)), ..account(1) });
    unit!(store.write, |tx| tx.set_break_glass_secret(GATE, "new", at(40))).unwrap();
    let reset = find(&store).await;
    assert_eq!((reset.used, reset.drilled), (None, Some(at(30))));
}

fn code(number: u8, kind: CodeKind, expires: Option<i64>) -> Code {
    Code { hash: [number; 32], account: GATE, kind, created: at(1), expires: expires.map(at) }
}

async fn insert(store: &Store, codes: &[Code]) {
    let codes = codes.to_vec();
    unit!(store.write, |tx, codes| tx.insert_codes(codes)).unwrap();
}

async fn is_good(store: &Store, account: u128, number: u8, now: i64) -> bool {
    let found = unit!(store.read, |tx, number, now| tx.account_of_code([*number; 32], at(*now))).unwrap();
    found == Some(BreakGlassId(id(account)))
}

async fn spend(store: &Store, account: u128, number: u8, now: i64) -> Option<CodeKind> {
    let account = BreakGlassId(id(account));
    unit!(store.write, |tx, account, number, now| tx.use_code(*account, [*number; 32], at(*now))).unwrap()
}

async fn codes_left(store: &Store) -> u64 {
    unit!(store.read, |tx| tx.break_glass()).unwrap()[0].codes
}

async fn a_code_works_once_for_its_account(store: Store) {
    insert_account(&store, &account(1)).await;
    insert_account(&store, &account(2)).await;
    insert(&store, &[]).await;
    insert(&store, &[code(7, CodeKind::Recovery, None), code(8, CodeKind::Rescue, None)]).await;
    assert_eq!(codes_left(&store).await, 1, "a code from the host is none on the sheet");
    assert!(!is_good(&store, 2, 7, 10).await && !is_good(&store, 1, 9, 10).await && is_good(&store, 1, 7, 10).await);
    assert_eq!(spend(&store, 2, 7, 10).await, None, "another account's");
    assert_eq!(spend(&store, 1, 9, 10).await, None, "unknown");
    assert_eq!(spend(&store, 1, 7, 10).await, Some(CodeKind::Recovery));
    assert_eq!((spend(&store, 1, 7, 11).await, is_good(&store, 1, 7, 11).await), (None, false), "used");
    assert_eq!(spend(&store, 1, 8, 11).await, Some(CodeKind::Rescue));
    assert_eq!(codes_left(&store).await, 0);
}

async fn a_code_is_used_by_one_of_many(store: Store) {
    insert_account(&store, &account(1)).await;
    insert(&store, &[code(7, CodeKind::Recovery, None)]).await;
    let units: Vec<_> = (1..=20)
        .map(|moment| {
            let store = store.clone();
            tokio::spawn(async move { spend(&store, 1, 7, moment).await })
        })
        .collect();
    let mut used = Vec::new();
    for unit in units {
        used.extend(unit.await.unwrap());
    }
    assert_eq!(used, [CodeKind::Recovery]);
}

async fn a_code_expires(store: Store) {
    insert_account(&store, &account(1)).await;
    insert(&store, &[code(7, CodeKind::Rescue, Some(100)), code(8, CodeKind::Rescue, Some(100))]).await;
    assert!(is_good(&store, 1, 7, 99).await && !is_good(&store, 1, 7, 100).await);
    assert_eq!(spend(&store, 1, 7, 100).await, None);
    assert_eq!(spend(&store, 1, 8, 99).await, Some(CodeKind::Rescue));
    // Being presented too late does not use it up.
    assert_eq!(spend(&store, 1, 7, 99).await, Some(CodeKind::Rescue));
    insert(&store, &[code(9, CodeKind::Rescue, Some(100))]).await;
    // Created at 1, after which the clock was set back.
    assert!(!is_good(&store, 1, 9, -SKEW_MILLIS).await && is_good(&store, 1, 9, 1 - SKEW_MILLIS).await);
    assert_eq!(spend(&store, 1, 9, -SKEW_MILLIS).await, None);
    assert_eq!(spend(&store, 1, 9, 1 - SKEW_MILLIS).await, Some(CodeKind::Rescue));
}

async fn recovery_codes_are_replaced(store: Store) {
    insert_account(&store, &account(1)).await;
    insert_account(&store, &account(2)).await;
    let others = Code { account: BreakGlassId(id(2)), ..code(6, CodeKind::Recovery, None) };
    insert(&store, &[code(7, CodeKind::Recovery, None), code(8, CodeKind::Rescue, None), others]).await;
    insert(&store, &[code(9, CodeKind::Recovery, None)]).await;
    assert_eq!(spend(&store, 1, 9, 10).await, Some(CodeKind::Recovery));
    unit!(store.write, |tx| tx.delete_recovery_codes(GATE)).unwrap();
    assert_eq!((spend(&store, 1, 7, 10).await, codes_left(&store).await), (None, 0));
    // Used codes are gone as well, so that a sheet may hold any code.
    insert(&store, &[code(9, CodeKind::Recovery, None)]).await;
    assert_eq!(codes_left(&store).await, 1);
    assert_eq!(spend(&store, 1, 8, 10).await, Some(CodeKind::Rescue));
    assert_eq!(spend(&store, 2, 6, 10).await, Some(CodeKind::Recovery));
}

async fn remember(store: &Store, browser: u8, account: u128, moment: i64) {
    let work = unit!(store.write, |tx, browser, account, moment| tx.insert_break_glass_device(
        [*browser; 32],
        BreakGlassId(id(*account)),
        at(*moment)
    ));
    work.unwrap();
}

async fn knows(store: &Store, browser: u8) -> bool {
    unit!(store.read, |tx, browser| tx.has_break_glass_device([*browser; 32])).unwrap()
}

async fn known(store: &Store) -> Vec<u64> {
    unit!(store.read, |tx| tx.break_glass()).unwrap().into_iter().map(|holdings| holdings.devices).collect()
}

async fn r17_a_browser_is_known_with_every_account_that_it_signed_in_to(store: Store) {
    insert_account(&store, &account(1)).await;
    insert_account(&store, &account(2)).await;
    // The two accounts in turn.
    for (browser, account) in [(7, 1), (7, 2), (7, 1), (7, 2), (8, 1)] {
        remember(&store, browser, account, 5).await;
    }
    assert_eq!(known(&store).await, [2, 1]);
    assert!(knows(&store, 7).await && knows(&store, 8).await && !knows(&store, 9).await);
    let listed = async || unit!(store.read, |tx| tx.break_glass_devices(9)).unwrap().len();
    assert_eq!(listed().await, 2);
    // A new secret of an account forgets the account's browsers, except the one that confirmed it.
    unit!(store.write, |tx| tx.delete_break_glass_devices(GATE, Some([7; 32]))).unwrap();
    assert_eq!(known(&store).await, [1, 1]);
    assert!(knows(&store, 7).await && !knows(&store, 8).await);
    unit!(store.write, |tx| tx.delete_break_glass_devices(GATE, None)).unwrap();
    assert_eq!(known(&store).await, [0, 1]);
    assert!(knows(&store, 7).await, "it has signed in with the other account");
}

async fn r17_browsers_that_stay_away_are_forgotten(store: Store) {
    insert_account(&store, &account(1)).await;
    for (browser, moment) in [(7, 5), (8, 5), (7, 50)] {
        remember(&store, browser, 1, moment).await;
    }
    assert_eq!(unit!(store.read, |tx| tx.break_glass_devices(1)).unwrap(), [[7; 32]], "the last sign-in counts");
    unit!(store.write, |tx| tx.delete_break_glass_devices_before(at(50))).unwrap();
    assert!(knows(&store, 7).await && !knows(&store, 8).await);
}

async fn a_removed_account_leaves_nothing(store: Store) {
    insert_account(&store, &account(1)).await;
    insert_account(&store, &account(2)).await;
    insert(&store, &[code(7, CodeKind::Recovery, None)]).await;
    remember(&store, 7, 1, 5).await;
    let session = session(1, 1, 100);
    unit!(store.write, |tx, session| tx.insert_session(session)).unwrap();
    unit!(store.write, |tx| tx.delete_break_glass(GATE)).unwrap();
    unit!(store.write, |tx| tx.delete_break_glass(GATE)).unwrap();
    let left = unit!(store.read, |tx| tx.break_glass()).unwrap();
    assert_eq!(left, [Holdings { account: account(2), codes: 0, devices: 0 }]);
    assert_eq!(unit!(store.read, |tx| tx.session([1; 32], at(3), at(0))).unwrap(), None);
    insert_account(&store, &account(1)).await;
    assert_eq!(spend(&store, 1, 7, 10).await, None);
    assert!(!knows(&store, 7).await);
}
