//! Sessions as they are recorded.

use crate::{BreakGlassId, Timestamp};

/// SHA-256 of a session's id: whoever reads the database or a backup holds no session.
pub type SessionKey = [u8; 32];

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRecord {
    /// The hash of the id that is in the cookie.
    pub key: SessionKey,
    /// Who signed in, once somebody did.
    pub account: Option<BreakGlassId>,
    /// When that was.
    pub signed_in: Option<Timestamp>,
    /// The session's data, as JSON.
    pub data: String,
    /// When it ends whatever happens.
    pub expires: Timestamp,
}
