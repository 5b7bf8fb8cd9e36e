//! Confirms a session: the secret is given again, and the reason of the session is stated.

use super::{
    attempts::verify,
    cookies::{Device, SessionToken},
    resume,
    sign_in::{caller, local, render_again},
};
use crate::{
    session::password::HashQueue,
    state::{AppState, ClientAddress},
};
use app::{Carried, ConfirmFailed};
use axum::{
    Extension, Form,
    extract::State,
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use domain::{
    Error, Refusal, Result,
    console::{Confirmation, Console, Principal},
    sign_in::{Proved, account_of},
};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// The form.
#[derive(Clone, Deserialize)]
pub(crate) struct ConfirmForm {
    #[serde(default)]
    secret: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    next: String,
    #[serde(default)]
    waiting: String,
}

impl ConfirmForm {
    /// What it carries, without the secret.
    pub(super) fn carried(self) -> Carried {
        let Self { secret: _, reason, next, waiting } = self;
        Carried { next: local(&next).to_owned(), reason, waiting }
    }
}

/// Takes the secret, the reason, or both, as needed. Then it sends the form that waited for this, and returns to the
/// page before.
pub(crate) async fn confirm(
    State(state): State<AppState>,
    Extension(console): Extension<Console>,
    parts: Parts,
    Form(form): Form<ConfirmForm>,
) -> Response {
    let carried = form.clone().carried();
    let (status, message) = match check(&state, &console, &parts, form).await {
        Ok(None) => return go_on(&state, parts, console.principal().clone(), &carried).await,
        Ok(Some((cookie, principal))) => {
            return ([(header::SET_COOKIE, cookie)], go_on(&state, parts, principal, &carried).await).into_response();
        }
        Err(Error::Refused(refusal)) => (StatusCode::UNPROCESSABLE_ENTITY, refusal.to_string()),
        Err(Error::Invalid(message)) => (StatusCode::UNPROCESSABLE_ENTITY, message.to_owned()),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a session could not be confirmed");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "Postern could not check this just now. Try again in a moment.".to_owned(),
            )
        }
    };
    render_again(&state, parts, status, ConfirmFailed { message, carried }).await
}

async fn go_on(state: &AppState, parts: Parts, principal: Principal, carried: &Carried) -> Response {
    match resume::perform(state, &parts, principal, carried).await {
        Some(response) => response,
        None => Redirect::to(&carried.next).into_response(),
    }
}

/// Returns the session's new cookie and what was confirmed, if there was something to confirm.
async fn check(
    state: &AppState,
    console: &Console,
    parts: &Parts,
    form: ConfirmForm,
) -> Result<Option<(String, Principal)>> {
    let shown = SessionToken::shown(&parts.headers, &state.public_url).ok_or(Refusal::SessionEnded)?;
    let next = SessionToken::generate(&state.env);
    let proved = match form.secret.trim() {
        "" => None,
        typed => Some(prove(state, console.principal(), parts, typed).await?),
    };
    let confirmation = Confirmation {
        proved,
        reason: Some(form.reason).filter(|reason| !reason.trim().is_empty()),
        key: shown.key(),
        next_key: next.key(),
        device: Device::shown(&parts.headers, &state.public_url).map(|device| device.key()),
    };
    let confirmed = console.confirm(confirmation).await?;
    Ok(confirmed.map(|principal| (next.set_cookie(state.env.now(), principal.ends, &state.public_url), principal)))
}

/// Checks the secret of the signed-in administrator. The throttle treats the session as the device.
async fn prove(state: &AppState, principal: &Principal, parts: &Parts, typed: &str) -> Result<Proved> {
    let device = Sha256::digest(principal.session.0).into();
    let attempt = state.attempts.admit(caller(&parts.extensions), Some(device), state.env.now());
    let attempt = attempt.map_err(|_| Error::Invalid("That was wrong too often. Wait a minute, then try again."))?;
    let account = account_of(&state.env, principal).await?;
    match verify(&state.env, &state.hasher, account.as_ref(), typed, HashQueue::Device).await? {
        Some(proved) => {
            attempt.succeeded(state.env.now());
            Ok(proved)
        }
        None => {
            let address = ClientAddress::of(&parts.extensions);
            attempt.failed(&state.env, account.as_ref(), address).await?;
            Err(Refusal::WrongSecret.into())
        }
    }
}
