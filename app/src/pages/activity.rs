//! The activity record: every call of a directory, what it did and why, newest first.

mod advice;
mod asked;
mod call;
mod cycle;
mod detail;
mod said;

use crate::{
    components::{Here, back_in_time, empty, framed},
    words::{count, visible},
};
use asked::{Asked, filters};
use domain::{
    Timestamp,
    activity::{CallSummary, RECORD_DAYS, RecordKey},
    console::{ActivityPage, CALLS_SHOWN},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

pub(super) use asked::{calls_about, calls_of, refused_calls};
pub(crate) use detail::show as show_call;

/// The page.
pub(crate) fn show() -> impl IntoView {
    let asked = use_query_map().with_untracked(Asked::read);
    framed(Here::Activity, async move |console, _| {
        let found = console.activity(asked.query(), asked.before).await?;
        Ok(page(&asked, found, console.now()).into_any())
    })
}

fn page(asked: &Asked, found: ActivityPage, now: Timestamp) -> impl IntoView + use<> {
    let tokens: Vec<_> = found.tokens.iter().map(|token| (token.id, visible(&token.name))).collect();
    let next = found.next;
    let named = found.rows.iter().find(|row| asked.target.is_some() && row.record.target == asked.target);
    let about = named.and_then(|row| row.target_name.as_deref()).map(visible);
    view! {
        <Title text="Activity"/>
        <div class="page-head">
            <p class="eyebrow">Record</p>
            <h1>Activity</h1>
            <p class="soft">{found.summary.as_ref().map(sentence)}</p>
        </div>
        <section class="panel" aria-labelledby="calls">
            <div class="panel-head"><h2 id="calls">"SCIM calls"</h2></div>
            {filters(asked, &tokens, about)}
            {if found.rows.is_empty() {
                nothing(asked).into_any()
            } else {
                cycle::show(found.rows, (asked.before.is_some(), next.is_some()), asked.target, now).into_any()
            }}
            {(asked.before.is_some() || next.is_some()).then(|| pages(asked, next))}
        </section>
        <p class="hint">
            {format!(
                "Calls are kept for {RECORD_DAYS} days. Bodies, passwords, tokens and the values of filters are never recorded."
            )}
        </p>
    }
}

/// The last day, with a link to what was refused.
fn sentence(summary: &CallSummary) -> AnyView {
    let (calls, refused) = (summary.calls + summary.strangers, summary.refused + summary.strangers);
    if calls == 0 {
        return "No calls in the last 24 hours.".into_any();
    }
    let calls = count(calls, "call", "calls");
    if refused == 0 {
        return format!("{calls} in the last 24 hours, none of them refused.").into_any();
    }
    let strangers = match summary.strangers {
        0 => String::new(),
        strangers => format!(", {strangers} of them without a token that may be used now"),
    };
    view! {
        {format!("{calls} in the last 24 hours; ")} <a href=refused_calls()>{format!("{refused} refused")}</a>
        {format!("{strangers}.")}
    }
    .into_any()
}

fn nothing(asked: &Asked) -> impl IntoView + use<> {
    let (title, words) = match (asked.is_filtered(), asked.before) {
        (true, _) => ("No calls match", "Change the filters, or show everything."),
        (false, Some(_)) => ("There is nothing older", "Calls before these are no longer kept."),
        (false, None) => ("No calls yet", "Each call of your directory is listed here as it arrives."),
    };
    let (href, link) = if asked.is_filtered() || asked.before.is_some() {
        ("/admin/activity", "Show everything")
    } else {
        ("/admin/sso/scim", "Connect a directory")
    };
    empty(title.to_owned(), words, href.to_owned(), link)
}

fn pages(asked: &Asked, next: Option<RecordKey>) -> impl IntoView + use<> {
    let newest = asked.before.map(|_| asked.address(None));
    let older = next.map(|next| asked.address(Some(next)));
    back_in_time(format!("{CALLS_SHOWN} calls a page, newest first"), newest, older)
}
