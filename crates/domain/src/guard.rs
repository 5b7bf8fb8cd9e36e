//! The guard against mass deprovisioning: it counts the people who lose something to a directory's calls, and finds the
//! batch that looks like a mistake.

mod count;
pub(crate) mod rename;
pub mod rule;

pub(crate) use count::{Call, check, count, hold, new_id, population};

use crate::{GroupId, Timestamp, TokenId, text_enum::text_enum};
use uuid::Uuid;

/// How many days a deleted user or group can be restored.
pub const KEPT_DAYS: i64 = 30;

/// How many minutes the departures of an approved batch may continue.
const APPROVED_MINUTES: i64 = 120;

/// How many days departures are remembered: long enough to recognise deletions 30 days after a deactivation, as Entra
/// makes them.
pub(crate) const REMEMBERED_DAYS: i64 = 45;

/// The largest group that may lose members without their being counted.
pub(crate) const SMALL_GROUP: u64 = 10;

text_enum! {
    /// How a person lost access.
    pub enum DepartureKind {
        /// A user was deactivated.
        Deactivated = "deactivated",
        /// A user was deleted.
        Deleted = "deleted",
        /// A group with members was deleted.
        GroupDeleted = "group_deleted",
        /// An active user was given another user name or another id of the directory, or lost all old e-mail addresses.
        Renamed = "renamed",
        /// A user left a group, or a group left another.
        LeftGroup = "left_group",
        /// A group lost its last members. Earlier versions wrote this; now each member who leaves is a departure.
        GroupEmptied = "group_emptied",
    }
}

text_enum! {
    /// The state of a batch.
    pub enum BatchState {
        /// Found, and not yet looked at.
        Open = "open",
        /// Held back: the departures that would have followed were refused.
        Held = "held",
        /// Approved: the departures may continue for two hours.
        Approved = "approved",
        /// It was undone.
        Undone = "undone",
        /// It was dismissed as right.
        Dismissed = "dismissed",
    }
}

/// One departure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departure {
    /// When it happened.
    pub at: Timestamp,
    /// The token that caused it.
    pub token: TokenId,
    /// Its kind.
    pub kind: DepartureKind,
    /// The user or group.
    pub target: Uuid,
    /// Its name.
    pub target_name: String,
    /// The group that was left.
    pub group: Option<GroupId>,
    /// How many people lose something: none if a group leaves another.
    pub weight: u64,
    /// What the rows do not show, as JSON: the earlier `active` of a document, or what a rename changed.
    pub before: Option<String>,
    /// The batch that it belongs to.
    pub batch: Option<Uuid>,
}

/// The state of a membership after an attempt to restore it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Whether it exists now.
    pub is_there: bool,
    /// Whether it existed at the given moment.
    pub was_there: bool,
}

/// How many departures there are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// All of them.
    pub all: u64,
    /// Users who were deactivated or deleted.
    pub people: u64,
    /// Users who were renamed.
    pub renames: u64,
}

impl Sizes {
    /// Counts departures of these kinds.
    pub fn of(kinds: impl Iterator<Item = DepartureKind>) -> Self {
        kinds.fold(Self::default(), |sizes, kind| Self {
            all: sizes.all + 1,
            people: sizes.people + u64::from(matches!(kind, DepartureKind::Deactivated | DepartureKind::Deleted)),
            renames: sizes.renames + u64::from(kind == DepartureKind::Renamed),
        })
    }
}

/// Selects departures that were not undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The batch.
    pub batch: Uuid,
    /// Only those of these users and groups; `None` means all.
    pub targets: Option<Vec<Uuid>>,
    /// Only those with a smaller number; `None` means all.
    pub below: Option<i64>,
    /// Only those whose name contains this text, without regard to case; if empty, all.
    pub name: String,
}

impl Chosen {
    /// All of a batch.
    pub fn all(batch: Uuid) -> Self {
        Self { batch, targets: None, below: None, name: String::new() }
    }
}

/// Which departures of a span are put into a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Those that are in no batch.
    Unbatched,
    /// All that were not undone, from any batch.
    All,
    /// The same, of these users and groups.
    Of(Vec<Uuid>),
}

/// A stretch of time, and the token whose departures in it are selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The token; `None` means all tokens.
    pub token: Option<TokenId>,
    /// From this moment on.
    pub from: Timestamp,
    /// Up to and including this moment.
    pub until: Timestamp,
}

/// How much a set of departures takes away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    /// People who were deactivated or deleted, each once.
    pub people: u64,
    /// People who were given another name or another id of the directory, or who lost all old e-mail addresses, each
    /// once.
    pub renamed: u64,
    /// Groups that were deleted.
    pub groups: u64,
    /// Memberships that ended, those of deleted groups included.
    pub memberships: u64,
}

/// Departures that came together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its id.
    pub id: Uuid,
    /// The token of the first departure.
    pub token: TokenId,
    /// When the first departure happened.
    pub opened: Timestamp,
    /// When the last departure happened.
    pub latest: Timestamp,
    /// Its state.
    pub state: BatchState,
    /// Until when further departures are approved.
    pub approved_until: Option<Timestamp>,
    /// When it was undone or dismissed.
    pub closed: Option<Timestamp>,
    /// What undoing it has done so far.
    pub undone: Option<Undone>,
}

/// What an undo did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Undone {
    /// Departures that were undone now or had been undone already.
    pub restored: u64,
    /// Departures that could not be undone, such as those of groups and users that no longer exist.
    pub failed: u64,
}

/// A batch as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchSummary {
    /// The batch.
    pub batch: Batch,
    /// The tokens whose departures it holds, by name; a token that no longer exists has an empty name.
    pub tokens: Vec<(TokenId, String)>,
    /// What was lost in it and has not been restored.
    pub losses: Losses,
    /// Everything that was lost in it, as long as its departures are remembered.
    pub taken: Losses,
}

impl Batch {
    /// A batch that starts now.
    pub(crate) fn new(id: Uuid, token: TokenId, now: Timestamp, state: BatchState) -> Self {
        Self { id, token, opened: now, latest: now, state, approved_until: None, closed: None, undone: None }
    }

    /// Until when an approval given now lasts.
    pub(crate) fn approval(now: Timestamp) -> Timestamp {
        now.plus_millis(APPROVED_MINUTES * 60_000)
    }

    /// Whether it waits for a decision.
    pub fn is_waiting(&self) -> bool {
        matches!(self.state, BatchState::Open | BatchState::Held)
    }
}
