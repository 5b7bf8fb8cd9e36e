//! The cost of a request, counted in steps and not in time: twice the input is twice the work, up to the limit.

use scim::patch::{PatchRequest, effort, normalise};
use scim::schema::{GROUP, USER};
use scim::{Limits, MAX_ATTRIBUTES, MAX_COPIED, MAX_DOCUMENT, MAX_NAMES, MAX_VALUES};
use serde_json::{Map, Value, json};

use super::patched;

/// The budget of one request, in comparisons.
const WORK: usize = 2_000_000;

/// A user with these e-mail addresses accepts this many operations in one request, and not one more.
fn check(emails: &Value, operation: &Value, most: usize) {
    let user = json!({"userName": "a", "emails": emails, "urn:x:y": {"list": emails}});
    let after = |times: usize| patched(&USER, user.clone(), Value::Array(vec![operation.clone(); times]));
    assert_eq!(after(most).map(drop), Ok(()), "{most}");
    let error = after(most + 1).unwrap_err();
    assert_eq!((error.status, error.scim_type), (413, None), "{}", error.detail);
}

/// Even one such operation is too much.
fn refused(emails: &Value, operation: &Value) {
    let error = patched(&USER, json!({"userName": "a", "emails": emails}), json!([operation])).unwrap_err();
    assert_eq!((error.status, error.scim_type), (413, None), "{}", error.detail);
}

/// Addresses that cost two steps each, for the object and its value, and more if they are long.
fn emails(count: usize, text: &str) -> Value {
    (0..count).map(|n| json!({"value": format!("{n}{text}")})).collect()
}

/// A removal that must count all terms although the first one decides.
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
    // Letters beyond ASCII are folded one by one, however short the text is.
    refused(&emails(100, &"é".repeat(320)), &remove(40));
    refused(&emails(500, &"é".repeat(10)), &remove(200));
    let nested: Value = (0..10).map(|n| json!({"value": n.to_string(), "x": vec!["y"; 97]})).collect();
    check(&nested, &remove(200), WORK / (10 * 100 * 200));
}

#[test]
fn literals_are_an_effort_by_their_length() {
    let operation = |letters: usize| {
        let literal = "\u{fdfa}".repeat(letters);
        let path = format!("emails[value co \"{literal}\" or type eq \"q\"].type");
        json!({"op": "replace", "path": path, "value": "q"})
    };
    let effort = |operation: Value| {
        let body = json!({"Operations": [operation]}).as_object().unwrap().clone();
        let request = PatchRequest::parse(body, &Limits::default()).unwrap();
        effort(&normalise(&USER, &request).unwrap())
    };
    // A letter has three bytes, none of them ASCII.
    assert!((3_000..3_500).contains(&effort(operation(1_000))));
    assert!((6_000..7_000).contains(&effort(operation(2_000))));
    // What directories send stays light.
    let ordinary = json!({"op": "replace", "path": "emails[type eq \"work\"].value", "value": "ada@corp.example"});
    assert_eq!(effort(ordinary), 1);
}

#[test]
fn a_written_list_costs_by_its_texts() {
    let listed: Vec<_> = (0..300).map(|n| json!({"value": format!("{}{n}", "é".repeat(32))})).collect();
    refused(&emails(100, ""), &json!({"op": "remove", "path": "emails", "value": listed}));
}

#[test]
fn the_size_of_a_document_is_that_of_its_text() {
    let with = |name: &str, value: Value| {
        patched(&USER, json!({"userName": "a"}), json!([{"op": "add", "path": name, "value": value}]))
    };
    let text = |length: usize| "x".repeat(length);
    let escaped = |length: usize| format!("{}{}", "\u{1}\"\\".repeat(length / 10), text(length % 10));
    for (name, value) in [
        ("title", &(|n: usize| json!(text(n))) as &dyn Fn(usize) -> Value),
        ("title", &|n| json!(escaped(n))),
        ("z", &|n| json!([text(n)])),
        ("z", &|n| json!([1, true, -1.5e300, text(n)])),
        ("z", &|n| json!({"k": text(n), "_t": 1})),
        ("urn:x:y:z", &|n| json!({"k": [[escaped(n)]]})),
    ] {
        // An empty text would not be kept.
        let fits = MAX_DOCUMENT + 1 - with(name, value(1)).unwrap().to_string().len();
        let largest = with(name, value(fits)).unwrap();
        assert_eq!(largest.to_string().len(), MAX_DOCUMENT, "{name}");
        let error = with(name, value(fits + 1)).unwrap_err();
        assert_eq!((error.status, error.scim_type), (413, None), "{name}");
        assert!(error.detail.contains("131072 bytes"), "{}", error.detail);
    }
}

#[test]
fn a_document_that_was_too_large_may_change_and_not_grow() {
    let old = json!({"userName": "a", "active": true, "title": "x".repeat(MAX_DOCUMENT), "x": {"a": 1}});
    let after = |operation: Value| patched(&USER, old.clone(), json!([operation]));
    for operation in [
        json!({"op": "replace", "path": "active", "value": false}),
        json!({"op": "replace", "path": "title", "value": "short"}),
        json!({"op": "remove", "path": "x"}),
    ] {
        assert!(after(operation.clone()).is_ok(), "{operation}");
    }
    assert_eq!(after(json!({"op": "add", "path": "nickName", "value": "b"})).unwrap_err().status, 413);
}

#[test]
fn attributes_are_counted_on_all_levels() {
    let named = |count: usize| Value::Object((0..count).map(|n| (format!("a{n}"), json!(1))).collect::<Map<_, _>>());
    // The user name, the attribute, and one for each level.
    let nested = |count: usize| json!({"deep": {"deep": [[named(count - 4)]]}});
    let with =
        |value: Value| patched(&USER, json!({"userName": "a"}), json!([{"op": "add", "path": "x", "value": value}]));
    assert_eq!(with(nested(MAX_NAMES)).map(drop), Ok(()));
    assert_eq!(with(nested(MAX_NAMES + 1)).unwrap_err().status, 413);
    let emails: Vec<_> = (0..1_000).map(|n| json!({"value": n.to_string(), "type": "work", "display": "x"})).collect();
    let sent = |lists: &[&str]| {
        let lists = lists.iter().map(|name| json!({"op": "add", "path": name, "value": emails}));
        patched(&USER, json!({"userName": "a"}), lists.collect())
    };
    assert!(sent(&["emails"]).is_ok());
    assert_eq!(sent(&["emails", "ims"]).unwrap_err().status, 413);
}

#[test]
fn a_value_is_copied_into_few_others() {
    let user = |count: usize| json!({"userName": "a", "emails": emails(count, ""), "x": emails(count, "")});
    for path in ["emails.display", "emails[value pr].display", "x.display", "x[value pr].display"] {
        let copies = |values: usize, text: &str| {
            let operation = json!([{"op": "replace", "path": path, "value": text}]);
            patched(&USER, user(values), operation).map(drop).map_err(|error| error.status)
        };
        let each = json!({"display": ""}).to_string().len() + "value".len();
        assert_eq!(copies(2, &"x".repeat(MAX_COPIED - each)), Ok(()), "{path}");
        assert_eq!(copies(2, &"x".repeat(MAX_COPIED - each + 1)), Err(413), "{path}");
        assert_eq!((copies(1, &"x".repeat(100_000)), copies(20, "home")), (Ok(()), Ok(())), "{path}");
        assert_eq!(copies(1_000, ""), Ok(()), "to take something out copies nothing");
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
