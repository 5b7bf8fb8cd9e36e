//! Sessions: where they are kept, and the layer that turns one into the permission to administer.

mod attempts;
mod confirm;
mod console;
mod devices;
mod sign_in;
mod store;

pub(crate) use attempts::Attempts;
pub(crate) use confirm::confirm;
pub(crate) use console::{API, api_or_page, guard, no_such_function};
pub(crate) use devices::Devices;
pub(crate) use sign_in::{sign_in, sign_out};

use crate::{config::PublicUrl, state::AppState};
use axum::http::{HeaderMap, header};
use domain::{
    BreakGlassId, Timestamp, UserId,
    console::{Principal, Who},
    role::Role,
    session::SessionKey,
};
use serde::{Deserialize, Serialize};
use tower_sessions::{SessionManagerLayer, cookie::SameSite};

/// Where a session's data keeps who signed in.
const SIGNED_IN: &str = "signed_in";

/// Longer texts by which browsers name themselves are cut.
const AGENT: usize = 200;

/// Who signed in, as the session keeps it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct SignedIn {
    holder: Holder,
    name: String,
    role: String,
    since: i64,
    checked: i64,
    reason: Option<String>,
    ends: i64,
    address: Option<String>,
    agent: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Holder {
    BreakGlass { id: String, generation: i64 },
    User { id: String },
}

impl SignedIn {
    fn of(principal: &Principal, address: Option<String>, headers: &HeaderMap) -> Self {
        let holder = match principal.who {
            Who::BreakGlass(id, generation) => Holder::BreakGlass { id: id.to_string(), generation },
            Who::User(id) => Holder::User { id: id.to_string() },
        };
        let agent = headers.get(header::USER_AGENT).map(|agent| String::from_utf8_lossy(agent.as_bytes()));
        Self {
            holder,
            name: principal.name.clone(),
            role: principal.role.as_str().to_owned(),
            since: principal.since.millis(),
            checked: principal.checked.millis(),
            reason: principal.reason.clone(),
            ends: principal.ends.millis(),
            address,
            agent: agent.map(|agent| agent.chars().take(AGENT).collect()),
        }
    }

    /// `None` for what another version wrote.
    fn principal(self, session: SessionKey) -> Option<Principal> {
        let who = match self.holder {
            Holder::BreakGlass { id, generation } => Who::BreakGlass(id.parse::<BreakGlassId>().ok()?, generation),
            Holder::User { id } => Who::User(id.parse::<UserId>().ok()?),
        };
        Some(Principal {
            who,
            name: self.name,
            role: Role::parse(&self.role)?,
            since: Timestamp::from_millis(self.since),
            checked: Timestamp::from_millis(self.checked),
            reason: self.reason,
            ends: Timestamp::from_millis(self.ends),
            session,
        })
    }
}

/// The layer that loads and saves sessions. Its cookie goes to us alone, and over https nowhere else.
pub(crate) fn layer(state: &AppState) -> SessionManagerLayer<store::Sessions> {
    SessionManagerLayer::new(store::Sessions::new(state.env.clone()))
        .with_name(cookie_name(&state.public_url))
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_secure(state.public_url.is_https())
        .with_path("/")
}

/// `__Host-` binds a cookie to this very host, but needs https (RFC 6265bis §4.1.3.2).
fn cookie_name(public_url: &PublicUrl) -> &'static str {
    if public_url.is_https() { "__Host-postern" } else { "postern" }
}
