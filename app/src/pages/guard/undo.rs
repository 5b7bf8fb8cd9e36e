//! The dialogs that undo departures, all of them or those of some people, and say who is restored.

use super::{
    actions::{UndoBatch, UndoSpan},
    found::{Found, token_names},
    lost::lost,
};
use crate::{
    components::{Opener, Question, attributes::done, confirm, hidden, search_box_at},
    islands::submit::Submit,
    words::{count, list, visible},
};
use domain::{
    console::{DEPARTURES_SHOWN, Departed},
    guard::{Departure, DepartureKind, Losses},
    token::Token,
};
use leptos::{prelude::*, server_fn::ServerFn};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The message after an undo was ordered; the page shows its progress.
const UNDONE: &str = "It is being undone.";

/// The button and the dialog for a batch.
pub(super) fn undo_of_batch(found: &Found, pausable: &[&Token]) -> impl IntoView + use<> {
    let summary = &found.summary;
    let question = Question {
        id: format!("undo-{}", summary.batch.id),
        title: "Undo this batch?".to_owned(),
        verb: "Undo",
        action: UndoBatch::PATH,
        fields: vec![("id", summary.batch.id.to_string())],
        phrase: None,
        next: None,
        done: UNDONE.to_owned(),
    };
    let tokens = token_names(summary);
    let lines = lines(&found.departures, summary.losses);
    let why = format!("Otherwise the next call through {tokens} may do it all again.");
    let pause = pause(&question.id, pausable, &why);
    confirm(question, Opener::Plain("Undo"), "Undo this batch".to_owned(), consequences(lines, pause))
}

/// The button and the dialog for a stretch of time.
pub(super) fn undo_of_span(
    fields: Vec<(&'static str, String)>,
    departed: &Departed,
    pausable: &[&Token],
) -> impl IntoView + use<> {
    let question = Question {
        id: "undo-span".to_owned(),
        title: "Undo all of this?".to_owned(),
        verb: "Undo",
        action: UndoSpan::PATH,
        fields,
        phrase: None,
        next: Some("/admin/sso/guard"),
        done: UNDONE.to_owned(),
    };
    let mut lines = lines(&departed.departures, departed.losses);
    lines.push("Memberships of these people that began in that time are ended.".to_owned());
    let pause = pause(&question.id, pausable, "Otherwise the next call of the directory may do it all again.");
    confirm(question, Opener::Plain("Undo"), "Undo all of this".to_owned(), consequences(lines, pause))
}

fn consequences(lines: Vec<String>, pause: impl IntoView + 'static) -> impl IntoView {
    view! {
        <ul class="consequences">
            {lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}
            <li>"Each is restored as before, with groups and the same id."</li>
            <li>"A user or group that has taken one of their names is kept and renamed."</li>
            <li>"Correct the directory too before you resume its token: it sends its own state again."</li>
        </ul>
        {pause}
    }
}

fn pause(dialog: &str, pausable: &[&Token], why: &str) -> impl IntoView + use<> {
    let (title, why) = match pausable {
        [] | [_] => ("Pause the token first".to_owned(), why.to_owned()),
        several => (format!("Pause {} tokens first", several.len()), format!("{} {why}", paused(several))),
    };
    view! {
        <label class="choice">
            <input type="checkbox" name="pause" value="true" checked form=format!("{dialog}-form")/>
            <span>
                <strong>{title}</strong>
                <span class="soft">{why}</span>
            </span>
        </label>
    }
}

/// Which tokens are paused: they often share a name, so their last characters are shown too.
fn paused(tokens: &[&Token]) -> String {
    let names: Vec<String> =
        tokens.iter().map(|token| format!("“{}” (…{})", visible(&token.name), token.last_four)).collect();
    let names = list(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let ids: Vec<_> = tokens.iter().map(|token| token.id).collect();
    let is_rotated = tokens.iter().any(|token| token.replaces.is_some_and(|old| ids.contains(&old)));
    match is_rotated {
        true => format!("{names}: a token that was replaced and its replacement both work."),
        false => format!("{names}."),
    }
}

/// A search in a list of people.
pub(super) struct Search<'s> {
    /// A text in their names.
    pub(super) text: &'s str,
    /// The parts of the query string that the search keeps.
    pub(super) kept: Vec<(&'static str, String)>,
    /// The departures of the people who match: the last ones, 200 at most.
    pub(super) matching: &'s [Departure],
}

/// A list of those who left, in which some can be ticked and restored.
pub(super) fn choose(
    id: &str,
    action: &'static str,
    fields: Vec<(&'static str, String)>,
    departures: &[Departure],
    search: Search<'_>,
) -> Option<impl IntoView + use<>> {
    if people(departures).len() < 2 && departures.len() < DEPARTURES_SHOWN {
        return None;
    }
    let people = people(search.matching);
    let (is_searched, found_nobody) = (!search.text.is_empty(), people.is_empty());
    // A short list needs no search.
    let has_search = is_searched || departures.len() >= DEPARTURES_SHOWN;
    let searched = visible(search.text);
    let row = |(at, (target, name)): (usize, (Uuid, String))| {
        view! {
            <label class="choice">
                <input type="checkbox" name=format!("people[{at}]") value=target.to_string()/>
                <span>{name}</span>
            </label>
        }
    };
    let heading = format!("choose-{id}");
    let box_of = format!("/admin/sso/guard#{heading}");
    Some(view! {
        <details class="fold" open=is_searched>
            <summary id=heading.clone()>"Undo for some of them"</summary>
            {has_search.then(|| view! {
                <p class="soft">"The most recent ones are listed. Search for others by name."</p>
                {search_box_at(box_of, "Name", search.text.to_owned(), search.kept)}
            })}
            {found_nobody.then(|| view! { <p role="status">{format!("None of them matches “{searched}”.")}</p> })}
            {(!found_nobody).then(|| view! { <Submit>
                <form class="stack" method="post" {..done(UNDONE)} action=action aria-labelledby=heading>
                    {hidden(fields)}
                    <input type="hidden" name="chosen" value="true"/>
                    <div class="choices">{people.into_iter().enumerate().map(row).collect_view()}</div>
                    <button class="button">"Undo for those ticked"</button>
                </form>
            </Submit> })}
        </details>
    })
}

/// Each user and group once, with its name, sorted by name.
fn people(departures: &[Departure]) -> Vec<(Uuid, String)> {
    let named: BTreeMap<Uuid, String> =
        departures.iter().map(|departure| (departure.target, visible(&departure.target_name))).collect();
    let mut people: Vec<(Uuid, String)> = named.into_iter().collect();
    people.sort_by_cached_key(|(_, name)| name.to_lowercase());
    people
}

/// Some names, so that it is clear at a glance who is concerned.
pub(super) fn who(departures: &[Departure]) -> impl IntoView + use<> {
    named(departures).into_iter().map(|line| view! { <p class="soft">{line}</p> }).collect_view()
}

/// The people and, apart from them, the groups.
fn named(departures: &[Departure]) -> Vec<String> {
    let (groups, others): (Vec<Departure>, Vec<Departure>) = departures
        .iter()
        .cloned()
        .partition(|departure| matches!(departure.kind, DepartureKind::GroupDeleted | DepartureKind::GroupEmptied));
    let last = if departures.len() < DEPARTURES_SHOWN { "" } else { ", the last of them" };
    let line = |what: &str, of: &[Departure]| {
        let names: Vec<String> = people(of).into_iter().map(|(_, name)| name).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        (!names.is_empty()).then(|| format!("{what}{last}: {}.", list(&names)))
    };
    line("People", &others).into_iter().chain(line("Groups", &groups)).collect()
}

/// What is restored, a line for each way in which it was lost. Of more than 200 departures the last 200 are known by
/// name.
fn lines(departures: &[Departure], losses: Losses) -> Vec<String> {
    let kinds = [
        (DepartureKind::Deactivated, "person is made active again", "people are made active again"),
        (DepartureKind::Deleted, "deleted person is restored", "deleted people are restored"),
        (DepartureKind::Renamed, "person gets the old name back", "people get their old names back"),
        (DepartureKind::LeftGroup, "membership is restored", "memberships are restored"),
        (DepartureKind::GroupDeleted, "deleted group is restored", "deleted groups are restored"),
        (DepartureKind::GroupEmptied, "group gets its members back", "groups get their members back"),
    ];
    let more = departures.len() >= DEPARTURES_SHOWN;
    let mut lines = Vec::new();
    for (kind, one, many) in kinds {
        let names: Vec<String> =
            departures.iter().filter(|d| d.kind == kind).map(|departure| visible(&departure.target_name)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        if !names.is_empty() {
            let number = count(names.len() as u64, one, many);
            let about = if more { format!("Of the last {DEPARTURES_SHOWN}, ") } else { String::new() };
            lines.push(format!("{about}{number}: {}.", list(&names)));
        }
    }
    if more {
        lines.insert(0, format!("All of this is undone: {}.", lost(losses)));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Timestamp, TokenId};

    fn departure(kind: DepartureKind, name: &str) -> Departure {
        Departure {
            at: Timestamp::from_millis(0),
            token: TokenId(Default::default()),
            kind,
            target: Default::default(),
            target_name: name.to_owned(),
            group: None,
            weight: 1,
            before: None,
            batch: None,
        }
    }

    #[test]
    fn whom_it_brings_back_is_named() {
        let departures = [
            departure(DepartureKind::Deactivated, "Ada King"),
            departure(DepartureKind::Deactivated, "Grace Hopper"),
            departure(DepartureKind::GroupDeleted, "Engine Owners"),
        ];
        assert_eq!(
            lines(&departures, Losses::default()),
            [
                "2 people are made active again: Ada King and Grace Hopper.",
                "1 deleted group is restored: Engine Owners."
            ]
        );
    }

    #[test]
    fn groups_are_no_people() {
        let mut departures: Vec<Departure> = (0..42)
            .map(|n| Departure {
                target: Uuid::from_u128(n),
                ..departure(DepartureKind::Deactivated, &format!("Person {n:02}"))
            })
            .collect();
        departures.push(Departure { target: Uuid::from_u128(99), ..departure(DepartureKind::GroupDeleted, "Sales") });
        assert_eq!(
            named(&departures),
            ["People: Person 00, Person 01, Person 02, Person 03 and 38 others.", "Groups: Sales."]
        );
    }

    #[test]
    fn of_many_only_some_are_named() {
        let departures = vec![departure(DepartureKind::Deleted, "x"); 200];
        let lines = lines(&departures, Losses { people: 300, ..Losses::default() });
        assert_eq!(lines[0], "All of this is undone: 300 people lost access.");
        assert_eq!(lines[1], "Of the last 200, 200 deleted people are restored: x, x, x, x and 196 others.");
    }
}
