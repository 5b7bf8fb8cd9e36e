//! RFC 7644 §3.5.2: the example PATCH requests.

use scim::Limits;
use scim::patch::{MemberOperation, PatchRequest, apply, normalise, split_members};
use scim::schema::{GROUP, ResourceType, USER};
use serde_json::{Value, json};

use super::{barbara, object};

fn patched(resource_type: &ResourceType, document: Value, operations: Value) -> Value {
    let request = PatchRequest::parse(object(json!({"Operations": operations})), &Limits::default()).unwrap();
    let operations = normalise(resource_type, &request).unwrap();
    Value::Object(apply(resource_type, &operations, &object(document)).unwrap())
}

/// Members that are kept in the document, as by a server without rows for them.
fn members(operations: Value) -> Value {
    let group = json!({"displayName": "Tour Guides", "members": [
        {"display": "Babs Jensen", "value": "2819c223"}, {"display": "James Smith", "value": "08e1d05d"}]});
    patched(&GROUP, group, operations).get("members").cloned().unwrap_or_default()
}

#[test]
fn add_a_member() {
    let value = json!([{"display": "Mandy", "$ref": "https://example.com/v2/Users/902c246b", "value": "902c246b"}]);
    let operations = json!([{"op": "add", "path": "members", "value": value}]);
    // The display is the member's own name, so no request sets it.
    assert_eq!(
        members(operations.clone())[2],
        json!({"$ref": "https://example.com/v2/Users/902c246b", "value": "902c246b"})
    );
    // "If the value already exists, no changes SHOULD be made."
    let twice = json!([operations[0], operations[0]]);
    assert_eq!(members(twice), members(operations));
}

#[test]
fn add_without_path() {
    let value = json!({"emails": [{"value": "babs@example.org", "type": "other"}], "nickname": "Babsy"});
    let user = patched(&USER, barbara(), json!([{"op": "add", "value": value}]));
    assert_eq!((&user["nickName"], user["emails"].as_array().unwrap().len()), (&json!("Babsy"), 3));
}

#[test]
fn remove_members() {
    let babs = json!({"display": "Babs Jensen", "value": "2819c223"});
    assert_eq!(members(json!([{"op": "remove", "path": "members[value eq \"08e1d05d\"]"}])), json!([babs]));
    assert_eq!(members(json!([{"op": "remove", "path": "members"}])), json!(null));
    let operations = json!([{"op": "remove", "path": "members"}, {"op": "add", "path": "members", "value": [babs]}]);
    assert_eq!(members(operations), json!([{"value": "2819c223"}]));
    let james = json!({"display": "James Smith", "value": "08e1d05d"});
    let operations = json!([{"op": "remove", "path": "members[value eq \"2819c223\" and display co \"Babs\"]"}]);
    assert_eq!(members(operations), json!([james]));
}

#[test]
fn remove_by_a_complex_filter() {
    let path = "emails[type eq \"work\" and value ew \"example.com\"]";
    let user = patched(&USER, barbara(), json!([{"op": "remove", "path": path}]));
    assert_eq!(user["emails"], json!([{"value": "babs@jensen.org", "type": "home"}]));
}

#[test]
fn replace_all_members() {
    let value = json!([{"value": "a"}, {"value": "b"}]);
    let operations = json!([{"op": "replace", "path": "members", "value": value}]);
    assert_eq!(members(operations.clone()), value);
    let request = PatchRequest::parse(object(json!({"Operations": operations})), &Limits::default()).unwrap();
    let (others, changes) = split_members(normalise(&GROUP, &request).unwrap()).unwrap();
    assert!(others.is_empty());
    assert!(matches!(&changes[..], [MemberOperation::Replace(members)] if members.len() == 2));
}

#[test]
fn replace_a_value_chosen_by_filter() {
    let value = json!({"type": "work", "streetAddress": "911 Universal City Plaza", "locality": "Hollywood", "region": "CA",
        "postalCode": "91608", "country": "US", "formatted": "911 Universal City Plaza\nHollywood, CA 91608 US",
        "primary": true});
    let operations = json!([{"op": "replace", "path": "addresses[type eq \"work\"]", "value": value}]);
    assert_eq!(patched(&USER, barbara(), operations)["addresses"][0], value);
    let operations =
        json!([{"op": "replace", "path": "addresses[type eq \"work\"].streetAddress", "value": "1010 Broadway Ave"}]);
    let user = patched(&USER, barbara(), operations);
    assert_eq!(user["addresses"][0]["streetAddress"], "1010 Broadway Ave");
    assert_eq!(user["addresses"][1], barbara()["addresses"][1]);
}

#[test]
fn replace_without_path() {
    let emails =
        json!([{"value": "bjensen@example.com", "type": "work", "primary": true}, {"value": "b", "type": "home"}]);
    let user = patched(&USER, barbara(), json!([{"op": "replace", "value": {"emails": emails, "nickname": "B"}}]));
    assert_eq!((&user["emails"], &user["nickName"]), (&emails, &json!("B")));
}
