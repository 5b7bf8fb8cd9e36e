//! The activity record: what every SCIM call did. A write is recorded in its own transaction, everything else soon
//! after it was answered.

use crate::{Timestamp, TokenId, text_enum::text_enum};
use uuid::Uuid;

text_enum! {
    /// What a call asked for.
    pub enum Operation {
        /// A look-up by filter that names one person or group, as clients do before they create.
        LookUp = "look_up",
        /// A list.
        List = "list",
        /// One resource by its id.
        Read = "read",
        /// A new resource.
        Create = "create",
        /// A change of one resource.
        Change = "change",
        /// The removal of one resource.
        Delete = "delete",
        /// Many operations in one request, each of which is recorded by itself too.
        Bulk = "bulk",
        /// The server's own description of itself.
        Discover = "discover",
    }
}

text_enum! {
    /// What a call was about.
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

/// A SCIM call, as far as it is known before it is carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// When it came.
    pub at: Timestamp,
    /// With which token; `None` where there was no valid one.
    pub token: Option<TokenId>,
    /// From which network address.
    pub address: Option<String>,
    /// What it asked for.
    pub operation: Operation,
    /// What it was about.
    pub subject: Subject,
}

/// A SCIM call and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The call.
    pub call: Call,
    /// The user or group.
    pub target: Option<Uuid>,
    /// How it ended.
    pub outcome: Outcome,
    /// Why it was refused, in the words that the client got.
    pub detail: Option<String>,
}

/// What the records of the last day add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The last call with a valid token, whenever that was.
    pub last_call: Option<Timestamp>,
    /// The first look-up that found nothing: the client's connection test.
    pub first_test: Option<Timestamp>,
    /// The first user that was created.
    pub first_user: Option<Timestamp>,
    /// Calls with a valid token since the given moment.
    pub calls: u64,
    /// Of these, the ones that were refused or failed.
    pub refused: u64,
    /// Calls without a valid token since then, as far as they were recorded.
    pub strangers: u64,
}
