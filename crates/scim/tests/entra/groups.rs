//! §2.8: groups and their members.

use scim::patch::MemberOperation::{Add, Clear, Remove, Replace};
use serde_json::json;

use super::{membership, patch_group, scim_type};

fn ids(values: &[&str]) -> Vec<String> {
    values.iter().map(|&value| value.into()).collect()
}

#[test]
fn rename_and_adoption() {
    for operation in [
        json!({"op": "Replace", "path": "displayName", "value": "Engine Team"}),
        json!({"op": "replace", "value": {"displayName": "Engine Team"}}),
    ] {
        let group = json!({"displayName": "Engine Owners", "externalId": "8aa1"});
        let (group, changes) = patch_group(&group, json!([operation])).unwrap();
        assert_eq!(group, json!({"displayName": "Engine Team", "externalId": "8aa1"}));
        assert_eq!(changes, []);
    }
    let (group, _) =
        patch_group(&json!({"displayName": "G"}), json!([{"op": "Add", "path": "externalId", "value": "8aa1"}]))
            .unwrap();
    assert_eq!(group["externalId"], "8aa1");
    let error =
        patch_group(&json!({"displayName": "G"}), json!([{"op": "remove", "path": "displayName"}])).unwrap_err();
    assert_eq!(scim_type(error), "mutability");
}

#[test]
fn members_are_added_in_every_shape() {
    for operation in [
        json!({"op": "Add", "path": "members", "value": [{"$ref": null, "value": "9a1d"}]}),
        json!({"op": "add", "path": "members", "value": [{"value": "9a1d"}]}),
        json!({"op": "add", "path": "Members", "value": {"value": "9a1d"}}),
        json!({"op": "add", "path": "members", "value": "9a1d"}),
        json!({"op": "add", "path": "members", "value": ["9a1d", "9a1d"]}),
        json!({"op": "add", "value": {"members": [{"value": "9a1d"}]}}),
        json!({"op": "add", "value": {"MEMBERS": "9a1d"}}),
        json!({"name": "addMember", "op": "add", "path": "members", "value": [{"value": "9a1d"}]}),
        json!({"op": "add", "path": "urn:ietf:params:scim:schemas:core:2.0:Group:members", "value": [{"value": "9a1d"}]}),
        json!({"op": "add", "path": "members[value eq \"9a1d\"]", "value": {"value": "9a1d"}}),
    ] {
        assert_eq!(membership(json!([operation])), [Add(ids(&["9a1d"]))], "{operation}");
    }
}

#[test]
fn a_member_may_say_what_it_is() {
    let value = json!([{"value": "a", "type": "user", "display": "Ada"}, {"value": "b", "type": "Group"}]);
    assert_eq!(membership(json!([{"op": "add", "path": "members", "value": value}])), [Add(ids(&["a", "b"]))]);
}

#[test]
fn members_are_replaced() {
    for operation in [
        json!({"op": "replace", "path": "members", "value": [{"value": "9a1d"}]}),
        json!({"op": "replace", "value": {"members": [{"value": "9a1d"}]}}),
    ] {
        assert_eq!(membership(json!([operation])), [Replace(ids(&["9a1d"]))]);
    }
    for value in [json!([]), json!(null), json!("")] {
        assert_eq!(membership(json!([{"op": "replace", "path": "members", "value": value}])), [Replace(vec![])]);
    }
}

#[test]
fn a_legacy_remove_takes_out_the_listed_members_only() {
    for operation in [
        json!({"op": "Remove", "path": "members", "value": [{"$ref": null, "value": "9a1d"}]}),
        json!({"op": "Remove", "path": "members", "value": {"value": "9a1d"}}),
        json!({"op": "Remove", "path": "members", "value": "9a1d"}),
        json!({"op": "Remove", "path": "members", "value": ["9a1d", {"value": "9a1d"}]}),
        json!({"op": "remove", "value": {"members": [{"value": "9a1d"}]}}),
        json!({"op": "remove", "path": "members[value eq \"9a1d\"]"}),
        json!({"op": "remove", "path": "members[value eq 9a1d]"}),
        json!({"op": "remove", "path": "members[value eq \"9a1d\"].value"}),
    ] {
        assert_eq!(membership(json!([operation])), [Remove(ids(&["9a1d"]))], "{operation}");
    }
}

#[test]
fn several_members_are_removed_at_once() {
    for operation in [
        json!({"op": "Remove", "path": "members", "value": [{"value": "a"}, {"value": "b"}]}),
        json!({"op": "remove", "path": "members[value eq \"a\" or value eq \"b\"]"}),
    ] {
        assert_eq!(membership(json!([operation])), [Remove(ids(&["a", "b"]))]);
    }
}

#[test]
fn only_a_remove_without_a_list_empties_the_group() {
    assert_eq!(membership(json!([{"op": "remove", "path": "members"}])), [Clear]);
    for value in [
        json!([]),
        json!(""),
        json!({}),
        json!([{}]),
        json!([{"value": ""}]),
        json!([null]),
        json!([{"display": "Ada"}]),
        json!([{"$ref": null, "value": null}]),
    ] {
        assert_eq!(membership(json!([{"op": "Remove", "path": "members", "value": value}])), [], "{value}");
        assert_eq!(membership(json!([{"op": "Remove", "value": {"members": value}}])), [], "{value}");
    }
    for operation in [
        json!({"op": "Remove", "path": "members", "value": null}),
        json!({"op": "remove", "value": {"Members": null}}),
        json!({"op": "remove", "value": {"urn:ietf:params:scim:schemas:core:2.0:Group:members": null}}),
    ] {
        let refused = patch_group(&json!({"displayName": "G"}), json!([operation])).unwrap_err();
        assert_eq!(scim_type(refused), "invalidValue", "{operation}");
    }
    // The path names the member.
    let one = json!([{"op": "remove", "path": "members[value eq \"9a1d\"]", "value": null}]);
    assert_eq!(membership(one), [Remove(ids(&["9a1d"]))]);
}

#[test]
fn adding_nothing_changes_nothing() {
    for value in [json!([]), json!(null)] {
        assert_eq!(membership(json!([{"op": "Add", "path": "members", "value": value}])), []);
    }
}

#[test]
fn values_without_identifier_are_refused_rather_than_emptying_the_group() {
    for op in ["add", "replace"] {
        for value in [json!([{"value": ""}]), json!([{"display": "x"}]), json!([null]), json!([7])] {
            let operations = json!([{"op": op, "path": "members", "value": value}]);
            assert_eq!(scim_type(patch_group(&json!({"displayName": "G"}), operations).unwrap_err()), "invalidValue");
        }
    }
}

#[test]
fn changes_keep_their_order() {
    let changes = membership(json!([
        {"op": "add", "path": "members", "value": [{"value": "a"}]},
        {"op": "replace", "value": {"displayName": "x"}},
        {"op": "remove", "path": "members[value eq \"a\"]"}
    ]));
    assert_eq!(changes, [Add(ids(&["a"])), Remove(ids(&["a"]))]);
}

#[test]
fn sub_attributes_of_members() {
    assert_eq!(membership(json!([{"op": "replace", "path": "members[value eq \"a\"].display", "value": "Ada"}])), []);
    for (path, expected) in [("members[value eq \"a\"].value", "mutability"), ("members.value", "mutability")] {
        let operations = json!([{"op": "replace", "path": path, "value": "b"}]);
        assert_eq!(scim_type(patch_group(&json!({"displayName": "G"}), operations).unwrap_err()), expected);
    }
    for path in ["members[display eq \"Ada\"]", "members[not (value eq \"a\")]", "members[value co \"a\"]"] {
        let operations = json!([{"op": "remove", "path": path}]);
        assert_eq!(scim_type(patch_group(&json!({"displayName": "G"}), operations).unwrap_err()), "invalidFilter");
    }
}
