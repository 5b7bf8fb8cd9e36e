//! PATCH of a user (RFC 7644 §3.5.2): each operation on each kind of path.

mod adding;
mod outcomes;
mod removing;
mod replacing;
mod several;

use super::patch::gives;
use crate::Case;
use serde_json::{Value, json};

pub(super) fn cases() -> Vec<Case> {
    [
        adding::cases(),
        replacing::cases(),
        removing::cases(),
        several::cases(),
        outcomes::unchanged(),
        outcomes::refusals(),
        outcomes::answers(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A user with these attributes receives these operations and has these values afterwards.
fn row(section: &str, label: &str, rule: &str, before: Value, operations: Value, after: Value) -> Case {
    Case::new(format!("rfc7644-3.5.2.{section}-{label}"), rule, move |t| async move {
        let user = t.user_with(before).await?;
        gives(&t, &user, operations, &after).await
    })
}

fn emails() -> Value {
    json!([{"value": "w@x.example", "type": "work", "primary": true}, {"value": "h@x.example", "type": "home"}])
}
