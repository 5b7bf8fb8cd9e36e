//! A removal without a path removes what it names by its value, and nothing else.

use scim::schema::{ENTERPRISE_URN, USER_URN};
use serde_json::{Value, json};

use super::{refusal, user_after};

const CUSTOM: &str = "urn:x:2.0:User";

fn ada() -> Value {
    json!({
        "userName": "ada",
        "title": "T",
        "active": true,
        "name": {"givenName": "Ada", "familyName": "Byron"},
        "emails": [{"value": "w", "type": "work"}, {"value": "h", "type": "home"}],
        "shoes": 7,
        "tags": ["a", "b"],
        ENTERPRISE_URN: {"department": "R", "manager": {"value": "1", "$ref": "../Users/1"}},
        CUSTOM: {"badge": 7, "colours": ["red", "green"], "desk": {"floor": "2"}},
    })
}

fn removal(value: &Value) -> Value {
    json!([{"op": "remove", "value": value}])
}

/// RFC 7644 §3.5.2.2: a value that is not there is no target.
#[test]
fn br3_a_removal_that_names_another_value_is_refused() {
    for value in [
        json!({"title": "other"}),
        json!({"title": 1}),
        json!({"title": ""}),
        json!({"title": ["other"]}),
        json!({"title": "T", "shoes": 8}),
        json!({"shoes": "7"}),
        json!({"name": {"givenName": "Eve"}}),
        json!({"name": {"givenName": "Ada", "familyName": "King"}}),
        json!({"name.familyName": "King"}),
        json!({"emails[type eq \"work\"].value": "x"}),
        json!({"emails[type eq \"work\"]": {"value": "x"}}),
        json!({"emails.type": "other"}),
        json!({"manager": "2"}),
        json!({"manager.value": "2"}),
        json!({"manager": {"value": "2"}}),
        json!({ENTERPRISE_URN: {"department": "S"}}),
        json!({format!("{ENTERPRISE_URN}:department"): "S"}),
        json!({USER_URN: {"title": "other"}}),
        json!({format!("{USER_URN}:title"): "other"}),
        json!({CUSTOM: {"badge": 8}}),
        json!({format!("{CUSTOM}:badge"): "7"}),
        json!({format!("{CUSTOM}:desk"): {"floor": "3"}}),
        json!([{"title": "other"}]),
    ] {
        assert_eq!(refusal(ada(), removal(&value)), (400, "noTarget"), "{value}");
    }
}

#[test]
fn br3_a_removal_takes_out_what_equals_its_value() {
    let without = |pointer: &str, name: &str| {
        let mut user = ada();
        user.pointer_mut(pointer).unwrap().as_object_mut().unwrap().shift_remove(name);
        user
    };
    let (enterprise, custom) = (format!("/{ENTERPRISE_URN}"), format!("/{CUSTOM}"));
    for (value, left) in [
        (json!({"title": "T"}), without("", "title")),
        (json!({"TITLE": "t"}), without("", "title")),
        (json!({"title": ["T"]}), without("", "title")),
        (json!({"title": null}), without("", "title")),
        (json!({"shoes": 7}), without("", "shoes")),
        (json!({"name": {"givenName": "ADA"}}), without("/name", "givenName")),
        (json!({"name.familyName": "Byron"}), without("/name", "familyName")),
        (json!({"name": null}), without("", "name")),
        (json!({"emails[type eq \"work\"].type": "work"}), without("/emails/0", "type")),
        (json!({"emails.type": "Home"}), without("/emails/1", "type")),
        (json!({"manager": "1"}), without(&enterprise, "manager")),
        (json!({"manager": {"value": "1"}}), without(&enterprise, "manager")),
        (json!({"manager.value": "1"}), without(&enterprise, "manager")),
        (json!({ENTERPRISE_URN: {"department": "r"}}), without(&enterprise, "department")),
        (json!({ENTERPRISE_URN: null}), without("", ENTERPRISE_URN)),
        (json!({CUSTOM: {"badge": 7}}), without(&custom, "badge")),
        (json!({format!("{CUSTOM}:desk"): {"floor": "2"}}), without(&custom, "desk")),
    ] {
        assert_eq!(user_after(ada(), removal(&value)), left, "{value}");
    }
}

#[test]
fn br3_a_list_loses_the_values_that_are_named() {
    for (value, pointer, left) in [
        (json!({"emails": [{"value": "w"}]}), "/emails", json!([{"value": "h", "type": "home"}])),
        (json!({"emails": "H"}), "/emails", json!([{"value": "w", "type": "work"}])),
        (json!({"emails[type eq \"work\"]": "w"}), "/emails", json!([{"value": "h", "type": "home"}])),
        (json!({"tags": "a"}), "/tags", json!(["b"])),
        (json!({"tags": ["b", "c"]}), "/tags", json!(["a"])),
        (json!({CUSTOM: {"colours": "red"}}), "/urn:x:2.0:User/colours", json!(["green"])),
        (json!({format!("{CUSTOM}:colours"): ["green"]}), "/urn:x:2.0:User/colours", json!(["red"])),
    ] {
        assert_eq!(user_after(ada(), removal(&value)).pointer(pointer), Some(&left), "{value}");
    }
}

/// Sending a removal twice is not an error.
#[test]
fn br3_what_is_gone_already_is_no_error() {
    for value in [
        json!({"nickName": "x"}),
        json!({"emails": [{"value": "gone"}]}),
        json!({"emails": []}),
        json!({"tags": "c"}),
        json!({"name": {"middleName": "x"}}),
        json!({"name": {}}),
        json!({"phoneNumbers": "1"}),
        json!({ENTERPRISE_URN: {"costCenter": "x"}}),
        json!({ENTERPRISE_URN: {}}),
        json!({"unheard": 1}),
        json!({"urn:y:2.0:User": {"a": 1}}),
        json!({"emails[type eq \"other\"].value": "x"}),
    ] {
        assert_eq!(user_after(ada(), removal(&value)), ada(), "{value}");
    }
}

/// RFC 7644 §3.5.2.2: a path is a target, and the value adds nothing, except for lists.
#[test]
fn br3_a_path_names_what_goes() {
    for (path, value) in [("title", json!("other")), ("name", json!({"givenName": "x", "familyName": 1}))] {
        let after = user_after(ada(), json!([{"op": "remove", "path": path, "value": value}]));
        assert!(after.get(path).is_none(), "{path}");
    }
}
