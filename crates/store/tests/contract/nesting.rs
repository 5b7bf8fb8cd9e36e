//! Groups in groups: rows next to those of the users, restored in the same way.

use crate::support::{
    Database, at, group, id, insert_groups, insert_users, numbers, on_both_databases, on_both_databases_bare, store,
    unit, user,
};
use domain::{
    GroupId, MemberId, UserId,
    query::{GroupCondition, Predicate, Slice},
    store::Store,
};

on_both_databases!(
    groups_come_and_go,
    a_group_is_not_in_itself,
    circles_are_held,
    filters_find_both_kinds_of_members,
    a_deleted_group_comes_back_in_its_place,
    two_deleted_groups_come_back_in_any_order,
    two_groups_come_back_side_by_side,
    whatever_was_taken_out_stays_out_until_that_is_undone,
    parallel_nestings_all_arrive,
);

on_both_databases_bare!(what_is_forgotten_is_gone_for_good);

const fn number(number: u128) -> GroupId {
    GroupId(id(number))
}

async fn three(store: &Store) {
    insert_groups(store, &[group(1, "Staff"), group(2, "Écurie"), group(3, "Depot")]).await;
}

async fn nest(store: &Store, parent: u128, members: &[u128], moment: i64) -> u64 {
    let members: Vec<GroupId> = members.iter().map(|member| number(*member)).collect();
    let work = unit!(store.write, |tx, parent, members, moment| {
        tx.add_nested_groups(number(*parent), members, at(*moment))
    });
    work.unwrap().len() as u64
}

async fn unnest(store: &Store, parent: u128, members: &[u128], moment: i64) -> u64 {
    let members: Vec<GroupId> = members.iter().map(|member| number(*member)).collect();
    let work = unit!(store.write, |tx, parent, members, moment| {
        tx.remove_nested_groups(number(*parent), members, at(*moment))
    });
    work.unwrap().len() as u64
}

async fn nested(store: &Store, parent: u128) -> Vec<u128> {
    let found = unit!(store.read, |tx, parent| tx.nested_groups_of(&[number(*parent)])).unwrap();
    found.into_iter().map(|(_, member)| member.0.as_u128()).collect()
}

async fn version(store: &Store, group: u128) -> i64 {
    unit!(store.read, |tx, group| tx.group(number(*group))).unwrap().unwrap().version
}

async fn delete(store: &Store, group: u128, moment: i64) {
    let work = store.write((group, moment), |(group, moment), tx| {
        Box::pin(async move {
            tx.lock_group_for_deletion(number(*group)).await?;
            tx.delete_group(number(*group), at(*moment)).await
        })
    });
    work.await.unwrap();
}

async fn restore(store: &Store, group: u128, moment: i64) {
    let name = unit!(store.write, |tx, group, moment| tx.restore_group(number(*group), at(*moment))).unwrap();
    assert!(name.is_some());
}

async fn groups_come_and_go(store: Store) {
    three(&store).await;
    assert_eq!(nest(&store, 1, &[3, 404, 3], 5).await, 1);
    assert_eq!(nest(&store, 1, &[2, 3], 6).await, 1);
    assert_eq!(nested(&store, 1).await, [2, 3]);
    let named = unit!(store.read, |tx| tx.named_nested_groups(number(1), 1)).unwrap();
    assert_eq!(named.iter().map(|group| group.display_name.as_str()).collect::<Vec<_>>(), ["Depot"]);
    assert_eq!(unit!(store.read, |tx| tx.count_nested_groups(number(1))).unwrap(), 2);
    nest(&store, 3, &[2], 6).await;
    let named = unit!(store.read, |tx| tx.named_outer_groups(number(2), 1)).unwrap();
    assert_eq!(named.iter().map(|group| group.display_name.as_str()).collect::<Vec<_>>(), ["Depot"]);
    assert_eq!(unit!(store.read, |tx| tx.count_outer_groups(number(2))).unwrap(), 2);
    assert_eq!(unnest(&store, 1, &[2, 404], 7).await, 1);
    assert_eq!(unnest(&store, 1, &[2], 8).await, 0);
    nest(&store, 1, &[2], 9).await;
    assert_eq!(unit!(store.write, |tx| tx.retain_nested_groups(number(1), &[number(3)], at(10))).unwrap(), [number(2)]);
    assert_eq!(nested(&store, 1).await, [3]);
    // Users and groups do not affect each other.
    assert_eq!(unit!(store.read, |tx| tx.count_members(number(1))).unwrap(), 0);
}

async fn a_group_is_not_in_itself(store: Store) {
    three(&store).await;
    assert_eq!(nest(&store, 1, &[1, 2], 5).await, 1);
    assert_eq!(nested(&store, 1).await, [2]);
}

async fn circles_are_held(store: Store) {
    three(&store).await;
    for (parent, member) in [(1, 2), (2, 3), (3, 1)] {
        assert_eq!(nest(&store, parent, &[member], 5).await, 1);
    }
    delete(&store, 2, 6).await;
    assert_eq!((nested(&store, 1).await, nested(&store, 3).await), (vec![], vec![1]));
    restore(&store, 2, 7).await;
    assert_eq!((nested(&store, 1).await, nested(&store, 2).await), (vec![2], vec![3]));
}

async fn filters_find_both_kinds_of_members(store: Store) {
    three(&store).await;
    insert_users(&store, &[user(9, "ada")]).await;
    nest(&store, 1, &[3], 5).await;
    unit!(store.write, |tx| tx.add_members(number(2), &[UserId(id(9))], at(5))).unwrap();
    let found = async |condition: GroupCondition| {
        let (filter, all) = (Predicate::Where(condition), Slice { offset: 0, limit: 10 });
        let found = unit!(store.read, |tx, filter, all| tx.find_groups(filter, &(*all).into())).unwrap();
        found.into_iter().map(|group| group.item.id.0.as_u128()).collect::<Vec<_>>()
    };
    assert_eq!(found(GroupCondition::Member(Some(MemberId(id(3))))).await, [1]);
    assert_eq!(found(GroupCondition::Member(Some(MemberId(id(9))))).await, [2]);
    assert_eq!(found(GroupCondition::Member(Some(MemberId(id(1))))).await, [0; 0]);
    assert_eq!(found(GroupCondition::HasMembers).await, [1, 2]);
}

async fn a_deleted_group_comes_back_in_its_place(store: Store) {
    three(&store).await;
    nest(&store, 1, &[2], 5).await;
    nest(&store, 2, &[3], 5).await;
    delete(&store, 2, 6).await;
    assert_eq!((nested(&store, 1).await, version(&store, 1).await), (vec![], 2));
    assert_eq!(version(&store, 3).await, 1);
    restore(&store, 2, 7).await;
    assert_eq!((nested(&store, 1).await, nested(&store, 2).await), (vec![2], vec![3]));
    assert_eq!((version(&store, 1).await, version(&store, 2).await, version(&store, 3).await), (3, 2, 1));
    // A restored nesting is not restored again after it has ended in another way.
    unnest(&store, 1, &[2], 8).await;
    delete(&store, 2, 9).await;
    restore(&store, 2, 10).await;
    assert_eq!((nested(&store, 1).await, nested(&store, 2).await), (vec![], vec![3]));
}

async fn two_deleted_groups_come_back_in_any_order(store: Store) {
    three(&store).await;
    nest(&store, 1, &[2], 5).await;
    for (order, moment) in [([1, 2, 1, 2], 10), ([1, 2, 2, 1], 20), ([2, 1, 1, 2], 30), ([2, 1, 2, 1], 40)] {
        let [first, second, back, last] = order;
        delete(&store, first, moment).await;
        delete(&store, second, moment).await;
        restore(&store, back, moment + 1).await;
        assert_eq!(nested(&store, 1).await, [0; 0], "{order:?}");
        restore(&store, last, moment + 2).await;
        assert_eq!(nested(&store, 1).await, [2], "{order:?}");
    }
}

async fn two_groups_come_back_side_by_side(store: Store) {
    three(&store).await;
    nest(&store, 1, &[2], 5).await;
    for moment in [10, 20, 30, 40, 50] {
        delete(&store, 1, moment).await;
        delete(&store, 2, moment).await;
        tokio::join!(restore(&store, 1, moment + 1), restore(&store, 2, moment + 1));
        assert_eq!(nested(&store, 1).await, [2], "{moment}");
    }
}

async fn whatever_was_taken_out_stays_out_until_that_is_undone(store: Store) {
    three(&store).await;
    nest(&store, 1, &[2, 3], 5).await;
    unnest(&store, 1, &[2], 6).await;
    unnest(&store, 1, &[3], 8).await;
    assert_eq!(unit!(store.write, |tx| tx.restore_members(number(1), at(7))).unwrap(), 1);
    assert_eq!(nested(&store, 1).await, [3]);
    delete(&store, 1, 9).await;
    restore(&store, 1, 10).await;
    assert_eq!(nested(&store, 1).await, [3]);
}

async fn parallel_nestings_all_arrive(store: Store) {
    let groups: Vec<_> = (1..=24).map(|number| group(number, &format!("g{number}"))).collect();
    insert_groups(&store, &groups).await;
    let join = |member: u128| {
        let store = store.clone();
        tokio::spawn(async move {
            let work = store.write(member, |member, tx| {
                Box::pin(async move {
                    tx.lock_group(number(1)).await?;
                    tx.add_nested_groups(number(1), &[number(*member)], at(5)).await?;
                    // The other way round too: units must not block each other for good.
                    tx.lock_group(number(*member)).await?;
                    tx.add_nested_groups(number(*member), &[number(1)], at(5)).await
                })
            });
            work.await
        })
    };
    for unit in (2..=24).map(join).collect::<Vec<_>>() {
        assert_eq!(unit.await.unwrap().unwrap().len(), 1);
    }
    assert_eq!(nested(&store, 1).await, (2..=24).collect::<Vec<_>>());
}

async fn what_is_forgotten_is_gone_for_good(database: Database) {
    let store = store(&database).await;
    three(&store).await;
    nest(&store, 1, &[2, 3], 5).await;
    unnest(&store, 1, &[2], 6).await;
    delete(&store, 3, 7).await;
    let former = async || numbers(&database, "SELECT ended FROM former_nested_groups ORDER BY ended").await;
    assert_eq!(former().await, [6, 7]);
    unit!(store.write, |tx| tx.forget_deleted(at(7), at(7))).unwrap();
    assert_eq!(former().await, [7]);
    unit!(store.write, |tx| tx.forget_deleted(at(8), at(8))).unwrap();
    assert_eq!(former().await, [0; 0]);
}
