//! Answers: a resource, a list, or an error in SCIM's own form. Every body is `application/scim+json`.

use super::{outgoing::Parts, prefer::Preference, tag::tag};
use crate::{
    http::shares::{Full, Seldom, Share, Shares},
    state::AppState,
};
use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Response, StatusCode, header},
};
use domain::{
    Conflict, Error, Refusal, TokenId,
    activity::{Call, Outcome, Record},
};
use uuid::Uuid;

const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/scim+json");

const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// A successful answer.
pub(super) struct Reply {
    status: StatusCode,
    body: Option<Parts>,
    /// The share of memory that the body counts for.
    share: Option<Share<TokenId>>,
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
    pub(super) fn ok(body: impl Into<Parts>) -> Self {
        let status = StatusCode::OK;
        Self {
            status,
            body: Some(body.into()),
            share: None,
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

    /// Makes it 201, with this location.
    pub(super) fn created(self, location: String) -> Self {
        Self { status: StatusCode::CREATED, ..self.at(location) }
    }

    /// With this location.
    pub(super) fn at(self, location: String) -> Self {
        Self { location: Some(location), ..self }
    }

    /// With the preference of the client that was applied (RFC 7240 §3).
    pub(super) fn preferred(self, preference: Option<Preference>) -> Self {
        Self { preference, ..self }
    }

    /// The status.
    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    /// The id of the resource that it is about.
    pub(super) fn target(&self) -> Option<Uuid> {
        self.target
    }

    /// The location.
    pub(super) fn location(&self) -> Option<&str> {
        self.location.as_deref()
    }

    /// The entity tag of the resource that it is about.
    pub(super) fn known_tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// With the entity tag of this version.
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

    /// Already recorded, in the transaction of the change.
    pub(super) fn recorded(self) -> Self {
        Self { recorded: true, ..self }
    }

    /// The activity record of a call that got this answer.
    pub(super) fn record(&self, call: Call) -> Record {
        let target = self.target.or(call.named);
        let status = Some(self.status.as_u16());
        Record { call, target, outcome: self.outcome, status, reason: None, millis: None, detail: None }
    }

    /// Counts the body, and the other memory that sending it takes, until it is sent. If there is no room it is
    /// refused, unless something was changed: that answer is small, and must report the change.
    pub(super) fn counted(
        self,
        memory: &Shares<TokenId>,
        token: TokenId,
        most: u64,
        beside: u64,
    ) -> Result<Self, Problem> {
        let bytes = self.body.as_ref().map_or(0, |body| body.in_memory() + beside);
        let share = if self.recorded {
            memory.take_anyway(token, bytes)
        } else if bytes > most {
            let detail = "The answer is too large. Leave out groups with excludedAttributes, or ask for less.";
            return Err(scim::Error::too_many(detail).into());
        } else {
            memory.take(token, bytes).map_err(Problem::no_room)?
        };
        Ok(Self { share: Some(share), ..self })
    }

    pub(super) fn response(self) -> Response<Body> {
        let mut response = answer(self.status, self.body.map(|body| body.body(self.share)));
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
    /// A header that says what would be accepted.
    hint: Option<(HeaderName, &'static str)>,
    location: Option<String>,
    /// The user or group that is the reason, for the activity record. Boxed, since it is rare and results are moved
    /// often.
    target: Option<Box<Uuid>>,
    /// The seconds after which the call may be sent again.
    retry_after: Option<u32>,
}

static NO_ROOM: Seldom = Seldom::new();
static NO_TURN: Seldom = Seldom::new();
static NO_SCAN: Seldom = Seldom::new();
static NO_LIST: Seldom = Seldom::new();

impl Problem {
    /// 405 with the methods that are allowed.
    pub(super) fn method(allow: &'static str) -> Self {
        let error = scim::Error::method_not_allowed("This endpoint does not support this method.");
        Self { hint: Some((header::ALLOW, allow)), ..error.into() }
    }

    /// 415 for a body that is compressed, or of another media type (RFC 9110 §15.5.16).
    pub(super) fn media_type(is_encoded: bool) -> Self {
        let detail = "Send the body as application/scim+json or application/json, uncompressed.";
        let hint = match is_encoded {
            true => (header::ACCEPT_ENCODING, "identity"),
            false => (header::ACCEPT, "application/scim+json, application/json"),
        };
        Self { hint: Some(hint), ..scim::Error::unsupported_media_type(detail).into() }
    }

    /// With the challenge that says why the token was refused (RFC 6750 §3.1), for example because it was sent in the
    /// wrong place.
    pub(super) fn challenge(self, error: &'static str) -> Self {
        let challenge = match error {
            "invalid_token" => "Bearer realm=\"Postern SCIM\", error=\"invalid_token\"",
            _ => "Bearer realm=\"Postern SCIM\", error=\"invalid_request\"",
        };
        Self { hint: Some((header::WWW_AUTHENTICATE, challenge)), ..self }
    }

    /// With the location of the resource that it is about.
    pub(super) fn at(self, location: String) -> Self {
        Self { location: Some(location), ..self }
    }

    /// With the user or group that is the reason. The answer does not name it.
    pub(super) fn because_of(self, target: Option<Uuid>) -> Self {
        Self { target: target.map(Box::new), ..self }
    }

    /// 412, because of `If-None-Match`.
    pub(super) fn known() -> Self {
        scim::Error::precondition_failed("The resource has a version that If-None-Match names.").into()
    }

    /// 503, because it took too long.
    pub(super) fn late() -> Self {
        scim::Error::unavailable("This took too long. It may or may not have happened; try again.").into()
    }

    /// An error in SCIM's words. Our own failures are logged here, once, and reported without internal details.
    pub(super) fn of(error: Error) -> Self {
        let retry_after = if let Error::Refused(refusal) = &error { refusal.retry_after() } else { None };
        let error = match error {
            Error::NotFound => scim::Error::not_found("There is no resource with this id."),
            Error::Conflict(conflict) => scim::Error::uniqueness(conflict_detail(conflict)),
            Error::VersionMismatch => scim::Error::precondition_failed(
                "The resource has changed since the version in If-Match; read it again.",
            ),
            Error::Invalid(detail) => scim::Error::invalid_value(detail),
            Error::NoTarget(detail) => scim::Error::no_target(detail),
            Error::Refused(Refusal::BadToken) => scim::Error::unauthorized(Refusal::BadToken.to_string()),
            Error::Refused(refusal) if retry_after.is_some() => scim::Error::new(429, None, refusal.to_string()),
            Error::Refused(refusal) => scim::Error::forbidden(refusal.to_string()),
            Error::Rejected(source) => match source.downcast::<scim::Error>() {
                Ok(error) => *error,
                Err(source) => internal(&*source),
            },
            Error::Unavailable(source) => {
                tracing::error!(error = &*source as &dyn std::error::Error, "the database failed a SCIM call");
                scim::Error::unavailable("The database did not answer. It may or may not have happened; try again.")
            }
            Error::NoRoom => scim::Error::insufficient_storage(
                "Disk space is low on the server, so nothing was changed. Free some space there, then send this again.",
            ),
            error @ Error::Corrupt { .. } => internal(&error),
        };
        Self { retry_after, ..error.into() }
    }

    /// 503, because the requests and answers in progress take up all the memory that they may.
    pub(super) fn no_room(full: Full) -> Self {
        if NO_ROOM.is_due() {
            let limit = if full == Full::Each { "memory_each" } else { "memory" };
            tracing::warn!(limit, "SCIM requests are refused: those under way take too much memory");
        }
        let detail = "Requests and answers under way take up all the memory that they may use. Try again in a moment.";
        Self { retry_after: Some(1), ..scim::Error::unavailable(detail).into() }
    }

    /// 429 or 503, because other bulk requests are under way.
    pub(super) fn no_turn(full: Full) -> Self {
        if NO_TURN.is_due() {
            let limit = if full == Full::Each { "bulks_each" } else { "bulks" };
            tracing::warn!(limit, "bulk requests are refused: too many are under way");
        }
        let status = if full == Full::Each { 429 } else { 503 };
        let detail = "Other bulk requests are under way. Send one after the other.";
        Self { retry_after: Some(1), ..scim::Error::new(status, None, detail).into() }
    }

    /// 429 or 503, because other queries that look at resources one by one are under way.
    pub(super) fn no_scan(full: Full) -> Self {
        if NO_SCAN.is_due() {
            let limit = if full == Full::Each { "scans_each" } else { "scans" };
            tracing::warn!(limit, "SCIM queries are refused: too many look at resources one by one");
        }
        let status = if full == Full::Each { 429 } else { 503 };
        let detail = "Other queries that no index answers are under way. Send one after the other.";
        Self { retry_after: Some(1), ..scim::Error::new(status, None, detail).into() }
    }

    /// 429, because the token's other lists take long.
    pub(super) fn no_list() -> Self {
        if NO_LIST.is_due() {
            tracing::warn!(limit = "lists_each", "SCIM lists are refused: others of the same token take long");
        }
        let detail = "Other lists of this token take long. Narrow their filters, or send fewer at once.";
        Self { retry_after: Some(1), ..scim::Error::new(429, None, detail).into() }
    }

    /// Logs one line with the reason; the words are our own, and include nothing that was sent.
    pub(super) fn log(&self, call: &Call) {
        let (token, detail) = (call.token.map(|id| id.to_string()), self.error.detail.as_str());
        tracing::info!(status = self.error.status, token, detail, "a SCIM call was refused");
    }

    /// The activity record of a call that ended this way.
    pub(super) fn record(&self, call: Call) -> Record {
        let outcome = if self.error.status >= 500 { Outcome::Failed } else { Outcome::Refused };
        let reason = self.error.scim_type.map(|reason| reason.as_str().to_owned());
        let (target, status, detail) =
            (self.target.as_deref().copied().or(call.named), Some(self.error.status), Some(self.error.detail.clone()));
        Record { call, target, outcome, status, reason, millis: None, detail }
    }

    /// The error alone.
    pub(super) fn into_error(self) -> scim::Error {
        self.error
    }

    pub(super) fn response(self) -> Response<Body> {
        let status = StatusCode::from_u16(self.error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = answer(status, Some(Body::from(self.error.to_json().to_string())));
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            // RFC 6750 §3: a request without any token gets no error code either.
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"Postern SCIM\""));
        }
        if let Some(seconds) = self.retry_after.or(retry_after(status)) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some((name, value)) = self.hint {
            headers.insert(name, HeaderValue::from_static(value));
        }
        if let Some(Ok(location)) = self.location.map(HeaderValue::try_from) {
            headers.insert(header::LOCATION, location);
        }
        response
    }
}

impl From<scim::Error> for Problem {
    fn from(error: scim::Error) -> Self {
        Self { error, hint: None, location: None, target: None, retry_after: None }
    }
}

/// After how many seconds another try is worthwhile, if nothing else is specified.
fn retry_after(status: StatusCode) -> Option<u32> {
    match status {
        StatusCode::SERVICE_UNAVAILABLE => Some(2),
        StatusCode::INSUFFICIENT_STORAGE => Some(60),
        _ => None,
    }
}

fn conflict_detail(conflict: Conflict) -> &'static str {
    match conflict {
        Conflict::UserName => "Another user has this userName already; letter case does not matter.",
        Conflict::Reserved => {
            "A userName or externalId of this form, a word, a hyphen and four characters, is reserved for \
             accounts of Postern’s own, whether there is one or not. Choose another."
        }
        Conflict::GroupName => "Another group has this displayName already; letter case does not matter.",
        Conflict::BreakGlassName => "This name is taken.",
    }
}

fn internal(error: &(dyn std::error::Error + 'static)) -> scim::Error {
    tracing::error!(error, "a SCIM call failed");
    scim::Error::internal("The server failed. Its log says why.")
}

fn answer(status: StatusCode, body: Option<Body>) -> Response<Body> {
    let has_body = body.is_some();
    let mut response = Response::new(body.unwrap_or_default());
    *response.status_mut() = status;
    if has_body {
        response.headers_mut().insert(header::CONTENT_TYPE, MEDIA_TYPE);
    }
    response
}

/// Puts a call into the activity record, unless the unit of work has done so.
pub(super) fn note(state: &AppState, call: Call, answered: &Result<Reply, Problem>) {
    let millis = Some(state.env.now().millis_since(call.at));
    match answered {
        Ok(reply) if reply.recorded => state.recorder.used(&call),
        Ok(reply) => state.recorder.record(Record { millis, ..reply.record(call) }),
        Err(problem) => {
            problem.log(&call);
            state.recorder.record(Record { millis, ..problem.record(call) });
        }
    }
}

/// The outcome of a look-up that found this many, for the activity record.
pub(super) fn looked_up(found: u64) -> Outcome {
    if found == 0 { Outcome::Empty } else { Outcome::Done }
}
