//! The data that every request may need.

use crate::{
    background::recorder::Recorder,
    config::PublicUrl,
    http::{assets, authority::Authorities, proxy::TrustedProxies, shares::Shares, slots::Slots, under_way::UnderWay},
    listen::ServerLimits,
    session::{Attempts, Codes, Devices, password::Hasher},
};
use axum::extract::FromRef;
use domain::{Env, TokenId};
use leptos::config::LeptosOptions;
use scim::schema::Registry;
use std::{
    net::SocketAddr,
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

pub use crate::http::proxy::ClientAddress;

/// The application. Cheap to clone: axum does so several times for each request.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

/// The environment of its rules, its configuration and its helpers.
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
    pub(crate) codes: Codes,
    pub(crate) devices: Devices,
    pub(crate) authorities: Authorities,
    pub(crate) proxies: TrustedProxies,
    pub(crate) limits: ServerLimits,
    pub(crate) under_way: UnderWay,
    /// How many bytes SCIM requests and answers under way take.
    pub(crate) memory: Shares<TokenId>,
    /// Bulk requests under way.
    pub(crate) bulks: Shares<TokenId>,
    /// Queries that look at resources one by one.
    pub(crate) scans: Shares<TokenId>,
    /// Lists that are being read.
    pub(crate) lists: Slots<TokenId>,
    /// Changes that take long to compute.
    pub(crate) changes: Slots<TokenId>,
    pub(crate) schemas: Registry,
    /// Whether the server is about to stop.
    pub(crate) stopping: Stopping,
    leptos: LeptosOptions,
}

impl AppState {
    /// Creates an application. It answers only under the name in its public URL and trusts no proxy.
    pub fn new(env: Env, public_url: PublicUrl, hasher: Hasher, recorder: Recorder) -> Self {
        let leptos = LeptosOptions::builder().output_name(assets::output_name()).site_pkg_dir("pkg").build();
        let authorities = Authorities::new(&public_url, None);
        let (proxies, limits) = (TrustedProxies::default(), ServerLimits::default());
        let (attempts, codes, devices) = (Attempts::default(), Codes::default(), Devices::default());
        let (under_way, memory, bulks, scans) = shares(&limits);
        let parts = Parts {
            env,
            public_url,
            hasher,
            recorder,
            attempts,
            codes,
            devices,
            authorities,
            proxies,
            limits,
            under_way,
            memory,
            bulks,
            scans,
            lists: Slots::new(limits.lists_each),
            changes: Slots::new(1),
            schemas: Registry::default(),
            stopping: Stopping::default(),
            leptos,
        };
        Self(Arc::new(parts))
    }

    /// Answers under the listen address, too, and under the names of loopback with its port.
    #[must_use]
    pub fn with_listen(self, listen: SocketAddr) -> Self {
        let authorities = Authorities::new(&self.public_url, Some(listen));
        self.with(|parts| parts.authorities = authorities)
    }

    /// Trusts these proxies to name the address that a request came from.
    #[must_use]
    pub fn with_trusted_proxies(self, proxies: TrustedProxies) -> Self {
        self.with(|parts| parts.proxies = proxies)
    }

    /// With extensions of users and groups.
    #[must_use]
    pub fn with_schemas(self, schemas: Registry) -> Self {
        self.with(|parts| parts.schemas = schemas)
    }

    /// With limits other than the default ones.
    #[must_use]
    pub fn with_limits(self, limits: ServerLimits) -> Self {
        self.with(|parts| {
            parts.limits = limits;
            (parts.under_way, parts.memory, parts.bulks, parts.scans) = shares(&limits);
            parts.lists = Slots::new(limits.lists_each);
        })
    }

    fn with(mut self, change: impl FnOnce(&mut Parts)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }
}

/// Set once the server is about to stop. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stopping(Arc<AtomicBool>);

impl Stopping {
    /// Announces that the server is about to stop.
    pub(crate) fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The limited resources that callers share.
fn shares(limits: &ServerLimits) -> (UnderWay, Shares<TokenId>, Shares<TokenId>, Shares<TokenId>) {
    let memory = Shares::new(limits.memory, limits.memory_each);
    let bulks = Shares::new(limits.bulks as u64, limits.bulks_each as u64);
    (UnderWay::new(limits), memory, bulks, Shares::new(limits.scans as u64, limits.scans_each as u64))
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
