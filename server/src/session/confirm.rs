//! A session is confirmed: the secret is given once more, and what the session is for is said.

use super::{
    attempts::verify,
    sign_in::{local, network, render_again, start},
};
use crate::{
    password::Lane,
    state::{AppState, ClientAddress},
};
use axum::{
    Extension, Form,
    extract::State,
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use domain::{
    Error, Refusal, Result,
    break_glass::{Account, Proof},
    console::{Console, Principal},
    sign_in::{confirmed, find},
};
use serde::Deserialize;
use tower_sessions::Session;

/// The form.
#[derive(Deserialize)]
pub(crate) struct ConfirmForm {
    #[serde(default)]
    secret: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    next: String,
}

/// Takes the secret, or the reason, or both, whatever is missing, and goes on to where somebody came from.
pub(crate) async fn confirm(
    State(state): State<AppState>,
    Extension(console): Extension<Console>,
    session: Session,
    parts: Parts,
    Form(form): Form<ConfirmForm>,
) -> Response {
    let next = local(&form.next).to_owned();
    let reason = form.reason.clone();
    let done = async {
        let principal = check(&state, &console, &parts, form).await?;
        start(&session, &principal, &parts).await.map_err(|error| Error::Unavailable(error.into()))
    };
    let (status, message) = match done.await {
        Ok(()) => return Redirect::to(&next).into_response(),
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
    render_again(&state, parts, status, app::ConfirmFailed { next, reason, message }).await
}

async fn check(state: &AppState, console: &Console, parts: &Parts, form: ConfirmForm) -> Result<Principal> {
    let address = ClientAddress::of(&parts.extensions);
    let principal = console.principal();
    let reason = Some(form.reason).filter(|reason| !reason.trim().is_empty());
    let proof =
        if form.secret.trim().is_empty() { None } else { Some(prove(state, principal, parts, &form.secret).await?) };
    if proof.is_none() && !console.is_fresh() {
        return Err(Refusal::StepUp.into());
    }
    if reason.is_none() && console.needs_reason() {
        return Err(Refusal::ReasonNeeded.into());
    }
    confirmed(&state.env, principal, proof, reason, address).await
}

/// Checks the secret of whoever is signed in. The session itself is the device that is throttled.
async fn prove(state: &AppState, principal: &Principal, parts: &Parts, typed: &str) -> Result<(Account, Proof)> {
    let network = network(&parts.extensions);
    let permit = state.attempts.admit(network, Some(principal.session), state.env.now());
    let permit = permit.map_err(|_| Error::Invalid("That was wrong too often. Wait for a minute, and try again."))?;
    let account = find(&state.env, &principal.name).await?;
    match (verify(&state.hasher, account.as_ref(), typed.trim(), Lane::Device).await?, account) {
        (Some(proof), Some(account)) => {
            state.attempts.succeeded(permit, state.env.now());
            Ok((account, proof))
        }
        (_, account) => {
            let address = ClientAddress::of(&parts.extensions);
            state.attempts.failed(&state.env, permit, network, account.as_ref(), address).await?;
            Err(Refusal::WrongSecret.into())
        }
    }
}
