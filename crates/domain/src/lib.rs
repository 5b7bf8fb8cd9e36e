//! The product's rules, without SQL, HTTP or a clock of their own.
//!
//! There are three capabilities, one for each kind of caller, and owning one *is* the permission:
//! [`directory::Directory`] for a SCIM client with a live token, [`console::Console`] for a signed-in administrator,
//! [`host::Host`] for a person with a shell on the machine. Each runs its rules inside one unit of work of the
//! [`store::Store`], so that what a rule protects and the rule itself share a transaction.

pub mod activity;
pub mod alert;
pub mod audit;
pub mod break_glass;
pub mod console;
pub mod cycle;
pub mod directory;
pub mod drill;
mod error;
pub mod group;
pub mod guard;
pub mod health;
pub mod host;
mod id;
pub mod identity;
mod key;
pub mod keys;
pub mod lockout;
pub mod maintenance;
pub mod page;
pub mod people;
pub mod query;
mod restore;
pub mod role;
pub mod search;
pub mod session;
pub mod settings;
pub mod sign_in;
pub mod store;
pub mod tally;
mod text_enum;
mod timestamp;
pub mod token;
pub mod undo;
pub mod upkeep;
pub mod user;

pub use error::{BoxError, Conflict, Error, Refusal, Result};
pub use id::{BreakGlassId, GroupId, MemberId, SessionId, TokenId, UserId};
pub use key::key_excess;
/// The key under which a name is compared.
pub use text::fold;
pub use timestamp::{Clock, Timestamp};

use std::sync::Arc;

/// The source of random bytes; a parameter, so that every rule can be tested.
pub trait Random: Send + Sync {
    /// Fills `bytes` from a cryptographically secure source.
    fn fill(&self, bytes: &mut [u8]);
}

/// What every use case needs from outside: the store, the time and randomness.
#[derive(Clone)]
pub struct Env {
    /// The database, in units of work.
    pub store: store::Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Random bytes.
    pub random: Arc<dyn Random>,
}

impl Env {
    /// The current time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// `N` fresh random bytes.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes);
        bytes
    }
}
