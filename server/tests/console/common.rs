//! People for the other files.

use crate::support::{TestApp, Value, json};

/// Creates this many people, and returns their ids.
pub(super) async fn people(app: &TestApp, number: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for n in 0..number {
        ids.push(app.user(&format!("person-{n:02}")).await);
    }
    ids
}

/// The operations that deactivate a user.
pub(super) fn inactive() -> Value {
    json!([{"op": "replace", "path": "active", "value": false}])
}
