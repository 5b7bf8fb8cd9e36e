//! One event, with everything that the log has about it.

use super::{
    event::{changes, page_of, place, who},
    facts::facts,
    history,
    sentence::Sentence,
};
use crate::{
    ApiError,
    components::{Here, framed, when},
    words::{count, visible, visible_text},
};
use domain::{
    Timestamp,
    audit::{Event, EventDetail, MOST},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// The page.
pub(crate) fn show() -> impl IntoView {
    let seq = use_params_map().with_untracked(|params| params.get("seq")).unwrap_or_default();
    framed(Here::Audit, async move |console, _| {
        let seq = seq.parse().map_err(|_| ApiError::NotFound)?;
        let detail = console.event(seq).await?;
        Ok(page(&detail, console.now()).into_any())
    })
}

fn page(detail: &EventDetail, now: Timestamp) -> impl IntoView + use<> {
    let entry = &detail.entry;
    let event = &entry.event;
    let Sentence { before, name, after } = Sentence::of(event);
    let title = format!("{before}{}{after}", name.unwrap_or_default());
    let (who, mark) = who(&event.actor);
    let address = event.address.as_deref().map(|address| format!(" from {}", visible(address)));
    let reason = event.reason.as_deref().map(visible_text);
    let links = [page_of(event), event.target.map(|target| (history(target), "Everything that happened to it"))];
    view! {
        <Title text=format!("Event {}", entry.seq)/>
        <div class="page-head">
            <p class="eyebrow"><a href="/admin/audit">Audit log</a></p>
            <h1>{title}</h1>
            <p class="event-who soft">{when(now, event.at)} {who} {mark} {address}</p>
            {reason.map(|reason| view! { <p class="soft">{format!("“{reason}”")}</p> })}
        </div>
        <section class="panel" aria-labelledby="changed">
            <div class="panel-head"><h2 id="changed">What the log says</h2></div>
            <div class="panel-text">
                {changes(&facts(event))}
                {size(detail).map(|words| view! { <p class="soft">{words}</p> })}
                {place(entry)}
                <p class="event-links">
                    {links.into_iter().flatten().map(|(href, words)| view! { <a href=href>{words}</a> }).collect_view()}
                </p>
            </div>
        </section>
        {stored("Before, as it is stored", event, |event| &event.before)}
        {stored("After, as it is stored", event, |event| &event.after)}
    }
}

/// The size of an event, if older versions wrote more than a page can show.
fn size(detail: &EventDetail) -> Option<String> {
    let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let here = (length(&detail.entry.event.before) + length(&detail.entry.event.after)) as u64;
    (here < detail.bytes).then(|| {
        format!(
            "The event has {}, of which this page shows the first {} of each side. An export has all of them.",
            count(detail.bytes, "byte", "bytes"),
            count(MOST as u64, "character", "characters"),
        )
    })
}

fn stored(title: &'static str, event: &Event, side: fn(&Event) -> &Option<String>) -> impl IntoView + use<> {
    side(event).as_deref().map(|text| {
        view! {
            <details class="panel panel-fold">
                <summary>{title}</summary>
                <pre tabindex="0">{visible_text(text)}</pre>
            </details>
        }
    })
}
