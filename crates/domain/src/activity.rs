//! The activity record: what every SCIM call did. A write is recorded in its own transaction, everything else shortly
//! after its answer.

use crate::{
    Result, Timestamp, TokenId, audit::Action, directory::write_down, store::Store, text_enum::text_enum, token::used,
};
use std::{collections::HashMap, fmt, sync::Arc};
use uuid::Uuid;

text_enum! {
    /// What a call asked for.
    pub enum CallKind {
        /// A look-up by filter that names one person or group, as clients do before they create.
        LookUp = "look_up",
        /// A list.
        List = "list",
        /// One resource by its id.
        Read = "read",
        /// The creation of a resource.
        Create = "create",
        /// A change of one resource.
        Change = "change",
        /// The removal of one resource.
        Delete = "delete",
        /// Many operations in one request, each of which is also recorded separately.
        Bulk = "bulk",
        /// The server's own description of itself.
        Discover = "discover",
    }
}

text_enum! {
    /// What kind of thing a call concerned.
    pub enum Subject {
        /// Users.
        User = "user",
        /// Groups.
        Group = "group",
        /// The service itself.
        Service = "service",
    }
}

text_enum! {
    /// How a call ended.
    pub enum Outcome {
        /// Something was found, or the call did what it asked for.
        Done = "done",
        /// A look-up found nothing, which is the answer a client expects before it creates.
        Empty = "empty",
        /// A write that changed nothing.
        Unchanged = "unchanged",
        /// The call was refused; nothing changed.
        Refused = "refused",
        /// The server failed.
        Failed = "failed",
    }
}

/// The HTTP request of a call, as far as it is recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Its id, which the answer and the log carry, too.
    pub id: String,
    /// Its method and the form of its URL, without ids and values.
    pub asked: String,
    /// What the client calls itself.
    pub agent: Option<String>,
}

/// What a PATCH or PUT sent, as far as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The paths of the attributes that it named, in order and separated by commas; empty for a whole resource.
    pub attributes: String,
    /// A hash of all that it sent.
    pub digest: i64,
}

/// A SCIM call, as far as is known before it is carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// When it arrived.
    pub at: Timestamp,
    /// The token that it presented; `None` if there was no valid one.
    pub token: Option<TokenId>,
    /// The network address that it came from.
    pub address: Option<String>,
    /// Its request; `None` if it was recorded by a version that kept none.
    pub request: Option<Arc<Request>>,
    /// What it asked for.
    pub operation: CallKind,
    /// What kind of thing it concerned.
    pub subject: Subject,
    /// The id in its URL.
    pub named: Option<Uuid>,
    /// Anything odd about a call that was carried out.
    pub remark: Option<String>,
    /// What it wrote; only of a PATCH or PUT.
    pub written: Option<Arc<Written>>,
}

/// A SCIM call and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The call.
    pub call: Call,
    /// The user or group that it concerned.
    pub target: Option<Uuid>,
    /// How it ended.
    pub outcome: Outcome,
    /// The status of the answer, if it was known when this was recorded.
    pub status: Option<u16>,
    /// The keyword of its refusal (RFC 7644 §3.12).
    pub reason: Option<String>,
    /// How long it took, in milliseconds.
    pub millis: Option<u64>,
    /// The reason of its refusal as the client received it, or anything odd about it.
    pub detail: Option<String>,
}

impl RecordRow {
    /// Its place in the list.
    pub fn key(&self) -> RecordKey {
        RecordKey { at: self.record.call.at, seq: self.seq }
    }
}

impl Record {
    /// Whether the call created, changed or deleted something.
    pub fn is_change(&self) -> bool {
        matches!(self.call.operation, CallKind::Create | CallKind::Change | CallKind::Delete)
            && self.outcome == Outcome::Done
    }
}

/// Which records a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Show {
    /// All of them.
    #[default]
    All,
    /// Calls that created, changed or deleted something.
    Changes,
    /// Calls that sent what was known already.
    Unchanged,
    /// Calls that were refused or that failed.
    Refused,
}

/// Selects records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordQuery {
    /// By how they ended.
    pub show: Show,
    /// Those of this token.
    pub token: Option<TokenId>,
    /// Those that concerned this user or group.
    pub target: Option<Uuid>,
    /// Those before this moment.
    pub until: Option<Timestamp>,
}

/// A place in the list of records, which is ordered by time, the newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordKey {
    /// When the call at the edge arrived.
    pub at: Timestamp,
    /// The number of its record.
    pub seq: i64,
}

impl fmt::Display for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at.millis(), self.seq)
    }
}

impl RecordKey {
    /// Reads what `Display` writes; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let (at, seq) = text.split_once('.')?;
        Some(Self { at: Timestamp::from_millis(at.parse().ok()?), seq: seq.parse().ok()? })
    }
}

/// A record as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordRow {
    /// Its number.
    pub seq: i64,
    /// The call and how it ended.
    pub record: Record,
    /// The name of its token.
    pub token_name: Option<String>,
    /// The name of the user or group that it concerned, which may have been deleted.
    pub target_name: Option<String>,
    /// The audit event of what it changed.
    pub event: Option<(i64, Action)>,
}

/// A summary of the records of the last day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallSummary {
    /// The last call with a valid token, whenever that was.
    pub last_call: Option<Timestamp>,
    /// The first look-up that found nothing: the client's connection test.
    pub first_test: Option<Timestamp>,
    /// The first user that was created.
    pub first_user: Option<Timestamp>,
    /// Calls with a valid token since the given moment.
    pub calls: u64,
    /// How many of these were refused or failed.
    pub refused: u64,
    /// Calls without a valid token since then, as far as they were recorded.
    pub strangers: u64,
    /// When the last of these arrived.
    pub last_stranger: Option<Timestamp>,
    /// The last [`LATEST`] calls with a valid token since then, or fewer.
    pub latest: u64,
    /// How many of these were refused or failed.
    pub latest_refused: u64,
}

/// How many days records are kept.
pub const RECORD_DAYS: i64 = 30;

/// How many calls show the present state of the sync.
pub const LATEST: u64 = 50;

/// When each token was last used from each place.
pub type Uses = HashMap<(TokenId, Option<String>), Timestamp>;

/// Writes records of calls, uses of tokens, and what tokens have stored, in one unit.
///
/// # Errors
/// `Unavailable` when the database does not answer; what tokens have stored is written the next time then.
pub async fn write(store: &Store, records: Vec<Record>, uses: Uses) -> Result<()> {
    let pending = store.usage().take();
    if records.is_empty() && uses.is_empty() && pending.is_empty() {
        return Ok(());
    }
    let context = (records, uses, pending.clone());
    let written = store.provision(context, |(records, uses, pending), tx| {
        Box::pin(async move {
            tx.append_records(records).await?;
            let (mut events, mut totals) = (Vec::new(), Vec::new());
            for ((token, place), at) in uses {
                used(tx, *token, place.as_deref(), *at, &mut events).await?;
            }
            for pending in pending {
                totals.push(write_down(tx, *pending, &mut events).await?);
            }
            // The log comes last: a unit that holds one of these rows and adds to the log would otherwise wait for this
            // one, and this one for it.
            for event in &events {
                tx.append_event(event).await?;
            }
            Ok(totals)
        })
    });
    match written.await {
        Ok(totals) => {
            pending.into_iter().zip(totals).for_each(|(pending, total)| store.usage().wrote(pending, total));
            Ok(())
        }
        Err(error) => {
            pending.into_iter().for_each(|pending| store.usage().kept(pending));
            Err(error)
        }
    }
}
