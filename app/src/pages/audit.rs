//! The audit log: who changed what, when and why, newest first.

mod actions;
mod asked;
mod detail;
mod event;
mod facts;
mod kept;
#[cfg(test)]
mod pinned;
mod sentence;

use crate::{
    components::{Here, back_in_time, empty, framed},
    words::count,
};
use asked::{Asked, filters};
use domain::{
    Timestamp,
    audit::EventSummary,
    console::{AuditPage, Console, EVENTS_SHOWN},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

pub(super) use asked::{history, since};
pub(crate) use detail::show as show_event;
pub(super) use event::actor;

/// What an event changed, side by side.
pub(super) fn changed(event: &domain::audit::Event) -> impl IntoView + use<> {
    event::changes(&facts::facts(event))
}

/// A short list of events.
pub(super) fn events(rows: Vec<EventSummary>, now: Timestamp) -> impl IntoView {
    view! { <ol class="events">{rows.into_iter().map(|row| event::row(row, None, now)).collect_view()}</ol> }
}

/// The page.
pub(crate) fn show() -> impl IntoView {
    let asked = use_query_map().with_untracked(Asked::read);
    framed(Here::Audit, async move |console, _| {
        let log = console.audit(asked.query(), asked.before).await?;
        Ok(page(&console, &asked, log).into_any())
    })
}

fn page(console: &Console, asked: &Asked, log: AuditPage) -> impl IntoView + use<> {
    let kept = kept::panel(console, &log);
    let sentence = sentence(asked, &log);
    let (now, next) = (console.now(), log.next);
    view! {
        <Title text="Audit log"/>
        <div class="page-head">
            <p class="eyebrow">Record</p>
            <h1>Audit log</h1>
            <p class="soft">{sentence}</p>
        </div>
        {kept}
        <section class="panel" aria-labelledby="events">
            <div class="panel-head">
                <h2 id="events">Events</h2>
            </div>
            {filters(asked)}
            {if log.entries.is_empty() {
                nothing(asked).into_any()
            } else {
                list(asked, log, now).into_any()
            }}
            {(asked.before.is_some() || next.is_some()).then(|| pages(asked, next))}
        </section>
    }
}

fn sentence(asked: &Asked, log: &AuditPage) -> String {
    let days = count(u64::from(log.days), "day", "days");
    match log.head {
        None => {
            "Nothing has happened yet. Every change leaves an event here, in the same step as the change.".to_owned()
        }
        Some(_) if asked.is_filtered() => {
            format!("These are the events that match, newest first. Events are kept for {days}.")
        }
        Some((seq, _)) => {
            let newer = match log.pending {
                0 => String::new(),
                pending => format!(" {} will follow in a moment.", count(pending, "newer event", "newer events")),
            };
            format!(
                "Event {seq} is the last one.{newer} Events are kept for {days}, and each carries the hash of the one before."
            )
        }
    }
}

fn list(asked: &Asked, log: AuditPage, now: Timestamp) -> impl IntoView + use<> {
    let target = asked.target;
    view! {
        <ol class="events">{log.entries.into_iter().map(|row| event::row(row, target, now)).collect_view()}</ol>
    }
}

fn nothing(asked: &Asked) -> impl IntoView + use<> {
    let (title, words) = match (asked.is_filtered(), asked.before) {
        (true, _) => ("No events match", "Choose another kind, another time, or all events."),
        (false, Some(_)) => ("There is nothing older", "Events before these are no longer kept."),
        (false, None) => ("Nothing has happened yet", "The first change leaves the first event."),
    };
    empty(title.to_owned(), words, "/admin/audit".to_owned(), "Show everything")
}

fn pages(asked: &Asked, next: Option<i64>) -> impl IntoView + use<> {
    let newest = asked.before.map(|_| asked.address(None));
    let older = next.map(|next| asked.address(Some(next)));
    back_in_time(format!("{EVENTS_SHOWN} a page, newest first"), newest, older)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_says_what_is() {
        let mut log = AuditPage { entries: Vec::new(), next: None, head: None, days: 400, pending: 0, backed_up: None };
        assert!(sentence(&Asked::default(), &log).starts_with("Nothing has happened yet"));
        log.head = Some((7, [0; 32]));
        assert!(sentence(&Asked::default(), &log).contains("Event 7 is the last one. Events are kept for 400 days"));
        log.pending = 2;
        assert!(sentence(&Asked::default(), &log).contains("is the last one. 2 newer events will follow in a moment."));
        let asked = Asked { kind: "tokens".to_owned(), ..Asked::default() };
        assert!(sentence(&asked, &log).contains("that match"));
    }
}
