//! Backups, and what follows when one is restored. A restored database is an older state: tokens that were revoked
//! since, codes that were used and sessions that ended are valid again, and nothing in it shows which. So all of them
//! are invalidated.

use crate::{
    Env, Result, Timestamp,
    audit::{Action, Event, to_hex},
    identity::Who,
    store::Tx,
    token::Token,
};
use serde_json::{Value, json};

/// After this many days without a backup an alert is sent, if backups are made with Postern's own command.
pub const BACKUP_DAYS: i64 = 7;

/// What was done to the database as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DatabaseHistory {
    /// The moment that the last removal of old rows took for the present.
    pub horizon: Option<Timestamp>,
    /// The last backup with Postern's own command.
    pub backed_up: Option<Timestamp>,
    /// The last time that an older state was restored.
    pub restored: Option<Timestamp>,
}

impl DatabaseHistory {
    /// Whether a token already existed when an older state was restored. That state may lack the token's end.
    pub fn may_have_revived(&self, token: &Token) -> bool {
        token.revoked.is_none() && self.restored.is_some_and(|restored| token.created <= restored)
    }
}

/// How it is known that an older state was restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestoreNoticed {
    /// A person with a shell on the host said so, or did it.
    ByHost,
    /// The server noticed it when it started.
    AtStart,
}

/// What a restore has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invalidated {
    /// How many tokens worked and are paused now.
    pub tokens: u64,
    /// How many sessions of signed-in people have ended.
    pub sessions: u64,
    /// How many unused one-time codes were removed.
    pub codes: u64,
}

/// Records the present state of the database. If an older one replaced it while this process ran, everything that
/// became valid again is ended first: the next start could no longer detect it.
///
/// # Errors
/// `Unavailable` when the database does not answer, or the note cannot be written.
pub async fn keep_mark(env: &Env) -> Result<()> {
    if env.store.is_put_back().await? {
        restored(env, RestoreNoticed::AtStart).await?;
    }
    env.store.leave_mark().await
}

/// Ends what is valid again in a restored database: pauses all tokens, ends all sessions, removes all one-time codes,
/// and writes an event, which is an alert, with the end of the restored audit log. The secrets of the break-glass
/// accounts stay, because they are the way in.
pub async fn restored(env: &Env, found: RestoreNoticed) -> Result<Invalidated> {
    let work = env.store.write((env.now(), found), |(now, found), tx| {
        Box::pin(async move {
            tx.lock_settings().await?;
            let head = tx.audit_head().await?;
            let ended = Invalidated {
                tokens: tx.pause_tokens(*now).await?,
                sessions: tx.delete_all_sessions().await?,
                codes: tx.delete_all_codes().await?,
            };
            tx.set_restored(*now).await?;
            let actor = match found {
                RestoreNoticed::ByHost => Who::Host,
                RestoreNoticed::AtStart => Who::System,
            };
            let event = Event::new(*now, actor, None, Action::DatabaseRestored);
            tx.append_event(&event.with(&facts(head, ended))).await?;
            Ok(ended)
        })
    });
    work.await
}

/// Records that the host made a backup: its size in bytes, its SHA-256, and its last event.
pub async fn backed_up(env: &Env, bytes: u64, sha256: [u8; 32], head: Option<(i64, [u8; 32])>) -> Result<()> {
    let (event, hash) = head.unzip();
    let facts = json!({
        "bytes": bytes,
        "SHA-256": to_hex(&sha256),
        "last event": event,
        "hash": hash.map(|hash| to_hex(&hash)),
    });
    let event = Event::new(env.now(), Who::Host, None, Action::BackupMade).with(&facts);
    let work = env.store.write(event, |event, tx| {
        Box::pin(async move {
            tx.set_backed_up(event.at).await?;
            tx.append_event(event).await
        })
    });
    work.await
}

fn facts(head: Option<(i64, [u8; 32])>, ended: Invalidated) -> Value {
    let (event, hash) = head.unzip();
    json!({
        "last event": event,
        "hash": hash.map(|hash| to_hex(&hash)),
        "tokens paused": ended.tokens,
        "sessions ended": ended.sessions,
        "codes removed": ended.codes,
    })
}

/// Alerts administrators that there has been no backup for [`BACKUP_DAYS`] days, once in that time. Installations that
/// back up in another way, such as with `pg_dump`, have never used the command and get no alert.
pub(crate) async fn remind_of_backup(tx: &mut dyn Tx, now: Timestamp) -> Result<Option<Event>> {
    let Some(last) = tx.upkeep().await?.backed_up else { return Ok(None) };
    let since = now.plus_days(-BACKUP_DAYS);
    if last > since || !tx.remind_of_backup(since, now).await? {
        return Ok(None);
    }
    let event = Event::new(now, Who::System, None, Action::BackupOverdue);
    Ok(Some(event.with(&json!({"last backup": last.to_string()}))))
}
