//! RFC 7644 §3.5.2 and what clients expect beyond it.

use scim::schema::GROUP;
use serde_json::{Value, json};

use super::{patched, refusal, request, user_after};

const CUSTOM: &str = "urn:x:2.0:User";

fn ada() -> Value {
    json!({"userName": "ada"})
}

/// The value of a user's `attribute` after one operation on its old value.
fn after(attribute: &str, old: Value, op: &str, path: &str, value: Value) -> Value {
    let mut user = json!({"userName": "ada", attribute: old});
    if user[attribute].is_null() {
        user = ada();
    }
    let operation = match value {
        Value::String(text) if text == "none" => json!({"op": op, "path": path}),
        value => json!({"op": op, "path": path, "value": value}),
    };
    user_after(user, json!([operation])).get(attribute).cloned().unwrap_or_default()
}

#[test]
fn requests_are_read_tolerantly() {
    for nothing in [Value::Null, json!([])] {
        assert_eq!(user_after(ada(), nothing), ada());
    }
    let title = |operation: Value| user_after(ada(), json!([operation]))["title"].clone();
    assert_eq!(title(json!({"OP": "ADD", "PATH": " title ", "VALUE": "x", "other": 1})), "x");
    assert_eq!(title(json!({"path": "title", "value": "x"})), "x");
    assert_eq!(title(json!({"op": "add", "path": null, "value": {"title": "x"}})), "x");
    assert_eq!(title(json!({"op": "add", "path": " ", "value": [{"title": "x"}]})), "x");
}

#[test]
fn requests_that_mean_nothing_are_refused() {
    for (operation, expected) in [
        (json!({"op": "move", "path": "title", "value": "x"}), (400, "invalidSyntax")),
        (json!({"op": 1, "path": "title", "value": "x"}), (400, "invalidSyntax")),
        (json!("remove"), (400, "invalidSyntax")),
        (json!({"op": "add", "path": 1, "value": "x"}), (400, "invalidPath")),
        (json!({"op": "add", "path": "title"}), (400, "invalidValue")),
        (json!({"op": "replace", "path": "title"}), (400, "invalidValue")),
        (json!({"op": "remove"}), (400, "noTarget")),
        (json!({"op": "add", "value": "x"}), (400, "invalidValue")),
        (json!({"op": "add", "value": [{"title": "x"}, {"title": "y"}]}), (400, "invalidValue")),
        (json!({"op": "add", "value": []}), (400, "invalidValue")),
        (json!({"op": "add", "path": "userName[a pr]", "value": "x"}), (400, "invalidPath")),
        (json!({"op": "add", "path": "name[a pr].givenName", "value": "x"}), (400, "invalidPath")),
        (json!({"op": "add", "path": "title.x", "value": "x"}), (400, "invalidPath")),
        (json!({"op": "remove", "path": "title.x"}), (400, "invalidPath")),
        (json!({"op": "remove", "path": "userName"}), (400, "mutability")),
        (json!({"op": "replace", "path": "userName", "value": ""}), (400, "invalidValue")),
        (json!({"op": "replace", "path": "userName", "value": " "}), (400, "mutability")),
        (
            json!({"op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User", "value": "x"}),
            (400, "invalidValue"),
        ),
        (json!({"op": "replace", "path": "emails[type ne \"work\"].value", "value": "x"}), (400, "noTarget")),
        (json!({"op": "replace", "path": "emails[type pr].value", "value": "x"}), (400, "noTarget")),
        (json!({"op": "replace", "path": "emails[type.x eq \"work\"].value", "value": "x"}), (400, "noTarget")),
        (json!({"op": "replace", "path": "emails[urn:x:y:type eq \"work\"].value", "value": "x"}), (400, "noTarget")),
        (json!({"op": "add", "path": "urn:x:2.0:User:a:b.c", "value": "x"}), (400, "invalidPath")),
        (json!({"op": "add", "path": "urn:x:2.0:User:a:b[c pr]", "value": "x"}), (400, "invalidPath")),
    ] {
        assert_eq!(refusal(ada(), json!([operation])), expected, "{operation}");
    }
    assert_eq!(request(json!({"op": "add"})).unwrap_err().status, 400);
}

#[test]
fn a_complex_value_is_merged_and_null_unsets() {
    let old = || json!({"givenName": "Ada", "familyName": "Byron"});
    assert_eq!(
        after("name", old(), "add", "name", json!({"familyName": "L"})),
        json!({"givenName": "Ada", "familyName": "L"})
    );
    assert_eq!(after("name", old(), "replace", "name", json!({"familyName": null})), json!({"givenName": "Ada"}));
    assert_eq!(after("name", old(), "replace", "name", json!({"familyName": "", "givenName": []})), Value::Null);
    assert_eq!(after("name", old(), "replace", "name.givenName", json!("G"))["familyName"], "Byron");
    assert_eq!(after("name", old(), "remove", "name.givenName", json!("none")), json!({"familyName": "Byron"}));
    assert_eq!(after("name", old(), "remove", "name", json!({"givenName": "x"})), json!({"familyName": "Byron"}));
    assert_eq!(after("name", old(), "remove", "name", json!({"GIVENNAME": null, "familyname": 1})), Value::Null);
    assert_eq!(after("name", old(), "remove", "name", json!("none")), Value::Null);
    assert_eq!(after("name", old(), "replace", "name", Value::Null), Value::Null);
    // An unknown attribute is not complex: the new value replaces it.
    assert_eq!(after("x", json!({"a": 1}), "replace", "x", json!({"b": 2})), json!({"b": 2}));
    assert_eq!(after("x", json!("plain"), "replace", "x.y", json!(2)), json!({"value": "plain", "y": 2}));
    assert_eq!(after("x", Value::Null, "add", "x.y", json!(2)), json!({"y": 2}));
}

#[test]
fn the_manager_is_one_value_that_is_replaced() {
    let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let user =
        user_after(ada(), json!([{"op": "add", "path": "manager", "value": {"value": "1", "$ref": "../Users/1"}}]));
    assert_eq!(user[urn], json!({"manager": {"value": "1", "$ref": "../Users/1"}}));
    for operation in [
        json!({"op": "replace", "path": "manager", "value": "2"}),
        json!({"op": "replace", "path": "manager.value", "value": "2"}),
        json!({"op": "add", "path": format!("{urn}:manager"), "value": {"value": "2"}}),
    ] {
        // A reference to the previous person must not stay.
        assert_eq!(
            user_after(user.clone(), json!([operation]))[urn],
            json!({"manager": {"value": "2"}}),
            "{operation}"
        );
    }
    for operation in [
        json!({"op": "remove", "path": "manager"}),
        json!({"op": "remove", "path": "manager.value"}),
        json!({"op": "remove", "path": "manager", "value": {"value": "1"}}),
        json!({"op": "replace", "path": "manager", "value": ""}),
        json!({"op": "remove", "path": urn}),
        json!({"op": "replace", "path": urn, "value": {}}),
    ] {
        assert_eq!(user_after(user.clone(), json!([operation])), ada(), "{operation}");
    }
    assert_eq!(
        user_after(user.clone(), json!([{"op": "replace", "path": "manager", "value": {"displayName": "x"}}])),
        user
    );
}

#[test]
fn values_are_added_once() {
    let old = || json!([{"value": "a", "type": "work"}]);
    let add = |value: Value| after("emails", old(), "add", "emails", value);
    assert_eq!(add(json!([{"value": "A", "display": "x"}])), json!([{"value": "A", "type": "work", "display": "x"}]));
    assert_eq!(add(json!({"value": "a", "type": "home"}))[1], json!({"value": "a", "type": "home"}));
    assert_eq!(add(json!({"value": "a", "type": "WORK"})).as_array().unwrap().len(), 1);
    assert_eq!(add(json!("b"))[1], json!({"value": "b"}));
    assert_eq!(add(json!([])), old());
    assert_eq!(add(Value::Null), old());
    assert_eq!(after("emails", old(), "replace", "emails", json!([])), Value::Null);
    assert_eq!(after("emails", old(), "replace", "emails", json!([{"value": "b"}])), json!([{"value": "b"}]));
    // Unknown values are equal only if they are identical.
    assert_eq!(after("x", json!(["a"]), "add", "x", json!(["A", "a"])), json!(["a", "A"]));
    assert_eq!(after("x", json!("a"), "add", "x", json!(["b"])), json!(["b"]));
}

#[test]
fn listed_values_are_taken_out() {
    let old = || json!([{"value": "a", "type": "work"}, {"value": "b"}]);
    let remove = |value: Value| after("emails", old(), "remove", "emails", value);
    assert_eq!(remove(json!([{"value": "A"}])), json!([{"value": "b"}]));
    assert_eq!(remove(json!("b")), json!([{"value": "a", "type": "work"}]));
    assert_eq!(remove(json!([{"value": "c"}])), old());
    assert_eq!(remove(json!([])), old());
    assert_eq!(remove(json!([{"value": "a"}, {"value": "b"}])), Value::Null);
    assert_eq!(remove(json!("none")), Value::Null);
    assert_eq!(after("x", json!(["a", "b"]), "remove", "x", json!(["a"])), json!(["b"]));
    assert_eq!(after("x", json!("a"), "remove", "x", json!(["a"])), Value::Null);
    assert_eq!(after("x", json!("a"), "remove", "x", json!(["b"])), json!("a"));
    assert_eq!(after("x", json!(["a", "b"]), "remove", "x", json!("a")), json!(["b"]));
    // What follows a filter or a dot is removed by its path; a value adds nothing.
    assert_eq!(
        after("emails", old(), "remove", "emails[type eq \"work\"]", json!([{"value": "b"}])),
        json!([{"value": "b"}])
    );
    assert_eq!(after("emails", old(), "remove", "emails.type", json!(["x"])), json!([{"value": "a"}, {"value": "b"}]));
}

#[test]
fn a_filter_chooses_or_determines_a_value() {
    let old = || json!([{"value": "a", "type": "work", "primary": true}, {"value": "b", "type": "home"}]);
    let change = |op: &str, path: &str, value: Value| after("emails", old(), op, path, value);
    assert_eq!(change("replace", "emails[type eq \"home\"].value", json!("c"))[1]["value"], "c");
    assert_eq!(change("replace", "emails[type eq \"home\"]", json!("c"))[1], json!({"value": "c", "type": "home"}));
    assert_eq!(change("add", "emails[primary eq false]", json!({"display": "d"}))[1]["display"], "d");
    let created = change("add", "emails[type eq \"other\" and primary eq \"True\"].value", json!("c"));
    assert_eq!(created[2], json!({"type": "other", "primary": true, "value": "c"}));
    assert_eq!(created[0]["primary"], false);
    assert_eq!(change("replace", "emails[type eq \"other\"].value", Value::Null), old());
    assert_eq!(change("replace", "emails[type eq \"home\"].type", Value::Null)[1], json!({"value": "b"}));
    assert_eq!(change("remove", "emails[type eq \"home\"].type", json!("none"))[1], json!({"value": "b"}));
    assert_eq!(change("remove", "emails[type eq \"other\"].value", json!("none")), old());
    assert_eq!(change("remove", "emails[type eq \"other\"]", json!("none")), old());
    // Of this value, only its description is left.
    assert_eq!(change("remove", "emails[type eq \"home\"].value", json!("none")), json!([old()[0]]));
    assert_eq!(change("remove", "emails.value", json!("none")), Value::Null);
    assert_eq!(change("replace", "emails.display", json!("d"))[0]["display"], "d");
    assert_eq!(after("emails", Value::Null, "add", "emails.value", json!("a")), json!([{"value": "a"}]));
    let display = json!([{"value": "a", "display": "d"}]);
    assert_eq!(after("emails", display, "remove", "emails.value", json!("none")), json!([{"display": "d"}]));
    for (filter, expected) in
        [("y eq 1", json!(1)), ("y eq true", json!(true)), ("y eq \"t\"", json!("t")), ("y eq b", json!("b"))]
    {
        let created = after("x", Value::Null, "add", &format!("x[{filter}].z"), json!(2));
        assert_eq!(created, json!([{"y": expected, "z": 2}]));
    }
    assert_eq!(after("x", Value::Null, "add", "x[y eq null].z", json!(2)), json!([{"z": 2}]));
    assert_eq!(after("x", json!({"y": 1}), "replace", "x[y eq 1].z", json!(2)), json!([{"y": 1, "z": 2}]));
    assert_eq!(
        after("roles", Value::Null, "add", "roles[value eq 7].display", json!("s")),
        json!([{"value": "7", "display": "s"}])
    );
}

#[test]
fn one_primary_at_most() {
    let old = || json!([{"value": "a", "primary": true}, {"value": "b"}]);
    let primaries = |value: Value| -> Vec<bool> {
        value.as_array().unwrap().iter().map(|email| email["primary"] == true).collect()
    };
    assert_eq!(
        primaries(after("emails", old(), "add", "emails", json!({"value": "c", "primary": true}))),
        [false, false, true]
    );
    assert_eq!(primaries(after("emails", old(), "add", "emails", json!({"value": "c"}))), [true, false, false]);
    assert_eq!(
        primaries(after("emails", old(), "replace", "emails[value eq \"b\"].primary", json!("True"))),
        [false, true]
    );
    let both = json!([{"value": "x", "primary": true}, {"value": "y", "primary": true}]);
    assert_eq!(primaries(after("emails", old(), "replace", "emails", both)), [false, true]);
    assert_eq!(primaries(after("emails", old(), "replace", "emails.primary", json!(true))), [false, true]);
}

#[test]
fn extensions_that_nobody_knows_are_kept() {
    let with = |value: Value| json!({"userName": "ada", CUSTOM: value});
    let add = |path: &str, value: Value| user_after(ada(), json!([{"op": "add", "path": path, "value": value}]));
    assert_eq!(add(CUSTOM, json!({"a": 1, "b": []})), with(json!({"a": 1})));
    assert_eq!(add(&format!("{CUSTOM}:a"), json!(1)), with(json!({"a": 1})));
    assert_eq!(add(&format!("{CUSTOM}:a"), json!({"b": 1})), with(json!({"a": {"b": 1}})));
    assert_eq!(add(&format!("{CUSTOM}:a.b"), json!(1)), with(json!({"a": {"b": 1}})));
    assert_eq!(add(&format!("{CUSTOM}:a:b"), json!(1)), with(json!({"a": {"b": 1}})));
    assert_eq!(add("urn:x:y", json!({"a": 1})), json!({"userName": "ada", "urn:x:y": {"a": 1}}));
    assert_eq!(add("urn:x:y", json!(1)), json!({"userName": "ada", "urn:x": {"y": 1}}));
    assert_eq!(add("urn:x:y[z eq 1].w", json!(2)), json!({"userName": "ada", "urn:x": {"y": [{"z": 1, "w": 2}]}}));
    assert_eq!(add("urn:x:2.0:Group:a", json!({"b": 1})), json!({"userName": "ada", "urn:x:2.0:Group:a": {"b": 1}}));
    assert_eq!(add("urn:x:2.0:Group:a:b", json!(1)), json!({"userName": "ada", "urn:x:2.0:Group:a": {"b": 1}}));
    let remove = |path: &str| user_after(with(json!({"a": 1})), json!([{"op": "remove", "path": path}]));
    assert_eq!(remove(CUSTOM), ada());
    assert_eq!(remove(&format!("{CUSTOM}:a")), ada());
    assert_eq!(remove(&format!("{CUSTOM}:b")), with(json!({"a": 1})));
    let emptied = user_after(with(json!({"a": 1})), json!([{"op": "replace", "path": CUSTOM, "value": null}]));
    assert_eq!(emptied, ada());
}

#[test]
fn keys_of_a_value_without_path_are_paths() {
    let add = |value: Value| user_after(ada(), json!([{"op": "add", "value": value}]));
    assert_eq!(add(json!({" title ": "x"}))["title"], "x");
    assert_eq!(refusal(ada(), json!([{"op": "add", "value": {"emails[": 7}}])), (400, "invalidPath"));
    assert_eq!(add(json!({"urn:ietf:params:scim:schemas:core:2.0:User": {"title": "x"}}))["title"], "x");
    assert_eq!(add(json!({"urn:ietf:params:scim:schemas:core:2.0:User:title": "x"}))["title"], "x");
    let removed = user_after(
        json!({"userName": "ada", "title": "t", "x": 1}),
        json!([{"op": "remove", "value": {"title": "T", "x": 1}}]),
    );
    assert_eq!(removed, ada());
}

#[test]
fn what_the_server_owns_is_passed_over() {
    for path in
        ["id", "meta", "meta.version", "schemas", "groups", "groups[value eq \"x\"]", "password", "groups.display"]
    {
        for op in ["add", "replace", "remove"] {
            assert_eq!(user_after(ada(), json!([{"op": op, "path": path, "value": "x"}])), ada(), "{op} {path}");
        }
    }
}

#[test]
fn another_resource_type_has_other_attributes() {
    let group = json!({"displayName": "g"});
    let with_title =
        patched(&GROUP, group.clone(), json!([{"op": "add", "path": "active", "value": "maybe"}])).unwrap();
    assert_eq!(with_title["active"], "maybe");
    let error = patched(&GROUP, group, json!([{"op": "remove", "path": "displayName"}])).unwrap_err();
    assert_eq!(error.detail, "displayName is required and cannot be removed.");
}

#[test]
fn elements_of_an_unknown_list_are_known_by_their_value() {
    let old = json!([{"value": "a", "note": "n"}, {"value": "b"}]);
    let path = format!("{CUSTOM}:badges");
    let user = json!({"userName": "ada", CUSTOM: {"badges": old}});
    let change = |op: &str, value: Value| {
        let after = user_after(user.clone(), json!([{"op": op, "path": path, "value": value}]));
        after[CUSTOM]["badges"].clone()
    };
    assert_eq!(change("remove", json!([{"value": "a"}])), json!([{"value": "b"}]));
    assert_eq!(change("add", json!([{"value": "b", "note": "m"}])).as_array().unwrap().len(), 2);
}
