use super::{SIGNED_IN, SignedIn, attempts::verify, cookie_name, store::key};
use crate::{
    assets,
    config::PublicUrl,
    password::Lane,
    state::{AppState, ClientAddress},
    throttle::{Network, RetryAfter, network_of},
};
use axum::{
    Form,
    body::Body,
    extract::{FromRef, Request, State},
    http::{Extensions, HeaderMap, StatusCode, header, request::Parts},
    response::{Html, IntoResponse, Redirect, Response},
};
use domain::{
    Error, Refusal, Result,
    console::Principal,
    sign_in::{end, find, knows_device, succeeded},
};
use leptos::config::LeptosOptions;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tower_sessions::{Expiry, Session};

const HOME: &str = "/admin/sso/scim";

/// For so long a browser that has signed in is known.
const DEVICE_SECONDS: u32 = 180 * 24 * 60 * 60;

/// When to come back where a hash or the database was busy: a full line of hashes is done by then.
const BUSY: RetryAfter = RetryAfter { seconds: 2 };

/// The sign-in form.
#[derive(Deserialize)]
pub(crate) struct SignInForm {
    name: String,
    secret: String,
    #[serde(default)]
    next: String,
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

/// Signs in with a break-glass account, or shows the form again and says why not.
pub(crate) async fn sign_in(
    State(state): State<AppState>,
    session: Session,
    parts: Parts,
    Form(form): Form<SignInForm>,
) -> Response {
    let next = local(&form.next).to_owned();
    let name = form.name.clone();
    let device = Device::of(&parts.headers, &state.public_url);
    let checked = async {
        let (principal, device) = check(&state, form, device, &parts).await?;
        start(&session, &principal, &parts).await.map_err(|error| Error::Unavailable(error.into()))?;
        Ok(device)
    };
    let (status, message) = match checked.await {
        Ok(device) => {
            return ([(header::SET_COOKIE, device.cookie(&state.public_url))], Redirect::to(&next)).into_response();
        }
        Err(Failure::Wait(wait)) => {
            let words = "Too many sign-ins are tried just now. Nothing is locked.";
            return again(StatusCode::TOO_MANY_REQUESTS, wait, words);
        }
        Err(Failure::Error(Error::Refused(refusal))) => (StatusCode::UNPROCESSABLE_ENTITY, refusal.to_string()),
        Err(Failure::Error(error)) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a sign-in could not be checked");
            return again(StatusCode::SERVICE_UNAVAILABLE, BUSY, "Postern could not check this just now.");
        }
    };
    render_again(&state, parts, status, app::SignInFailed { name, next, message }).await
}

/// Ends the session.
pub(crate) async fn sign_out(State(state): State<AppState>, session: Session, parts: Parts) -> Response {
    let signed_in = session.get::<SignedIn>(SIGNED_IN).await.ok().flatten();
    let ended = async {
        if let (Some(signed_in), Some(id)) = (signed_in, session.id())
            && let Some(principal) = signed_in.principal(key(&id))
        {
            end(&state.env, key(&id), principal, ClientAddress::of(&parts.extensions)).await?;
        }
        session.flush().await.map_err(|error| Error::Unavailable(error.into()))
    };
    if let Err(error) = ended.await {
        tracing::error!(error = &error as &dyn std::error::Error, "a session could not be ended");
        return (StatusCode::SERVICE_UNAVAILABLE, "You may be signed in still. Try again in a moment.\n")
            .into_response();
    }
    // The session layer removes its cookie without `Secure`, which browsers ignore for a `__Host-` cookie.
    let removal = set_cookie(cookie_name(&state.public_url), "", 0, &state.public_url);
    ([(header::SET_COOKIE, removal)], Redirect::to("/login")).into_response()
}

async fn check(
    state: &AppState,
    form: SignInForm,
    device: Device,
    parts: &Parts,
) -> Result<(Principal, Device), Failure> {
    let (network, address) = (network(&parts.extensions), ClientAddress::of(&parts.extensions));
    let known = match &device {
        Device::Shown(_) if state.devices.may_be(&state.env, device.key()).await? => {
            knows_device(&state.env, &form.name, device.key()).await?.then(|| device.key())
        }
        _ => None,
    };
    // Before anything is looked up or hashed for it.
    let permit = state.attempts.admit(network, known, state.env.now()).map_err(Failure::Wait)?;
    let (lane, device) = match known {
        Some(_) => (Lane::Device, device),
        None => (Lane::Stranger, Device::fresh(state)),
    };
    let account = find(&state.env, &form.name).await?;
    let proof = verify(&state.hasher, account.as_ref(), form.secret.trim(), lane).await?;
    let signed_in = match (proof, account.clone()) {
        (Some(proof), Some(account)) => succeeded(&state.env, account, proof, device.key(), address.clone()).await,
        _ => Err(Refusal::WrongSecret.into()),
    };
    match signed_in {
        Ok(principal) => {
            state.attempts.succeeded(permit, state.env.now());
            state.devices.add(device.key()).await;
            Ok((principal, device))
        }
        Err(error @ Error::Refused(_)) => {
            tracing::warn!(address, "a break-glass sign-in was refused");
            state.attempts.failed(&state.env, permit, network, account.as_ref(), address).await?;
            Err(error.into())
        }
        Err(error) => Err(error.into()),
    }
}

/// A new id on every sign-in and confirmation: an id that somebody planted before never gets rights.
pub(super) async fn start(
    session: &Session,
    principal: &Principal,
    parts: &Parts,
) -> Result<(), tower_sessions::session::Error> {
    session.cycle_id().await?;
    let signed_in = SignedIn::of(principal, ClientAddress::of(&parts.extensions), &parts.headers);
    session.insert(SIGNED_IN, signed_in).await?;
    let ends = i128::from(principal.ends.millis()) * 1_000_000;
    if let Ok(ends) = time::OffsetDateTime::from_unix_timestamp_nanos(ends) {
        session.set_expiry(Some(Expiry::AtDateTime(ends)));
    }
    session.save().await
}

/// Shows a form's page again, which takes from the request why it failed.
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

/// A page that costs next to nothing, for those who come by the thousand.
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

/// The network that a request came from.
pub(super) fn network(extensions: &Extensions) -> Network {
    network_of(extensions.get::<ClientAddress>().map(|address| address.0))
}

/// A browser, by the secret in its cookie.
enum Device {
    /// It has none.
    None,
    /// It shows this one.
    Shown(String),
}

impl Device {
    fn of(headers: &HeaderMap, public_url: &PublicUrl) -> Self {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let shown = pairs.find(|(name, _)| *name == device_cookie(public_url)).map(|(_, value)| value);
        shown.filter(|value| value.len() == 32).map_or(Self::None, |value| Self::Shown(value.to_owned()))
    }

    fn fresh(state: &AppState) -> Self {
        Self::Shown(state.env.random::<16>().iter().map(|byte| format!("{byte:02x}")).collect())
    }

    fn value(&self) -> &str {
        match self {
            Self::None => "",
            Self::Shown(value) => value,
        }
    }

    fn key(&self) -> [u8; 32] {
        Sha256::digest(self.value()).into()
    }

    fn cookie(&self, public_url: &PublicUrl) -> String {
        set_cookie(device_cookie(public_url), self.value(), DEVICE_SECONDS, public_url)
    }
}

fn device_cookie(public_url: &PublicUrl) -> &'static str {
    if public_url.is_https() { "__Host-postern-device" } else { "postern-device" }
}

fn set_cookie(name: &str, value: &str, seconds: u32, public_url: &PublicUrl) -> String {
    let secure = if public_url.is_https() { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

/// A page of ours to go on to: whatever else was asked for is not followed.
pub(super) fn local(next: &str) -> &str {
    let plain =
        next.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_' | b'.' | b'?' | b'=' | b'&'));
    if plain && next.starts_with("/admin/") && !next.contains("//") && !next.contains("..") { next } else { HOME }
}

#[cfg(test)]
mod tests {
    use super::{HOME, local};

    #[test]
    fn only_pages_of_ours_are_followed() {
        assert_eq!(local("/admin/users"), "/admin/users");
        assert_eq!(local("/admin/audit?before=7&kind=token"), "/admin/audit?before=7&kind=token");
        for next in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/admin//evil",
            "/admin/../x",
            "/login",
            "/admin/%0d%0a",
        ] {
            assert_eq!(local(next), HOME, "{next}");
        }
    }
}
