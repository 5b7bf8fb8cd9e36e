//! Users and groups, who is in which group, and their roles.

use super::seeded;
use crate::support::unit;
use domain::{
    Env, GroupId, UserId,
    keys::{KeySources, renew},
    page::Place,
    query::{EmailCondition, GroupCondition, GroupText, Predicate, Slice, Test, UserCondition, UserText, UserValue},
    role::Role,
    search::{PeopleQuery, fill},
    store::Store,
    user::Email,
};
use serde_json::Value;
use uuid::Uuid;

/// Users: the version that seeds them, the digits of their ids, and their names in another spelling.
const USERS: [(i64, u16, &str); 11] = [
    (1, 0x0001, "ADA.LOVELACE@CORP.EXAMPLE"),
    (1, 0x0002, "ÅSA.ÖBERG@corp.example"),
    (1, 0x0003, "kai@CORP.example"),
    (1, 0x0004, "o'brien, SEÁN"),
    (1, 0x0005, "נועה@Corp.Example"),
    (1, J_CARON, "ǰANA@corp.example"),
    (1, 0x0007, "Bob"),
    (3, 0x0021, "FIONA@corp.example"),
    (9, 0x0091, "i\u{307}lker@corp.example"),
    (13, 0x00d1, "ZOE\u{308}@corp.example"),
    (16, 0x0161, "ĐẶNG@corp.example"),
];

/// The user whose key differs from today's keys.
const J_CARON: u16 = 0x0006;

const GROUPS: [(i64, u16, &str); 7] = [
    (1, 0x0101, "ENGINEERING"),
    (1, 0x0102, "öl & GAS \"SU\u{308}D\""),
    (1, 0x0103, "EMPTY   and  SPACED"),
    (2, 0x0112, "NIGHT shift"),
    (3, 0x0121, "Research"),
    (4, 0x0141, "all staff"),
    (9, 0x0191, "ǰOGGING"),
];

const MEMBERS: [(i64, u16, u16); 7] = [
    (1, 0x0101, 0x0001),
    (1, 0x0101, 0x0002),
    (1, 0x0101, 0x0005),
    (1, 0x0102, 0x0003),
    (1, 0x0102, 0x0004),
    (3, 0x0121, 0x0021),
    (9, 0x0191, 0x0091),
];

const EVERYBODY: Slice = Slice { offset: 0, limit: 100 };

pub(super) async fn are_there(env: &Env, version: i64) {
    let store = &env.store;
    lists_are_whole(store, version).await;
    memberships_and_roles_are_there(store, version).await;
    deleted_ones_are_there(store, version).await;
    for (_, user, name) in USERS.into_iter().filter(|(since, user, _)| *since <= version && *user != J_CARON) {
        assert_eq!(named(store, name).await, [seeded(user)], "{name}");
    }
    for (_, group, name) in GROUPS.into_iter().filter(|(since, ..)| *since <= version) {
        assert_eq!(groups_named(store, name).await, [seeded(group)], "{name}");
    }
    assert!(named(store, "ǰANA@corp.example").await.is_empty(), "its key is renewed by the server");
    assert!(unit!(store.read, |tx| tx.has_outdated()).unwrap());
    keys_are_renewed(env).await;
    for (_, user, name) in USERS.into_iter().filter(|(since, ..)| *since <= version) {
        assert_eq!(named(store, name).await, [seeded(user)], "{name}");
    }
    further_values_are_found(store, version).await;
    people_are_searched(env, version).await;
}

async fn lists_are_whole(store: &Store, version: i64) {
    let users: Vec<Uuid> = USERS.iter().filter(|(since, ..)| *since <= version).map(|user| seeded(user.1)).collect();
    // A user who was created later is further down.
    assert_eq!(matching(store, Predicate::All).await, users);
    let active = Predicate::Where(UserCondition::Active(false));
    assert_eq!(matching(store, active).await, [seeded(0x0005)]);
    let groups: Vec<Uuid> =
        GROUPS.iter().filter(|(since, ..)| *since <= version).map(|group| seeded(group.1)).collect();
    assert_eq!(matching_groups(store, Predicate::All).await, groups);
}

async fn memberships_and_roles_are_there(store: &Store, version: i64) {
    let groups = GROUPS.map(|(_, group, _)| GroupId(seeded(group)));
    let members = MEMBERS.iter().filter(|(since, ..)| *since <= version);
    let members: Vec<_> = members.map(|(_, group, user)| (GroupId(seeded(*group)), UserId(seeded(*user)))).collect();
    let mut found = unit!(store.read, |tx, groups| tx.members_of(groups)).unwrap();
    found.sort_unstable();
    assert_eq!(found, members);
    let nested = unit!(store.read, |tx, groups| tx.nested_groups_of(groups)).unwrap();
    let inner = [0x0101, 0x0102].map(|inner| (GroupId(seeded(0x0141)), GroupId(seeded(inner))));
    assert_eq!(nested, if version >= 4 { inner.to_vec() } else { Vec::new() });

    let (ada, engineering) = (UserId(seeded(0x0001)), GroupId(seeded(0x0101)));
    let roles = (
        unit!(store.read, |tx, ada| tx.user_role(*ada)).unwrap(),
        unit!(store.read, |tx, engineering| tx.group_role(*engineering)).unwrap(),
        unit!(store.read, |tx| tx.count_role(Role::Auditor)).unwrap(),
    );
    let given = (Some(Role::Administrator), Some(Role::Auditor), 2);
    assert_eq!(roles, if version >= 2 { given } else { (None, None, 0) });
}

async fn deleted_ones_are_there(store: &Store, version: i64) {
    let deleted = [(13, 0x00d2), (2, 0x0012), (2, 0x0011)];
    let deleted: Vec<Uuid> = deleted.iter().filter(|(since, _)| *since <= version).map(|(_, id)| seeded(*id)).collect();
    let users = unit!(store.read, |tx| tx.deleted_users("", 9)).unwrap();
    assert_eq!(users.iter().map(|user| user.id).collect::<Vec<_>>(), deleted);
    let groups = unit!(store.read, |tx| tx.deleted_groups("CONTRACT", 9)).unwrap();
    let wanted = if version >= 2 { vec![seeded(0x0111)] } else { Vec::new() };
    assert_eq!(groups.iter().map(|group| group.id).collect::<Vec<_>>(), wanted);
}

/// Does what the server does in the background.
pub(super) async fn keys_are_renewed(env: &Env) {
    while renew(env, in_document).await.unwrap() > 0 {}
    let store = &env.store;
    assert!(!unit!(store.read, |tx| tx.has_outdated()).unwrap());
}

/// Finds some of what `server/src/scim/mapping/values.rs` finds.
fn in_document(document: &str) -> KeySources {
    let document: Value = serde_json::from_str(document).unwrap();
    let email = |email: &Value| Email {
        value: email["value"].as_str().unwrap().to_owned(),
        kind: email["type"].as_str().map(str::to_owned),
        primary: email["primary"] == true,
    };
    let emails = document["emails"].as_array().map_or_else(Vec::new, |emails| emails.iter().map(email).collect());
    let title = document["title"].as_str().map(|title| (UserValue::Title, UserValue::key(title)));
    KeySources { emails, values: title.into_iter().collect() }
}

async fn further_values_are_found(store: &Store, version: i64) {
    for (since, user, title) in [(1, 0x0001, "MATHEMATICIAN"), (9, 0x0091, "i\u{307}ş"), (13, 0x00d1, "Architect")] {
        let title = UserCondition::Value(UserValue::Title, Test::Equals(title.into()));
        let found = matching(store, Predicate::Where(title)).await;
        assert_eq!(found, if since <= version { vec![seeded(user)] } else { Vec::new() });
    }
    for (user, address) in [(0x0001, "ADA@home.example"), (J_CARON, "ǰana@CORP.example")] {
        let address = EmailCondition::Value(Test::Equals(address.into()));
        let found = matching(store, Predicate::Where(UserCondition::Email(Predicate::Where(address)))).await;
        assert_eq!(found, [seeded(user)]);
    }
}

/// By names and addresses at once, and by everything when the server has written the texts in the background.
async fn people_are_searched(env: &Env, version: i64) {
    assert_eq!(found(&env.store, "lovelace").await, [seeded(0x0001)]);
    assert!(found(&env.store, "mathematician").await.is_empty());
    while fill(env).await.unwrap().is_some() {}
    assert_eq!(found(&env.store, "mathemat love").await, [seeded(0x0001)]);
    assert_eq!(found(&env.store, "OBERG").await, [seeded(0x0002)]);
    assert_eq!(found(&env.store, "van dang").await, if version >= 16 { vec![seeded(0x0161)] } else { Vec::new() });
}

async fn found(store: &Store, entered: &str) -> Vec<Uuid> {
    let query = PeopleQuery::new(entered, None).unwrap();
    let found = unit!(store.read, |tx, query| tx.find_people(query, Place::Start, 100)).unwrap();
    found.iter().map(|found| found.person.user.id.0).collect()
}

/// The users of that user name.
pub(super) async fn named(store: &Store, name: &str) -> Vec<Uuid> {
    let name = UserCondition::Text(UserText::UserName, Test::Equals(name.into()));
    matching(store, Predicate::Where(name)).await
}

async fn groups_named(store: &Store, name: &str) -> Vec<Uuid> {
    let name = GroupCondition::Text(GroupText::DisplayName, Test::Equals(name.into()));
    matching_groups(store, Predicate::Where(name)).await
}

async fn matching(store: &Store, filter: Predicate<UserCondition>) -> Vec<Uuid> {
    let found = unit!(store.read, |tx, filter| tx.find_users(filter, &EVERYBODY.into(), false)).unwrap();
    let count = unit!(store.read, |tx, filter| tx.count_users(filter)).unwrap();
    assert_eq!(found.len() as u64, count, "{filter:?}");
    found.iter().map(|user| user.item.id.0).collect()
}

async fn matching_groups(store: &Store, filter: Predicate<GroupCondition>) -> Vec<Uuid> {
    let found = unit!(store.read, |tx, filter| tx.find_groups(filter, &EVERYBODY.into())).unwrap();
    let count = unit!(store.read, |tx, filter| tx.count_groups(filter)).unwrap();
    assert_eq!(found.len() as u64, count, "{filter:?}");
    found.iter().map(|group| group.item.id.0).collect()
}
