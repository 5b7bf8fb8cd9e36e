//! Attributes that no schema declares: the stored value shows whether they are lists.

use serde_json::{Value, json};

use super::{refusal, user_after};

const CUSTOM: &str = "urn:x:2.0:User";

/// An attribute's value after an operation on its old value: at the top level, in an extension, and without a path.
fn after(old: &Value, op: &str, suffix: &str, value: &Value) -> Value {
    let top = json!({"userName": "ada", "tags": old});
    let inner = json!({"userName": "ada", CUSTOM: {"tags": old}});
    let path = format!("tags{suffix}");
    let deep = format!("{CUSTOM}:{path}");
    let by_path = |path: &str| json!([{"op": op, "path": path, "value": value}]);
    let found = user_after(top.clone(), by_path(&path)).get("tags").cloned().unwrap_or_default();
    let deeper = user_after(inner.clone(), by_path(&deep)).pointer(&format!("/{CUSTOM}/tags")).cloned();
    assert_eq!(deeper.unwrap_or_default(), found, "{op} {deep} {value}");
    if op != "remove" {
        let by_key = json!([{"op": op, "value": {path: value}}]);
        assert_eq!(user_after(top, by_key).get("tags").cloned().unwrap_or_default(), found, "{op} {value}");
        let by_key = json!([{"op": op, "value": {CUSTOM: {format!("tags{suffix}"): value}}}]);
        let deeper = user_after(inner, by_key).pointer(&format!("/{CUSTOM}/tags")).cloned();
        assert_eq!(deeper.unwrap_or_default(), found, "{op} {value}");
    }
    found
}

/// RFC 7644 §3.5.2.1.
#[test]
fn br4_a_value_is_added_to_a_list_that_nobody_declared() {
    for (old, value, expected) in [
        (json!(["a", "b"]), json!("c"), json!(["a", "b", "c"])),
        (json!(["a", "b"]), json!(["c", "d"]), json!(["a", "b", "c", "d"])),
        (json!(["a", "b"]), json!("a"), json!(["a", "b"])),
        (json!(["a"]), json!({"value": "c", "note": "n"}), json!(["a", {"value": "c", "note": "n"}])),
        (json!([{"value": "a"}]), json!({"value": "b"}), json!([{"value": "a"}, {"value": "b"}])),
        (json!([1, 2]), json!(3), json!([1, 2, 3])),
        (json!([true]), json!(false), json!([true, false])),
        (json!([{"a": 1}]), json!({"b": 2}), json!([{"a": 1}, {"b": 2}])),
        // Adding nothing changes nothing.
        (json!(["a"]), json!(""), json!(["a"])),
        (json!(["a"]), json!([]), json!(["a"])),
        (json!(["a"]), Value::Null, json!(["a"])),
        // A value that is not a list is set.
        (json!("a"), json!("b"), json!("b")),
        (json!("a"), Value::Null, Value::Null),
        (json!({"a": 1}), json!({"b": 2}), json!({"b": 2})),
    ] {
        assert_eq!(after(&old, "add", "", &value), expected, "{old} {value}");
    }
}

#[test]
fn br5_a_filter_reaches_plain_values_and_leaves_them_plain() {
    let old = || json!(["a", "b", "c"]);
    for (op, suffix, value, expected) in [
        ("replace", "[value eq \"b\"]", json!("B"), json!(["a", "B", "c"])),
        ("replace", "[value eq \"b\"].value", json!("B"), json!(["a", "B", "c"])),
        ("replace", "[VALUE eq \"b\"].VALUE", json!("B"), json!(["a", "B", "c"])),
        ("add", "[value eq \"b\"]", json!(["B"]), json!(["a", "B", "c"])),
        ("replace", "[value eq \"b\"]", json!({"value": "B"}), json!(["a", "B", "c"])),
        ("replace", "[value eq \"a\" or value eq \"c\"]", json!("x"), json!(["x", "b", "x"])),
        ("replace", "[value sw \"b\"]", json!({"value": "B", "n": 1}), json!(["a", {"value": "B", "n": 1}, "c"])),
        ("add", "[value eq \"d\"]", json!("d"), json!(["a", "b", "c", "d"])),
        ("add", "[value eq \"d\"].note", json!("n"), json!(["a", "b", "c", {"value": "d", "note": "n"}])),
        ("replace", "[value eq \"b\"]", Value::Null, json!(["a", "c"])),
        ("replace", ".value", json!("x"), json!(["x", "x", "x"])),
        ("remove", "[value eq \"b\"]", Value::Null, json!(["a", "c"])),
        ("remove", "[value eq \"b\"].value", Value::Null, json!(["a", "c"])),
    ] {
        assert_eq!(after(&old(), op, suffix, &value), expected, "{op} {suffix} {value}");
    }
    assert_eq!(after(&json!([1, 2]), "replace", "[value eq 2]", &json!(3)), json!([1, 3]));
    assert_eq!(after(&json!("a"), "replace", ".value", &json!("b")), json!("b"));
    let user = json!({"userName": "ada", "tags": old()});
    let missing = json!([{"op": "replace", "path": "tags[value eq \"d\"]", "value": "x"}]);
    assert_eq!(refusal(user, missing), (400, "noTarget"));
}

#[test]
fn br5_a_removal_names_values_alone_or_in_a_list() {
    for (old, value, expected) in [
        (json!(["a", "b"]), json!("a"), json!(["b"])),
        (json!(["a", "b"]), json!(["a"]), json!(["b"])),
        (json!(["a", "b"]), json!({"value": "a"}), json!(["b"])),
        (json!([{"value": "a"}, {"value": "b"}]), json!("a"), json!([{"value": "b"}])),
        (json!(["a", "b"]), json!("c"), json!(["a", "b"])),
        (json!(["a", "b"]), json!(""), json!(["a", "b"])),
        (json!(["a", "b"]), json!({}), json!(["a", "b"])),
        (json!(["a", "b"]), json!([]), json!(["a", "b"])),
        (json!([1, 2]), json!(1), json!([2])),
        (json!(["a"]), json!("a"), Value::Null),
        (json!(["a", "b"]), Value::Null, Value::Null),
        (json!("a"), json!("a"), Value::Null),
    ] {
        assert_eq!(after(&old, "remove", "", &value), expected, "{old} {value}");
    }
    let user = json!({"userName": "ada", "tags": "a"});
    assert_eq!(refusal(user, json!([{"op": "remove", "path": "tags", "value": "b"}])), (400, "noTarget"));
}
