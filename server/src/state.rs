//! What every request may need.

use crate::{
    activity::Recorder,
    assets,
    authority::Authorities,
    config::PublicUrl,
    password::Hasher,
    proxy::TrustedProxies,
    serve::Limits,
    session::{Attempts, Devices},
};
use axum::extract::FromRef;
use domain::Env;
use leptos::config::LeptosOptions;
use scim::schema::Registry;
use std::net::{IpAddr, SocketAddr};

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
    pub(crate) attempts: Attempts,
    pub(crate) devices: Devices,
    pub(crate) authorities: Authorities,
    pub(crate) proxies: TrustedProxies,
    pub(crate) limits: Limits,
    pub(crate) schemas: Registry,
    leptos: LeptosOptions,
}

impl AppState {
    /// Puts an application together. It answers under its public URL's name only and trusts no proxy.
    pub fn new(env: Env, public_url: PublicUrl, hasher: Hasher, recorder: Recorder) -> Self {
        let leptos = LeptosOptions::builder().output_name(assets::output_name()).site_pkg_dir("pkg").build();
        let authorities = Authorities::new(&public_url, None);
        let (proxies, limits) = (TrustedProxies::default(), Limits::default());
        let (attempts, devices, schemas) = (Attempts::default(), Devices::default(), Registry::default());
        Self { env, public_url, hasher, recorder, attempts, devices, authorities, proxies, limits, schemas, leptos }
    }

    /// Answers under the listen address too, and under loopback's names with its port.
    #[must_use]
    pub fn with_listen(self, listen: SocketAddr) -> Self {
        Self { authorities: Authorities::new(&self.public_url, Some(listen)), ..self }
    }

    /// Believes these proxies whose address a request came from.
    #[must_use]
    pub fn with_trusted_proxies(self, proxies: TrustedProxies) -> Self {
        Self { proxies, ..self }
    }

    /// With extensions of users and groups.
    #[must_use]
    pub fn with_schemas(self, schemas: Registry) -> Self {
        Self { schemas, ..self }
    }

    /// With other limits than the usual ones.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}

/// The network address of the caller: the peer's, or what a trusted proxy says of it.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// The address of a request, as text.
    pub(crate) fn of(extensions: &axum::http::Extensions) -> Option<String> {
        extensions.get::<Self>().map(|address| address.0.to_string())
    }
}
