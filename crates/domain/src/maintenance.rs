//! What Postern does by itself, now and every hour: it forgets what is old enough and reminds of what is due.

use crate::{
    Env, Result, Timestamp,
    audit::{Action, Actor, Event, pruned},
    guard::KEPT_DAYS,
    token::{ROTATE_DAYS, Token},
};
use serde_json::json;

/// For how many days the activity record is kept.
const ACTIVITY_DAYS: i64 = 30;

const DAY_MILLIS: i64 = 86_400_000;

/// How many days before the end of a token somebody is told.
const NOTICES: [i64; 5] = [1, 7, 14, 30, 60];

/// Forgets old records, sessions and deleted people, and reminds of tokens.
pub async fn run(env: &Env) -> Result<()> {
    forget(env).await?;
    prune_audit(env).await?;
    remind(env).await
}

async fn forget(env: &Env) -> Result<()> {
    let work = env.store.write(env.now(), |now, tx| {
        Box::pin(async move {
            tx.delete_records_before(now.plus_days(-ACTIVITY_DAYS)).await?;
            tx.delete_sessions_before(*now).await?;
            tx.forget_deleted(now.plus_days(-KEPT_DAYS)).await
        })
    });
    work.await
}

/// Removes events that are older than they need be, except those that a channel has still to tell; the chain goes on
/// with an event that says so.
async fn prune_audit(env: &Env) -> Result<()> {
    let work = env.store.write(env.now(), |now, tx| {
        Box::pin(async move {
            let days = i64::from(tx.settings().await?.audit_days);
            let mut through = i64::MAX;
            for channel in tx.channels().await? {
                if let Some(waiting) = tx.next_alert(channel.cursor).await? {
                    through = through.min(waiting.seq - 1);
                }
            }
            // By whole days, so that this leaves one event a day at most.
            let today = Timestamp::from_millis(now.millis() - now.millis().rem_euclid(DAY_MILLIS));
            let Some((through, hash)) = tx.last_event_before(today.plus_days(-days), through).await? else {
                return Ok(());
            };
            tx.append_event(&pruned(*now, through, hash)).await?;
            tx.delete_events_through(through).await
        })
    });
    work.await
}

async fn remind(env: &Env) -> Result<()> {
    let work = env.store.write(env.now(), |now, tx| {
        Box::pin(async move {
            let mut events = Vec::new();
            for token in tx.tokens().await? {
                let Some((since, why)) = due(&token, *now) else { continue };
                if tx.remind_of_token(token.id, since, *now).await? {
                    let event = Event::new(*now, Actor::System, None, Action::TokenReminder);
                    events.push(event.on(token.id.0, &token.name).with(&json!({"because": why})));
                }
            }
            // The log last: whoever holds one of these tokens and wants to add to it would wait for this unit.
            for event in &events {
                tx.append_event(event).await?;
            }
            Ok(())
        })
    });
    work.await
}

/// Since when somebody should have been told about a token, and why.
fn due(token: &Token, now: Timestamp) -> Option<(Timestamp, String)> {
    if token.ended(now).is_some() {
        return None;
    }
    match token.expires {
        Some(expires) => {
            let notice = |days: &i64| (expires.plus_days(-days), format!("it expires on {expires}"));
            NOTICES.iter().map(notice).find(|(from, _)| *from <= now)
        }
        None => {
            let from = token.created.plus_days(ROTATE_DAYS);
            (from <= now).then(|| (from, format!("it is older than {ROTATE_DAYS} days")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TokenId;

    fn token(expires: Option<i64>) -> Token {
        Token {
            id: TokenId(uuid::Uuid::nil()),
            key: String::new(),
            hash: [0; 32],
            last_four: String::new(),
            name: "Entra".into(),
            created: Timestamp::from_millis(0),
            last_used: None,
            revoked: None,
            expires: expires.map(day),
            paused: None,
            replaces: None,
            networks: None,
            profile: None,
            profile_set: false,
            user: None,
        }
    }

    fn day(days: i64) -> Timestamp {
        Timestamp::from_millis(0).plus_days(days)
    }

    #[test]
    fn an_expiry_is_told_five_times() {
        let due = |at| due(&token(Some(100)), day(at)).map(|(since, _)| since);
        assert_eq!(due(39), None);
        assert_eq!((due(40), due(69)), (Some(day(40)), Some(day(40))));
        assert_eq!((due(70), due(86), due(93), due(99)), (Some(day(70)), Some(day(86)), Some(day(93)), Some(day(99))));
        assert_eq!(due(100), None);
    }

    #[test]
    fn a_token_that_works_for_ever_is_told_once_it_is_old() {
        assert!(due(&token(None), day(179)).is_none());
        assert_eq!(due(&token(None), day(400)).map(|(since, _)| since), Some(day(180)));
    }
}
