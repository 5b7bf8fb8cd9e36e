use super::{
    actions::{ApproveBatch, DismissBatch, UndoBatch},
    found::{Found, token_names},
    lost::lost,
    undo::{Search, choose, undo_of_batch, who},
};
use crate::{
    components::{Opener, Question, Tone, chip, confirm, when},
    words::{absolute, count, grouped, visible},
};
use domain::{
    Timestamp, TokenId,
    guard::{BatchState, BatchSummary, KEPT_DAYS, Losses, Undone},
    settings::{GuardMode, GuardSettings},
    token::{Token, with_rotations},
};
use leptos::{prelude::*, server_fn::ServerFn};

/// A batch that waits for a decision.
pub(super) fn panel(
    found: &Found,
    tokens: &[Token],
    settings: GuardSettings,
    search: &str,
    may_change: bool,
    now: Timestamp,
) -> impl IntoView + use<> {
    let BatchSummary { batch, losses, .. } = &found.summary;
    let is_held = batch.state == BatchState::Held;
    let (title, word) = match is_held {
        true => ("Departures are held back", "Held"),
        false => ("Many people lost something at once", "Open"),
    };
    let id = format!("batch-{}", batch.id);
    view! {
        <section class="panel batch" aria-labelledby=id.clone()>
            <div class="panel-head">
                <div class="panel-title"><h2 id=id.clone()>{title}</h2> {chip(Tone::Warn, word)}</div>
                <p class="soft">{when(now, batch.latest)}</p>
            </div>
            <div class="panel-text">
                <div class="prose-lines">
                    <p>
                        <strong>{format!("{} ", lost(*losses))}</strong>
                        {format!("{}, through ", between(batch.opened, batch.latest))} {links(&found.summary)} "."
                    </p>
                    {who(&found.departures)}
                    {batch.undone.map(|undone| view! { <p>{so_far(undone)}</p> })}
                    <p class="soft">{what_now(is_held, settings.mode)}</p>
                </div>
                {may_change.then(|| view! {
                    {actions(found, &pausable(tokens, found, now), is_held)}
                    {choose(
                        &batch.id.to_string(),
                        UndoBatch::PATH,
                        vec![("id", batch.id.to_string())],
                        &found.departures,
                        Search { text: search, kept: Vec::new(), matching: &found.matching },
                    )}
                })}
            </div>
        </section>
    }
}

/// The tokens of a batch, each a link.
fn links(summary: &BatchSummary) -> impl IntoView + use<> {
    let link = |(at, (token, name)): (usize, &(TokenId, String))| {
        view! {
            {if at == 0 { "" } else { ", " }}
            <a href=format!("/admin/sso/tokens/{token}")>{visible(name)}</a>
        }
    };
    summary.tokens.iter().enumerate().map(link).collect_view()
}

/// The stretch of time, to the minute.
fn between(first: Timestamp, last: Timestamp) -> String {
    let (first, last) = (absolute(first), absolute(last));
    if first == last { format!("on {first}") } else { format!("between {first} and {last}") }
}

fn what_now(is_held: bool, mode: GuardMode) -> &'static str {
    match (is_held, mode) {
        (true, _) => {
            "No more people lose anything until you decide. The directory gets an error that says so, and tries again."
        }
        (false, GuardMode::Alert) => "Anyone else who loses something in the meantime joins this batch.",
        (false, GuardMode::Hold) => "No more people lose anything until you decide.",
    }
}

/// The results of earlier orders for a batch that is still open.
fn so_far(undone: Undone) -> String {
    let restored = count(undone.restored, "change was", "changes were");
    let failed = match undone.failed {
        0 => String::new(),
        failed => format!("; {} could not be, because what left no longer exists", grouped(failed)),
    };
    format!("{restored} undone earlier{failed}.")
}

/// The tokens that an undo can pause.
fn pausable<'t>(tokens: &'t [Token], found: &Found, now: Timestamp) -> Vec<&'t Token> {
    let ids: Vec<TokenId> = found.summary.tokens.iter().map(|(id, _)| *id).collect();
    with_rotations(tokens, &ids, now)
}

fn actions(found: &Found, pausable: &[&Token], is_held: bool) -> impl IntoView + use<> {
    view! {
        <div class="actions">
            {undo_of_batch(found, pausable)}
            {is_held.then(|| approve(found))}
            {(!is_held).then(|| dismiss(found))}
        </div>
    }
}

fn approve(found: &Found) -> impl IntoView + use<> {
    let batch = &found.summary.batch;
    let question = Question {
        id: format!("approve-{}", batch.id),
        title: "Let them go?".to_owned(),
        verb: "Approve",
        action: ApproveBatch::PATH,
        fields: vec![("id", batch.id.to_string())],
        phrase: None,
        next: None,
        done: "The departures are approved for two hours.".to_owned(),
    };
    let consequences = view! {
        <ul class="consequences">
            <li>
                {format!("For two hours, everybody whom the directory removes through {} ", token_names(&found.summary))}
                <strong>"loses access, however many they are"</strong> "."
            </li>
            <li>"The directory continues by itself with its next cycle; Entra’s comes within about 40 minutes."</li>
            <li>"They stay in this batch, so that you can still undo it all together afterwards."</li>
        </ul>
    };
    confirm(question, Opener::Danger("Approve"), "Approve the departures".to_owned(), consequences)
}

fn dismiss(found: &Found) -> impl IntoView + use<> {
    let BatchSummary { batch, losses, .. } = &found.summary;
    let question = Question {
        id: format!("dismiss-{}", batch.id),
        title: "Is it right as it is?".to_owned(),
        verb: "It is right",
        action: DismissBatch::PATH,
        fields: vec![("id", batch.id.to_string())],
        phrase: None,
        next: None,
        done: "The batch is closed, and what happened stays.".to_owned(),
    };
    let consequences = view! {
        <ul class="consequences">
            <li>{format!("What happened stays: {}.", lost(*losses))}</li>
            <li>"The count starts again from zero."</li>
            <li>{format!("It can still be undone below, by its time, for {KEPT_DAYS} days.")}</li>
        </ul>
    };
    confirm(question, Opener::Plain("It is right"), "It is right as it is".to_owned(), consequences)
}

/// Batches that have been decided.
pub(super) fn past(past: Vec<Found>, now: Timestamp) -> impl IntoView {
    let number = u64::try_from(past.len()).unwrap_or(u64::MAX);
    let row = |found: Found| {
        let batch = &found.summary.batch;
        let (tone, word) = verdict(batch.state);
        view! {
            <tr>
                <td class="row-main">{outcome(&found.summary)}</td>
                <td class="row-text">
                    <span class="card-label">"Through "</span>
                    {links(&found.summary)}
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
                        <th scope="col">What left</th>
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

/// The losses, counted as while the batch was undecided, and what was not restored.
fn outcome(summary: &BatchSummary) -> String {
    let Some(Undone { restored, failed }) = summary.batch.undone else { return lost(summary.losses) };
    let what = match summary.taken == Losses::default() {
        true => format!("{} undone", count(restored, "change", "changes")),
        false => lost(summary.taken),
    };
    match failed {
        0 => what,
        failed => format!("{what}; {} could not be undone", count(failed, "change", "changes")),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::found::tests::found, *};
    use domain::guard::Batch;

    #[test]
    fn an_outcome_says_what_did_not_come_back() {
        let said = |undone| {
            let summary = found(300).summary;
            outcome(&BatchSummary { batch: Batch { undone, ..summary.batch.clone() }, ..summary })
        };
        assert_eq!(said(None), "300 people lost access");
        assert_eq!(said(Some(Undone { restored: 312, failed: 0 })), "300 people lost access");
        assert_eq!(
            said(Some(Undone { restored: 299, failed: 1 })),
            "300 people lost access; 1 change could not be undone"
        );
        let forgotten = BatchSummary { taken: Losses::default(), ..found(0).summary };
        let undone = Some(Undone { restored: 43, failed: 0 });
        assert_eq!(
            outcome(&BatchSummary { batch: Batch { undone, ..forgotten.batch.clone() }, ..forgotten }),
            "43 changes undone"
        );
    }

    #[test]
    fn a_minute_is_named_once() {
        let at = Timestamp::from_millis;
        assert_eq!(between(at(0), at(59_000)), "on 1 January 1970, 00:00 UTC");
        assert!(between(at(0), at(60_000)).starts_with("between 1 January 1970, 00:00 UTC and 1 January"));
    }
}
