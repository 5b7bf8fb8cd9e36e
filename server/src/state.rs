//! What every request may need.

use crate::{activity::Recorder, assets, config::PublicUrl, password::Hasher};
use axum::extract::FromRef;
use domain::Env;
use leptos::config::LeptosOptions;
use std::net::IpAddr;

/// The application: its rules' surroundings, its configuration and its helpers. Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// Store, clock and randomness.
    pub env: Env,
    /// The configured base URL.
    pub public_url: PublicUrl,
    /// Hashes of break-glass secrets.
    pub hasher: Hasher,
    /// The activity record.
    pub recorder: Recorder,
    leptos: LeptosOptions,
}

impl AppState {
    /// Puts an application together.
    pub fn new(env: Env, public_url: PublicUrl, hasher: Hasher, recorder: Recorder) -> Self {
        let leptos = LeptosOptions::builder().output_name(assets::output_name()).site_pkg_dir("pkg").build();
        Self { env, public_url, hasher, recorder, leptos }
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}

/// The network address at the other end of the connection. The accept loop puts it into each request.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// The address of a request, as text.
    pub(crate) fn of(extensions: &axum::http::Extensions) -> Option<String> {
        extensions.get::<Self>().map(|address| address.0.to_canonical().to_string())
    }
}
