//! What Microsoft Entra ID sends, in both of its dialects, and the answers that it needs. The numbers are sections of a
//! collection of public facts about it.

mod creation;
mod dialects;
mod groups;
mod life;
mod look_ups;
mod managers;

use super::{ENTERPRISE, USER};
use crate::{Case, Resource, Result, T};
use serde_json::{Value, json};

pub(super) fn cases() -> Vec<Case> {
    [
        look_ups::probes(),
        creation::cases(),
        look_ups::cases(),
        life::deactivation(),
        dialects::cases(),
        managers::cases(),
        groups::cases(),
        dialects::flag(),
        life::renames(),
        look_ups::pages(),
        life::deletion(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A user in the shape of the default mapping.
fn person(t: &T) -> Value {
    let name = t.name("ada@corp.example");
    json!({
        "schemas": [USER, ENTERPRISE], "externalId": t.name("object"), "userName": name, "active": true,
        "displayName": "Ada Byron", "emails": [{"primary": true, "type": "work", "value": name}],
        "meta": {"resourceType": "User"}, "roles": [],
        "name": {"formatted": "Ada Byron", "familyName": "Byron", "givenName": "Ada"}
    })
}

async fn ada(t: &T) -> Result<Resource> {
    t.user_with(person(t)).await
}
