//! PATCH bodies: which are understood, and which are refused.

use scim::patch::PatchRequest;
use scim::schema::USER_URN;
use scim::{Limits, Result};
use serde_json::{Value, json};

use super::object;

const MESSAGE: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

fn parse(body: Value) -> Result<PatchRequest> {
    PatchRequest::parse(object(body), &Limits::default())
}

/// RFC 7644 §3.5.2: the body MUST hold `Operations`.
#[test]
fn br1_a_body_that_says_something_says_it_under_operations() {
    let operation = json!({"op": "replace", "path": "active", "value": false});
    for body in [
        json!({"schemas": [MESSAGE], "patchOperationList": [operation]}),
        json!({"schemas": [MESSAGE], "Operation": [operation]}),
        json!({"schemas": [MESSAGE], "Operation": operation}),
        operation.clone(),
        json!({"schemas": ["urn:scim:schemas:core:1.0"], "active": false, "meta": {"attributes": ["title"]}}),
        json!({"schemas": [USER_URN], "active": false}),
        json!({"ops": [operation]}),
        json!({"Operations": null, "title": "x"}),
        json!({"operations": [], "path": "title", "value": "x"}),
        json!({"Operations ": [operation]}),
        json!({"data": {"Operations": [operation]}}),
        json!({"PatchOp": {"Operations": [operation]}, "schemas": null}),
        json!({"active": null}),
        json!({"": []}),
    ] {
        let error = parse(body.clone()).unwrap_err();
        assert_eq!((error.status, error.scim_type.unwrap().as_str()), (400, "invalidSyntax"), "{body}");
    }
}

#[test]
fn br1_a_body_that_says_nothing_changes_nothing() {
    for body in [
        json!({}),
        json!({"schemas": [MESSAGE]}),
        json!({"SCHEMAS": null}),
        json!({"Operations": null}),
        json!({"schemas": [MESSAGE], "Operations": []}),
        json!({"operations": [], "schemas": [USER_URN]}),
    ] {
        let operations = scim::patch::normalise(&scim::schema::USER, &parse(body.clone()).unwrap()).unwrap();
        assert_eq!(operations, [], "{body}");
    }
}
