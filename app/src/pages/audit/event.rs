use super::{
    asked::history,
    facts::{Fact, Facts, facts},
    sentence::Sentence,
};
use crate::{
    components::{Tone, chip, source_chip, when},
    words::{absolute, count, visible},
};
use domain::{
    Timestamp,
    audit::{About, Entry, Event, EventSummary, to_hex},
    identity::{Person, PersonId, Who},
};
use leptos::prelude::*;
use uuid::Uuid;

/// One event: a line that opens. `shown` is the target that the list is filtered by.
pub(super) fn row(row: EventSummary, shown: Option<Uuid>, now: Timestamp) -> impl IntoView {
    let EventSummary { entry, is_whole } = row;
    let event = &entry.event;
    let Sentence { before, name, after } = Sentence::of(event);
    let (who, mark) = who(&event.actor);
    let reason = event.reason.as_deref().map(|reason| format!("“{}”", visible(reason)));
    let address = event.address.as_deref().map(visible);
    view! {
        <li>
            <details class="event">
                <summary>
                    <span class="event-when soft">{when(now, event.at)}</span>
                    <span class="event-what">
                        <span>{before} {name.map(|name| view! { <strong>{name}</strong> })} {after}</span>
                        <span class="event-who soft">{who} {mark} {reason.map(|reason| view! { <q class="event-reason">{reason}</q> })}</span>
                    </span>
                    <span class="event-from soft">{address}</span>
                </summary>
                <div class="event-body">
                    {changes(&facts(event))}
                    {(!is_whole).then(|| view! {
                        <p class="soft">"It has more than this list can show."</p>
                    })}
                    {place(&entry)}
                    {links(&entry, shown)}
                </div>
            </details>
        </li>
    }
}

/// Who acted, and the chip for their kind.
pub(super) fn who(actor: &Who) -> (String, Option<AnyView>) {
    match actor {
        Who::Token { name, .. } => (visible(name), Some(source_chip().into_any())),
        Who::Person(Person { id: PersonId::BreakGlass(_), name }) => {
            (visible(name), Some(chip(Tone::Warn, "Break-glass").into_any()))
        }
        Who::Person(Person { id: PersonId::User(_), .. }) | Who::Host | Who::System | Who::Nobody => {
            let mut words = actor.in_words(visible);
            if actor.name().is_none() {
                words[..1].make_ascii_uppercase();
            }
            (words, None)
        }
    }
}

/// Who acted, in words.
pub(in crate::pages) fn actor(actor: &Who) -> String {
    who(actor).0
}

/// What an event changed: the attributes of a document that differ and, in a separate list, the facts that Postern
/// states.
pub(super) fn changes(facts: &Facts) -> impl IntoView + use<> {
    let Facts { attributes, stated, more } = facts;
    let more = (*more > 0).then(|| format!("And {} more.", count(*more, "line", "lines")));
    view! {
        {compared("Attributes that changed", "After", attributes)}
        {compared("Stated by Postern", "Facts", stated)}
        {more.map(|more| view! { <p class="soft">{more}</p> })}
    }
}

/// Before and after, side by side; an empty column is left out, and a column on its own has the title `alone`.
fn compared(caption: &'static str, alone: &'static str, facts: &[Fact]) -> impl IntoView + use<> {
    let has = |side: fn(&Fact) -> &Option<String>| facts.iter().any(|fact| side(fact).is_some());
    let (before, after) = (has(|fact| &fact.before), has(|fact| &fact.after));
    let cell = |shown: bool, label: &'static str, side: &Option<String>| {
        let value = side.clone().unwrap_or_else(|| "–".to_owned());
        shown.then(|| view! { <td data-label=label>{value}</td> })
    };
    let head = |shown: bool, word: &'static str| shown.then(|| view! { <th scope="col">{word}</th> });
    let row = |fact: &Fact| {
        view! {
            <tr>
                <th scope="row">{fact.label.clone()}</th>
                {cell(before, "Before: ", &fact.before)}
                {cell(after, if before { "After: " } else { "" }, &fact.after)}
            </tr>
        }
    };
    (!facts.is_empty()).then(|| {
        view! {
            <table class="compare">
                <caption>{caption}</caption>
                <thead>
                    <tr>
                        <th scope="col"><span class="visually-hidden">"What"</span></th>
                        {head(before, "Before")}
                        {head(after, if before { "After" } else { alone })}
                    </tr>
                </thead>
                <tbody>{facts.iter().map(row).collect_view()}</tbody>
            </table>
        }
    })
}

/// The event's place in the chain.
pub(super) fn place(entry: &Entry) -> impl IntoView + use<> {
    let hash = match &entry.link {
        Some(link) => view! { ", hash " <code>{to_hex(&link.hash)}</code> }.into_any(),
        None => ", from before events had hashes".into_any(),
    };
    view! { <p class="hint">{format!("Event {}, {}", entry.seq, absolute(entry.event.at))} {hash}</p> }
}

fn links(entry: &Entry, shown: Option<Uuid>) -> impl IntoView + use<> {
    let event = &entry.event;
    let (page, own) = (page_of(event), address(entry.seq));
    let all = event.target.filter(|target| shown != Some(*target)).map(history);
    view! {
        <p class="event-links">
            <a href=own>"See the event"</a>
            {page.map(|(href, words)| view! { <a href=href>{words}</a> })}
            {all.map(|href| view! { <a href=href>"Everything that happened to it"</a> })}
        </p>
    }
}

/// The page of one event.
fn address(seq: i64) -> String {
    format!("/admin/audit/{seq}")
}

/// The page of an event's target, if it still has one.
pub(super) fn page_of(event: &Event) -> Option<(String, &'static str)> {
    let id = event.target?;
    match event.action.kind().about {
        About::User => Some((format!("/admin/users/{id}"), "See the user")),
        About::Group => Some((format!("/admin/groups/{id}"), "See the group")),
        About::Deleted => Some(("/admin/deleted".to_owned(), "See what can be restored")),
        About::Token => Some((format!("/admin/sso/tokens/{id}"), "See the token")),
        About::BreakGlass => Some(("/admin/break-glass".to_owned(), "See the break-glass accounts")),
        About::Guard => Some(("/admin/sso/guard".to_owned(), "See the guard")),
        About::Nothing => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::audit::Action;

    fn page(action: Action) -> Option<String> {
        let event = Event::new(Timestamp::from_millis(0), Who::Host, None, action).on(Uuid::nil(), "x");
        page_of(&event).map(|(href, _)| href)
    }

    #[test]
    fn an_event_leads_to_what_it_is_about() {
        let nil = "00000000-0000-0000-0000-000000000000";
        assert_eq!(page(Action::UserDeactivated), Some(format!("/admin/users/{nil}")));
        assert_eq!(page(Action::TokenNewNetwork), Some(format!("/admin/sso/tokens/{nil}")));
        assert_eq!(page(Action::UserDeleted).as_deref(), Some("/admin/deleted"));
        assert_eq!(page(Action::GuardTripped).as_deref(), Some("/admin/sso/guard"));
        assert_eq!(page(Action::SessionRevoked), None);
    }

    #[test]
    fn whoever_acts_has_a_name() {
        let name = "ad\u{202e}a".to_owned();
        let user = Who::Person(Person { id: PersonId::User(domain::UserId(Uuid::nil())), name });
        assert_eq!(who(&user).0, "ad[U+202E]a");
        assert_eq!(who(&Who::System).0, "Postern itself");
    }
}
