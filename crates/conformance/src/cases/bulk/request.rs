//! A bulk request and its answer.

use super::super::names::USER;
use crate::{Answer, Result, T};
use serde_json::{Value, json};

pub(super) const REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
pub(super) const RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";
pub(super) const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

pub(super) async fn bulk(t: &T, operations: Value) -> Result<Answer> {
    bulk_until(t, operations, None).await
}

pub(super) async fn bulk_until(t: &T, operations: Value, errors: Option<u64>) -> Result<Answer> {
    let mut body = json!({"schemas": [REQUEST], "Operations": operations});
    if let Some(errors) = errors {
        body["failOnErrors"] = json!(errors);
    }
    let answer = t.post("/Bulk", body).expect(200).await?;
    answer.is_scim()?.is("/schemas", vec![RESPONSE])?;
    Ok(answer)
}

/// RFC 7644 §3.7.3: the status of each operation, as text.
pub(super) fn statuses(answer: &Answer, expected: &[&str]) -> Result<()> {
    let found: Vec<&Value> = answer.list_at("/Operations")?.iter().map(|operation| &operation["status"]).collect();
    answer.ensure(found.iter().copied().eq(expected), format!("the statuses {expected:?}")).map(drop)
}

pub(super) fn create(t: &T, bulk_id: &str) -> Value {
    json!({"method": "POST", "path": "/Users", "bulkId": bulk_id, "data": {"schemas": [USER], "userName": t.name(bulk_id)}})
}
