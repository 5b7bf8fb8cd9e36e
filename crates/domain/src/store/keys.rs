use crate::{Result, UserId, query::UserValue, user::Email};
use async_trait::async_trait;

/// A user whose keys were made by an older version, or are unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outdated {
    /// The user.
    pub id: UserId,
    /// Whether it is deleted, and can be restored.
    pub is_deleted: bool,
    /// The version that was read.
    pub version: i64,
    /// The key of its user name.
    pub user_name: String,
    /// The keys of its display name, given name, family name and employee number.
    pub others: [Option<String>; 4],
    /// The user's document.
    pub document: String,
}

/// The keys of users: folded values for look-ups.
#[async_trait]
pub trait Keys: Send {
    /// Whether there is a user, not deleted, whose keys are out of date.
    async fn has_outdated(&mut self) -> Result<bool>;
    /// Some users whose keys are out of date, including deleted ones. Their documents together have at most `bytes`
    /// bytes, unless the first alone has more.
    async fn outdated(&mut self, limit: u64, bytes: u64) -> Result<Vec<Outdated>>;
    /// Writes these keys of a user, and those of these e-mail addresses and values, unless the user has changed since.
    async fn renew_keys(&mut self, of: &Outdated, emails: &[Email], values: &[(UserValue, String)]) -> Result<()>;
}
