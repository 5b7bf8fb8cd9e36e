//! Break-glass accounts: who could still get in, the accounts themselves, and the drills that show that they work.

mod accounts;
mod actions;
mod create;
mod drills;
mod read;
mod sheet;

use crate::components::{Here, framed, lockout};
use leptos::prelude::*;
use leptos_meta::Title;
use read::BreakGlass;

/// The page.
pub(crate) fn show() -> impl IntoView {
    framed(Here::BreakGlass, async |console, _| Ok(page(&BreakGlass::read(console).await?).into_any()))
}

fn page(all: &BreakGlass) -> impl IntoView + use<> {
    view! {
        <Title text="Break-glass accounts"/>
        <div class="page-head">
            <p class="eyebrow">Access</p>
            <h1>"Break-glass accounts"</h1>
            <p class="soft">{lockout::summary(&all.status.doors)}</p>
        </div>
        <section class="panel" aria-labelledby="left">
            <div class="panel-head">
                <h2 id="left">"Who could still get in"</h2>
                <a href="/admin/lockout">"What if everybody were deactivated now?"</a>
            </div>
            {lockout::meter(&all.status.doors)}
        </section>
        {accounts::panel(all)}
        {drills::panel(all)}
        {all.may_change.then(sheet::dialog)}
    }
}
