//! RFC 7643 §2.3: the data types, and PATCH of lists of simple values.

use scim::Limits;
use scim::filter::parse;
use serde_json::{Value, json};

use super::{BADGES, create, object, patch, path, scim_type, with};

fn typed(kind: &str, value: Value) -> scim::Result<Value> {
    let types = with(
        json!([{"name": "a", "type": kind, "referenceTypes": if kind == "reference" { vec!["uri"] } else { vec![] }}]),
    );
    create(types, json!({"a": value})).map(|user| user[BADGES]["a"].clone())
}

#[test]
fn a_boolean_that_is_not_given_is_not_false_unless_it_says_what_is_primary() {
    let shared =
        json!([{"name": "floor"}, {"name": "shared", "type": "boolean"}, {"name": "primary", "type": "boolean"}]);
    let types = with(json!([{"name": "desks", "type": "complex", "multiValued": true, "subAttributes": shared}]));
    let user = create(types, json!({"desks": [{"floor": "1"}]})).unwrap();
    let without = |filter: &str| {
        let operation = json!({"op": "remove", "path": path(&format!("desks[{filter}]"))});
        patch(types, &user, json!([operation])).unwrap().get(BADGES).is_none()
    };
    assert!(without("primary eq false"));
    assert!(!without("shared eq false"));
}

#[test]
fn values_are_kept_as_their_type_has_them() {
    for (kind, sent, kept) in [
        ("string", json!("x"), json!("x")),
        ("boolean", json!("True"), json!(true)),
        ("integer", json!(7), json!(7)),
        ("integer", json!("-7"), json!(-7)),
        ("decimal", json!(1.5), json!(1.5)),
        ("decimal", json!(2), json!(2)),
        ("decimal", json!("1.5"), json!(1.5)),
        ("dateTime", json!("2026-01-31T09:30:00+02:00"), json!("2026-01-31T09:30:00+02:00")),
        ("dateTime", json!("2026-01-31T09:30:00.5"), json!("2026-01-31T09:30:00.5")),
        ("reference", json!("https://x"), json!("https://x")),
        ("binary", json!("TUlJ"), json!("TUlJ")),
    ] {
        assert_eq!(typed(kind, sent.clone()).unwrap(), kept, "{kind} {sent}");
    }
}

#[test]
fn values_of_another_type_are_refused() {
    for (kind, sent, expected) in [
        ("string", json!(7), "text"),
        ("boolean", json!(1), "true or false"),
        ("integer", json!(1.5), "a whole number"),
        ("integer", json!("1.5"), "a whole number"),
        ("integer", json!("seven"), "a whole number"),
        ("integer", json!(true), "a whole number"),
        ("decimal", json!("inf"), "a number"),
        ("decimal", json!(false), "a number"),
        ("dateTime", json!("yesterday"), "a time such as 2026-01-31T09:30:00Z"),
        ("dateTime", json!("2026-01-31"), "a time such as 2026-01-31T09:30:00Z"),
        ("dateTime", json!(5), "a time such as 2026-01-31T09:30:00Z"),
        ("reference", json!(5), "text"),
        ("binary", json!({"x": 1}), "text in base64"),
    ] {
        let error = typed(kind, sent.clone()).unwrap_err();
        assert_eq!(error.detail, format!("The value of a must be {expected}."), "{kind} {sent}");
        assert_eq!(scim_type(error), "invalidValue");
    }
}

#[test]
fn times_without_a_zone_are_compared_as_utc() {
    let types = with(json!([{"name": "seen", "type": "dateTime"}]));
    let user = object(create(types, json!({"seen": "2026-01-31T09:30:00"})).unwrap());
    for (test, expected) in [
        ("eq \"2026-01-31T10:30:00+01:00\"", true),
        ("lt \"2026-01-31T09:30:01\"", true),
        ("gt \"2026-01-31T09:30:00Z\"", false),
    ] {
        let filter = parse(&format!("{} {test}", path("seen")), &Limits::default()).unwrap();
        assert_eq!(filter.matches(&user, types.user), expected, "{test}");
    }
}

#[test]
fn a_list_of_plain_values_is_patched_as_one() {
    let types =
        with(json!([{"name": "tags", "multiValued": true}, {"name": "codes", "multiValued": true, "caseExact": true},
        {"name": "sizes", "type": "integer", "multiValued": true}]));
    let user = create(types, json!({"tags": ["a", "b"], "codes": ["a"], "sizes": [1, 2]})).unwrap();
    for (operation, name, left) in [
        (json!({"op": "add", "path": path("tags"), "value": "c"}), "tags", json!(["a", "b", "c"])),
        (json!({"op": "add", "path": path("tags"), "value": ["A", "c", "C"]}), "tags", json!(["a", "b", "c"])),
        (json!({"op": "add", "path": path("codes"), "value": ["A", "a"]}), "codes", json!(["a", "A"])),
        (json!({"op": "add", "path": path("sizes"), "value": [2, "3"]}), "sizes", json!([1, 2, 3])),
        (json!({"op": "remove", "path": path("tags[value eq \"B\"]")}), "tags", json!(["a"])),
        (json!({"op": "remove", "path": path("codes[value eq \"A\"]")}), "codes", json!(["a"])),
        (json!({"op": "remove", "path": path("sizes[value gt 1]")}), "sizes", json!([1])),
        (json!({"op": "remove", "path": path("tags"), "value": ["B"]}), "tags", json!(["a"])),
        (json!({"op": "remove", "path": path("codes"), "value": ["A"]}), "codes", json!(["a"])),
        (json!({"op": "replace", "path": path("tags[value eq \"b\"]"), "value": "z"}), "tags", json!(["a", "z"])),
        (json!({"op": "add", "path": path("tags[value eq \"q\"]"), "value": "q"}), "tags", json!(["a", "b", "q"])),
        (json!({"op": "replace", "path": path("tags[value eq \"b\"]"), "value": ""}), "tags", json!(["a"])),
        (json!({"op": "replace", "path": path("tags"), "value": "z"}), "tags", json!(["z"])),
    ] {
        assert_eq!(patch(types, &user, json!([operation])).unwrap()[BADGES][name], left, "{operation}");
    }
    let error = patch(types, &user, json!([{"op": "add", "path": path("tags"), "value": [{"value": "c"}]}]));
    assert_eq!(scim_type(error.unwrap_err()), "invalidValue");
    let error = patch(types, &user, json!([{"op": "add", "path": path("tags.value"), "value": "c"}]));
    assert_eq!(scim_type(error.unwrap_err()), "invalidPath");
}

#[test]
fn lists_of_plain_values_are_filtered_by_their_case() {
    let types =
        with(json!([{"name": "tags", "multiValued": true}, {"name": "codes", "multiValued": true, "caseExact": true}]));
    let user = object(create(types, json!({"tags": ["a"], "codes": ["a"]})).unwrap());
    for (filter, expected) in [
        ("tags eq \"A\"", true),
        ("codes eq \"A\"", false),
        ("tags[value eq \"A\"]", true),
        ("codes[value eq \"A\"]", false),
        ("codes[value eq \"a\"]", true),
        ("codes[VALUE eq \"a\"]", true),
        ("codes[type eq \"a\"]", false),
    ] {
        let filter = parse(&path(filter), &Limits::default()).unwrap();
        assert_eq!(filter.matches(&user, types.user), expected, "{filter}");
    }
}
