//! What Postern does by itself, at its start and every hour: it removes what is old enough and reminds administrators
//! of what is due.

use crate::{
    Env, Result, Timestamp,
    activity::RECORD_DAYS,
    audit::{Action, Event, Pruned, Until, prune},
    console::POPULATION_DAYS,
    cycle,
    guard::{KEPT_DAYS, REMEMBERED_DAYS},
    identity::Who,
    sign_in::DEVICE_DAYS,
    store::Tx,
    token::{FORGOTTEN_DAYS, ROTATE_DAYS, Token, summaries},
    upkeep::remind_of_backup,
};
use serde_json::json;
use std::time::Duration;

/// How many records are removed at once, and how often in an hour: more than an hour can add.
const RECORDS_AT_ONCE: u64 = 20_000;
const RECORD_STEPS: usize = 250;

/// How many removed events are enough for one hour, and how many steps are taken at most to remove them.
const PRUNED_AN_HOUR: u64 = 50_000;
const PRUNE_STEPS: usize = 64;
/// How many days samples of active users are kept: the overview shows [`POPULATION_DAYS`], and the guard computes its
/// threshold from the last nine.
const SAMPLED_DAYS: i64 = POPULATION_DAYS + 1;

const DAY_MILLIS: i64 = 86_400_000;

/// How many days before the end of a token an alert is sent.
const NOTICES: [i64; 5] = [1, 7, 14, 30, 60];

/// The hourly work of one process. Old data is removed for good, so a clock that is years ahead must not decide alone
/// what is old.
pub struct Maintenance {
    env: Env,
    /// A moment that has certainly passed, and how long the process had run by then.
    anchor: Option<(Timestamp, Duration)>,
    /// The present time that the last run did not trust.
    doubted: Option<Timestamp>,
}

impl Maintenance {
    /// For a process that has just started.
    pub fn new(env: Env) -> Self {
        Self { env, anchor: None, doubted: None }
    }

    /// Forgets old records, sessions and deleted people, samples how many people are active, and reminds of tokens and
    /// backups. `uptime` is how long the process has run, by a clock that cannot be set.
    pub async fn run(&mut self, uptime: Duration) -> Result<()> {
        let horizon = self.horizon(uptime).await?;
        let removed = match horizon {
            Some(horizon) => self.remove(horizon).await,
            None => Ok(()),
        };
        // Failed removals must not hold up the rest.
        sample(&self.env, horizon).await?;
        remind(&self.env).await?;
        sum_up(&self.env).await?;
        removed
    }

    async fn remove(&self, horizon: Timestamp) -> Result<()> {
        forget_records(&self.env, horizon).await?;
        forget(&self.env, horizon).await?;
        prune_audit(&self.env, horizon).await
    }

    /// The present time for removals: the clock's, but no later than the last event before this process started plus
    /// its uptime. `None` if that is a day or more after the last accepted present, unless the previous run found the
    /// same.
    async fn horizon(&mut self, uptime: Duration) -> Result<Option<Timestamp>> {
        self.env.store.settle_to_read().await;
        let (latest, last) = self.env.store.read((), |(), tx| Box::pin(last_known(tx))).await?;
        let now = self.env.now();
        let (moment, since) = *self.anchor.get_or_insert((latest.unwrap_or(now), uptime));
        let passed = i64::try_from(uptime.saturating_sub(since).as_millis()).unwrap_or(i64::MAX);
        let horizon = now.min(moment.plus_millis(passed));
        let doubted = self.doubted.take();
        let Some(last) = last.filter(|last| horizon >= last.plus_millis(DAY_MILLIS)) else { return Ok(Some(horizon)) };
        if doubted.is_some_and(|doubted| doubted <= horizon) {
            return Ok(Some(horizon));
        }
        self.doubted = Some(horizon);
        if doubted.is_none() {
            self.tell(last, horizon).await?;
        }
        Ok(None)
    }

    /// Records that removals wait until the next run finds the same time.
    async fn tell(&self, last: Timestamp, horizon: Timestamp) -> Result<()> {
        let event = Event::new(self.env.now(), Who::System, None, Action::RemovalDelayed);
        let event = event.with(&json!({"last": last.to_string(), "now": horizon.to_string()}));
        self.env.store.write(event, |event, tx| Box::pin(async move { tx.append_event(event).await })).await
    }
}

/// The latest moment that is known to have passed, and the one that the last run took for the present.
async fn last_known(tx: &mut dyn Tx) -> Result<(Option<Timestamp>, Option<Timestamp>)> {
    let horizon = tx.upkeep().await?.horizon;
    let event = match tx.audit_head().await? {
        Some((seq, _)) => tx.events_after(seq - 1, 1).await?.pop().map(|entry| entry.event.at),
        None => None,
    };
    Ok((event.max(horizon), horizon))
}

/// Records how many people are active now. The guard looks samples up by the same clock as its counts.
async fn sample(env: &Env, horizon: Option<Timestamp>) -> Result<()> {
    let work = env.store.write((env.now(), horizon), |(now, horizon), tx| {
        Box::pin(async move { tx.sample_population(*now, horizon.unwrap_or(*now).plus_days(-SAMPLED_DAYS)).await })
    });
    work.await
}

/// Removes old records a part at a time, so that no statement takes long.
async fn forget_records(env: &Env, horizon: Timestamp) -> Result<()> {
    for _ in 0..RECORD_STEPS {
        let before = horizon.plus_days(-RECORD_DAYS);
        let step = env.store.write(before, |before, tx| {
            Box::pin(async move { tx.delete_records_before(*before, RECORDS_AT_ONCE).await })
        });
        if step.await? < RECORDS_AT_ONCE {
            break;
        }
    }
    for _ in 0..RECORD_STEPS {
        let step = env
            .store
            .write(horizon, |horizon, tx| Box::pin(async move { cycle::forget(tx, *horizon, RECORDS_AT_ONCE).await }));
        if !step.await? {
            break;
        }
    }
    Ok(())
}

async fn forget(env: &Env, horizon: Timestamp) -> Result<()> {
    let work = env.store.write(horizon, |horizon, tx| {
        Box::pin(async move {
            tx.set_horizon(*horizon).await?;
            tx.delete_tallies_before(horizon.plus_days(-RECORD_DAYS)).await?;
            tx.delete_sessions_before(*horizon).await?;
            tx.delete_break_glass_devices_before(horizon.plus_days(-DEVICE_DAYS)).await?;
            tx.forget_token_networks(horizon.plus_days(-FORGOTTEN_DAYS)).await?;
            tx.forget_deleted(horizon.plus_days(-KEPT_DAYS), horizon.plus_days(-REMEMBERED_DAYS)).await
        })
    });
    work.await?;
    env.store.tidy(env.now());
    Ok(())
}

/// Reports how many alerts of past hours were only counted.
async fn sum_up(env: &Env) -> Result<()> {
    let work = env.store.write(env.now(), |now, tx| {
        Box::pin(async move {
            for event in &summaries(tx, *now).await? {
                tx.append_event(event).await?;
            }
            Ok(())
        })
    });
    work.await
}

/// Removes events that need not be kept any longer, except those that a channel still has to send; the chain continues
/// with an event that records this.
async fn prune_audit(env: &Env, horizon: Timestamp) -> Result<()> {
    for _ in 0..PRUNE_STEPS {
        match prune_some(env, horizon).await? {
            // The step removed few but long events, so there may be more.
            Some(pruned) if pruned.events < PRUNED_AN_HOUR => {}
            _ => break,
        }
    }
    Ok(())
}

async fn prune_some(env: &Env, horizon: Timestamp) -> Result<Option<Pruned>> {
    let work = env.store.write((env.now(), horizon), |(now, horizon), tx| {
        Box::pin(async move {
            let days = i64::from(tx.settings().await?.audit_days);
            // By whole days, so that this adds at most one event a day.
            let today = Timestamp::from_millis(horizon.millis() - horizon.millis().rem_euclid(DAY_MILLIS));
            let until = Until { moment: today.plus_days(-days), with_unsent: false };
            prune(tx, *now, Who::System, until).await
        })
    });
    work.await
}

async fn remind(env: &Env) -> Result<()> {
    let work = env.store.write(env.now(), |now, tx| {
        Box::pin(async move {
            for token in tx.tokens().await? {
                let Some((since, why)) = due(&token, *now) else { continue };
                if tx.remind_of_token(token.id, since, *now).await? {
                    let event = Event::new(*now, Who::System, None, Action::TokenReminder);
                    let event = event.on(token.id.0, &token.name).with(&json!({"because": why}));
                    tx.append_event(&event).await?;
                }
            }
            if let Some(event) = remind_of_backup(tx, *now).await? {
                tx.append_event(&event).await?;
            }
            Ok(())
        })
    });
    work.await
}

/// Since when a reminder about a token has been due, and why.
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
            budget: crate::token::Budget::default(),
            misuse_told: None,
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
