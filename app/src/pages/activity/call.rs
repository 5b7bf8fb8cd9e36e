//! One call, as a line that opens.

use super::{
    advice::advice,
    asked::{calls_about, calls_of},
    said::{Said, Sign, result},
};
use crate::{
    components::Tone,
    words::{absolute, clock, day, visible},
};
use domain::activity::{CallKind, Outcome, Record, RecordRow, Subject};
use leptos::prelude::*;
use uuid::Uuid;

/// The line. `about` is the user or group that the list is about already.
pub(super) fn row(row: &RecordRow, about: Option<Uuid>) -> impl IntoView + use<> {
    let record = &row.record;
    let said = Said::of(row);
    let (sign, class) = Sign::of(row).mark();
    let refused = Sign::of(row) == Sign::Refused;
    view! {
        <li>
            <details class="event event-call" class:event-refused=refused>
                <summary>
                    <time class="event-when soft figures" datetime=record.call.at.to_string() title=absolute(record.call.at)>
                        {clock(record.call.at)}
                    </time>
                    <span class=class aria-hidden="true">{sign}</span>
                    <span class="event-what">
                        <span>{said.before} {said.name.map(|name| view! { <strong>{name}</strong> })} {said.after}</span>
                    </span>
                    <span class="event-from">{chip(record)} <span class="soft figures">{took(record)}</span></span>
                </summary>
                <div class="event-body">
                    {why(record)}
                    {facts(row)}
                    <p class="event-links">
                        <a href=address(row.seq)>{if row.event.is_some() { "See what changed" } else { "Link to this call" }}</a>
                        {links(row, about)}
                    </p>
                </div>
            </details>
        </li>
    }
}

fn chip(record: &Record) -> impl IntoView + use<> {
    result(record).map(|(tone, words)| {
        let class = if tone == Tone::Bad { "chip chip-bad" } else { "chip" };
        view! { <span class=class>{words}</span> }
    })
}

/// How long it took.
pub(super) fn took(record: &Record) -> Option<String> {
    Some(match record.millis? {
        0 => "< 1 ms".to_owned(),
        millis @ 1..10_000 => format!("{millis} ms"),
        millis => format!("{} s", millis / 1_000),
    })
}

/// The reason as the client received it, and what to do.
pub(super) fn why(record: &Record) -> impl IntoView + use<> {
    let detail = record.detail.as_deref().map(visible);
    view! {
        {detail.map(|detail| view! { <p>{detail}</p> })}
        {advice(record).map(|advice| view! { <p><strong>"What to do: "</strong> {advice}</p> })}
    }
}

/// What else is known of it.
pub(super) fn facts(row: &RecordRow) -> impl IntoView + use<> {
    let call = &row.record.call;
    let request = call.request.as_deref();
    let fact = |label: &'static str, value: Option<AnyView>| {
        value.map(|value| {
            view! {
                <div>
                    <dt>{label}</dt>
                    <dd>{value}</dd>
                </div>
            }
        })
    };
    let code = |text: &str| view! { <code>{visible(text)}</code> }.into_any();
    let token = match (call.token, &row.token_name) {
        (Some(id), Some(name)) => view! { <a href=format!("/admin/sso/tokens/{id}")>{visible(name)}</a> }.into_any(),
        (Some(_), None) => "A deleted token".into_any(),
        (None, _) => "No token that may be used now".into_any(),
    };
    view! {
        <dl class="attributes call-facts">
            {fact("Request", request.map(|request| code(&request.asked)))}
            {fact("Token", Some(token))}
            {fact("From", call.address.as_deref().map(|address| visible(address).into_any()))}
            {fact("Client", request.and_then(|request| request.agent.as_deref()).map(|agent| visible(agent).into_any()))}
            {fact("Code", row.record.reason.as_deref().map(code))}
            {fact("At", Some(format!("{}, {} UTC", day(call.at, call.at), clock(call.at)).into_any()))}
            {fact("Request ID", request.filter(|request| !request.id.is_empty()).map(|request| code(&request.id)))}
        </dl>
    }
}

/// Where else to look.
pub(super) fn links(row: &RecordRow, about: Option<Uuid>) -> impl IntoView + use<> {
    let record = &row.record;
    // A user or group that could not be created has no page: another is in its way.
    let is_other = record.call.operation == CallKind::Create && record.outcome == Outcome::Refused;
    let words = |own, other| if is_other { other } else { own };
    let page = record.target.filter(|_| row.target_name.is_some()).and_then(|id| match record.call.subject {
        Subject::User => Some((format!("/admin/users/{id}"), words("See the user", "See the user who has the name"))),
        Subject::Group => {
            Some((format!("/admin/groups/{id}"), words("See the group", "See the group that has the name")))
        }
        Subject::Service => None,
    });
    let all = record
        .target
        .filter(|target| about != Some(*target))
        .map(|id| (calls_about(id), all_calls(record.call.subject)));
    let token = record.call.token.map(|id| (calls_of(id), "All calls with this token"));
    let links = [page, all, token].into_iter().flatten();
    links.map(|(href, words)| view! { <a href=href>{words}</a> }).collect_view()
}

fn all_calls(subject: Subject) -> &'static str {
    if subject == Subject::Group { "All calls about this group" } else { "All calls about this user" }
}

/// The page of one call.
fn address(seq: i64) -> String {
    format!("/admin/activity/{seq}")
}

#[cfg(test)]
mod tests {
    use super::{super::said::tests::row, *};

    #[test]
    fn times_are_short() {
        let took = |millis| took(&Record { millis, ..row(CallKind::Read, Outcome::Done, None).record });
        assert_eq!(
            [None, Some(0), Some(3), Some(12_345)].map(took),
            [None, Some("< 1 ms"), Some("3 ms"), Some("12 s")].map(|text| text.map(str::to_owned))
        );
    }
}
