//! What a SCIM request says, read with its limits.

use super::{PREFIX, reply::Problem};
use crate::{edge::is_encoded, state::AppState};
use axum::{
    body::to_bytes,
    extract::{Query, Request},
    http::{HeaderMap, Method, Uri, header},
};
use domain::{
    activity::{Operation, Subject},
    directory::{Directory, Expected},
    query::Slice,
};
use hyper::body::Body as _;
use percent_encoding::percent_decode_str;
use scim::{
    Limits,
    resource::Projection,
    schema::{Registry, ResourceType},
};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// The page that a client gets when it does not say how long it should be.
const DEFAULT_COUNT: u64 = 100;
/// A user, or a change of one, is far smaller; groups come with their members.
const USER_BODY: usize = 1024 * 1024;

/// A SCIM call whose token was checked and whose body was read.
#[derive(Clone)]
pub(super) struct Call {
    pub(super) directory: Directory,
    pub(super) base_url: String,
    /// The resource types, with the operator's extensions.
    pub(super) schemas: Registry,
    pub(super) limits: Limits,
    pub(super) method: Method,
    pub(super) path: String,
    headers: HeaderMap,
    query: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Call {
    /// Reads a request. Refuses compressed bodies, bodies of another media type, and those over the limit.
    pub(super) async fn read(state: &AppState, directory: Directory, request: Request) -> Result<Self, Problem> {
        let limits = Limits::default();
        let (parts, body) = request.into_parts();
        let readable = !is_encoded(&parts.headers) && is_json(&parts.headers);
        if !readable && !body.is_end_stream() {
            let detail = "Send the body as application/scim+json or application/json, uncompressed.";
            return Err(scim::Error::unsupported_media_type(detail).into());
        }
        let path = parts.uri.path().strip_prefix(PREFIX).unwrap_or_default().to_owned();
        let largest = if path.trim_start_matches('/').starts_with("Users") { USER_BODY } else { limits.payload };
        let method = if parts.method == Method::HEAD { Method::GET } else { parts.method };
        let body = match to_bytes(body, largest).await {
            Ok(body) => body.into(),
            Err(_) => return Err(scim::Error::too_large("The body is too large, or did not arrive whole.").into()),
        };
        let Query(query) = Query::try_from_uri(&parts.uri)
            .map_err(|_| scim::Error::invalid_syntax("The query of the URL cannot be read; encode it as UTF-8."))?;
        let base_url = format!("{}{PREFIX}", state.public_url.as_str());
        let schemas = state.schemas;
        Ok(Self { directory, base_url, schemas, limits, method, path, headers: parts.headers, query, body })
    }

    /// The parts of the path, decoded; a slash too many, or one at the end, makes none.
    pub(super) fn segments(&self) -> Result<Vec<Cow<'_, str>>, Problem> {
        let decode = |segment| percent_decode_str(segment).decode_utf8();
        let segments: Result<_, _> = self.path.split('/').filter(|segment| !segment.is_empty()).map(decode).collect();
        segments.map_err(|_| scim::Error::not_found("There is no such SCIM endpoint here.").into())
    }

    /// The body as a JSON object.
    pub(super) fn body(&self) -> Result<Map<String, Value>, Problem> {
        Ok(scim::json::parse_object(&self.body, &self.limits)?)
    }

    /// A query parameter; its name counts without regard to case, and parameters that nobody knows are passed over.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The query that a search request holds in its body (RFC 7644 §3.4.3), as if it stood in the URL.
    pub(super) fn search(&self) -> Result<Self, Problem> {
        let text = |value: Value| match value {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            Value::Array(list) => Some(list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",")),
            _ => None,
        };
        let query = self.body()?.into_iter().filter_map(|(name, value)| Some((name, text(value)?))).collect();
        Ok(Self { query, ..self.clone() })
    }

    /// The filter, if there is one.
    pub(super) fn filter(&self) -> Result<Option<scim::filter::Filter>, Problem> {
        let text = self.parameter("filter");
        Ok(text.map(|text| scim::filter::parse(text, &self.limits)).transpose().map_err(scim::Error::from)?)
    }

    /// `attributes` and `excludedAttributes`.
    pub(super) fn projection(&self, resource_type: &ResourceType) -> Result<Projection, Problem> {
        let (only, except) = (self.parameter("attributes"), self.parameter("excludedAttributes"));
        Ok(Projection::parse(only, except, resource_type)?)
    }

    /// `startIndex` and `count`. RFC 7644 §3.4.2.4: a `startIndex` below 1 is 1, a negative `count` is 0.
    pub(super) fn slice(&self) -> Result<Slice, Problem> {
        let number = |name, default: u64| match self.parameter(name).map(str::trim) {
            None | Some("") => Ok(default),
            Some(text) if text.starts_with('-') && text[1..].bytes().all(|b| b.is_ascii_digit()) => Ok(0),
            Some(text) => text.parse().map_err(|_| {
                scim::Error::invalid_value("startIndex and count must be whole numbers; lists start at 1.")
            }),
        };
        let largest = u64::try_from(self.limits.page_size).unwrap_or(u64::MAX);
        let offset = number("startIndex", 1)?.saturating_sub(1).min(i64::MAX.unsigned_abs());
        Ok(Slice { offset, limit: number("count", DEFAULT_COUNT)?.min(largest) })
    }

    /// The versions that `If-Match` names.
    pub(super) fn expected(&self) -> Expected {
        let named = self.tags(header::IF_MATCH)?;
        (!named.contains(&"*")).then(|| named.into_iter().filter_map(version_of).collect())
    }

    /// Whether `If-None-Match` names this version, so that the client has it already (RFC 7644 §3.14).
    pub(super) fn has_version(&self, version: i64) -> bool {
        let named = self.tags(header::IF_NONE_MATCH).unwrap_or_default();
        named.into_iter().any(|tag| tag == "*" || version_of(tag) == Some(version))
    }

    fn tags(&self, name: header::HeaderName) -> Option<Vec<&str>> {
        let value = self.headers.get(name)?.to_str().unwrap_or_default();
        Some(value.split(',').map(str::trim).collect())
    }
}

/// Whether the query holds a token (RFC 6750 §2.3), which proxies and browsers would write into their logs.
pub(super) fn has_token_in_query(uri: &Uri) -> bool {
    let names = uri.query().unwrap_or_default().split('&').map(|pair| pair.split('=').next().unwrap_or_default());
    names.map(percent_decode_str).any(|name| name.decode_utf8_lossy().eq_ignore_ascii_case("access_token"))
}

/// A version as an entity tag.
pub(super) fn tag(version: i64) -> String {
    format!("W/\"{version}\"")
}

fn version_of(tag: &str) -> Option<i64> {
    tag.strip_prefix("W/").unwrap_or(tag).strip_prefix('"')?.strip_suffix('"')?.parse().ok()
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE) else { return true };
    let essence = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_lowercase();
    matches!(essence.as_str(), "application/scim+json" | "application/json" | "")
}

/// What a call is about, as far as its first line tells.
pub(super) fn describe(method: &Method, uri: &Uri) -> (Operation, Subject) {
    let path = uri.path().strip_prefix(PREFIX).unwrap_or_default();
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let subject = match segments.next() {
        Some("Users") => Subject::User,
        Some("Groups") => Subject::Group,
        _ => return (Operation::Discover, Subject::Service),
    };
    let operation = match (method.as_str(), segments.next()) {
        ("POST", Some(".search")) => Operation::LookUp,
        ("POST", _) => Operation::Create,
        ("PUT" | "PATCH", _) => Operation::Change,
        ("DELETE", _) => Operation::Delete,
        (_, Some(_)) => Operation::Read,
        (_, None) if uri.query().is_some_and(|query| query.to_lowercase().contains("filter=")) => Operation::LookUp,
        (_, None) => Operation::List,
    };
    (operation, subject)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entity_tags_are_read_weak_or_strong() {
        assert_eq!(version_of(&tag(7)), Some(7));
        assert_eq!(version_of("\"7\""), Some(7));
        assert_eq!(version_of("7"), None);
    }

    #[test]
    fn tokens_in_a_query_are_seen() {
        let seen = |uri: &'static str| has_token_in_query(&Uri::from_static(uri));
        for uri in ["/x?access_token=a", "/x?a=b&access_token", "/x?ACCESS_TOKEN=a", "/x?access%5Ftoken=a"] {
            assert!(seen(uri), "{uri}");
        }
        assert!(!seen("/x") && !seen("/x?filter=access_token") && !seen("/access_token=a?b=c"));
    }

    #[test]
    fn calls_are_described_by_their_first_line() {
        let described = |method, uri: &'static str| describe(&method, &Uri::from_static(uri));
        assert_eq!(described(Method::GET, "/scim/v2/Users?filter=x"), (Operation::LookUp, Subject::User));
        assert_eq!(described(Method::GET, "/scim/v2//Groups/?startIndex=1"), (Operation::List, Subject::Group));
        assert_eq!(described(Method::PATCH, "/scim/v2/Users/1"), (Operation::Change, Subject::User));
        assert_eq!(described(Method::GET, "/scim/v2/Schemas"), (Operation::Discover, Subject::Service));
    }
}
