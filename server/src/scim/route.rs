//! The endpoints: which endpoint a path names, and what applies to it for every request.

use axum::http::Method;
use domain::{
    activity::{CallKind, Subject},
    directory::ResourceKind,
};
use percent_encoding::percent_decode_str;
use scim::Limits;
use std::borrow::Cow;
use uuid::Uuid;

/// The path of SCIM.
pub(super) const PREFIX: &str = "/scim/v2";

/// A user, or a change of one, is far smaller; groups include their members, and bulk requests several resources.
const USER_BODY: usize = 1024 * 1024;

/// The names that endpoints begin with.
const NAMES: [&str; 7] = ["Users", "Groups", "Me", "Bulk", "ServiceProviderConfig", "ResourceTypes", "Schemas"];

/// An endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// The base URL itself: the service, or a query over users and groups.
    Root,
    /// `/.search`.
    RootSearch,
    /// `/Users` or `/Groups`.
    List(ResourceKind),
    /// `/Users/.search` or `/Groups/.search`.
    Search(ResourceKind),
    /// One user or group, by its id.
    One(ResourceKind, String),
    /// `/Me`.
    Me,
    /// `/Bulk`.
    Bulk,
    /// `/ServiceProviderConfig`.
    Service,
    /// `/ResourceTypes`.
    ResourceTypes,
    /// One resource type, by its name.
    ResourceType(String),
    /// `/Schemas`.
    Schemas,
    /// One schema, by its URN.
    Schema(String),
    /// No endpoint; the name that the path begins with.
    Unknown(String),
}

impl Route {
    /// Parses a path, with or without the prefix. Extra slashes make no difference, even at the end.
    pub(super) fn of(path: &str) -> Self {
        let path = path.strip_prefix(PREFIX).unwrap_or(path);
        let decode = |segment| percent_decode_str(segment).decode_utf8().map(Cow::into_owned);
        let segments: Result<Vec<String>, _> =
            path.split('/').filter(|segment| !segment.is_empty()).map(decode).collect();
        let Ok(segments) = segments else { return Self::Unknown(String::new()) };
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        match segments[..] {
            [] => Self::Root,
            [".search"] => Self::RootSearch,
            ["Users"] => Self::List(ResourceKind::User),
            ["Groups"] => Self::List(ResourceKind::Group),
            ["Users", ".search"] => Self::Search(ResourceKind::User),
            ["Groups", ".search"] => Self::Search(ResourceKind::Group),
            ["Users", id] => Self::One(ResourceKind::User, id.to_owned()),
            ["Groups", id] => Self::One(ResourceKind::Group, id.to_owned()),
            ["Me"] => Self::Me,
            ["Bulk"] => Self::Bulk,
            ["ServiceProviderConfig"] => Self::Service,
            ["ResourceTypes"] => Self::ResourceTypes,
            ["ResourceTypes", name] => Self::ResourceType(name.to_owned()),
            ["Schemas"] => Self::Schemas,
            ["Schemas", urn] => Self::Schema(urn.to_owned()),
            [name, ..] => Self::Unknown(name.to_owned()),
        }
    }

    /// The methods that it allows, as listed in `Allow`; empty if there is no endpoint.
    pub(super) fn allowed(&self) -> &'static str {
        match self {
            Self::Root
            | Self::Service
            | Self::ResourceTypes
            | Self::ResourceType(_)
            | Self::Schemas
            | Self::Schema(_) => "GET, HEAD",
            Self::RootSearch | Self::Search(_) | Self::Bulk => "POST",
            Self::List(_) => "GET, HEAD, POST",
            Self::One(..) | Self::Me => "GET, HEAD, PUT, PATCH, DELETE",
            Self::Unknown(_) => "",
        }
    }

    /// The largest body that may be sent to it, in bytes.
    pub(super) fn largest_body(&self, limits: &Limits) -> usize {
        match self {
            Self::List(ResourceKind::Group)
            | Self::Search(ResourceKind::Group)
            | Self::One(ResourceKind::Group, _)
            | Self::Bulk => limits.payload,
            _ => USER_BODY,
        }
    }

    /// How the activity record describes a call of it. `query` is that of the URL.
    pub(super) fn describe(&self, method: &Method, query: Option<&str>) -> (CallKind, Subject) {
        let subject = |kind: &ResourceKind| if *kind == ResourceKind::User { Subject::User } else { Subject::Group };
        let filters = || query.is_some_and(|query| query.to_lowercase().contains("filter="));
        match self {
            Self::RootSearch => (CallKind::LookUp, Subject::Service),
            Self::Root if filters() => (CallKind::LookUp, Subject::Service),
            Self::Bulk => (CallKind::Bulk, Subject::Service),
            Self::Me => (on_one(method), Subject::User),
            Self::Search(kind) if *method == Method::POST => (CallKind::LookUp, subject(kind)),
            Self::List(kind) | Self::One(kind, _) if *method == Method::POST => (CallKind::Create, subject(kind)),
            Self::List(kind) if matches!(*method, Method::PUT | Method::PATCH | Method::DELETE) => {
                (on_one(method), subject(kind))
            }
            Self::List(kind) if filters() => (CallKind::LookUp, subject(kind)),
            Self::List(kind) => (CallKind::List, subject(kind)),
            Self::Search(kind) | Self::One(kind, _) => (on_one(method), subject(kind)),
            _ => (CallKind::Discover, Subject::Service),
        }
    }

    /// The id of the user or group that it names, if the text can be an id.
    pub(super) fn id(&self) -> Option<Uuid> {
        if let Self::One(_, id) = self { Uuid::try_parse(id).ok() } else { None }
    }

    /// Its path, without the id of a resource and without the name of an unknown endpoint.
    pub(super) fn form(&self) -> &'static str {
        match self {
            Self::Root => "/",
            Self::RootSearch => "/.search",
            Self::List(ResourceKind::User) => "/Users",
            Self::List(ResourceKind::Group) => "/Groups",
            Self::Search(ResourceKind::User) => "/Users/.search",
            Self::Search(ResourceKind::Group) => "/Groups/.search",
            Self::One(ResourceKind::User, _) => "/Users/{id}",
            Self::One(ResourceKind::Group, _) => "/Groups/{id}",
            Self::Me => "/Me",
            Self::Bulk => "/Bulk",
            Self::Service => "/ServiceProviderConfig",
            Self::ResourceTypes | Self::ResourceType(_) => "/ResourceTypes",
            Self::Schemas | Self::Schema(_) => "/Schemas",
            Self::Unknown(_) => "/…",
        }
    }

    /// The right spelling of the name of an endpoint, if only the letter case differs.
    pub(super) fn meant(name: &str) -> Option<&'static str> {
        NAMES.into_iter().find(|known| known.eq_ignore_ascii_case(name) && *known != name)
    }
}

/// What a method does to one resource.
fn on_one(method: &Method) -> CallKind {
    match *method {
        Method::PUT | Method::PATCH => CallKind::Change,
        Method::DELETE => CallKind::Delete,
        _ => CallKind::Read,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Uri;

    #[test]
    fn a_path_is_an_endpoint_in_any_spelling() {
        for (path, route) in [
            ("/scim/v2", Route::Root),
            ("/scim/v2/", Route::Root),
            ("/Users", Route::List(ResourceKind::User)),
            ("//Groups/", Route::List(ResourceKind::Group)),
            ("/%55sers/a%20b", Route::One(ResourceKind::User, "a b".to_owned())),
            ("/Groups/.search", Route::Search(ResourceKind::Group)),
            ("/users", Route::Unknown("users".to_owned())),
            ("/Users/1/2", Route::Unknown("Users".to_owned())),
            ("/%ff", Route::Unknown(String::new())),
        ] {
            assert_eq!(Route::of(path), route, "{path}");
        }
        assert_eq!((Route::meant("users"), Route::meant("Users"), Route::meant("x")), (Some("Users"), None, None));
    }

    #[test]
    fn calls_are_described_by_their_first_line() {
        let described = |method, uri: &'static str| {
            let uri = Uri::from_static(uri);
            Route::of(uri.path()).describe(&method, uri.query())
        };
        assert_eq!(described(Method::GET, "/scim/v2/Users?filter=x"), (CallKind::LookUp, Subject::User));
        assert_eq!(described(Method::GET, "/scim/v2//Groups/?startIndex=1"), (CallKind::List, Subject::Group));
        assert_eq!(described(Method::PATCH, "/scim/v2/Users/1"), (CallKind::Change, Subject::User));
        assert_eq!(described(Method::GET, "/scim/v2/Schemas"), (CallKind::Discover, Subject::Service));
        assert_eq!(described(Method::DELETE, "/scim/v2/Me"), (CallKind::Delete, Subject::User));
        assert_eq!(described(Method::POST, "/scim/v2/Bulk"), (CallKind::Bulk, Subject::Service));
    }
}
