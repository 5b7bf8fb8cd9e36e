//! RFC 7644 §3.5.2.3: all values that a filter matches are replaced.

use scim::schema::Registry;
use serde_json::{Value, json};

use super::{patched, user_after};

fn replaced(attribute: &str, old: Value, filter: &str, value: Value) -> Value {
    let path = format!("{attribute}[{filter}]");
    let with_path = json!([{"op": "replace", "path": path, "value": value}]);
    let without_path = json!([{"op": "replace", "value": {path: value}}]);
    let user = json!({"userName": "ada", attribute: old});
    let after = user_after(user.clone(), with_path.clone());
    assert_eq!(user_after(user, without_path), after, "{value}");
    assert_eq!(user_after(after.clone(), with_path), after, "{value} twice");
    after[attribute].clone()
}

fn addresses() -> Value {
    json!([{"type": "work", "locality": "Hollywood", "region": "CA", "primary": true}, {"type": "home", "region": "NY"}])
}

#[test]
fn ra27_what_the_new_value_does_not_say_is_gone() {
    let home = addresses()[1].clone();
    for (value, work) in [
        (json!({"type": "work", "locality": "Paris"}), json!({"type": "work", "locality": "Paris"})),
        (json!([{"TYPE": "work", "Locality": "Paris"}]), json!({"type": "work", "locality": "Paris"})),
        (json!({"locality": "Paris", "region": null, "type": "other"}), json!({"type": "other", "locality": "Paris"})),
        (json!({"type": "work", "primary": "True", "floor": 2}), json!({"type": "work", "primary": true, "floor": 2})),
    ] {
        let path = "addresses[type eq \"work\"]";
        let after = user_after(
            json!({"userName": "ada", "addresses": addresses()}),
            json!([{"op": "replace", "path": path, "value": value}]),
        );
        assert_eq!(after["addresses"], json!([work, home]), "{value}");
    }
}

/// A value keeps what it was selected by, if the request does not set it, so that the request finds it again.
#[test]
fn ra27_what_it_was_chosen_by_stays() {
    let emails =
        || json!([{"value": "w", "type": "work", "primary": true, "display": "W"}, {"value": "h", "type": "home"}]);
    let home = emails()[1].clone();
    for (filter, value, expected) in [
        ("type eq \"work\"", json!({"value": "n"}), json!({"type": "work", "value": "n"})),
        ("primary eq true", json!({"value": "n"}), json!({"primary": true, "value": "n"})),
        (
            "TYPE eq \"WORK\" and primary pr",
            json!({"display": "D"}),
            json!({"type": "work", "primary": true, "display": "D"}),
        ),
        ("value eq \"w\"", json!({"type": "other"}), json!({"value": "w", "type": "other"})),
        (
            "value sw \"w\" or display pr",
            json!({"type": "other"}),
            json!({"value": "w", "display": "W", "type": "other"}),
        ),
        ("not (type eq \"home\")", json!({"value": "n"}), json!({"type": "work", "value": "n"})),
        ("type ne \"home\"", json!({"value": "n", "type": "x"}), json!({"value": "n", "type": "x"})),
    ] {
        assert_eq!(replaced("emails", emails(), filter, value.clone()), json!([expected, home]), "{filter} {value}");
    }
    // The same for undeclared values.
    let certs = json!([{"id": 1, "note": "a", "Kind": "x"}, {"id": 2, "note": "b"}]);
    let after = replaced("certs", certs.clone(), "kind eq \"x\"", json!({"note": "c"}));
    assert_eq!(after, json!([{"note": "c", "Kind": "x"}, certs[1]]));
    let after = replaced("certs", certs.clone(), "kind eq \"x\"", json!("v"));
    assert_eq!(after[0], json!({"id": 1, "note": "a", "Kind": "x", "value": "v"}), "a plain value is the value alone");
}

#[test]
fn ra27_every_value_that_matches_is_replaced() {
    let emails =
        json!([{"value": "a", "type": "x", "display": "A"}, {"value": "b", "type": "x"}, {"value": "c", "type": "y"}]);
    let value = json!({"value": "n", "type": "z"});
    let after = replaced("addresses", addresses(), "region pr", json!({"country": "US"}));
    assert_eq!(after, json!([{"region": "CA", "country": "US"}, {"region": "NY", "country": "US"}]));
    let operation = json!([{"op": "replace", "path": "emails[type eq \"x\"]", "value": value}]);
    let after = user_after(json!({"userName": "ada", "emails": emails}), operation);
    assert_eq!(after["emails"], json!([value, emails[2]]), "the same value is there once");
}

/// Entra changes one sub-attribute, and other clients write its value without the object: the rest stays.
#[test]
fn ra27_a_sub_attribute_leaves_the_others() {
    let email = || json!([{"value": "w", "type": "work", "primary": true, "display": "W"}]);
    let changed = json!([{"value": "n", "type": "work", "primary": true, "display": "W"}]);
    for (op, path, value) in [
        ("Replace", "emails[type eq \"work\"].value", json!("n")),
        ("replace", "emails[type eq \"work\"].value", json!(["n"])),
        ("replace", "emails[type eq \"work\"]", json!("n")),
        ("replace", "emails[type eq \"work\"]", json!(["n"])),
        ("Add", "emails[type eq \"work\"]", json!({"value": "n"})),
        ("add", "emails[type eq \"work\"]", json!("n")),
    ] {
        let operation = json!([{"op": op, "path": path, "value": value}]);
        let after = user_after(json!({"userName": "ada", "emails": email()}), operation);
        assert_eq!(after["emails"], changed, "{op} {path} {value}");
    }
}

#[test]
fn ra27_what_is_immutable_stays() {
    let urn = "urn:example:acme:2.0:User";
    let keys = json!({"name": "keys", "type": "complex", "multiValued": true, "subAttributes": [
        {"name": "value"}, {"name": "note"}, {"name": "door", "mutability": "immutable"}]});
    let definition = json!({"resourceType": "User", "id": urn, "attributes": [keys]});
    let user = Registry::with_extensions(&definition.to_string()).unwrap().user;
    let document = json!({"userName": "ada", urn: {"keys": [{"value": "1", "note": "n", "door": "x"}]}});
    let replace = |value: Value| {
        let path = format!("{urn}:keys[value eq \"1\"]");
        patched(user, document.clone(), json!([{"op": "replace", "path": path, "value": value}]))
    };
    for value in [json!({"value": "2"}), json!({"value": "2", "door": "x"}), json!({"value": "2", "note": null})] {
        assert_eq!(replace(value.clone()).unwrap()[urn]["keys"], json!([{"value": "2", "door": "x"}]), "{value}");
    }
    for value in [json!({"value": "2", "door": "y"}), json!({"door": null})] {
        assert_eq!(replace(value.clone()).unwrap_err().scim_type.unwrap().as_str(), "mutability", "{value}");
    }
}
