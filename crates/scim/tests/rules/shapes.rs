//! Values in other forms than the schema's: which are understood, and which are refused.

use scim::resource::normalise;
use scim::schema::{ENTERPRISE_URN, Registry, USER};
use serde_json::{Value, json};

use super::{object, patched, refusal, user_after};

fn ada() -> Value {
    json!({"userName": "ada", "emails": [{"value": "a@x.example", "type": "work"}]})
}

/// A value that was encoded twice is not valid.
#[test]
fn br13_an_element_is_no_json_text() {
    let text = json!("{\"type\":\"business\",\"value\":\"b@x.example\"}");
    let list = json!("[{\"value\":\"b@x.example\"}]");
    for operation in [
        json!({"op": "replace", "path": "emails[value eq \"a@x.example\"]", "value": text}),
        json!({"op": "replace", "path": "emails[type eq \"work\"]", "value": [text]}),
        json!({"op": "add", "path": "emails", "value": text}),
        json!({"op": "add", "path": "emails", "value": list}),
        json!({"op": "replace", "path": "emails", "value": ["b@x.example", text]}),
        json!({"op": "add", "path": "phoneNumbers", "value": [" {\"value\": \"1\"} "]}),
        json!({"op": "replace", "value": {"emails": text}}),
        json!({"op": "add", "path": "manager", "value": "{\"value\":\"1\"}"}),
        json!({"op": "add", "path": "name", "value": "{\"givenName\":\"Ada\"}"}),
        json!({"op": "add", "path": "roles", "value": "{}"}),
        json!({"op": "remove", "path": "emails", "value": text}),
    ] {
        assert_eq!(refusal(ada(), json!([operation])), (400, "invalidValue"), "{operation}");
    }
    for body in [json!({"userName": "a", "emails": text}), json!({"userName": "a", "photos": [list]})] {
        assert_eq!(normalise(&USER, object(body)).unwrap_err().scim_type.unwrap().as_str(), "invalidValue");
    }
}

#[test]
fn br13_a_plain_value_may_look_odd() {
    for text in ["{guid}", "[a]b", "{", "a {\"b\":1}"] {
        let user = user_after(ada(), json!([{"op": "replace", "path": "emails", "value": text}]));
        assert_eq!(user["emails"], json!([{"value": text}]));
    }
    // Entra writes the value that an application expects into the value of a role.
    let role = "{\"id\":\"06b0\",\"value\":\"Admin\"}";
    let user = user_after(ada(), json!([{"op": "Add", "path": "roles", "value": [{"value": role}]}]));
    assert_eq!(user["roles"], json!([{"value": role}]));
    let user = user_after(ada(), json!([{"op": "add", "path": "title", "value": role}]));
    assert_eq!(user["title"], role);
}

#[test]
fn br12_a_simple_value_may_come_as_a_reference_to_nothing() {
    let old = |value: Value| json!([{"$ref": null, "value": value}]);
    let department = format!("{ENTERPRISE_URN}:department");
    for (path, value, pointer, expected) in [
        ("displayName", json!("Ada"), "/displayName".to_owned(), json!("Ada")),
        ("active", json!("False"), "/active".to_owned(), json!(false)),
        ("active", json!(true), "/active".to_owned(), json!(true)),
        (department.as_str(), json!("R"), format!("/{ENTERPRISE_URN}/department"), json!("R")),
        ("name.givenName", json!("Ada"), "/name/givenName".to_owned(), json!("Ada")),
        ("emails[type eq \"work\"].value", json!("b@x.example"), "/emails/0/value".to_owned(), json!("b@x.example")),
        ("emails[type eq \"work\"].primary", json!("True"), "/emails/0/primary".to_owned(), json!(true)),
        ("externalId", json!("8aa1"), "/externalId".to_owned(), json!("8aa1")),
        ("profileUrl", json!("https://x"), "/profileUrl".to_owned(), json!("https://x")),
    ] {
        for operation in [
            json!({"op": "Replace", "path": path, "value": old(value.clone())}),
            json!({"op": "Add", "value": {path: old(value.clone())}}),
        ] {
            let user = user_after(ada(), json!([operation]));
            assert_eq!(user.pointer(&pointer), Some(&expected), "{operation}");
        }
    }
    assert_eq!(user_after(ada(), json!([{"op": "Replace", "path": "title", "value": old(Value::Null)}])), ada());
    let body = json!({"userName": old(json!("ada")), "name": {"familyName": old(json!("King"))}});
    let user = Value::Object(normalise(&USER, object(body)).unwrap());
    assert_eq!(user, json!({"userName": "ada", "name": {"familyName": "King"}}));
}

#[test]
fn br12_a_list_of_simple_values_too() {
    let urn = "urn:example:acme:2.0:User";
    let attributes = json!([{"name": "tags", "multiValued": true}, {"name": "level", "type": "integer"}]);
    let definition = json!({"resourceType": "User", "id": urn, "attributes": attributes});
    let user = Registry::with_extensions(&definition.to_string()).unwrap().user;
    let value = json!([{"$ref": null, "value": "a"}, {"$ref": null, "value": "b"}]);
    let operations = json!([
        {"op": "Add", "path": format!("{urn}:tags"), "value": value},
        {"op": "Add", "path": format!("{urn}:level"), "value": [{"$ref": null, "value": "3"}]}
    ]);
    assert_eq!(patched(user, ada(), operations).unwrap()[urn], json!({"tags": ["a", "b"], "level": 3}));
}

#[test]
fn br12_other_objects_are_no_simple_values() {
    for value in [
        json!([{"value": "x"}]),
        json!({"$ref": null, "value": "x"}),
        json!([{"$ref": "https://x", "value": "x"}]),
        json!([{"$ref": null, "value": "x", "type": "y"}]),
        json!([{"$ref": null, "value": {"a": 1}}]),
        json!([{"$ref": null}]),
    ] {
        let operation = json!([{"op": "replace", "path": "displayName", "value": value}]);
        assert_eq!(refusal(ada(), operation), (400, "invalidValue"), "{value}");
    }
}
