use super::{
    attempts::verify,
    cookies::{Device, SessionToken, remove_session},
    resume,
};
use crate::{
    http::assets,
    session::{
        password::HashQueue,
        throttle::{RetryAfter, SourceAddress, caller_of},
    },
    state::{AppState, ClientAddress},
};
use app::{Carried, SignInFailed};
use axum::{
    Form,
    body::Body,
    extract::{FromRef, Request, State},
    http::{Extensions, StatusCode, header, request::Parts},
    response::{AppendHeaders, Html, IntoResponse, Redirect, Response},
};
use domain::{
    Error, Refusal, Result,
    break_glass::{Account, Proof, Typed},
    console::{Console, Principal},
    session::Browser,
    sign_in::{NewSession, Proved, end, find, knows_device, succeeded},
};
use leptos::config::LeptosOptions;
use serde::Deserialize;

const HOME: &str = "/admin";

/// A longer `User-Agent` is cut.
const AGENT: usize = 200;

/// When to try again if hashing or the database was busy: a full queue of hashes is done by then.
const BUSY: RetryAfter = RetryAfter { seconds: 2 };

/// The sign-in form.
#[derive(Deserialize)]
pub(crate) struct SignInForm {
    name: String,
    secret: String,
    #[serde(default)]
    next: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    waiting: String,
}

impl SignInForm {
    fn carried(&self) -> Carried {
        let next = local(&self.next).to_owned();
        Carried { next, reason: self.reason.clone(), waiting: self.waiting.clone() }
    }
}

enum Failure {
    Wait(RetryAfter),
    Error(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// A sign-in that succeeded, as `Set-Cookie` headers.
struct SignedIn {
    session: String,
    device: String,
    principal: Principal,
}

/// Signs in with a break-glass account, or shows the form again with the reason.
pub(crate) async fn sign_in(State(state): State<AppState>, parts: Parts, Form(form): Form<SignInForm>) -> Response {
    let carried = form.carried();
    let name = form.name.clone();
    let (status, message) = match check(&state, form, &parts).await {
        Ok(SignedIn { session, device, principal }) => {
            let cookies = AppendHeaders([(header::SET_COOKIE, session), (header::SET_COOKIE, device)]);
            return match carried.waiting.is_empty() && carried.reason.is_empty() {
                true => (cookies, Redirect::to(&carried.next)).into_response(),
                false => (cookies, resume::ask_to_confirm(&state, parts, principal, carried).await).into_response(),
            };
        }
        Err(Failure::Wait(wait)) => {
            let words = "There are too many sign-in attempts just now. Nothing is locked.";
            return again(StatusCode::TOO_MANY_REQUESTS, wait, words);
        }
        Err(Failure::Error(Error::Refused(refusal))) => (StatusCode::UNPROCESSABLE_ENTITY, refusal.to_string()),
        Err(Failure::Error(error)) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a sign-in could not be checked");
            return again(StatusCode::SERVICE_UNAVAILABLE, BUSY, "Postern could not check this just now.");
        }
    };
    render_again(&state, parts, status, SignInFailed { name, message, carried }).await
}

/// Ends the session.
pub(crate) async fn sign_out(State(state): State<AppState>, parts: Parts) -> Response {
    if let Some(token) = SessionToken::shown(&parts.headers, &state.public_url)
        && let Err(error) = end(&state.env, token.key(), ClientAddress::of(&parts.extensions)).await
    {
        tracing::error!(error = &error as &dyn std::error::Error, "a session could not be ended");
        return (StatusCode::SERVICE_UNAVAILABLE, "You may still be signed in. Try again in a moment.\n")
            .into_response();
    }
    ([(header::SET_COOKIE, remove_session(&state.public_url))], Redirect::to("/login")).into_response()
}

async fn check(state: &AppState, form: SignInForm, parts: &Parts) -> Result<SignedIn, Failure> {
    let known = match Device::shown(&parts.headers, &state.public_url) {
        Some(device) if is_known(state, &device).await? => Some(device),
        _ => None,
    };
    let (key, lane) =
        (known.as_ref().map(Device::key), known.as_ref().map_or(HashQueue::Stranger, |_| HashQueue::Device));
    let device = known.unwrap_or_else(|| Device::generate(&state.env));
    if let Some(begun) = with_code(state, &form, &device, parts).await? {
        return Ok(begun);
    }
    // This comes before any name is looked up or anything is hashed.
    let attempt = state.attempts.admit(caller(&parts.extensions), key, state.env.now()).map_err(Failure::Wait)?;
    match guess(state, &form, lane, &device, parts).await {
        Ok(Guess::Right(begun)) => {
            attempt.succeeded(state.env.now());
            Ok(begun)
        }
        Ok(Guess::Wrong(account, refusal)) => {
            let address = ClientAddress::of(&parts.extensions);
            tracing::warn!(address, "a break-glass sign-in was refused");
            attempt.failed(&state.env, account.as_ref(), address).await?;
            Err(Error::Refused(refusal).into())
        }
        Err(error) => {
            attempt.put_back();
            Err(error.into())
        }
    }
}

/// Signs in with a valid one-time code, past the throttle: codes cannot be guessed. Any other code is treated as a
/// wrong secret.
async fn with_code(state: &AppState, form: &SignInForm, device: &Device, parts: &Parts) -> Result<Option<SignedIn>> {
    let Typed::Code(code) = Typed::read(form.secret.trim()) else { return Ok(None) };
    let Some(account) = state.codes.account(&state.env, &form.name, code).await? else { return Ok(None) };
    match begin(state, Proved { account, proof: Proof::Code(code) }, device, parts).await {
        Ok(begun) => {
            state.attempts.forgive(caller(&parts.extensions));
            Ok(Some(begun))
        }
        // It has been used by another request in the meantime.
        Err(Error::Refused(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

enum Guess {
    Right(SignedIn),
    Wrong(Option<Account>, Refusal),
}

async fn guess(state: &AppState, form: &SignInForm, lane: HashQueue, device: &Device, parts: &Parts) -> Result<Guess> {
    let account = find(&state.env, &form.name).await?;
    let proved = verify(&state.env, &state.hasher, account.as_ref(), form.secret.trim(), lane).await?;
    let Some(proved) = proved else { return Ok(Guess::Wrong(account, Refusal::WrongSecret)) };
    match begin(state, proved, device, parts).await {
        Ok(begun) => Ok(Guess::Right(begun)),
        Err(Error::Refused(refusal)) => Ok(Guess::Wrong(account, refusal)),
        Err(error) => Err(error),
    }
}

/// Begins the session of a sign-in that was checked.
async fn begin(state: &AppState, proved: Proved, device: &Device, parts: &Parts) -> Result<SignedIn> {
    let token = SessionToken::generate(&state.env);
    let new = NewSession {
        key: token.key(),
        device: device.key(),
        browser: browser(parts),
        replaces: parts.extensions.get().map(|console: &Console| console.principal().session),
    };
    let principal = succeeded(&state.env, proved, new).await?;
    state.devices.add(device.key()).await;
    let session = token.set_cookie(state.env.now(), principal.ends, &state.public_url);
    Ok(SignedIn { session, device: device.set_cookie(&state.public_url), principal })
}

/// Whether a browser has signed in before, with any account: guesses from elsewhere do not hold it up.
async fn is_known(state: &AppState, device: &Device) -> Result<bool> {
    Ok(state.devices.may_be(&state.env, device.key()).await? && knows_device(&state.env, device.key()).await?)
}

/// The browser that a request came from.
fn browser(parts: &Parts) -> Browser {
    let agent = parts.headers.get(header::USER_AGENT).map(|agent| String::from_utf8_lossy(agent.as_bytes()));
    Browser {
        address: ClientAddress::of(&parts.extensions),
        agent: agent.map(|agent| agent.chars().take(AGENT).collect()),
    }
}

/// Shows the page of a form again; it finds the reason of the failure in the request.
pub(super) async fn render_again(
    state: &AppState,
    mut parts: Parts,
    status: StatusCode,
    failed: impl Clone + Send + Sync + 'static,
) -> Response {
    parts.extensions.insert(failed);
    let request = Request::from_parts(parts, Body::empty());
    let options: LeptosOptions = FromRef::from_ref(state);
    let render = leptos_axum::render_app_async_with_context(app::context, move || app::shell(options.clone()));
    let mut response = render(request).await.into_response();
    *response.status_mut() = status;
    response
}

/// A page that costs next to nothing, for callers who come by the thousand.
fn again(status: StatusCode, wait: RetryAfter, words: &str) -> Response {
    let seconds = wait.seconds;
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>Try again · Postern</title>\
         <link rel=\"stylesheet\" href=\"/pkg/{}.css\"><main class=\"alone\"><h1>Try again in {seconds} seconds</h1>\
         <p>{words} A browser that has signed in before is not held up by others, and on the host \
         <code>postern break-glass recover</code> always works.</p>\
         <p><a href=\"/login\">Back to the sign-in</a></p></main></html>",
        assets::output_name()
    );
    (status, [(header::RETRY_AFTER, seconds.to_string())], Html(page)).into_response()
}

/// The caller that a request came from.
pub(super) fn caller(extensions: &Extensions) -> SourceAddress {
    caller_of(extensions.get::<ClientAddress>().map(|address| address.0))
}

/// The page to open next, if it is one of ours: other addresses are not followed. Its query may be any text.
pub(super) fn local(next: &str) -> &str {
    let (path, query) = next.split_once('?').unwrap_or((next, ""));
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let is_plain = path.bytes().all(|b| plain(b) || b == b'/')
        && query.bytes().all(|b| plain(b) || matches!(b, b'/' | b'?' | b'=' | b'&' | b'%' | b'+'));
    let is_ours = path.starts_with("/admin/") && !next.contains("//") && !next.contains("..");
    if is_plain && is_ours { next } else { HOME }
}

#[cfg(test)]
mod tests {
    use super::{HOME, local};

    #[test]
    fn only_pages_of_ours_are_followed() {
        assert_eq!(local("/admin/users"), "/admin/users");
        assert_eq!(local("/admin/audit?before=7&kind=token"), "/admin/audit?before=7&kind=token");
        assert_eq!(local("/admin/sso/guard?from=2026-11-29T08%3A00"), "/admin/sso/guard?from=2026-11-29T08%3A00");
        for next in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/admin//evil",
            "/admin/../x",
            "/login",
            "/admin/%0d%0a",
            "/admin/users?q=//evil.example",
            "/admin/users?q=<a>",
        ] {
            assert_eq!(local(next), HOME, "{next}");
        }
    }
}
