//! The HTTP side of Postern: the console under `/admin`, SCIM 2.0 under `/scim/v2`, and what runs them.

mod audit_export;
mod background;
mod config;
mod csv;
mod http;
mod listen;
mod observe;
mod people_export;
mod scim;
mod session;
mod state;
mod system;

pub mod cli;

pub use background::recorder::Recorder;
pub use config::PublicUrl;
pub use http::proxy::{PeerAddress, TrustedProxies};
pub use listen::{Drain, Floor, ServerLimits, listen, serve};
pub use session::{
    password::{HashQueue, Hasher},
    throttle,
};
pub use state::{AppState, ClientAddress};
pub use system::{SystemClock, SystemRandom};

use audit_export::download;
use axum::{
    Router,
    extract::FromRef,
    middleware::{from_fn, from_fn_with_state},
    response::Redirect,
    routing::{any, get, post},
};
pub(crate) use http::deadline::TIME_LIMIT;
use http::{assets, compression, edge, front, same_origin};
use leptos::config::LeptosOptions;
use leptos_axum::{LeptosRoutes, generate_route_list};
use tower_http::limit::RequestBodyLimitLayer;

/// Forms of the console are small.
const CONSOLE_BODY: usize = 64 * 1024;
/// All routes and the layers in front of them. Tests run this same router.
pub fn build(state: AppState) -> Router {
    let mut open = Router::new()
        .route("/", get(|| async { Redirect::to("/admin") }))
        .route("/healthz", get(observe::healthz))
        .route("/readyz", get(observe::readyz));
    for path in assets::paths() {
        open = open.route(path, get(assets::serve));
    }
    open.merge(console(&state))
        .with_state(state.clone())
        .merge(scim::router(state.clone()))
        .layer(from_fn_with_state(state, front::door))
}

/// The console: every page and server function needs a session, every change passes the origin check.
fn console(state: &AppState) -> Router<AppState> {
    let options: LeptosOptions = FromRef::from_ref(state);
    let document = move || app::shell(options.clone());
    Router::new()
        .route("/login", post(session::sign_in))
        .route("/logout", post(session::sign_out))
        .route("/admin/confirm", post(session::confirm))
        .route("/admin/users/export.csv", post(people_export::csv))
        .route("/admin/users/export.json", post(people_export::json))
        .route("/admin/audit/export.csv", post(download::csv))
        .route("/admin/audit/export.jsonl", post(download::json_lines))
        .leptos_routes_with_context(state, generate_route_list(app::App), app::context, document.clone())
        .route("/admin/api/{*rest}", any(session::no_such_function))
        .fallback(leptos_axum::render_app_async_with_context(app::context, document))
        .layer(from_fn_with_state(state.clone(), session::guard))
        .layer(from_fn_with_state(state.clone(), same_origin::guard))
        .layer(RequestBodyLimitLayer::new(CONSOLE_BODY))
        .layer(from_fn(edge::uncompressed))
        .layer(compression::pages())
        .layer(from_fn(compression::leave_echoes))
}
