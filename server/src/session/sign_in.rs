use super::{SIGNED_IN, SignedIn, cookie_name, store::key};
use crate::{
    password::Lane,
    state::{AppState, ClientAddress},
};
use axum::{
    Form,
    body::Body,
    extract::{FromRef, Request, State},
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use domain::{
    Error, Refusal, Result,
    break_glass::Secret,
    console::Principal,
    sign_in::{end, failed, find, succeeded},
};
use leptos::config::LeptosOptions;
use serde::Deserialize;
use tower_sessions::{Expiry, Session};

const HOME: &str = "/admin/sso/scim";

/// The sign-in form.
#[derive(Deserialize)]
pub(crate) struct SignInForm {
    name: String,
    secret: String,
    #[serde(default)]
    next: String,
}

/// Signs in with a break-glass account, or shows the form again and says why not.
pub(crate) async fn sign_in(
    State(state): State<AppState>,
    session: Session,
    parts: Parts,
    Form(form): Form<SignInForm>,
) -> Response {
    let address = ClientAddress::of(&parts.extensions);
    let next = local(&form.next).to_owned();
    let name = form.name.clone();
    let checked = async {
        let principal = check(&state, form, address).await?;
        start(&session, &principal).await.map_err(|error| Error::Unavailable(error.into()))
    };
    match checked.await {
        Ok(()) => Redirect::to(&next).into_response(),
        Err(Error::Refused(refusal)) => {
            again(&state, parts, StatusCode::UNPROCESSABLE_ENTITY, name, next, refusal.to_string()).await
        }
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a sign-in could not be checked");
            let words = "Postern could not check this just now. Try again in a moment.";
            again(&state, parts, StatusCode::SERVICE_UNAVAILABLE, name, next, words.to_owned()).await
        }
    }
}

/// Ends the session.
pub(crate) async fn sign_out(State(state): State<AppState>, session: Session, parts: Parts) -> Response {
    let signed_in = session.get::<SignedIn>(SIGNED_IN).await.ok().flatten().and_then(SignedIn::principal);
    let ended = async {
        if let (Some(principal), Some(id)) = (signed_in, session.id()) {
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
    let secure = if state.public_url.is_https() { "; Secure" } else { "" };
    let removal = format!("{}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{secure}", cookie_name(&state.public_url));
    ([(header::SET_COOKIE, removal)], Redirect::to("/login")).into_response()
}

async fn check(state: &AppState, form: SignInForm, address: Option<String>) -> Result<Principal> {
    let account = find(&state.env, &form.name).await?;
    let secret = Secret::typed(form.secret.trim()).reveal().to_owned();
    let hash = account.as_ref().map(|account| account.secret_hash.clone());
    match (state.hasher.verify(secret, hash, Lane::Stranger).await?, account) {
        (true, Some(account)) => succeeded(&state.env, account, address).await,
        (_, account) => {
            tracing::warn!(address, "a break-glass sign-in was refused");
            failed(&state.env, account, address).await?;
            Err(Refusal::WrongSecret.into())
        }
    }
}

/// A new id on every sign-in: an id that somebody planted before never gets rights.
async fn start(session: &Session, principal: &Principal) -> Result<(), tower_sessions::session::Error> {
    session.cycle_id().await?;
    session.insert(SIGNED_IN, SignedIn::of(principal)).await?;
    let ends = i128::from(principal.ends.millis()) * 1_000_000;
    if let Ok(ends) = time::OffsetDateTime::from_unix_timestamp_nanos(ends) {
        session.set_expiry(Some(Expiry::AtDateTime(ends)));
    }
    session.save().await
}

async fn again(
    state: &AppState,
    mut parts: Parts,
    status: StatusCode,
    name: String,
    next: String,
    message: String,
) -> Response {
    parts.extensions.insert(app::SignInFailed { name, next, message });
    let request = Request::from_parts(parts, Body::empty());
    let options: LeptosOptions = FromRef::from_ref(state);
    let render = leptos_axum::render_app_async_with_context(app::context, move || app::shell(options.clone()));
    let mut response = render(request).await.into_response();
    *response.status_mut() = status;
    response
}

/// A page of ours to go on to: whatever else was asked for is not followed.
fn local(next: &str) -> &str {
    let plain = next.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_' | b'.'));
    if plain && next.starts_with("/admin/") && !next.contains("//") && !next.contains("..") { next } else { HOME }
}

#[cfg(test)]
mod tests {
    use super::{HOME, local};

    #[test]
    fn only_pages_of_ours_are_followed() {
        assert_eq!(local("/admin/users"), "/admin/users");
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
