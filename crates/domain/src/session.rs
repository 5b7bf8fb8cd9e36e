//! Sessions as they are recorded.

use crate::{
    Env, Result, SessionId, Timestamp,
    console::{Principal, idle},
};
use std::ops::RangeInclusive;

/// SHA-256 of the content of a session's cookie: a person who reads the database or a backup does not obtain a session.
pub type SessionKey = [u8; 32];

/// How many minutes a break-glass session lasts at most.
pub const MINUTES: i64 = 30;

/// After this many minutes without a request a session ends.
pub const IDLE_MINUTES: i64 = 10;

/// For this many minutes after the secret was given, changes of ways in do not ask for it again (OWASP ASVS 7.5.3).
pub const FRESH_MINUTES: i64 = 5;

/// Clocks may differ by this much. A stored time that is further ahead was written before a clock was set back, and is
/// no longer valid. The statements in `store/sql` have the same number.
pub const SKEW_MILLIS: i64 = 60_000;

/// How many characters the reason of a session has.
pub const REASON_CHARS: RangeInclusive<usize> = 4..=300;

/// The last use of a session is recorded to half a minute.
const SEEN_MILLIS: i64 = 30_000;

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRecord {
    /// Who is signed in, and since when.
    pub principal: Principal,
    /// The hash of the content of its cookie.
    pub key: SessionKey,
    /// The last request, to half a minute.
    pub seen: Timestamp,
    /// The browser that signed in.
    pub browser: Browser,
}

/// Where a session began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Browser {
    /// The network address.
    pub address: Option<String>,
    /// The browser's `User-Agent`.
    pub agent: Option<String>,
}

/// A session in the list of those that are alive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionSummary {
    /// The session.
    pub id: SessionId,
    /// The name of its holder.
    pub name: String,
    /// Whether it is a break-glass account's.
    pub break_glass: bool,
    /// When it began.
    pub signed_in: Timestamp,
    /// The last request, to half a minute.
    pub seen: Timestamp,
    /// The browser that signed in.
    pub browser: Browser,
    /// When it ends at the latest.
    pub expires: Timestamp,
}

/// The session with this key, if it is alive.
pub async fn find(env: &Env, key: SessionKey) -> Result<Option<SessionRecord>> {
    let work = env
        .store
        .read((key, env.now()), |(key, now), tx| Box::pin(async move { tx.session(*key, *now, idle(*now)).await }));
    work.await
}

/// Records that a session was used, unless that was recorded within the last half minute.
pub async fn touch(env: &Env, session: &SessionRecord) -> Result<()> {
    let now = env.now();
    if session.seen >= now.plus_millis(-SEEN_MILLIS) {
        return Ok(());
    }
    let work = env.store.write((session.principal.session, now), |(id, now), tx| {
        Box::pin(async move { tx.touch_session(*id, *now).await })
    });
    work.await
}
