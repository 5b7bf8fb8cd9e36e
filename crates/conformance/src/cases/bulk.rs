//! Many operations in one request (RFC 7644 §3.7).

mod errors;
mod operations;
mod references;

use super::USER;
use crate::{Answer, Capability, Case, Result, T};
use serde_json::{Value, json};

const REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

pub(super) fn cases() -> Vec<Case> {
    let all = [operations::cases(), references::cases(), errors::cases(), errors::refusals()];
    all.into_iter().flatten().map(|case| case.needs(Capability::Bulk)).collect()
}

async fn bulk(t: &T, operations: Value) -> Result<Answer> {
    bulk_until(t, operations, None).await
}

async fn bulk_until(t: &T, operations: Value, errors: Option<u64>) -> Result<Answer> {
    let mut body = json!({"schemas": [REQUEST], "Operations": operations});
    if let Some(errors) = errors {
        body["failOnErrors"] = json!(errors);
    }
    let answer = t.post("/Bulk", body).expect(200).await?;
    answer.is_scim()?.is("/schemas", vec![RESPONSE])?;
    Ok(answer)
}

/// RFC 7644 §3.7.3: the status of each operation, as text.
fn statuses(answer: &Answer, expected: &[&str]) -> Result<()> {
    let found: Vec<&Value> = answer.list_at("/Operations")?.iter().map(|operation| &operation["status"]).collect();
    answer.ensure(found.iter().copied().eq(expected), format!("the statuses {expected:?}")).map(drop)
}

fn create(t: &T, bulk_id: &str) -> Value {
    json!({"method": "POST", "path": "/Users", "bulkId": bulk_id, "data": {"schemas": [USER], "userName": t.name(bulk_id)}})
}
