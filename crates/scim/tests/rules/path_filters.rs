//! RFC 7644 §3.12: a filter in a path is refused like any other.

use scim::schema::Registry;
use serde_json::{Value, json};

use super::{patched, refusal, user_after};

fn ada() -> Value {
    json!({
        "userName": "ada",
        "emails": [{"value": "a", "type": "work", "primary": true}],
        "x509Certificates": [{"value": "MII=", "display": "d"}],
        "notes": [{"open": true}],
    })
}

fn each(path: &str) -> [Value; 4] {
    [
        json!({"op": "remove", "path": path}),
        json!({"op": "replace", "path": path, "value": "x"}),
        json!({"op": "add", "path": path, "value": "x"}),
        json!({"op": "replace", "value": {path: "x"}}),
    ]
}

/// RFC 7644 §3.4.2.2.
#[test]
fn ra8_booleans_and_binaries_have_no_order() {
    for path in [
        "emails[primary gt true]",
        "emails[primary ge false].value",
        "emails[PRIMARY lt true].display",
        "emails[primary le \"true\"]",
        "emails[primary co \"r\"].value",
        "emails[primary sw \"t\"]",
        "emails[primary ew \"e\"]",
        "emails[type eq \"work\" and primary gt false].value",
        "emails[not (primary lt true)].value",
        "emails[type eq \"x\" or (value pr and primary ge true)].value",
        "roles[primary gt true].value",
        "x509Certificates[value gt \"A\"].display",
        "x509Certificates[value le \"A\"].display",
        "urn:ietf:params:scim:schemas:core:2.0:User:emails[primary gt true].value",
    ] {
        for operation in each(path) {
            assert_eq!(refusal(ada(), json!([operation])), (400, "invalidFilter"), "{operation}");
        }
    }
}

#[test]
fn ra8_of_declared_lists_too() {
    let urn = "urn:example:acme:2.0:User";
    let attributes = json!([
        {"name": "flags", "type": "boolean", "multiValued": true},
        {"name": "keys", "type": "binary", "multiValued": true},
        {"name": "desks", "type": "complex", "multiValued": true, "subAttributes": [{"name": "tidy", "type": "boolean"}]}
    ]);
    let definition = json!({"resourceType": "User", "id": urn, "attributes": attributes});
    let user = Registry::with_extensions(&definition.to_string()).unwrap().user;
    for path in ["flags[value gt true]", "flags[value co \"r\"]", "keys[value lt \"B\"]", "desks[tidy sw \"t\"]"] {
        let operation = json!([{"op": "remove", "path": format!("{urn}:{path}")}]);
        let error = patched(user, ada(), operation).unwrap_err();
        assert_eq!((error.status, error.scim_type.unwrap().as_str()), (400, "invalidFilter"), "{path}");
    }
}

#[test]
fn ra8_other_comparisons_are_made() {
    for (path, count) in [
        ("emails[primary eq true]", 0),
        ("emails[primary ne true]", 1),
        ("emails[primary pr]", 0),
        ("emails[value ge \"A\"]", 0),
        ("emails[display co \"x\"]", 1),
    ] {
        let user = user_after(ada(), json!([{"op": "remove", "path": path}]));
        assert_eq!(user["emails"].as_array().map_or(0, Vec::len), count, "{path}");
    }
    let user = user_after(ada(), json!([{"op": "remove", "path": "x509Certificates[value sw \"MI\"]"}]));
    assert!(user.get("x509Certificates").is_none());
    // The content of an undeclared list is unknown.
    assert_eq!(user_after(ada(), json!([{"op": "remove", "path": "notes[open gt true]"}])), ada());
}

#[test]
fn ra9_a_bad_filter_in_a_path_is_an_invalid_filter() {
    for path in [
        "emails[type zz \"a\"].value",
        "emails[type like \"work\"].value",
        "emails[type eq].value",
        "emails[eq \"work\"].value",
        "emails[(type eq \"work\"].value",
        "emails[type eq 'work'].value",
        "emails[type eq \"work\" and].value",
        "emails[type eq \"work\" value].value",
        "emails[a[b pr]].value",
        "unheard[x is 1].y",
    ] {
        for operation in each(path) {
            assert_eq!(refusal(ada(), json!([operation])), (400, "invalidFilter"), "{operation}");
        }
    }
    for path in [
        "emails[type eq \"work\"",
        "emails]",
        "emails[ ]",
        "emails[type pr]value",
        "emails[type pr].a.b",
        "title[value pr]",
    ] {
        for operation in each(path).into_iter().take(3) {
            assert_eq!(refusal(ada(), json!([operation])), (400, "invalidPath"), "{operation}");
        }
    }
}
