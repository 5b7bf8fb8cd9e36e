//! The ports: what the rules need from a database, and the unit of work in which they use it.

mod guards;
mod keys;
mod ports;
mod undos;
mod upkeep;
mod users;

pub use guards::Guards;
pub use keys::{Keys, Outdated};
pub use ports::{Audit, AuditLog, BreakGlass, Channels, Drills, Groups, Nesting, Roles, Sessions, System, Tokens, Tx};
pub use undos::Undos;
pub use upkeep::Upkeep;
pub use users::Users;

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

/// What a unit of work gives back while it runs.
pub type Work<'t, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 't>>;

/// A database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    database: Arc<dyn Database>,
    admissions: Arc<Admissions>,
    usage: Arc<Usage>,
}

impl Store {
    /// Puts the units of work on top of a database.
    pub fn new(database: impl Database) -> Self {
        Self { database: Arc::new(database), admissions: Arc::default(), usage: Arc::default() }
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
        self.write_as(Caller::Other, context, work).await
    }

    /// Runs a unit of work as [`Store::write`] does, in that caller's lane.
    ///
    /// # Errors
    /// For a directory also `NoRoom` when disk space is low, and `Unavailable` when the unit could not be started in time.
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

    /// Runs a unit of work as [`Store::write_as`] does for a directory, one that changes no token and no setting that
    /// admits a call: what is remembered of those stays good.
    pub async fn provision<C, T>(&self, context: C, work: for<'t> fn(&'t C, &'t mut dyn Tx) -> Work<'t, T>) -> Result<T>
    where
        C: Send + Sync + 'static,
        T: Send + 'static,
    {
        self.run(Caller::Directory, Closure::new(context, work)).await
    }

    /// Runs a unit of work as [`Store::provision`] does, and charges what it stored once it has ended.
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

    /// Forgets what is remembered in memory and was not needed lately.
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

    /// Runs a unit of work as [`Store::read`] does, for a directory ([`Caller::Directory`]).
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

    /// Does what units of work have left for afterwards: every event that was committed before this call has its number
    /// and its hash when it returns. Any process may call it at any time.
    pub async fn settle(&self) -> Result<()> {
        self.database.settle().await
    }

    /// Settles before the audit log is read, so that callers find what they have just done in it. A failure, such as a
    /// full disk, must not keep anyone from reading what is there: [`Audit::count_pending_events`] tells what is not.
    pub(crate) async fn settle_to_read(&self) {
        let _ = self.settle().await;
    }

    /// Checks that the database answers.
    pub async fn ping(&self) -> Result<()> {
        self.database.ping().await
    }

    /// Gives the space of what was removed back to the disk, as far as the database can.
    pub async fn shrink(&self) -> Result<()> {
        self.database.shrink().await
    }

    /// Whether changes can be written, as far as is known without trying.
    pub fn health(&self) -> Health {
        self.database.health()
    }

    /// Sets disk space aside for [`Caller::Other`], where the database keeps a reserve and there is room for it. A server
    /// does so now and then.
    pub async fn keep_reserve(&self) {
        self.database.keep_reserve().await;
    }

    /// Waits for units under way and closes every connection.
    pub async fn close(&self) {
        self.database.close().await;
    }

    /// Whether the database was replaced by an older state or a copy since [`Store::leave_mark`], as far as can be
    /// seen.
    pub async fn is_put_back(&self) -> Result<bool> {
        self.database.is_put_back().await
    }

    /// Notes what the database is now, outside of what a backup holds, for [`Store::is_put_back`].
    pub async fn leave_mark(&self) -> Result<()> {
        self.database.leave_mark().await
    }
}

/// A database, as the units of work see it.
#[async_trait]
pub trait Database: Send + Sync + 'static {
    /// Runs a unit in a transaction, in a task or a thread of its own, retrying it as a whole where the database asks for
    /// that. Returns `Ok` once the transaction is durable and [`Unit::ended`] was told.
    ///
    /// Callers have lanes: a unit of [`Caller::Other`] waits for one unit of a directory at most. A directory's unit that
    /// cannot be started within a few seconds is not run at all.
    async fn write(&self, unit: Arc<dyn Unit>, caller: Caller) -> Result<()>;
    /// Runs a unit on a connection that is not meant to write. A statement that takes more than a few seconds is
    /// interrupted, and one whose future is dropped keeps its connection from everybody else until it has ended.
    async fn read(&self, unit: &dyn Unit, caller: Caller) -> Result<()>;
    /// Does what units have left for afterwards, as [`Store::settle`] says. Nothing where units leave nothing.
    async fn settle(&self) -> Result<()>;
    /// Checks that the database answers.
    async fn ping(&self) -> Result<()>;
    /// Gives the space of what was removed back to the disk, as far as the database can. May take long, and keep writers
    /// waiting.
    async fn shrink(&self) -> Result<()>;
    /// Whether changes can be written, as far as is known without trying.
    fn health(&self) -> Health;
    /// Sets disk space aside, where the database keeps a reserve and there is room for it.
    async fn keep_reserve(&self) {}
    /// Waits for units under way and closes every connection.
    async fn close(&self);
    /// Whether the database was put back, as [`Store::is_put_back`] has it.
    async fn is_put_back(&self) -> Result<bool>;
    /// Notes what the database is, as [`Store::leave_mark`] has it.
    async fn leave_mark(&self) -> Result<()>;
}

/// For whom something is read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A directory, or anything that a token can cause: it may ask for much.
    Directory,
    /// Sign-ins, the console, the host, alerts and maintenance. Connections, a place in front of the queue and some disk
    /// space are kept from directories for these.
    Other,
}

/// Whether changes can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// All of them.
    Writable,
    /// Disk space is low: directories are refused, everybody else is served.
    Low,
    /// The last change could not be written, and none has been written since.
    Failing,
}

/// A unit of work without its types.
pub trait Unit: Send + Sync {
    /// Runs it once, keeping its output.
    fn run<'t>(&'t self, tx: &'t mut dyn Tx) -> Work<'t, ()>;

    /// Told once a unit that writes will not be run again, before its caller is told and also where that has gone away.
    /// What it did is durable, was undone, or nobody can say. One that panicked has done nothing and need not be told.
    fn ended(&self) {}
}

struct Closure<C, T> {
    context: C,
    work: for<'t> fn(&'t C, &'t mut dyn Tx) -> Work<'t, T>,
    output: Mutex<Option<T>>,
    /// What is not to be remembered after this.
    forgets: Option<Arc<Admissions>>,
    /// Who is charged for this.
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
