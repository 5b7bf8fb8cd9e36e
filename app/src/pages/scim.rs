//! Single sign-on, SCIM: turning provisioning on, and everything that Entra needs.

mod actions;
mod before;
mod connect;
mod create;
mod guide;
mod header;
mod health;
mod reach;
mod read;
mod tokens;

use crate::components::{Here, Tab, framed, sso_head};
use leptos::prelude::*;
use leptos_meta::Title;
use read::Scim;

pub(super) use health::Health;

/// The page.
pub(crate) fn show() -> impl IntoView {
    framed(Here::SignOn, async |console, _| Ok(page(&Scim::read(console).await?).into_any()))
}

fn page(scim: &Scim) -> impl IntoView + use<> {
    let has_tokens = !scim.status.tokens.is_empty();
    view! {
        <Title text="SCIM provisioning"/>
        {sso_head(Tab::Scim)}
        {header::panel(scim)}
        {if scim.is_on() { connect::panel(scim).into_any() } else { before::panel(scim).into_any() }}
        {has_tokens.then(|| tokens::panel(scim))}
    }
}
