use crate::{Answer, Failure, Result, ServerUnderTest, encode::encode};
use futures_util::future::join_all;
use hyper::Method;
use serde_json::{Map, Value, json};
use std::{
    process,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// A case's connection to the server. It remembers what was created and deletes it at the end. Cheap to clone.
#[derive(Clone)]
pub struct T(Arc<Inner>);

struct Inner {
    target: ServerUnderTest,
    /// Part of every name of this case and of no other.
    tag: String,
    count: AtomicU64,
    made: Mutex<Vec<String>>,
}

/// A resource that a case created.
#[derive(Clone, Debug)]
pub struct CreatedResource {
    /// Its `id`.
    pub id: String,
    /// Its path below the base URL, such as `/Users/2819c223`.
    pub path: String,
    /// Its `userName` or `displayName`.
    pub name: String,
    /// The answer to its creation.
    pub answer: Answer,
}

impl T {
    pub(crate) fn new(target: ServerUnderTest) -> Self {
        static CASES: AtomicU64 = AtomicU64::new(0);
        let millis = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        let tag = format!("c{millis:x}x{:x}x{:x}", process::id(), CASES.fetch_add(1, Ordering::Relaxed));
        Self(Arc::new(Inner { target, tag, count: AtomicU64::new(0), made: Mutex::default() }))
    }

    /// The server under test.
    pub fn target(&self) -> &ServerUnderTest {
        &self.0.target
    }

    /// Lower-case letters and digits that are in every name of this case and in no other text.
    pub fn tag(&self) -> &str {
        &self.0.tag
    }

    /// A name that is not taken. It begins with [`T::tag`] and ends with `label`.
    pub fn name(&self, label: &str) -> String {
        format!("{}-{}-{label}", self.tag(), self.0.count.fetch_add(1, Ordering::Relaxed))
    }

    /// Creates a user with a name and nothing else.
    pub async fn user(&self) -> Result<CreatedResource> {
        self.user_with(json!({})).await
    }

    /// Creates a user with these attributes, and a name if they include none.
    pub async fn user_with(&self, attributes: Value) -> Result<CreatedResource> {
        self.make("/Users", USER, "userName", attributes).await
    }

    /// Creates a group with a name and nothing else.
    pub async fn group(&self) -> Result<CreatedResource> {
        self.group_with(json!({})).await
    }

    /// Creates a group with these attributes, and a name if they include none.
    pub async fn group_with(&self, attributes: Value) -> Result<CreatedResource> {
        self.make("/Groups", GROUP, "displayName", attributes).await
    }

    /// Creates a group with these users in it.
    pub async fn group_of(&self, members: &[&CreatedResource]) -> Result<CreatedResource> {
        let members: Vec<_> = members.iter().map(|member| json!({"value": member.id})).collect();
        self.group_with(json!({"members": members})).await
    }

    async fn make(&self, endpoint: &str, schema: &str, naming: &str, attributes: Value) -> Result<CreatedResource> {
        let mut body = Map::from_iter([("schemas".to_owned(), json!([schema]))]);
        let Value::Object(attributes) = attributes else {
            return Err(Failure::new(endpoint, "a case that passes an object", attributes.to_string()));
        };
        body.extend(attributes);
        body.entry(naming).or_insert_with(|| json!(self.name("x")));
        let answer = self.post(endpoint, Value::Object(body)).expect(201).await?;
        // RFC 7644 §3.3: the URI is in the Location header. Without it, nothing could be deleted again.
        answer.ensure(!answer.header("location").is_empty(), "a Location header")?;
        let (id, name) = (answer.id()?, answer.text_at(&format!("/{naming}"))?);
        Ok(CreatedResource { path: format!("{endpoint}/{}", encode(&id)), id, name, answer })
    }

    /// Records what a POST created, so that it is deleted at the end.
    pub(crate) fn remember(&self, method: &Method, answer: &Answer) {
        let made = |location: &str| {
            let at = location.find("/Users/").or_else(|| location.find("/Groups/"))?;
            Some(location[at..].to_owned())
        };
        let own = (method == Method::POST && answer.status == 201).then(|| answer.header("location"));
        let operations = answer.at("/Operations").as_array().into_iter().flatten();
        let bulk = operations.filter_map(|operation| operation.get("location")?.as_str());
        let mut known = self.0.made.lock().unwrap_or_else(PoisonError::into_inner);
        for path in own.into_iter().chain(bulk).filter_map(made) {
            if !known.contains(&path) {
                known.push(path);
            }
        }
    }

    /// Deletes all that was created; it is no failure if some of it is gone already.
    pub(crate) async fn clean_up(&self) {
        let made = std::mem::take(&mut *self.0.made.lock().unwrap_or_else(PoisonError::into_inner));
        join_all(made.iter().map(|path| self.delete(path).into_future())).await;
    }
}
