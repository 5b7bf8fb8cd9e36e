//! What the rules need from a database, by subject.

use super::{Activity, Cycles, Groups, Guards, Keys, Nesting, PeopleSearch, Undos, Upkeep, Users};
use crate::{
    BreakGlassId, GroupId, Result, SessionId, Timestamp, TokenId, UserId,
    alert::ChannelState,
    audit::{Action, Entry, Event, EventDetail, EventQuery, EventSummary, Lane},
    break_glass::{Account, Code, CodeKind, Holdings},
    console::Principal,
    drill::Drill,
    group::GroupRef,
    role::Role,
    session::{SessionKey, SessionRecord, SessionSummary},
    settings::Settings,
    token::{AlertCount, SeenNetwork, Token},
};
use async_trait::async_trait;
use uuid::Uuid;

/// Everything that a unit of work can do.
pub trait Tx:
    Users
    + Groups
    + Nesting
    + Roles
    + Guards
    + Tokens
    + BreakGlass
    + Drills
    + Sessions
    + Audit
    + AuditLog
    + Activity
    + Cycles
    + Channels
    + System
    + Undos
    + Upkeep
    + Keys
    + PeopleSearch
{
}

impl<T> Tx for T where
    T: Users
        + Groups
        + Nesting
        + Roles
        + Guards
        + Tokens
        + BreakGlass
        + Drills
        + Sessions
        + Audit
        + AuditLog
        + Activity
        + Cycles
        + Channels
        + System
        + Undos
        + Upkeep
        + Keys
        + PeopleSearch
{
}

/// Roles. No request of a directory changes one. They are not inherited through groups in groups.
#[async_trait]
pub trait Roles: Send {
    /// The role that a user was given by hand.
    async fn user_role(&mut self, id: UserId) -> Result<Option<Role>>;
    /// Gives a user a role by hand, or takes it away.
    async fn set_user_role(&mut self, id: UserId, role: Option<Role>) -> Result<()>;
    /// The role that everybody in a group has.
    async fn group_role(&mut self, id: GroupId) -> Result<Option<Role>>;
    /// Gives everybody in a group a role, or takes it away.
    async fn set_group_role(&mut self, id: GroupId, role: Option<Role>) -> Result<()>;
    /// The roles that a user has through its groups.
    async fn roles_through_groups(&mut self, id: UserId) -> Result<Vec<(GroupRef, Role)>>;
    /// Groups that give a role.
    async fn mapped_groups(&mut self) -> Result<Vec<(GroupRef, Role)>>;
    /// The roles, by hand or through groups, of those of these users who are active.
    async fn roles_of(&mut self, users: &[UserId]) -> Result<Vec<(UserId, Role)>>;
    /// How many active users have a role, by hand or through a group.
    async fn count_role(&mut self, role: Role) -> Result<u64>;
}

/// SCIM tokens.
#[async_trait]
pub trait Tokens: Send {
    /// The token with this public part and the settings, in one read: every SCIM call needs both.
    async fn token_and_settings(&mut self, key: &str) -> Result<(Option<Token>, Settings)>;
    /// One token.
    async fn token(&mut self, id: TokenId) -> Result<Option<Token>>;
    /// A token, locked against changes by others until the unit ends.
    async fn lock_token(&mut self, id: TokenId) -> Result<Option<Token>>;
    /// All tokens, the newest first.
    async fn tokens(&mut self) -> Result<Vec<Token>>;
    /// Adds a token.
    async fn insert_token(&mut self, token: &Token) -> Result<()>;
    /// Marks a token as revoked, unless it is already.
    async fn revoke_token(&mut self, id: TokenId, at: Timestamp) -> Result<()>;
    /// Writes the expiry, the pause, the networks, the client and the budget of a locked token.
    async fn update_token(&mut self, token: &Token) -> Result<()>;
    /// The users that tokens are bound to, if they still exist: id and name.
    async fn token_users(&mut self) -> Result<Vec<(TokenId, UserId, String)>>;
    /// Records a use, if it is later than the recorded one. Returns whether it is the first.
    async fn touch_token(&mut self, id: TokenId, at: Timestamp) -> Result<bool>;
    /// Records that a token was used from a place. Returns whether the place is new.
    async fn see_token(&mut self, id: TokenId, place: &str, at: Timestamp) -> Result<bool>;
    /// The places that a token was used from, the most recently used first.
    async fn token_networks(&mut self, id: TokenId) -> Result<Vec<SeenNetwork>>;
    /// Forgets all places of a token except the `most` with the latest calls.
    async fn trim_token_networks(&mut self, id: TokenId, most: u64) -> Result<()>;
    /// Forgets the places from which no token was used since a moment.
    async fn forget_token_networks(&mut self, before: Timestamp) -> Result<()>;
    /// Adds to the bytes that a token's changes have stored in an hour. Returns their sum. An hour other than the
    /// recorded one starts a new count, except the hour just before it, which a slightly slow clock may still show.
    async fn spend(&mut self, id: TokenId, hour: i64, bytes: u64) -> Result<u64>;
    /// The bytes that a token's changes have stored in an hour, as far as they have been recorded.
    async fn spent(&mut self, id: TokenId, hour: i64) -> Result<u64>;
    /// Counts something that a token did in an hour. Returns how often it happened in this hour, including this time,
    /// and the count of the last hour before it, which only one caller receives.
    async fn count_alert(&mut self, id: TokenId, action: Action, hour: i64) -> Result<(u64, u64)>;
    /// Takes out the counts of hours before this one.
    async fn take_alert_counts(&mut self, hour: i64) -> Result<Vec<AlertCount>>;
    /// Records that a misuse of a token was reported in an alert. Returns false if that was done between these moments
    /// already; a later record was made before the clock was set back, and does not count.
    async fn tell_misuse(&mut self, id: TokenId, after: Timestamp, at: Timestamp) -> Result<bool>;
    /// Records a reminder about a token. Returns false if there was one between these moments already.
    async fn remind_of_token(&mut self, id: TokenId, after: Timestamp, at: Timestamp) -> Result<bool>;
}

/// Break-glass accounts.
#[async_trait]
pub trait BreakGlass: Send {
    /// All accounts and their other ways in, in order of creation.
    async fn break_glass(&mut self) -> Result<Vec<Holdings>>;
    /// One account.
    async fn break_glass_account(&mut self, id: BreakGlassId) -> Result<Option<Account>>;
    /// The account with this folded name.
    async fn break_glass_by_key(&mut self, key: &str) -> Result<Option<Account>>;
    /// Adds an account. Refuses a taken name with `Conflict`.
    async fn insert_break_glass(&mut self, account: &Account) -> Result<()>;
    /// Removes an account with its codes, browsers and sessions.
    async fn delete_break_glass(&mut self, id: BreakGlassId) -> Result<()>;
    /// Gives an account a new secret at once, unproven until the first sign-in with it.
    async fn set_break_glass_secret(&mut self, id: BreakGlassId, hash: &str, at: Timestamp) -> Result<()>;
    /// Gives an account a secret that waits for its first use.
    async fn set_next_break_glass_secret(&mut self, id: BreakGlassId, hash: &str) -> Result<()>;
    /// Replaces the present secret by the waiting one with this hash, which proves it. Returns false if another one is
    /// waiting by now.
    async fn promote_break_glass(&mut self, id: BreakGlassId, next_hash: &str, at: Timestamp) -> Result<bool>;
    /// Records a sign-in with the secret with this hash. Returns false if the secret has changed in the meantime.
    async fn prove_break_glass(&mut self, id: BreakGlassId, hash: &str, at: Timestamp) -> Result<bool>;
    /// Records that the account was used for a change.
    async fn mark_break_glass_used(&mut self, id: BreakGlassId, at: Timestamp) -> Result<()>;
    /// Records that a drill with the account was finished.
    async fn mark_break_glass_drilled(&mut self, id: BreakGlassId, at: Timestamp) -> Result<()>;
    /// Adds one-time codes.
    async fn insert_codes(&mut self, codes: &[Code]) -> Result<()>;
    /// Removes an account's recovery codes, used or not.
    async fn delete_recovery_codes(&mut self, id: BreakGlassId) -> Result<()>;
    /// Uses up a code. Returns its kind, or `None` if the account has no valid code with this hash.
    async fn use_code(&mut self, id: BreakGlassId, hash: [u8; 32], now: Timestamp) -> Result<Option<CodeKind>>;
    /// The account for which [`BreakGlass::use_code`] would accept a code; `None` if the code is not valid.
    async fn account_of_code(&mut self, hash: [u8; 32], now: Timestamp) -> Result<Option<BreakGlassId>>;
    /// Remembers, by the hash of its cookie, that a browser has signed in with an account, and when it last did.
    async fn insert_break_glass_device(&mut self, key: [u8; 32], id: BreakGlassId, at: Timestamp) -> Result<()>;
    /// Whether a browser has signed in with any account.
    async fn has_break_glass_device(&mut self, key: [u8; 32]) -> Result<bool>;
    /// The hashes of the cookies of the browsers that signed in last, with any account.
    async fn break_glass_devices(&mut self, limit: u64) -> Result<Vec<[u8; 32]>>;
    /// Forgets the browsers of an account, except `kept`.
    async fn delete_break_glass_devices(&mut self, id: BreakGlassId, kept: Option<[u8; 32]>) -> Result<()>;
    /// Forgets the browsers that have not signed in since a moment.
    async fn delete_break_glass_devices_before(&mut self, moment: Timestamp) -> Result<()>;
}

/// Drills.
#[async_trait]
pub trait Drills: Send {
    /// Adds a drill.
    async fn insert_drill(&mut self, drill: &Drill) -> Result<()>;
    /// Writes the progress of a drill.
    async fn update_drill(&mut self, drill: &Drill) -> Result<()>;
    /// One drill.
    async fn drill(&mut self, id: Uuid) -> Result<Option<Drill>>;
    /// The last drill with an account that began at a moment or later and is not finished.
    async fn open_drill(&mut self, account: BreakGlassId, since: Timestamp) -> Result<Option<Drill>>;
    /// Drills, the newest first.
    async fn drills(&mut self, limit: u64) -> Result<Vec<Drill>>;
}

/// Sessions.
#[async_trait]
pub trait Sessions: Send {
    /// A session that has not ended, was used after `idle` and not in the future (as after a clock was set back), and
    /// whose holder is unchanged: the account has the same secret, or the user is active.
    async fn session(&mut self, key: SessionKey, now: Timestamp, idle: Timestamp) -> Result<Option<SessionRecord>>;
    /// Whether a session is alive; see [`Sessions::session`]. No other unit can end it until this one ends.
    async fn hold_session(&mut self, id: SessionId, now: Timestamp, idle: Timestamp) -> Result<bool>;
    /// Adds a session.
    async fn insert_session(&mut self, session: &SessionRecord) -> Result<()>;
    /// Writes what was confirmed in a session, and replaces its key. Returns false if the session has ended or has
    /// another key already.
    async fn replace_session_key(
        &mut self,
        confirmed: &Principal,
        key: SessionKey,
        next_key: SessionKey,
    ) -> Result<bool>;
    /// Records that a session was used.
    async fn touch_session(&mut self, id: SessionId, at: Timestamp) -> Result<()>;
    /// Sessions that are alive (see [`Sessions::session`]), the most recently used first.
    async fn sessions(&mut self, now: Timestamp, idle: Timestamp) -> Result<Vec<SessionSummary>>;
    /// How many sessions of users there are.
    async fn count_user_sessions(&mut self, now: Timestamp) -> Result<u64>;
    /// Ends a session. Returns false if there is none.
    async fn delete_session(&mut self, id: SessionId) -> Result<bool>;
    /// Ends the session that has this key, or had it before its last confirmation, and returns it.
    async fn delete_session_with(&mut self, key: SessionKey) -> Result<Option<SessionRecord>>;
    /// Ends all sessions of a break-glass account, except `kept`.
    async fn delete_sessions_of(&mut self, account: BreakGlassId, kept: Option<SessionId>) -> Result<()>;
    /// Ends all sessions of a user.
    async fn delete_sessions_of_user(&mut self, user: UserId) -> Result<()>;
    /// Removes sessions that ended before a moment.
    async fn delete_sessions_before(&mut self, moment: Timestamp) -> Result<()>;
}

/// The audit log. An event is committed with its unit; where units run concurrently, it gets its number and its hash
/// shortly afterwards ([`crate::store::Store::settle`]), and is pending until then. All functions but two see only
/// events that have both.
#[async_trait]
pub trait Audit: Send {
    /// Adds an event.
    async fn append_event(&mut self, event: &Event) -> Result<()>;
    /// How many events are pending.
    async fn count_pending_events(&mut self) -> Result<u64>;
    /// How many events there are.
    async fn count_events(&mut self) -> Result<u64>;
    /// The number and the hash of the last event.
    async fn audit_head(&mut self) -> Result<Option<(i64, [u8; 32])>>;
    /// Events after a number, in their order.
    async fn events_after(&mut self, seq: i64, limit: u64) -> Result<Vec<Entry>>;
    /// The first event after a number that is an alert of this lane.
    async fn next_alert(&mut self, lane: Lane, seq: i64) -> Result<Option<Entry>>;
    /// How many alerts of this lane there are after a number.
    async fn count_alerts(&mut self, lane: Lane, seq: i64) -> Result<u64>;
    /// The last event before the first one at a moment or later. It has a hash and a number of at most `through`, and
    /// is early enough that removing everything up to it does not take long.
    async fn last_event_before(&mut self, moment: Timestamp, through: i64) -> Result<Option<(i64, [u8; 32])>>;
    /// Removes events up to a number, after numbering all pending events, including those of this unit. Returns how
    /// many there were.
    async fn delete_events_through(&mut self, seq: i64) -> Result<u64>;
    /// Sets how many days events are kept.
    async fn set_audit_days(&mut self, days: u32) -> Result<()>;
}

/// The audit log as people read it: in parts of limited size, even if its events are long.
#[async_trait]
pub trait AuditLog: Send {
    /// Events that match, before a number if one is given, the most recent first. A `before` or `after` of more than 4
    /// KiB is left out.
    async fn find_events(&mut self, query: &EventQuery, before: Option<i64>, limit: u64) -> Result<Vec<EventSummary>>;
    /// One event, with at most [`crate::audit::MOST`] characters of `before` and of `after`.
    async fn event(&mut self, seq: i64) -> Result<Option<EventDetail>>;
    /// How many of the first events after a number, up to `limit`, have at most `bytes` bytes together: at least one,
    /// if there is any.
    async fn events_within(&mut self, seq: i64, limit: u64, bytes: u64) -> Result<u64>;
}

/// How far the alert channels have sent the alerts of the audit log, lane by lane.
#[async_trait]
pub trait Channels: Send {
    /// Sets the channels by name. A new one sends what happens from now on; channels that are not named are forgotten.
    async fn register_channels(&mut self, names: &[String]) -> Result<()>;
    /// Reserves a lane of a channel until a moment. `None` if another process has it, or if it is not due yet. Leases
    /// and pauses that lie more than twice as far ahead were set before the clock was set back, and do not count.
    async fn claim_channel(
        &mut self,
        name: &str,
        lane: Lane,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<ChannelState>>;
    /// Writes the state of a lane of a channel, and releases it. Does nothing if the lane has sent more by now.
    async fn update_channel(&mut self, channel: &ChannelState) -> Result<()>;
    /// Records that a test alert is sent now. Returns false if one was sent after `since`; a record in the future was
    /// made before the clock was set back, and does not count.
    async fn claim_alert_test(&mut self, now: Timestamp, since: Timestamp) -> Result<bool>;
    /// All channels, by name, each with its two lanes, the urgent one first.
    async fn channels(&mut self) -> Result<Vec<ChannelState>>;
}

/// Settings.
#[async_trait]
pub trait System: Send {
    /// The settings.
    async fn settings(&mut self) -> Result<Settings>;
    /// Turns provisioning on or off. Returns false if it was in that state already.
    async fn set_provisioning(&mut self, on: bool, at: Timestamp) -> Result<bool>;
    /// Prevents two units that decide on ways in from doing so at the same time.
    async fn lock_settings(&mut self) -> Result<()>;
}
