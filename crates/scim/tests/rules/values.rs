//! Values and their attributes: forms are accepted tolerantly, types strictly.

use scim::resource::normalise;
use scim::schema::{GROUP, USER};
use serde_json::{Value, json};

use super::object;

/// What a user's body becomes with this attribute in it, or else the detail of the refusal.
fn kept(name: &str, value: Value) -> Result<Value, String> {
    let document = normalise(&USER, object(json!({"userName": "ada", name: value})));
    document.map(|document| document.get(name).cloned().unwrap_or_default()).map_err(|error| error.detail)
}

#[test]
fn each_type_takes_its_own_values() {
    for (name, value, kept_as) in [
        ("title", json!("x"), json!("x")),
        ("title", json!(["x"]), json!("x")),
        ("title", json!([]), Value::Null),
        ("title", json!({}), Value::Null),
        ("title", json!(""), Value::Null),
        ("title", Value::Null, Value::Null),
        ("active", json!(true), json!(true)),
        ("active", json!("FALSE"), json!(false)),
        ("active", json!(["True"]), json!(true)),
        ("active", Value::Null, Value::Null),
        ("profileUrl", json!("https://x"), json!("https://x")),
        ("name", json!({"GIVENNAME": "x", "other": 1, "formatted": ""}), json!({"givenName": "x", "other": 1})),
        ("name", json!([{"givenName": "x"}]), json!({"givenName": "x"})),
        ("name", json!({"formatted": ""}), Value::Null),
        ("emails", json!("a"), json!([{"value": "a"}])),
        ("emails", json!({"value": "a"}), json!([{"value": "a"}])),
        ("emails", json!(["a", {"type": "work"}, "", {}]), json!([{"value": "a"}, {"type": "work"}])),
        ("emails", json!([[{"value": "a"}]]), json!([{"value": "a"}])),
        ("emails", json!(""), Value::Null),
        ("emails", json!([{"value": "a", "primary": "True"}]), json!([{"value": "a", "primary": true}])),
        ("x509Certificates", json!(["MII="]), json!([{"value": "MII="}])),
        ("x", json!([[], {"a": ""}]), json!([[], {"a": ""}])),
    ] {
        assert_eq!(kept(name, value.clone()), Ok(kept_as), "{name} {value}");
    }
}

#[test]
fn each_type_refuses_the_others_and_says_what_it_takes() {
    for (name, value, expected) in [
        ("title", json!(1), "text"),
        ("title", json!(["a", "b"]), "text"),
        ("title", json!({"a": 1}), "text"),
        ("profileUrl", json!(true), "text"),
        ("active", json!(""), "true or false"),
        ("active", json!("yes"), "true or false"),
        ("active", json!(1), "true or false"),
        ("name", json!("Ada"), "an object"),
        ("name", json!(7), "an object"),
        ("addresses", json!(["x"]), "an object"),
        ("emails", json!(7), "an object"),
        ("emails", json!([["a", "b"]]), "an object"),
    ] {
        assert_eq!(kept(name, value.clone()), Err(format!("The value of {name} must be {expected}.")), "{value}");
    }
}

#[test]
fn a_required_attribute_has_a_value() {
    let refused = |value: Value| normalise(&USER, object(value)).unwrap_err();
    for body in [json!({}), json!({"userName": ""}), json!({"userName": null}), json!({"userName": "  "})] {
        let error = refused(body.clone());
        assert_eq!(error.detail, "userName is required and must not be empty.", "{body}");
        assert_eq!(error.scim_type.unwrap().as_str(), "invalidValue");
    }
    assert_eq!(refused(json!({"userName": 7})).detail, "The value of userName must be text.");
    let group = |members: Value| normalise(&GROUP, object(json!({"displayName": "g", "members": members})));
    assert!(group(json!([{"value": "a"}])).is_ok());
    for members in [json!([{"type": "User"}]), json!([{"value": ""}]), json!([{}]), json!([null])] {
        assert_eq!(group(members).unwrap_err().detail, "Each value of members needs a value.");
    }
}

#[test]
fn of_several_primary_values_the_last_stays() {
    let emails =
        json!([{"value": "a", "primary": true}, {"value": "b", "primary": true}, {"value": "c", "primary": false}]);
    let expected =
        json!([{"value": "a", "primary": false}, {"value": "b", "primary": true}, {"value": "c", "primary": false}]);
    assert_eq!(kept("emails", emails), Ok(expected));
}

#[test]
fn what_the_server_owns_is_dropped() {
    for name in ["id", "meta", "schemas", "groups", "password"] {
        assert_eq!(kept(name, json!("x")), Ok(Value::Null), "{name}");
    }
}
