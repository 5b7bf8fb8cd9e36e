//! RFC 7644 §3.4.2.2, value by value.

use scim::Limits;
use scim::filter::{Filter, FilterError, parse};
use scim::schema::USER;
use serde_json::{Value, json};

use super::object;

fn read(text: &str) -> Result<Filter, FilterError> {
    parse(text, &Limits::default())
}

fn finds(text: &str, resource: &Value) -> bool {
    read(text).unwrap().matches(&object(resource.clone()), &USER)
}

/// Each filter, and whether it finds the resource.
fn check(resource: &Value, filters: &[(&str, bool)]) {
    for (text, expected) in filters {
        assert_eq!(finds(text, resource), *expected, "{text}");
    }
}

#[test]
fn text_is_ordered_by_code_point() {
    let user = json!({"userName": "Bob", "externalId": "Bob"});
    check(
        &user,
        &[
            ("userName gt \"boa\"", true),
            ("userName gt \"bob\"", false),
            ("userName ge \"BOB\"", true),
            ("userName ge \"boc\"", false),
            ("userName lt \"boc\"", true),
            ("userName lt \"bob\"", false),
            ("userName le \"bob\"", true),
            ("userName le \"boa\"", false),
            ("externalId lt \"a\"", true),
            ("externalId ge \"Boa\"", true),
            ("externalId eq \"bob\"", false),
            ("externalId co \"O\"", false),
            ("externalId sw \"b\"", false),
            ("externalId ew \"OB\"", false),
            ("externalId co \"o\" and externalId sw \"B\" and externalId ew \"ob\"", true),
            ("externalId ew \"B\"", false),
            ("externalId sw \"b\" or externalId sw \"ob\"", false),
        ],
    );
}

#[test]
fn numbers_are_ordered_across_their_kinds() {
    let resource = json!({"n": 10, "f": 2.5, "big": 9_007_199_254_740_993_u64});
    check(
        &resource,
        &[
            ("n gt 9", true),
            ("n gt 10", false),
            ("n ge 10", true),
            ("n lt 10.5", true),
            ("n lt 10", false),
            ("n le 9", false),
            ("n ne 10", false),
            ("n ne 11", true),
            ("f eq 2.50", true),
            ("f gt 2", true),
            ("f co 2", false),
            ("n sw 1", false),
            ("n ne \"x\"", true),
            ("n eq \"10\"", false),
            // As doubles, these two would be equal.
            ("big eq 9007199254740992", false),
            ("big eq 9007199254740993", true),
        ],
    );
}

#[test]
fn moments_are_ordered_as_instants() {
    let resource = json!({"meta": {"created": "2026-11-22T12:00:00.123Z"}});
    check(
        &resource,
        &[
            ("meta.created eq \"2026-11-22T13:00:00.123+01:00\"", true),
            ("meta.created lt \"2026-11-22T12:00:00.1239Z\"", true),
            ("meta.created eq \"2026-11-22T12:00:00.1239Z\"", false),
            ("meta.created ge \"2026-11-22T11:59:59Z\"", true),
            ("meta.created co \"2026\"", false),
            ("meta.created ne \"never\"", true),
            ("meta.created eq \"never\"", false),
        ],
    );
}

#[test]
fn booleans_are_equal_or_not() {
    let user = json!({"active": false});
    check(
        &user,
        &[
            ("active eq false", true),
            ("active eq \"FALSE\"", true),
            ("active eq true", false),
            ("active ne true", true),
            ("active ne false", false),
            ("active ne \"x\"", true),
            ("active eq \"x\"", false),
            ("active ge false", false),
            ("active pr", true),
        ],
    );
}

#[test]
fn one_value_of_many_is_enough_for_ne_too() {
    let user = json!({"emails": [{"value": "a", "type": "work"}, {"value": "b"}]});
    check(
        &user,
        &[
            ("emails.value ne \"a\"", true),
            ("emails ne \"a\"", true),
            // The second has no type, and a missing value differs from everything.
            ("emails.type ne \"work\"", true),
            ("emails[type ne \"work\"]", true),
            ("emails[value eq \"b\" and type eq \"work\"]", false),
            ("not (emails.value eq \"a\")", false),
            ("roles ne \"x\"", true),
            ("roles eq \"x\"", false),
        ],
    );
    check(&json!({"emails": [{"value": "a"}]}), &[("emails ne \"a\"", false), ("emails.value ne \"A\"", false)]);
}

/// RFC 7643 §2.4.
#[test]
fn a_primary_that_is_not_given_is_false() {
    let user = json!({"emails": [{"value": "a", "primary": true}, {"value": "b"}], "name": {"givenName": "x"}});
    check(
        &user,
        &[
            ("emails[value eq \"b\" and primary eq false]", true),
            ("emails[value eq \"a\" and primary eq false]", false),
            ("emails.primary eq false", true),
            ("emails[value eq \"b\"].primary eq \"False\"", true),
            ("name.primary eq false", false),
            ("name.formatted eq false", false),
            ("emails.display eq false", false),
        ],
    );
}

/// RFC 7643 §2.5.
#[test]
fn null_is_the_absence_of_values() {
    let user = json!({"title": "x", "emails": [{"value": "a"}], "nickName": null});
    check(
        &user,
        &[
            ("title eq null", false),
            ("title ne null", true),
            ("nickName eq null", true),
            ("nickName ne null", false),
            ("locale eq null", true),
            ("emails eq null", false),
            ("emails.type eq null", true),
            ("title gt null", false),
            ("locale ge null", false),
            ("nickName pr", false),
            ("emails.type pr", false),
            ("emails.value pr", true),
        ],
    );
}

#[test]
fn folded_forms_are_compared_where_case_does_not_count() {
    let user = json!({"displayName": " ＡＤＡ É ", "externalId": " Ａ "});
    check(
        &user,
        &[
            ("displayName eq \"ada e\u{301}\"", true),
            ("displayName eq \"ADA É  \"", true),
            ("displayName ne \"ada é\"", false),
            ("displayName co \"A é\"", true),
            ("displayName sw \" ada\"", true),
            ("displayName sw \"ada \"", true),
            ("displayName sw \"da\"", false),
            ("displayName ew \"É \"", true),
            ("displayName ew \" é\"", true),
            ("displayName ew \"a\"", false),
            ("displayName co \" ada\"", false),
            ("displayName gt \"ADA\"", true),
            ("externalId eq \"A\"", false),
            ("externalId eq \" Ａ \"", true),
        ],
    );
    check(&json!({"displayName": "ada "}), &[("displayName eq \"Ada\"", true), ("displayName eq \"é\"", false)]);
}

#[test]
fn a_complex_attribute_stands_for_its_value() {
    let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let user = json!({urn: {"manager": {"value": "Seven"}}, "emails": ["plain"]});
    check(
        &user,
        &[
            ("manager eq \"Seven\"", true),
            // Identifiers are case-exact, by their own characteristic and not by the manager's.
            ("manager eq \"seven\"", false),
            ("manager.value eq \"Seven\"", true),
            ("emails[value eq \"PLAIN\"]", true),
            ("emails eq \"plain\"", true),
        ],
    );
    check(&user, &[(&format!("{urn}:manager eq \"Seven\""), true), (&format!("{urn}:manager.value pr"), true)]);
}

#[test]
fn what_is_malformed_is_refused_by_its_kind() {
    for (text, error) in [
        ("", FilterError::Attribute),
        ("1a eq 1", FilterError::Attribute),
        ("a.b.c eq 1", FilterError::Attribute),
        ("not a eq 1", FilterError::Operator),
        ("a", FilterError::Operator),
        ("a is 1", FilterError::Operator),
        ("a eq", FilterError::Value),
        ("a eq (", FilterError::Value),
        ("a eq \"x", FilterError::Value),
        ("a eq \"\\q\"", FilterError::Value),
        ("a eq \"\\u0000\"", FilterError::Value),
        ("a eq b\0c", FilterError::Value),
        ("(a pr", FilterError::Unclosed),
        ("a[b pr", FilterError::Unclosed),
        ("a pr)", FilterError::Trailing),
        ("a pr b pr", FilterError::Trailing),
        ("a pr and", FilterError::Attribute),
        // A value path contains no other, and only follows an attribute.
        ("a[b[c pr]]", FilterError::Attribute),
        ("a.b[c pr]", FilterError::Attribute),
        ("a[b pr].c.d eq 1", FilterError::Attribute),
        ("a[b pr].urn:x:y:c eq 1", FilterError::Attribute),
        ("a[b pr].c", FilterError::Operator),
    ] {
        assert_eq!(read(text), Err(error), "{text:?}");
    }
}

#[test]
fn a_second_value_path_may_follow_the_first() {
    assert!(read("a[b pr] and c[d pr].e eq 1 or f[g pr]").is_ok());
}

#[test]
fn quotes_and_backslashes_are_escaped() {
    check(
        &json!({"userName": "a\"\\b", "nickName": "c\\"}),
        &[
            ("userName eq \"a\\\"\\\\b\"", true),
            ("nickName eq \"c\\\\\"", true),
            ("nickName eq \"c\\\\\" and active pr", false),
        ],
    );
}

#[test]
fn digits_without_quotes_are_not_rounded() {
    let user = json!({"employeeNumber": "1", "userName": "123456789012345678901234567890"});
    check(&user, &[("userName eq 123456789012345678901234567890", true), ("userName eq 007", false)]);
}

#[test]
fn parentheses_side_by_side_are_not_nested() {
    assert!(read(&vec!["(a pr)"; 200].join(" and ")).is_ok());
}

#[test]
fn text_in_single_quotes_is_refused_and_an_apostrophe_is_not() {
    assert_eq!(read("userName eq 'bob'"), Err(FilterError::Value));
    assert!(finds("userName eq o'neill", &json!({"userName": "o'neill"})));
    assert!(finds("userName eq \"'bob'\"", &json!({"userName": "'bob'"})));
}

/// RFC 7644 §5: letter case is mapped first, and characters that this takes apart are composed again.
#[test]
fn ra12_what_lower_case_takes_apart_is_one() {
    for (small, capital) in [
        ("\u{1f0}x", "J\u{30c}x"),
        ("\u{1e96}", "H\u{331}"),
        ("\u{1e97}", "T\u{308}"),
        ("\u{1e98}", "W\u{30a}"),
        ("\u{1e99}", "Y\u{30a}"),
        ("\u{390}", "\u{3aa}\u{301}"),
        ("\u{3b0}", "\u{3ab}\u{301}"),
    ] {
        for (stored, asked) in [(small, capital), (capital, small)] {
            let user = json!({"userName": stored, "emails": [{"value": stored}]});
            for filter in ["userName eq", "emails eq", "userName sw", "userName ew", "emails.value co"] {
                assert!(finds(&format!("{filter} \"{asked}\""), &user), "{filter} {asked}");
            }
        }
    }
}
