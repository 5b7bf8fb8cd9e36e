use crate::{Failure, Result};
use hyper::HeaderMap;
use serde_json::Value;
use std::collections::BTreeSet;

const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// An answer, and checks on it. A check that does not hold returns a [`Failure`].
///
/// Values are named by JSON pointers (RFC 6901), such as `/name/givenName`.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
    request: String,
    json: Value,
}

impl Answer {
    pub(crate) fn new(request: String, status: u16, headers: HeaderMap, body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body).into_owned();
        let json = serde_json::from_str(&text).unwrap_or_default();
        Self { status, headers, text, request, json }
    }

    /// The body as JSON; `null` if it is not JSON.
    pub fn json(&self) -> &Value {
        &self.json
    }

    /// The value at a pointer; `null` if there is none.
    pub fn at(&self, pointer: &str) -> &Value {
        self.json.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// A header; empty if there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// A failure with this answer.
    pub fn fails(&self, expected: impl Into<String>) -> Failure {
        let body: String = self.text.chars().take(700).collect();
        Failure::new(&self.request, expected, format!("{} {body}", self.status))
    }

    /// Fails with this expectation unless `holds`.
    pub fn ensure(&self, holds: bool, expected: impl Into<String>) -> Result<&Self> {
        if holds { Ok(self) } else { Err(self.fails(expected)) }
    }

    /// The text at a pointer.
    pub fn text_at(&self, pointer: &str) -> Result<String> {
        self.at(pointer).as_str().map(Into::into).ok_or_else(|| self.fails(format!("a text at {pointer}")))
    }

    /// The whole number at a pointer.
    pub fn number_at(&self, pointer: &str) -> Result<u64> {
        self.at(pointer).as_u64().ok_or_else(|| self.fails(format!("a whole number at {pointer}")))
    }

    /// The list at a pointer.
    pub fn list_at(&self, pointer: &str) -> Result<&Vec<Value>> {
        self.at(pointer).as_array().ok_or_else(|| self.fails(format!("a list at {pointer}")))
    }

    /// The `id` of the resource.
    pub fn id(&self) -> Result<String> {
        self.text_at("/id")
    }

    /// Checks that the value at a pointer is `value`.
    pub fn is(&self, pointer: &str, value: impl Into<Value>) -> Result<&Self> {
        let value = value.into();
        self.ensure(*self.at(pointer) == value, format!("{value} at {pointer}"))
    }

    /// Checks that the value at a pointer is not `value`.
    pub fn is_not(&self, pointer: &str, value: impl Into<Value>) -> Result<&Self> {
        let value = value.into();
        self.ensure(*self.at(pointer) != value, format!("anything but {value} at {pointer}"))
    }

    /// Checks that there is a value at a pointer. RFC 7643 §2.5: null and the empty list are no value.
    pub fn present(&self, pointer: &str) -> Result<&Self> {
        self.ensure(!is_unassigned(self.at(pointer)), format!("a value at {pointer}"))
    }

    /// Checks that there is no value at a pointer.
    pub fn absent(&self, pointer: &str) -> Result<&Self> {
        self.ensure(is_unassigned(self.at(pointer)), format!("no value at {pointer}"))
    }

    /// Checks that there is not even a member at a pointer.
    pub fn without(&self, pointer: &str) -> Result<&Self> {
        self.ensure(self.json.pointer(pointer).is_none(), format!("nothing at {pointer}"))
    }

    /// Checks that the list at a pointer has an element that includes `value`; see [`includes`].
    pub fn has(&self, pointer: &str, value: impl Into<Value>) -> Result<&Self> {
        let value = value.into();
        let found = self.at(pointer).as_array().is_some_and(|list| list.iter().any(|item| includes(item, &value)));
        self.ensure(found, format!("an element {value} at {pointer}"))
    }

    /// Checks that the list at a pointer, if there is one, has no element that includes `value`.
    pub fn lacks(&self, pointer: &str, value: impl Into<Value>) -> Result<&Self> {
        let value = value.into();
        let found = self.at(pointer).as_array().is_some_and(|list| list.iter().any(|item| includes(item, &value)));
        self.ensure(!found, format!("no element {value} at {pointer}"))
    }

    /// Checks that the list at a pointer has `count` elements; a missing list has none.
    pub fn count(&self, pointer: &str, count: usize) -> Result<&Self> {
        let found = self.at(pointer).as_array().map_or(0, Vec::len);
        self.ensure(found == count, format!("{count} elements at {pointer}"))
    }

    /// Checks that a header is `value`.
    pub fn header_is(&self, name: &str, value: &str) -> Result<&Self> {
        self.ensure(self.header(name) == value, format!("the header {name}: {value}"))
    }

    /// Checks that the body does not contain this text.
    pub fn says_not(&self, text: &str) -> Result<&Self> {
        let headers = self.headers.values().filter_map(|value| value.to_str().ok());
        let found = headers.chain([self.text.as_str()]).any(|part| part.contains(text));
        self.ensure(!found, format!("an answer without {text}"))
    }

    /// Checks that the body is empty.
    pub fn is_empty(&self) -> Result<&Self> {
        self.ensure(self.text.is_empty(), "an empty body")
    }

    /// Checks the media type, `application/scim+json` (RFC 7644 §3.1).
    pub fn is_scim(&self) -> Result<&Self> {
        let essence = self.header("content-type").split(';').next().unwrap_or_default().trim();
        self.ensure(essence.eq_ignore_ascii_case("application/scim+json"), "Content-Type: application/scim+json")
    }

    /// Checks that this is a list response with this `totalResults` (RFC 7644 §3.4.2).
    pub fn total(&self, total: u64) -> Result<&Self> {
        self.has("/schemas", LIST)?.is("/totalResults", total)
    }

    /// Checks that this is a list response of exactly the resources with these ids, in any order (RFC 7644 §3.4.2).
    pub fn finds(&self, ids: &[&str]) -> Result<&Self> {
        self.has("/schemas", LIST)?;
        let found: Vec<String> = self.ids();
        let same = found.iter().map(String::as_str).collect::<BTreeSet<_>>() == ids.iter().copied().collect();
        self.ensure(same && found.len() == ids.len(), format!("the resources {ids:?} and no others"))?;
        self.is("/totalResults", ids.len())
    }

    /// The ids of the resources of a list, in their order.
    pub fn ids(&self) -> Vec<String> {
        let resources = self.at("/Resources").as_array().into_iter().flatten();
        resources.filter_map(|resource| Some(resource.get("id")?.as_str()?.to_owned())).collect()
    }

    /// The value at a pointer in each resource of a list.
    pub fn each(&self, pointer: &str) -> Vec<Value> {
        let resources = self.at("/Resources").as_array().into_iter().flatten();
        resources.map(|resource| resource.pointer(pointer).cloned().unwrap_or_default()).collect()
    }

    pub(crate) fn has_status(&self, statuses: &[u16]) -> Result<()> {
        let expected = statuses.iter().map(u16::to_string).collect::<Vec<_>>().join(" or ");
        self.ensure(statuses.contains(&self.status), expected).map(drop)
    }

    /// Checks for an error message (RFC 7644 §3.12): its schema, the status as text, and the `scimType` if the RFC
    /// names one. If several are allowed, `kind` separates them by bars.
    pub(crate) fn is_refusal(&self, statuses: &[u16], kind: Option<&str>) -> Result<()> {
        self.has_status(statuses)?;
        self.is_scim()?.is("/schemas", vec![ERROR])?.is("/status", self.status.to_string())?;
        let Some(kinds) = kind else { return Ok(()) };
        let found = self.at("/scimType").as_str().unwrap_or_default();
        self.ensure(kinds.split('|').any(|kind| kind == found), format!("scimType {kinds}")).map(drop)
    }
}

/// Whether `value` has everything that `part` has: objects their members, lists their elements in any order; all other
/// values are equal.
pub fn includes(value: &Value, part: &Value) -> bool {
    match (value, part) {
        (Value::Object(value), Value::Object(part)) => {
            part.iter().all(|(name, part)| value.get(name).is_some_and(|value| includes(value, part)))
        }
        (Value::Array(value), Value::Array(part)) => {
            part.iter().all(|part| value.iter().any(|value| includes(value, part)))
        }
        _ => value == part,
    }
}

fn is_unassigned(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}
