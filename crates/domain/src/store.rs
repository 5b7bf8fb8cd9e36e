//! The ports: what the rules need from a database, and the unit of work in which they use it.

mod ports;

pub use ports::{
    Audit, BreakGlass, Channels, Drills, Groups, Guards, Nesting, Roles, Sessions, System, Tokens, Tx, Users,
};

use crate::{Result, directory::Admissions};
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
}

impl Store {
    /// Puts the units of work on top of a database.
    pub fn new(database: impl Database) -> Self {
        Self { database: Arc::new(database), admissions: Arc::default() }
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
        self.run(Closure { forgets: Some(self.admissions.clone()), ..Closure::new(context, work) }).await
    }

    /// Runs a unit of work as [`Store::write`] does, one that changes no token and no setting that admits a call: what is
    /// remembered of those stays good.
    pub async fn provision<C, T>(&self, context: C, work: for<'t> fn(&'t C, &'t mut dyn Tx) -> Work<'t, T>) -> Result<T>
    where
        C: Send + Sync + 'static,
        T: Send + 'static,
    {
        self.run(Closure::new(context, work)).await
    }

    async fn run<C, T>(&self, unit: Closure<C, T>) -> Result<T>
    where
        C: Send + Sync + 'static,
        T: Send + 'static,
    {
        let unit = Arc::new(unit);
        self.database.write(unit.clone()).await?;
        unit.take()
    }

    pub(crate) fn admissions(&self) -> &Admissions {
        &self.admissions
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

    /// Checks that the database answers.
    pub async fn ping(&self) -> Result<()> {
        self.database.ping().await
    }

    /// Waits for units under way and closes every connection.
    pub async fn close(&self) {
        self.database.close().await;
    }
}

/// A database, as the units of work see it.
#[async_trait]
pub trait Database: Send + Sync + 'static {
    /// Runs a unit in a transaction, in a task or a thread of its own, retrying it as a whole where the database asks for
    /// that. Returns `Ok` once the transaction is durable and [`Unit::ended`] was told.
    async fn write(&self, unit: Arc<dyn Unit>) -> Result<()>;
    /// Runs a unit on a connection that is not meant to write. A statement that takes more than a few seconds is
    /// interrupted, and one whose future is dropped keeps its connection from everybody else until it has ended.
    async fn read(&self, unit: &dyn Unit, caller: Caller) -> Result<()>;
    /// Checks that the database answers.
    async fn ping(&self) -> Result<()>;
    /// Waits for units under way and closes every connection.
    async fn close(&self);
}

/// For whom something is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A directory, which may ask for much.
    Directory,
    /// Whoever signs in, the console, the host. Where few connections read, one is kept from directories for these.
    Other,
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
    }
}

impl<C, T> Closure<C, T> {
    fn new(context: C, work: for<'t> fn(&'t C, &'t mut dyn Tx) -> Work<'t, T>) -> Self {
        Self { context, work, output: Mutex::new(None), forgets: None }
    }

    fn take(&self) -> Result<T> {
        let output = self.output.lock().unwrap_or_else(PoisonError::into_inner).take();
        output.ok_or_else(|| crate::Error::Unavailable("the unit of work did not run".into()))
    }
}
