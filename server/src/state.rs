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
use std::{
    net::{IpAddr, SocketAddr},
    ops::Deref,
    sync::Arc,
};

/// The application. Cheap to clone: axum does so several times for each request.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

/// Its rules' surroundings, its configuration and its helpers.
#[derive(Clone)]
pub struct Parts {
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
        let parts = Parts {
            env,
            public_url,
            hasher,
            recorder,
            attempts,
            devices,
            authorities,
            proxies,
            limits,
            schemas,
            leptos,
        };
        Self(Arc::new(parts))
    }

    /// Answers under the listen address too, and under loopback's names with its port.
    #[must_use]
    pub fn with_listen(self, listen: SocketAddr) -> Self {
        let authorities = Authorities::new(&self.public_url, Some(listen));
        self.with(|parts| parts.authorities = authorities)
    }

    /// Believes these proxies whose address a request came from.
    #[must_use]
    pub fn with_trusted_proxies(self, proxies: TrustedProxies) -> Self {
        self.with(|parts| parts.proxies = proxies)
    }

    /// With extensions of users and groups.
    #[must_use]
    pub fn with_schemas(self, schemas: Registry) -> Self {
        self.with(|parts| parts.schemas = schemas)
    }

    /// With other limits than the usual ones.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        self.with(|parts| parts.limits = limits)
    }

    fn with(mut self, change: impl FnOnce(&mut Parts)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
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
