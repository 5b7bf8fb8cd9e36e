//! Users and groups whose texts are hard to compare.

use crate::support::{Value, json};
use domain::query::UserValue;
use proptest::{collection::vec, prelude::*, sample::select, strategy::ValueTree, test_runner::TestRunner};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// Letters whose cases are not pairs, compatibility forms, combining characters, blanks, the signs of SQL and JSON,
/// texts that look like another type, and both ends of the planes.
const ATOMS: [&str; 58] = [
    "a",
    "A",
    "b",
    "ada",
    "ADA",
    "ß",
    "ẞ",
    "ss",
    "SS",
    "İ",
    "i",
    "I",
    "ı",
    "i\u{307}",
    "Σ",
    "σ",
    "ς",
    "é",
    "É",
    "e\u{301}",
    "\u{301}",
    "\u{345}",
    "ﬁ",
    "fi",
    "K",
    "k",
    "Å",
    "å",
    "ａ",
    "½",
    "´",
    "ǅ",
    "ǆ",
    "Ŀ",
    "%",
    "_",
    "\\",
    "\"",
    "'",
    "[",
    "*",
    " ",
    "\t",
    "\u{a0}",
    "\u{3000}",
    "\u{1}",
    "\u{ad}",
    "😀",
    "𐐀",
    "𐐨",
    "\u{d7ff}",
    "\u{e000}",
    "\u{10ffff}",
    "true",
    "null",
    "1",
    "1.0",
    "-",
];

/// A text of few atoms, so that equal texts, prefixes and parts are common. It may be empty.
pub(super) fn text() -> impl Strategy<Value = String> {
    vec(select(&ATOMS[..]), 0..4).prop_map(|atoms| atoms.concat())
}

fn email() -> impl Strategy<Value = Value> {
    let value = proptest::option::weighted(0.8, text());
    let kind = prop_oneof![select(vec!["work", "Work", "home"]).prop_map(str::to_owned), text()];
    (value, proptest::option::of(kind), proptest::option::of(any::<bool>()))
        .prop_map(|(value, kind, primary)| json!({"value": value, "type": kind, "primary": primary}))
}

fn phone() -> impl Strategy<Value = Value> {
    let kind = select(vec!["work", "mobile"]);
    (proptest::option::weighted(0.8, text()), kind).prop_map(|(value, kind)| json!({"value": value, "type": kind}))
}

/// Values without a column: further values, and attributes that only the document has, declared or not.
fn further() -> impl Strategy<Value = Value> {
    let some = || proptest::option::weighted(0.5, text());
    // As long as the stored part of a value, and longer.
    let title = prop_oneof![6 => text(), 1 => (text(), 495..505_usize).prop_map(|(end, long)| "é".repeat(long) + &end)];
    let names = (proptest::option::weighted(0.7, title), some(), some(), some());
    let number = proptest::option::weighted(0.5, -2..12_i64);
    let work = (some(), some(), some(), some());
    let others = (some(), vec(text(), 0..3), number, proptest::option::of(any::<bool>()));
    (names, work, vec(phone(), 0..3), others).prop_map(
        |(
            (title, nick_name, formatted, department),
            (user_type, cost_center, organization, division),
            phones,
            others,
        )| {
            let (locale, tags, level, remote) = others;
            json!({
                "title": title,
                "userType": user_type,
                "nickName": nick_name,
                "name": {"formatted": formatted},
                "locale": locale,
                "phoneNumbers": phones,
                "tags": tags,
                "level": level,
                "remote": remote,
                ENTERPRISE: {
                    "department": department,
                    "costCenter": cost_center,
                    "organization": organization,
                    "division": division,
                },
            })
        },
    )
}

/// The path of an attribute whose values are kept.
pub(super) fn path(of: UserValue) -> String {
    match of {
        UserValue::Title => "title".to_owned(),
        UserValue::UserType => "userType".to_owned(),
        UserValue::NickName => "nickName".to_owned(),
        UserValue::FormattedName => "name.formatted".to_owned(),
        UserValue::PhoneNumber => "phoneNumbers.value".to_owned(),
        UserValue::Department => format!("{ENTERPRISE}:department"),
        UserValue::CostCenter => format!("{ENTERPRISE}:costCenter"),
        UserValue::Organization => format!("{ENTERPRISE}:organization"),
        UserValue::Division => format!("{ENTERPRISE}:division"),
    }
}

fn user() -> impl Strategy<Value = Value> {
    (plain_user(), further()).prop_map(|(mut user, further)| {
        for (name, value) in further.as_object().unwrap() {
            match user[name].as_object_mut() {
                Some(parts) => parts.extend(value.as_object().unwrap().clone()),
                None => user[name] = value.clone(),
            }
        }
        user
    })
}

fn plain_user() -> impl Strategy<Value = Value> {
    let some = || proptest::option::weighted(0.7, text());
    let names = (text(), some(), some(), some(), some());
    (names, some(), some(), any::<bool>(), vec(email(), 0..4)).prop_map(|(names, number, manager, active, emails)| {
        let (user_name, external_id, display_name, given_name, family_name) = names;
        json!({
            "userName": user_name,
            "externalId": external_id,
            "displayName": display_name,
            "name": {"givenName": given_name, "familyName": family_name},
            "active": active,
            "emails": emails,
            ENTERPRISE: {"employeeNumber": number, "manager": {"value": manager, "$ref": active.then_some("../Users/x")}},
        })
    })
}

fn group() -> impl Strategy<Value = Value> {
    let members = vec(0..60_usize, 0..5);
    (text(), proptest::option::of(text()), members, vec(text(), 0..2)).prop_map(|(name, external_id, members, tags)| {
        json!({"displayName": name, "externalId": external_id, "members": members, "tags": tags})
    })
}

/// Sixty users and thirty groups, whose members are places in the list of users.
pub(super) fn everybody(runner: &mut TestRunner) -> (Vec<Value>, Vec<Value>) {
    let people = vec(user(), 60).new_tree(runner).unwrap().current();
    let groups = vec(group(), 30).new_tree(runner).unwrap().current();
    (people, groups)
}

/// Otherwise the databases would agree on filters by an attribute that nobody has.
#[test]
fn somebody_has_each_value() {
    let (people, _) = everybody(&mut TestRunner::deterministic());
    for attribute in UserValue::ALL {
        let path = path(*attribute);
        let has = |user: &Value| match path.rsplit_once([':', '.']) {
            Some(("phoneNumbers", part)) => {
                user["phoneNumbers"].as_array().unwrap().iter().any(|one| one[part].is_string())
            }
            Some((container, part)) => user[container][part].is_string(),
            None => user[&path].is_string(),
        };
        assert!(people.iter().any(has), "nobody has {path}: `further` above");
    }
}
