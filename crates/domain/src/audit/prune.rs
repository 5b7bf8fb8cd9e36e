//! Removing the oldest events. An event in the chain records the last one removed.

use super::{Action, Entry, Event, Lane, to_hex};
use crate::{Result, Timestamp, identity::Who, store::Tx};
use serde_json::json;

/// How many events one step removes, and how many bytes of `before` and `after` they may have. No other unit can add to
/// the log during a step, and what it removes goes through the write-ahead log.
const ROWS: u64 = 50_000;
const BYTES: u64 = 64 * 1024 * 1024;

/// Which events are removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Until {
    /// Those before the first event at this moment or later.
    pub moment: Timestamp,
    /// Whether this includes alerts that a channel has yet to send.
    pub with_unsent: bool,
}

/// What one step removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pruned {
    /// How many events.
    pub events: u64,
    /// The number of the last of them.
    pub through: i64,
    /// Its hash.
    pub hash: [u8; 32],
    /// How many of them were alerts that a channel still had to send.
    pub unsent: u64,
}

/// Removes some of the oldest events, and adds an event that accounts for them. `None` if there are none to remove.
pub(crate) async fn prune(tx: &mut dyn Tx, now: Timestamp, actor: Who, until: Until) -> Result<Option<Pruned>> {
    let unsent = oldest_unsent(tx).await?;
    let mut through = end_of_step(tx).await?;
    if let Some(waiting) = &unsent
        && !until.with_unsent
    {
        through = through.min(waiting.seq - 1);
    }
    let Some((through, hash)) = tx.last_event_before(until.moment, through).await? else { return Ok(None) };
    let unsent = match unsent {
        Some(waiting) if waiting.seq <= through => count_unsent(tx, through).await?,
        _ => 0,
    };
    let mut facts = json!({"through": through, "hash": to_hex(&hash)});
    if unsent > 0 {
        facts["alerts that were not sent"] = unsent.into();
    }
    // This comes first, because the event takes its number from the one before it.
    tx.append_event(&Event::new(now, actor, None, Action::AuditPruned).with(&facts)).await?;
    let events = tx.delete_events_through(through).await?;
    Ok(Some(Pruned { events, through, hash, unsent }))
}

/// The number of the unsent alert that keeps events from being removed.
pub(crate) async fn waits_for(tx: &mut dyn Tx, until: Until) -> Result<Option<i64>> {
    let unsent = oldest_unsent(tx).await?.filter(|waiting| !until.with_unsent && waiting.event.at < until.moment);
    Ok(unsent.map(|waiting| waiting.seq))
}

/// The first alert that a lane of a channel still has to send.
async fn oldest_unsent(tx: &mut dyn Tx) -> Result<Option<Entry>> {
    let mut oldest: Option<Entry> = None;
    for channel in tx.channels().await? {
        let waiting = tx.next_alert(channel.lane, channel.cursor).await?;
        oldest = oldest.into_iter().chain(waiting).min_by_key(|waiting| waiting.seq);
    }
    Ok(oldest)
}

/// How many alerts up to a number some channel still has to send.
async fn count_unsent(tx: &mut dyn Tx, through: i64) -> Result<u64> {
    let (channels, mut unsent) = (tx.channels().await?, 0);
    for lane in Lane::ALL {
        let cursors = channels.iter().filter(|channel| channel.lane == lane).map(|channel| channel.cursor);
        if let Some(cursor) = cursors.min() {
            unsent += tx.count_alerts(lane, cursor).await?.saturating_sub(tx.count_alerts(lane, through).await?);
        }
    }
    Ok(unsent)
}

/// Up to which number one step may remove events. Those older than the chain are few and short.
async fn end_of_step(tx: &mut dyn Tx) -> Result<i64> {
    let first = tx.events_after(0, 1).await?.into_iter().find(|entry| entry.link.is_some());
    let Some(first) = first else { return Ok(i64::MAX) };
    let before = first.seq - 1;
    let events = tx.events_within(before, ROWS, BYTES).await?;
    Ok(before.saturating_add_unsigned(events))
}
