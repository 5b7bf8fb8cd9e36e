//! Names that begin with the URN of a declared extension.

use super::{create, object, patch, path, with};
use scim::resource;
use serde_json::{Map, Value, json};

/// What a POST keeps of this key, and a PATCH without a path; the two must be the same.
fn kept(key: &str, value: &Value) -> Map<String, Value> {
    let types = with(json!([{"name": "badge"}]));
    let posted = resource::normalise(types.user, object(json!({"userName": "ada", key: value})));
    let user = create(types, json!({})).unwrap();
    let patched = patch(types, &user, json!([{"op": "add", "value": {key: value}}]));
    let (mut posted, patched) = (posted.unwrap(), patched.unwrap());
    posted.remove("schemas");
    let mut patched = object(patched);
    patched.remove("schemas");
    assert_eq!(posted, patched, "{key}");
    posted
}

#[test]
fn what_stands_behind_the_urn_is_an_attribute_even_if_it_is_called_as_the_type() {
    for (name, value) in [("badge", json!("7")), ("User", json!({"x": "1"})), ("desk", json!({"floor": "2"}))] {
        assert_eq!(kept(&path(name), &value)[super::BADGES], json!({name: value}), "{name}");
    }
    assert_eq!(kept(&path("User:x"), &json!("1"))[super::BADGES], json!({"User": {"x": "1"}}));
}

#[test]
fn what_is_no_name_there_is_kept_in_an_extension_of_its_own() {
    assert_eq!(kept(&path("1x:y"), &json!("v"))[&path("1x")], json!({"y": "v"}));
    assert_eq!(kept(&path("1x"), &json!({"y": "v"}))[&path("1x")], json!({"y": "v"}));
}
