//! What most of these cases are: a row of a table.

use super::super::patch::gives;
use crate::Case;
use serde_json::{Value, json};

/// A user with these attributes receives these operations and has these values afterwards.
pub(super) fn row(section: &str, label: &str, rule: &str, before: Value, operations: Value, after: Value) -> Case {
    Case::new(format!("rfc7644-3.5.2.{section}-{label}"), rule, move |t| async move {
        let user = t.user_with(before).await?;
        gives(&t, &user, operations, &after).await
    })
}

pub(super) fn emails() -> Value {
    json!([{"value": "w@x.example", "type": "work", "primary": true}, {"value": "h@x.example", "type": "home"}])
}
