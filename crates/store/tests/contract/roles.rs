//! Roles: given by hand or through a group, and beyond every directory's reach.

use crate::support::{at, group, id, insert_groups, insert_users, on_both_databases, unit, user};
use domain::{GroupId, UserId, group::GroupRef, role::Role, store::Store, user::User};

on_both_databases!(
    a_role_is_given_and_taken_away,
    a_role_comes_through_every_group,
    everybody_with_a_role_is_counted_once,
    a_change_by_a_directory_leaves_the_role,
);

async fn give(store: &Store, number: u128, role: Option<Role>) {
    unit!(store.write, |tx, number, role| tx.set_user_role(UserId(id(*number)), *role)).unwrap();
}

async fn map(store: &Store, number: u128, role: Option<Role>) {
    unit!(store.write, |tx, number, role| tx.set_group_role(GroupId(id(*number)), *role)).unwrap();
}

async fn join(store: &Store, group: u128, users: &[u128]) {
    let users: Vec<UserId> = users.iter().map(|number| UserId(id(*number))).collect();
    unit!(store.write, |tx, group, users| tx.add_members(GroupId(id(*group)), users, at(1))).unwrap();
}

async fn role(store: &Store, number: u128) -> Option<Role> {
    unit!(store.read, |tx, number| tx.user_role(UserId(id(*number)))).unwrap()
}

async fn a_role_is_given_and_taken_away(store: Store) {
    insert_users(&store, &[user(1, "ada"), user(2, "bob")]).await;
    insert_groups(&store, &[group(7, "Staff"), group(8, "Ops")]).await;
    let group_role = async |number: u128| unit!(store.read, |tx, number| tx.group_role(GroupId(id(*number)))).unwrap();
    assert_eq!((role(&store, 1).await, group_role(7).await), (None, None));
    for wanted in [Some(Role::Administrator), Some(Role::Auditor), Some(Role::Member), None] {
        give(&store, 1, wanted).await;
        map(&store, 7, wanted).await;
        assert_eq!((role(&store, 1).await, group_role(7).await), (wanted, wanted));
        assert_eq!((role(&store, 2).await, group_role(8).await), (None, None));
    }
    give(&store, 404, Some(Role::Administrator)).await;
    map(&store, 404, Some(Role::Administrator)).await;
    assert_eq!((role(&store, 404).await, group_role(404).await), (None, None));
}

async fn a_role_comes_through_every_group(store: Store) {
    insert_users(&store, &[user(1, "ada"), user(2, "bob")]).await;
    insert_groups(&store, &[group(7, "staff"), group(8, "Ops"), group(9, "none")]).await;
    join(&store, 7, &[1, 2]).await;
    join(&store, 8, &[1]).await;
    join(&store, 9, &[1]).await;
    map(&store, 7, Some(Role::Auditor)).await;
    map(&store, 8, Some(Role::Administrator)).await;
    let through =
        async |number: u128| unit!(store.read, |tx, number| tx.roles_through_groups(UserId(id(*number)))).unwrap();
    let staff = (GroupRef { id: GroupId(id(7)), display_name: "staff".into() }, Role::Auditor);
    let ops = (GroupRef { id: GroupId(id(8)), display_name: "Ops".into() }, Role::Administrator);
    assert_eq!(through(1).await, [ops.clone(), staff.clone()]);
    assert_eq!(through(2).await, std::slice::from_ref(&staff));
    assert_eq!(through(404).await, []);
    assert_eq!(unit!(store.read, |tx| tx.mapped_groups()).unwrap(), [ops.clone(), staff]);
    map(&store, 7, None).await;
    assert_eq!(unit!(store.read, |tx| tx.mapped_groups()).unwrap(), [ops]);
    assert_eq!(through(2).await, []);
}

async fn everybody_with_a_role_is_counted_once(store: Store) {
    let mut away = user(4, "dan");
    away.profile.active = false;
    insert_users(&store, &[user(1, "ada"), user(2, "bob"), user(3, "carl"), away, user(5, "eve")]).await;
    insert_groups(&store, &[group(7, "Staff"), group(8, "Ops")]).await;
    join(&store, 7, &[1, 2, 4]).await;
    join(&store, 8, &[1, 3]).await;
    map(&store, 7, Some(Role::Administrator)).await;
    map(&store, 8, Some(Role::Auditor)).await;
    for number in [1, 4, 5] {
        give(&store, number, Some(Role::Administrator)).await;
    }
    let count = async |role: Role| unit!(store.read, |tx, role| tx.count_role(*role)).unwrap();
    assert_eq!((count(Role::Administrator).await, count(Role::Auditor).await, count(Role::Member).await), (3, 2, 0));
}

async fn a_change_by_a_directory_leaves_the_role(store: Store) {
    insert_users(&store, &[user(1, "ada")]).await;
    insert_groups(&store, &[group(7, "Staff")]).await;
    give(&store, 1, Some(Role::Auditor)).await;
    map(&store, 7, Some(Role::Auditor)).await;
    let renamed = User { version: 2, ..user(1, "eve") };
    unit!(store.write, |tx, renamed| tx.update_user(renamed)).unwrap();
    let renamed = domain::group::Group { version: 2, ..group(7, "Other") };
    unit!(store.write, |tx, renamed| tx.update_group(renamed)).unwrap();
    assert_eq!(role(&store, 1).await, Some(Role::Auditor));
    assert_eq!(unit!(store.read, |tx| tx.group_role(GroupId(id(7)))).unwrap(), Some(Role::Auditor));
}
