//! A user and a group as Entra creates them.

use super::{
    super::script::{Step, post},
    dialect,
};
use serde_json::json;

/// A user as the default attribute mapping sends it, after the look-up that found none.
pub(super) fn user(step: &'static str, name: &'static str) -> Step {
    let body = json!({
        "schemas": [dialect::USER, dialect::ENTERPRISE],
        "externalId": format!("<guid:{name}>"),
        "userName": format!("{name}.<tag>@corp.example"),
        "active": true,
        "displayName": format!("{name} Byron"),
        "emails": [{"primary": true, "type": "work", "value": format!("{name}.<tag>@corp.example")}],
        "meta": {"resourceType": "User"},
        "name": {"formatted": format!("{name} Byron"), "familyName": "Byron", "givenName": name},
        "roles": []
    });
    post(step, "/Users", body).is("/active", true).keep(name, "/id")
}

/// A group as the classic client creates one: with a schema of Microsoft's own, and without members.
pub(super) fn group(step: &'static str) -> Step {
    let body = json!({
        "schemas": [dialect::GROUP, dialect::CLASSIC_GROUP],
        "externalId": "<guid:group>",
        "displayName": "Engine Owners <tag>",
        "meta": {"resourceType": "Group"},
        "members": []
    });
    post(step, "/Groups", body)
        .is("/externalId", "<guid:group>")
        .lacks("/schemas", dialect::CLASSIC_GROUP)
        .keep("group", "/id")
}
