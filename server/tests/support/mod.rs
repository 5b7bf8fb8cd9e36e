//! The real router on a fresh database, and callers of each kind.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its own part")]

#[path = "../../../crates/store/tests/support/database.rs"]
mod database;
pub mod pages;

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
    response::Response,
};
pub use database::Database;
use domain::{
    Clock, Env, Timestamp,
    break_glass::{NewAccount, Sheet},
    console::{Console, Principal, idle},
    host::Host,
    identity::{Person, PersonId},
    role::Role,
};
use http_body_util::BodyExt;
use scim::schema::Registry;
pub use serde_json::{Value, json};
use server::{AppState, Hasher, Recorder, ServerLimits, SystemRandom, build};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use tower::ServiceExt;

pub const URL: &str = "https://id.corp.example";

/// Runs tests that take a [`TestApp`] on both databases.
#[macro_export]
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test] async fn $name() { super::$name($crate::support::TestApp::sqlite().await).await })*
        }
        mod postgres {
            $(#[tokio::test] async fn $name() { super::$name($crate::support::TestApp::postgres().await).await })*
        }
    };
}

/// A clock that a test sets.
pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn advance_minutes(&self, minutes: i64) {
        self.advance_millis(minutes * 60_000);
    }

    pub fn advance_millis(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    /// Advances by a millisecond at each look, so that nothing happens at the same time by accident.
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.fetch_add(1, Ordering::SeqCst))
    }
}

pub struct TestApp {
    pub env: Env,
    pub host: Host,
    pub clock: Arc<TestClock>,
    pub recorder: Recorder,
    pub token: String,
    pub database: Arc<Database>,
    pub hasher: Hasher,
    router: Router,
}

impl TestApp {
    pub async fn sqlite() -> Self {
        Self::on(Database::sqlite().await).await
    }

    pub async fn postgres() -> Self {
        Self::on(Database::postgres().await).await
    }

    /// With provisioning on and a token; there is no session and no break-glass account.
    async fn on(database: Database) -> Self {
        let clock = Arc::new(TestClock(AtomicI64::new(1_795_000_000_000)));
        let mut app = Self::start(Arc::new(database), clock, String::new(), |state| state).await;
        app.host.set_provisioning(true).await.unwrap();
        app.token = app.host.create_token("Entra production", None).await.unwrap().secret;
        app
    }

    /// Another process on the same database, with the same clock.
    pub async fn another(&self) -> Self {
        self.beside(|state| state).await
    }

    /// The same with other limits.
    pub async fn another_with(&self, limits: ServerLimits) -> Self {
        self.beside(|state| state.with_limits(limits)).await
    }

    /// The same with these extension schemas.
    pub async fn extended(&self, definitions: Value) -> Self {
        let schemas = Registry::with_extensions(&definitions.to_string()).unwrap();
        self.beside(|state| state.with_schemas(schemas)).await
    }

    async fn beside(&self, with: impl FnOnce(AppState) -> AppState) -> Self {
        Self::start(self.database.clone(), self.clock.clone(), self.token.clone(), with).await
    }

    async fn start(
        database: Arc<Database>,
        clock: Arc<TestClock>,
        token: String,
        with: impl FnOnce(AppState) -> AppState,
    ) -> Self {
        let store = store::open(database.url()).await.unwrap();
        let env = Env { store: store.clone(), clock: clock.clone(), random: Arc::new(SystemRandom) };
        let host = Host::new(env.clone());
        let (hasher, recorder) = (Hasher::default(), Recorder::start(store));
        let state = AppState::new(env.clone(), URL.parse().unwrap(), hasher.clone(), recorder.clone());
        let state = with(state);
        Self { env, host, clock, recorder, token, database, router: build(state), hasher }
    }

    /// Sends any request.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.answer(request).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// Sends any request, and returns the answer as a stream.
    pub async fn answer(&self, mut request: Request<Body>) -> Response<Body> {
        // As every client does.
        request.headers_mut().entry(header::HOST).or_insert(header::HeaderValue::from_static("id.corp.example"));
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Sends a SCIM request with the token; `path` starts below `/scim/v2`.
    pub async fn scim(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.scim_as(&self.token, method, path, body).await
    }

    pub async fn scim_as(&self, token: &str, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = Request::builder().method(method).uri(format!("/scim/v2{path}"));
        let mut request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/scim+json; charset=utf-8");
        }
        self.send(request.body(body.map_or_else(Body::empty, |body| Body::from(body.to_string()))).unwrap()).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.scim(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.scim(Method::POST, path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.scim(Method::PUT, path, Some(body)).await
    }

    /// Sends a PATCH with these operations.
    pub async fn patch(&self, path: &str, operations: Value) -> Answer {
        let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations});
        self.scim(Method::PATCH, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.scim(Method::DELETE, path, None).await
    }

    /// Creates a user as Entra does, and returns its id.
    pub async fn user(&self, user_name: &str) -> String {
        self.post("/Users", entra_user(user_name)).await.expect(StatusCode::CREATED).id()
    }

    /// Creates a group as Entra does, and returns its id.
    pub async fn group(&self, name: &str) -> String {
        self.post("/Groups", json!({"displayName": name, "externalId": format!("ext-{name}"), "members": []}))
            .await
            .expect(StatusCode::CREATED)
            .id()
    }

    /// Creates a break-glass account, and returns its secret.
    pub async fn break_glass(&self, name: &str) -> String {
        self.sheet(name).await.secret.reveal().to_owned()
    }

    /// Creates a break-glass account with exactly this name, and returns its sheet.
    pub async fn sheet(&self, name: &str) -> Sheet {
        let sheet = Sheet::generate(&self.env, name.to_owned());
        let secret_hash = self.hasher.hash(sheet.secret.reveal().to_owned()).await.unwrap();
        let new = NewAccount { name: name.to_owned(), secret_hash, codes: sheet.hashes() };
        self.host.create_break_glass(new).await.unwrap();
        sheet
    }

    /// Creates a break-glass account with a session that has a reason, and returns the session's cookie.
    pub async fn administrator(&self, name: &str) -> String {
        let secret = self.break_glass(name).await;
        let cookie = self.sign_in(name, &secret).await;
        self.confirm(&cookie, "", "set+up+Entra").await.expect(StatusCode::SEE_OTHER).cookie().unwrap()
    }

    /// Confirms a session with the secret, a reason or both.
    pub async fn confirm(&self, cookie: &str, secret: &str, reason: &str) -> Answer {
        let form = format!("secret={secret}&reason={reason}&next=/admin/users");
        self.form("/admin/confirm", Some(cookie), &form).await
    }

    /// The `Console` of an administrator's session.
    pub async fn console(&self, name: &str) -> Console {
        self.administrator(name).await;
        let now = self.clock.now();
        let account = self.host.break_glass().await.unwrap().into_iter().find(|found| found.account.name == name);
        let account = account.unwrap().account;
        let sessions = (now, name.to_owned());
        let session = self.env.store.read(sessions, |(now, name), tx| {
            Box::pin(async move {
                let sessions = tx.sessions(*now, idle(*now)).await?;
                Ok(sessions.into_iter().find(|session| session.name == *name).map(|session| session.id))
            })
        });
        let principal = Principal {
            person: Person { id: PersonId::BreakGlass(account.id), name: name.to_owned() },
            generation: Some(account.generation),
            role: Role::Administrator,
            since: now,
            checked: now,
            reason: Some("set up Entra".to_owned()),
            ends: now.plus_days(1),
            session: session.await.unwrap().unwrap(),
        };
        self.console_of(principal)
    }

    /// The `Console` of a principal whose session exists.
    pub fn console_of(&self, principal: Principal) -> Console {
        Console::new(self.env.clone(), Arc::new(self.hasher.clone()), principal, None, URL.to_owned())
    }

    /// Posts a form as one of our pages does.
    pub async fn form(&self, path: &str, cookie: Option<&str>, body: &str) -> Answer {
        let mut request = Request::post(path)
            .header(header::ORIGIN, URL)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// Signs in, and returns the session's cookie.
    pub async fn sign_in(&self, name: &str, secret: &str) -> String {
        let answer = self.form("/login", None, &format!("name={name}&secret={secret}&next=")).await;
        answer.expect(StatusCode::SEE_OTHER).cookie().unwrap()
    }

    /// Opens a page of the console.
    pub async fn page(&self, path: &str, cookie: Option<&str>) -> Answer {
        let request = Request::get(path).header(header::ACCEPT, "text/html");
        let request = cookie.into_iter().fold(request, |request, cookie| request.header(header::COOKIE, cookie));
        self.send(request.body(Body::empty()).unwrap()).await
    }
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    /// Checks the status; prints the whole answer if it is another.
    #[track_caller]
    pub fn expect(self, status: StatusCode) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// The body as JSON; `null` if it is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    pub fn id(&self) -> String {
        self.json()["id"].as_str().unwrap().to_owned()
    }

    pub fn total(&self) -> u64 {
        self.json()["totalResults"].as_u64().unwrap()
    }

    pub fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// The session cookie that was set, as a browser sends it back.
    pub fn cookie(&self) -> Option<String> {
        self.set_cookie("__Host-postern=")
    }

    /// A cookie that was set, by the start of its name, as a browser sends it back.
    pub fn set_cookie(&self, start: &str) -> Option<String> {
        let mut set = self.headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        set.find(|set| set.starts_with(start))?.split(';').next().map(str::to_owned)
    }
}

/// A user in the form that Entra posts by default.
pub fn entra_user(user_name: &str) -> Value {
    json!({
        "schemas": [
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
        ],
        "externalId": format!("ext-{user_name}"),
        "userName": user_name,
        "active": true,
        "displayName": "Ada Byron",
        "emails": [{"primary": true, "type": "work", "value": user_name}],
        "meta": {"resourceType": "User"},
        "name": {"formatted": "Ada Byron", "familyName": "Byron", "givenName": "Ada"},
        "roles": []
    })
}
