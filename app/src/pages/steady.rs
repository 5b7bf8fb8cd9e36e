//! Steady state: whether each sync sends only what is new, and what keeps it from that.

mod cause;
mod cycles;
mod noise;
mod received;
mod verdict;

use crate::{
    components::{Here, Tab, chip, empty, framed, sso_head, when},
    words::{grouped, visible},
};
use domain::{
    Timestamp,
    console::{SteadyState, SyncReport},
    token::ClientProfile,
};
use leptos::prelude::*;
use leptos_meta::Title;

use verdict::{lasting, length, word};

/// The page.
pub(crate) fn show() -> impl IntoView {
    framed(Here::SignOn, async |console, _| Ok(page(console.steady_state().await?, console.now()).into_any()))
}

fn page(state: SteadyState, now: Timestamp) -> impl IntoView {
    let provisioned = state.provisioned;
    let is_entra = state.syncs.iter().any(|sync| sync.token.profile == Some(ClientProfile::Entra));
    let panels = if state.syncs.is_empty() {
        nothing().into_any()
    } else {
        state.syncs.into_iter().map(|report| sync(report, now)).collect_view().into_any()
    };
    view! {
        <Title text="Steady state"/>
        {sso_head(Tab::Steady)}
        {panels}
        {(provisioned.users > 0).then(|| received::panel(&provisioned, is_entra))}
        <p class="hint">
            "A sync is steady once each cycle sends only what is new. Until then, a directory sends people and groups the \
             same changes again and again, which costs calls and hides those that matter."
        </p>
    }
}

fn nothing() -> impl IntoView {
    let words = "Once a token has been used, its cycles are judged here.";
    let link =
        empty("No directory has called yet".to_owned(), words, "/admin/sso/scim".to_owned(), "Connect a directory");
    view! { <section class="panel" aria-label="Steady state">{link}</section> }
}

/// The sync of one token.
fn sync(report: SyncReport, now: Timestamp) -> impl IntoView {
    let (tone, word) = word(report.sync);
    let id = format!("sync-{}", report.token.id);
    let heading = id.clone();
    let (before, at, after) = verdict::sentence(report.sync);
    let numbers = numbers(&report, now);
    let (token, profile) = (report.token.id, report.token.profile);
    view! {
        <section class="panel" aria-labelledby=heading>
            <div class="panel-head">
                <div class="panel-title">
                    <h2 id=id>
                        <a href=format!("/admin/sso/tokens/{token}")>{visible(&report.token.name)}</a>
                    </h2>
                    {chip(tone, word)}
                </div>
            </div>
            <div class="panel-text">
                <p>{before} {at.map(|at| when(now, at))} {after}</p>
                {numbers}
            </div>
            {(!report.noise.is_empty()).then(|| noise::list(&report.noise, profile, now))}
            {(!report.cycles.is_empty()).then(|| cycles::fold(&report.cycles, token, now))}
        </section>
    }
}

/// The rhythm, and the last cycle in numbers.
fn numbers(report: &SyncReport, now: Timestamp) -> impl IntoView + use<> {
    let last = domain::cycle::finished(&report.cycles, now).first().copied();
    let rhythm = report.interval.map(|interval| format!("about every {}", lasting(interval)));
    let number = |name: &'static str, number: u64| view! { <div><dt>{name}</dt> <dd>{grouped(number)}</dd></div> };
    last.map(|last| {
        view! {
            <dl class="numbers">
                {number("Calls in the last cycle", last.calls)}
                {number("Changes", last.changes)}
                {number("Sent again", last.repeated)}
                {number("Refused", last.refused)}
            </dl>
            <p class="soft">
                {match rhythm {
                    Some(rhythm) => format!("Its cycles begin {rhythm}; the last one took {}.", length(last.start, last.last)),
                    None => format!("The last cycle took {}.", length(last.start, last.last)),
                }}
            </p>
        }
    })
}
