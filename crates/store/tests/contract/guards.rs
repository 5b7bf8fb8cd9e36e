//! The guard against mass deprovisioning: departures, their batches, and the samples for the threshold.

use crate::support::{at, group, id, insert_groups, insert_token, insert_users, on_both_databases, token, unit, user};
use domain::{
    BreakGlassId, GroupId, TokenId, UserId,
    audit::{Action, Event},
    guard::{Batch, BatchState, BatchSummary, Chosen, Departure, DepartureKind, Losses, Sizes, Span, Taken, Undone},
    identity::{Person, PersonId, Who},
    store::Store,
    token::Token,
    undo::{Gathers, Undo},
};
use std::slice::from_ref;

on_both_databases!(
    a_person_is_counted_once,
    departures_are_gathered_into_a_batch,
    departures_come_back_whole_until_undone,
    departures_of_a_span_are_taken,
    an_order_to_undo_comes_back_whole,
    a_deactivation_is_remembered,
    an_approval_covers_a_token_and_its_successors,
    a_batch_grows_and_is_decided,
    a_batch_that_holds_departures_back_comes_first,
    batches_are_listed,
    an_empty_batch_is_closed,
    the_population_is_the_smallest_sample,
    a_group_that_had_more_members_is_known,
    old_departures_are_forgotten,
    r13_an_undecided_batch_is_not_forgotten,
);

const ENTRA: TokenId = TokenId(id(1));
const OKTA: TokenId = TokenId(id(2));
const TEAM: GroupId = GroupId(id(9));

fn departure(number: u128, moment: i64) -> Departure {
    Departure {
        at: at(moment),
        token: ENTRA,
        kind: DepartureKind::Deactivated,
        target: id(100 + number),
        target_name: format!("u{number}"),
        group: None,
        weight: 1,
        before: None,
        batch: None,
    }
}

fn batch(number: u128, opened: i64) -> Batch {
    let (opened, state) = (at(opened), BatchState::Open);
    Batch {
        id: id(number),
        token: ENTRA,
        opened,
        latest: opened,
        state,
        approved_until: None,
        closed: None,
        undone: None,
    }
}

fn span(token: Option<TokenId>, from: i64, until: i64) -> Span {
    Span { token, from: at(from), until: at(until) }
}

async fn depart(store: &Store, departures: &[Departure]) {
    let departures = departures.to_vec();
    unit!(store.write, |tx, departures| tx.insert_departures(departures)).unwrap();
}

async fn open(store: &Store, batch: Batch) {
    unit!(store.write, |tx, batch| tx.insert_batch(batch)).unwrap();
}

async fn departed(store: &Store, since: i64) -> u64 {
    unit!(store.read, |tx, since| tx.departed(at(*since))).unwrap()
}

async fn of_batch(store: &Store, number: u128, targets: Option<Vec<uuid::Uuid>>) -> Vec<Departure> {
    let chosen = Chosen { targets, ..Chosen::all(id(number)) };
    let found = unit!(store.read, |tx, chosen| tx.departures(chosen, 99)).unwrap();
    assert!(found.is_sorted_by(|a, b| a.0 > b.0), "the last first");
    found.into_iter().map(|(_, departure)| departure).collect()
}

async fn a_person_is_counted_once(store: Store) {
    let note = async |people: &[u128], moment: i64| {
        let people: Vec<_> = people.iter().map(|number| id(*number)).collect();
        unit!(store.write, |tx, people, moment| tx.note_departed(people, at(*moment))).unwrap();
    };
    assert_eq!(departed(&store, 0).await, 0);
    note(&[1, 2, 1], 10).await;
    note(&[2, 3], 20).await;
    note(&(1_000..3_500).collect::<Vec<_>>(), 30).await;
    assert_eq!((departed(&store, 0).await, departed(&store, 10).await), (2_503, 2_502));
    assert_eq!((departed(&store, 20).await, departed(&store, 30).await), (2_500, 0));
    unit!(store.write, |tx| tx.forget_departed()).unwrap();
    assert_eq!(departed(&store, 0).await, 0);
}

async fn departures_are_gathered_into_a_batch(store: Store) {
    open(&store, batch(8, 5)).await;
    open(&store, batch(9, 20)).await;
    let departures = [
        departure(1, 10),
        departure(2, 11),
        Departure { batch: Some(id(8)), ..departure(3, 12) },
        Departure { token: OKTA, ..departure(4, 12) },
        departure(5, 13),
    ];
    depart(&store, &departures).await;
    let people = [id(101), id(102), id(104)];
    unit!(store.write, |tx, people| tx.note_departed(people, at(12))).unwrap();
    let later = span(None, 11, 20);
    for moved in [3, 0] {
        assert_eq!(unit!(store.write, |tx, later| tx.take_departures(later, &Taken::Unbatched, id(9))).unwrap(), moved);
    }
    unit!(store.write, |tx| tx.forget_departed_since(at(10))).unwrap();
    let gathered: Vec<_> = of_batch(&store, 9, None).await.into_iter().map(|departure| departure.target_name).collect();
    assert_eq!(gathered, ["u5", "u4", "u2"]);
    assert_eq!((of_batch(&store, 8, None).await.len(), departed(&store, 0).await), (1, 0));
    assert_eq!(unit!(store.read, |tx| tx.batch_tokens(id(9))).unwrap(), [ENTRA, OKTA]);
    let batch = unit!(store.write, |tx| tx.lock_batch(id(9))).unwrap().unwrap();
    assert_eq!(batch.opened, at(11), "when the first of them came");
    assert_eq!(of_batch(&store, 9, Some(vec![id(104), id(101)])).await.len(), 1);
}

async fn departures_come_back_whole_until_undone(store: Store) {
    let kinds = [
        DepartureKind::Deactivated,
        DepartureKind::Deleted,
        DepartureKind::GroupDeleted,
        DepartureKind::Renamed,
        DepartureKind::LeftGroup,
        DepartureKind::GroupEmptied,
    ];
    let mut wanted = Vec::new();
    for (number, kind) in (1..).zip(kinds) {
        let before = (number == 1).then(|| "\"True\"".to_owned());
        let group = (kind == DepartureKind::LeftGroup).then_some(GroupId(id(7)));
        wanted.push(Departure { kind, before, group, batch: Some(id(9)), weight: 3, ..departure(number, 10) });
    }
    depart(&store, &wanted).await;
    wanted.reverse();
    assert_eq!(of_batch(&store, 9, None).await, wanted);
    let chosen = Chosen::all(id(9));
    let two = unit!(store.read, |tx, chosen| tx.departures(chosen, 2)).unwrap();
    let seqs: Vec<i64> = two.iter().map(|(seq, _)| *seq).collect();
    unit!(store.write, |tx, seqs| tx.undo_departures(seqs, at(50))).unwrap();
    assert_eq!(of_batch(&store, 9, None).await, wanted[2..]);
}

async fn an_order_to_undo_comes_back_whole(store: Store) {
    let account = Who::Person(Person { id: PersonId::BreakGlass(BreakGlassId(id(5))), name: "gate-0001".to_owned() });
    let ordered = Event::new(at(30), account, Some("192.0.2.1".to_owned()), Action::GuardUndone);
    let wanted = Undo {
        batch: id(9),
        people: Some(vec![id(101), id(102)]),
        from: at(10),
        gathers: Some(Gathers { span: span(Some(OKTA), 11, 20), unbatched: false }),
        below: None,
        undone: Undone::default(),
        skipped: 0,
        failures: 0,
        continued: at(30),
        ordered: Event { reason: Some("drill".to_owned()), ..ordered },
    };
    open(&store, batch(9, 20)).await;
    unit!(store.write, |tx, wanted| tx.insert_undo(wanted)).unwrap();
    assert_eq!(unit!(store.read, |tx| tx.undos()).unwrap(), from_ref(&wanted));
    let undone = Undone { restored: 4, failed: 2 };
    let later = Undo { gathers: None, below: Some(7), undone, skipped: 1, failures: 3, continued: at(40), ..wanted };
    unit!(store.write, |tx, later| tx.update_undo(later)).unwrap();
    assert_eq!(unit!(store.write, |tx| tx.lock_undo(id(9))).unwrap(), Some(later));
    unit!(store.write, |tx| tx.delete_undo(id(9))).unwrap();
    assert_eq!(unit!(store.write, |tx| tx.lock_undo(id(9))).unwrap(), None);
}

async fn departures_of_a_span_are_taken(store: Store) {
    open(&store, batch(8, 5)).await;
    open(&store, batch(9, 20)).await;
    let left = Departure { kind: DepartureKind::LeftGroup, ..departure(2, 20) };
    let departures = [
        departure(1, 10),
        left.clone(),
        Departure { batch: Some(id(8)), ..left },
        Departure { token: OKTA, kind: DepartureKind::GroupDeleted, weight: 40, ..departure(3, 30) },
        Departure { kind: DepartureKind::Deleted, ..departure(1, 40) },
    ];
    depart(&store, &departures).await;
    let losses = async |span: Span| unit!(store.read, |tx, span| tx.losses(span)).unwrap();
    assert_eq!(losses(span(None, 10, 40)).await, Losses { people: 1, renamed: 0, groups: 1, memberships: 42 });
    assert_eq!(losses(span(Some(ENTRA), 10, 30)).await, Losses { people: 1, renamed: 0, groups: 0, memberships: 2 });
    assert_eq!(losses(span(None, 50, 60)).await, Losses::default());
    let entra = span(Some(ENTRA), 11, 30);
    assert_eq!(unit!(store.read, |tx, entra| tx.departures_in(entra, "", 9)).unwrap().len(), 2);
    let some = Taken::Of(vec![id(101), id(102)]);
    let taken = unit!(store.write, |tx, entra, some| tx.take_departures(entra, some, id(9))).unwrap();
    assert_eq!((taken, of_batch(&store, 9, None).await.len(), of_batch(&store, 8, None).await.len()), (2, 2, 0));
}

async fn a_deactivation_is_remembered(store: Store) {
    let find = async |number: u128| unit!(store.read, |tx, number| tx.deactivation(UserId(id(*number)))).unwrap();
    let gone = Departure { kind: DepartureKind::Deleted, ..departure(2, 10) };
    depart(&store, &[departure(1, 10), gone, Departure { batch: Some(id(9)), ..departure(3, 10) }]).await;
    assert_eq!((find(101).await, find(102).await, find(103).await), (Some(None), None, Some(Some(id(9)))));
    unit!(store.write, |tx| tx.undo_departures(&[1, 3], at(20))).unwrap();
    assert_eq!((find(101).await, find(103).await), (None, None));
}

async fn an_approval_covers_a_token_and_its_successors(store: Store) {
    for (number, replaces) in [(1, None), (2, Some(1)), (3, Some(2)), (4, None)] {
        let replaces = replaces.map(|number: u128| TokenId(id(number)));
        insert_token(&store, &Token { replaces, ..token(number) }).await;
    }
    open(&store, Batch { state: BatchState::Approved, approved_until: Some(at(90)), ..batch(9, 20) }).await;
    let covers = async |number: u128, now: i64| {
        unit!(store.read, |tx, number, now| tx.approved_batch(TokenId(id(*number)), at(*now))).unwrap().is_some()
    };
    for number in [1, 2, 3] {
        assert!(covers(number, 90).await && !covers(number, 91).await, "{number}");
    }
    assert!(!covers(4, 50).await);
}

async fn a_batch_that_holds_departures_back_comes_first(store: Store) {
    let waiting = async || unit!(store.read, |tx| tx.waiting_batch()).unwrap().map(|batch| batch.id);
    open(&store, batch(1, 10)).await;
    open(&store, batch(2, 20)).await;
    assert_eq!(waiting().await, Some(id(2)), "the one that grew last");
    open(&store, Batch { state: BatchState::Held, ..batch(3, 5) }).await;
    assert_eq!(waiting().await, Some(id(3)));
}

async fn a_batch_grows_and_is_decided(store: Store) {
    let find = async || unit!(store.write, |tx| tx.lock_batch(id(1))).unwrap();
    let waiting = async || unit!(store.read, |tx| tx.waiting_batch()).unwrap().map(|batch| batch.id);
    assert_eq!((find().await, waiting().await), (None, None));
    open(&store, batch(1, 10)).await;
    let sizes = |times: u64| Sizes { all: 5 * times, people: 2 * times, renames: times };
    for (moment, latest, times) in [(20, 20, 1), (15, 20, 2), (30, 30, 3)] {
        let by = sizes(1);
        let grown = unit!(store.write, |tx, moment, by| tx.grow_batch(id(1), OKTA, at(*moment), *by)).unwrap();
        let found = Some(Batch { latest: at(latest), ..batch(1, 10) });
        assert_eq!((grown, find().await), ((sizes(times), sizes(0)), found));
    }
    unit!(store.write, |tx| tx.report_batch(id(1))).unwrap();
    let grown = unit!(store.write, |tx| tx.grow_batch(id(1), ENTRA, at(30), Sizes::default())).unwrap();
    assert_eq!(grown, (sizes(3), sizes(3)));
    assert_eq!(unit!(store.read, |tx| tx.batch_tokens(id(1))).unwrap(), [ENTRA, OKTA]);
    let states = [BatchState::Approved, BatchState::Undone, BatchState::Dismissed, BatchState::Held, BatchState::Open];
    for state in states {
        let until = (state == BatchState::Approved).then(|| at(99));
        let closed = (state == BatchState::Undone).then(|| at(50));
        let undone = (state == BatchState::Undone).then_some(Undone { restored: 4, failed: 1 });
        let wanted = Batch { state, approved_until: until, closed, undone, latest: at(30), ..batch(1, 10) };
        unit!(store.write, |tx, wanted| tx.update_batch(wanted)).unwrap();
        assert_eq!(waiting().await.is_some(), wanted.is_waiting(), "{state:?}");
        assert_eq!(find().await, Some(wanted));
    }
    open(&store, batch(2, 20)).await;
    assert_eq!(waiting().await, Some(id(1)), "the one that grew last");
}

async fn batches_are_listed(store: Store) {
    insert_token(&store, &token(1)).await;
    open(&store, batch(1, 10)).await;
    let other = Batch { token: OKTA, closed: Some(at(50)), state: BatchState::Dismissed, ..batch(2, 20) };
    open(&store, other.clone()).await;
    let of_batch = |number| Departure { batch: Some(id(1)), ..departure(number, 10) };
    let left = Departure { kind: DepartureKind::LeftGroup, ..of_batch(2) };
    depart(&store, &[of_batch(1), of_batch(2), left, Departure { kind: DepartureKind::Deleted, ..of_batch(2) }]).await;
    unit!(store.write, |tx| tx.undo_departures(&[1], at(50))).unwrap();
    let wanted = [
        BatchSummary {
            batch: other,
            tokens: vec![(OKTA, String::new())],
            losses: Losses::default(),
            taken: Losses::default(),
        },
        BatchSummary {
            batch: batch(1, 10),
            tokens: vec![(ENTRA, "Token 1".into())],
            losses: Losses { people: 1, renamed: 0, groups: 0, memberships: 1 },
            taken: Losses { people: 1, renamed: 0, groups: 0, memberships: 1 },
        },
    ];
    assert_eq!(unit!(store.read, |tx| tx.batches(9)).unwrap(), wanted);
    assert_eq!(unit!(store.read, |tx| tx.batches(1)).unwrap(), wanted[..1]);
}

async fn an_empty_batch_is_closed(store: Store) {
    open(&store, batch(1, 10)).await;
    open(&store, batch(2, 10)).await;
    open(&store, Batch { state: BatchState::Held, ..batch(3, 10) }).await;
    depart(&store, &[Departure { batch: Some(id(1)), ..departure(1, 10) }]).await;
    unit!(store.write, |tx| tx.close_empty_batches(at(50))).unwrap();
    let mut states = Vec::new();
    for number in 1..=3 {
        states.push(unit!(store.write, |tx, number| tx.lock_batch(id(*number))).unwrap().unwrap().state);
    }
    assert_eq!(states, [BatchState::Open, BatchState::Undone, BatchState::Held]);
}

async fn the_population_is_the_smallest_sample(store: Store) {
    const HOUR: i64 = 3_600_000;
    let sample = async |hour: i64| {
        let moment = at(hour * HOUR + 5);
        unit!(store.write, |tx, moment| tx.sample_population(*moment, at(0))).unwrap();
    };
    let found = async |from: i64, until: i64| {
        unit!(store.read, |tx, from, until| tx.population(at(*from * HOUR), at(*until * HOUR))).unwrap()
    };
    assert_eq!(found(0, 9).await, 0);
    insert_users(&store, &[user(1, "u1"), user(2, "u2")]).await;
    sample(2).await;
    insert_users(&store, &[user(3, "u3"), user(4, "u4")]).await;
    sample(2).await;
    assert_eq!(found(1, 9).await, 2, "the smallest of an hour");
    sample(3).await;
    assert_eq!((found(3, 9).await, found(1, 9).await), (4, 2));
    assert_eq!((found(1, 2).await, found(5, 9).await), (0, 4), "the last one before, where there is none between");
    let samples = async |since: i64| unit!(store.read, |tx, since| tx.population_samples(at(*since * HOUR))).unwrap();
    assert_eq!(samples(2).await, [(at(2 * HOUR), 2), (at(3 * HOUR), 4)]);
    assert_eq!(samples(3).await, [(at(3 * HOUR), 4)]);
    unit!(store.write, |tx| tx.sample_population(at(9 * HOUR), at(4 * HOUR))).unwrap();
    assert_eq!((found(0, 9).await, found(9, 10).await), (4, 4), "what is old is forgotten but for the last");
}

async fn a_group_that_had_more_members_is_known(store: Store) {
    let users: Vec<_> = (1..=4).map(|number| user(number, &format!("u{number}"))).collect();
    insert_users(&store, &users).await;
    insert_groups(&store, &[group(9, "Team")]).await;
    let all: Vec<UserId> = users.iter().map(|user| user.id).collect();
    let more = async |than: u64, since: i64| {
        unit!(store.read, |tx, than, since| tx.had_more_members(TEAM, *than, at(*since))).unwrap()
    };
    unit!(store.write, |tx, all| tx.add_members(TEAM, all, at(5))).unwrap();
    assert!(more(3, 0).await && !more(4, 0).await);
    unit!(store.write, |tx, all| tx.remove_members(TEAM, &all[..2], at(20))).unwrap();
    assert!(more(3, 10).await && !more(3, 20).await && more(1, 20).await);
}

async fn old_departures_are_forgotten(store: Store) {
    depart(&store, &[departure(1, 10), departure(2, 11)]).await;
    unit!(store.write, |tx| tx.forget_deleted(at(90), at(11))).unwrap();
    let all = span(None, 0, 99);
    assert_eq!(unit!(store.read, |tx, all| tx.departures_in(all, "", 9)).unwrap().len(), 1);
}

async fn r13_an_undecided_batch_is_not_forgotten(store: Store) {
    insert_users(&store, &[user(1, "u1"), user(2, "u2")]).await;
    open(&store, batch(9, 10)).await;
    for number in [1, 2] {
        unit!(store.write, |tx, number| tx.delete_user(UserId(id(*number)), at(10))).unwrap();
    }
    let gone = Departure { kind: DepartureKind::Deleted, target: id(1), batch: Some(id(9)), ..departure(1, 10) };
    depart(&store, &[gone]).await;
    unit!(store.write, |tx| tx.forget_deleted(at(50), at(50))).unwrap();
    let there = async |number: u128| unit!(store.read, |tx, number| tx.deleted_user_name(UserId(id(*number)))).unwrap();
    assert_eq!((there(1).await.as_deref(), there(2).await), (Some("u1"), None));
    assert_eq!(of_batch(&store, 9, None).await.len(), 1);
    unit!(store.write, |tx| tx.update_batch(&Batch { state: BatchState::Dismissed, ..batch(9, 10) })).unwrap();
    unit!(store.write, |tx| tx.forget_deleted(at(50), at(50))).unwrap();
    assert_eq!((there(1).await, of_batch(&store, 9, None).await.len()), (None, 0));
}
