//! A deleted user or group is restored as it was, or not at all.

use crate::{
    support::{
        Database, at, email, group, id, insert_groups, insert_users, numbers, on_both_databases,
        on_both_databases_bare, store, unit, user,
    },
    versions::tables::{self, Tables},
};
use domain::{
    Conflict, Error, GroupId, UserId,
    group::Group,
    query::UserValue,
    role::Role,
    store::{Store, Work},
    user::{Deleted, User},
};

on_both_databases!(
    a_name_that_was_taken_meanwhile_stays_taken,
    what_is_back_does_not_come_back_once_more,
    whoever_was_taken_out_stays_out,
    members_that_were_taken_out_come_back,
    a_group_is_emptied_when_none_of_its_old_members_is_left,
    only_one_of_many_brings_somebody_back,
    a_user_and_its_group_come_back_side_by_side,
    a_group_may_go_while_its_member_comes_back,
    what_was_deleted_is_listed,
    what_was_never_there_stays_away,
);

on_both_databases_bare!(
    everything_comes_back_but_version_and_change,
    a_membership_comes_back_in_any_order,
    a_moment_that_two_endings_share_loses_nothing,
    what_is_forgotten_is_gone,
);

const ADA: UserId = UserId(id(1));
const TEAM: GroupId = GroupId(id(7));

/// As a directory does it: lock, then delete.
async fn delete_user(store: &Store, moment: i64) {
    let work = store.write(moment, |moment, tx| {
        Box::pin(async move {
            tx.lock_user_for_deletion(ADA).await?;
            tx.delete_user(ADA, at(*moment)).await
        })
    });
    work.await.unwrap();
}

async fn delete_team(store: &Store, moment: i64) {
    let work = store.write(moment, |moment, tx| {
        Box::pin(async move {
            tx.lock_group_for_deletion(TEAM).await?;
            tx.delete_group(TEAM, at(*moment)).await
        })
    });
    work.await.unwrap();
}

async fn restore_user(store: &Store, moment: i64) -> Option<String> {
    unit!(store.write, |tx, moment| tx.restore_user(ADA, at(*moment))).unwrap()
}

async fn restore_team(store: &Store, moment: i64) -> Option<String> {
    unit!(store.write, |tx, moment| tx.restore_group(TEAM, at(*moment))).unwrap()
}

async fn members(store: &Store) -> Vec<u128> {
    let members = unit!(store.read, |tx| tx.members_of(&[TEAM])).unwrap();
    members.into_iter().map(|(_, member)| member.0.as_u128()).collect()
}

async fn join(store: &Store, users: &[u128], moment: i64) {
    let users: Vec<UserId> = users.iter().map(|number| UserId(id(*number))).collect();
    unit!(store.write, |tx, users, moment| tx.add_members(TEAM, users, at(*moment))).unwrap();
}

async fn leave(store: &Store, users: &[u128], moment: i64) {
    let users: Vec<UserId> = users.iter().map(|number| UserId(id(*number))).collect();
    unit!(store.write, |tx, users, moment| tx.remove_members(TEAM, users, at(*moment))).unwrap();
}

/// Ada has been in the team since 11.
async fn ada_in_team(store: &Store) {
    insert_users(store, &[user(1, "ada")]).await;
    insert_groups(store, &[group(7, "Team")]).await;
    join(store, &[1], 11).await;
}

async fn added(database: &Database) -> Vec<i64> {
    numbers(database, "SELECT added FROM group_members ORDER BY group_id, user_id").await
}

/// Checks that all that came back is as it was, column by column, and that it was something.
fn assert_back(before: &Tables, after: &Tables) {
    const NEW: [&str; 3] = ["version", "changed", "position"];
    let tables: [(&str, &[&str]); 5] =
        [("users", &NEW), ("user_emails", &[]), ("user_values", &[]), ("groups", &NEW), ("group_members", &[])];
    for (table, new) in tables {
        assert_eq!(before.rows_without(table, new), after.rows_without(table, new), "{table}");
    }
}

async fn everything_comes_back_but_version_and_change(database: Database) {
    let store = store(&database).await;
    let mut ada = user(1, "Ada@Corp.example");
    ada.version = 5;
    ada.profile.external_id = Some("0001-ADA".into());
    ada.profile.display_name = Some("Ada Løvelace".into());
    ada.profile.given_name = Some("Ada".into());
    ada.profile.family_name = Some("Løvelace".into());
    ada.profile.employee_number = Some("E 7".into());
    ada.profile.manager = Some("boss".into());
    ada.profile.active = false;
    ada.profile.document = r#"{"userName":"Ada@Corp.example","x":"\u0000 '; --"}"#.into();
    ada.profile.emails = vec![
        email("Z@corp.example", Some("work"), false),
        email("a@corp.example", None, true),
        email("a@corp.example", Some("Home"), false),
    ];
    ada.profile.values = Some(vec![
        (UserValue::Title, "countess".into()),
        (UserValue::PhoneNumber, "2".into()),
        (UserValue::PhoneNumber, "1".into()),
    ]);
    let mut team = Group { version: 4, ..group(7, "Écurie") };
    team.profile.external_id = Some("G-1".into());
    team.profile.document = r#"{"displayName":"Écurie"}"#.into();
    insert_users(&store, &[ada.clone(), user(2, "bob")]).await;
    insert_groups(&store, &[team.clone(), group(8, "Other")]).await;
    join(&store, &[1, 2], 11).await;
    unit!(store.write, |tx| tx.add_members(GroupId(id(8)), &[ADA], at(12))).unwrap();
    unit!(store.write, |tx| tx.set_user_role(ADA, Some(Role::Auditor))).unwrap();
    unit!(store.write, |tx| tx.set_group_role(TEAM, Some(Role::Administrator))).unwrap();
    let keys = "SELECT COUNT(*) FROM users JOIN user_emails ON user_id = id
        WHERE user_name_key = 'ada@corp.example' AND display_name_key = 'ada løvelace' AND given_name_key = 'ada'
            AND family_name_key = 'løvelace' AND employee_number_key = 'e 7' AND value_key LIKE '%@corp.example'
            AND kind_key IS NOT DISTINCT FROM lower(kind)";
    assert_eq!((numbers(&database, keys).await, added(&database).await), (vec![3], vec![11, 11, 12]));
    let before = tables::read(&database).await;

    delete_user(&store, 50).await;
    assert_eq!(unit!(store.write, |tx| tx.lock_user(ADA)).unwrap(), None);
    assert_eq!(restore_user(&store, 60).await.as_deref(), Some("Ada Løvelace"));
    let wanted = User { version: 6, changed: at(60), ..ada };
    assert_eq!(unit!(store.write, |tx| tx.lock_user(ADA)).unwrap(), Some(wanted));
    assert_eq!(unit!(store.read, |tx| tx.user_role(ADA)).unwrap(), Some(Role::Auditor));
    assert_eq!((numbers(&database, keys).await, added(&database).await), (vec![3], vec![11, 11, 12]));
    assert_back(&before, &tables::read(&database).await);
    // The groups changed twice: a member left, and came back.
    let found = unit!(store.read, |tx| tx.group(TEAM)).unwrap().unwrap();
    assert_eq!((found.version, found.changed), (6, at(60)));

    delete_team(&store, 70).await;
    assert_eq!(restore_team(&store, 80).await.as_deref(), Some("Écurie"));
    let wanted = Group { version: 7, changed: at(80), ..team };
    assert_eq!(unit!(store.read, |tx| tx.group(TEAM)).unwrap(), Some(wanted));
    assert_eq!(unit!(store.read, |tx| tx.group_role(TEAM)).unwrap(), Some(Role::Administrator));
    assert_back(&before, &tables::read(&database).await);
    let left = "SELECT (SELECT COUNT(*) FROM deleted_users) + (SELECT COUNT(*) FROM deleted_user_emails)
        + (SELECT COUNT(*) FROM deleted_user_values) + (SELECT COUNT(*) FROM former_nested_groups)
        + (SELECT COUNT(*) FROM deleted_groups) + (SELECT COUNT(*) FROM former_members)";
    assert_eq!(numbers(&database, left).await, [0]);
}

async fn a_membership_comes_back_in_any_order(database: Database) {
    let store = store(&database).await;
    ada_in_team(&store).await;
    for (turn, user_goes_first, user_comes_first) in
        [(1_i64, false, false), (2, false, true), (3, true, false), (4, true, true)]
    {
        // The clock of every other turn runs backwards.
        let moment = |step: i64| if turn % 2 == 0 { turn * 100 + step } else { turn * 100 - step };
        if user_goes_first {
            delete_user(&store, moment(1)).await;
            delete_team(&store, moment(2)).await;
        } else {
            delete_team(&store, moment(1)).await;
            delete_user(&store, moment(2)).await;
        }
        if user_comes_first {
            assert!(restore_user(&store, moment(3)).await.is_some());
            assert!(restore_team(&store, moment(4)).await.is_some());
        } else {
            assert!(restore_team(&store, moment(3)).await.is_some());
            assert!(restore_user(&store, moment(4)).await.is_some());
        }
        assert_eq!((members(&store).await, added(&database).await), (vec![1], vec![11]), "turn {turn}");
    }
}

async fn a_moment_that_two_endings_share_loses_nothing(database: Database) {
    let store = store(&database).await;
    ada_in_team(&store).await;
    leave(&store, &[1], 50).await;
    join(&store, &[1], 50).await;
    delete_user(&store, 50).await;
    restore_user(&store, 50).await;
    assert_eq!(added(&database).await, [11], "the membership that began first, so that it counts as what was there");
}

async fn what_is_back_does_not_come_back_once_more(store: Store) {
    ada_in_team(&store).await;
    delete_team(&store, 20).await;
    restore_team(&store, 21).await;
    delete_user(&store, 22).await;
    restore_user(&store, 23).await;
    assert_eq!(members(&store).await, [1]);
    leave(&store, &[1], 30).await;
    delete_team(&store, 31).await;
    restore_team(&store, 32).await;
    assert_eq!(members(&store).await, []);
    delete_user(&store, 33).await;
    restore_user(&store, 34).await;
    assert_eq!(members(&store).await, []);
}

async fn whoever_was_taken_out_stays_out(store: Store) {
    ada_in_team(&store).await;
    leave(&store, &[1], 20).await;
    delete_user(&store, 20).await;
    delete_team(&store, 20).await;
    restore_team(&store, 30).await;
    restore_user(&store, 30).await;
    assert_eq!(members(&store).await, []);
}

async fn members_that_were_taken_out_come_back(store: Store) {
    insert_users(&store, &[user(1, "a"), user(2, "b"), user(3, "c"), user(4, "d"), user(5, "e")]).await;
    insert_groups(&store, &[group(7, "Team")]).await;
    join(&store, &[1, 2, 3, 4, 5], 11).await;
    leave(&store, &[5], 19).await;
    leave(&store, &[1, 2], 20).await;
    join(&store, &[2], 21).await;
    unit!(store.write, |tx| tx.retain_members(TEAM, &[], at(22))).unwrap();
    unit!(store.write, |tx| tx.delete_user(UserId(id(4)), at(23))).unwrap();
    join(&store, &[3], 24).await;
    let restore = async |since: i64| unit!(store.write, |tx, since| tx.restore_members(TEAM, at(*since))).unwrap();
    assert_eq!(restore(23).await, 0);
    assert_eq!(restore(20).await, 2);
    assert_eq!(members(&store).await, [1, 2, 3]);
    assert_eq!(restore(20).await, 0);
    assert_eq!(restore(0).await, 1);
    assert_eq!(members(&store).await, [1, 2, 3, 5]);
    leave(&store, &[1, 2, 3, 5], 30).await;
}

async fn a_group_is_emptied_when_none_of_its_old_members_is_left(store: Store) {
    insert_users(&store, &[user(1, "a"), user(2, "b"), user(3, "c"), user(4, "d")]).await;
    insert_groups(&store, &[group(7, "Team")]).await;
    let left = async |since: i64| {
        let (emptied, left) = unit!(store.read, |tx, since| tx.left_since(TEAM, at(*since), 10)).unwrap();
        let mut left: Vec<UserId> = left;
        left.sort();
        (emptied, left)
    };
    assert_eq!(left(0).await, (true, vec![]));
    join(&store, &[1, 2], 11).await;
    join(&store, &[3], 21).await;
    assert_eq!(left(20).await, (false, vec![]));
    leave(&store, &[1], 22).await;
    assert_eq!(left(20).await, (false, vec![UserId(id(1))]));
    leave(&store, &[2], 23).await;
    assert_eq!(left(20).await, (true, vec![UserId(id(1)), UserId(id(2))]), "who came since does not count");
    assert_eq!(left(22).await, (false, vec![UserId(id(2))]), "unless it was there then");
    join(&store, &[1], 24).await;
    assert_eq!(left(20).await, (true, vec![UserId(id(2))]), "who is back has not left");
}

/// Tries to restore both, and continues in the same unit.
fn try_both<'t>(_: &'t (), tx: &'t mut dyn domain::store::Tx) -> Work<'t, ()> {
    Box::pin(async move {
        let outcome = tx.restore_user(ADA, at(60)).await;
        assert!(matches!(outcome, Err(Error::Conflict(Conflict::UserName))), "{outcome:?}");
        let outcome = tx.restore_group(TEAM, at(60)).await;
        assert!(matches!(outcome, Err(Error::Conflict(Conflict::GroupName))), "{outcome:?}");
        tx.insert_user(&user(3, "carl")).await
    })
}

async fn a_name_that_was_taken_meanwhile_stays_taken(store: Store) {
    ada_in_team(&store).await;
    delete_user(&store, 20).await;
    delete_team(&store, 20).await;
    insert_users(&store, &[user(2, "ADA")]).await;
    insert_groups(&store, &[group(8, "TEAM")]).await;
    store.write((), try_both).await.unwrap();
    assert!(unit!(store.write, |tx| tx.lock_user(UserId(id(3)))).unwrap().is_some());
    // After the names are free, both can be restored.
    unit!(store.write, |tx| tx.delete_user(UserId(id(2)), at(70))).unwrap();
    unit!(store.write, |tx| tx.delete_group(GroupId(id(8)), at(70))).unwrap();
    assert_eq!(restore_user(&store, 80).await.as_deref(), Some("ada"));
    assert_eq!(restore_team(&store, 80).await.as_deref(), Some("Team"));
    assert_eq!(members(&store).await, [1]);
}

async fn only_one_of_many_brings_somebody_back(store: Store) {
    ada_in_team(&store).await;
    delete_user(&store, 20).await;
    let restore = || {
        let store = store.clone();
        tokio::spawn(async move { unit!(store.write, |tx| tx.restore_user(ADA, at(30))) })
    };
    let units: Vec<_> = (0..12).map(|_| restore()).collect();
    let mut restored = 0;
    for unit in units {
        restored += usize::from(unit.await.unwrap().unwrap().is_some());
    }
    assert_eq!(restored, 1);
    assert_eq!(unit!(store.write, |tx| tx.lock_user(ADA)).unwrap().unwrap().version, 2);
}

async fn a_user_and_its_group_come_back_side_by_side(store: Store) {
    ada_in_team(&store).await;
    for turn in 1..=30 {
        delete_user(&store, turn * 10).await;
        delete_team(&store, turn * 10 + 1).await;
        let (user, team) = tokio::join!(restore_user(&store, turn * 10 + 2), restore_team(&store, turn * 10 + 3));
        assert!(user.is_some() && team.is_some());
        assert_eq!(members(&store).await, [1], "turn {turn}");
    }
}

async fn a_group_may_go_while_its_member_comes_back(store: Store) {
    ada_in_team(&store).await;
    for turn in 1..=30 {
        delete_user(&store, 20).await;
        let (user, ()) = tokio::join!(restore_user(&store, 31), delete_team(&store, 30));
        assert!(user.is_some());
        restore_team(&store, 40).await;
        assert_eq!(members(&store).await, [1], "turn {turn}, the group");
        delete_team(&store, 50).await;
        let (team, ()) = tokio::join!(restore_team(&store, 51), delete_user(&store, 52));
        assert!(team.is_some());
        restore_user(&store, 60).await;
        assert_eq!(members(&store).await, [1], "turn {turn}, the user");
    }
}

async fn what_was_deleted_is_listed(store: Store) {
    let mut named = user(2, "bob");
    named.profile.display_name = Some("Bob".into());
    insert_users(&store, &[user(1, "ada"), named, user(3, "carl")]).await;
    insert_groups(&store, &[group(7, "Team"), group(8, "Other")]).await;
    for (number, moment) in [(1, 20), (2, 30), (3, 10)] {
        unit!(store.write, |tx, number, moment| tx.delete_user(UserId(id(*number)), at(*moment))).unwrap();
    }
    for (number, moment) in [(7, 20), (8, 10)] {
        unit!(store.write, |tx, number, moment| tx.delete_group(GroupId(id(*number)), at(*moment))).unwrap();
    }
    let deleted = |number, name: &str, moment| Deleted { id: id(number), name: name.into(), deleted: at(moment) };
    let users = async |limit: u64| unit!(store.read, |tx, limit| tx.deleted_users("", *limit)).unwrap();
    assert_eq!(users(9).await, [deleted(2, "Bob", 30), deleted(1, "ada", 20), deleted(3, "carl", 10)]);
    assert_eq!(users(1).await, [deleted(2, "Bob", 30)]);
    let groups = async |limit: u64| unit!(store.read, |tx, limit| tx.deleted_groups("", *limit)).unwrap();
    assert_eq!(groups(9).await, [deleted(7, "Team", 20), deleted(8, "Other", 10)]);
    restore_user(&store, 40).await;
    assert_eq!(users(9).await, [deleted(2, "Bob", 30), deleted(3, "carl", 10)]);
    restore_team(&store, 40).await;
    assert_eq!(groups(9).await, [deleted(8, "Other", 10)]);
}

async fn what_was_never_there_stays_away(store: Store) {
    delete_user(&store, 10).await;
    delete_team(&store, 10).await;
    assert_eq!((restore_user(&store, 20).await, restore_team(&store, 20).await), (None, None));
    assert_eq!(unit!(store.read, |tx| tx.deleted_users("", 9)).unwrap(), []);
    assert_eq!(unit!(store.read, |tx| tx.deleted_groups("", 9)).unwrap(), []);
    assert_eq!(unit!(store.write, |tx| tx.restore_members(TEAM, at(0))).unwrap(), 0);
}

async fn what_is_forgotten_is_gone(database: Database) {
    let store = store(&database).await;
    let mut first = user(1, "ada");
    first.profile.emails = vec![email("a@corp.example", None, true)];
    insert_users(&store, &[first, user(2, "bob"), user(3, "carl")]).await;
    insert_groups(&store, &[group(7, "Team"), group(8, "Other")]).await;
    join(&store, &[1, 2, 3], 11).await;
    leave(&store, &[3], 19).await;
    delete_user(&store, 20).await;
    unit!(store.write, |tx| tx.delete_user(UserId(id(2)), at(21))).unwrap();
    unit!(store.write, |tx| tx.delete_group(GroupId(id(8)), at(20))).unwrap();
    unit!(store.write, |tx| tx.forget_deleted(at(21), at(21))).unwrap();
    assert_eq!(restore_user(&store, 30).await, None);
    assert_eq!(unit!(store.write, |tx| tx.restore_group(GroupId(id(8)), at(30))).unwrap(), None);
    assert_eq!(unit!(store.write, |tx| tx.restore_members(TEAM, at(0))).unwrap(), 0);
    assert_eq!(numbers(&database, "SELECT COUNT(*) FROM deleted_user_emails").await, [0]);
    let bob = unit!(store.write, |tx| tx.restore_user(UserId(id(2)), at(30))).unwrap();
    assert_eq!((bob.as_deref(), members(&store).await), (Some("bob"), vec![2]));
}
