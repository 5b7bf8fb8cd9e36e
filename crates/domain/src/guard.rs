//! The guard against mass deprovisioning: it counts the people who lose something to a directory's calls, and finds the
//! batch that looks like a mistake.

mod count;
pub(crate) mod rename;
pub mod rule;

pub(crate) use count::{Call, check, count, hold, new_id, population};

use crate::{GroupId, Timestamp, TokenId, text_enum::text_enum};
use uuid::Uuid;

/// For how long something deleted can be restored.
pub const KEPT_DAYS: i64 = 30;

/// For how long a batch that was approved may go on.
const APPROVED_MINUTES: i64 = 120;

/// For how many days departures are remembered: a directory that deletes people 30 days after it deactivated them, as
/// Entra does, is recognised.
pub(crate) const REMEMBERED_DAYS: i64 = 45;

/// The largest group that may lose its members without anybody being counted.
pub(crate) const SMALL_GROUP: u64 = 10;

text_enum! {
    /// How somebody lost access.
    pub enum DepartureKind {
        /// A user was deactivated.
        Deactivated = "deactivated",
        /// A user was deleted.
        Deleted = "deleted",
        /// A group with members was deleted.
        GroupDeleted = "group_deleted",
        /// An active user was given another user name, another id of the directory, or none of the old e-mail addresses.
        Renamed = "renamed",
        /// A user left a group, or a group left another.
        LeftGroup = "left_group",
        /// A group lost its last members. Earlier versions wrote this; now each who leaves is a departure.
        GroupEmptied = "group_emptied",
    }
}

text_enum! {
    /// What became of a batch.
    pub enum BatchState {
        /// Found, and not yet looked at.
        Open = "open",
        /// Held back: the departures that would have followed were refused.
        Held = "held",
        /// Approved: the departures may go on for two hours.
        Approved = "approved",
        /// Undone.
        Undone = "undone",
        /// Right as it is.
        Dismissed = "dismissed",
    }
}

/// One departure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departure {
    /// When.
    pub at: Timestamp,
    /// By which token.
    pub token: TokenId,
    /// How.
    pub kind: DepartureKind,
    /// The user or group.
    pub target: Uuid,
    /// Its name.
    pub target_name: String,
    /// The group that was left.
    pub group: Option<GroupId>,
    /// How many people lose something: none where a group leaves another.
    pub weight: u64,
    /// What cannot be told from the rows, as JSON: how a document said `active` before, or what a rename changed.
    pub before: Option<String>,
    /// The batch that it belongs to.
    pub batch: Option<Uuid>,
}

/// A membership after an attempt to bring it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Whether there is one now.
    pub is_there: bool,
    /// Whether there was one at the moment that was asked for.
    pub was_there: bool,
}

/// How many departures there are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// All of them.
    pub all: u64,
    /// Users who were deactivated or deleted.
    pub people: u64,
    /// Users who have another name.
    pub renames: u64,
}

impl Sizes {
    /// Counts.
    pub fn of(kinds: impl Iterator<Item = DepartureKind>) -> Self {
        kinds.fold(Self::default(), |sizes, kind| Self {
            all: sizes.all + 1,
            people: sizes.people + u64::from(matches!(kind, DepartureKind::Deactivated | DepartureKind::Deleted)),
            renames: sizes.renames + u64::from(kind == DepartureKind::Renamed),
        })
    }
}

/// Which departures are meant that were not undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The batch.
    pub batch: Uuid,
    /// Those of these users and groups; all, where there is no list.
    pub targets: Option<Vec<Uuid>>,
    /// Those with a smaller number; all, where there is none.
    pub below: Option<i64>,
    /// Those whose name has this text in it, without regard to case; all, where it is empty.
    pub name: String,
}

impl Chosen {
    /// All of a batch.
    pub fn all(batch: Uuid) -> Self {
        Self { batch, targets: None, below: None, name: String::new() }
    }
}

/// Which departures of a stretch of time are put into a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Those that are in no batch.
    Unbatched,
    /// All that were not undone, from whatever batch.
    All,
    /// The same, of these users and groups.
    Of(Vec<Uuid>),
}

/// A stretch of time, and whose departures in it are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// One token's; all tokens', where there is none.
    pub token: Option<TokenId>,
    /// From this moment on.
    pub from: Timestamp,
    /// Up to and including this moment.
    pub until: Timestamp,
}

/// How much departures take away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    /// People who were deactivated or deleted, each once.
    pub people: u64,
    /// People who were given another name, another id of the directory or none of the old e-mail addresses, each once.
    pub renamed: u64,
    /// Memberships that ended, those of deleted groups included.
    pub memberships: u64,
}

/// Departures that came together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its id.
    pub id: Uuid,
    /// Whose the first was.
    pub token: TokenId,
    /// When the first came.
    pub opened: Timestamp,
    /// When the last came.
    pub latest: Timestamp,
    /// What became of it.
    pub state: BatchState,
    /// Until when departures may go on.
    pub approved_until: Option<Timestamp>,
    /// When it was undone or dismissed.
    pub closed: Option<Timestamp>,
    /// What undoing did so far.
    pub undone: Option<Undone>,
}

/// What undoing did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Undone {
    /// Departures that were undone, or that somebody had undone already.
    pub restored: u64,
    /// Departures that could not be undone, such as those of groups and users that no longer exist.
    pub failed: u64,
}

/// A batch as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchSummary {
    /// The batch.
    pub batch: Batch,
    /// The tokens whose departures it holds, by name; one that no longer exists has an empty name.
    pub tokens: Vec<(TokenId, String)>,
    /// What it took away and nobody has brought back.
    pub losses: Losses,
}

impl Batch {
    /// A batch that begins now.
    pub(crate) fn new(id: Uuid, token: TokenId, now: Timestamp, state: BatchState) -> Self {
        Self { id, token, opened: now, latest: now, state, approved_until: None, closed: None, undone: None }
    }

    /// Until when an approval given now lasts.
    pub(crate) fn approval(now: Timestamp) -> Timestamp {
        now.plus_millis(APPROVED_MINUTES * 60_000)
    }

    /// Whether somebody has still to decide.
    pub fn is_waiting(&self) -> bool {
        matches!(self.state, BatchState::Open | BatchState::Held)
    }
}
