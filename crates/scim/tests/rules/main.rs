//! One test for each rule that the crate's documentation states, at its edges.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod active;
mod binary;
mod bodies;
mod bulk;
mod filters;
mod foreign;
mod members;
mod names;
mod patch;
mod path_filters;
mod paths;
mod projection;
mod removal;
mod repeated;
mod replaced;
mod requests;
mod shapes;
mod twins;
mod undeclared;
mod values;
mod work;

use scim::patch::{PatchRequest, apply, normalise};
use scim::schema::{ResourceType, USER};
use scim::{Limits, Result};
use serde_json::{Map, Value, json};

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("not an object: {other}"),
    }
}

fn request(operations: Value) -> Result<PatchRequest> {
    PatchRequest::parse(object(json!({"Operations": operations})), &Limits::default())
}

/// The document after a PATCH.
fn patched(resource_type: &ResourceType, document: Value, operations: Value) -> Result<Value> {
    apply(resource_type, &normalise(resource_type, &request(operations)?)?, &object(document)).map(Value::Object)
}

/// A user after a PATCH that is accepted.
fn user_after(document: Value, operations: Value) -> Value {
    patched(&USER, document, operations).unwrap()
}

/// The error code of a PATCH that is refused.
fn refusal(document: Value, operations: Value) -> (u16, &'static str) {
    let error = patched(&USER, document, operations).unwrap_err();
    (error.status, error.scim_type.map_or("", scim::message::ScimType::as_str))
}
