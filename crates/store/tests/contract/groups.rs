//! Groups, one at a time.

use crate::support::{at, group, id, insert_groups, insert_users, on_both_databases, unit, user};
use domain::{
    Conflict, Error, GroupId, UserId,
    group::{Group, GroupProfile, UserGroups},
    query::{Predicate, Slice},
    store::Store,
};

on_both_databases!(
    a_group_comes_back_whole,
    a_group_name_is_taken_whatever_its_case,
    an_update_needs_the_version_before,
    a_deleted_group_leaves_its_members,
    groups_come_in_the_order_in_which_they_came,
);

async fn a_group_comes_back_whole(store: Store) {
    let profile = GroupProfile {
        display_name: "Écurie".into(),
        external_id: Some("G-1".into()),
        document: r#"{"displayName":"Écurie"}"#.into(),
    };
    let wanted = Group { version: 3, changed: at(9), profile, ..group(1, "") };
    insert_groups(&store, std::slice::from_ref(&wanted)).await;
    let (known, unknown) = (wanted.id, GroupId(id(404)));
    assert_eq!(unit!(store.read, |tx, known| tx.group(*known)).unwrap(), Some(wanted.clone()));
    assert_eq!(unit!(store.write, |tx, known| tx.lock_group(*known)).unwrap(), Some(wanted));
    assert_eq!(unit!(store.read, |tx, unknown| tx.group(*unknown)).unwrap(), None);
    assert_eq!(unit!(store.write, |tx, unknown| tx.lock_group(*unknown)).unwrap(), None);
}

async fn a_group_name_is_taken_whatever_its_case(store: Store) {
    insert_groups(&store, &[group(1, "Staff"), group(2, "Ops")]).await;
    let second = group(3, "STAFF");
    let outcome = unit!(store.write, |tx, second| tx.insert_group(second));
    assert!(matches!(outcome, Err(Error::Conflict(Conflict::GroupName))), "{outcome:?}");
    let renamed = Group { version: 2, ..group(2, "staff ") };
    let outcome = unit!(store.write, |tx, renamed| tx.update_group(renamed));
    assert!(matches!(outcome, Err(Error::Conflict(Conflict::GroupName))), "{outcome:?}");
    let same = Group { version: 2, changed: at(9), ..group(1, "STAFF") };
    unit!(store.write, |tx, same| tx.update_group(same)).unwrap();
    let id = same.id;
    assert_eq!(unit!(store.read, |tx, id| tx.group(*id)).unwrap(), Some(same));
}

async fn an_update_needs_the_version_before(store: Store) {
    insert_groups(&store, &[group(1, "Staff")]).await;
    for version in [0, 1, 3] {
        let wrong = Group { version, ..group(1, "Other") };
        let outcome = unit!(store.write, |tx, wrong| tx.update_group(wrong));
        assert!(matches!(outcome, Err(Error::VersionMismatch)), "{version}: {outcome:?}");
    }
    let id = GroupId(id(1));
    assert_eq!(unit!(store.read, |tx, id| tx.group(*id)).unwrap(), Some(group(1, "Staff")));
}

async fn a_deleted_group_leaves_its_members(store: Store) {
    insert_users(&store, &[user(1, "ada")]).await;
    insert_groups(&store, &[group(1, "Staff")]).await;
    let (team, members, now) = (GroupId(id(1)), [UserId(id(1))], at(1));
    unit!(store.write, |tx, team, members, now| tx.add_members(*team, members, *now)).unwrap();
    unit!(store.write, |tx, team| tx.delete_group(*team, at(9))).unwrap();
    unit!(store.write, |tx, team| tx.delete_group(*team, at(9))).unwrap();
    let ada = members[0];
    assert_eq!(unit!(store.read, |tx, team| tx.group(*team)).unwrap(), None);
    assert_eq!(
        unit!(store.read, |tx, ada| tx.user_and_groups(*ada)).unwrap(),
        Some((user(1, "ada"), UserGroups::default()))
    );
}

async fn groups_come_in_the_order_in_which_they_came(store: Store) {
    insert_groups(&store, &[group(3, "c"), group(1, "z"), group(2, "a")]).await;
    let slice = Slice { offset: 1, limit: 5 };
    let groups = unit!(store.read, |tx, slice| tx.find_groups(&Predicate::All, &(*slice).into())).unwrap();
    let groups: Vec<Group> = groups.into_iter().map(|row| row.item).collect();
    assert_eq!(groups, [group(1, "z"), group(2, "a")]);
    assert_eq!(unit!(store.read, |tx| tx.count_groups(&Predicate::All)).unwrap(), 3);
}
