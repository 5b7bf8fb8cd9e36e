//! The service's description of itself (RFC 7644 §4).

use super::{Problem, Reply, request::Call};
use scim::{message::ListResponse, schema};
use serde_json::Value;

pub(super) fn service_provider_config(call: &Call) -> Result<Reply, Problem> {
    Ok(Reply::ok(schema::service_provider_config(&call.base_url, &call.limits).to_string()))
}

pub(super) fn resource_types(call: &Call) -> Result<Reply, Problem> {
    list(call, schema::resource_types_json(&call.schemas, &call.base_url))
}

pub(super) fn resource_type(call: &Call, name: &str) -> Result<Reply, Problem> {
    // RFC 7643 §6, with erratum 8475: names of resource types are case-exact.
    one(schema::resource_types_json(&call.schemas, &call.base_url), |id| id == name)
}

pub(super) fn schemas(call: &Call) -> Result<Reply, Problem> {
    list(call, schema::schemas_json(&call.schemas, &call.base_url))
}

pub(super) fn schema(call: &Call, urn: &str) -> Result<Reply, Problem> {
    one(schema::schemas_json(&call.schemas, &call.base_url), |id| id.eq_ignore_ascii_case(urn))
}

/// RFC 7644 §4: a filter on a discovery endpoint is refused with 403.
fn list(call: &Call, items: Vec<Value>) -> Result<Reply, Problem> {
    if call.parameter("filter").is_some() {
        return Err(scim::Error::forbidden("Discovery endpoints do not take a filter.").into());
    }
    Ok(Reply::ok(ListResponse::complete(items).into_text()))
}

fn one(items: Vec<Value>, is_asked_for: impl Fn(&str) -> bool) -> Result<Reply, Problem> {
    let found = items.into_iter().find(|item| item["id"].as_str().is_some_and(&is_asked_for));
    found
        .map(|item| Reply::ok(item.to_string()))
        .ok_or_else(|| scim::Error::not_found("There is nothing with this name here.").into())
}
