//! RFC 7643 §2.2 and RFC 7644 §3.5.2.2: what is required.

use scim::schema::Registry;
use serde_json::{Value, json};

use super::{BADGES, create, object, patch, path, put, scim_type, with};

fn types() -> Registry {
    with(json!([{"name": "badge", "required": true}, {"name": "note"},
        {"name": "desk", "type": "complex", "subAttributes": [{"name": "floor", "required": true}, {"name": "seat"}]},
        {"name": "keys", "type": "complex", "multiValued": true,
            "subAttributes": [{"name": "value"}, {"name": "door", "required": true}]}]))
}

#[test]
fn a_resource_has_what_its_extension_requires() {
    for (extension, missing) in [
        (json!({"note": "x"}), "badge"),
        (json!({"badge": " ", "note": "x"}), "badge"),
        (json!({"badge": "7", "desk": {"seat": "1"}}), "desk.floor"),
        (json!({"badge": "7", "desk": {"seat": "1", "floor": " "}}), "desk.floor"),
    ] {
        let error = create(types(), extension.clone()).unwrap_err();
        assert_eq!(error.detail, format!("{missing} is required and must not be empty."), "{extension}");
        assert_eq!(scim_type(error), "invalidValue");
    }
    let error =
        create(types(), json!({"badge": "7", "keys": [{"value": "1", "door": "a"}, {"value": "2"}]})).unwrap_err();
    assert_eq!(scim_type(error), "invalidValue");
    for extension in [
        json!({}),
        json!({"badge": "7"}),
        json!({"badge": "7", "desk": {"floor": "2"}, "keys": [{"door": "a"}, {"door": "b", "value": "2"}]}),
    ] {
        assert!(create(types(), extension.clone()).is_ok(), "{extension}");
    }
}

#[test]
fn what_is_required_cannot_be_taken_out() {
    let user = create(
        types(),
        json!({"badge": "7", "desk": {"floor": "2", "seat": "1"}, "keys": [{"door": "a", "value": "1"}]}),
    )
    .unwrap();
    for (operation, named) in [
        (json!({"op": "remove", "path": path("badge")}), "badge"),
        (json!({"op": "replace", "path": path("badge"), "value": "  "}), "badge"),
        (json!({"op": "remove", "path": path("desk.floor")}), "desk.floor"),
        (json!({"op": "replace", "path": path("desk"), "value": {"floor": null}}), "desk.floor"),
        (json!({"op": "remove", "path": path("keys[value eq \"1\"].door")}), "keys.door"),
        (json!({"op": "add", "path": path("keys[value eq \"2\"].value"), "value": "2"}), "keys.door"),
    ] {
        let error = patch(types(), &user, json!([operation])).unwrap_err();
        assert_eq!(error.detail, format!("{named} is required and cannot be removed."), "{operation}");
        assert_eq!(scim_type(error), "mutability", "{operation}");
    }
    let error = patch(types(), &user, json!([{"op": "replace", "path": path("badge"), "value": ""}])).unwrap_err();
    assert_eq!(scim_type(error), "invalidValue");
    for operations in [
        json!([{"op": "remove", "path": BADGES}]),
        json!([{"op": "remove", "path": path("desk")}]),
        json!([{"op": "remove", "path": path("badge")}, {"op": "add", "path": path("badge"), "value": "8"}]),
    ] {
        assert!(patch(types(), &user, operations.clone()).is_ok(), "{operations}");
    }
}

#[test]
fn a_new_extension_is_complete() {
    let user = create(types(), json!({})).unwrap();
    let error = patch(types(), &user, json!([{"op": "add", "path": path("note"), "value": "x"}])).unwrap_err();
    assert_eq!(
        (scim_type(error.clone()), error.detail.as_str()),
        ("invalidValue", "badge is required and must not be empty.")
    );
    let error = put(types(), &user, json!({"note": "x"})).unwrap_err();
    assert_eq!(scim_type(error), "invalidValue");
}

#[test]
fn a_required_extension_is_there() {
    let definition = json!({"resourceType": "User", "required": true, "id": BADGES, "attributes": [{"name": "badge"}]});
    let types = Registry::with_extensions(&definition.to_string()).unwrap();
    let error = create(types, json!({})).unwrap_err();
    assert_eq!(error.detail, format!("{BADGES} is required and must not be empty."));
    let user = create(types, json!({"badge": "7"})).unwrap();
    let error = patch(types, &user, json!([{"op": "remove", "path": BADGES}])).unwrap_err();
    assert_eq!(scim_type(error), "mutability");
    assert!(scim::resource::normalise(types.group, object(json!({"displayName": "G"}))).is_ok());
}

/// Otherwise no user from before the schema was declared could be deactivated.
#[test]
fn what_was_missing_before_does_not_stop_another_change() {
    let before = json!({"userName": "ada", "active": true, BADGES: {"note": "x", "desk": {"seat": "1"}}});
    let user = patch(types(), &before, json!([{"op": "replace", "path": "active", "value": false}])).unwrap();
    assert_eq!(user["active"], Value::Bool(false));
    let error = patch(types(), &before, json!([{"op": "remove", "path": "userName"}])).unwrap_err();
    assert_eq!(scim_type(error), "mutability");
}

#[test]
fn a_put_may_lack_what_was_missing_before() {
    let before = json!({"userName": "ada", BADGES: {"note": "x", "desk": {"floor": "2", "seat": "1"}}});
    for extension in [json!({"note": "y"}), json!({}), json!({"badge": "7"})] {
        let after = put(types(), &before, extension.clone());
        assert_eq!(after.unwrap().get(BADGES).cloned().unwrap_or(json!({})), extension);
    }
    let error = put(types(), &before, json!({"desk": {"seat": "1"}})).unwrap_err();
    assert_eq!(error.detail, "desk.floor is required and must not be empty.");
    assert_eq!(scim_type(error), "invalidValue");
    let whole = create(types(), json!({"badge": "7"})).unwrap();
    let error = put(types(), &whole, json!({"note": "y"})).unwrap_err();
    assert_eq!(error.detail, "badge is required and must not be empty.");
    let required = json!({"resourceType": "User", "required": true, "id": BADGES, "attributes": [{"name": "badge"}]});
    let required = Registry::with_extensions(&required.to_string()).unwrap();
    assert_eq!(put(required, &json!({"userName": "ada"}), json!({})).unwrap(), json!({"userName": "ada"}));
    let error = put(required, &whole, json!({})).unwrap_err();
    assert_eq!(error.detail, format!("{BADGES} is required and must not be empty."));
    // A value that the core schema requires was never missing, so no user has to be looked up.
    let nameless = scim::resource::normalise_put(required.user, object(json!({"title": "x"}))).unwrap_err();
    assert_eq!(nameless.detail, "userName is required and must not be empty.");
}
