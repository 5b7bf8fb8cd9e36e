use crate::{Answer, Failure, Result, T, encode::encode};
use http_body_util::Full;
use hyper::{
    Method, Request,
    body::Bytes,
    header::{ACCEPT, AUTHORIZATION, HOST, HeaderName, HeaderValue, USER_AGENT},
};
use serde_json::{Value, json};
use std::{future::Future, pin::Pin};

const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// A request that is about to be sent: `t.get("/Users").query("count", 1).expect(200).await?`.
///
/// It carries the target's token, a `User-Agent`, `Accept: application/scim+json`, and if there is a body, the same
/// `Content-Type`.
#[must_use = "a request is sent when it is awaited"]
pub struct RequestBuilder {
    t: T,
    method: Method,
    path: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Option<Bytes>,
    expected: Expected,
    problem: Option<String>,
}

impl T {
    /// A request with any method.
    pub fn call(&self, method: &str, path: &str) -> RequestBuilder {
        RequestBuilder::new(self.clone(), method, path)
    }

    /// A GET.
    pub fn get(&self, path: &str) -> RequestBuilder {
        self.call("GET", path)
    }

    /// A GET with a filter, percent-encoded.
    pub fn filter(&self, path: &str, filter: &str) -> RequestBuilder {
        self.get(path).query("filter", filter)
    }

    /// A POST.
    pub fn post(&self, path: &str, body: Value) -> RequestBuilder {
        self.call("POST", path).json(&body)
    }

    /// A PUT.
    pub fn put(&self, path: &str, body: Value) -> RequestBuilder {
        self.call("PUT", path).json(&body)
    }

    /// A PATCH with these operations.
    pub fn patch(&self, path: &str, operations: Value) -> RequestBuilder {
        self.call("PATCH", path).json(&json!({"schemas": [PATCH], "Operations": operations}))
    }

    /// A DELETE.
    pub fn delete(&self, path: &str) -> RequestBuilder {
        self.call("DELETE", path)
    }
}

/// What the answer must be.
enum Expected {
    Anything,
    Status(Vec<u16>),
    Refusal(Vec<u16>, Option<&'static str>),
}

impl RequestBuilder {
    /// A request to a path below the base URL. The path may include a query; both are sent as they are.
    pub(crate) fn new(t: T, method: &str, path: &str) -> Self {
        let bearer = HeaderValue::try_from(format!("Bearer {}", t.target().token()));
        let host = HeaderValue::try_from(t.target().authority());
        let mut call = Self {
            method: Method::GET,
            path: format!("{}{path}", t.target().base()),
            headers: vec![
                (ACCEPT, HeaderValue::from_static("application/scim+json")),
                (USER_AGENT, HeaderValue::from_static("conformance")),
            ],
            body: None,
            expected: Expected::Anything,
            problem: None,
            t,
        };
        match (Method::from_bytes(method.as_bytes()), bearer, host) {
            (Ok(method), Ok(bearer), Ok(host)) => {
                call.method = method;
                call.headers.extend([(AUTHORIZATION, bearer), (HOST, host)]);
            }
            _ => call.problem = Some("the method, the token or the host is not valid HTTP".into()),
        }
        call
    }

    /// Adds a parameter to the query, percent-encoded.
    pub fn query(mut self, name: &str, value: impl ToString) -> Self {
        self.path.push(if self.path.contains('?') { '&' } else { '?' });
        let value = value.to_string();
        self.path.push_str(&format!("{}={}", encode(name), encode(&value)));
        self
    }

    /// Sets a header, replacing one of the same name.
    pub fn header(self, name: &'static str, value: impl AsRef<str>) -> Self {
        self.without(name).also(name, value)
    }

    /// Adds a header and keeps others of the same name.
    pub fn also(mut self, name: &'static str, value: impl AsRef<str>) -> Self {
        match (HeaderName::try_from(name), HeaderValue::try_from(value.as_ref())) {
            (Ok(name), Ok(value)) => self.headers.push((name, value)),
            _ => self.problem = Some(format!("{name} is not a valid header")),
        }
        self
    }

    /// Leaves a header out.
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| !known.as_str().eq_ignore_ascii_case(name));
        self
    }

    /// With another token, or none.
    pub fn token(self, token: Option<&str>) -> Self {
        match token {
            Some(token) => self.header("authorization", format!("Bearer {token}")),
            None => self.without("authorization"),
        }
    }

    /// With a JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.text(body.to_string())
    }

    /// With a body as it is.
    pub fn text(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        self.header("content-type", "application/scim+json; charset=utf-8")
    }

    /// Any other status is a failure.
    pub fn expect(self, status: u16) -> Self {
        self.expect_any(&[status])
    }

    /// Any status but these is a failure.
    pub fn expect_any(mut self, statuses: &[u16]) -> Self {
        self.expected = Expected::Status(statuses.to_vec());
        self
    }

    /// The answer must be an error message according to RFC 7644 §3.12 with this status and, unless `scim_type` is
    /// empty, with that `scimType` or one of several separated by bars.
    pub fn refused(self, status: u16, scim_type: &'static str) -> Self {
        self.refused_any(&[status], scim_type)
    }

    /// As [`RequestBuilder::refused`], with one of several statuses.
    pub fn refused_any(mut self, statuses: &[u16], scim_type: &'static str) -> Self {
        self.expected = Expected::Refusal(statuses.to_vec(), Some(scim_type).filter(|kind| !kind.is_empty()));
        self
    }

    async fn send(self) -> Result<Answer> {
        let description = self.describe();
        let failed = |got: String| Failure::new(description.clone(), "an answer", got);
        if let Some(problem) = self.problem {
            return Err(failed(problem));
        }
        let mut request = Request::builder().method(&self.method).uri(&self.path);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request =
            request.body(Full::new(self.body.unwrap_or_default())).map_err(|error| failed(error.to_string()))?;
        let (parts, body) = self.t.target().send(request).await.map_err(&failed)?;
        let answer = Answer::new(description, parts.status.as_u16(), parts.headers, &body);
        self.t.remember(&self.method, &answer);
        match self.expected {
            Expected::Anything => {}
            Expected::Status(statuses) => answer.has_status(&statuses)?,
            Expected::Refusal(statuses, kind) => answer.is_refusal(&statuses, kind)?,
        }
        Ok(answer)
    }

    fn describe(&self) -> String {
        let body = self.body.as_ref().map(|body| String::from_utf8_lossy(&body[..body.len().min(400)]).into_owned());
        let body = body.map(|body| format!(" {body}")).unwrap_or_default();
        format!("{} {}{body}", self.method, self.path.chars().take(400).collect::<String>())
    }
}

impl IntoFuture for RequestBuilder {
    type Output = Result<Answer>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
