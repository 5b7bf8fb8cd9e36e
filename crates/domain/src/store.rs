//! The ports: what the rules need from a database, and the unit of work in which they use it.

mod activity;
mod cycles;
mod groups;
mod guards;
mod keys;
mod ports;
mod undos;
mod upkeep;
mod users;

pub use activity::Activity;
pub use cycles::Cycles;
pub use groups::{Groups, Nesting};
pub use guards::Guards;
pub use keys::{Keys, Outdated};
pub use ports::{Audit, AuditLog, BreakGlass, Channels, Drills, Roles, Sessions, System, Tokens, Tx};
pub use undos::Undos;
pub use upkeep::Upkeep;
pub use users::{PeopleSearch, Users};

use crate::{
    Result, Timestamp,
    directory::{Admissions, Meter, Usage},
};
use async_trait::async_trait;
use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

/// The future that a unit of work returns.
pub type Work<'t, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 't>>;

/// A database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    database: Arc<dyn Database>,
    admissions: Arc<Admissions>,
    usage: Arc<Usage>,
}

impl Store {
    /// Wraps a database, so that units of work can run on it.
    pub fn new(database: impl Database) -> Self {
        Self { database: Arc::new(database), admissions: Arc::default(), usage: Arc::default() }
    }

    /// Runs a unit of work that may change things. Either all of it is durable when this returns `Ok`, or none of it
    /// happened.
    ///
    /// The work may run more than once, if the database asks for a retry, and it runs to its end even if the caller
    /// goes away. It must therefore do nothing but talk to `tx`; everything that it needs is passed in `context`.
    pub async fn write<C, T>(&self, context: C, work: for<'t> fn(&'t C, &'t mut dyn Tx) -> Work<'t, T>) -> Result<T>
    where
        C: Send + Sync + 'static,
        T: Send + 'static,
    {
        self.write_as(Caller::Other, context, work).await
    }

    /// Runs a unit of work like [`Store::write`], in the lane of `caller`.
    ///
    /// # Errors
    /// For a directory also `NoRoom` when disk space is low, and `Unavailable` when the unit could not be started in
    /// time.
    pub async fn write_as<C, T>(
        &self,
        caller: Caller,
        context: C,
        work: for<'t> fn(&'t C, &'t mut dyn Tx) -> Work<'t, T>,
    ) -> Result<T>
    where
        C: Send + Sync + 'static,
        T: Send + 'static,
    {
        let unit = Closure { forgets: Some(self.admissions.clone()), ..Closure::new(context, work) };
        self.run(caller, unit).await
    }

    /// Runs a unit of work like [`Store::write_as`] for a directory. The unit must change no token and no setting that
    /// decides on admission: what is remembered of those stays valid.
    pub async fn provision<C, T>(&self, context: C, work: for<'t> fn(&'t C, &'t mut dyn Tx) -> Work<'t, T>) -> Result<T>
    where
        C: Send + Sync + 'static,
        T: Send + 'static,
    {
        self.run(Caller::Directory, Closure::new(context, work)).await
    }

    /// Runs a unit of work like [`Store::provision`], and charges what it stored once it has ended.
    pub(crate) async fn provision_metered<C, T>(
        &self,
        meter: Arc<Meter>,
        context: C,
        work: for<'t> fn(&'t C, &'t mut dyn Tx) -> Work<'t, T>,
    ) -> Result<T>
    where
        C: Send + Sync + 'static,
        T: Send + 'static,
    {
        self.run(Caller::Directory, Closure { meter: Some(meter), ..Closure::new(context, work) }).await
    }

    async fn run<C, T>(&self, caller: Caller, unit: Closure<C, T>) -> Result<T>
    where
        C: Send + Sync + 'static,
        T: Send + 'static,
    {
        let unit = Arc::new(unit);
        self.database.write(unit.clone(), caller).await?;
        unit.take()
    }

    pub(crate) fn admissions(&self) -> &Admissions {
        &self.admissions
    }

    pub(crate) fn usage(&self) -> &Arc<Usage> {
        &self.usage
    }

    /// Drops what is cached in memory and was not needed recently.
    pub(crate) fn tidy(&self, now: Timestamp) {
        self.admissions.forget();
        self.usage.forget(now);
    }

    /// Runs a unit of work that only reads. Each statement sees what is committed when it starts.
    pub async fn read<C, T>(&self, context: C, work: for<'t> fn(&'t C, &'t mut dyn Tx) -> Work<'t, T>) -> Result<T>
    where
        C: Send + Sync + 'static,
        T: Send + 'static,
    {
        self.read_as(Caller::Other, context, work).await
    }

    /// Runs a unit of work like [`Store::read`], for a directory ([`Caller::Directory`]).
    pub async fn look_up<C, T>(&self, context: C, work: for<'t> fn(&'t C, &'t mut dyn Tx) -> Work<'t, T>) -> Result<T>
    where
        C: Send + Sync + 'static,
        T: Send + 'static,
    {
        self.read_as(Caller::Directory, context, work).await
    }

    async fn read_as<C, T>(
        &self,
        caller: Caller,
        context: C,
        work: for<'t> fn(&'t C, &'t mut dyn Tx) -> Work<'t, T>,
    ) -> Result<T>
    where
        C: Send + Sync + 'static,
        T: Send + 'static,
    {
        let unit = Closure::new(context, work);
        self.database.read(&unit, caller).await?;
        unit.take()
    }

    /// Does the work that units of work leave for later: when this returns, every event that was committed before the
    /// call has its number and its hash. Any process may call it at any time.
    pub async fn settle(&self) -> Result<()> {
        self.database.settle().await
    }

    /// Settles before the audit log is read, so that callers find in it what they have just done. A failure, such as a
    /// full disk, must not prevent reading what is there: [`Audit::count_pending_events`] returns how much is missing.
    pub(crate) async fn settle_to_read(&self) {
        let _ = self.settle().await;
    }

    /// Checks that the database answers.
    pub async fn ping(&self) -> Result<()> {
        self.database.ping().await
    }

    /// Returns the space of removed rows to the disk, as far as the database can.
    pub async fn shrink(&self) -> Result<()> {
        self.database.shrink().await
    }

    /// Whether changes can be written, as far as is known without trying.
    pub fn health(&self) -> Health {
        self.database.health()
    }

    /// Sets disk space aside for [`Caller::Other`], if the database keeps a reserve and there is room for it. A server
    /// calls this now and then.
    pub async fn keep_reserve(&self) {
        self.database.keep_reserve().await;
    }

    /// Waits for units under way and closes every connection.
    pub async fn close(&self) {
        self.database.close().await;
    }

    /// Whether the database was replaced by an older state or a copy since [`Store::leave_mark`], as far as can be
    /// detected.
    pub async fn is_put_back(&self) -> Result<bool> {
        self.database.is_put_back().await
    }

    /// Records the present state of the database for [`Store::is_put_back`], in a place that backups do not include.
    pub async fn leave_mark(&self) -> Result<()> {
        self.database.leave_mark().await
    }
}

/// A database, as units of work see it.
#[async_trait]
pub trait Database: Send + Sync + 'static {
    /// Runs a unit in a transaction, in a task or a thread of its own, retrying it as a whole if the database asks for
    /// that. Returns `Ok` once the transaction is durable and [`Unit::ended`] was called.
    ///
    /// Callers have lanes: a unit of [`Caller::Other`] waits for at most one unit of a directory. A directory's unit
    /// that cannot be started within a few seconds is not run at all.
    async fn write(&self, unit: Arc<dyn Unit>, caller: Caller) -> Result<()>;
    /// Runs a unit on a connection that is not meant to write. A statement that takes more than a few seconds is
    /// interrupted, and one whose future is dropped occupies its connection until it has ended.
    async fn read(&self, unit: &dyn Unit, caller: Caller) -> Result<()>;
    /// Does the work that units leave for later; see [`Store::settle`]. Does nothing if units leave none.
    async fn settle(&self) -> Result<()>;
    /// Checks that the database answers.
    async fn ping(&self) -> Result<()>;
    /// Returns the space of removed rows to the disk, as far as the database can. May take long, and keep writers
    /// waiting.
    async fn shrink(&self) -> Result<()>;
    /// Whether changes can be written, as far as is known without trying.
    fn health(&self) -> Health;
    /// Sets disk space aside, if the database keeps a reserve and there is room for it.
    async fn keep_reserve(&self) {}
    /// Waits for units under way and closes every connection.
    async fn close(&self);
    /// Whether the database was replaced; see [`Store::is_put_back`].
    async fn is_put_back(&self) -> Result<bool>;
    /// Records the state of the database; see [`Store::leave_mark`].
    async fn leave_mark(&self) -> Result<()>;
}

/// On whose behalf the database is read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A directory, or anything else that a token can cause; it may ask for a lot.
    Directory,
    /// Sign-ins, the console, the host, alerts and maintenance. Connections, a place at the front of the queue and some
    /// disk space are reserved for these.
    Other,
}

/// Whether changes can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// All changes.
    Writable,
    /// Disk space is low: directories are refused, all other callers are served.
    Low,
    /// The last change could not be written.
    Failing,
}

/// A unit of work without its types.
pub trait Unit: Send + Sync {
    /// Runs it once and keeps its output.
    fn run<'t>(&'t self, tx: &'t mut dyn Tx) -> Work<'t, ()>;

    /// Called when a unit that writes will not be run again, before its caller gets the result, and even if the caller
    /// has gone away. The unit's work is durable, undone or in an unknown state. Not called for a unit that panicked,
    /// which has done nothing.
    fn ended(&self) {}
}

struct Closure<C, T> {
    context: C,
    work: for<'t> fn(&'t C, &'t mut dyn Tx) -> Work<'t, T>,
    output: Mutex<Option<T>>,
    /// The cache to clear after this unit.
    forgets: Option<Arc<Admissions>>,
    /// The meter to charge for this unit.
    meter: Option<Arc<Meter>>,
}

impl<C: Send + Sync, T: Send> Unit for Closure<C, T> {
    fn run<'t>(&'t self, tx: &'t mut dyn Tx) -> Work<'t, ()> {
        Box::pin(async move {
            let output = (self.work)(&self.context, tx).await?;
            *self.output.lock().unwrap_or_else(PoisonError::into_inner) = Some(output);
            Ok(())
        })
    }

    fn ended(&self) {
        if let Some(admissions) = &self.forgets {
            admissions.forget();
        }
        if let Some(meter) = &self.meter {
            meter.charge();
        }
    }
}

impl<C, T> Closure<C, T> {
    fn new(context: C, work: for<'t> fn(&'t C, &'t mut dyn Tx) -> Work<'t, T>) -> Self {
        Self { context, work, output: Mutex::new(None), forgets: None, meter: None }
    }

    fn take(&self) -> Result<T> {
        let output = self.output.lock().unwrap_or_else(PoisonError::into_inner).take();
        output.ok_or_else(|| crate::Error::Unavailable("the unit of work did not run".into()))
    }
}
