//! Membership, taken out of operations.

use scim::patch::{MemberChange, normalise, split_members, take_members};
use scim::resource;
use scim::schema::GROUP;
use serde_json::{Value, json};

use super::{object, request};

fn changes(operation: Value) -> Result<Vec<MemberChange>, &'static str> {
    let operations = normalise(&GROUP, &request(json!([operation])).unwrap()).unwrap();
    let (others, changes) = split_members(operations).map_err(|error| error.scim_type.unwrap().as_str())?;
    assert!(others.is_empty());
    Ok(changes)
}

#[test]
fn each_operation_is_one_change() {
    let add = |value: Value| json!({"op": "add", "path": "members", "value": value});
    let remove = |path: &str| json!({"op": "remove", "path": path});
    let list = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    for (operation, expected) in [
        (add(json!([{"value": "a"}, "b", {"value": "a"}])), vec![MemberChange::Add(list(&["a", "b"]))]),
        (add(json!([])), vec![]),
        (json!({"op": "replace", "path": "members", "value": ["a"]}), vec![MemberChange::Replace(list(&["a"]))]),
        (json!({"op": "replace", "path": "members", "value": []}), vec![MemberChange::Replace(vec![])]),
        (json!({"op": "replace", "value": {"members": null}}), vec![MemberChange::Replace(vec![])]),
        (remove("members"), vec![MemberChange::Clear]),
        (
            json!({"op": "remove", "path": "members", "value": ["a", {"value": "b"}, "a"]}),
            vec![MemberChange::Remove(list(&["a", "b"]))],
        ),
        (json!({"op": "remove", "path": "members", "value": [{"type": "User"}]}), vec![]),
        (json!({"op": "remove", "path": "members", "value": []}), vec![]),
        (remove("members[value eq \"a\"]"), vec![MemberChange::Remove(list(&["a"]))]),
        (remove("members[VALUE eq \"a\" or value eq 7]"), vec![MemberChange::Remove(list(&["a", "7"]))]),
        (remove("members[value eq null]"), vec![]),
        (remove("members[value eq \"a\"].value"), vec![MemberChange::Remove(list(&["a"]))]),
        (
            json!({"op": "add", "path": "members[value eq \"a\"]", "value": {"type": "User"}}),
            vec![MemberChange::Add(list(&["a"]))],
        ),
        (json!({"op": "replace", "path": "members[value eq \"a\"].type", "value": "User"}), vec![]),
        (remove("members[value eq \"a\"].type"), vec![]),
        (remove("members.type"), vec![]),
    ] {
        assert_eq!(changes(operation.clone()), Ok(expected), "{operation}");
    }
}

#[test]
fn members_are_chosen_by_their_value_and_keep_it() {
    for (operation, expected) in [
        (json!({"op": "remove", "path": "members[type eq \"User\"]"}), "invalidPath"),
        (json!({"op": "remove", "path": "members[value ne \"a\"]"}), "invalidPath"),
        (json!({"op": "remove", "path": "members[value.x eq \"a\"]"}), "invalidPath"),
        (json!({"op": "remove", "path": "members[value eq \"a\" and type eq \"User\"]"}), "invalidPath"),
        (json!({"op": "replace", "path": "members[value eq \"a\"].value", "value": "b"}), "mutability"),
        (json!({"op": "replace", "path": "members.value", "value": "b"}), "mutability"),
        (json!({"op": "remove", "path": "members.value"}), "mutability"),
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
