//! The first page after the sign-in: whether the sync is healthy, what needs a decision, and what has changed.

mod calls;
mod needs;
mod people;
mod plot;
mod since;
mod ways_in;

use super::{audit, scim::Health};
use crate::components::{Here, chip, framed, when};
use domain::{Timestamp, console::Overview};
use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
pub(crate) fn show() -> impl IntoView {
    framed(Here::Overview, async |console, _| Ok(page(console.overview().await?, console.now()).into_any()))
}

fn page(overview: Overview, now: Timestamp) -> impl IntoView {
    let health = Health::of(&overview.scim, now);
    let (tone, word) = health.chip();
    let (before, at, after) = match health {
        Health::NeverOn => ("Provisioning is off, so no directory can change anything here.", None, String::new()),
        Health::Waiting => ("No call has come yet.", None, String::new()),
        Health::Held(_) => ("The guard refuses departures until you decide.", None, String::new()),
        _ => health.sentence(&overview.scim, now),
    };
    let is_connected = overview.scim.activity.first_user.is_some();
    let events = overview.events.clone();
    view! {
        <Title text="Overview"/>
        <div class="page-head">
            <h1>Overview</h1>
            <p class="soft overview-health">
                {chip(tone, word)} " " <span>{before} {at.map(|at| when(now, at))} {after}</span>
            </p>
        </div>
        {needs::panel(&overview, health, now)}
        {(!is_connected).then(|| set_up(health))}
        {overview.since.map(|since| since::panel(since, now))}
        <div class="plots">
            {(!overview.hours.is_empty()).then(|| calls::panel(&overview.hours, now))}
            {is_connected.then(|| people::panel(&overview.population, overview.active, now))}
        </div>
        {ways_in::panel(&overview, now)}
        {(!events.is_empty()).then(|| view! {
            <section class="panel" aria-labelledby="notable">
                <div class="panel-head">
                    <h2 id="notable">"Latest notable events"</h2>
                    <a href="/admin/audit">"See the audit log"</a>
                </div>
                {audit::events(events, now)}
            </section>
        })}
    }
}

/// The way to the set-up, shown until the first user has arrived.
fn set_up(health: Health) -> impl IntoView {
    let (words, link) = match health {
        Health::NeverOn | Health::TurnedOff(_) => {
            ("Turn provisioning on, copy two values, paste them into Entra.", "Set up provisioning")
        }
        _ => ("Provisioning is on. The steps tick themselves as calls arrive.", "Continue the set-up"),
    };
    view! {
        <section class="panel provisioning" aria-labelledby="set-up">
            <div class="provisioning-text">
                <h2 id="set-up">"Connect your directory"</h2>
                <p class="soft">{words}</p>
            </div>
            <a class="button button-primary" href="/admin/sso/scim">{link}</a>
        </section>
    }
}
