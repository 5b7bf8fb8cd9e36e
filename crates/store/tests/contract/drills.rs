//! Drills.

use crate::support::{at, id, on_both_databases, unit};
use domain::{BreakGlassId, drill::Drill, store::Store};

on_both_databases!(a_drill_comes_back_whole, what_was_done_is_written, the_open_drill_is_found);

fn drill(number: u128, account: u128, started: i64) -> Drill {
    Drill {
        id: id(number),
        account: BreakGlassId(id(account)),
        account_name: format!("gate-{account}"),
        signed_in: at(started - 1),
        started: at(started),
        address: None,
        seed: [1; 16],
        task: None,
        channels: Vec::new(),
        seen: Vec::new(),
        completed: None,
    }
}

async fn insert(store: &Store, drill: Drill) {
    unit!(store.write, |tx, drill| tx.insert_drill(drill)).unwrap();
}

async fn find(store: &Store, number: u128) -> Option<Drill> {
    unit!(store.read, |tx, number| tx.drill(id(*number))).unwrap()
}

async fn a_drill_comes_back_whole(store: Store) {
    let whole = Drill {
        address: Some("::1".into()),
        seed: [7; 16],
        task: Some(at(60)),
        channels: vec!["mail".into(), "webhook".into()],
        seen: vec!["webhook".into()],
        completed: Some(at(70)),
        ..drill(1, 7, 50)
    };
    for drill in [whole.clone(), drill(2, 8, 40), drill(3, 7, 50)] {
        insert(&store, drill).await;
    }
    assert_eq!(find(&store, 1).await, Some(whole.clone()));
    assert_eq!(find(&store, 404).await, None);
    let drills = async |limit: u64| unit!(store.read, |tx, limit| tx.drills(*limit)).unwrap();
    assert_eq!(drills(9).await, [drill(3, 7, 50), whole, drill(2, 8, 40)]);
    assert_eq!(drills(1).await, [drill(3, 7, 50)]);
}

async fn what_was_done_is_written(store: Store) {
    let begun = Drill { channels: vec!["mail".into(), "syslog".into()], ..drill(1, 7, 50) };
    insert(&store, begun.clone()).await;
    insert(&store, drill(2, 7, 50)).await;
    let seen = vec!["syslog".to_owned(), "mail".to_owned()];
    let done = Drill { task: Some(at(60)), seen, completed: Some(at(70)), ..begun };
    unit!(store.write, |tx, done| tx.update_drill(done)).unwrap();
    assert_eq!(find(&store, 1).await, Some(done));
    assert_eq!(find(&store, 2).await, Some(drill(2, 7, 50)));
}

async fn the_open_drill_is_found(store: Store) {
    let done = Drill { completed: Some(at(99)), ..drill(4, 7, 90) };
    for drill in [drill(1, 7, 50), drill(2, 7, 60), drill(3, 8, 70), done] {
        insert(&store, drill).await;
    }
    let open = async |account: u128, since: i64| {
        let found = unit!(store.read, |tx, account, since| tx.open_drill(BreakGlassId(id(*account)), at(*since)));
        found.unwrap().map(|drill| drill.id.as_u128())
    };
    assert_eq!((open(7, 0).await, open(7, 60).await, open(7, 61).await), (Some(2), Some(2), None));
    assert_eq!((open(8, 70).await, open(9, 0).await), (Some(3), None));
}
