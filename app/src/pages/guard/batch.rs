use super::{left, undo::undo};
use crate::{
    api::guard::{ApproveBatch, DismissBatch},
    pages::{
        components::{Opener, Question, Tone, chip, confirm, when},
        words::{absolute, count, list, visible},
    },
};
use domain::{
    Timestamp,
    audit::EventQuery,
    console::{Console, Undone},
    guard::{BatchState, BatchSummary, Departure},
    settings::{GuardMode, GuardSettings},
};
use leptos::{prelude::*, server_fn::ServerFn};
use serde_json::Value;
use std::collections::HashMap;

/// A batch, and what the page says of it beside its row.
pub(super) struct Found {
    pub(super) summary: BatchSummary,
    /// The last departures, 200 at most.
    pub(super) departures: Vec<Departure>,
    /// What undoing it did.
    pub(super) outcome: Option<Undone>,
}

impl Found {
    pub(super) async fn read(console: &Console, summary: BatchSummary) -> domain::Result<Self> {
        let departures = console.departures(summary.batch.id).await?;
        Ok(Self { departures, ..Self::closed(summary) })
    }

    pub(super) fn closed(summary: BatchSummary) -> Self {
        Self { summary, departures: Vec::new(), outcome: None }
    }
}

/// Whether somebody has still to decide.
pub(super) fn is_open(state: BatchState) -> bool {
    matches!(state, BatchState::Open | BatchState::Held)
}

/// What undoing did, by the batch's id, as far back as the log is looked at.
pub(super) async fn outcomes(console: &Console) -> domain::Result<HashMap<String, Undone>> {
    let query = EventQuery { action: Some("guard.undone".to_owned()), ..EventQuery::default() };
    let log = console.audit(query, None).await?;
    let read = |entry: &domain::audit::Entry| {
        let facts: Value = serde_json::from_str(entry.event.after.as_deref()?).ok()?;
        let number = |name: &str| facts.get(name).and_then(Value::as_u64);
        let undone = Undone { restored: number("restored")?, failed: number("failed")? };
        Some((facts.get("batch")?.as_str()?.to_owned(), undone))
    };
    Ok(log.entries.iter().filter_map(read).collect())
}

/// A batch that waits for a decision.
pub(super) fn panel(found: &Found, settings: GuardSettings, may_change: bool, now: Timestamp) -> impl IntoView + use<> {
    let BatchSummary { batch, token_name, weight } = &found.summary;
    let is_held = batch.state == BatchState::Held;
    let (title, word) = match is_held {
        true => ("Departures are held back", "Held"),
        false => ("Many people lost access at once", "Open"),
    };
    let id = format!("batch-{}", batch.id);
    let token = format!("/admin/sso/tokens/{}", batch.token);
    view! {
        <section class="panel batch" aria-labelledby=id.clone()>
            <div class="panel-head">
                <div class="panel-title"><h2 id=id.clone()>{title}</h2> {chip(Tone::Warn, word)}</div>
                <p class="soft">{when(now, batch.latest)}</p>
            </div>
            <div class="panel-text">
                <div class="prose-lines">
                    <p>
                        <strong>{format!("{} ", left(*weight))}</strong>
                        {format!("{}, through token ", between(batch.opened, batch.latest))}
                        <a href=token>{visible(token_name)}</a> "."
                    </p>
                    {who(&found.departures)}
                    <p class="soft">{what_now(is_held, settings.mode)}</p>
                </div>
                {may_change.then(|| actions(found, is_held))}
            </div>
        </section>
    }
}

/// From when to when, to the minute.
fn between(first: Timestamp, last: Timestamp) -> String {
    let (first, last) = (absolute(first), absolute(last));
    if first == last { format!("on {first}") } else { format!("between {first} and {last}") }
}

/// The first names, so that one sees at a glance who it is.
fn who(departures: &[Departure]) -> impl IntoView + use<> {
    let names: Vec<String> = departures.iter().map(|departure| visible(&departure.target_name)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let all = if departures.len() < 200 { "Among them: " } else { "The last of them: " };
    (!names.is_empty()).then(|| view! { <p class="soft">{format!("{all}{}.", list(&names))}</p> })
}

fn what_now(is_held: bool, mode: GuardMode) -> &'static str {
    match (is_held, mode) {
        (true, _) => {
            "Nobody more loses access through this token until you decide. The directory is told so and tries again."
        }
        (false, GuardMode::Alert) => "Whoever else the directory removes meanwhile joins this batch.",
        (false, GuardMode::Hold) => "Nobody more loses access through this token until you decide.",
    }
}

fn actions(found: &Found, is_held: bool) -> impl IntoView + use<> {
    view! {
        <div class="actions">
            {undo(found)}
            {is_held.then(|| approve(found))}
            {(!is_held).then(|| dismiss(found))}
        </div>
    }
}

fn approve(found: &Found) -> impl IntoView + use<> {
    let BatchSummary { batch, token_name, .. } = &found.summary;
    let question = Question {
        id: format!("approve-{}", batch.id),
        title: "Let them go?".to_owned(),
        verb: "Approve",
        action: ApproveBatch::PATH,
        fields: vec![("id", batch.id.to_string())],
        phrase: None,
        next: None,
    };
    let consequences = view! {
        <ul class="consequences">
            <li>
                {format!("For two hours, everybody whom the directory removes through “{}” ", visible(token_name))}
                <strong>"loses access, however many they are"</strong> "."
            </li>
            <li>"The directory does it by itself with its next cycle; Entra’s comes within about 40 minutes."</li>
            <li>"They stay in this batch, so that you can still undo it all together afterwards."</li>
        </ul>
    };
    confirm(question, Opener::Danger("Approve"), "Approve the departures".to_owned(), consequences)
}

fn dismiss(found: &Found) -> impl IntoView + use<> {
    let BatchSummary { batch, weight, .. } = &found.summary;
    let question = Question {
        id: format!("dismiss-{}", batch.id),
        title: "Is it right as it is?".to_owned(),
        verb: "It is right",
        action: DismissBatch::PATH,
        fields: vec![("id", batch.id.to_string())],
        phrase: None,
        next: None,
    };
    let consequences = view! {
        <ul class="consequences">
            <li>{format!("The {} stay as they are, without access.", count(*weight, "person", "people"))}</li>
            <li>"The count begins anew: these no longer belong to what comes next."</li>
            <li>"Whoever was deleted can be restored one by one for 30 days."</li>
        </ul>
    };
    confirm(question, Opener::Plain("It is right"), "It is right as it is".to_owned(), consequences)
}

/// Batches that somebody has decided about.
pub(super) fn past(past: Vec<Found>, now: Timestamp) -> impl IntoView {
    let number = u64::try_from(past.len()).unwrap_or(u64::MAX);
    let row = |found: Found| {
        let BatchSummary { batch, token_name, weight } = &found.summary;
        let (tone, word) = verdict(batch.state);
        view! {
            <tr>
                <td class="row-main">{outcome(&found, *weight)}</td>
                <td class="row-text">
                    <span class="card-label">"Through "</span>
                    <a href=format!("/admin/sso/tokens/{}", batch.token)>{visible(token_name)}</a>
                </td>
                <td class="soft">{when(now, batch.opened)}</td>
                <td>
                    {chip(tone, word)}
                    {batch.approved_until.filter(|until| *until > now).map(|until| view! {
                        <span class="soft">" until " {absolute(until)}</span>
                    })}
                </td>
            </tr>
        }
    };
    view! {
        <details class="panel panel-fold">
            <summary>{count(number, "earlier batch", "earlier batches")}</summary>
            <table class="rows" aria-label="Earlier batches">
                <thead>
                    <tr>
                        <th scope="col">People</th>
                        <th scope="col">Token</th>
                        <th scope="col">Began</th>
                        <th scope="col">Decision</th>
                    </tr>
                </thead>
                <tbody>{past.into_iter().map(row).collect_view()}</tbody>
            </table>
        </details>
    }
}

fn verdict(state: BatchState) -> (Tone, &'static str) {
    match state {
        BatchState::Open => (Tone::Warn, "Open"),
        BatchState::Held => (Tone::Warn, "Held"),
        BatchState::Approved => (Tone::Info, "Approved"),
        BatchState::Undone => (Tone::Ok, "Undone"),
        BatchState::Dismissed => (Tone::Plain, "Right"),
    }
}

fn outcome(found: &Found, weight: u64) -> String {
    match found.outcome {
        Some(Undone { restored, failed: 0 }) => format!("{} undone", count(restored, "departure", "departures")),
        Some(Undone { restored, failed }) => {
            format!("{} undone, {failed} could not be", count(restored, "departure", "departures"))
        }
        None => count(weight, "person", "people"),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use domain::{TokenId, guard::Batch};

    pub(in super::super) fn found(weight: u64) -> Found {
        let at = Timestamp::from_millis(0);
        let batch = Batch {
            id: Default::default(),
            token: TokenId(Default::default()),
            opened: at,
            latest: at,
            state: BatchState::Open,
            approved_until: None,
            closed: None,
        };
        Found::closed(BatchSummary { batch, token_name: "Entra".to_owned(), weight })
    }

    #[test]
    fn an_outcome_says_what_did_not_come_back() {
        let said = |undone| outcome(&Found { outcome: undone, ..found(300) }, 300);
        assert_eq!(said(None), "300 people");
        assert_eq!(said(Some(Undone { restored: 300, failed: 0 })), "300 departures undone");
        assert_eq!(said(Some(Undone { restored: 299, failed: 1 })), "299 departures undone, 1 could not be");
    }

    #[test]
    fn a_minute_is_named_once() {
        let at = Timestamp::from_millis;
        assert_eq!(between(at(0), at(59_000)), "on 1 January 1970, 00:00 UTC");
        assert!(between(at(0), at(60_000)).starts_with("between 1 January 1970, 00:00 UTC and 1 January"));
    }

    #[test]
    fn only_what_is_undecided_is_open() {
        assert!(is_open(BatchState::Open) && is_open(BatchState::Held));
        assert!(![BatchState::Approved, BatchState::Undone, BatchState::Dismissed].into_iter().any(is_open));
    }
}
