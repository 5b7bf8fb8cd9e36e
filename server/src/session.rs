//! Sessions: where they are kept, and the layer that turns one into the permission to administer.

mod console;
mod sign_in;
mod store;

pub(crate) use console::{API, api_or_page, guard, no_such_function};
pub(crate) use sign_in::{sign_in, sign_out};

use crate::{config::PublicUrl, state::AppState};
use domain::{BreakGlassId, Timestamp, console::Principal};
use serde::{Deserialize, Serialize};
use tower_sessions::{SessionManagerLayer, cookie::SameSite};

/// Where a session's data keeps who signed in.
const SIGNED_IN: &str = "signed_in";

/// Who signed in, as the session keeps it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct SignedIn {
    account: String,
    name: String,
    since: i64,
    ends: i64,
}

impl SignedIn {
    fn of(principal: &Principal) -> Self {
        let Principal { account, name, since, ends } = principal;
        Self { account: account.to_string(), name: name.clone(), since: since.millis(), ends: ends.millis() }
    }

    fn principal(self) -> Option<Principal> {
        let account: BreakGlassId = self.account.parse().ok()?;
        let (since, ends) = (Timestamp::from_millis(self.since), Timestamp::from_millis(self.ends));
        Some(Principal { account, name: self.name, since, ends })
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
