//! What a request may cost, counted in steps and not in time: twice the input is twice the work, up to the limit.

use scim::schema::{GROUP, USER};
use scim::{MAX_ATTRIBUTES, MAX_DOCUMENT, MAX_VALUES};
use serde_json::{Map, Value, json};

use super::patched;

/// The budget of one request, in comparisons.
const WORK: usize = 2_000_000;

/// A user with these e-mail addresses takes so many operations in one request, and not one more.
fn check(emails: &Value, operation: &Value, most: usize) {
    let user = json!({"userName": "a", "emails": emails, "urn:x:y": {"list": emails}});
    let after = |times: usize| patched(&USER, user.clone(), Value::Array(vec![operation.clone(); times]));
    assert_eq!(after(most).map(drop), Ok(()), "{most}");
    let error = after(most + 1).unwrap_err();
    assert_eq!((error.status, error.scim_type), (413, None), "{}", error.detail);
}

/// Addresses that weigh two steps each, the object and its value, and more where they are long.
fn emails(count: usize, text: &str) -> Value {
    (0..count).map(|n| json!({"value": format!("{n}{text}")})).collect()
}

/// A removal that must count all terms although the first one settles it.
fn remove(terms: usize) -> Value {
    json!({"op": "remove", "path": format!("emails[{}]", vec!["value eq \"x\""; terms].join(" and "))})
}

#[test]
fn work_is_values_times_terms() {
    for (values, terms) in [(100, 200), (200, 100), (400, 50), (200, 200), (1000, 100)] {
        check(&emails(values, ""), &remove(terms), WORK / (values * 2 * terms));
    }
}

#[test]
fn listed_values_are_compared_one_by_one() {
    let listed: Vec<_> = (0..500).map(|n| json!({"value": format!("z{n}")})).collect();
    let removal = json!({"op": "remove", "path": "emails", "value": listed});
    check(&emails(100, ""), &removal, WORK / (100 * 2 * 500));
    let inside = json!({"op": "remove", "path": "urn:x:y:list", "value": listed});
    check(&emails(1000, ""), &inside, WORK / (1000 * 2 * 500));
}

#[test]
fn long_texts_cost_by_their_length() {
    // 6400 bytes and up to three digits: a hundred steps, and two for the nodes.
    check(&emails(10, &"x".repeat(6400)), &remove(200), WORK / (10 * 102 * 200));
    check(&emails(10, &"é".repeat(3200)), &remove(200), WORK / (10 * 1602 * 200));
    let nested: Value = (0..10).map(|n| json!({"value": n.to_string(), "x": vec!["y"; 97]})).collect();
    check(&nested, &remove(200), WORK / (10 * 100 * 200));
}

#[test]
fn the_size_of_a_document_is_counted_to_the_byte() {
    let with = |name: &str, value: Value| {
        patched(&USER, json!({"userName": "a"}), json!([{"op": "add", "path": name, "value": value}]))
    };
    // userName, its value and the quotes, and the name.
    let rest = MAX_DOCUMENT - "userName".len() - 3;
    let text = |length: usize| "x".repeat(length);
    for (name, value, overhead) in [
        ("title", &(|n: usize| json!(text(n))) as &dyn Fn(usize) -> Value, 2),
        ("z", &|n| json!([text(n)]), 5),
        ("z", &|n| json!([1, true, text(n)]), 15),
        ("z", &|n| json!({"k": text(n), "l": 1}), 18),
    ] {
        let fits = rest - name.len() - overhead;
        assert!(with(name, value(fits)).is_ok(), "{name} {overhead}");
        assert_eq!(with(name, value(fits + 1)).unwrap_err().status, 413, "{name} {overhead}");
    }
}

#[test]
fn a_document_has_so_many_attributes() {
    let named = |count: usize| Value::Object((0..count).map(|n| (format!("a{n}"), json!(1))).collect::<Map<_, _>>());
    let with = |value: Value| patched(&USER, json!({"userName": "a"}), json!([{"op": "add", "value": value}]));
    let extension = |count| json!({"urn:x:y": named(count)});
    assert!(with(named(MAX_ATTRIBUTES - 1)).is_ok() && with(named(MAX_ATTRIBUTES)).is_err());
    assert!(with(extension(MAX_ATTRIBUTES)).is_ok() && with(extension(MAX_ATTRIBUTES + 1)).is_err());
}

#[test]
fn a_request_names_so_many_attributes() {
    let operation = |count: usize| {
        let value: Map<_, _> = (0..count).map(|n| (format!("a{n}"), Value::Null)).collect();
        json!({"op": "add", "value": value})
    };
    let user = || json!({"userName": "a"});
    assert!(patched(&USER, user(), json!([operation(5000), operation(5000)])).is_ok());
    assert_eq!(patched(&USER, user(), json!([operation(5000), operation(5001)])).unwrap_err().status, 413);
}

#[test]
fn an_attribute_has_so_many_values_however_they_come() {
    let user = |count: usize| json!({"userName": "a", "emails": emails(count, "")});
    let apply = |count: usize, operation: Value| patched(&USER, user(count), json!([operation])).map(drop);
    let added = json!({"op": "add", "path": "emails", "value": "new"});
    let created = json!({"op": "add", "path": "emails[type eq \"new\"].value", "value": "new"});
    for operation in [added, created] {
        assert!(apply(MAX_VALUES - 1, operation.clone()).is_ok());
        assert_eq!(apply(MAX_VALUES, operation).unwrap_err().status, 413);
    }
    let listed = |count: usize| json!({"op": "remove", "path": "emails", "value": emails(count, "x")});
    assert!(apply(1, listed(MAX_VALUES)).is_ok());
    assert_eq!(apply(1, listed(MAX_VALUES + 1)).unwrap_err().status, 413);
}

#[test]
fn members_are_not_counted() {
    let members: Vec<_> = (0..MAX_VALUES * 30).map(|n| json!({"value": format!("{n}{}", "x".repeat(60))})).collect();
    let add = json!([{"op": "add", "path": "members", "value": members}]);
    assert!(patched(&GROUP, json!({"displayName": "g"}), add).is_ok());
}
