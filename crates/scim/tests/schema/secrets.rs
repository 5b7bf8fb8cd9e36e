//! RFC 7643 §2.2: write-only, never returned and read-only values are accepted and not kept.

use scim::resource::{Meta, Projection, render_text};
use serde_json::{Value, json};

use super::{BADGES, create, patch, path, put, scim_type, with};

#[test]
fn what_the_client_may_not_see_or_set_is_not_kept() {
    let types = with(json!([
        {"name": "pin", "mutability": "writeOnly", "returned": "never"}, {"name": "hash", "returned": "never"},
        {"name": "score", "mutability": "readOnly"}, {"name": "badge"},
        {"name": "desk", "type": "complex", "subAttributes": [{"name": "floor"}, {"name": "key", "returned": "never"}]}]));
    let sent = json!({"pin": "1", "hash": "2", "score": "3", "badge": "4", "desk": {"floor": "5", "key": "6"}});
    let kept = json!({"badge": "4", "desk": {"floor": "5"}});
    let user = create(types, sent.clone()).unwrap();
    assert_eq!(user[BADGES], kept);
    assert_eq!(put(types, &user, sent.clone()).unwrap(), user);
    for operation in [
        json!({"op": "add", "value": {BADGES: sent}}),
        json!({"op": "replace", "path": path("pin"), "value": "1"}),
        json!({"op": "replace", "path": path("score"), "value": "1"}),
        json!({"op": "replace", "path": path("desk.key"), "value": "1"}),
        json!({"op": "replace", "path": path("desk"), "value": {"key": "1"}}),
        json!({"op": "remove", "path": path("pin")}),
        json!({"op": "remove", "path": path("desk.key")}),
    ] {
        assert_eq!(patch(types, &user, json!([operation])).unwrap(), user, "{operation}");
    }
}

#[test]
fn a_plain_value_is_not_kept_where_the_value_is_not() {
    let types = with(json!([{"name": "note"},
        {"name": "pin", "type": "complex", "subAttributes": [{"name": "value", "returned": "never"}, {"name": "hint"}]},
        {"name": "pins", "type": "complex", "multiValued": true,
            "subAttributes": [{"name": "value", "mutability": "writeOnly", "returned": "never"}, {"name": "hint"}]}]));
    let user = create(types, json!({"note": "n", "pin": "1", "pins": ["2", {"value": "3", "hint": "h"}]})).unwrap();
    let kept = json!({"note": "n", "pins": [{"hint": "h"}]});
    assert_eq!(user[BADGES], kept);
    for operation in [
        json!({"op": "add", "path": path("pin"), "value": "1"}),
        json!({"op": "replace", "path": path("pin"), "value": ["1"]}),
        json!({"op": "add", "path": path("pins"), "value": "2"}),
        json!({"op": "add", "value": {BADGES: {"pins": ["2"]}}}),
        json!({"op": "add", "path": path("pins[hint eq \"h\"]"), "value": "2"}),
        json!({"op": "replace", "path": path("pins[hint eq \"h\"]"), "value": "2"}),
    ] {
        let user = patch(types, &user, json!([operation]));
        assert_eq!(user.unwrap()[BADGES], kept, "{operation}");
    }
}

#[test]
fn no_value_is_created_from_what_is_not_kept() {
    let types = with(json!([{"name": "badges", "type": "complex", "multiValued": true, "subAttributes": [
        {"name": "number"}, {"name": "type"}, {"name": "pin", "mutability": "writeOnly", "returned": "never"},
        {"name": "score", "mutability": "readOnly"}]}]));
    let user = create(types, json!({})).unwrap();
    for chosen in ["pin eq \"1234\"", "type eq \"work\" and PIN eq \"1234\"", "score eq \"5\""] {
        for (op, end, value) in [("add", ".number", json!("7")), ("replace", "", json!({"number": "7"}))] {
            let operation = json!({"op": op, "path": path(&format!("badges[{chosen}]{end}")), "value": value});
            let error = patch(types, &user, json!([operation])).unwrap_err();
            assert_eq!(scim_type(error), "noTarget", "{operation}");
        }
    }
}

/// A server keeps of an undeclared extension what the client sent.
#[test]
fn what_was_kept_before_its_schema_was_declared_is_not_returned() {
    let meta = Meta {
        id: "x".into(),
        created: "x".into(),
        last_modified: "x".into(),
        version: "x".into(),
        location: "x".into(),
    };
    let before = json!({"userName": "ada", BADGES: {"Pin": "1", "hash": "2", "score": "3", "badge": "4",
        "desk": {"floor": "5", "key": "6"}, "desks": [{"key": "7"}, {"floor": "8", "Key": "9"}], "codes": ["10", {"hint": "h"}]}});
    let key = json!({"name": "key", "returned": "never"});
    let declared = [
        (json!({"name": "pin", "mutability": "writeOnly", "returned": "never"}), "Pin", Value::Null),
        (json!({"name": "hash", "returned": "never"}), "hash", Value::Null),
        (json!({"name": "score", "mutability": "readOnly"}), "score", Value::Null),
        (
            json!({"name": "desk", "type": "complex", "subAttributes": [{"name": "floor"}, key]}),
            "desk",
            json!({"floor": "5"}),
        ),
        (
            json!({"name": "desks", "type": "complex", "multiValued": true, "subAttributes": [{"name": "floor"}, key]}),
            "desks",
            json!([{"floor": "8"}]),
        ),
        (
            json!({"name": "codes", "type": "complex", "multiValued": true,
                "subAttributes": [{"name": "value", "returned": "never"}, {"name": "hint"}]}),
            "codes",
            json!([{"hint": "h"}]),
        ),
    ];
    for (attribute, name, expected) in declared {
        let types = with(json!([attribute]));
        let chosen = format!("{BADGES},{}", path(name));
        for projection in [Projection::all(), Projection::parse(Some(&chosen), None, types.user).unwrap()] {
            let text = render_text(types.user, &before.to_string(), meta.clone(), &[], &projection).unwrap();
            let answer: Value = serde_json::from_str(&text).unwrap();
            let mut kept = before[BADGES].clone();
            kept.as_object_mut().unwrap().shift_remove(name);
            if !expected.is_null() {
                kept[name] = expected.clone();
            }
            assert_eq!(answer[BADGES], kept, "{attribute}");
        }
    }
}

#[test]
fn to_remove_what_is_read_only_is_refused() {
    let types = with(json!([{"name": "score", "mutability": "readOnly"},
        {"name": "desk", "type": "complex", "subAttributes": [{"name": "floor"}, {"name": "key", "mutability": "readOnly"}]}]));
    let user = create(types, json!({"desk": {"floor": "5"}})).unwrap();
    for name in [
        "id",
        "meta",
        "meta.version",
        "schemas",
        "groups",
        "groups.value",
        "groups[value eq \"a\"]",
        "manager.displayName",
    ] {
        let error = patch(types, &user, json!([{"op": "remove", "path": name}])).unwrap_err();
        assert_eq!(scim_type(error), "mutability", "{name}");
    }
    let error = patch(types, &user, json!([{"op": "remove", "path": "groups", "value": null}])).unwrap_err();
    assert_eq!(scim_type(error), "mutability");
    for name in ["score", "desk.key"] {
        let error = patch(types, &user, json!([{"op": "remove", "path": path(name)}])).unwrap_err();
        assert_eq!(scim_type(error), "mutability", "{name}");
    }
    for operation in [
        json!({"op": "remove", "value": {"groups": [{"value": "a"}], "id": "x"}}),
        json!({"op": "remove", "path": "groups", "value": [{"value": "a"}]}),
        json!({"op": "remove", "path": "password"}),
    ] {
        assert_eq!(patch(types, &user, json!([operation])).unwrap(), user);
    }
}
