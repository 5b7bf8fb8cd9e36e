//! A SCIM request, read within its limits.

pub(super) mod asked;
mod parameters;
mod query;
pub(super) mod written;

use super::{
    prefer::Preference,
    profile,
    reply::Problem,
    route::{PREFIX, Route},
};
use crate::{
    http::{
        edge::is_encoded,
        shares::{Share, Shares},
        slots::Slots,
    },
    state::AppState,
};
use axum::{
    extract::{Query, Request},
    http::{HeaderMap, HeaderValue, Method, Uri, header},
};
use domain::{
    TokenId,
    activity::{self, CallKind, Written},
    directory::{Directory, Expected},
    token::ClientProfile,
};
use http_body_util::{BodyExt, Limited};
use hyper::body::Body as _;
use percent_encoding::percent_decode_str;
use scim::{
    Limits,
    schema::{Registry, ResourceType},
};
use serde_json::{Map, Value};
use std::{sync::Arc, time::Duration};
use tokio::{sync::OwnedSemaphorePermit, time::Instant};

/// A SCIM call whose token was checked and whose body was read.
pub(super) struct Call {
    pub(super) directory: Directory,
    pub(super) base_url: String,
    /// The resource types, with the operator's extensions.
    pub(super) schemas: Registry,
    pub(super) limits: Limits,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) route: Route,
    pub(super) headers: HeaderMap,
    /// A call that does several things one after the other may start the next one until then.
    pub(super) deadline: Instant,
    /// How much of the resource a write answers with.
    pub(super) preference: Option<Preference>,
    /// The assumed kind of the client.
    pub(super) profile: Option<ClientProfile>,
    /// How many bytes a page of a list may have.
    pub(super) page: u64,
    /// The places for queries that look at resources one by one.
    pub(super) scans: Shares<TokenId>,
    /// How long a query waits for a place among them.
    pub(super) scan_turn: Duration,
    /// The slots for changes that take long to compute.
    changes: Slots<TokenId>,
    /// How much memory the request counts for while it is under way, and how much it may.
    held: Share<TokenId>,
    most: u64,
    query: Vec<(String, String)>,
    body: Body,
}

/// A body, as bytes or parsed.
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
        let route = Route::of(parts.uri.path());
        let (operation, _) = route.describe(&parts.method, None);
        if matches!(operation, CallKind::Create | CallKind::Change | CallKind::Delete | CallKind::Bulk) {
            directory.check_budget()?;
        }
        let is_encoded = is_encoded(&parts.headers);
        if (is_encoded || !is_json(&parts.headers)) && !body.is_end_stream() {
            return Err(Problem::media_type(is_encoded));
        }
        let path = parts.uri.path().strip_prefix(PREFIX).unwrap_or_default().to_owned();
        let method = if parts.method == Method::HEAD { Method::GET } else { parts.method };
        let largest = route.largest_body(&limits);
        let mut held = state.memory.empty(directory.token().id);
        let body = receive(body, largest, &mut held).await?;
        let directory = directory.sent(path.len() + body.len());
        let body = Body::Raw(body);
        let Query(query) = Query::try_from_uri(&parts.uri)
            .map_err(|_| scim::Error::invalid_syntax("The query of the URL cannot be read; encode it as UTF-8."))?;
        let query = query::of_address(query)?;
        let base_url = format!("{}{PREFIX}", state.public_url.as_str());
        // RFC 7644 §3.5.2: a PATCH that names `attributes` is answered with them.
        let has_attributes = query.iter().any(|(name, value)| name == "attributes" && !value.trim().is_empty());
        let is_overruled = method == Method::PATCH && has_attributes;
        let preference =
            Preference::of(&parts.headers).filter(|wanted| *wanted != Preference::Minimal || !is_overruled);
        let (headers, profile) = (parts.headers, None);
        let schemas = state.schemas;
        let call = Self {
            directory,
            base_url,
            schemas,
            limits,
            method,
            path,
            route,
            headers,
            deadline,
            preference,
            profile,
            page: state.limits.page,
            scans: state.scans.clone(),
            scan_turn: state.limits.scan_turn,
            changes: state.changes.clone(),
            held,
            most: state.limits.memory_each,
            query,
            body,
        };
        let token = call.directory.token();
        let profile = token.profile_with(profile::sign(token, &call, parts.uri.query().unwrap_or_default()));
        Ok(Self { profile, ..call })
    }

    /// The kind of client that this call has revealed, if it was not known.
    pub(super) fn detected(&self) -> Option<ClientProfile> {
        self.profile.filter(|profile| self.directory.token().profile != Some(*profile))
    }

    /// The call of an operation in a bulk request. Its answer is not sent as a body of its own.
    pub(super) fn part(&self, method: Method, path: String, data: Map<String, Value>, version: Option<&str>) -> Self {
        let mut headers = HeaderMap::new();
        if let Some(version) = version {
            // A version that is not a valid header value is not one of ours either.
            let version = HeaderValue::try_from(version).unwrap_or(HeaderValue::from_static("\"\""));
            headers.insert(header::IF_MATCH, version);
        }
        let route = Route::of(&path);
        let asked = self.directory.request().map(|request| asked::part(request, &method, &route));
        let directory = self.directory.clone().sent(path.len() + scim::json::length(&data));
        Self {
            directory: directory.asked(Arc::new(asked.unwrap_or_default()), route.id()),
            base_url: self.base_url.clone(),
            schemas: self.schemas,
            limits: self.limits,
            method,
            route,
            path,
            headers,
            deadline: self.deadline,
            preference: Some(Preference::Minimal),
            profile: self.profile,
            page: self.page,
            scans: self.scans.clone(),
            scan_turn: self.scan_turn,
            changes: self.changes.clone(),
            held: self.held.sibling(),
            most: self.most,
            query: Vec::new(),
            body: Body::Read(data),
        }
    }

    /// Whether it reads a list, or looks something up in one.
    pub(super) fn is_list(&self) -> bool {
        match self.route {
            Route::List(_) => self.method == Method::GET,
            Route::Root => self.method == Method::GET && self.is_query(),
            Route::Search(_) | Route::RootSearch => self.method == Method::POST,
            _ => false,
        }
    }

    /// A slot for a change that takes long to compute; one at a time for each token.
    pub(super) async fn slot_to_change(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        self.changes.take(self.directory.token().id, left).await.ok_or_else(Problem::late)
    }

    /// The call, for the activity record.
    pub(super) fn record(&self) -> activity::Call {
        let (operation, subject) = self.route.describe(&self.method, None);
        self.directory.call(operation, subject)
    }

    /// Adds a remark to the activity record if one of these names is almost that of a core attribute: its value is
    /// kept, so nothing else would show the mistake.
    pub(super) fn remark<'n>(&mut self, schema: &ResourceType, names: impl Iterator<Item = &'n str>) {
        let misspelt: Vec<String> = names
            .filter_map(|name| {
                Some(format!("“{name}” was kept as it was sent; perhaps {} is meant.", schema.misspelt(name)?))
            })
            .take(3)
            .collect();
        if !misspelt.is_empty() {
            self.directory = self.directory.clone().remarked(Some(&misspelt.join(" ")));
        }
    }

    /// Adds to the activity record what the call writes.
    pub(super) fn writing(&mut self, written: Option<Written>) {
        self.directory = self.directory.clone().writing(written);
    }

    /// Whether a write is to be answered without the resource.
    pub(super) fn wants_nothing_back(&self) -> bool {
        self.preference == Some(Preference::Minimal)
    }

    /// The body as it was sent, if it was sent with the call.
    pub(super) fn raw_body(&self) -> &[u8] {
        match &self.body {
            Body::Raw(bytes) => bytes,
            Body::Read(_) => &[],
        }
    }

    /// The body as a JSON object. The call has none after that, so that whole groups are not in memory twice.
    pub(super) fn take_body(&mut self) -> Result<Map<String, Value>, Problem> {
        match std::mem::replace(&mut self.body, Body::Read(Map::new())) {
            Body::Raw(bytes) => {
                self.hold(scim::json::cost(&bytes))?;
                Ok(scim::json::parse_object(&bytes, &self.limits)?)
            }
            Body::Read(body) => Ok(body),
        }
    }

    /// The body as it was sent. The call has none after that.
    pub(super) fn take_raw_body(&mut self) -> Vec<u8> {
        match std::mem::replace(&mut self.body, Body::Read(Map::new())) {
            Body::Raw(bytes) => bytes,
            Body::Read(_) => Vec::new(),
        }
    }

    /// Counts this many more bytes for the request, as long as it is under way.
    pub(super) fn hold(&mut self, bytes: u64) -> Result<(), Problem> {
        if self.held.amount().saturating_add(bytes) > self.most {
            return Err(scim::Error::too_large("The request body has too many values; split it.").into());
        }
        self.held.grow(bytes).map_err(Problem::no_room)
    }

    /// The versions that `If-Match` and `If-None-Match` name. The latter was already compared with the tag of the
    /// version that was `seen`, and did not name it; its tags matter only for versions that may exist by now.
    pub(super) fn expected(&self, seen: Option<i64>) -> Expected {
        let versions = |tags: Vec<&str>| tags.into_iter().filter_map(version_of).collect();
        let any_of = self.tags(header::IF_MATCH).filter(|named| !named.contains(&"*")).map(versions);
        let mut none_of: Vec<i64> = self.tags(header::IF_NONE_MATCH).map(versions).unwrap_or_default();
        none_of.retain(|version| Some(*version) != seen);
        Expected { any_of, none_of }
    }

    /// Whether `If-None-Match` names this entity tag, or any: a reader already has that version (RFC 7644 §3.14), and a
    /// writer must not change it (RFC 9110 §13.1.2).
    pub(super) fn has_tag(&self, tag: &str) -> bool {
        let named = self.tags(header::IF_NONE_MATCH).unwrap_or_default();
        named.into_iter().any(|known| known == "*" || opaque(known) == opaque(tag))
    }

    /// Refuses to read a version other than those that `If-Match` names (RFC 9110 §13.1.1).
    pub(super) fn check_match(&self, version: i64) -> Result<(), Problem> {
        match self.expected(None).any_of {
            Some(named) if !named.contains(&version) => Err(domain::Error::VersionMismatch.into()),
            _ => Ok(()),
        }
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

/// Reads a body, counting its bytes as they arrive. A body whose announced length is too large is refused unread (RFC
/// 7644 §3.7.4).
async fn receive(body: axum::body::Body, largest: usize, held: &mut Share<TokenId>) -> Result<Vec<u8>, Problem> {
    if body.size_hint().lower() > largest as u64 {
        let detail = format!("The body has more than {largest} bytes, the most that is accepted here.");
        return Err(scim::Error::too_large(detail).into());
    }
    let mut body = Limited::new(body, largest);
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| {
            let detail = format!(
                "The body has more than {largest} bytes, the most that is accepted here, or did not arrive whole."
            );
            scim::Error::too_large(detail)
        })?;
        if let Ok(data) = frame.into_data() {
            held.grow(data.len() as u64).map_err(Problem::no_room)?;
            bytes.extend_from_slice(&data);
        }
    }
    Ok(bytes)
}

/// Whether the query holds a token (RFC 6750 §2.3), which proxies and browsers would write to their logs.
pub(super) fn has_token_in_query(uri: &Uri) -> bool {
    let names = uri.query().unwrap_or_default().split('&').map(|pair| pair.split('=').next().unwrap_or_default());
    names.map(percent_decode_str).any(|name| name.decode_utf8_lossy().eq_ignore_ascii_case("access_token"))
}

/// The version in an entity tag; what may follow it depends on more than the resource.
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

#[cfg(test)]
mod tests {
    use super::{super::tag::tag, *};

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
}
