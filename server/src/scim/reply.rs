//! What goes back: a resource, a list, or an error in SCIM's own form. Every answer is `application/scim+json`.

use super::{prefer::Preference, request::tag};
use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Response, StatusCode, header},
};
use domain::{
    Conflict, Error, Refusal,
    activity::{Call, Outcome, Record},
};
use uuid::Uuid;

const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/scim+json; charset=utf-8");

const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// A successful answer.
pub(super) struct Reply {
    status: StatusCode,
    body: Option<String>,
    location: Option<String>,
    tag: Option<String>,
    preference: Option<Preference>,
    outcome: Outcome,
    target: Option<Uuid>,
    /// Whether the unit of work has written the activity record already.
    pub(super) recorded: bool,
}

impl Reply {
    /// 200 with a body of JSON text.
    pub(super) fn ok(body: String) -> Self {
        let status = StatusCode::OK;
        Self {
            status,
            body: Some(body),
            location: None,
            tag: None,
            preference: None,
            outcome: Outcome::Done,
            target: None,
            recorded: false,
        }
    }

    /// An answer without a body.
    pub(super) fn empty(status: StatusCode) -> Self {
        Self { status, body: None, ..Self::ok(String::new()) }
    }

    /// 201 at a place.
    pub(super) fn created(self, location: String) -> Self {
        Self { status: StatusCode::CREATED, ..self.at(location) }
    }

    /// At a place.
    pub(super) fn at(self, location: String) -> Self {
        Self { location: Some(location), ..self }
    }

    /// As the client preferred it (RFC 7240 §3).
    pub(super) fn preferred(self, preference: Option<Preference>) -> Self {
        Self { preference, ..self }
    }

    /// The status.
    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    /// The resource that it is about.
    pub(super) fn target(&self) -> Option<Uuid> {
        self.target
    }

    /// The place.
    pub(super) fn location(&self) -> Option<&str> {
        self.location.as_deref()
    }

    /// The entity tag of what it is about.
    pub(super) fn known_tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// Of this version.
    pub(super) fn version(self, version: i64) -> Self {
        self.tag(tag(version))
    }

    /// With this entity tag.
    pub(super) fn tag(self, tag: String) -> Self {
        Self { tag: Some(tag), ..self }
    }

    /// About this resource.
    pub(super) fn about(self, target: Uuid) -> Self {
        Self { target: Some(target), ..self }
    }

    /// With this outcome in the activity record.
    pub(super) fn outcome(self, outcome: Outcome) -> Self {
        Self { outcome, ..self }
    }

    /// Recorded in its own transaction.
    pub(super) fn recorded(self) -> Self {
        Self { recorded: true, ..self }
    }

    /// The activity record of a call that got this answer.
    pub(super) fn record(&self, call: Call) -> Record {
        Record { call, target: self.target, outcome: self.outcome, detail: None }
    }

    pub(super) fn response(self) -> Response<Body> {
        let mut response = match self.body {
            Some(body) => answer(self.status, Body::from(body)),
            None => answer(self.status, Body::empty()),
        };
        let headers = response.headers_mut();
        if let Some(Ok(location)) = self.location.map(HeaderValue::try_from) {
            headers.insert(header::LOCATION, location);
        }
        if let Some(Ok(tag)) = self.tag.map(HeaderValue::try_from) {
            headers.insert(header::ETAG, tag);
        }
        if let Some(preference) = self.preference {
            headers.insert(PREFERENCE_APPLIED, HeaderValue::from_static(preference.as_str()));
        }
        response
    }
}

/// A refusal or a failure.
#[derive(Debug)]
pub(super) struct Problem {
    error: scim::Error,
    allow: Option<&'static str>,
}

impl Problem {
    /// 405 with the methods that would do.
    pub(super) fn method(allow: &'static str) -> Self {
        let error = scim::Error::method_not_allowed("This endpoint does not take this method.");
        Self { error, allow: Some(allow) }
    }

    /// 412, because of `If-None-Match`.
    pub(super) fn known() -> Self {
        scim::Error::precondition_failed("There is a resource of a version that If-None-Match names.").into()
    }

    /// 503, because it took too long.
    pub(super) fn late() -> Self {
        scim::Error::unavailable("This took too long. It may or may not have happened; try again.").into()
    }

    /// What happened, in SCIM's words. Failures of our own are logged here, once, and told without their inside.
    pub(super) fn of(error: Error) -> Self {
        let error = match error {
            Error::NotFound => scim::Error::not_found("There is no resource of this id."),
            Error::Conflict(conflict) => scim::Error::uniqueness(conflict_detail(conflict)),
            Error::VersionMismatch => scim::Error::precondition_failed(
                "The resource has changed since the version in If-Match; read it again.",
            ),
            Error::Invalid(detail) => scim::Error::invalid_value(detail),
            Error::Refused(Refusal::BadToken) => scim::Error::unauthorized(Refusal::BadToken.to_string()),
            Error::Refused(refusal) => scim::Error::forbidden(refusal.to_string()),
            Error::Rejected(source) => match source.downcast::<scim::Error>() {
                Ok(error) => *error,
                Err(source) => internal(&*source),
            },
            Error::Unavailable(source) => {
                tracing::error!(error = &*source as &dyn std::error::Error, "the database failed a SCIM call");
                scim::Error::unavailable("The database did not answer. It may or may not have happened; try again.")
            }
            error @ Error::Corrupt { .. } => internal(&error),
        };
        Self { error, allow: None }
    }

    /// One line for whoever looks for the reason; the words are our own, and hold nothing that was sent.
    pub(super) fn log(&self, call: &Call) {
        let (token, detail) = (call.token.map(|id| id.to_string()), self.error.detail.as_str());
        tracing::info!(status = self.error.status, token, detail, "a SCIM call was refused");
    }

    /// The activity record of a call that ended so.
    pub(super) fn record(&self, call: Call) -> Record {
        let outcome = if self.error.status >= 500 { Outcome::Failed } else { Outcome::Refused };
        Record { call, target: None, outcome, detail: Some(self.error.detail.clone()) }
    }

    /// The error alone.
    pub(super) fn into_error(self) -> scim::Error {
        self.error
    }

    pub(super) fn response(self) -> Response<Body> {
        let status = StatusCode::from_u16(self.error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = answer(status, Body::from(self.error.to_json().to_string()));
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            // RFC 6750 §3: a request without any token gets no error code either.
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"Postern SCIM\""));
        }
        if let Some(allow) = self.allow {
            headers.insert(header::ALLOW, HeaderValue::from_static(allow));
        }
        response
    }
}

impl From<scim::Error> for Problem {
    fn from(error: scim::Error) -> Self {
        Self { error, allow: None }
    }
}

fn conflict_detail(conflict: Conflict) -> &'static str {
    match conflict {
        // A name that is kept from directories looks like any other that is taken.
        Conflict::UserName | Conflict::Reserved => {
            "Another user has this userName already; letter case does not matter."
        }
        Conflict::GroupName => "Another group has this displayName already; letter case does not matter.",
        Conflict::BreakGlassName => "This name is taken.",
    }
}

fn internal(error: &(dyn std::error::Error + 'static)) -> scim::Error {
    tracing::error!(error, "a SCIM call failed");
    scim::Error::internal("The server failed. Its log says why.")
}

fn answer(status: StatusCode, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, MEDIA_TYPE);
    response
}
