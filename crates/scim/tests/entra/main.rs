//! What Microsoft Entra ID and its validators send, in both PATCH dialects.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod create;
mod filters;
mod groups;
mod manager;
mod matrix;
mod patch_user;
mod steady_state;

use scim::patch::{MemberOperation, PatchRequest};
use scim::schema::{ENTERPRISE_URN, GROUP, ResourceType, USER, USER_URN};
use scim::{Error, Limits, Result};
use serde_json::{Map, Value, json};

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("not an object: {other}"),
    }
}

fn create(resource_type: &ResourceType, body: Value) -> Result<Value> {
    scim::resource::normalise(resource_type, object(body)).map(Value::Object)
}

/// The document of Ada, as the default mapping creates it.
fn ada() -> Value {
    create(
        &USER,
        json!({
            "schemas": [USER_URN, ENTERPRISE_URN],
            "externalId": "5d1c3f0e-0000-4a55-b1de-7f1d0c7ae901",
            "userName": "ada@corp.example",
            "active": true,
            "displayName": "Ada Byron",
            "emails": [{"primary": true, "type": "work", "value": "ada@corp.example"}],
            "meta": {"resourceType": "User"},
            "name": {"formatted": "Ada Byron", "familyName": "Byron", "givenName": "Ada"},
            "roles": []
        }),
    )
    .unwrap()
}

/// A user with a name and nothing else.
fn minimal() -> Value {
    json!({"userName": "min@corp.example"})
}

fn patch(document: &Value, operations: Value) -> Result<Value> {
    let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations});
    let request = PatchRequest::parse(object(body), &Limits::default())?;
    let operations = scim::patch::normalise(&USER, &request)?;
    scim::patch::apply(&USER, &operations, &object(document.clone())).map(Value::Object)
}

fn patched(document: &Value, operations: Value) -> Value {
    patch(document, operations).unwrap()
}

/// The operations on a group that remain, and the changes of membership.
fn patch_group(document: &Value, operations: Value) -> Result<(Value, Vec<MemberOperation>)> {
    let request = PatchRequest::parse(object(json!({"Operations": operations})), &Limits::default())?;
    let (operations, changes) = scim::patch::split_members(scim::patch::normalise(&GROUP, &request)?)?;
    let document = scim::patch::apply(&GROUP, &operations, &object(document.clone()))?;
    Ok((Value::Object(document), changes))
}

fn membership(operations: Value) -> Vec<MemberOperation> {
    patch_group(&json!({"displayName": "Engine Owners"}), operations).unwrap().1
}

fn scim_type(error: Error) -> &'static str {
    assert_eq!(error.status, 400);
    error.scim_type.unwrap().as_str()
}
