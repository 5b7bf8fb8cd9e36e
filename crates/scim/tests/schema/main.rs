//! RFC 7643 §2.2, §7 and §8.7: the attribute table, the extensions that an operator declares, and how both are obeyed.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod definitions;
mod immutable;
mod names;
mod required;
mod returned;
mod secrets;
mod table;
mod types;

use scim::patch::PatchRequest;
use scim::resource;
use scim::schema::Registry;
use scim::{Error, Limits, Result};
use serde_json::{Map, Value, json};

const BADGES: &str = "urn:example:badges:2.0:User";

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("not an object: {other}"),
    }
}

/// The built-in resource types, with users extended by these attributes.
fn with(attributes: Value) -> Registry {
    let definition = json!({"resourceType": "User", "id": BADGES, "attributes": attributes});
    Registry::with_extensions(&definition.to_string()).unwrap()
}

fn create(types: Registry, extension: Value) -> Result<Value> {
    let body = json!({"userName": "ada", BADGES: extension});
    resource::normalise(types.user, object(body)).map(Value::Object)
}

fn patch(types: Registry, document: &Value, operations: Value) -> Result<Value> {
    let request = PatchRequest::parse(object(json!({"Operations": operations})), &Limits::default())?;
    let operations = scim::patch::normalise(types.user, &request)?;
    scim::patch::apply(types.user, &operations, &object(document.clone())).map(Value::Object)
}

/// A PUT of a user with this extension.
fn put(types: Registry, document: &Value, extension: Value) -> Result<Value> {
    let body = json!({"userName": "ada", BADGES: extension});
    let after = resource::normalise_put(types.user, object(body))?;
    resource::replace(types.user, &object(document.clone()), after).map(Value::Object)
}

fn path(rest: &str) -> String {
    format!("{BADGES}:{rest}")
}

fn scim_type(error: Error) -> &'static str {
    assert_eq!(error.status, 400);
    error.scim_type.unwrap().as_str()
}
