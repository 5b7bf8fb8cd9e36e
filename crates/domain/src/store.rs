//! The ports: what the rules need from a database, and the unit of work in which they use it.

use crate::{
    BreakGlassId, GroupId, Result, Timestamp, TokenId, UserId,
    activity::{Record, Summary},
    audit::Event,
    break_glass::Account,
    group::{Group, GroupRef, GroupSummary},
    page::{Key, Place},
    query::{Filter, GroupCondition, Slice, UserCondition},
    session::{SessionKey, SessionRecord},
    settings::Settings,
    token::Token,
    user::{User, UserSummary},
};
use async_trait::async_trait;
use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

/// What a unit of work gives back while it runs.
pub type Work<'t, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 't>>;

/// A database. Cheap to clone.
#[derive(Clone)]
pub struct Store(Arc<dyn Database>);

impl Store {
    /// Puts the units of work on top of a database.
    pub fn new(database: impl Database) -> Self {
        Self(Arc::new(database))
    }

    /// Runs a unit of work that may change things. Either all of it is durable when this returns `Ok`, or none of it
    /// happened.
    ///
    /// The work may be run more than once, when the database asks for a retry, and it runs to its end even when the
    /// caller goes away. It must therefore do nothing but talk to `tx`; what it needs is handed over in `context`.
    pub async fn write<C, T>(&self, context: C, work: for<'t> fn(&'t C, &'t mut dyn Tx) -> Work<'t, T>) -> Result<T>
    where
        C: Send + Sync + 'static,
        T: Send + 'static,
    {
        let unit = Arc::new(Closure { context, work, output: Mutex::new(None) });
        self.0.write(unit.clone()).await?;
        unit.take()
    }

    /// Runs a unit of work that only reads. Each statement sees what is committed when it starts.
    pub async fn read<C, T>(&self, context: C, work: for<'t> fn(&'t C, &'t mut dyn Tx) -> Work<'t, T>) -> Result<T>
    where
        C: Send + Sync + 'static,
        T: Send + 'static,
    {
        let unit = Closure { context, work, output: Mutex::new(None) };
        self.0.read(&unit).await?;
        unit.take()
    }

    /// Checks that the database answers.
    pub async fn ping(&self) -> Result<()> {
        self.0.ping().await
    }

    /// Waits for units under way and closes every connection.
    pub async fn close(&self) {
        self.0.close().await;
    }
}

/// A database, as the units of work see it.
#[async_trait]
pub trait Database: Send + Sync + 'static {
    /// Runs a unit in a transaction, in a task of its own, retrying it as a whole where the database asks for that.
    /// Returns `Ok` once the transaction is durable.
    async fn write(&self, unit: Arc<dyn Unit>) -> Result<()>;
    /// Runs a unit on a connection that is not meant to write.
    async fn read(&self, unit: &dyn Unit) -> Result<()>;
    /// Checks that the database answers.
    async fn ping(&self) -> Result<()>;
    /// Waits for units under way and closes every connection.
    async fn close(&self);
}

/// A unit of work without its types.
pub trait Unit: Send + Sync {
    /// Runs it once, keeping its output.
    fn run<'t>(&'t self, tx: &'t mut dyn Tx) -> Work<'t, ()>;
}

struct Closure<C, T> {
    context: C,
    work: for<'t> fn(&'t C, &'t mut dyn Tx) -> Work<'t, T>,
    output: Mutex<Option<T>>,
}

impl<C: Send + Sync, T: Send> Unit for Closure<C, T> {
    fn run<'t>(&'t self, tx: &'t mut dyn Tx) -> Work<'t, ()> {
        Box::pin(async move {
            let output = (self.work)(&self.context, tx).await?;
            *self.output.lock().unwrap_or_else(PoisonError::into_inner) = Some(output);
            Ok(())
        })
    }
}

impl<C, T> Closure<C, T> {
    fn take(&self) -> Result<T> {
        let output = self.output.lock().unwrap_or_else(PoisonError::into_inner).take();
        output.ok_or_else(|| crate::Error::Unavailable("the unit of work did not run".into()))
    }
}

/// Everything that a unit of work can do.
pub trait Tx: Users + Groups + Tokens + BreakGlass + Sessions + System {}

impl<T: Users + Groups + Tokens + BreakGlass + Sessions + System> Tx for T {}

/// Users.
#[async_trait]
pub trait Users: Send {
    /// A user.
    async fn user(&mut self, id: UserId) -> Result<Option<User>>;
    /// A user, kept from changing by anybody else until the unit ends.
    async fn lock_user(&mut self, id: UserId) -> Result<Option<User>>;
    /// Adds a user. Refuses a taken user name with `Conflict`.
    async fn insert_user(&mut self, user: &User) -> Result<()>;
    /// Writes a user whose version is one more than the stored one; otherwise refuses with `VersionMismatch`. Refuses
    /// a taken user name with `Conflict`.
    async fn update_user(&mut self, user: &User) -> Result<()>;
    /// Removes a user and its memberships, which changes its groups too. Nothing happens where there is none.
    async fn delete_user(&mut self, id: UserId, at: Timestamp) -> Result<()>;
    /// Users in order of creation.
    async fn find_users(&mut self, filter: &Filter<UserCondition>, slice: Slice) -> Result<Vec<User>>;
    /// How many users match.
    async fn count_users(&mut self, filter: &Filter<UserCondition>) -> Result<u64>;
    /// Users by last change, newest first; the page before a key comes in the same order.
    async fn page_users(
        &mut self,
        filter: &Filter<UserCondition>,
        place: Place,
        limit: u64,
    ) -> Result<Vec<UserSummary>>;
    /// The groups of each of these users.
    async fn groups_of(&mut self, users: &[UserId]) -> Result<Vec<(UserId, GroupRef)>>;
}

/// Groups and membership.
#[async_trait]
pub trait Groups: Send {
    /// A group.
    async fn group(&mut self, id: GroupId) -> Result<Option<Group>>;
    /// A group, kept from changing by anybody else until the unit ends.
    async fn lock_group(&mut self, id: GroupId) -> Result<Option<Group>>;
    /// Adds a group without members. Refuses a taken name with `Conflict`.
    async fn insert_group(&mut self, group: &Group) -> Result<()>;
    /// Writes a group whose version is one more than the stored one; otherwise refuses with `VersionMismatch`. Refuses
    /// a taken name with `Conflict`.
    async fn update_group(&mut self, group: &Group) -> Result<()>;
    /// Removes a group and its memberships, never its members. Nothing happens where there is none.
    async fn delete_group(&mut self, id: GroupId) -> Result<()>;
    /// Groups in order of creation.
    async fn find_groups(&mut self, filter: &Filter<GroupCondition>, slice: Slice) -> Result<Vec<Group>>;
    /// How many groups match.
    async fn count_groups(&mut self, filter: &Filter<GroupCondition>) -> Result<u64>;
    /// Groups whose folded name contains a text, by last change, newest first, with the size of each.
    async fn page_groups(&mut self, search: &str, place: Place, limit: u64) -> Result<Vec<GroupSummary>>;
    /// How many groups have a folded name that contains a text.
    async fn count_groups_named(&mut self, search: &str) -> Result<u64>;
    /// The members of each of these groups, in the order of their ids.
    async fn members_of(&mut self, groups: &[GroupId]) -> Result<Vec<(GroupId, UserId)>>;
    /// A page of one group's members by last change, newest first.
    async fn page_members(&mut self, group: GroupId, place: Place, limit: u64) -> Result<Vec<UserSummary>>;
    /// How many members one group has.
    async fn count_members(&mut self, group: GroupId) -> Result<u64>;
    /// Puts users into a group; those who are in it and ids without a user are passed over. Gives how many came.
    async fn add_members(&mut self, group: GroupId, users: &[UserId], at: Timestamp) -> Result<u64>;
    /// Takes users out of a group. Gives how many left.
    async fn remove_members(&mut self, group: GroupId, users: &[UserId]) -> Result<u64>;
    /// Takes everybody out of a group but these. Gives how many left.
    async fn retain_members(&mut self, group: GroupId, users: &[UserId]) -> Result<u64>;
}

/// SCIM tokens.
#[async_trait]
pub trait Tokens: Send {
    /// The token with that public part, and the settings, at once: every SCIM call asks for both.
    async fn token_and_settings(&mut self, key: &str) -> Result<(Option<Token>, Settings)>;
    /// One token.
    async fn token(&mut self, id: TokenId) -> Result<Option<Token>>;
    /// All tokens, the newest first.
    async fn tokens(&mut self) -> Result<Vec<Token>>;
    /// Adds a token.
    async fn insert_token(&mut self, token: &Token) -> Result<()>;
    /// Marks a token as revoked, unless it is.
    async fn revoke_token(&mut self, id: TokenId, at: Timestamp) -> Result<()>;
    /// Notes a use, where it is later than the one noted.
    async fn touch_token(&mut self, id: TokenId, at: Timestamp) -> Result<()>;
}

/// Break-glass accounts.
#[async_trait]
pub trait BreakGlass: Send {
    /// All accounts, in order of creation.
    async fn break_glass(&mut self) -> Result<Vec<Account>>;
    /// The account whose folded name is this.
    async fn break_glass_by_key(&mut self, key: &str) -> Result<Option<Account>>;
    /// Adds an account. Refuses a taken name with `Conflict`.
    async fn insert_break_glass(&mut self, account: &Account) -> Result<()>;
    /// Gives an account a new secret, unproven until somebody signs in with it.
    async fn set_break_glass_secret(&mut self, id: BreakGlassId, hash: &str, at: Timestamp) -> Result<()>;
    /// Notes a sign-in with the secret of that hash. Gives false where the secret has changed meanwhile.
    async fn prove_break_glass(&mut self, id: BreakGlassId, hash: &str, at: Timestamp) -> Result<bool>;
}

/// Sessions.
#[async_trait]
pub trait Sessions: Send {
    /// A session that has not ended, and whose account has the secret still with which it began.
    async fn session(&mut self, key: SessionKey, now: Timestamp) -> Result<Option<SessionRecord>>;
    /// Adds a session. Gives false where the key is taken.
    async fn insert_session(&mut self, session: &SessionRecord) -> Result<bool>;
    /// Writes a session that exists. Gives false where it does not: a session that was ended is never revived.
    async fn update_session(&mut self, session: &SessionRecord) -> Result<bool>;
    /// Ends a session. Nothing happens where there is none.
    async fn delete_session(&mut self, key: SessionKey) -> Result<()>;
    /// Ends all sessions of a break-glass account.
    async fn delete_sessions_of(&mut self, account: BreakGlassId) -> Result<()>;
    /// Removes what ended before a moment.
    async fn delete_sessions_before(&mut self, moment: Timestamp) -> Result<()>;
}

/// Settings, the audit log and the activity record.
#[async_trait]
pub trait System: Send {
    /// The settings.
    async fn settings(&mut self) -> Result<Settings>;
    /// Turns provisioning on or off. Gives false where it was so already.
    async fn set_provisioning(&mut self, on: bool, at: Timestamp) -> Result<bool>;
    /// Keeps two units that both decide on ways in from deciding at the same time.
    async fn lock_settings(&mut self) -> Result<()>;
    /// Adds a line to the audit log.
    async fn append_event(&mut self, event: &Event) -> Result<()>;
    /// How many lines the audit log has.
    async fn count_events(&mut self) -> Result<u64>;
    /// Adds to the activity record.
    async fn append_records(&mut self, records: &[Record]) -> Result<()>;
    /// Sums the activity record up, counting calls since a moment.
    async fn summarise_records(&mut self, since: Timestamp) -> Result<Summary>;
    /// Removes records from before a moment, but none that [`Summary`] names.
    async fn delete_records_before(&mut self, moment: Timestamp) -> Result<()>;
}

/// A row's key in a list by last change.
impl From<&UserSummary> for Key {
    fn from(row: &UserSummary) -> Self {
        Self { changed: row.changed, id: row.id.0 }
    }
}

/// A row's key in a list by last change.
impl From<&GroupSummary> for Key {
    fn from(row: &GroupSummary) -> Self {
        Self { changed: row.changed, id: row.id.0 }
    }
}
