//! One call, with what it changed.

use super::{
    call::{facts, links, took, why},
    said::{Said, result},
};
use crate::{
    ApiError,
    components::{Here, framed, when},
    pages::audit,
    words::visible,
};
use domain::{Timestamp, console::CallDetail};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// The page.
pub(crate) fn show() -> impl IntoView {
    let seq = use_params_map().with_untracked(|params| params.get("seq")).unwrap_or_default();
    framed(Here::Activity, async move |console, _| {
        let seq = seq.parse().map_err(|_| ApiError::NotFound)?;
        Ok(page(&console.call(seq).await?, console.now()).into_any())
    })
}

fn page(detail: &CallDetail, now: Timestamp) -> impl IntoView + use<> {
    let row = &detail.row;
    let title = Said::of(row).text();
    let result = result(&row.record).map(|(_, words)| format!("{words}. "));
    let token = row.token_name.as_deref().map(|name| format!(" by {}", visible(name)));
    let took = took(&row.record).map(|took| format!(", in {took}"));
    view! {
        <Title text="Call"/>
        <div class="page-head">
            <p class="eyebrow"><a href="/admin/activity">Activity</a></p>
            <h1>{title}</h1>
            <p class="soft">{result} "Called " {when(now, row.record.call.at)} {token} {took} "."</p>
        </div>
        <section class="panel" aria-labelledby="call">
            <div class="panel-head"><h2 id="call">The call</h2></div>
            <div class="panel-text">{why(&row.record)} {facts(row)} <p class="event-links">{links(row, None)}</p></div>
        </section>
        {detail.event.as_ref().map(|event| view! {
            <section class="panel" aria-labelledby="changed">
                <div class="panel-head"><h2 id="changed">What it changed</h2></div>
                <div class="panel-text">{audit::changed(&event.entry.event)}</div>
            </section>
        })}
    }
}
