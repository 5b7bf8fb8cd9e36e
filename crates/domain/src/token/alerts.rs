//! Alerts that the holder of a token can cause at will: a few an hour, then a summary.

use crate::{
    Result, Timestamp, TokenId,
    audit::{Action, Event},
    identity::Who,
    store::Tx,
    token::Token,
};
use serde_json::json;

const HOUR_MILLIS: i64 = 3_600_000;

/// How often something happened in a past hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlertCount {
    /// The token that did it.
    pub token: TokenId,
    /// What it did.
    pub action: Action,
    /// How often.
    pub number: u64,
}

/// How many alerts of a kind one token causes in an hour; any more are only counted.
fn most(action: Action) -> u64 {
    summed_up_after(action).unwrap_or(1)
}

/// After how many in an hour a kind is summed up; `None` if it never is.
fn summed_up_after(action: Action) -> Option<u64> {
    action.kind().alert?.an_hour
}

/// The hours from 1970-01-01 UTC to a moment.
pub(crate) fn hour(at: Timestamp) -> i64 {
    at.millis().div_euclid(HOUR_MILLIS)
}

/// Adds the event, unless there were enough of its kind in this hour, and the summary of an earlier hour, if one is
/// due.
pub(crate) async fn alert(tx: &mut dyn Tx, token: TokenId, event: Event, events: &mut Vec<Event>) -> Result<()> {
    let (number, before) = tx.count_alert(token, event.action, hour(event.at)).await?;
    let summary = Event { address: None, ..event.clone() };
    events.extend(summarised(summary, before));
    if number <= most(event.action) {
        events.push(event);
    }
    Ok(())
}

/// Adds the event, which must be in the log in any case, but sends no alert if there were enough of its kind in this
/// hour. Also adds the summary of an earlier hour, if one is due.
pub(crate) async fn alert_or_count(tx: &mut dyn Tx, token: &Token, event: Event) -> Result<()> {
    let (number, before) = tx.count_alert(token.id, event.action, hour(event.at)).await?;
    let summary = Event::new(event.at, event.actor.clone(), None, event.action).on(token.id.0, &token.name);
    if let Some(summary) = summarised(summary, before) {
        tx.append_event(&summary).await?;
    }
    let event = if number <= most(event.action) { event } else { event.only_counted() };
    tx.append_event(&event).await
}

/// Whether this is the first of its kind in this hour.
pub(crate) async fn first_in_hour(tx: &mut dyn Tx, token: TokenId, event: &Event) -> Result<bool> {
    Ok(tx.count_alert(token, event.action, hour(event.at)).await?.0 == 1)
}

/// The summaries that are due for past hours.
pub(crate) async fn summaries(tx: &mut dyn Tx, now: Timestamp) -> Result<Vec<Event>> {
    let mut events = Vec::new();
    for count in tx.take_alert_counts(hour(now)).await? {
        let Some(token) = tx.token(count.token).await? else { continue };
        let actor = Who::Token { id: token.id, name: token.name.clone() };
        let event = Event::new(now, actor, None, count.action).on(token.id.0, &token.name);
        events.extend(summarised(event, count.number));
    }
    Ok(events)
}

/// The event that says how many were only counted; `None` if there were none.
fn summarised(event: Event, number: u64) -> Option<Event> {
    let more = number.saturating_sub(most(event.action));
    let is_summed_up = summed_up_after(event.action).is_some();
    (is_summed_up && more > 0).then(|| event.with(&json!({"further": more})))
}
