//! Sessions as they are recorded.

use crate::{BreakGlassId, Timestamp, UserId};

/// SHA-256 of a session's id: whoever reads the database or a backup holds no session.
pub type SessionKey = [u8; 32];

/// How long a break-glass session lasts at most.
pub const MINUTES: i64 = 30;

/// After so many minutes without a request a session is over.
pub const IDLE_MINUTES: i64 = 10;

/// For so many minutes after the secret was given, changes of ways in are not asked for it again (OWASP ASVS 7.5.3).
pub const FRESH_MINUTES: i64 = 5;

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRecord {
    /// The hash of the id that is in the cookie.
    pub key: SessionKey,
    /// Whose it is, once somebody has signed in.
    pub holder: Option<Holder>,
    /// When that was.
    pub signed_in: Option<Timestamp>,
    /// The last request, to the minute.
    pub seen: Timestamp,
    /// From which network address it began.
    pub address: Option<String>,
    /// With which browser, as the browser says.
    pub agent: Option<String>,
    /// The session's data, as JSON.
    pub data: String,
    /// When it ends whatever happens.
    pub expires: Timestamp,
}

/// Whose a session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A break-glass account's, as long as it has the secret of that generation.
    BreakGlass(BreakGlassId, i64),
    /// A user's, as long as the user is there and active.
    User(UserId),
}

/// A session in the list of those that are alive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionSummary {
    /// The session.
    pub key: SessionKey,
    /// Whose it is.
    pub name: String,
    /// Whether it is a break-glass account's.
    pub break_glass: bool,
    /// When it began.
    pub signed_in: Timestamp,
    /// The last request, to the minute.
    pub seen: Timestamp,
    /// From which network address it began.
    pub address: Option<String>,
    /// With which browser.
    pub agent: Option<String>,
    /// When it ends at the latest.
    pub expires: Timestamp,
}
