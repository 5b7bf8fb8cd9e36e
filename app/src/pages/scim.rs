//! Single sign-on, SCIM: turning provisioning on, and everything that Entra is given.

mod before;
mod connect;
mod create;
mod guide;
mod header;
mod health;
mod reach;
mod steps;
mod tokens;

use super::components::{Here, framed};
use domain::{
    Timestamp,
    console::{Console, ScimStatus},
};
use health::Health;
use leptos::prelude::*;
use leptos_meta::Title;

/// What the panels are made from.
struct Scim {
    status: ScimStatus,
    health: Health,
    now: Timestamp,
    scim_url: String,
    entra_url: String,
}

impl Scim {
    async fn read(console: Console) -> domain::Result<Self> {
        let now = console.now();
        let status = console.scim().await?;
        Ok(Self {
            health: Health::of(&status, now),
            status,
            now,
            scim_url: console.scim_url(),
            entra_url: console.entra_tenant_url(),
        })
    }

    fn is_on(&self) -> bool {
        self.status.settings.provisioning
    }

    fn has_live_token(&self) -> bool {
        self.status.tokens.iter().any(|token| token.revoked.is_none())
    }
}

/// The page.
pub(super) fn show() -> impl IntoView {
    framed(Here::SignOn, async |console, _| Ok(page(&Scim::read(console).await?).into_any()))
}

fn page(scim: &Scim) -> impl IntoView + use<> {
    let has_tokens = !scim.status.tokens.is_empty();
    view! {
        <Title text="SCIM provisioning"/>
        <div class="page-head">
            <p class="eyebrow">Access</p>
            <h1>"Single sign-on"</h1>
        </div>
        <nav class="tabs" aria-label="Single sign-on">
            <a href="/admin/sso/scim" aria-current="page">SCIM</a>
        </nav>
        {header::panel(scim)}
        {if scim.is_on() { connect::panel(scim).into_any() } else { before::panel(scim).into_any() }}
        {has_tokens.then(|| tokens::panel(scim))}
    }
}
