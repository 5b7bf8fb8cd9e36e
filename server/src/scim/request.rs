//! What a SCIM request says, read with its limits.

use super::{PREFIX, prefer::Preference, profile, reply::Problem};
use crate::{edge::is_encoded, state::AppState};
use axum::{
    body::to_bytes,
    extract::{Query, Request},
    http::{HeaderMap, HeaderValue, Method, Uri, header},
};
use domain::{
    activity::{self, Operation, Subject},
    directory::{Directory, Expected},
    query::Slice,
    token::ClientProfile,
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
use tokio::time::Instant;

/// A user, or a change of one, is far smaller; groups come with their members, and bulk requests with several.
const USER_BODY: usize = 1024 * 1024;

/// The largest body that may be sent to this path below the prefix.
pub(super) fn largest_body(path: &str, limits: &Limits) -> usize {
    let endpoint = path.trim_start_matches('/');
    let may_be_large = endpoint.starts_with("Groups") || endpoint.starts_with("Bulk");
    if may_be_large { limits.payload } else { USER_BODY }
}

/// A SCIM call whose token was checked and whose body was read.
pub(super) struct Call {
    pub(super) directory: Directory,
    pub(super) base_url: String,
    /// The resource types, with the operator's extensions.
    pub(super) schemas: Registry,
    pub(super) limits: Limits,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    /// Until when a call that does many things one after the other may begin another.
    pub(super) deadline: Instant,
    /// How much of the resource a write answers with.
    pub(super) preference: Option<Preference>,
    /// What the client is taken for.
    pub(super) profile: Option<ClientProfile>,
    query: Vec<(String, String)>,
    body: Body,
}

/// A body, as bytes or as what they say.
enum Body {
    Raw(Vec<u8>),
    Read(Map<String, Value>),
}

impl Call {
    /// Reads a request. Refuses compressed bodies, bodies of another media type, and those over the limit.
    pub(super) async fn read(
        state: &AppState,
        directory: Directory,
        request: Request,
        deadline: Instant,
    ) -> Result<Self, Problem> {
        let limits = Limits::default();
        let (parts, body) = request.into_parts();
        let readable = !is_encoded(&parts.headers) && is_json(&parts.headers);
        if !readable && !body.is_end_stream() {
            let detail = "Send the body as application/scim+json or application/json, uncompressed.";
            return Err(scim::Error::unsupported_media_type(detail).into());
        }
        let path = parts.uri.path().strip_prefix(PREFIX).unwrap_or_default().to_owned();
        let method = if parts.method == Method::HEAD { Method::GET } else { parts.method };
        let largest = largest_body(&path, &limits);
        let body = to_bytes(body, largest).await.map_err(|_| {
            let detail =
                format!("The body has more than {largest} bytes, the most that is read here, or did not arrive whole.");
            scim::Error::too_large(detail)
        });
        let body = Body::Raw(body?.into());
        let Query(query) = Query::try_from_uri(&parts.uri)
            .map_err(|_| scim::Error::invalid_syntax("The query of the URL cannot be read; encode it as UTF-8."))?;
        let base_url = format!("{}{PREFIX}", state.public_url.as_str());
        let preference = Preference::of(&parts.headers);
        let (headers, profile) = (parts.headers, None);
        let schemas = state.schemas;
        let call = Self {
            directory,
            base_url,
            schemas,
            limits,
            method,
            path,
            headers,
            deadline,
            preference,
            profile,
            query,
            body,
        };
        let token = call.directory.token();
        let profile = token.profile_with(profile::sign(token, &call, parts.uri.query().unwrap_or_default()));
        Ok(Self { profile, ..call })
    }

    /// What the client has turned out to be by this call, where it was not known.
    pub(super) fn detected(&self) -> Option<ClientProfile> {
        self.profile.filter(|profile| self.directory.token().profile != Some(*profile))
    }

    /// The call that an operation of a bulk request is. Its answer has no body of its own to go to.
    pub(super) fn part(&self, method: Method, path: String, data: Map<String, Value>, version: Option<&str>) -> Self {
        let mut headers = HeaderMap::new();
        if let Some(version) = version {
            // What is no header value is no version of ours either.
            let version = HeaderValue::try_from(version).unwrap_or(HeaderValue::from_static("\"\""));
            headers.insert(header::IF_MATCH, version);
        }
        Self {
            directory: self.directory.clone(),
            base_url: self.base_url.clone(),
            schemas: self.schemas,
            limits: self.limits,
            method,
            path,
            headers,
            deadline: self.deadline,
            preference: Some(Preference::Minimal),
            profile: self.profile,
            query: Vec::new(),
            body: Body::Read(data),
        }
    }

    /// The call, for the activity record.
    pub(super) fn record(&self) -> activity::Call {
        let (operation, subject) = describe(&self.method, &self.path, None);
        self.directory.call(operation, subject)
    }

    /// Whether a write is to be answered without the resource.
    pub(super) fn wants_nothing_back(&self) -> bool {
        self.preference == Some(Preference::Minimal)
    }

    /// The body as it came, where it came with the call.
    pub(super) fn raw_body(&self) -> &[u8] {
        match &self.body {
            Body::Raw(bytes) => bytes,
            Body::Read(_) => &[],
        }
    }

    /// The names of the query's parameters.
    pub(super) fn parameter_names(&self) -> impl Iterator<Item = &str> {
        self.query.iter().map(|(name, _)| name.as_str())
    }

    /// The parts of the path, decoded; a slash too many, or one at the end, makes none.
    pub(super) fn segments(&self) -> Result<Vec<String>, Problem> {
        let decode = |segment| percent_decode_str(segment).decode_utf8().map(Cow::into_owned);
        let segments: Result<_, _> = self.path.split('/').filter(|segment| !segment.is_empty()).map(decode).collect();
        segments.map_err(|_| scim::Error::not_found("There is no such SCIM endpoint here.").into())
    }

    /// The body as a JSON object. The call has none after that: whole groups should not be there twice.
    pub(super) fn take_body(&mut self) -> Result<Map<String, Value>, Problem> {
        match std::mem::replace(&mut self.body, Body::Read(Map::new())) {
            Body::Raw(bytes) => Ok(scim::json::parse_object(&bytes, &self.limits)?),
            Body::Read(body) => Ok(body),
        }
    }

    /// A query parameter; its name counts without regard to case, and parameters that nobody knows are passed over.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Takes the query that a search request holds in its body (RFC 7644 §3.4.3), as if it stood in the URL.
    pub(super) fn search(&mut self) -> Result<(), Problem> {
        let text = |value: Value| match value {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            Value::Array(list) => Some(list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",")),
            _ => None,
        };
        self.query = self.take_body()?.into_iter().filter_map(|(name, value)| Some((name, text(value)?))).collect();
        Ok(())
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
        let (default, largest) = self.page_sizes();
        let offset = number("startIndex", 1)?.saturating_sub(1).min(i64::MAX.unsigned_abs());
        Ok(Slice { offset, limit: number("count", default)?.min(largest) })
    }

    /// `count` beside a cursor. RFC 9865 §2: a positive number; pages are not longer than the largest.
    pub(super) fn count(&self) -> Result<u64, Problem> {
        let (default, largest) = self.page_sizes();
        match self.parameter("count").map(str::trim) {
            None | Some("") => Ok(default),
            // A number that is too large for us is too large for a page, too.
            Some(text) if text.bytes().all(|byte| byte.is_ascii_digit()) && text.bytes().any(|byte| byte != b'0') => {
                Ok(text.parse().unwrap_or(largest).min(largest))
            }
            Some(_) => Err(scim::Error::invalid_count("count must be a whole number from 1 on.").into()),
        }
    }

    fn page_sizes(&self) -> (u64, u64) {
        let size = |size| u64::try_from(size).unwrap_or(u64::MAX);
        (size(self.limits.default_page_size), size(self.limits.page_size))
    }

    /// `sortBy`, if there is one.
    pub(super) fn sort_by(&self) -> Option<&str> {
        self.parameter("sortBy").map(str::trim).filter(|name| !name.is_empty())
    }

    /// Whether `sortOrder` is `descending` (RFC 7644 §3.4.2.3).
    pub(super) fn descending(&self) -> Result<bool, Problem> {
        match self.parameter("sortOrder").map(str::trim) {
            None | Some("") => Ok(false),
            Some(order) if order.eq_ignore_ascii_case("ascending") => Ok(false),
            Some(order) if order.eq_ignore_ascii_case("descending") => Ok(true),
            Some(_) => Err(scim::Error::invalid_value("sortOrder is ascending or descending.").into()),
        }
    }

    /// The versions that `If-Match` and `If-None-Match` name. The latter was compared with the tag of the version that was
    /// `seen`, and did not name it, whatever version is in its tags: what is left are versions that there may be by now.
    pub(super) fn expected(&self, seen: Option<i64>) -> Expected {
        let versions = |tags: Vec<&str>| tags.into_iter().filter_map(version_of).collect();
        let any_of = self.tags(header::IF_MATCH).filter(|named| !named.contains(&"*")).map(versions);
        let mut none_of: Vec<i64> = self.tags(header::IF_NONE_MATCH).map(versions).unwrap_or_default();
        none_of.retain(|version| Some(*version) != seen);
        Expected { any_of, none_of }
    }

    /// Whether `If-None-Match` names this entity tag, or any: a reader has it already (RFC 7644 §3.14), and a writer
    /// wants none of it (RFC 9110 §13.1.2).
    pub(super) fn has_tag(&self, tag: &str) -> bool {
        let named = self.tags(header::IF_NONE_MATCH).unwrap_or_default();
        named.into_iter().any(|known| known == "*" || opaque(known) == opaque(tag))
    }

    /// Whether there is an `If-None-Match`.
    pub(super) fn has_none_match(&self) -> bool {
        self.headers.contains_key(header::IF_NONE_MATCH)
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

/// The version in an entity tag; what may stand behind it is of the resource's surroundings.
fn version_of(tag: &str) -> Option<i64> {
    let tag = opaque(tag).strip_prefix('"')?.strip_suffix('"')?;
    tag.split_once('-').map_or(tag, |(version, _)| version).parse().ok()
}

/// An entity tag as weak comparison sees it (RFC 9110 §8.8.3.2).
fn opaque(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag)
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE) else { return true };
    let essence = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_lowercase();
    matches!(essence.as_str(), "application/scim+json" | "application/json" | "")
}

/// What a call is about, as far as its first line tells.
pub(super) fn describe(method: &Method, path: &str, query: Option<&str>) -> (Operation, Subject) {
    let path = path.strip_prefix(PREFIX).unwrap_or(path);
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let subject = match segments.next() {
        Some("Users") => Subject::User,
        Some("Groups") => Subject::Group,
        Some(".search") => return (Operation::LookUp, Subject::Service),
        Some("Me") => return (on_one(method), Subject::User),
        Some("Bulk") => return (Operation::Bulk, Subject::Service),
        _ => return (Operation::Discover, Subject::Service),
    };
    let operation = match (method.as_str(), segments.next()) {
        ("POST", Some(".search")) => Operation::LookUp,
        ("POST", _) => Operation::Create,
        (_, Some(_)) | ("PUT" | "PATCH" | "DELETE", _) => on_one(method),
        (_, None) if query.is_some_and(|query| query.to_lowercase().contains("filter=")) => Operation::LookUp,
        (_, None) => Operation::List,
    };
    (operation, subject)
}

/// What a method does to one resource.
fn on_one(method: &Method) -> Operation {
    match method.as_str() {
        "PUT" | "PATCH" => Operation::Change,
        "DELETE" => Operation::Delete,
        _ => Operation::Read,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entity_tags_are_read_weak_or_strong() {
        assert_eq!(version_of(&tag(7)), Some(7));
        assert_eq!(version_of("\"7\""), Some(7));
        assert_eq!(version_of("W/\"7-0a1b\""), Some(7));
        assert_eq!(version_of("W/\"-7\""), None);
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
        let described = |method, uri: &'static str| {
            let uri = Uri::from_static(uri);
            describe(&method, uri.path(), uri.query())
        };
        assert_eq!(described(Method::GET, "/scim/v2/Users?filter=x"), (Operation::LookUp, Subject::User));
        assert_eq!(described(Method::GET, "/scim/v2//Groups/?startIndex=1"), (Operation::List, Subject::Group));
        assert_eq!(described(Method::PATCH, "/scim/v2/Users/1"), (Operation::Change, Subject::User));
        assert_eq!(described(Method::GET, "/scim/v2/Schemas"), (Operation::Discover, Subject::Service));
        assert_eq!(described(Method::DELETE, "/scim/v2/Me"), (Operation::Delete, Subject::User));
        assert_eq!(described(Method::POST, "/scim/v2/Bulk"), (Operation::Bulk, Subject::Service));
    }
}
