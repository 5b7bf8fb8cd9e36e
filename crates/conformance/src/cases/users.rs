//! A user's life: creation, retrieval, replacement, deletion (RFC 7644 §3.3, §3.4.1, §3.5.1, §3.6).

mod attributes;
mod creation;
mod deletion;
mod refusals;
mod replacement;

use crate::{Case, T};
use serde_json::{Value, json};

pub(super) fn cases() -> Vec<Case> {
    [
        creation::cases(),
        attributes::cases(),
        attributes::echoes(),
        refusals::cases(),
        refusals::uniqueness(),
        creation::retrieval(),
        replacement::cases(),
        deletion::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A user with a value in every kind of attribute.
fn full(t: &T) -> Value {
    json!({
        "userName": t.name("ada"), "externalId": t.name("external"), "displayName": "Ada King", "active": true,
        "name": {"givenName": "Ada", "familyName": "King"},
        "emails": [{"value": format!("{}@corp.example", t.tag()), "type": "work", "primary": true}],
        "addresses": [{"type": "home", "locality": "London", "country": "GB"}]
    })
}
