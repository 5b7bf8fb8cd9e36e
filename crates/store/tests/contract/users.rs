//! Users, one at a time.

use crate::support::{at, email, group, id, insert_groups, insert_users, on_both_databases, unit, user, user_name};
use domain::{
    Conflict, Error, GroupId, UserId,
    group::{GroupRef, UserGroups},
    query::{EmailCondition, Predicate, Slice, Test, UserCondition, UserValue, Weigh},
    store::Store,
    user::{Profile, User},
};

on_both_databases!(
    a_user_comes_back_whole,
    nobody_is_none,
    a_user_name_is_taken_whatever_its_case,
    an_update_needs_the_version_before,
    what_no_index_can_hold_is_refused,
    an_update_writes_everything,
    a_deleted_user_leaves_nothing,
    users_come_in_the_order_in_which_they_came,
    each_user_has_its_groups,
    groups_that_weigh_too_much_are_not_read,
);

fn ada() -> User {
    User {
        profile: Profile {
            external_id: Some("0001-ADA".into()),
            display_name: Some("Ada Løvelace".into()),
            given_name: Some("Ada".into()),
            family_name: Some("Løvelace".into()),
            employee_number: Some("E 7".into()),
            manager: Some("boss".into()),
            active: false,
            emails: vec![
                email("Z@corp.example", Some("work"), false),
                email("a@corp.example", None, true),
                email("a@corp.example", Some("home"), false),
            ],
            values: Some(vec![
                (UserValue::Title, "countess".into()),
                (UserValue::PhoneNumber, "2".into()),
                (UserValue::PhoneNumber, "1".into()),
            ]),
            document: r#"{"userName":"Ada@Corp.example","x":"\u0000 '; --"}"#.into(),
            ..user(1, "Ada@Corp.example").profile
        },
        ..user(1, "")
    }
}

async fn a_user_comes_back_whole(store: Store) {
    let (ada, plain) = (ada(), user(2, "plain"));
    insert_users(&store, &[ada.clone(), plain.clone()]).await;
    for wanted in [ada, plain] {
        let id = wanted.id;
        assert_eq!(unit!(store.write, |tx, id| tx.lock_user(*id)).unwrap(), Some(wanted.clone()));
        assert_eq!(
            unit!(store.read, |tx, id| tx.user_and_groups(*id)).unwrap(),
            Some((wanted.clone(), UserGroups::default()))
        );
        let view = unit!(store.read, |tx, id| tx.view_user(*id, true)).unwrap().unwrap();
        assert_eq!(
            (view.id, view.version, view.created, view.changed),
            (id, wanted.version, wanted.created, wanted.changed)
        );
        assert_eq!((view.document, view.groups), (wanted.profile.document, UserGroups::default()));
    }
}

async fn nobody_is_none(store: Store) {
    let id = UserId(id(404));
    assert_eq!(unit!(store.write, |tx, id| tx.lock_user(*id)).unwrap(), None);
    assert_eq!(unit!(store.write, |tx, id| tx.lock_user_and_groups(*id)).unwrap(), None);
    assert_eq!(unit!(store.read, |tx, id| tx.user_and_groups(*id)).unwrap(), None);
    assert_eq!(unit!(store.read, |tx, id| tx.view_user(*id, false)).unwrap(), None);
    assert!(unit!(store.write, |tx, id| tx.delete_user(*id, at(9))).is_ok());
}

async fn a_user_name_is_taken_whatever_its_case(store: Store) {
    insert_users(&store, &[user(1, "Åda"), user(2, "bob")]).await;
    let second = user(3, "åDA");
    let outcome = unit!(store.write, |tx, second| tx.insert_user(second));
    assert!(matches!(outcome, Err(Error::Conflict(Conflict::UserName))), "{outcome:?}");
    let renamed = User { version: 2, ..user(2, " ÅDA") };
    let outcome = unit!(store.write, |tx, renamed| tx.update_user(renamed));
    assert!(matches!(outcome, Err(Error::Conflict(Conflict::UserName))), "{outcome:?}");
    // A second row with the same id is a bug in the program, not a taken name.
    let same_id = user(1, "carl");
    let outcome = unit!(store.write, |tx, same_id| tx.insert_user(same_id));
    assert!(matches!(outcome, Err(Error::Unavailable(_))), "{outcome:?}");
}

async fn an_update_needs_the_version_before(store: Store) {
    insert_users(&store, &[user(1, "ada")]).await;
    for version in [0, 1, 3] {
        let wrong = User { version, ..user(1, "eve") };
        let outcome = unit!(store.write, |tx, wrong| tx.update_user(wrong));
        assert!(matches!(outcome, Err(Error::VersionMismatch)), "{version}: {outcome:?}");
    }
    let nobody = User { version: 2, ..user(9, "eve") };
    let outcome = unit!(store.write, |tx, nobody| tx.update_user(nobody));
    assert!(matches!(outcome, Err(Error::VersionMismatch)), "{outcome:?}");
    let id = UserId(id(1));
    assert_eq!(unit!(store.write, |tx, id| tx.lock_user(*id)).unwrap(), Some(user(1, "ada")));
}

async fn what_no_index_can_hold_is_refused(store: Store) {
    let long = "x".repeat(2_049);
    let mut users = [(); 6].map(|()| user(1, "ada"));
    users[0].profile.user_name = long.clone();
    users[1].profile.external_id = Some(long.clone());
    users[2].profile.display_name = Some(long.clone());
    users[3].profile.employee_number = Some(long.clone());
    users[4].profile.manager = Some(long.clone());
    users[5].profile.emails = vec![email(&long, None, false)];
    for user in users {
        let outcome = unit!(store.write, |tx, user| tx.insert_user(user));
        assert!(matches!(outcome, Err(Error::Invalid(_))), "{outcome:?}");
    }
    // Letters that do not repeat, so that Postgres cannot compress the value.
    let longest: String = (0_u32..).filter_map(|n| char::from_u32(0x4e00 + n * 7919 % 20_000)).take(682).collect();
    let mut most = user(1, &longest);
    most.profile.given_name = Some(long);
    most.profile.emails = vec![email(&longest, None, false)];
    insert_users(&store, &[most]).await;
}

async fn an_update_writes_everything(store: Store) {
    insert_users(&store, &[user(1, "before")]).await;
    let mut after = User { version: 2, changed: at(50), ..ada() };
    let id = after.id;
    let emails = std::mem::take(&mut after.profile.emails);
    let values = after.profile.values.replace(Vec::new()).unwrap();
    unit!(store.write, |tx, after| tx.update_user(after)).unwrap();
    assert_eq!(unit!(store.write, |tx, id| tx.lock_user(*id)).unwrap(), Some(after.clone()));
    unit!(store.write, |tx, id, emails| tx.replace_emails(*id, emails)).unwrap();
    assert_eq!(unit!(store.write, |tx, id| tx.lock_user(*id)).unwrap().unwrap().profile.emails, ada().profile.emails);
    for values in [values.clone(), values[1..].to_vec(), values.clone()] {
        unit!(store.write, |tx, id, values| tx.replace_values(*id, None, values)).unwrap();
        let found = unit!(store.write, |tx, id| tx.lock_user(*id)).unwrap().unwrap().profile.values;
        assert_eq!(found, Some(values));
    }
    after.profile.values = Some(values);
    // Fewer addresses, another one, the same, and none.
    let other = email("other@corp.example", Some("work"), false);
    let steps = [vec![ada().profile.emails[0].clone()], vec![other.clone()], vec![other], Vec::new()];
    for emails in steps {
        unit!(store.write, |tx, id, emails| tx.replace_emails(*id, emails)).unwrap();
        after.profile.emails = emails;
        assert_eq!(unit!(store.write, |tx, id| tx.lock_user(*id)).unwrap(), Some(after.clone()));
    }
}

async fn a_deleted_user_leaves_nothing(store: Store) {
    insert_users(&store, &[ada(), user(2, "bob")]).await;
    insert_groups(&store, &[group(7, "Team")]).await;
    let (team, both, now) = (group(7, "").id, [UserId(id(1)), UserId(id(2))], at(1));
    unit!(store.write, |tx, team, both, now| tx.add_members(*team, both, *now)).unwrap();
    let gone = both[0];
    unit!(store.write, |tx, gone| tx.delete_user(*gone, at(9))).unwrap();
    assert_eq!(unit!(store.write, |tx, gone| tx.lock_user(*gone)).unwrap(), None);
    assert_eq!(unit!(store.read, |tx, team| tx.count_members(*team)).unwrap(), 1);
    let changed = unit!(store.read, |tx, team| tx.group(*team)).unwrap().unwrap();
    assert_eq!((changed.version, changed.changed), (2, at(9)));
    let mail = Predicate::Where(EmailCondition::Value(Test::Equals("a@corp.example".into())));
    let filter = Predicate::Where(UserCondition::Email(mail));
    assert_eq!(unit!(store.read, |tx, filter| tx.count_users(filter)).unwrap(), 0);
    // The name is free again, and so is the id.
    insert_users(&store, &[user(1, "ada@corp.example")]).await;
    assert_eq!(unit!(store.write, |tx, gone| tx.lock_user(*gone)).unwrap().unwrap().profile.emails, []);
}

async fn users_come_in_the_order_in_which_they_came(store: Store) {
    insert_users(&store, &[user(3, "c"), user(1, "z"), user(2, "a")]).await;
    let mut names = Vec::new();
    for (offset, limit) in [(0, 2), (2, 2), (1, 1), (3, 5), (0, 0), (0, u64::MAX)] {
        let slice = Slice { offset, limit };
        let users = unit!(store.read, |tx, slice| tx.find_users(&Predicate::All, &(*slice).into(), false)).unwrap();
        names.push(users.iter().map(user_name).collect::<String>());
    }
    assert_eq!(names, ["cz", "a", "z", "", "", "cza"]);
    assert_eq!(unit!(store.read, |tx| tx.count_users(&Predicate::All)).unwrap(), 3);
}

async fn each_user_has_its_groups(store: Store) {
    insert_users(&store, &[user(1, "ada"), user(2, "bob"), user(3, "carl")]).await;
    insert_groups(&store, &[group(7, "two"), group(8, "One")]).await;
    let (team, other, now) = (group(7, "").id, group(8, "").id, at(1));
    let (ada, bob) = ([UserId(id(1))], [UserId(id(1)), UserId(id(2))]);
    unit!(store.write, |tx, other, ada, now| tx.add_members(*other, ada, *now)).unwrap();
    unit!(store.write, |tx, team, bob, now| tx.add_members(*team, bob, *now)).unwrap();
    let two = GroupRef { id: team, display_name: "two".into() };
    let one = GroupRef { id: other, display_name: "One".into() };
    let wanted = [vec![one, two.clone()], vec![two], Vec::new()].map(UserGroups::All);
    let all = Slice { offset: 0, limit: 9 };
    let found = unit!(store.read, |tx, all| tx.find_users(&Predicate::All, &(*all).into(), true)).unwrap();
    assert_eq!(found.into_iter().map(|user| user.item.groups).collect::<Vec<_>>(), wanted);
    for (number, groups) in (1..).zip(wanted) {
        let user = UserId(id(number));
        assert_eq!(unit!(store.read, |tx, user| tx.view_user(*user, true)).unwrap().unwrap().groups, groups);
        assert_eq!(
            unit!(store.read, |tx, user| tx.view_user(*user, false)).unwrap().unwrap().groups,
            UserGroups::default()
        );
        assert_eq!(unit!(store.read, |tx, user| tx.user_and_groups(*user)).unwrap().unwrap().1, groups);
        assert_eq!(unit!(store.write, |tx, user| tx.lock_user_and_groups(*user)).unwrap().unwrap().1, groups);
    }
}

/// The longest names whose groups are read, and names that are a byte longer. Blanks at the end do not count for the
/// index.
async fn groups_that_weigh_too_much_are_not_read(store: Store) {
    let longest = usize::try_from((UserGroups::MOST - UserGroups::EACH) / UserGroups::NAME_BYTE).unwrap();
    let names =
        [("a", longest), ("b", longest + 1)].map(|(letter, length)| letter.to_owned() + &" ".repeat(length - 1));
    insert_users(&store, &[user(1, "ada"), user(2, "bob")]).await;
    insert_groups(&store, &[group(1, &names[0]), group(2, &names[1])]).await;
    for (number, wanted) in [(1, Some(1)), (2, None)] {
        let (user, group, now) = (UserId(id(number)), GroupId(id(number)), at(1));
        unit!(store.write, |tx, group, user, now| tx.add_members(*group, &[*user], *now)).unwrap();
        let view = unit!(store.read, |tx, user| tx.view_user(*user, true)).unwrap().unwrap();
        let shown = unit!(store.read, |tx, user| tx.user_and_groups(*user)).unwrap().unwrap().1;
        let locked = unit!(store.write, |tx, user| tx.lock_user_and_groups(*user)).unwrap().unwrap().1;
        for groups in [&view.groups, &shown, &locked] {
            assert_eq!(groups.all().map(<[_]>::len), wanted, "{number}");
        }
        assert!(view.weight() <= 2 * UserGroups::MOST, "{number}");
    }
}
