//! RFC 7644 §3.5.2, rule by rule, where the examples do not show it.

use scim::patch::{PatchRequest, apply, normalise};
use scim::schema::{ENTERPRISE_URN, USER, USER_URN};
use scim::{Limits, MAX_ATTRIBUTES, Result};
use serde_json::{Map, Value, json};

use super::object;

fn patch(document: &Value, operations: Value) -> Result<Value> {
    let request = PatchRequest::parse(object(json!({"Operations": operations})), &Limits::default())?;
    apply(&USER, &normalise(&USER, &request)?, &object(document.clone())).map(Value::Object)
}

fn user() -> Value {
    json!({"userName": "ada", "title": "Countess", "name": {"givenName": "Ada", "familyName": "Byron"},
        "emails": [{"value": "a", "type": "work"}, {"value": "b", "type": "home", "primary": true}],
        ENTERPRISE_URN: {"manager": {"value": "m", "$ref": "../Users/m"}}})
}

fn patched(operation: Value) -> Value {
    patch(&user(), json!([operation])).unwrap()
}

/// The keyword of the error that answers an operation.
fn refused(operation: Value) -> &'static str {
    let error = patch(&user(), json!([operation.clone()])).expect_err(&operation.to_string());
    assert_eq!(error.status, 400);
    error.scim_type.unwrap().as_str()
}

fn with(name: &str, value: Value) -> Value {
    let mut user = user();
    user[name] = value;
    user
}

#[test]
fn add_and_replace_need_a_value() {
    for op in ["add", "replace"] {
        assert_eq!(refused(json!({"op": op, "path": "title"})), "invalidValue");
        assert_eq!(refused(json!({"op": op})), "invalidValue");
        for value in [json!("x"), json!(7), json!([]), json!([{}, {}]), json!(null)] {
            assert_eq!(refused(json!({"op": op, "value": value})), "invalidValue");
        }
    }
}

#[test]
fn remove_needs_a_target() {
    for operation in [
        json!({"op": "remove"}),
        json!({"op": "remove", "value": null}),
        json!({"op": "remove", "value": "title"}),
        json!({"op": "remove", "value": ["title", "name"]}),
        json!({"op": "remove", "path": ""}),
        json!({"op": "remove", "path": USER_URN}),
    ] {
        assert_eq!(refused(operation), "noTarget");
    }
    assert_eq!(refused(json!({"op": "remove", "path": USER_URN, "value": "x"})), "invalidValue");
    assert_eq!(patched(json!({"op": "remove", "value": [{"title": null}]})).get("title"), None);
}

#[test]
fn paths_that_are_malformed_or_do_not_fit_are_invalid() {
    let long = format!("emails[value eq \"{}\"]", "x".repeat(8192));
    for path in [
        "emails[",
        "emails[]",
        "emails[type eq \"work\"",
        "emails type eq \"work\"]",
        "emails[type eq \"work\"]value",
        "emails[type eq \"work\"]..value",
        "emails[type eq \"work\"].",
        "emails[type eq \"work\"].value.x",
        "emails.value[type eq \"work\"]",
        ".title",
        "title.",
        "title text",
        "1title",
        "name.givenName.x",
        "title.text",
        "title[value eq \"x\"]",
        "name[givenName eq \"Ada\"].familyName",
        "urn:",
        "urn::title",
        long.as_str(),
    ] {
        assert_eq!(refused(json!({"op": "replace", "path": path, "value": "x"})), "invalidPath", "{path}");
        assert_eq!(refused(json!({"op": "remove", "path": path})), "invalidPath", "{path}");
    }
    for path in ["emails[type]", "emails[emails[type eq \"a\"]]"] {
        assert_eq!(refused(json!({"op": "remove", "path": path})), "invalidFilter", "{path}");
    }
}

#[test]
fn add_sets_single_values_and_merges_complex_ones() {
    assert_eq!(patched(json!({"op": "add", "path": "title", "value": "Analyst"})), with("title", json!("Analyst")));
    let name = json!({"givenName": "Ada", "familyName": "King", "middleName": "A"});
    let given = json!({"familyName": "King", "middleName": "A"});
    for op in ["add", "replace"] {
        assert_eq!(patched(json!({"op": op, "path": "name", "value": given})), with("name", name.clone()));
    }
    assert_eq!(patched(json!({"op": "replace", "path": "nickName", "value": "A"})), with("nickName", json!("A")));
}

#[test]
fn what_is_there_already_is_not_added_again() {
    let emails =
        json!([{"value": "A", "type": "Work"}, {"value": "b"}, {"value": "b", "type": "other"}, {"display": "d"}]);
    let expected = json!([{"value": "A", "type": "Work"}, {"value": "b", "type": "home", "primary": true},
        {"value": "b", "type": "other"}, {"display": "d"}]);
    let twice = json!({"op": "add", "path": "emails", "value": emails});
    assert_eq!(patch(&user(), json!([twice, twice])).unwrap(), with("emails", expected));
}

#[test]
fn to_add_nothing_changes_nothing() {
    for operation in [
        json!({"op": "add", "path": ENTERPRISE_URN, "value": {}}),
        json!({"op": "add", "path": ENTERPRISE_URN, "value": null}),
        json!({"op": "add", "value": {}}),
        json!({"op": "add", "value": {ENTERPRISE_URN: {}}}),
        json!({"op": "add", "path": "emails", "value": []}),
        json!({"op": "add", "path": "emails[type eq \"work\"]", "value": {}}),
        json!({"op": "replace", "value": {}}),
    ] {
        assert_eq!(patched(operation.clone()), user(), "{operation}");
    }
    assert_eq!(patched(json!({"op": "replace", "path": ENTERPRISE_URN, "value": {}})).get(ENTERPRISE_URN), None);
}

#[test]
fn a_replace_whose_filter_names_a_value_that_is_not_there_has_no_target() {
    for path in [
        "emails[value eq \"c\"]",
        "emails[value eq \"c\"].display",
        "emails[type eq \"work\" and value eq \"b\"].display",
        "emails[value eq \"c\" and type eq \"work\"].display",
        "emails[VALUE eq \"c\"].type",
        "emails[type ne \"x\" and display pr].value",
    ] {
        assert_eq!(refused(json!({"op": "replace", "path": path, "value": "x"})), "noTarget", "{path}");
    }
    let added = patched(json!({"op": "add", "path": "emails[value eq \"c\"].type", "value": "other"}));
    assert_eq!(added["emails"][2], json!({"value": "c", "type": "other"}));
    let created = patched(json!({"op": "replace", "path": "emails[type eq \"other\"].value", "value": "c"}));
    assert_eq!(created["emails"][2], json!({"value": "c", "type": "other"}));
    let replaced = patched(json!({"op": "replace", "path": "emails[value eq \"B\"].type", "value": "other"}));
    assert_eq!(replaced["emails"][1]["type"], "other");
}

#[test]
fn a_list_without_values_is_unassigned() {
    let both = json!([{"op": "remove", "path": "emails[type eq \"work\"]"}, {"op": "remove", "path": "emails[primary eq true]"}]);
    assert_eq!(patch(&user(), both).unwrap().get("emails"), None);
    assert_eq!(patched(json!({"op": "replace", "path": "emails", "value": []})).get("emails"), None);
    assert_eq!(patched(json!({"op": "remove", "path": "emails.value"})).get("emails"), None);
}

#[test]
fn what_is_said_of_the_same_manager_is_merged() {
    let manager = |operation| patched(operation)[ENTERPRISE_URN]["manager"].clone();
    let path = format!("{ENTERPRISE_URN}:manager");
    for (value, expected) in [
        (json!({"$ref": "x"}), json!({"value": "m", "$ref": "x"})),
        (json!({"value": "m"}), json!({"value": "m", "$ref": "../Users/m"})),
        (json!("m"), json!({"value": "m", "$ref": "../Users/m"})),
        (json!({"value": "M"}), json!({"value": "M"})),
        (json!({"value": "n", "$ref": null}), json!({"value": "n"})),
        (json!({"value": "", "$ref": "x"}), json!({"$ref": "x"})),
        (json!({"$ref": ""}), json!({"value": "m"})),
    ] {
        for op in ["add", "replace"] {
            assert_eq!(manager(json!({"op": op, "path": path, "value": value})), expected, "{op} {value}");
        }
    }
    assert_eq!(manager(json!({"op": "remove", "path": "manager.$ref"})), json!({"value": "m"}));
    assert_eq!(patched(json!({"op": "remove", "path": "manager.value"})).get(ENTERPRISE_URN), None);
}

#[test]
fn a_new_primary_by_sub_attribute_leaves_one() {
    let emails = patched(json!({"op": "replace", "path": "emails.primary", "value": true}))["emails"].clone();
    assert_eq!((&emails[0]["primary"], &emails[1]["primary"]), (&json!(false), &json!(true)));
    let emails =
        patched(json!({"op": "add", "path": "emails[type eq \"work\"].primary", "value": true}))["emails"].clone();
    assert_eq!((&emails[0]["primary"], &emails[1]["primary"]), (&json!(true), &json!(false)));
}

#[test]
fn all_operations_apply_or_none() {
    let operations =
        json!([{"op": "remove", "path": "title"}, {"op": "replace", "path": "emails[value eq \"c\"]", "value": "x"}]);
    assert_eq!(patch(&user(), operations).unwrap_err().scim_type.unwrap().as_str(), "noTarget");
    let operations = json!([{"op": "remove", "path": "title"}, {"op": "add", "path": "title", "value": "x"},
        {"op": "replace", "value": {"title": "y"}}]);
    assert_eq!(patch(&user(), operations).unwrap(), with("title", json!("y")));
}

#[test]
fn a_request_names_ten_thousand_attributes_at_most() {
    let keys = |count: usize| (0..count).map(|n| (format!("a{n}"), json!(1))).collect::<Map<_, _>>();
    let request = |last: usize| {
        let add = |count| json!({"op": "add", "value": keys(count)});
        let mut operations = vec![add(MAX_ATTRIBUTES - 1); 10];
        operations.push(add(last));
        patch(&json!({"userName": "ada"}), Value::Array(operations))
    };
    assert!(request(10).is_ok());
    assert_eq!(request(11).unwrap_err().status, 413);
}
