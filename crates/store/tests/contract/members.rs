//! Membership: rows that are added and removed one by one, in parallel with others.

use crate::support::{at, group, id, insert_groups, insert_users, on_both_databases, unit, user};
use domain::{GroupId, UserId, store::Store, user::User};
use uuid::Uuid;

on_both_databases!(
    members_come_and_go,
    strangers_are_passed_over,
    members_are_told_apart_by_group,
    many_members_at_once,
    parallel_additions_all_arrive,
);

const TEAM: GroupId = GroupId(Uuid::from_u128(1));

fn people(numbers: impl IntoIterator<Item = u128>) -> Vec<UserId> {
    numbers.into_iter().map(|number| UserId(id(number))).collect()
}

async fn team_of(store: &Store, users: u32) {
    let users: Vec<User> = (1..=users).map(|number| user(number, &format!("u{number}"))).collect();
    insert_users(store, &users).await;
    insert_groups(store, &[group(1, "Team"), group(2, "Other")]).await;
}

async fn members(store: &Store) -> Vec<UserId> {
    let members = unit!(store.read, |tx| tx.members_of(&[TEAM])).unwrap();
    members.into_iter().map(|(_, member)| member).collect()
}

/// Adds users; those who joined are returned by id, as no order is promised.
async fn add(store: &Store, users: Vec<UserId>) -> Vec<UserId> {
    let mut came = unit!(store.write, |tx, users| tx.add_members(TEAM, users, at(1))).unwrap();
    came.sort_unstable();
    came
}

async fn members_come_and_go(store: Store) {
    team_of(&store, 4).await;
    assert_eq!(add(&store, people([3, 1])).await, people([1, 3]));
    assert_eq!(add(&store, people([1, 2])).await, people([2]));
    assert_eq!(members(&store).await, people([1, 2, 3]));
    let some = people([2, 4]);
    assert_eq!(unit!(store.write, |tx, some| tx.remove_members(TEAM, some, at(9))).unwrap(), people([2]));
    assert_eq!(unit!(store.write, |tx, some| tx.remove_members(TEAM, some, at(9))).unwrap(), []);
    assert_eq!(members(&store).await, people([1, 3]));
    let kept = people([3, 4]);
    assert_eq!(unit!(store.write, |tx, kept| tx.retain_members(TEAM, kept, at(9))).unwrap(), people([1]));
    assert_eq!(members(&store).await, people([3]));
    assert_eq!(unit!(store.write, |tx| tx.retain_members(TEAM, &[], at(9))).unwrap(), people([3]));
    assert_eq!(unit!(store.write, |tx| tx.add_members(TEAM, &[], at(1))).unwrap(), []);
    assert_eq!(members(&store).await, []);
}

async fn strangers_are_passed_over(store: Store) {
    team_of(&store, 2).await;
    assert_eq!(add(&store, people([404, 1, 405, 1])).await, people([1]));
    assert_eq!(members(&store).await, people([1]));
}

async fn members_are_told_apart_by_group(store: Store) {
    team_of(&store, 3).await;
    add(&store, people([2, 1])).await;
    let (other, third) = (GroupId(id(2)), people([3]));
    unit!(store.write, |tx, other, third| tx.add_members(*other, third, at(1))).unwrap();
    let member = |number| UserId(id(number));
    let found = unit!(store.read, |tx, other| tx.members_of(&[*other, TEAM, GroupId(id(9))])).unwrap();
    assert_eq!(found, [(TEAM, member(1)), (TEAM, member(2)), (other, member(3))]);
    let (none, team) = (people([]), TEAM);
    assert_eq!(unit!(store.write, |tx, team, none| tx.retain_members(*team, none, at(9))).unwrap().len(), 2);
    assert_eq!(unit!(store.read, |tx, other| tx.count_members(*other)).unwrap(), 1);
}

async fn many_members_at_once(store: Store) {
    team_of(&store, 6_000).await;
    // More ids than either database takes parameters, most of them unknown.
    assert_eq!(add(&store, people(1..=70_000)).await, people(1..=6_000));
    let kept = people((20_000..70_000).chain(5_990..6_000));
    assert_eq!(unit!(store.write, |tx, kept| tx.retain_members(TEAM, kept, at(9))).unwrap().len(), 5_990);
    assert_eq!(members(&store).await, people(5_990..6_000));
    let gone = people(5_992..76_000);
    assert_eq!(unit!(store.write, |tx, gone| tx.remove_members(TEAM, gone, at(9))).unwrap().len(), 8);
    assert_eq!(members(&store).await, people([5_990, 5_991]));
}

/// One change of membership as the directory makes it: lock, add, next version.
async fn join(store: Store, users: Vec<UserId>) -> domain::Result<Vec<UserId>> {
    let work = store.write(users, |users, tx| {
        Box::pin(async move {
            let mut team = tx.lock_group(TEAM).await?.ok_or(domain::Error::NotFound)?;
            let came = tx.add_members(TEAM, users, at(1)).await?;
            team.version += 1;
            tx.update_group(&team).await?;
            Ok(came)
        })
    });
    work.await
}

async fn parallel_additions_all_arrive(store: Store) {
    team_of(&store, 24).await;
    let units: Vec<_> = (1..=24).map(|number| tokio::spawn(join(store.clone(), people([number])))).collect();
    for unit in units {
        assert_eq!(unit.await.unwrap().unwrap().len(), 1);
    }
    assert_eq!(members(&store).await, people(1..=24));
    let team = unit!(store.read, |tx| tx.group(TEAM)).unwrap().unwrap();
    assert_eq!(team.version, 25);
}
