//! Filters: each condition on each database, and the values that need care.

use crate::support::{at, email, group, id, insert_groups, insert_users, on_both_databases, unit, user, user_name};
use domain::{
    GroupId, MemberId, UserId,
    query::Order::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual},
    query::{EmailCondition, GroupCondition, GroupText, Predicate, Slice, Test, UserCondition, UserText},
    store::Store,
    user::{Profile, User},
};

on_both_databases!(
    texts_are_tested,
    ids_times_and_states_are_tested,
    emails_are_tested_one_by_one,
    conditions_combine,
    signs_of_the_language_are_letters,
    beyond_ascii,
    groups_are_tested,
);

const ALL: Slice = Slice { offset: 0, limit: 100 };

fn full(number: u32, user_name: &str, display_name: &str, given_name: &str) -> User {
    let profile = user(number, user_name).profile;
    User {
        profile: Profile {
            display_name: Some(display_name.into()),
            given_name: Some(given_name.into()),
            family_name: Some(format!("Family {user_name}")),
            employee_number: Some(format!("E{number}")),
            external_id: Some(format!("Ext-{number}")),
            manager: Some(format!("Boss-{number}")),
            ..profile
        },
        ..user(number, user_name)
    }
}

/// Which users match, by their user names; both queries must agree.
async fn matching(store: &Store, filter: &Predicate<UserCondition>) -> Vec<String> {
    let users = unit!(store.read, |tx, filter| tx.find_users(filter, &ALL.into(), false)).unwrap();
    let count = unit!(store.read, |tx, filter| tx.count_users(filter)).unwrap();
    assert_eq!(users.len() as u64, count, "{filter:?}");
    users.iter().map(user_name).collect()
}

fn text(attribute: UserText, test: Test) -> Predicate<UserCondition> {
    Predicate::Where(UserCondition::Text(attribute, test))
}

fn not(filter: Predicate<UserCondition>) -> Predicate<UserCondition> {
    Predicate::Not(Box::new(filter))
}

async fn texts_are_tested(store: Store) {
    use Test::{Contains, EndsWith, Equals, Ordered, Present, StartsWith};
    use UserText::{DisplayName, EmployeeNumber, ExternalId, FamilyName, GivenName, Manager, UserName};
    insert_users(&store, &[full(1, "Ada", "Ada L", "Ada"), full(2, "bob", "Bob B", "Robert"), user(3, "carl")]).await;
    let t = String::from;
    for (attribute, test, wanted) in [
        (UserName, Equals(t("aDA")), &["Ada"][..]),
        (UserName, Equals(t("ad")), &[]),
        (UserName, Contains(t("A")), &["Ada", "carl"]),
        (UserName, StartsWith(t("B")), &["bob"]),
        (UserName, StartsWith(t("")), &["Ada", "bob", "carl"]),
        (UserName, EndsWith(t("DA")), &["Ada"]),
        (UserName, EndsWith(t("xxada")), &[]),
        (UserName, EndsWith(t("")), &["Ada", "bob", "carl"]),
        (UserName, Present, &["Ada", "bob", "carl"]),
        (UserName, Ordered(Less, t("BOB")), &["Ada"]),
        (UserName, Ordered(LessOrEqual, t("BOB")), &["Ada", "bob"]),
        (UserName, Ordered(Equal, t("BOB")), &["bob"]),
        (UserName, Ordered(GreaterOrEqual, t("BOB")), &["bob", "carl"]),
        (UserName, Ordered(Greater, t("BOB")), &["carl"]),
        (DisplayName, Equals(t("bob b")), &["bob"]),
        (DisplayName, Contains(t("a l")), &["Ada"]),
        (DisplayName, Contains(t(" l")), &["Ada"]),
        (DisplayName, Contains(t(" a")), &[]),
        (DisplayName, StartsWith(t("ada ")), &["Ada"]),
        (DisplayName, Present, &["Ada", "bob"]),
        (GivenName, StartsWith(t("rob")), &["bob"]),
        (FamilyName, EndsWith(t("Y ADA")), &["Ada"]),
        (EmployeeNumber, Equals(t("e2")), &["bob"]),
        (ExternalId, Equals(t("Ext-1")), &["Ada"]),
        (ExternalId, Equals(t("ext-1")), &[]),
        (ExternalId, StartsWith(t("Ext")), &["Ada", "bob"]),
        (ExternalId, StartsWith(t("ext")), &[]),
        (ExternalId, Contains(t("T-")), &[]),
        (ExternalId, Ordered(Less, t("a")), &["Ada", "bob"]),
        (Manager, Equals(t("Boss-2")), &["bob"]),
        (Manager, Equals(t("boss-2")), &[]),
    ] {
        let filter = text(attribute, test);
        assert_eq!(matching(&store, &filter).await, wanted, "{filter:?}");
    }
}

async fn ids_times_and_states_are_tested(store: Store) {
    let mut changed = user(2, "b");
    changed.changed = at(70);
    changed.profile.active = false;
    insert_users(&store, &[user(1, "a"), changed, user(3, "c")]).await;
    insert_groups(&store, &[group(7, "Team")]).await;
    let (team, members, now) = (group(7, "").id, [UserId(id(3))], at(1));
    unit!(store.write, |tx, team, members, now| tx.add_members(*team, members, *now)).unwrap();
    for (condition, wanted) in [
        (UserCondition::Id(Some(UserId(id(2)))), &["b"][..]),
        (UserCondition::Id(Some(UserId(id(9)))), &[]),
        (UserCondition::Id(None), &[]),
        (UserCondition::Active(true), &["a", "c"]),
        (UserCondition::Active(false), &["b"]),
        (UserCondition::MemberOf(Some(team)), &["c"]),
        (UserCondition::MemberOf(Some(GroupId(id(8)))), &[]),
        (UserCondition::MemberOf(None), &[]),
        (UserCondition::Created(Less, at(2)), &["a"]),
        (UserCondition::Created(LessOrEqual, at(2)), &["a", "b"]),
        (UserCondition::Created(Equal, at(2)), &["b"]),
        (UserCondition::Created(GreaterOrEqual, at(2)), &["b", "c"]),
        (UserCondition::Created(Greater, at(2)), &["c"]),
        (UserCondition::Changed(Greater, at(2)), &["b", "c"]),
        (UserCondition::Changed(Equal, at(70)), &["b"]),
    ] {
        let filter = Predicate::Where(condition);
        assert_eq!(matching(&store, &filter).await, wanted, "{filter:?}");
    }
}

async fn emails_are_tested_one_by_one(store: Store) {
    let (mut ada, mut bob) = (user(1, "ada"), user(2, "bob"));
    ada.profile.emails = vec![email("Ada@Work.example", Some("Work"), true), email("ada@home.example", None, false)];
    bob.profile.emails = vec![email("bob@home.example", Some("work"), false)];
    insert_users(&store, &[ada, bob, user(3, "carl")]).await;
    let value = |test| Predicate::Where(EmailCondition::Value(test));
    let kind = |text: &str| Predicate::Where(EmailCondition::Kind(Test::Equals(text.into())));
    let primary = |is| Predicate::Where(EmailCondition::Primary(is));
    for (filter, wanted) in [
        (value(Test::Equals("ADA@work.example".into())), &["ada"][..]),
        (value(Test::EndsWith("home.example".into())), &["ada", "bob"]),
        (value(Test::Present), &["ada", "bob"]),
        (Predicate::All, &["ada", "bob"]),
        (kind("WORK"), &["ada", "bob"]),
        (Predicate::Where(EmailCondition::Kind(Test::Present)), &["ada", "bob"]),
        (primary(true), &["ada"]),
        (primary(false), &["ada", "bob"]),
        // One address must pass both, and Ada's work address is not the one at home.
        (Predicate::And(vec![kind("work"), value(Test::Contains("@home".into()))]), &["bob"]),
        (Predicate::Not(Box::new(kind("work"))), &["ada"]),
    ] {
        let filter = Predicate::Where(UserCondition::Email(filter));
        assert_eq!(matching(&store, &filter).await, wanted, "{filter:?}");
    }
    let no_primary = not(Predicate::Where(UserCondition::Email(primary(true))));
    assert_eq!(matching(&store, &no_primary).await, ["bob", "carl"]);
}

async fn conditions_combine(store: Store) {
    insert_users(&store, &[full(1, "ada", "Ada", "A"), full(2, "bob", "Bob", "B"), user(3, "carl")]).await;
    let named = |name: &str| text(UserText::DisplayName, Test::Equals(name.into()));
    let greater = text(UserText::DisplayName, Test::Ordered(Greater, "a".into()));
    for (filter, wanted) in [
        (Predicate::All, &["ada", "bob", "carl"][..]),
        (Predicate::And(vec![]), &["ada", "bob", "carl"]),
        (Predicate::Or(vec![]), &[]),
        (not(Predicate::All), &[]),
        (Predicate::Or(vec![named("ada"), named("bob")]), &["ada", "bob"]),
        (Predicate::And(vec![named("ada"), named("bob")]), &[]),
        // Carl has no display name: no condition on it holds, and every negation does.
        (greater.clone(), &["ada", "bob"]),
        (not(greater.clone()), &["carl"]),
        (not(named("ada")), &["bob", "carl"]),
        (not(not(named("ada"))), &["ada"]),
        (not(text(UserText::DisplayName, Test::Present)), &["carl"]),
        (not(Predicate::And(vec![named("ada"), greater])), &["bob", "carl"]),
        (Predicate::And(vec![Predicate::Or(vec![named("ada"), named("bob")]), not(named("ada"))]), &["bob"]),
    ] {
        assert_eq!(matching(&store, &filter).await, wanted, "{filter:?}");
    }
}

async fn signs_of_the_language_are_letters(store: Store) {
    let names = ["a%b", "a_b", "a\\b", "a'b", "a\"b", "axb", "a;--", "$1", "?1"];
    let users: Vec<User> = (1..).zip(names).map(|(number, name)| user(number, name)).collect();
    insert_users(&store, &users).await;
    for name in names {
        let part = name.to_owned();
        let tests = [Test::Equals(part.clone()), Test::Contains(part.clone()), Test::StartsWith(part.clone())];
        for test in tests.into_iter().chain([Test::EndsWith(part)]) {
            let filter = text(UserText::UserName, test);
            assert_eq!(matching(&store, &filter).await, [name], "{filter:?}");
        }
    }
    let percent = text(UserText::UserName, Test::Contains("%".into()));
    assert_eq!(matching(&store, &percent).await, ["a%b"]);
}

async fn beyond_ascii(store: Store) {
    let last = char::MAX;
    let names =
        ["Émile", "emile", "ÉMILE2", "Straße", "ﬁn", "李雷", "a\u{d7ff}x", "a\u{e000}", &format!("b{last}z"), "c"];
    let users: Vec<User> = (1..).zip(names).map(|(number, name)| user(number, name)).collect();
    insert_users(&store, &users).await;
    let t = String::from;
    for (test, wanted) in [
        (Test::Equals(t("émILE")), &["Émile"][..]),
        (Test::StartsWith(t("É")), &["Émile", "ÉMILE2"]),
        (Test::EndsWith(t("LE2")), &["ÉMILE2"]),
        (Test::Equals(t("STRAßE")), &["Straße"]),
        (Test::Equals(t("FIN")), &["ﬁn"]),
        (Test::Contains(t("雷")), &["李雷"]),
        (Test::EndsWith(t("李雷")), &["李雷"]),
        (Test::StartsWith(t("a\u{d7ff}")), &["a\u{d7ff}x"]),
        (Test::StartsWith(format!("b{last}")), &[names[8]]),
        (Test::StartsWith(last.to_string()), &[]),
        // Byte by byte, so é comes after z.
        (Test::Ordered(Greater, t("z")), &["Émile", "ÉMILE2", "李雷"]),
    ] {
        let filter = text(UserText::UserName, test);
        assert_eq!(matching(&store, &filter).await, wanted, "{filter:?}");
    }
}

async fn groups_are_tested(store: Store) {
    let mut second = group(2, "Über uns");
    second.profile.external_id = Some("Ext-2".into());
    second.changed = at(70);
    insert_groups(&store, &[group(1, "Staff"), second, group(3, "Empty")]).await;
    insert_users(&store, &[user(1, "ada"), user(2, "bob")]).await;
    for (team, who) in [(1, 1), (1, 2), (2, 2)] {
        let (team, members, now) = (GroupId(id(team)), [UserId(id(who))], at(1));
        unit!(store.write, |tx, team, members, now| tx.add_members(*team, members, *now)).unwrap();
    }
    let named = |test| GroupCondition::Text(GroupText::DisplayName, test);
    for (condition, wanted) in [
        (GroupCondition::Id(Some(GroupId(id(1)))), &["Staff"][..]),
        (GroupCondition::Id(None), &[]),
        (named(Test::Equals("über UNS".into())), &["Über uns"]),
        (named(Test::StartsWith("S".into())), &["Staff"]),
        (named(Test::Contains("T".into())), &["Staff", "Empty"]),
        (GroupCondition::Text(GroupText::ExternalId, Test::Equals("Ext-2".into())), &["Über uns"]),
        (GroupCondition::Text(GroupText::ExternalId, Test::Equals("ext-2".into())), &[]),
        (GroupCondition::Member(Some(MemberId(id(2)))), &["Staff", "Über uns"]),
        (GroupCondition::Member(Some(MemberId(id(9)))), &[]),
        (GroupCondition::Member(None), &[]),
        (GroupCondition::HasMembers, &["Staff", "Über uns"]),
        (GroupCondition::Created(Less, at(2)), &["Staff"]),
        (GroupCondition::Changed(GreaterOrEqual, at(3)), &["Über uns", "Empty"]),
    ] {
        let filter = Predicate::Where(condition);
        let groups = unit!(store.read, |tx, filter| tx.find_groups(filter, &ALL.into())).unwrap();
        let names: Vec<String> = groups.into_iter().map(|group| group.item.profile.display_name).collect();
        assert_eq!(names, wanted, "{filter:?}");
        assert_eq!(unit!(store.read, |tx, filter| tx.count_groups(filter)).unwrap(), wanted.len() as u64, "{filter:?}");
    }
    let without = Predicate::Not(Box::new(Predicate::Where(GroupCondition::HasMembers)));
    assert_eq!(unit!(store.read, |tx, without| tx.count_groups(without)).unwrap(), 1);
}
