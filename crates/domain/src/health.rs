//! Alerts administrators when the database becomes read-only, and when it is writable again.

use crate::{
    Env, Result, Timestamp,
    audit::{Action, Event, EventQuery},
    identity::Who,
    store::Health,
};
use serde_json::json;

/// How long the database must have been writable before that is announced: a nearly full disk must not cause alerts all
/// the time.
const CALM_MILLIS: i64 = 60_000;

/// What this process has announced.
#[derive(Debug, Default)]
pub struct Watch {
    /// Whether the last announcement was that the database is read-only; unknown at first.
    read_only: Option<bool>,
    /// Since when it has been writable.
    calm: Option<Timestamp>,
}

impl Watch {
    /// Adds an alert to the audit log when the database has become read-only, for directories or for everybody, and
    /// when it is writable again. An alert that cannot be written is retried by the next call.
    ///
    /// # Errors
    /// `Unavailable` when nothing can be read or written.
    pub async fn look(&mut self, env: &Env) -> Result<()> {
        let (health, now) = (env.store.health(), env.now());
        let announced = match self.read_only {
            Some(announced) => announced,
            None => *self.read_only.insert(was_read_only(env).await),
        };
        let is_calm = health == Health::Writable && self.is_calm(now);
        if health != Health::Writable {
            self.calm = None;
        }
        let event = match (announced, because(health)) {
            (false, Some(because)) => {
                Event::new(now, Who::System, None, Action::StorageReadOnly).with(&json!({"because": because}))
            }
            (true, None) if is_calm => Event::new(now, Who::System, None, Action::StorageWritable),
            _ => return Ok(()),
        };
        env.store.write(event, |event, tx| Box::pin(async move { tx.append_event(event).await })).await?;
        self.read_only = Some(!announced);
        Ok(())
    }

    fn is_calm(&mut self, now: Timestamp) -> bool {
        now >= self.calm.get_or_insert(now).plus_millis(CALM_MILLIS)
    }
}

/// Whether the last announcement of any process was that the database is read-only. In a very long log the search does
/// not finish in time and counts as false; a second search would take as long.
async fn was_read_only(env: &Env) -> bool {
    let query = EventQuery { actions: vec![Action::StorageReadOnly, Action::StorageWritable], ..EventQuery::default() };
    let last = env.store.read(query, |query, tx| Box::pin(async move { tx.find_events(query, None, 1).await }));
    last.await.is_ok_and(|last| last.first().is_some_and(|row| row.entry.event.action == Action::StorageReadOnly))
}

fn because(health: Health) -> Option<&'static str> {
    match health {
        Health::Writable => None,
        Health::Low => Some("disk space is low, and only administrators can change anything"),
        Health::Failing => Some("the last change could not be written"),
    }
}
