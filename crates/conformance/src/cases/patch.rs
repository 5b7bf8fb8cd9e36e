//! What the PATCH tables of users and of groups share.

use crate::{Answer, CreatedResource, Result, T};
use serde_json::{Value, json};

/// The value at each pointer is as expected: null means no value, a list means these elements and no others in any
/// order, an object its members and perhaps others.
pub(super) fn shows(answer: &Answer, expected: &Value) -> Result<()> {
    let Value::Object(expected) = expected else { return Ok(()) };
    for (name, expected) in expected {
        let found = answer.json().get(name).unwrap_or(&Value::Null);
        answer.ensure(agrees(found, expected), format!("{name}: {expected}"))?;
    }
    Ok(())
}

fn agrees(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        (Value::Array(found), Value::Null) => found.is_empty(),
        (Value::Object(found), Value::Object(expected)) => {
            expected.iter().all(|(name, value)| agrees(found.get(name).unwrap_or(&Value::Null), value))
        }
        (Value::Array(found), Value::Array(expected)) => {
            found.len() == expected.len() && expected.iter().all(|value| found.iter().any(|item| agrees(item, value)))
        }
        _ => found == expected,
    }
}

/// Sends the operations, and checks the outcome in the answer, if it has a body, and in a later read.
pub(super) async fn gives(t: &T, resource: &CreatedResource, operations: Value, expected: &Value) -> Result<()> {
    let patched = t.patch(&resource.path, operations).expect_any(&[200, 204]).await?;
    if patched.status == 200 {
        patched.is_scim()?.is("/id", resource.id.as_str())?;
        shows(&patched, expected)?;
    } else {
        patched.is_empty()?;
    }
    shows(&t.get(&resource.path).expect(200).await?, expected)
}

/// Sends a good operation followed by the bad ones: all are refused, and nothing changes.
pub(super) async fn refuses(
    t: &T,
    resource: &CreatedResource,
    bad: Value,
    status: u16,
    kind: &'static str,
) -> Result<()> {
    let before = t.get(&resource.path).expect(200).await?;
    let mut operations = vec![json!({"op": "replace", "path": "displayName", "value": t.name("changed")})];
    match bad {
        Value::Array(bad) => operations.extend(bad),
        bad => operations.push(bad),
    }
    t.patch(&resource.path, operations.into()).refused(status, kind).await?;
    t.get(&resource.path).expect(200).await?.is("", before.json().clone()).map(drop)
}

/// Sends operations that ask for the present state: the modification time stays the same.
pub(super) async fn keeps(t: &T, resource: &CreatedResource, operations: Value) -> Result<()> {
    let before = t.get(&resource.path).expect(200).await?;
    tokio::time::sleep(std::time::Duration::from_millis(3)).await;
    t.patch(&resource.path, operations).expect_any(&[200, 204]).await?;
    t.get(&resource.path).expect(200).await?.is("", before.json().clone()).map(drop)
}
