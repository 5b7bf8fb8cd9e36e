//! Changes of membership, as they are read from operations.

use scim::patch::{MemberOperation, normalise, split_members, take_members};
use scim::resource;
use scim::schema::{GROUP, GROUP_URN, Registry, schemas_json};
use serde_json::{Value, json};

use super::{object, request};

fn changes(operation: Value) -> Result<Vec<MemberOperation>, &'static str> {
    let normal = normalise(&GROUP, &request(json!([operation])).unwrap());
    let split = normal.and_then(split_members).map_err(|error| error.scim_type.unwrap().as_str());
    let (others, changes) = split?;
    assert!(others.is_empty());
    Ok(changes)
}

#[test]
fn each_operation_is_one_change() {
    let add = |value: Value| json!({"op": "add", "path": "members", "value": value});
    let remove = |path: &str| json!({"op": "remove", "path": path});
    let list = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    for (operation, expected) in [
        (add(json!([{"value": "a"}, "b", {"value": "a"}])), vec![MemberOperation::Add(list(&["a", "b"]))]),
        (add(json!([])), vec![]),
        (json!({"op": "replace", "path": "members", "value": ["a"]}), vec![MemberOperation::Replace(list(&["a"]))]),
        (json!({"op": "replace", "path": "members", "value": []}), vec![MemberOperation::Replace(vec![])]),
        (json!({"op": "replace", "value": {"members": null}}), vec![MemberOperation::Replace(vec![])]),
        (remove("members"), vec![MemberOperation::Clear]),
        (
            json!({"op": "remove", "path": "members", "value": ["a", {"value": "b"}, "a"]}),
            vec![MemberOperation::Remove(list(&["a", "b"]))],
        ),
        (json!({"op": "remove", "path": "members", "value": [{"type": "User"}]}), vec![]),
        (json!({"op": "remove", "path": "members", "value": []}), vec![]),
        (remove("members[value eq \"a\"]"), vec![MemberOperation::Remove(list(&["a"]))]),
        (remove("members[VALUE eq \"a\" or value eq 7]"), vec![MemberOperation::Remove(list(&["a", "7"]))]),
        (remove("members[value eq null]"), vec![]),
        (remove("members[value eq \"a\"].value"), vec![MemberOperation::Remove(list(&["a"]))]),
        (
            json!({"op": "add", "path": "members[value eq \"a\"]", "value": {"type": "User"}}),
            vec![MemberOperation::Add(list(&["a"]))],
        ),
        (json!({"op": "replace", "path": "members[value eq \"a\"].display", "value": "Ada"}), vec![]),
    ] {
        assert_eq!(changes(operation.clone()), Ok(expected), "{operation}");
    }
}

#[test]
fn members_are_chosen_by_their_value_and_keep_it() {
    for (operation, expected) in [
        (json!({"op": "remove", "path": "members[type eq \"User\"]"}), "invalidFilter"),
        (json!({"op": "remove", "path": "members[value ne \"a\"]"}), "invalidFilter"),
        (json!({"op": "remove", "path": "members[value.x eq \"a\"]"}), "invalidFilter"),
        (json!({"op": "remove", "path": "members[value eq \"a\" and type eq \"User\"]"}), "invalidFilter"),
        (json!({"op": "replace", "path": "members[value eq \"a\"].value", "value": "b"}), "mutability"),
        (json!({"op": "replace", "path": "members.value", "value": "b"}), "mutability"),
        (json!({"op": "remove", "path": "members.value"}), "mutability"),
        (json!({"op": "remove", "path": "members[value eq \"a\"].type"}), "mutability"),
        (json!({"op": "remove", "path": "members.type"}), "mutability"),
    ] {
        assert_eq!(changes(operation.clone()), Err(expected), "{operation}");
    }
}

#[test]
fn other_operations_pass() {
    let operations = json!([
        {"op": "replace", "path": "displayName", "value": "x"},
        {"op": "add", "path": "urn:x:2.0:Group:members", "value": ["a"]},
        {"op": "add", "path": "members", "value": ["a"]}
    ]);
    let (others, changes) = split_members(normalise(&GROUP, &request(operations).unwrap()).unwrap()).unwrap();
    assert_eq!((others.len(), changes.len()), (2, 1));
}

#[test]
fn a_body_names_its_members() {
    let body = json!({"displayName": "g", "members": [
        {"value": "a", "type": "USER", "display": "Ada"}, {"value": "b", "type": "group"}, {"value": "a"}]});
    let mut document = resource::normalise(&GROUP, object(body)).unwrap();
    assert_eq!(take_members(&mut document).unwrap(), ["a", "b"]);
    assert_eq!(Value::Object(document.clone()), json!({"displayName": "g"}));
    assert_eq!(take_members(&mut document), Ok(vec![]));
}

fn ids(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

fn on(op: &str, path: &str, value: Value) -> Result<Vec<MemberOperation>, &'static str> {
    changes(json!({"op": op, "path": path, "value": value}))
}

/// RFC 7644 §3.5.2.3.
#[test]
fn ra1_a_filter_of_members_does_not_hide_the_value() {
    let (a, both) = ("members[value eq \"a\"]", "members[value eq \"a\" or value eq \"b\"]");
    let qualified = "urn:ietf:params:scim:schemas:core:2.0:Group:members[VALUE eq a]";
    let exchange = |out: &[&str], into: &[&str]| Ok(vec![MemberOperation::Exchange { out: ids(out), into: ids(into) }]);
    assert_eq!(on("replace", a, json!({"value": "c"})), exchange(&["a"], &["c"]));
    for (path, value, out, into) in [
        (a, json!("c"), &["a"][..], &["c"][..]),
        (a, json!(["c"]), &["a"], &["c"]),
        (a, json!([{"value": "c", "type": "User"}, {"value": "d"}, "c"]), &["a"], &["c", "d"]),
        (a, json!([{"$ref": null, "value": "c"}]), &["a"], &["c"]),
        (a, json!({"value": "a", "display": "Ada"}), &["a"], &["a"]),
        (both, json!({"value": "c"}), &["a", "b"], &["c"]),
        (qualified, json!({"VALUE": "c"}), &["a"], &["c"]),
    ] {
        assert_eq!(on("replace", path, value.clone()), exchange(out, into), "{path} {value}");
        let without_path = changes(json!({"op": "replace", "value": {path: value}}));
        assert_eq!(without_path, exchange(out, into), "{path} {value}");
    }
    // Replacing a member by nothing removes it.
    for nobody in [Value::Null, json!([]), json!(""), json!({})] {
        assert_eq!(on("replace", a, nobody), Ok(vec![MemberOperation::Remove(ids(&["a"]))]));
    }
    // A value that names no member is not an empty value.
    for value in [json!({"type": "User"}), json!({"value": ""}), json!([{}]), json!({"value": null}), json!(7)] {
        assert_eq!(on("replace", a, value.clone()), Err("invalidValue"), "{value}");
    }
}

#[test]
fn ra1_an_addition_by_a_filter_names_one_member() {
    let a = "members[value eq \"a\"]";
    for value in [json!({"value": "a"}), json!("a"), json!(["a"]), json!({"type": "User"}), json!({"display": "Ada"})] {
        assert_eq!(on("add", a, value.clone()), Ok(vec![MemberOperation::Add(ids(&["a"]))]), "{value}");
    }
    for value in [Value::Null, json!({}), json!([]), json!("")] {
        assert_eq!(on("add", a, value.clone()), Ok(vec![MemberOperation::Add(ids(&["a"]))]), "{value}");
    }
    for (path, value) in [
        (a, json!({"value": "c"})),
        (a, json!("A")),
        (a, json!([{"value": "a"}, {"value": "c"}])),
        (a, json!({"value": "c", "type": "User"})),
        ("members[value eq \"a\" or value eq \"b\"]", json!({"value": "a"})),
        ("members[value eq null]", json!({"value": "a"})),
    ] {
        assert_eq!(on("add", path, value.clone()), Err("invalidValue"), "{path} {value}");
    }
}

/// RFC 7643 §4.2.
#[test]
fn ra10_what_a_member_says_is_immutable() {
    for (op, path, value) in [
        ("replace", "members[value eq \"a\"].type", json!("Group")),
        ("replace", "members[value eq \"a\"].$ref", json!("https://x/Users/a")),
        ("add", "members[value eq \"a\"].type", json!("User")),
        ("add", "members.type", json!("User")),
        ("replace", "members.$ref", json!("https://x/Users/a")),
        ("add", "members[value eq \"a\"].value", json!("b")),
        ("replace", "members[value eq \"a\"].type", Value::Null),
        ("remove", "members[value eq \"a\"].$ref", json!("x")),
        ("remove", "members.$ref", json!("x")),
    ] {
        assert_eq!(on(op, path, value.clone()), Err("mutability"), "{op} {path} {value}");
    }
    assert_eq!(changes(json!({"op": "remove", "path": "members[value eq \"a\"].display"})), Err("mutability"));
    assert_eq!(on("add", "members[value eq \"a\"].shoeSize", json!(7)), Err("invalidPath"));
    assert_eq!(on("replace", "members.shoeSize", json!(7)), Err("invalidPath"));
}

/// RFC 7643 §8.7.1 has no `members.display`, so no client expects it back. Clients send it, as in the examples of RFC
/// 7644.
#[test]
fn ra24_a_display_is_taken_and_not_announced() {
    let schemas = schemas_json(&Registry::default(), "https://x");
    let group = schemas.iter().find(|schema| schema["id"] == GROUP_URN).unwrap();
    let subs = group["attributes"][1]["subAttributes"].as_array().unwrap();
    let names: Vec<_> = subs.iter().map(|sub| sub["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["value", "$ref", "type"]);
    let (add, replace) = (|to: &[&str]| MemberOperation::Add(ids(to)), |to: &[&str]| MemberOperation::Replace(ids(to)));
    for (op, path, value, expected) in [
        ("add", "members", json!([{"value": "a", "display": "Ada"}]), vec![add(&["a"])]),
        ("replace", "members", json!([{"VALUE": "a", "DISPLAY": {"odd name": 1}}]), vec![replace(&["a"])]),
        ("remove", "members", json!([{"value": "a", "display": ""}]), vec![MemberOperation::Remove(ids(&["a"]))]),
        ("remove", "members", json!([{"display": "Ada"}]), vec![]),
        ("add", "members", json!({"display": "Ada"}), vec![]),
        ("replace", "members[value eq \"a\"]", json!({"display": "Ada"}), vec![]),
        ("replace", "members[value eq \"a\"].display", json!("Ada"), vec![]),
        ("add", "members.DISPLAY", json!("Ada"), vec![]),
    ] {
        assert_eq!(on(op, path, value.clone()), Ok(expected), "{op} {path} {value}");
    }
    assert_eq!(changes(json!({"op": "remove", "path": "members.display"})), Err("mutability"));
}

#[test]
fn br6_a_text_that_is_no_identifier_names_nobody() {
    for junk in [
        json!("[{\"value\":\"a\"}]"),
        json!(["{\"value\":\"a\"}"]),
        json!([{"value": "[\"a\"]"}]),
        json!("https://id.example/scim/v2/Users/a"),
        json!(["../Users/a"]),
        json!([{"value": "{a}"}, {"value": "b"}]),
        json!([{"value": " a"}]),
        json!(["a "]),
        json!("a b"),
        json!("a,b"),
        json!("\"a\""),
        json!(["a\n"]),
    ] {
        for op in ["add", "replace", "remove"] {
            assert_eq!(on(op, "members", junk.clone()), Err("invalidValue"), "{op} {junk}");
            let without_path = changes(json!({"op": op, "value": {"members": junk}}));
            assert_eq!(without_path, Err("invalidValue"), "{op} {junk}");
        }
        assert_eq!(on("replace", "members[value eq \"a\"]", junk.clone()), Err("invalidValue"), "{junk}");
        let body = object(json!({"displayName": "g", "members": junk}));
        let taken = resource::normalise(&GROUP, body).and_then(|mut document| take_members(&mut document));
        assert_eq!(taken.unwrap_err().scim_type.unwrap().as_str(), "invalidValue", "{junk}");
    }
    assert_eq!(on("add", "members[value eq \"a b\"]", json!({})), Err("invalidValue"));
}
