//! RFC 7643 §8: the resources.

use scim::resource::{Meta, Projection, normalise, render};
use scim::schema::{ENTERPRISE_URN, GROUP, USER};
use serde_json::{Value, json};

use super::{barbara, object};

#[test]
fn minimal_user() {
    let body = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "2819c223",
        "userName": "bjensen@example.com", "meta": {"resourceType": "User"}});
    assert_eq!(normalise(&USER, object(body)).unwrap(), object(json!({"userName": "bjensen@example.com"})));
}

#[test]
fn full_user_comes_back_as_it_was_sent() {
    let sent = object(barbara());
    let document = normalise(&USER, sent.clone()).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let meta = Meta {
        id: text(&sent["id"]),
        created: text(&sent["meta"]["created"]),
        last_modified: text(&sent["meta"]["lastModified"]),
        version: text(&sent["meta"]["version"]),
        location: text(&sent["meta"]["location"]),
    };
    let groups = vec![("groups", sent["groups"].clone())];
    let mut expected = sent;
    // RFC 7643 §4.1.1: password is never returned; §4.3: the manager's displayName is read-only.
    expected.shift_remove("password");
    expected[ENTERPRISE_URN]["manager"].as_object_mut().unwrap().shift_remove("displayName");
    assert_eq!(render(&USER, document, meta, groups, &Projection::all()), expected);
}

#[test]
fn group() {
    let members = json!([
        {"value": "2819c223", "$ref": "https://example.com/v2/Users/2819c223"},
        {"value": "902c246b", "$ref": "https://example.com/v2/Users/902c246b"}]);
    let mut sent = members.clone();
    // Erratum: a member's display is its own name.
    sent[0]["display"] = json!("Babs Jensen");
    sent[1]["display"] = json!("Mandy Pepperidge");
    let body = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "id": "e9e30dba",
        "displayName": "Tour Guides", "members": sent});
    let expected = object(json!({"displayName": "Tour Guides", "members": members}));
    assert_eq!(normalise(&GROUP, object(body)).unwrap(), expected);
}
