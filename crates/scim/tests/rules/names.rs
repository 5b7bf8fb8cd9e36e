//! RFC 7643 §2.1: which names attributes may have.

use scim::resource::normalise;
use scim::schema::{ENTERPRISE_URN, USER};
use serde_json::{Value, json};

use super::{object, patched, user_after};

fn each(value: &Value) -> [Value; 2] {
    [json!([{"op": "add", "value": value}]), json!([{"op": "replace", "value": value}])]
}

#[test]
fn ra15_a_name_that_no_path_can_name_is_refused() {
    for value in [
        json!({"": 2}),
        json!({"a b": 1}),
        json!({"1x": 1}),
        json!({"ü": 1}),
        json!({"-a": 1}),
        json!({"a/b": 1}),
        json!({"a@b": {"c": 1}}),
        json!({"x": {"a b": 1}}),
        json!({"x": [{"y": {"": 1}}]}),
        json!({"x": {"a.b": 1}}),
        json!({"name": {"given name": "A"}}),
        json!({"emails": [{"value": "a", "1st": true}]}),
        json!({ENTERPRISE_URN: {"cost center": "7"}}),
        json!({"urn:x:2.0:User": {"shoe size": 7}}),
        json!({"urn:x:2.0:User": {"desk": {"the floor": 2}}}),
        json!({"urn:x y:2.0:User": {"a": 1}}),
    ] {
        for operations in each(&value) {
            let error = patched(&USER, json!({"userName": "ada"}), operations).unwrap_err();
            assert_eq!((error.status, error.scim_type.unwrap().as_str()), (400, "invalidSyntax"), "{value}");
        }
        let mut body = object(value.clone());
        body.insert("userName".into(), json!("ada"));
        assert_eq!(normalise(&USER, body).unwrap_err().scim_type.unwrap().as_str(), "invalidSyntax", "{value}");
    }
}

#[test]
fn ra15_other_names_are_kept() {
    for value in [
        json!({"shoeSize": 7}),
        json!({"a-b_c$1": 1}),
        json!({"_id": "x"}),
        json!({"x": {"$ref": "y", "_z": [{"A9": 1}]}}),
        json!({"urn:x:2.0:User": {"a": {"b": 1}}}),
        json!({"emails": [{"value": "a", "note-2": "n"}]}),
    ] {
        for operations in each(&value) {
            let user = user_after(json!({"userName": "ada"}), operations);
            let (name, kept) = value.as_object().unwrap().iter().next().unwrap();
            assert_eq!(&user[name], kept, "{value}");
        }
    }
}

/// An attribute from before this rule can be removed.
#[test]
fn ra15_what_has_such_a_name_can_be_replaced() {
    let old = json!({"userName": "ada", "x": {"a b": 1}});
    let after = user_after(old.clone(), json!([{"op": "replace", "path": "x", "value": {"c": 1}}]));
    assert_eq!(after["x"], json!({"c": 1}));
    assert_eq!(user_after(old, json!([{"op": "remove", "path": "x"}])), json!({"userName": "ada"}));
}
