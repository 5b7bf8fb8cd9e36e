//! Sorted lists, by number and by row, and the counts that triggers maintain.

use crate::support::{
    Database, at, group, id, insert_groups, insert_users, numbers, on_both_databases, on_both_databases_bare, store,
    unit, user,
};
use domain::{
    Error, GroupId, UserId,
    directory::UserView,
    query::{
        GroupKey, Listed, Mark, MarkKey, Predicate, Slice, Sort, Start, Test, UserCondition, UserKey, UserText, Weigh,
        Window,
    },
    store::Store,
    user::User,
};

on_both_databases!(
    users_are_sorted_both_ways,
    groups_are_sorted_both_ways,
    a_sorted_list_is_filtered,
    reading_ends_with_the_first_row_that_is_too_much,
    a_mark_of_another_order_is_refused,
    a_deep_page_begins_where_it_should,
);

on_both_databases_bare!(counts_follow_every_change, parallel_units_count_right);

/// Five users; two share a display name and two have none, and two share the time of their last change.
async fn five(store: &Store) {
    let rows = [
        (1, "eve", Some("Zoe"), Some("b"), 50),
        (2, "Dan", None, None, 40),
        (3, "carl", Some("ann"), Some("B"), 40),
        (4, "Bob", Some("Ann"), None, 20),
        (5, "ada", None, Some("a"), 10),
    ];
    let users = rows.map(|(number, name, display_name, external_id, changed)| {
        let mut user = User { changed: at(changed), ..user(number, name) };
        user.profile.display_name = display_name.map(Into::into);
        user.profile.external_id = external_id.map(Into::into);
        user
    });
    // They were created in another order than that of their ids.
    let order = [2, 0, 3, 4, 1].map(|index| users[index].clone());
    insert_users(store, &order).await;
}

async fn part(store: &Store, by: UserKey, descending: bool, start: Start, limit: u64) -> Vec<Listed<UserView>> {
    let window = Window { sort: Sort { by, descending }, start, limit, bytes: u64::MAX };
    unit!(store.read, |tx, window| tx.find_users(&Predicate::All, window, false)).unwrap()
}

fn ids(rows: &[Listed<UserView>]) -> String {
    rows.iter().map(|row| (row.item.id.0.as_u128() % 10).to_string()).collect()
}

/// Every way of reading a list returns the same rows.
async fn check(store: &Store, by: UserKey, descending: bool, wanted: &str) {
    for limit in 1..=6 {
        let (mut by_number, mut forth, mut back) = (String::new(), String::new(), String::new());
        for offset in (0..6).step_by(usize::try_from(limit).unwrap()) {
            by_number += &ids(&part(store, by, descending, Start::Index(offset), limit).await);
        }
        assert_eq!(by_number, wanted, "{by:?} by number, {limit} at a time");
        let mut start = Start::First;
        loop {
            let rows = part(store, by, descending, start, limit).await;
            let Some(last) = rows.last() else { break };
            forth += &ids(&rows);
            start = Start::After(last.mark.clone());
        }
        assert_eq!(forth, wanted, "{by:?} forth, {limit} at a time");
        let mut start = Start::Last;
        loop {
            let rows = part(store, by, descending, start, limit).await;
            let Some(first) = rows.first() else { break };
            back.insert_str(0, &ids(&rows));
            start = Start::Before(first.mark.clone());
        }
        assert_eq!(back, wanted, "{by:?} back, {limit} at a time");
    }
}

async fn users_are_sorted_both_ways(store: Store) {
    five(&store).await;
    for (by, ascending) in [
        (UserKey::Position, "31452"),
        (UserKey::Id, "12345"),
        (UserKey::UserName, "54321"),
        // Without regard to case; equals by id; those without one are last.
        (UserKey::DisplayName, "34125"),
        // By bytes: case counts.
        (UserKey::ExternalId, "35124"),
        (UserKey::Changed, "54231"),
    ] {
        check(&store, by, false, ascending).await;
        let descending: String = ascending.chars().rev().collect();
        check(&store, by, true, &descending).await;
    }
}

async fn groups_are_sorted_both_ways(store: Store) {
    let mut groups = [group(3, "b"), group(1, "C"), group(2, "a")];
    groups[1].profile.external_id = Some("x".into());
    insert_groups(&store, &groups).await;
    for (by, wanted) in [
        (GroupKey::Position, "312"),
        (GroupKey::Id, "123"),
        (GroupKey::DisplayName, "231"),
        (GroupKey::ExternalId, "123"),
        (GroupKey::Changed, "123"),
    ] {
        for descending in [false, true] {
            let (mut start, mut found) = (Start::First, String::new());
            loop {
                let window = Window { sort: Sort { by, descending }, start, limit: 1, bytes: u64::MAX };
                let rows = unit!(store.read, |tx, window| tx.find_groups(&Predicate::All, window)).unwrap();
                let Some(row) = rows.last() else { break };
                found += &(row.item.id.0.as_u128()).to_string();
                start = Start::After(row.mark.clone());
            }
            let wanted: String = if descending { wanted.chars().rev().collect() } else { wanted.into() };
            assert_eq!(found, wanted, "{by:?}");
        }
    }
}

async fn a_sorted_list_is_filtered(store: Store) {
    five(&store).await;
    let names = Predicate::Where(UserCondition::Text(UserText::UserName, Test::Contains("a".into())));
    for (by, start, wanted) in [
        (UserKey::DisplayName, Start::First, "325"),
        (UserKey::DisplayName, Start::Index(1), "25"),
        (UserKey::DisplayName, Start::Index(2), "5"),
        (UserKey::Position, Start::Index(1), "52"),
        (UserKey::Position, Start::Index(3), ""),
    ] {
        let window = Window { sort: Sort { by, descending: false }, start, limit: 9, bytes: u64::MAX };
        let rows = unit!(store.read, |tx, names, window| tx.find_users(names, window, false)).unwrap();
        assert_eq!(ids(&rows), wanted, "{window:?}");
    }
}

/// In any order and direction: the first row fits, and the next is too much.
async fn reading_ends_with_the_first_row_that_is_too_much(store: Store) {
    five(&store).await;
    for by in [UserKey::Position, UserKey::DisplayName, UserKey::ExternalId] {
        for (descending, start) in [(false, Start::First), (true, Start::Last), (false, Start::Index(1))] {
            let whole = part(&store, by, descending, start.clone(), 5).await;
            let weight = |rows: &[Listed<UserView>]| rows.iter().map(|row| row.item.weight()).sum::<u64>();
            for (bytes, wanted) in [(0, 2), (weight(&whole), whole.len())] {
                let window = Window { sort: Sort { by, descending }, start: start.clone(), limit: 5, bytes };
                let rows = unit!(store.read, |tx, window| tx.find_users(&Predicate::All, window, false)).unwrap();
                assert_eq!(rows.len(), wanted, "{window:?}");
                let same =
                    if start == Start::Last { rows == whole[whole.len() - wanted..] } else { rows == whole[..wanted] };
                assert!(same, "{window:?}");
            }
        }
    }
}

async fn a_mark_of_another_order_is_refused(store: Store) {
    let id = id(1);
    for (by, key) in [
        (UserKey::Position, None),
        (UserKey::Changed, Some(MarkKey::Text("x".into()))),
        (UserKey::UserName, None),
        (UserKey::DisplayName, Some(MarkKey::Number(1))),
        (UserKey::Id, Some(MarkKey::Number(1))),
    ] {
        let window = Window {
            sort: Sort { by, descending: false },
            start: Start::After(Mark { key, id }),
            limit: 1,
            bytes: u64::MAX,
        };
        let outcome = unit!(store.read, |tx, window| tx.find_users(&Predicate::All, window, false));
        assert!(matches!(outcome, Err(Error::Invalid(_))), "{by:?} {outcome:?}");
    }
}

/// Blocks of 1,024 positions, with holes in them, and one that is gone.
async fn a_deep_page_begins_where_it_should(store: Store) {
    let users: Vec<User> = (1..=4_200).map(|number| user(number, &format!("u{number}"))).collect();
    insert_users(&store, &users).await;
    let gone: Vec<u32> = (1..=4_200).filter(|number| number % 7 == 0 || (1_020..2_060).contains(number)).collect();
    let work = store.write(gone.clone(), |gone, tx| {
        Box::pin(async move {
            for number in gone {
                tx.delete_user(UserId(id((*number).into())), at(9)).await?;
            }
            Ok(())
        })
    });
    work.await.unwrap();
    let left: Vec<u32> = (1..=4_200).filter(|number| !gone.contains(number)).collect();
    assert_eq!(unit!(store.read, |tx| tx.count_users(&Predicate::All)).unwrap(), left.len() as u64);
    for offset in [0, 1, 500, 873, 874, 875, 1_000, 1_700, left.len() - 2, left.len(), left.len() + 5_000] {
        let slice = Slice { offset: offset as u64, limit: 3 };
        let rows = unit!(store.read, |tx, slice| tx.find_users(&Predicate::All, &(*slice).into(), false)).unwrap();
        let found: Vec<u128> = rows.iter().map(|row| row.item.id.0.as_u128()).collect();
        let wanted: Vec<u128> = left.iter().skip(offset).take(3).map(|number| u128::from(*number)).collect();
        assert_eq!(found, wanted, "from {offset}");
    }
}

/// The counts of the blocks are correct, before the last changes are settled and after.
async fn agree(database: &Database, store: &Store) {
    counts_are_right(database, store).await;
    store.settle().await.unwrap();
    counts_are_right(database, store).await;
}

async fn counts_are_right(database: &Database, store: &Store) {
    let counted = numbers(
        database,
        "SELECT COUNT(*) FROM users UNION ALL SELECT COUNT(*) FROM users WHERE active UNION ALL
        SELECT COUNT(*) FROM groups",
    )
    .await;
    let active = |active: bool| Predicate::Where(UserCondition::Active(active));
    let (on, off) = (active(true), active(false));
    let all = unit!(store.read, |tx| tx.count_users(&Predicate::All)).unwrap();
    let on = unit!(store.read, |tx, on| tx.count_users(on)).unwrap();
    let off = unit!(store.read, |tx, off| tx.count_users(off)).unwrap();
    let groups = unit!(store.read, |tx| tx.count_groups(&Predicate::All)).unwrap();
    let found: Vec<i64> = [all, on, groups].map(|count| i64::try_from(count).unwrap()).into();
    assert_eq!((found, all), (counted, on + off));
    let wrong = numbers(
        database,
        "SELECT user_blocks.block FROM user_blocks LEFT JOIN users ON users.position / 1024 = user_blocks.block
        GROUP BY user_blocks.block, total HAVING COUNT(users.id) <> total OR total = 0",
    )
    .await;
    assert_eq!(wrong, [0; 0], "blocks that count wrong");
}

async fn counts_follow_every_change(database: Database) {
    let store = store(&database).await;
    agree(&database, &store).await;
    five(&store).await;
    insert_groups(&store, &[group(7, "a"), group(8, "b")]).await;
    agree(&database, &store).await;
    for (version, active) in [(2, false), (3, false), (4, true), (5, false)] {
        let mut user = User { version, ..user(3, "carl") };
        user.profile.active = active;
        unit!(store.write, |tx, user| tx.update_user(user)).unwrap();
        agree(&database, &store).await;
    }
    let (carl, team) = (UserId(id(3)), GroupId(id(7)));
    unit!(store.write, |tx, carl| tx.delete_user(*carl, at(60))).unwrap();
    unit!(store.write, |tx, team| tx.delete_group(*team, at(60))).unwrap();
    agree(&database, &store).await;
    assert!(unit!(store.write, |tx, carl| tx.restore_user(*carl, at(70))).unwrap().is_some());
    assert!(unit!(store.write, |tx, team| tx.restore_group(*team, at(70))).unwrap().is_some());
    agree(&database, &store).await;
    // A restored user is the last.
    assert_eq!(ids(&part(&store, UserKey::Position, false, Start::First, 9).await), "14523");
    // A unit that fails counts nothing, and neither does a row that is inserted and deleted in one unit.
    let taken = user(9, "CARL");
    assert!(unit!(store.write, |tx, taken| tx.insert_user(taken)).is_err());
    let work = store.write(user(9, "brief"), |user, tx| {
        Box::pin(async move {
            tx.insert_user(user).await?;
            tx.delete_user(user.id, at(80)).await
        })
    });
    work.await.unwrap();
    agree(&database, &store).await;
    for number in 1..=5 {
        let gone = UserId(id(number));
        unit!(store.write, |tx, gone| tx.delete_user(*gone, at(90))).unwrap();
    }
    agree(&database, &store).await;
}

/// Units that touch the same blocks in any order, settled while others continue: none waits for ever, and none is lost.
async fn parallel_units_count_right(database: Database) {
    let store = store(&database).await;
    let mut units = tokio::task::JoinSet::new();
    for unit in 0_u32..24 {
        let store = store.clone();
        units.spawn(async move {
            let numbers: Vec<u32> = (0..6).map(|index| 1 + unit * 6 + index).collect();
            let users: Vec<User> = numbers.iter().map(|number| user(*number, &format!("u{number}"))).collect();
            insert_users(&store, &users).await;
            store.settle().await.unwrap();
            let mut off = User { version: 2, ..users[5].clone() };
            off.profile.active = false;
            let work = store.write((users, off), |(users, off), tx| {
                Box::pin(async move {
                    tx.update_user(off).await?;
                    tx.delete_user(users[2].id, at(9)).await?;
                    tx.delete_user(users[0].id, at(9)).await
                })
            });
            work.await.unwrap();
        });
    }
    while let Some(done) = units.join_next().await {
        done.unwrap();
    }
    agree(&database, &store).await;
    assert_eq!(unit!(store.read, |tx| tx.count_users(&Predicate::All)).unwrap(), 24 * 4);
}
