//! RFC 7643 §2.2, RFC 7644 §3.5.1 and §3.5.2: an immutable attribute keeps its first value.

use scim::schema::Registry;
use serde_json::json;

use super::{BADGES, create, patch, path, put, scim_type, with};

fn types() -> Registry {
    with(
        json!([{"name": "badge", "mutability": "immutable"}, {"name": "code", "mutability": "immutable", "caseExact": true},
        {"name": "note"}, {"name": "doors", "mutability": "immutable", "multiValued": true},
        {"name": "desk", "type": "complex", "subAttributes": [{"name": "floor", "mutability": "immutable"}, {"name": "seat"}]},
        {"name": "keys", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value"}, {"name": "type"},
            {"name": "door", "mutability": "immutable"}]}]),
    )
}

#[test]
fn it_is_set_while_it_has_no_value() {
    let user = create(types(), json!({})).unwrap();
    for (name, value) in [("badge", json!("7")), ("doors", json!(["a"])), ("desk", json!({"floor": "2"}))] {
        for op in ["add", "replace"] {
            let changed = patch(types(), &user, json!([{"op": op, "path": path(name), "value": value}])).unwrap();
            assert_eq!(changed[BADGES], json!({name: value}), "{op} {name}");
        }
        assert_eq!(put(types(), &user, json!({name: value})).unwrap()[BADGES], json!({name: value}));
    }
    let user = create(types(), json!({"desk": {"seat": "1"}})).unwrap();
    let changed = patch(types(), &user, json!([{"op": "add", "path": path("desk.floor"), "value": "2"}])).unwrap();
    assert_eq!(changed[BADGES]["desk"], json!({"seat": "1", "floor": "2"}));
}

#[test]
fn another_value_is_refused() {
    let user = create(types(), json!({"badge": "7", "code": "a", "doors": ["a"], "desk": {"floor": "2", "seat": "1"}}))
        .unwrap();
    for (operation, named) in [
        (json!({"op": "replace", "path": path("badge"), "value": "8"}), "badge"),
        (json!({"op": "add", "path": path("badge"), "value": "8"}), "badge"),
        (json!({"op": "remove", "path": path("badge")}), "badge"),
        (json!({"op": "replace", "path": path("code"), "value": "A"}), "code"),
        (json!({"op": "replace", "value": {path("badge"): ""}}), "badge"),
        (json!({"op": "add", "path": path("doors"), "value": "b"}), "doors"),
        (json!({"op": "replace", "path": path("desk.floor"), "value": "3"}), "desk.floor"),
        (json!({"op": "replace", "path": path("desk"), "value": {"floor": "3"}}), "desk.floor"),
        (json!({"op": "remove", "path": path("desk")}), "desk.floor"),
        (json!({"op": "remove", "path": BADGES}), "badge"),
    ] {
        let error = patch(types(), &user, json!([operation])).unwrap_err();
        assert_eq!(error.detail, format!("{named} is immutable; it keeps its first value."), "{operation}");
        assert_eq!(scim_type(error), "mutability");
    }
    for extension in
        [json!({"badge": "8"}), json!({"code": "A"}), json!({"doors": ["b"]}), json!({"desk": {"floor": "3"}})]
    {
        assert_eq!(scim_type(put(types(), &user, extension.clone()).unwrap_err()), "mutability", "{extension}");
    }
}

#[test]
fn the_same_value_is_no_change() {
    let user = create(types(), json!({"badge": "x", "desk": {"floor": "B", "seat": "1"}})).unwrap();
    for operations in [
        json!([{"op": "replace", "path": path("badge"), "value": "x"}]),
        json!([{"op": "replace", "path": path("badge"), "value": "X"}]),
        json!([{"op": "replace", "path": path("desk.floor"), "value": "b"}]),
        json!([{"op": "remove", "path": path("badge")}, {"op": "add", "path": path("badge"), "value": "x"}]),
    ] {
        assert_eq!(patch(types(), &user, operations.clone()).unwrap(), user, "{operations}");
    }
    assert_eq!(put(types(), &user, json!({"badge": "X", "desk": {"floor": "b", "seat": "1"}})).unwrap(), user);
}

#[test]
fn a_put_that_leaves_it_out_keeps_it() {
    let user = create(types(), json!({"badge": "7", "note": "x", "desk": {"floor": "2", "seat": "1"}})).unwrap();
    let expected = json!({"userName": "ada", BADGES: {"badge": "7", "desk": {"floor": "2"}}});
    assert_eq!(put(types(), &user, json!({})).unwrap(), expected);
    let expected = json!({"note": "y", "badge": "7", "desk": {"seat": "3", "floor": "2"}});
    assert_eq!(put(types(), &user, json!({"note": "y", "desk": {"seat": "3"}})).unwrap()[BADGES], expected);
}

#[test]
fn values_of_a_list_are_guarded_one_by_one() {
    let keys = json!([{"value": "1", "type": "a", "door": "x"}, {"value": "2", "type": "b"}]);
    let user = create(types(), json!({"keys": keys})).unwrap();
    for operation in [
        json!({"op": "replace", "path": path("keys[value eq \"1\"].door"), "value": "y"}),
        json!({"op": "remove", "path": path("keys[value eq \"1\"].door")}),
        json!({"op": "replace", "path": path("keys[value eq \"1\"]"), "value": {"door": "y"}}),
        json!({"op": "replace", "path": path("keys.door"), "value": "y"}),
        json!({"op": "add", "path": path("keys"), "value": [{"value": "1", "door": "y"}]}),
    ] {
        let error = patch(types(), &user, json!([operation])).unwrap_err();
        assert_eq!(error.detail, "The door of keys is immutable; remove the value and add another.", "{operation}");
        assert_eq!(scim_type(error), "mutability");
    }
    let patched = |operation| patch(types(), &user, json!([operation])).unwrap()[BADGES]["keys"].clone();
    for operation in [
        json!({"op": "replace", "path": path("keys[value eq \"1\"].door"), "value": "X"}),
        json!({"op": "add", "path": path("keys"), "value": [{"value": "1", "door": "x"}]}),
    ] {
        assert_eq!(patched(operation)[0]["value"], "1");
    }
    let set = patched(json!({"op": "add", "path": path("keys[value eq \"2\"].door"), "value": "z"}));
    assert_eq!(set[1], json!({"value": "2", "type": "b", "door": "z"}));
    let renamed = patched(json!({"op": "replace", "path": path("keys[type eq \"a\"].value"), "value": "9"}));
    assert_eq!(renamed[0], json!({"value": "9", "type": "a", "door": "x"}));
    assert_eq!(patched(json!({"op": "remove", "path": path("keys[value eq \"1\"]")})), json!([keys[1]]));
    let other = json!([{"value": "1", "door": "y"}]);
    assert_eq!(patched(json!({"op": "replace", "path": path("keys"), "value": other})), other);
}

/// RFC 7643 §7: an extension that stays still meets its schema.
#[test]
fn an_extension_that_stays_for_it_keeps_what_is_required() {
    let types = with(json!([{"name": "badge", "mutability": "immutable"}, {"name": "door", "required": true},
        {"name": "desks", "type": "complex", "multiValued": true, "required": true,
            "subAttributes": [{"name": "floor", "required": true}]},
        {"name": "note"}]));
    let whole = json!({"badge": "7", "door": "A", "desks": [{"floor": "2"}], "note": "x"});
    let user = create(types, whole).unwrap();
    let kept = json!({"badge": "7", "door": "A", "desks": [{"floor": "2"}]});
    let body = json!({"userName": "ada", "title": "Dr"}).as_object().unwrap().clone();
    let body = scim::resource::normalise_put(types.user, body).unwrap();
    let changed = scim::resource::replace(types.user, user.as_object().unwrap(), body).unwrap();
    assert_eq!((&changed[BADGES], &changed["title"]), (&kept, &json!("Dr")));
    // An extension that is sent must be complete.
    assert_eq!(scim_type(put(types, &user, json!({"note": "y"})).unwrap_err()), "invalidValue");
    let other = json!({"door": "B", "desks": [{"floor": "3"}]});
    let merged = json!({"door": "B", "desks": [{"floor": "3"}], "badge": "7"});
    assert_eq!(put(types, &user, other).unwrap()[BADGES], merged);
}

#[test]
fn an_extension_without_one_goes_whole() {
    let types = with(json!([{"name": "badge"}, {"name": "door", "required": true}]));
    let user = create(types, json!({"badge": "7", "door": "A"})).unwrap();
    let body = json!({"userName": "ada"}).as_object().unwrap().clone();
    let body = scim::resource::normalise_put(types.user, body).unwrap();
    assert!(!scim::resource::replace(types.user, user.as_object().unwrap(), body).unwrap().contains_key(BADGES));
}
