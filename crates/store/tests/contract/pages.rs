//! The console's lists, page by page.

use crate::support::{at, email, group, id, insert_groups, insert_users, on_both_databases, unit, user};
use domain::{
    UserId,
    page::{Key, Place},
    query::{Predicate, UserCondition},
    store::Store,
    user::{User, UserSummary},
};

on_both_databases!(
    pages_go_both_ways,
    pages_are_filtered,
    a_row_shows_the_preferred_email,
    groups_are_paged_with_their_size,
    members_are_paged,
);

/// Seven users: the numbers are the ids, and three share the time of their last change.
async fn seven(store: &Store) {
    let changed = [(1, 10), (2, 30), (3, 20), (4, 30), (5, 30), (6, 5), (7, 40)];
    let users = changed.map(|(number, moment)| User { changed: at(moment), ..user(number, &format!("u{number}")) });
    insert_users(store, &users).await;
}

fn names(rows: &[UserSummary]) -> String {
    rows.iter().map(|row| row.name.trim_start_matches('u')).collect()
}

async fn pages_go_both_ways(store: Store) {
    seven(&store).await;
    let page = async |place: Place, limit: u64| {
        unit!(store.read, |tx, place, limit| tx.page_users(&Predicate::All, *place, *limit)).unwrap()
    };
    let everything = page(Place::Start, 100).await;
    assert_eq!(names(&everything), "7542316");
    for limit in 1..=8 {
        let (mut place, mut forth) = (Place::Start, String::new());
        loop {
            let rows = page(place, limit).await;
            let Some(last) = rows.last() else { break };
            place = Place::After(Key::from(last));
            forth.push_str(&names(&rows));
        }
        assert_eq!(forth, "7542316", "forth by {limit}");
        let (mut place, mut back) = (Place::Before(Key { changed: at(0), id: id(0) }), String::new());
        loop {
            let rows = page(place, limit).await;
            let Some(first) = rows.first() else { break };
            place = Place::Before(Key::from(first));
            back.insert_str(0, &names(&rows));
        }
        assert_eq!(back, "7542316", "back by {limit}");
    }
}

async fn pages_are_filtered(store: Store) {
    seven(&store).await;
    let mut off = User { version: 2, changed: at(30), ..user(4, "u4") };
    off.profile.active = false;
    unit!(store.write, |tx, off| tx.update_user(off)).unwrap();
    let filter = Predicate::Or(vec![
        Predicate::Where(UserCondition::Active(false)),
        Predicate::Where(UserCondition::Id(Some(UserId(id(1))))),
    ]);
    let place = Place::After(Key { changed: at(30), id: id(5) });
    let rows = unit!(store.read, |tx, filter, place| tx.page_users(filter, *place, 9)).unwrap();
    assert_eq!(names(&rows), "41");
    assert!(!rows[0].active && rows[1].active);
}

async fn a_row_shows_the_preferred_email(store: Store) {
    let (mut ada, mut bob) = (user(3, "ada"), user(2, "bob"));
    ada.profile.display_name = Some("Ada L".into());
    ada.profile.emails =
        vec![email("first@x", None, false), email("second@x", None, true), email("third@x", None, true)];
    bob.profile.emails = vec![email("first@y", None, false), email("second@y", None, false)];
    insert_users(&store, &[ada, bob, user(1, "carl")]).await;
    let rows = unit!(store.read, |tx| tx.page_users(&Predicate::All, Place::Start, 9)).unwrap();
    let row = |number: i64, name: &str, user_name: &str, email: Option<&str>| UserSummary {
        id: UserId(id(number.unsigned_abs().into())),
        name: name.into(),
        user_name: user_name.into(),
        email: email.map(Into::into),
        active: true,
        changed: at(number),
    };
    let wanted =
        [row(3, "Ada L", "ada", Some("second@x")), row(2, "bob", "bob", Some("first@y")), row(1, "carl", "carl", None)];
    assert_eq!(rows, wanted);
}

async fn groups_are_paged_with_their_size(store: Store) {
    insert_groups(&store, &[group(1, "Staff"), group(2, "Ops 50%"), group(3, "STAFF west")]).await;
    insert_users(&store, &[user(1, "ada"), user(2, "bob")]).await;
    let (team, both, now) = (group(1, "").id, [UserId(id(1)), UserId(id(2))], at(1));
    unit!(store.write, |tx, team, both, now| tx.add_members(*team, both, *now)).unwrap();
    let (inner, now) = ([group(2, "").id], at(1));
    unit!(store.write, |tx, team, inner, now| tx.add_nested_groups(*team, inner, *now)).unwrap();
    for (search, place, limit, wanted, total) in [
        ("", Place::Start, 9, &[("STAFF west", 0, 0), ("Ops 50%", 0, 0), ("Staff", 2, 1)][..], 3),
        ("staff", Place::Start, 1, &[("STAFF west", 0, 0)], 2),
        ("staff", Place::After(Key { changed: at(3), id: id(3) }), 9, &[("Staff", 2, 1)], 2),
        ("staff", Place::Before(Key { changed: at(1), id: id(1) }), 9, &[("STAFF west", 0, 0)], 2),
        ("", Place::Before(Key { changed: at(1), id: id(1) }), 1, &[("Ops 50%", 0, 0)], 3),
        ("0%", Place::Start, 9, &[("Ops 50%", 0, 0)], 1),
        ("_", Place::Start, 9, &[], 0),
    ] {
        let search = search.to_owned();
        let rows = unit!(store.read, |tx, search, place, limit| tx.page_groups(search, *place, *limit)).unwrap();
        let rows: Vec<(&str, u64, u64)> =
            rows.iter().map(|row| (row.display_name.as_str(), row.members, row.nested)).collect();
        assert_eq!(rows, wanted, "{search:?} {place:?}");
        assert_eq!(unit!(store.read, |tx, search| tx.count_groups_named(search)).unwrap(), total, "{search:?}");
    }
}

async fn members_are_paged(store: Store) {
    seven(&store).await;
    insert_groups(&store, &[group(1, "Team")]).await;
    let (team, members, now) = (group(1, "").id, [1, 2, 4, 6].map(|number| UserId(id(number))), at(1));
    unit!(store.write, |tx, team, members, now| tx.add_members(*team, members, *now)).unwrap();
    let first = unit!(store.read, |tx, team| tx.page_members(*team, Place::Start, 3)).unwrap();
    assert_eq!(names(&first), "421");
    let place = Place::After(Key::from(&first[2]));
    let rows = unit!(store.read, |tx, team, place| tx.page_members(*team, *place, 3)).unwrap();
    assert_eq!(names(&rows), "6");
    let place = Place::Before(Key::from(&rows[0]));
    let rows = unit!(store.read, |tx, team, place| tx.page_members(*team, *place, 2)).unwrap();
    assert_eq!(names(&rows), "21");
    assert_eq!(unit!(store.read, |tx, team| tx.count_members(*team)).unwrap(), 4);
}
