//! Users and groups whose texts are hard to compare.

use super::support::{Value, json};
use proptest::{collection::vec, prelude::*, sample::select, strategy::ValueTree, test_runner::TestRunner};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// Letters whose cases are no pairs, compatibility forms, what combines, blanks, the signs of SQL and JSON, what looks
/// like another type, and both ends of the planes.
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

/// A text of few atoms, so that equal ones, prefixes and parts are common. Perhaps empty.
pub(super) fn text() -> impl Strategy<Value = String> {
    vec(select(&ATOMS[..]), 0..4).prop_map(|atoms| atoms.concat())
}

fn email() -> impl Strategy<Value = Value> {
    // An address without a value cannot be asked for.
    let value = text().prop_filter("empty", |text| !text.is_empty());
    let kind = prop_oneof![select(vec!["work", "Work", "home"]).prop_map(str::to_owned), text()];
    (value, proptest::option::of(kind), proptest::option::of(any::<bool>()))
        .prop_map(|(value, kind, primary)| json!({"value": value, "type": kind, "primary": primary}))
}

fn user() -> impl Strategy<Value = Value> {
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
            ENTERPRISE: {"employeeNumber": number, "manager": {"value": manager}},
        })
    })
}

fn group() -> impl Strategy<Value = Value> {
    (text(), proptest::option::of(text()), vec(0..60_usize, 0..5)).prop_map(
        |(name, external_id, members)| json!({"displayName": name, "externalId": external_id, "members": members}),
    )
}

/// Sixty users and thirty groups, whose members are places in the list of users.
pub(super) fn everybody(runner: &mut TestRunner) -> (Vec<Value>, Vec<Value>) {
    let people = vec(user(), 60).new_tree(runner).unwrap().current();
    let groups = vec(group(), 30).new_tree(runner).unwrap().current();
    (people, groups)
}
