//! A user as Entra sends one.

use super::super::names::{ENTERPRISE, USER};
use crate::{CreatedResource, Result, T};
use serde_json::{Value, json};

/// A user in the shape of the default mapping.
pub(super) fn person(t: &T) -> Value {
    let name = t.name("ada@corp.example");
    json!({
        "schemas": [USER, ENTERPRISE], "externalId": t.name("object"), "userName": name, "active": true,
        "displayName": "Ada Byron", "emails": [{"primary": true, "type": "work", "value": name}],
        "meta": {"resourceType": "User"}, "roles": [],
        "name": {"formatted": "Ada Byron", "familyName": "Byron", "givenName": "Ada"}
    })
}

pub(super) async fn ada(t: &T) -> Result<CreatedResource> {
    t.user_with(person(t)).await
}
