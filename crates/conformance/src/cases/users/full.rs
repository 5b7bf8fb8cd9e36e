use crate::T;
use serde_json::{Value, json};

/// A user with a value in every kind of attribute.
pub(super) fn full(t: &T) -> Value {
    json!({
        "userName": t.name("ada"), "externalId": t.name("external"), "displayName": "Ada King", "active": true,
        "name": {"givenName": "Ada", "familyName": "King"},
        "emails": [{"value": format!("{}@corp.example", t.tag()), "type": "work", "primary": true}],
        "addresses": [{"type": "home", "locality": "London", "country": "GB"}]
    })
}
