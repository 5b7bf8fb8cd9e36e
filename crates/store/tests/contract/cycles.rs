//! Cycles, and changes that are sent in several of them.

use crate::support::{at, group, id, insert_groups, insert_users, on_both_databases, unit, user};
use domain::{
    TokenId,
    activity::{Call, CallKind, Outcome, Record, Subject, Written},
    cycle::{Cycle, Noise, Pauses, Provisioned},
    store::Store,
};
use std::sync::Arc;

on_both_databases!(
    calls_are_counted_by_token,
    a_change_counts_once_in_a_cycle,
    cycles_are_kept_and_forgotten,
    repeats_are_forgotten,
    the_newest_people_are_looked_at,
    a_target_has_a_name,
);

/// A PATCH of a user or group by token 1, with this digest.
fn change(moment: i64, target: u128, digest: i64, outcome: Outcome) -> Record {
    let written = Some(Arc::new(Written { attributes: "title".into(), digest }));
    let call = Call {
        at: at(moment),
        token: Some(TokenId(id(1))),
        address: None,
        request: None,
        operation: CallKind::Change,
        subject: Subject::User,
        named: None,
        remark: None,
        written,
    };
    Record { call, target: Some(id(target)), outcome, status: None, reason: None, millis: None, detail: None }
}

fn cycle(token: u128, start: i64) -> Cycle {
    let (start, last) = (at(start), at(start + 9));
    Cycle { token: TokenId(id(token)), start, last, calls: 5, changes: 1, unchanged: 2, refused: 3, repeated: 4 }
}

async fn append(store: &Store, records: Vec<Record>) {
    unit!(store.write, |tx, records| tx.append_records(records)).unwrap();
}

async fn calls_are_counted_by_token(store: Store) {
    let mut other = change(12, 7, 1, Outcome::Done);
    other.call.token = Some(TokenId(id(2)));
    let mut stranger = change(13, 7, 1, Outcome::Refused);
    stranger.call.token = None;
    let records = vec![
        change(9, 7, 1, Outcome::Done),
        change(10, 7, 1, Outcome::Done),
        change(11, 7, 1, Outcome::Unchanged),
        other,
        stranger,
        change(14, 7, 1, Outcome::Failed),
        change(15, 7, 1, Outcome::Refused),
        change(20, 7, 1, Outcome::Done),
    ];
    append(&store, records).await;
    let mut counted = unit!(store.read, |tx| tx.count_by_token(at(10), at(20))).unwrap();
    counted.sort_by_key(|cycle| cycle.token.0);
    let one = Cycle { calls: 4, changes: 1, unchanged: 1, refused: 2, repeated: 0, last: at(15), ..cycle(1, 10) };
    let two = Cycle { calls: 1, changes: 1, unchanged: 0, refused: 0, repeated: 0, last: at(12), ..cycle(2, 12) };
    assert_eq!(counted, [one, two]);
}

/// Counts the changes of a part of the cycle that began at a moment, and returns how many resources got repeated ones.
async fn count(store: &Store, start: i64, from: i64, until: i64) -> u64 {
    let token = TokenId(id(1));
    unit!(store.write, |tx, token, start, from, until| tx.count_repeats(*token, at(*start), (at(*from), at(*until))))
        .unwrap();
    unit!(store.read, |tx, token, start| tx.count_repeated(*token, at(*start))).unwrap()
}

async fn noise(store: &Store, start: i64) -> Vec<Noise> {
    unit!(store.read, |tx, start| tx.noise(TokenId(id(1)), at(*start), 100)).unwrap()
}

async fn a_change_counts_once_in_a_cycle(store: Store) {
    use Outcome::{Done, Refused, Unchanged};
    for start in [100, 200, 300] {
        let records = vec![
            change(start, 7, 1, Unchanged),
            change(start + 1, 7, 1, Unchanged),
            change(start + 2, 8, 1, Done),
            change(start + 3, 8, start, Done),
            change(start + 4, 9, 1, Refused),
            change(start + 50, 7, 1, Unchanged),
        ];
        append(&store, records).await;
    }
    assert_eq!((count(&store, 100, 100, 150).await, count(&store, 100, 150, 200).await), (0, 0));
    assert_eq!(count(&store, 200, 200, 300).await, 0, "twice is not again and again");
    assert_eq!(count(&store, 300, 300, 350).await, 2);
    assert_eq!(count(&store, 300, 350, 400).await, 2);
    let (attributes, first) = ("title".to_owned(), at(100));
    let wanted = Noise { subject: Subject::User, attributes, resources: 2, undone: 1, first, cycles: 3, example: None };
    assert_eq!((noise(&store, 300).await, noise(&store, 301).await), (vec![wanted], vec![]));
    let token = TokenId(id(1));
    let noisiest = unit!(store.read, |tx, token| tx.noisiest(*token, at(300), (Subject::User, "title"))).unwrap();
    assert_eq!(noisiest, Some(id(7)));
    // A member after the other, added to one group in each cycle: one group.
    for start in [500, 600, 700] {
        let records = (0..9).map(|member| change(start + member, 5, member, Unchanged)).collect();
        append(&store, records).await;
        count(&store, start, start, start + 99).await;
    }
    assert_eq!(noise(&store, 700).await[0].resources, 1);
    unit!(store.write, |tx| tx.delete_cycles_after(at(699))).unwrap();
    assert_eq!(noise(&store, 700).await, []);
}

async fn cycles_are_kept_and_forgotten(store: Store) {
    for start in [10, 30, 20] {
        unit!(store.write, |tx, start| tx.put_cycle(&cycle(1, *start))).unwrap();
    }
    let longer = Cycle { last: at(99), calls: 50, ..cycle(1, 20) };
    unit!(store.write, |tx, longer| tx.put_cycle(longer)).unwrap();
    let read = async |limit: u64| unit!(store.read, |tx, limit| tx.cycles(TokenId(id(1)), *limit)).unwrap();
    assert_eq!(read(9).await, [cycle(1, 30), longer, cycle(1, 10)]);
    assert_eq!(read(1).await, [cycle(1, 30)]);
    let pauses = async |token: u128| unit!(store.read, |tx, token| tx.pauses(TokenId(id(*token)))).unwrap();
    assert_eq!(pauses(1).await, Some(Pauses { since: at(10), longest: 1 }));
    assert_eq!(pauses(2).await, None);
    unit!(store.write, |tx| tx.delete_cycles_before(at(20))).unwrap();
    assert_eq!(read(9).await, [cycle(1, 30), longer]);
    unit!(store.write, |tx| tx.delete_cycles_after(at(29))).unwrap();
    assert_eq!(read(9).await, [longer]);
}

async fn repeats_are_forgotten(store: Store) {
    append(&store, (0..5).map(|number| change(number, 7, number, Outcome::Done)).collect()).await;
    count(&store, 0, 0, 100).await;
    let forget = async |before: i64| unit!(store.write, |tx, before| tx.delete_repeats_before(at(*before), 2)).unwrap();
    assert_eq!((forget(3).await, forget(3).await, forget(3).await), (2, 1, 0));
}

async fn the_newest_people_are_looked_at(store: Store) {
    let mut people: Vec<_> = (1..=4).map(|number| user(number, &format!("user{number}"))).collect();
    people[1].profile.external_id = Some("ada.lovelace".into());
    people[2].profile.external_id = Some("5b6f1c3e-8f3a-4d1c-9a57-0e7c1f2d3b4a".into());
    insert_users(&store, &people).await;
    let found = unit!(store.read, |tx| tx.provisioned(3)).unwrap();
    let lacking = |lacks: fn(&domain::user::Profile) -> bool| {
        people[1..].iter().filter(|user| lacks(&user.profile)).count() as u64
    };
    let wanted = Provisioned {
        users: 3,
        no_display_name: lacking(|profile| profile.display_name.is_none()),
        no_email: lacking(|profile| profile.emails.is_empty()),
        no_external_id: lacking(|profile| profile.external_id.is_none()),
        no_guid: 1,
    };
    assert_eq!(found, wanted);
}

async fn a_target_has_a_name(store: Store) {
    insert_users(&store, &[user(1, "ada")]).await;
    insert_groups(&store, &[group(2, "Team")]).await;
    let name = async |number: u128| unit!(store.read, |tx, number| tx.target_name(id(*number))).unwrap();
    assert_eq!((name(1).await.as_deref(), name(2).await.as_deref(), name(3).await), (Some("ada"), Some("Team"), None));
}
