//! RFC 7643 §2.4: a list has the same value of the same type once.

use scim::resource::normalise;
use scim::schema::{Registry, USER};
use serde_json::{Value, json};

use super::{object, patched, user_after};

#[test]
fn ra22_twins_in_a_list_are_one() {
    for (name, value, kept) in [
        (
            "emails",
            json!([{"value": "a", "type": "w"}, {"value": "a", "type": "w"}]),
            json!([{"value": "a", "type": "w"}]),
        ),
        ("emails", json!([{"value": "a"}, {"value": "A"}, "a"]), json!([{"value": "a"}])),
        (
            "emails",
            json!([{"value": "a", "type": "work"}, {"value": "A ", "type": "WORK"}]),
            json!([{"value": "A ", "type": "WORK"}]),
        ),
        (
            "phoneNumbers",
            json!([{"value": "1", "primary": true}, {"value": "2"}, {"value": "1", "display": "one"}]),
            json!([{"value": "1", "primary": true, "display": "one"}, {"value": "2"}]),
        ),
        (
            "roles",
            json!([{"value": "a", "primary": true}, {"value": "a", "primary": false}]),
            json!([{"value": "a", "primary": true}]),
        ),
        ("ims", json!(["x", "x", "y"]), json!([{"value": "x"}, {"value": "y"}])),
        ("x509Certificates", json!(["TUlJ", "TUlJ", "TUlj"]), json!([{"value": "TUlJ"}, {"value": "TUlj"}])),
    ] {
        let body = json!({"userName": "ada", name: value});
        assert_eq!(normalise(&USER, object(body)).unwrap()[name], kept, "{name}");
        for op in ["add", "replace"] {
            let user = user_after(json!({"userName": "ada"}), json!([{"op": op, "path": name, "value": value}]));
            assert_eq!(user[name], kept, "{op} {name}");
        }
    }
}

#[test]
fn ra22_values_of_other_types_are_no_twins() {
    for (name, value) in [
        ("emails", json!([{"value": "a", "type": "work"}, {"value": "a", "type": "home"}])),
        ("emails", json!([{"value": "a"}, {"value": "a", "type": "home"}])),
        ("emails", json!([{"type": "work"}, {"type": "work"}])),
        ("addresses", json!([{"locality": "X", "type": "work"}, {"locality": "Y", "type": "work"}])),
        ("photos", json!([{"value": "https://x/A"}, {"value": "https://x/a"}])),
        // The meaning of such a list is unknown.
        ("tags", json!(["a", "a"])),
    ] {
        let body = json!({"userName": "ada", name: value});
        assert_eq!(normalise(&USER, object(body)).unwrap()[name], value, "{name}");
    }
}

#[test]
fn ra22_a_change_makes_no_twins() {
    let user = || json!({"userName": "ada", "emails": [{"value": "a", "type": "work"}, {"value": "b", "type": "home", "primary": true}]});
    for (operation, left) in [
        (json!({"op": "replace", "path": "emails.value", "value": "c"}), 2),
        (
            json!({"op": "replace", "path": "emails[type eq \"home\"]", "value": {"value": "a", "type": "work", "primary": true}}),
            1,
        ),
        (json!({"op": "replace", "path": "emails.type", "value": "work"}), 2),
        (
            json!({"op": "add", "path": "emails", "value": [{"value": "A", "type": "Work"}, {"value": "c"}, {"value": "c"}]}),
            3,
        ),
    ] {
        let after = user_after(user(), json!([operation]));
        let emails = after["emails"].as_array().unwrap();
        assert_eq!(emails.len(), left, "{operation}");
        assert_eq!(emails.iter().filter(|email| email["primary"] == true).count(), 1, "{operation}");
    }
    let after =
        user_after(user(), json!([{"op": "replace", "path": "emails", "value": [{"value": "a"}, {"value": "a"}]}]));
    assert_eq!(after["emails"], json!([{"value": "a"}]));
}

#[test]
fn ra22_of_plain_values_too() {
    let urn = "urn:example:acme:2.0:User";
    let attributes = json!([{"name": "tags", "multiValued": true}, {"name": "codes", "multiValued": true, "caseExact": true},
        {"name": "sizes", "type": "integer", "multiValued": true}]);
    let definition = json!({"resourceType": "User", "id": urn, "attributes": attributes});
    let user = Registry::with_extensions(&definition.to_string()).unwrap().user;
    for (name, value, kept) in [
        ("tags", json!(["a", "A", "b"]), json!(["a", "b"])),
        ("codes", json!(["a", "A", "a"]), json!(["a", "A"])),
        ("sizes", json!([1, "1", 2]), json!([1, 2])),
    ] {
        let operation = json!([{"op": "add", "path": format!("{urn}:{name}"), "value": value}]);
        let after: Value = patched(user, json!({"userName": "ada"}), operation).unwrap();
        assert_eq!(after[urn][name], kept, "{name}");
    }
}
