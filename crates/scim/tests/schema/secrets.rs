//! RFC 7643 §2.2: what is write-only, never returned or read-only is accepted and not kept.

use serde_json::json;

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
    for name in ["score", "desk.key"] {
        let error = patch(types, &user, json!([{"op": "remove", "path": path(name)}])).unwrap_err();
        assert_eq!(scim_type(error), "mutability", "{name}");
    }
    for operation in [
        json!({"op": "remove", "value": {"groups": [{"value": "a"}], "id": null}}),
        json!({"op": "remove", "path": "groups", "value": [{"value": "a"}]}),
        json!({"op": "remove", "path": "password"}),
    ] {
        assert_eq!(patch(types, &user, json!([operation])).unwrap(), user);
    }
}
