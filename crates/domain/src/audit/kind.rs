//! What the catalogue says of a kind.

use super::{Event, Lane};
use crate::text_enum::text_enum;

/// Where the name of the target stands in a sentence or a title.
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
    /// What somebody wanted to whom it was refused, after “to”; `None` where nobody can be refused it.
    pub intention: Option<&'static str>,
    /// The alert that it sends.
    pub(crate) alert: Option<KindAlert>,
}

text_enum! {
    /// What events are filtered by, under the word that an address has for it.
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
        /// Alerts that were sent to try the channels.
        Alerts = "alerts",
        /// The audit log itself.
        Audit = "audit",
        /// Backups and restores.
        Database = "database",
        /// Whether there is room for changes.
        Storage = "storage",
    }
}

/// What an event is about, as far as it has a page to lead to.
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
    /// What a document said before and says after.
    Document,
    /// The same of a group, and who joined it and left it.
    Group,
}

/// The alert that events of a kind send.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KindAlert {
    /// In which queue it waits.
    pub(crate) lane: Lane,
    /// What it says in one line, with [`NAME`] at most once.
    pub(crate) title: &'static str,
    /// Whether an event sends it.
    pub(super) is_sent: fn(&Event) -> bool,
    /// How many of them one token causes in an hour before the rest is summed up; `None` where there is no summary.
    pub(crate) an_hour: Option<u64>,
}

impl KindAlert {
    /// Only events of the kind of which this is true send it.
    pub(super) fn only_where(self, is_sent: fn(&Event) -> bool) -> Self {
        Self { is_sent, ..self }
    }

    /// One token causes so many in an hour; the rest is summed up.
    pub(super) fn at_most(self, an_hour: u64) -> Self {
        Self { an_hour: Some(an_hour), ..self }
    }
}
