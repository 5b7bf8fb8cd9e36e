//! What the catalogue says about a kind.

use super::{Event, Lane};
use crate::text_enum::text_enum;

/// The placeholder for the target's name in a sentence or a title.
pub const NAME: &str = "{}";

/// What is true of every event of one kind.
#[derive(Clone, Copy, Debug)]
pub struct AuditKind {
    /// Which filter of the audit log shows it.
    pub topic: Topic,
    /// What it is about.
    pub about: About,
    /// What its `before` and `after` hold.
    pub contents: Contents,
    /// What happened, with [`NAME`] at most once.
    pub sentence: &'static str,
    /// What was intended if it was refused, to be read after “to”; `None` if it cannot be refused.
    pub intention: Option<&'static str>,
    /// The alert that it sends.
    pub(crate) alert: Option<KindAlert>,
}

text_enum! {
    /// What events are filtered by; the text is the word for it in URLs.
    pub enum Topic {
        /// Break-glass accounts.
        BreakGlass = "break-glass",
        /// SCIM tokens.
        Tokens = "tokens",
        /// Users.
        Users = "users",
        /// Groups.
        Groups = "groups",
        /// The guard against mass deprovisioning.
        Guard = "guard",
        /// Whether provisioning is on.
        Provisioning = "provisioning",
        /// Sessions.
        Sessions = "sessions",
        /// Drills.
        Drills = "drills",
        /// Changes that were refused.
        Refusals = "refusals",
        /// Test alerts.
        Alerts = "alerts",
        /// The audit log itself.
        Audit = "audit",
        /// Backups and restores.
        Database = "database",
        /// Whether there is room for changes.
        Storage = "storage",
    }
}

/// What an event is about, as far as there is a page for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// A user.
    User,
    /// A group.
    Group,
    /// A user or a group that was deleted, and can be restored.
    Deleted,
    /// A SCIM token.
    Token,
    /// A break-glass account.
    BreakGlass,
    /// A batch of departures that the guard has seen.
    Guard,
    /// Nothing that has a page.
    Nothing,
}

/// What the `before` and `after` of an event hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents {
    /// Facts of Postern's own.
    Facts,
    /// How a document was before and after.
    Document,
    /// The same for a group, and the members that joined and left it.
    Group,
}

impl AuditKind {
    /// Whether there are alerts about such events, or about some of them.
    pub fn may_alert(&self) -> bool {
        self.alert.is_some()
    }

    /// Whether there are so many of them that some are only told by their number, as the fact `further`.
    pub fn is_summed_up(&self) -> bool {
        self.alert.is_some_and(|alert| alert.an_hour.is_some())
    }
}

/// The alert that events of a kind send.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KindAlert {
    /// The lane in which it waits.
    pub(crate) lane: Lane,
    /// What it says in one line, with [`NAME`] at most once.
    pub(crate) title: &'static str,
    /// Whether an event sends it.
    pub(super) is_sent: fn(&Event) -> bool,
    /// How many of them one token causes in an hour before the rest is summed up; `None` if there is no summary.
    pub(crate) an_hour: Option<u64>,
}

impl KindAlert {
    /// Restricts it to those events of the kind for which this is true.
    pub(super) fn only_where(self, is_sent: fn(&Event) -> bool) -> Self {
        Self { is_sent, ..self }
    }

    /// Limits how many of them one token causes in an hour; the rest is summed up.
    pub(super) fn at_most(self, an_hour: u64) -> Self {
        Self { an_hour: Some(an_hour), ..self }
    }
}
